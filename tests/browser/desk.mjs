// A desk in the middle of its work, where every name and many a word is too long: each of its pages, in each of its states.
import { until } from "../trial.mjs";
import { City } from "./city.mjs";

const LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz";
const TEXT = `The ${LONG} is repealed. https://city.example/${"a-path-without-an-end/".repeat(6)} #${LONG}`;

const main = (page) => page.getByRole("main");
const press = (page, name) => main(page).getByRole("button", { name, exact: true }).first().click();
const number = (page) => /\/drafts\/(\d+)/.exec(page.url())[1];

/** Writes a draft at the desk, and returns its number. */
async function draft(page, origin, words, button = "Save draft") {
  await page.goto(`${origin}/desk`);
  await page.getByLabel("Text", { exact: true }).fill(words);
  await press(page, button);
  await page.waitForURL(/\/desk\/drafts\/\d+/);
  return number(page);
}

/** Does something about a draft, by the buttons of its page. */
async function step(page, origin, id, button, fields = {}) {
  await page.goto(`${origin}/desk/drafts/${id}`);
  for (const [label, value] of Object.entries(fields)) await main(page).getByLabel(label, { exact: true }).fill(value);
  await press(page, button);
  await page.waitForURL(/\?done=/);
}

/** One draft of each state; `kept` by the writer, the others by who has looked at them. */
async function drafts(ana, owner, origin) {
  const of = {};
  of.kept = await draft(ana, origin, `Kept. ${TEXT}`);
  of.asked = await draft(ana, origin, `Asked. ${TEXT}`, "Ask for approval");
  await step(ana, origin, of.asked, "Comment", { Comment: `Please look at the ${LONG}, today if you can.` });
  of["sent back"] = await draft(ana, origin, `Sent back. ${TEXT}`, "Ask for approval");
  await step(owner, origin, of["sent back"], "Send back with this comment", { Comment: "Shorter, please." });
  of.approved = await draft(ana, origin, `Approved. ${TEXT}`, "Ask for approval");
  await step(owner, origin, of.approved, "Approve");
  of.changed = await draft(ana, origin, `Changed since. ${TEXT}`, "Ask for approval");
  await step(owner, origin, of.changed, "Approve");
  await ana.goto(`${origin}/desk/drafts/${of.changed}/edit`);
  await ana.getByLabel("Text", { exact: true }).fill(`Changed once more. ${TEXT}`);
  await press(ana, "Save draft");
  await ana.waitForURL(/\?done=saved/);
  of.planned = await draft(ana, origin, `Planned. ${TEXT}`, "Ask for approval");
  await step(owner, origin, of.planned, "Approve");
  await step(owner, origin, of.planned, "Plan it", { "Day and time": `${new Date().getUTCFullYear() + 1}-06-01T09:00` });
  return of;
}

/** A post that one server has, one does not take yet, and one refuses; changed once; asked about. */
async function published({ trial, origin, handle }, [has, waits, refuses]) {
  [waits.status, refuses.status] = [503, 403];
  const said = ["--lang", "en", "--text", TEXT, "--lang", "de", "--text", `Das ${LONG} ist aufgehoben.`];
  const id = await trial.run("post new", "--as", handle, ...said);
  await trial.run("post edit", id, "--text", `${TEXT} Changed.`);
  await has.heard("Create");
  const note = (await has.heard("Update", ({ object }) => object.type === "Note")).object.id;
  await has.reply(note, `Was the ${LONG} needed at all? See https://citizen.example/${"another-long-path/".repeat(5)}`);
  await has.reply(note, "A second question.");
  await until("two replies", async () => JSON.parse(await trial.run("reply list --json")).replies.length === 2);
  return id.split("/").pop();
}

/** Publishes, which is held back; anew for each look, as it goes out in the end. */
async function hold(page) {
  if (await main(page).getByRole("button", { name: "Undo" }).count()) await press(page, "Undo");
  await press(page, "Publish now");
  await main(page).getByRole("button", { name: "Undo" }).waitFor();
}

/** Comes back with what is wrong. */
const faulty = (button, fill = async () => {}) => async (page) => {
  await fill(page);
  await press(page, button);
  await page.locator(".sum:focus").waitFor();
};

/** A quote of nothing, two files of the wrong kind, a version without words, a time that is over. */
async function manyFaults(page) {
  const bytes = (name, text) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text, "latin1") });
  await press(page, "Add a language");
  await page.locator("#text2").waitFor();
  for (const words of ["Quote a post", "sound 2"]) await page.locator("summary", { hasText: words }).click();
  await page.locator("#text").fill("A bridge.");
  await page.locator("#quote").fill("nothing");
  await page.locator("#picture1").setInputFiles(bytes("bridge.heic", "\0\0\0\x18ftypheic\0\0\0\0"));
  await page.locator("#picture2").setInputFiles(bytes("bridge.wav", "RIFF\x24\0\0\0WAVEfmt "));
  await page.locator("#at").fill("2020-01-01T09:00");
  await page.locator("main button[value=publish]").click(); // whose words the script changes with the time
  await page.locator(".sum").waitFor();
}

/** Makes the desk, and returns its pages: `{name, url, login, act, status}`. */
export async function busyDesk(browser) {
  const city = await City.found(browser, { name: `Federal Office for the ${LONG}`, handle: "a_handle_as_long_as_can_be_now" });
  const { trial, origin, handle } = city;
  await trial.run("config set hold 300");
  await trial.run("account edit", handle, "--name", `Press office of the ${LONG}`);
  await trial.run("account add second", "--name", "Second account");
  const mail = "ana@a-mail-server-with-quite-a-long-name-for-a-server.city.example";
  const links = [await city.invite(`Ana ${LONG}`, "author", mail), await trial.run("user login-link")];
  await city.invite("Kay", "replier");
  await trial.tell("tram ferry kettle lamp", "user password", "kay@city.example", "--password-stdin"); // so that log-in is offered
  await city.serve();
  const peers = [];
  for (const host of ["127.0.0.1", "127.0.0.2", "127.0.0.3"]) peers.push(await city.neighbour(host, `Vera ${LONG}`));
  const [ana, owner] = [await city.enter(links[0]), await city.enter(links[1])];
  const post = await published(city, peers);
  await trial.run("account edit", handle, "--approval", "other");
  const of = await drafts(ana, owner, origin);
  await ana.goto(`${origin}/desk/drafts/${of.asked}/edit`); // she has it open
  const [writer, boss] = [await ana.context().storageState(), await owner.context().storageState()];
  const [shown, at] = [`/@${handle}/${post}`, `/desk/posts/${post}`];
  const link = async (path, name) => {
    await owner.goto(`${origin}${path}`);
    return main(owner).getByRole("link", { name }).first().getAttribute("href");
  };
  const [first, canned, user] = [await link("/desk/inbox", /^More/), await link("/desk/answers", /Add/), await link("/desk/users", /^Ana|Ana /)];
  const asked = JSON.parse(await trial.run("reply list --json")).replies[0].uri;
  const many = await link("/desk/drafts", /^drafts of/);
  const text = (page) => page.getByLabel("Text", { exact: true });
  const page = (name, path, more = {}) => ({ name: `busy desk: ${name}`, url: new URL(path, origin).href, login: boss, desk: true, ...more });
  const pages = [
    page("composer", "/desk"),
    page("composer with faults", "/desk", { act: faulty("Publish"), status: 422 }),
    page("composer with many faults", "/desk", { act: manyFaults, status: 422 }),
    page("composer with a preview", "/desk", { act: async (tab) => {
      await text(tab).fill(TEXT);
      await press(tab, "Preview");
      await tab.locator("#preview").waitFor();
    } }),
    page("composer in three languages", "/desk", { act: async (tab) => {
      await press(tab, "Add a language");
      await tab.locator("#text2").waitFor();
      await press(tab, "Add a language");
      await tab.locator("#text3").waitFor();
    } }),
    page("list of drafts", "/desk/drafts"),
    ...Object.keys(of).map((state) => page(`draft, ${state}`, `/desk/drafts/${of[state]}`)),
    page("draft, held back", `/desk/drafts/${of.approved}`, { act: hold }),
    page("draft, seen by its writer", `/desk/drafts/${of.asked}`, { login: writer }),
    page("draft, planned for no time", `/desk/drafts/${of.planned}`, { act: faulty("Plan it", (tab) => tab.getByLabel("Day and time").fill("")), status: 422 }),
    page("draft that is edited", `/desk/drafts/${of.kept}/edit`),
    page("draft that somebody else edits", `/desk/drafts/${of.asked}/edit`),
    page("draft that somebody else saved", `/desk/drafts/${of.changed}/edit`, { status: 422, act: async (tab) => {
      await tab.locator("[name=revision]").evaluate((field) => { field.value = "1"; });
      await faulty("Save draft", () => text(tab).fill("Mine."))(tab);
    } }),
    page("dropping many drafts", many),
    page("dropping a draft", `/desk/drafts/${of.kept}/drop`),
    page("calendar", "/desk/calendar"),
    page("calendar with what is planned", `/desk/calendar?month=${new Date().getUTCFullYear() + 1}-06`),
    page("list of posts", "/desk/posts"),
    page("editing a post", `${at}/edit`),
    page("deleting a post", `${at}/delete`),
    page("delivery", `${at}/delivery`),
    page("inbox", "/desk/inbox"),
    page("inbox, done", "/desk/inbox?tab=done"),
    page("case of the inbox", first),
    page("case of the inbox, empty note", first, { act: faulty("Add the note"), status: 422 }),
    page("answer", `/desk?reply=${first.split("/").pop()}`),
    page("canned answer", canned),
    page("canned answer, empty", canned, { act: faulty("Save"), status: 422 }),
    page("post elsewhere, wrong", "/desk/elsewhere", { act: faulty("Look at it"), status: 422 }),
    page("post elsewhere, before it is boosted", "/desk/elsewhere", { act: async (tab) => {
      await tab.getByLabel("Address of the post").fill(asked);
      await press(tab, "Look at it");
      await main(tab).getByText("Not boosted yet.").waitFor();
    } }),
    page("users", "/desk/users"),
    page("roles of a user", user),
    page("switching a user off", `${user}/off`),
    page("podcast, empty", "/desk/podcasts/new", { act: faulty("Begin the podcast"), status: 422 }),
    page("second factor, wrong code", "/desk/account/second-factor", { act: faulty("Turn the second factor on"), status: 422 }),
    page("emblem, none chosen", "/desk/settings/emblem", { act: faulty("Save the emblem"), status: 422 }),
    page("settings, wrong", "/desk/settings", { act: faulty("Save", (tab) => tab.getByLabel("Languages", { exact: true }).fill("?")), status: 422 }),
    page("log-in with a form that came late", "/desk", { status: 401, act: async (tab) => {
      await text(tab).fill(TEXT);
      await tab.context().clearCookies();
      await press(tab, "Save draft");
      await main(tab).getByText("nothing that you typed is lost").waitFor();
    } }),
    page("adding a user, wrong", "/desk/users/new", { act: faulty("Add and make a link for them"), status: 422 }),
    page("audit log", "/desk/audit"),
    page("settings", "/desk/settings"),
    page("statistics", "/desk/statistics"),
    page("accounts", "/desk/accounts"),
    page("log-in", "/desk/login", { login: undefined }),
    page("log-in, wrong", "/desk/login", { login: undefined, status: 422, act: faulty("Log in", (tab) => tab.getByLabel("E-mail").fill("who@city.example")) }),
    page("a link that was used", new URL(links[1]).pathname, { login: undefined, status: 410 }),
    page("what a writer may not see", "/desk/settings", { login: writer, status: 403 }),
    page("what is not there", "/desk/drafts/17", { status: 404 }),
  ];
  const open = [
    { name: "public page, long words", url: origin + shown },
    { name: "history of a post", url: `${origin}${shown}/history` },
    { name: "profile with long names", url: `${origin}/@${handle}` },
  ];
  return { city, pages: [...open, ...pages] };
}

// Two people and one draft in a real browser: what is typed is kept by itself, comes back, and takes nobody's text away.

const PAUSE = 5_000; // ms of the page's own clock, moved by hand: more than the script waits before it saves
const TEXT = "#text";

/** Somebody at the desk, by a one-time link. */
async function seat(browser, trial, ...who) {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const tab = await context.newPage();
  const link = await trial.run("user login-link", ...who);
  await tab.goto(link);
  await tab.getByRole("button", { name: "Open the desk" }).click();
  await tab.waitForURL(/\/desk(\/|$)/);
  await tab.clock.install();
  return { context, tab, at: (path) => new URL(path, link).href };
}

/** Types, lets the pause go by, and waits for what the server says to the save. */
async function typed(tab, text, to = "/edit") {
  const answered = tab.waitForResponse((answer) => answer.request().method() === "POST" && answer.url().endsWith(to));
  await tab.fill(TEXT, text);
  await tab.clock.runFor(PAUSE);
  return (await answered).status();
}

/** The next form is answered with this status, whatever the server would have said. */
const refused = (tab, path, status) =>
  tab.route(`**${path}`, (route) => route.fulfill({ status, body: "" }), { times: 1 });

function same(found, wanted) {
  if (found !== wanted) throw new Error(`${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

/** On the clocks of the institution, with their zone. */
const SAVED = /^Saved at \d\d:\d\d \([\w/]+\)\.$/;
const KEPT = /\/desk\/drafts\/\d+\/edit$/;

/** What the form is about and what can be done with it, as it stands in the page. */
const stands = (tab) => tab.evaluate(() => {
  const form = document.querySelector("form[enctype]");
  const pressed = (button) => [button.name, button.value, button.formAction];
  return JSON.stringify({
    about: [document.querySelector("h1").textContent, form.action, form.dataset.account, form.elements.revision.value],
    as: form.querySelector(".as")?.textContent,
    chosen: Boolean(form.elements.account),
    buttons: [...form.querySelectorAll("button")].map(pressed),
    links: [...form.querySelectorAll(".btns a")].map((link) => link.href),
  });
});

/** Whether the browser would ask before it leaves the page. */
const asksToStay = (tab) => tab.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));

/** Does something while the page's clock runs; nothing may be sent. */
async function silent(tab, body) {
  const sent = [];
  const note = (request) => request.method() === "POST" && sent.push(request.url());
  tab.on("request", note);
  await body();
  await tab.clock.runFor(2 * PAUSE);
  tab.off("request", note);
  same(sent.join(" "), "");
}

async function begun(report, { tab, at, context }, trial) {
  await report.check("composer: something new is kept by itself once there are words in it, and its page is the draft's", async () => {
    await tab.goto(at("/desk"));
    await silent(tab, () => tab.fill(TEXT, "  "));
    same(await asksToStay(tab), false);
    await tab.getByRole("button", { name: "Add a language" }).click();
    await tab.selectOption("#lang2", "de");
    await tab.fill("#text2", "Zweitens");
    await tab.locator("#picture1").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("no picture yet") });
    await tab.fill("#alt1", "A bridge");
    same(await typed(tab, "The tram returns", "/desk/posts"), 303);
    await tab.getByText(/^Kept as a draft at/).waitFor();
    if (!KEPT.test(tab.url())) throw new Error(tab.url());
    // A chosen file goes with a button, and is not lost before.
    await tab.getByText("Files that you chose, and what is said about them, are not kept yet: press Save draft.").waitFor();
    await tab.getByRole("link", { name: "Leave without saving" }).waitFor();
    same(await tab.locator("#picture1").evaluate((input) => input.files.length), 1);
    same(await asksToStay(tab), true);
    same(await typed(tab, "The tram returns on Monday"), 303);
    await tab.getByText(/^Saved at/).waitFor();
    const here = await stands(tab);
    await tab.reload();
    same(await stands(tab), here);
    same(await tab.inputValue(TEXT), "The tram returns on Monday");
    same(await tab.inputValue("#text2"), "Zweitens");
    same(await asksToStay(tab), false);
  });
  await report.check("composer: a draft that began by itself is looked at in place, and in another window nothing is overwritten", async () => {
    await tab.goto(at("/desk"));
    same(await typed(tab, "The ferry waits", "/desk/posts"), 303);
    await tab.getByText(/^Kept as a draft at/).waitFor();
    const other = await context.newPage();
    await other.clock.install();
    await other.goto(tab.url());
    same(await typed(tab, "The ferry waits for all"), 303);
    await tab.getByText(SAVED).waitFor();
    same(await typed(other, "The ferry leaves"), 422);
    await other.getByText("Not saved: press Save draft to see why.").waitFor();
    // That is for whoever writes to decide: nothing more is sent before.
    await silent(other, () => other.fill(TEXT, "The ferry leaves at nine"));
    same(await asksToStay(other), true);
    await other.reload();
    same(await typed(other, "The ferry waits for nobody"), 303);
    same(await typed(tab, "The ferry sinks"), 422);
    await tab.getByText("Not saved: press Save draft to see why.").waitFor();
    same(await tab.getByText(SAVED).count(), 0);
    await other.close();
    await tab.reload();
    await tab.getByRole("button", { name: "Preview", exact: true }).last().click();
    await tab.locator("#preview").getByText("The ferry waits for nobody").first().waitFor();
    if (!KEPT.test(tab.url())) throw new Error(tab.url());
  });
  await report.check("composer: what began by itself is published once, however often the button is pressed", async () => {
    await tab.check("#urgent");
    await tab.getByRole("button", { name: "Publish", exact: true }).dblclick();
    await tab.waitForURL(/\/desk\?done=\d+$/);
    await tab.getByText("Published.").waitFor();
    await tab.goto(at("/desk/posts"));
    same(await tab.locator("p.first", { hasText: "The ferry waits" }).count(), 1);
    await tab.goto(at("/desk/drafts"));
    same(await tab.getByRole("main").getByText("The ferry waits").count(), 0);
  });
  await report.check("composer: a draft stays with the account for which it began, and none begins while that is chosen", async () => {
    await trial.run("account add second", "--name", "Second account");
    await tab.goto(at("/desk"));
    await silent(tab, async () => {
      await tab.fill(TEXT, "The library opens");
      await tab.focus("#account");
    });
    await tab.selectOption("#account", { label: await tab.locator("#account option", { hasText: "Second account" }).textContent() });
    same(await typed(tab, "The library opens at nine", "/desk/posts"), 303);
    await tab.locator(".as").getByText("Second account").waitFor();
    same(await tab.locator("#account").count(), 0);
    const here = await stands(tab);
    await tab.reload();
    same(await stands(tab), here);
  });
}

/** The server hears it and the browser does not hear the answer. */
async function unheard(report, { tab, at }) {
  await report.check("composer: a draft of which nothing was heard keeps its account, and goes on from itself", async () => {
    await tab.goto(at("/desk"));
    const lost = async (route) => {
      await route.fetch({ maxRedirects: 0 });
      await route.abort();
    };
    await tab.route("**/desk/posts", lost);
    for (const text of ["The school", "The school opens", "The school opens at"]) {
      const failed = tab.waitForEvent("requestfailed");
      await tab.fill(TEXT, text);
      await tab.clock.runFor(PAUSE);
      await failed;
      await tab.getByText("Not saved: no connection.").waitFor();
    }
    same(await tab.locator("#account option:enabled").count(), 1);
    await tab.unroute("**/desk/posts", lost);
    same(await typed(tab, "The school opens at nine", "/desk/posts"), 303);
    await tab.waitForURL(KEPT);
    same(await tab.inputValue(TEXT), "The school opens at nine");
    await tab.goto(at("/desk/drafts"));
    same(await tab.getByRole("main").getByText("The school opens").count(), 1);
  });
}

/** In a city with answers of strangers: who may only send one keeps no draft. */
async function answering(report, city) {
  const tab = await city.enter(await city.invite("Rita", "replier"));
  const [{ id }] = JSON.parse(await city.trial.run("reply list --json")).replies;
  await report.check("composer: who may only answer sends it, and nothing is kept by itself", async () => {
    await tab.clock.install();
    await tab.goto(`${city.origin}/desk?reply=${id}`);
    await silent(tab, () => tab.fill(TEXT, "At nine."));
    same(await asksToStay(tab), false);
    same(await tab.locator("button[value=draft]").count(), 0);
    await tab.getByRole("button", { name: "Publish", exact: true }).waitFor();
  });
  await report.check("composer: an answer goes on behind the name of whom it is to", async () => {
    await tab.goto(`${city.origin}/desk?reply=${id}`);
    const begins = await tab.inputValue(TEXT);
    await tab.focus(TEXT);
    await tab.keyboard.type("At nine.");
    same(await tab.inputValue(TEXT), `${begins}At nine.`);
    if (!/^@\S+@\S+ $/.test(begins)) throw new Error(`it begins with ${JSON.stringify(begins)}`);
  });
  await report.check("composer: who may write and answer, and not publish, is not made to ask somebody", async () => {
    const both = await city.enter(await city.invite("Bo", "author,replier"));
    await both.clock.install();
    await both.goto(`${city.origin}/desk?reply=${id}`);
    await both.locator("button[value=draft]").waitFor();
    await silent(both, () => both.fill(TEXT, "At ten."));
  });
}

/** `busy`: a city with answers of strangers. */
export async function composer(browser, report, trial, busy) {
  const ana = await seat(browser, trial, "ana@city.example");
  const owner = await seat(browser, trial);
  let form;
  try {
    await report.check("composer: with a time the button plans", async () => {
      await owner.tab.goto(owner.at("/desk"));
      await owner.tab.fill("#at", "2030-06-01T09:00");
      await owner.tab.getByRole("button", { name: "Plan", exact: true }).waitFor();
      await owner.tab.fill("#at", "");
      await owner.tab.getByRole("button", { name: "Publish", exact: true }).waitFor();
    });
    await report.check("composer: what is typed into a draft is saved by itself, and survives a reload", async () => {
      await ana.tab.goto(ana.at("/desk"));
      await ana.tab.fill(TEXT, "The market");
      await ana.tab.getByRole("button", { name: "Save draft" }).click();
      await ana.tab.getByRole("link", { name: "Edit", exact: true }).click();
      await ana.tab.waitForURL(/\/edit$/);
      form = new URL(ana.tab.url()).pathname;
      same(await typed(ana.tab, "The market moves"), 303);
      await ana.tab.getByText(SAVED).waitFor();
      await ana.tab.getByRole("link", { name: "Leave", exact: true }).waitFor();
      same(await asksToStay(ana.tab), false);
      await ana.tab.fill(TEXT, "The market moves to");
      await ana.tab.getByRole("link", { name: "Leave without saving" }).waitFor();
      same(await asksToStay(ana.tab), true);
      same(await typed(ana.tab, "The market moves to the river"), 303);
      await ana.tab.getByText(SAVED).waitFor();
      await ana.tab.reload();
      same(await ana.tab.inputValue(TEXT), "The market moves to the river");
    });
    await report.check("composer: two who edit one draft see each other", async () => {
      await owner.tab.goto(owner.at(form));
      await owner.tab.locator("#busy").getByText("Ana").waitFor();
      same(await ana.tab.locator("#busy").count(), 0);
      same(await typed(ana.tab, "The market moves to the old river"), 303);
      await ana.tab.locator("#busy").waitFor();
    });
    await report.check("composer: whoever was slower overwrites nothing, loses nothing, and sees both texts", async () => {
      same(await typed(owner.tab, "The market stays"), 422);
      await owner.tab.getByText("Not saved: press Save draft to see why.").waitFor();
      await owner.tab.getByRole("button", { name: "Save draft" }).click();
      await owner.tab.getByRole("heading", { name: /Saved meanwhile by Ana/ }).waitFor();
      same(await owner.tab.inputValue(TEXT), "The market stays");
      await owner.tab.getByText("The market moves to the old river").last().waitFor();
      // Both texts are there to be looked at: only a button decides which it is.
      await silent(owner.tab, () => owner.tab.fill(TEXT, "The market stays where"));
      same(await asksToStay(owner.tab), true);
      await owner.tab.fill(TEXT, "The market stays");
      await owner.tab.getByRole("button", { name: "Save draft" }).click();
      await owner.tab.waitForURL(/done=saved/);
      await ana.tab.reload();
      same(await ana.tab.inputValue(TEXT), "The market stays");
    });
    await report.check("composer: what goes out by itself is saved by a button alone, and keeps its time", async () => {
      await owner.tab.goto(owner.at("/desk/drafts"));
      await owner.tab.getByRole("main").getByRole("link", { name: /The river festival begins/ }).first().click();
      await owner.tab.getByRole("link", { name: "Edit", exact: true }).click();
      await owner.tab.waitForURL(KEPT);
      await owner.tab.getByText("nothing is saved by itself").waitFor();
      await silent(owner.tab, () => owner.tab.fill(TEXT, "The river festival"));
      same(await asksToStay(owner.tab), true);
      await owner.tab.reload();
      same(await owner.tab.inputValue(TEXT), "The river festival begins.");
      await owner.tab.fill(TEXT, "The river festival ends.");
      await owner.tab.getByRole("button", { name: "Save draft" }).click();
      await owner.tab.waitForURL(/done=saved/);
      await owner.tab.getByText(/It goes out on/).waitFor();
    });
    await report.check("composer: what stands in the way of a save is said, and what passes is tried again", async () => {
      await refused(ana.tab, form, 422);
      same(await typed(ana.tab, "The market closes"), 422);
      await ana.tab.getByText("Not saved: press Save draft to see why.").waitFor();
      same(await typed(ana.tab, "The market closes early"), 303);
      await ana.tab.locator("#trouble").waitFor({ state: "detached" });
      await refused(ana.tab, form, 503);
      same(await typed(ana.tab, "The market closes late"), 503);
      await ana.tab.getByText("It is tried again").waitFor();
      await ana.tab.clock.runFor(4 * PAUSE);
      await ana.tab.locator("#trouble").waitFor({ state: "detached" });
      await ana.tab.reload();
      same(await ana.tab.inputValue(TEXT), "The market closes late");
    });
    await report.check("composer: who presses Preview twice sees it once, and publishes nothing", async () => {
      await ana.tab.getByRole("button", { name: "Preview" }).dblclick();
      await ana.tab.locator("#preview").waitFor();
      same(new URL(ana.tab.url()).pathname, form);
      await refused(ana.tab, form, 503);
      await ana.tab.getByRole("button", { name: "Preview" }).click();
      await ana.tab.getByText("Press Preview again").waitFor();
      same(await ana.tab.inputValue(TEXT), "The market closes late");
      await ana.tab.fill(TEXT, "The market is full");
      await ana.tab.route(`**${form}`, (route) => route.fulfill({ status: 401, body: "" }));
      await ana.tab.clock.runFor(PAUSE);
      await ana.tab.getByText("your session is over").waitFor();
    });
    await begun(report, owner, trial);
    await unheard(report, owner);
    await answering(report, busy);
  } finally {
    await ana.context.close();
    await owner.context.close();
  }
}

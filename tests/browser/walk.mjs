// The whole way of a post: written, translated, given a picture, looked at, approved by a colleague, planned, published,
// delivered, answered. It is walked with JavaScript and without at the same time, each on a city of its own, and what is
// left behind has to be the same.
import fs from "node:fs";
import path from "node:path";
import { lastWords, squarePng, until } from "../trial.mjs";
import { City } from "./city.mjs";

const ACTIVITY = "application/activity+json";
const WORDS = {
  en: "The bridge opens on Monday at nine. #Bridge",
  de: "Die Brücke öffnet am Montag um neun. #Brücke",
  fr: "Le pont ouvre lundi à neuf heures. #Pont",
};
const ALT = { en: "A blue square, as wide as high", de: "Ein blaues Quadrat", fr: "Un carré bleu" };
const QUESTION = "Will bicycles be allowed on it?";
const ANSWER = "Yes, on both sides.";

/** What the forms call things: one line for each field. */
const text = (page, language) => page.getByRole("group", { name: new RegExp(`^${language}`) }).getByLabel("Text", { exact: true });
const languageOf = (page, legend) => page.getByRole("group", { name: new RegExp(`^${legend}`) }).getByLabel("Language");
const press = (page, name) => page.getByRole("main").getByRole("button", { name }).first().click();
const says = (page, words) => page.getByText(words).first().waitFor();

/** A city with a writer, a colleague who looks, and somebody who follows. */
async function settle(browser, script) {
  const city = await City.found(browser);
  await city.trial.run("config set hold 0");
  await city.trial.run("account edit press --approval other");
  const links = [await city.invite("Ana", "author"), await city.invite("Ben", "editor,moderator")];
  await city.serve();
  city.peer = await city.neighbour();
  city.ana = await city.enter(links[0], { javaScriptEnabled: script });
  city.ben = await city.enter(links[1], { javaScriptEnabled: script });
  // Nothing comes by itself: how fast a machine walks makes no difference.
  for (const page of script ? [city.ana, city.ben] : []) {
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 1_000);
  }
  return city;
}

/** Writes in three languages and attaches a picture that is described in each. */
async function write({ ana, origin, trial }) {
  await ana.goto(`${origin}/desk`);
  await text(ana, "English").fill(WORDS.en);
  for (const [language, name] of [["de", "Deutsch"], ["fr", "français"]]) {
    await press(ana, "Add a language");
    await text(ana, name).fill(WORDS[language]);
    if ((await languageOf(ana, name).inputValue()) !== language) throw new Error(`${name} is not offered next`);
  }
  if ((await text(ana, "English").inputValue()) !== WORDS.en) throw new Error("the first text was lost");
  const file = path.join(trial.folder, "square.png");
  fs.writeFileSync(file, squarePng(320));
  const slot = ana.getByRole("group", { name: "File 1" });
  if (!(await slot.isVisible())) await ana.getByText("Picture, video or sound 1").click();
  await slot.getByLabel("File", { exact: true }).setInputFiles(file);
  await press(ana, "Ask for approval");
  await says(ana, "There is a problem"); // it is not described yet
  if (!(await slot.getByLabel(/^Description/).isVisible())) throw new Error("the place of the picture is shut");
  await slot.getByLabel(/^Description/).fill(ALT.en);
  await slot.getByLabel("The same in Deutsch").fill(ALT.de);
  await slot.getByLabel("The same in français").fill(ALT.fr);
}

/** Looks at what it will be, and asks a colleague. */
async function ask({ ana }) {
  await press(ana, "Preview");
  await ana.locator("#preview").getByText(WORDS.de).first().waitFor();
  await press(ana, "Ask for approval");
  await ana.waitForURL(/\/desk\/drafts\/\d+\?done=ask$/);
  if (await ana.getByRole("button", { name: "Approve" }).count()) throw new Error("a writer is offered to approve their own");
}

/** The colleague finds it, lets it pass with a word, and plans it for the next full minute. */
async function approve({ ben, origin }) {
  await ben.goto(`${origin}/desk/drafts`);
  await ben.getByRole("link", { name: "The bridge opens" }).first().click();
  for (const words of Object.values(WORDS)) await says(ben, words);
  await ben.getByLabel("Comment", { exact: true }).fill("Good. Thank you!");
  await press(ben, "Approve");
  await ben.waitForURL(/done=approve$/);
}

async function plan({ ben }) {
  const zone = /clocks of (\S+), as/.exec(await ben.locator("#at-h").textContent())[1];
  const soon = new Date(Date.now() + 61_000); // a full minute, not gone by when it is typed
  const typed = soon.toLocaleString("sv-SE", { timeZone: zone }).slice(0, 16).replace(" ", "T");
  await ben.getByLabel("Day and time").fill(typed);
  await press(ben, "Plan it");
  await ben.waitForURL(/done=plan$/);
}

/** Waits for the time, and returns where the post is. */
async function published({ ben }) {
  const view = ben.getByRole("link", { name: "View what was published" });
  await until("the post at its time", () => ben.reload().then(() => view.count()), 90);
  return view.getAttribute("href");
}

/** The page of its delivery says that the follower has it. */
async function delivered({ ben, origin, peer }) {
  const told = await peer.heard("Create");
  await ben.goto(`${origin}/desk/posts`);
  await ben.getByRole("link", { name: /delivery of “The bridge/ }).click();
  await until("the page of its delivery", async () => {
    await ben.reload();
    return /\b1 (server )?ha(s|ve) it/.test((await ben.getByRole("main").innerText()).replace(/\s+/g, " "));
  });
  return told.object.id;
}

/** A question comes, is taken, answered and shown. */
async function answered({ ben, origin, peer }, note) {
  await peer.reply(note, QUESTION);
  await ben.goto(`${origin}/desk/inbox`);
  await until("the question in the inbox", () => ben.reload().then(() => ben.getByText(QUESTION).count()));
  await press(ben, /^Take it/);
  await ben.goto(`${origin}/desk/inbox?tab=mine`);
  await ben.getByRole("link", { name: /^More/ }).first().click();
  await press(ben, /^Release/);
  await press(ben, /^Answer/);
  await ben.getByRole("heading", { name: "Write an answer" }).waitFor();
  const field = ben.getByLabel("Text", { exact: true });
  await field.fill(`${await field.inputValue()}${ANSWER}`);
  await press(ben, "Publish");
  await ben.waitForURL(/\?done=\d+$/);
  await peer.heard("Create", ({ object }) => object.content.includes(ANSWER));
}

/** What is left behind, without what differs from city to city: addresses, ids, moments. */
async function left({ trial, origin, peer }, address) {
  const same = (words) => words.replaceAll(origin, "CITY").replaceAll(new URL(origin).host, "CITY")
    .replaceAll(peer.origin, "PEER").replaceAll(new URL(peer.origin).host, "PEER")
    .replace(/<time\b[^>]*>[^<]*<\/time>/g, "<time>").replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, "TIME")
    .replace(/[\da-f]{15,}/g, "N")
    .replace(/\bav l\d/g, "av"); // the colour of a stranger without a picture follows from their address
  const get = async (url, accept) => {
    const answer = await fetch(new URL(url, origin), { headers: { accept } });
    if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
    return same(await answer.text());
  };
  const found = {
    "page in English": await get(address, "text/html"),
    "page in German": await get(`${address}/de`, "text/html"),
    "page in French": await get(`${address}/fr`, "text/html"),
    "document for other servers": await get(address, ACTIVITY),
    "audit log": same(await trial.run("audit show --json")),
  };
  const shown = Object.entries(WORDS).map(([language, words]) => [ALT[language], words.split("#")[0].trim(), QUESTION, ANSWER]);
  [...shown, Object.values(ALT), ["draft.approve"]].forEach((all, at) => {
    const [what, words] = Object.entries(found)[at];
    for (const one of all) if (!words.includes(one)) throw new Error(`the ${what} lacks “${one}”`);
  });
  return found;
}

async function go(browser, report, script) {
  const way = `walk ${script ? "with" : "without"} JavaScript:`;
  const need = async (words, body) => {
    let done = false;
    const found = await report.check(`${way} ${words}`, async () => {
      const value = await body();
      done = true;
      return value;
    });
    if (!done) throw new Error(`${way} it ends at “${words}”`);
    return found;
  };
  const here = await settle(browser, script);
  try {
    await need("a writer writes in three languages and describes a picture in each", () => write(here));
    await need("looks at it and asks for approval, and cannot approve it", () => ask(here));
    await need("a colleague approves", () => approve(here));
    await need("and plans it", () => plan(here));
    const address = await need("it is published at its time", () => published(here));
    const note = await need("its delivery is told", () => delivered(here));
    await need("a question is taken, released and answered", () => answered(here, note));
    return await need("all of it is to be seen", () => left(here, address));
  } catch (error) {
    const pages = await Promise.all([here.ana, here.ben].map(async (page) => [page.url(), ...(await page.locator("h1,.sum,.note").allInnerTexts())]));
    console.log(`      ${error.message}\n${pages.flat().join("\n")}\n${lastWords(here.trial.server)}`);
    return undefined;
  } finally {
    await here.close();
  }
}

/** Walks twice at once, as both wait for the clock, and compares. */
export async function walk(browser, report) {
  const [scripted, plain] = await Promise.all([true, false].map((script) => go(browser, report, script)));
  if (!scripted || !plain) return;
  for (const [what, found] of Object.entries(scripted)) {
    await report.check(`walk: the ${what} is the same without JavaScript`, () => {
      if (found === plain[what]) return;
      const at = Math.max(0, [...found].findIndex((letter, n) => letter !== plain[what][n]) - 80);
      throw new Error(`with:    ${found.slice(at, at + 300)}\nwithout: ${plain[what].slice(at, at + 300)}`);
    });
  }
}

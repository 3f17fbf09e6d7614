// A podcast as apps and directories meet it: its feed by the schemas, by feedparser, and by asking for what it names.
//
//   node run.mjs          the release binary (INSTANCE=path of the binary), PYTHON with feedparser, xmllint
//
// Nothing is downloaded. What the schema of the podcast namespace does not know yet (guid, medium, socialInteract) is
// checked by ours alone.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { endAfter, freePort, Report, squarePng, temporaryFolder, Trial } from "../trial.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const PODCAST = "https://podcastindex.org/namespace/1.0";
const NEWER = ["guid", "medium", "socialInteract"];

endAfter(240);
const report = new Report();
const folder = temporaryFolder();

function file(name, content) {
  const place = path.join(folder, name);
  fs.writeFileSync(place, content);
  return place;
}

/** Runs a program on a text; its words are the fault when it fails. */
function judge(program, args, input) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8", timeout: 60_000 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${stdout}${stderr}`.trim().split("\n").slice(0, 12).join("\n"));
}

/** The elements of the podcast namespace in the wrapper that its schema describes. */
function wrapped(xml) {
  const wanted = `//*[namespace-uri()="${PODCAST}"]${NEWER.map((name) => `[local-name()!="${name}"]`).join("")}`;
  const found = execFileSync("xmllint", ["--nonet", "--xpath", wanted, "-"], { input: xml, encoding: "utf8", timeout: 60_000 });
  return `<podcast:test-wrapper xmlns:podcast="${PODCAST}">${found}</podcast:test-wrapper>`;
}

async function ask(url, options = {}) {
  return fetch(url, { redirect: "manual", signal: AbortSignal.timeout(10_000), ...options });
}

function attributes(xml, element, name) {
  const tags = xml.match(new RegExp(`<${element} [^>]*>`, "g")) ?? [];
  return tags.map((tag) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1].replaceAll("&#38;", "&"));
}

async function judged(words, url, episodes, language) {
  const answer = await ask(url);
  const xml = await answer.text();
  await report.check(`${words}: is what podcast apps expect`, () => {
    if (answer.status !== 200) throw new Error(`answers ${answer.status}`);
    if (!answer.headers.get("content-type").startsWith("application/rss+xml")) throw new Error(answer.headers.get("content-type"));
    if (answer.headers.get("access-control-allow-origin") !== "*") throw new Error("apps in browsers cannot read it");
  });
  await report.check(`${words}: xmllint, our schema`, () => judge("xmllint", ["--noout", "--nonet", "--relaxng", here("feed.rng"), "-"], xml));
  if (episodes) {
    await report.check(`${words}: xmllint, the schema of the podcast namespace`, () =>
      judge("xmllint", ["--noout", "--nonet", "--schema", here("../vectors/podcast/podcast-wrapper.xsd"), "-"], wrapped(xml)));
  }
  await report.check(`${words}: feedparser`, () => judge(process.env.PYTHON ?? "python3", [here("read.py"), String(episodes), language], xml));
  return xml;
}

/** What directories do before they list a podcast. */
async function fetched(xml) {
  const [sound] = attributes(xml, "enclosure", "url");
  const [length] = attributes(xml, "enclosure", "length");
  await report.check("recordings answer HEAD, with their length, and come in pieces", async () => {
    const head = await ask(sound, { method: "HEAD" });
    if (head.status !== 200 || head.headers.get("content-length") !== length) throw new Error(`HEAD: ${head.status}, ${head.headers.get("content-length")} instead of ${length}`);
    if (head.headers.get("accept-ranges") !== "bytes") throw new Error("no Accept-Ranges");
    const part = await ask(sound, { headers: { range: "bytes=10-19" } });
    if (part.status !== 206 || (await part.arrayBuffer()).byteLength !== 10) throw new Error(`a range: ${part.status}`);
  });
  await report.check("the cover answers HEAD", async () => {
    const head = await ask(attributes(xml, "itunes:image", "href")[0], { method: "HEAD" });
    if (head.status !== 200 || !/^image\/(png|jpeg)$/.test(head.headers.get("content-type"))) throw new Error(`${head.status} ${head.headers.get("content-type")}`);
  });
  await report.check("chapters are a document of their own", async () => {
    const answer = await ask(attributes(xml, "podcast:chapters", "url")[0]);
    const { version, chapters } = await answer.json();
    if (!answer.headers.get("content-type").startsWith("application/json+chapters")) throw new Error(answer.headers.get("content-type"));
    if (version !== "1.2.0" || chapters.length !== 2 || chapters[1].startTime !== 0.5) throw new Error(JSON.stringify(chapters));
  });
  await report.check("what is said is named in each language, and apps can read it", async () => {
    const named = ["url", "type", "language", "rel"].map((name) => attributes(xml, "podcast:transcript", name));
    const [urls, types, languages, relations] = named;
    if (`${types}` !== "text/html,text/vtt,text/vtt" || `${languages}` !== "en,en,de" || `${relations}` !== ",captions,captions") throw new Error(JSON.stringify(named));
    for (const [n, words] of ["And good night.", "<v Ann>Good morning", "Guten Morgen"].entries()) {
      const answer = await ask(urls[n]);
      if (!answer.headers.get("content-type").startsWith(types[n]) || !(await answer.text()).includes(words)) throw new Error(`${urls[n]}: ${answer.status}`);
      if (n > 0 && answer.headers.get("access-control-allow-origin") !== "*") throw new Error("apps in browsers cannot read it");
    }
  });
  await report.check("a feed that was read is not sent again", async () => {
    const [self] = attributes(xml, "atom:link", "href");
    const { headers } = await ask(self);
    const again = await ask(self, { headers: { "if-none-match": headers.get("etag") } });
    if (again.status !== 304) throw new Error(`answers ${again.status}`);
  });
}

const trial = new Trial();
const port = await freePort();
const origin = `http://localhost:${port}`;
await report.check("a podcast with episodes in two languages", async () => {
  await trial.run("init", "--yes", "--account", "press", "--language", "en,de", "--no-demo");
  trial.set("", "listen", `127.0.0.1:${port}`);
  await trial.serve(`http://127.0.0.1:${port}`);
  await trial.run("podcast add", "talk", "--as", "press", "--category", "News > Politics", "--mail", "talk@city.example",
    "--cover", file("cover.png", squarePng(1400)), "--cover-alt", "A blue square",
    "--lang", "en", "--title", "City & Talk", "--description", "What the <council> decides.",
    "--lang", "de", "--title", "Stadtgespräch", "--description", "Was der Rat beschließt.");
  const sound = here("../vectors/clips/sound.mp3");
  const chapters = file("chapters.txt", "00:00 Welcome\n00:00.500 Numbers & more https://city.example/budget\n");
  await trial.run("post new", "--as", "press", "--podcast", "talk", "--audio", sound, "--captions", `en=${file("en.vtt", "WEBVTT\n\n00:00.100 --> 00:00.900\n<v Ann>Good morning\n")}`,
    "--captions", `de=${file("de.srt", "1\n00:00:00,100 --> 00:00:00,900\nGuten Morgen\n")}`, "--lang", "en", "--text", "What it <costs>. #budget",
    "--title", "The budget", "--lang", "de", "--text", "Was es kostet.", "--title", "Der Haushalt", "--season", "1", "--episode", "1",
    "--chapters", chapters, "--person", "Ann Example; guest; https://ann.example/?a&b");
  await trial.run("post new", "--as", "press", "--podcast", "talk", "--audio", here("../vectors/clips/sound.m4a"), "--transcript", file("said.txt", "Good evening.\n\nAnd good night."), "--lang", "en",
    "--text", "Long words. ".repeat(380), "--title", "A bonus", "--type", "bonus", "--explicit");
  await trial.run("podcast add", "empty", "--as", "press", "--category", "Government", "--mail", "a@b.example", "--serial", "--unlocked",
    "--cover", file("large.png", squarePng(3000)), "--cover-alt", "Blue", "--title", "Nothing yet", "--description", "It begins soon.");
});
const xml = await judged("two episodes", `${origin}/@press/podcast/talk.rss`, 2, "en");
await judged("the other language", `${origin}/@press/podcast/talk/de.rss`, 1, "de");
await judged("no episode yet", `${origin}/@press/podcast/empty.rss`, 0, "en");
await fetched(xml);
await report.check("a faulty feed is found", () => {
  for (const [part, instead] of [["<itunes:explicit>false", "<itunes:explicit>no"], ["length=\"", "length=\"-"], [">yes</podcast:locked>", ">maybe</podcast:locked>"]]) {
    let passed = true;
    try {
      judge("xmllint", ["--noout", "--nonet", "--relaxng", here("feed.rng"), "-"], xml.replace(part, instead));
    } catch {
      passed = false;
    }
    if (passed) throw new Error(`the schema lets pass: ${instead}`);
  }
});
report.finish();

// The public pages and the desk in a real browser: accessibility, privacy, budgets, and that nothing needs script.
//
//   node run.mjs                          the release binary on a trial with sample content (INSTANCE=path of the binary)
//   node run.mjs --site URL PATH…         public pages of a site that runs already
//   node run.mjs --only WORDS             only the pages whose name has these words, and nothing besides
//   node run.mjs --screenshots DIR        also pictures of every page, light and dark, 1280 and 320 px wide
//
// CHROMIUM names the browser (default: chromium). Nothing is downloaded.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import zlib from "node:zlib";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";
import { endAfter, lastWords, Report } from "../trial.mjs";
import { composer } from "./composer.mjs";
import { busyDesk } from "./desk.mjs";
import * as inpage from "./inpage.mjs";
import { keyboard } from "./keyboard.mjs";
import { passkeys } from "./passkeys.mjs";
import { deskPages, publicPages, read, startTrial } from "./site.mjs";
import { uploads } from "./uploads.mjs";
import { walk } from "./walk.mjs";

const { values: options, positionals } = parseArgs({
  options: { site: { type: "string" }, screenshots: { type: "string" }, only: { type: "string" } },
  allowPositionals: true,
});

const KB = 1024;
const BUDGET = { // bytes: as sent without compression, and with gzip
  "CSS of public pages": [12 * KB, 4 * KB],
  "CSS of the desk on top": [6 * KB, 2 * KB],
  "script of the desk": [20 * KB, 8 * KB],
  "HTML of a page": [40 * KB, 8 * KB],
  "HTML of an error page": [2 * KB, 2 * KB],
};
const REQUESTS = 4; // of a post with one picture: HTML, CSS, icon, picture
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const SCHEMES = ["light", "dark"];

endAfter(1800);
const report = new Report();
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const html = new HtmlValidate({ root: true, extends: ["html-validate:standard"] });
const browser = await chromium.launch({
  executablePath: findChromium(process.env.CHROMIUM ?? "chromium"),
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

function findChromium(name) {
  const places = name.includes("/") ? [name] : process.env.PATH.split(":").map((folder) => path.join(folder, name));
  return places.find((place) => fs.existsSync(place)) ?? name;
}

function clean(faults) {
  const few = [...new Set(faults.flat())];
  if (few.length) throw new Error(few.slice(0, 8).join("\n") + (few.length > 8 ? `\n… ${few.length - 8} more` : ""));
}

/** Opens a page in a context of its own, does something with it, closes the context. */
async function visit(page, settings, body) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, storageState: page.login, ...settings });
  context.setDefaultTimeout(20_000);
  try {
    const tab = await context.newPage();
    const seen = watch(tab, page);
    await tab.goto(page.url, { waitUntil: "load" });
    await page.act?.(tab);
    await tab.waitForLoadState();
    return await body(tab, seen);
  } finally {
    await context.close();
  }
}

/** Notes what a page asks for and complains of. */
function watch(tab, page) {
  const seen = { requests: [], responses: [], errors: [] };
  tab.on("request", (request) => seen.requests.push(request.url()));
  tab.on("response", (response) => {
    seen.responses.push(response);
    if (response.request().isNavigationRequest() && response.status() !== 303) seen.answer = response;
  });
  tab.on("pageerror", (error) => seen.errors.push(error.message));
  tab.on("console", (message) => {
    const expected = page.status && message.text().includes(`status of ${page.status}`);
    if (message.type() === "error" && !expected) seen.errors.push(message.text());
  });
  return seen;
}

/** Everything that is asked of one page: as a visitor, without script, in light and in dark. */
async function examine(page) {
  const check = (words, body) => report.check(`[${page.name}] ${words}`, body);
  const look = (settings, body) => visit(page, settings, body).catch((error) => check("can be looked at", () => Promise.reject(error)));
  const offer = (tab, seen) => tab.evaluate(inpage.offer).then((found) => ({ ...found, status: seen.answer.status() }));
  let scripted;
  await look({}, async (tab, seen) => {
    await check(`answers ${page.status ?? 200}, keeps its content security policy, asks nobody else`, () => guarded(page, tab, seen));
    if (!page.desk) await check("leaves nothing on the reader's machine", () => traceless(tab, seen));
    await check("is within its budget", () => budget(page, tab, seen));
    scripted = await offer(tab, seen);
  });
  await look({ javaScriptEnabled: false }, async (tab, seen) => {
    const dead = (await tab.evaluate(inpage.deadButtons)).map((button) => `a button that needs script: ${button}`);
    const plain = await offer(tab, seen);
    await check("is valid HTML", () => valid(page, seen));
    await check("is the same without JavaScript", () => clean([dead, differences(page, plain, scripted)]));
  });
  for (const colorScheme of SCHEMES) {
    // The policy is bypassed, or the injected spacing would prove nothing.
    await look({ bypassCSP: true, colorScheme }, (tab) => accessible(tab, check, colorScheme));
  }
}

async function guarded(page, tab, { answer, requests, errors }) {
  const wanted = page.status ?? 200;
  clean([
    answer.status() === wanted ? [] : [`answers ${answer.status()}`],
    policyFaults(answer.headers()["content-security-policy"], page.desk),
    errors,
    requests.filter((url) => !url.startsWith("data:") && new URL(url).origin !== new URL(page.url).origin).map((url) => `asks ${url}`),
    (await tab.evaluate(inpage.scripts, !!page.desk)).map((script) => `script: ${script}`),
  ]);
}

async function traceless(tab, { responses }) {
  const cookies = (await tab.context().cookies()).map(({ name }) => `cookie ${name}`);
  const set = await Promise.all(
    responses.map(async (response) => ((await response.allHeaders())["set-cookie"] ? `Set-Cookie at ${response.url()}` : [])),
  );
  clean([cookies, set.flat(), await tab.evaluate(inpage.stored)]);
}

async function valid(page, { answer }) {
  const { results } = await html.validateString(await answer.text(), page.url);
  clean(results.flatMap(({ messages }) => messages).map((fault) => `${fault.line}:${fault.column} ${fault.message} (${fault.ruleId})`));
}

function policyFaults(policy, desk) {
  if (!policy) return ["no Content-Security-Policy"];
  const directives = new Map(policy.split(";").map((text) => text.trim().split(/\s+/)).map(([name, ...values]) => [name, values.join(" ")]));
  const faults = /unsafe-|\*|data:.*script/.test(policy) ? [`too open: ${policy}`] : [];
  if (directives.get("default-src") !== "'none'") faults.push(`default-src is ${directives.get("default-src")}`);
  const script = directives.get("script-src") ?? "'none'";
  if (script !== "'none'" && !(desk && script === "'self'")) faults.push(`script-src is ${script}`);
  for (const name of ["base-uri", "form-action", "frame-ancestors"]) if (!directives.has(name)) faults.push(`no ${name}`);
  return faults;
}

/** Public pages read the same to the letter. The desk's script may add to the text, but not to links and fields. */
function differences(page, plain, scripted) {
  const names = ["status", "headings", "links", "fields", ...(page.desk ? [] : ["text"])];
  const differing = names.filter((name) => JSON.stringify(plain[name]) !== JSON.stringify(scripted?.[name]));
  const show = (found) => JSON.stringify(found)?.slice(0, 300);
  return differing.map((name) => `${name} without script: ${show(plain[name])}\nwith it: ${show(scripted?.[name])}`);
}

/** axe, and what axe does not see. Layout does not depend on colours: it is measured once. */
async function accessible(tab, check, colorScheme) {
  await check(`has no fault that axe knows, ${colorScheme}`, async () => {
    await tab.evaluate(axe);
    const { violations } = await tab.evaluate((values) =>
      globalThis.axe.run(document, { runOnly: values, rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] }), RULES);
    clean(violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 2).map((node) => node.html.slice(0, 110)).join(" | ")}`));
  });
  await check(`shows where the focus is, ${colorScheme}`, () => focus(tab));
  if (colorScheme !== "light") return;
  await check("has targets of 24 px", async () => clean(await tab.evaluate(inpage.smallTargets)));
  await tab.setViewportSize({ width: 320, height: 640 });
  await check("fits 320 px", async () => clean([await tab.evaluate(inpage.overflow), await tab.evaluate(inpage.smallTargets)]));
  await tab.addStyleTag({ content: inpage.SPACING });
  await check("bears wider text spacing", async () => clean([await tab.evaluate(inpage.overflow), await tab.evaluate(inpage.clipped)]));
}

/** Walks through the page with the Tab key, once round. */
async function focus(tab) {
  const faults = [];
  const keys = new Set();
  for (let step = 0; step < 300; step += 1) {
    await tab.keyboard.press("Tab");
    const found = await tab.evaluate(inpage.focusFaults);
    if (!found || keys.has(found.key)) break;
    keys.add(found.key);
    faults.push(...found.faults);
  }
  if (!keys.size) faults.push("nothing can be reached with the Tab key");
  clean(faults);
}

async function budget(page, tab, seen) {
  const files = async (selector, name) => {
    const found = await tab.$$eval(selector, (elements, key) => elements.map((element) => element[key]), name);
    return Promise.all(found.map(async (url) => ({ url, body: (await read(url)).html })));
  };
  const within = (name, texts) => {
    const raw = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const packed = texts.reduce((sum, text) => sum + zlib.gzipSync(text).length, 0);
    const [mostRaw, mostPacked] = BUDGET[name];
    const over = texts.length && (raw > mostRaw || packed > mostPacked);
    return over ? [`${name}: ${raw} bytes, ${packed} with gzip; allowed are ${mostRaw} and ${mostPacked}`] : [];
  };
  const styles = await files("link[rel~=stylesheet]", "href");
  const own = styles.filter(({ url }) => /\bdesk\b/.test(new URL(url).pathname) === !!page.desk).map(({ body }) => body);
  if (!own.length) throw new Error(`none of its style sheets is its own: ${styles.map(({ url }) => url).join(" ")}`);
  const scripts = await files("script[src]", "src");
  const packets = [...new Set(seen.requests.filter((url) => !url.startsWith("data:")))];
  clean([
    within(page.desk ? "CSS of the desk on top" : "CSS of public pages", own),
    within("script of the desk", scripts.map(({ body }) => body)),
    page.desk ? [] : within(page.status ? "HTML of an error page" : "HTML of a page", [await seen.answer.text()]),
    page.name === "post with a picture" && packets.length > REQUESTS ? [`${packets.length} requests: ${packets.join(" ")}`] : [],
  ]);
}

/** Every feed that the pages announce can be read. */
async function feeds(pages) {
  const announced = new Map();
  for (const page of pages.filter(({ status }) => !status)) {
    const found = await visit(page, {}, (tab) => tab.$$eval("link[rel~=alternate][type],link[rel=sitemap]", (all) =>
      all.filter(({ type }) => /xml|opml|feed\+json/.test(type)).map(({ href, type }) => [href, type])));
    for (const [url, type] of found) announced.set(url, type);
  }
  await report.check("feeds are announced", () => clean(announced.size ? [] : ["none"]));
  await visit({ url: "about:blank" }, {}, async (tab) => {
    for (const [url, type] of announced) {
      await report.check(`the feed at ${new URL(url).pathname} can be read`, async () => {
        const { status, html: text } = await read(url);
        if (status !== 200) throw new Error(`answers ${status}`);
        if (type.includes("json")) JSON.parse(text);
        else clean(await tab.evaluate(inpage.feedFaults, text));
      });
    }
  });
}

/** Logs in by the one-time address and returns what a browser keeps of it. */
async function logIn(link) {
  const context = await browser.newContext();
  try {
    const tab = await context.newPage();
    await tab.goto(link);
    if (!(await context.cookies()).length) await tab.locator("main form").locator("button, input[type=submit]").first().click();
    await tab.waitForURL(/\/desk/);
    const cookies = await context.cookies();
    clean(cookies.length ? cookies.filter((cookie) => !cookie.httpOnly || cookie.sameSite === "None").map(({ name }) => `cookie ${name} is open to scripts or other sites`) : ["no cookie"]);
    return await context.storageState();
  } finally {
    await context.close();
  }
}

async function findDesk({ origin, trial }) {
  const login = await report.check("the one-time address logs in to the desk", async () => logIn(await trial.run("user login-link")));
  if (!login) return [];
  const source = (url) => visit({ url, login }, {}, async (_tab, { answer }) =>
    (answer.ok() && answer.headers()["content-type"]?.startsWith("text/html") ? answer.text() : null)).catch(() => null);
  const pages = await deskPages(origin, source);
  await report.check("the desk has pages", () => clean(pages.length > 1 ? [] : [`only ${pages.length}`]));
  return pages.map((page) => ({ ...page, login, desk: true }));
}

/** Each address that the desk has a page for is the address of one that was looked at. */
function everyRoute(pages) {
  const source = fs.readFileSync(new URL("../../src/desk/routes.rs", import.meta.url), "utf8");
  const routes = [...source.matchAll(/\(&Method::GET, "([^"]*)", (?:See|Let)\(Open::(?:LogIn|Link)\b|\(&Method::GET, "([^"]*)", See\b/g)].map(([, open, own]) => open ?? own);
  if (routes.length < 40) throw new Error(`only ${routes.length} routes are found in src/desk/routes.rs`);
  const paths = new Set(pages.filter(({ desk }) => desk).map(({ url }) => new URL(url).pathname));
  const pattern = (route) => new RegExp(`^/desk${route && "/"}${route.replaceAll(":id", "[^/]+")}$`);
  const isPage = (route) => !/\.(csv|json)$|^uploads|^replies$/.test(route); // replies: only leads on
  clean(routes.filter((route) => isPage(route) && ![...paths].some((found) => pattern(route).test(found))).map((route) => `/desk/${route}`));
}

async function screenshots(pages, folder) {
  fs.mkdirSync(folder, { recursive: true });
  for (const page of pages) {
    for (const colorScheme of SCHEMES) {
      for (const width of [1280, 320]) {
        const name = `${page.name.replace(/\W+/g, "-").replace(/^-/, "")}-${colorScheme}-${width}.png`;
        await visit(page, { colorScheme, viewport: { width, height: 900 } }, (tab) => tab.screenshot({ path: path.join(folder, name), fullPage: true }));
      }
    }
  }
}

let city, busy;
await report.check("all pages were looked at", async () => {
  let pages = positionals.map((name) => ({ name, url: new URL(name, options.site).href }));
  if (options.site) {
    for (const page of pages) page.status = await read(page.url).then(({ status }) => (status === 200 ? undefined : status));
  } else {
    city = await startTrial();
    busy = await busyDesk(browser);
    pages = [...(await publicPages(city.origin, city.trial)), ...(await findDesk(city)), ...busy.pages];
  }
  for (const page of pages.filter(({ url }) => !url)) await report.check(`[${page.name}] exists in the trial`, () => clean(["not found"]));
  pages = pages.filter(({ url, name }) => url && name.includes(options.only ?? ""));
  if (options.screenshots) await screenshots(pages, options.screenshots);
  for (const page of pages) await examine(page);
  if (options.site || options.only) return;
  await feeds(pages.filter(({ desk }) => !desk));
  await report.check("every page of the desk is among them", () => everyRoute(pages));
  await passkeys(browser, report, city.trial);
  await keyboard(browser, report, city);
  await uploads(browser, report, city.trial);
  await composer(browser, report, city.trial, busy.city);
  await walk(browser, report);
});
await busy?.city.close();
await browser.close();
for (const place of [city, busy?.city]) if (report.failed && place?.trial.server) console.log(`the server's last words:\n${lastWords(place.trial.server)}`);
report.finish();

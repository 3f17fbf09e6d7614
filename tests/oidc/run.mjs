// Logging in to the desk through an identity provider that is not ours: the binary against oidc-provider, a certified
// implementation. Who gets in and as what, who does not, and what becomes of answers that were changed on the way.
//
//   node run.mjs        INSTANCE=path of the binary (default: ../../instance)
import fs from "node:fs";
import path from "node:path";
import { endAfter, freePort, Report, start, stop, Trial, BINARY } from "../trial.mjs";
import { Browser, House, people, SECRET } from "./provider.mjs";

endAfter(300);
const report = new Report();
const trial = new Trial();
const house = new House();
const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
const back = `${origin}/desk/login/provider/back`;
const PASSWORD = "a few words to remember";

function equal(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${what} is ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

function has(text, ...words) {
  for (const word of words) if (!text.includes(word)) throw new Error(`no ${JSON.stringify(word)} in: ${text.replace(/\s+/g, " ")}`);
}

/** Starts the server again with these settings of [login]. */
async function settings(values) {
  if (trial.server) await stop(trial.server);
  for (const [key, value] of Object.entries(values)) trial.set("login", key, value);
  await trial.serve(origin);
}

async function secret(words, text) {
  const { spawn } = await import("node:child_process");
  const child = spawn(BINARY, [...words.split(" "), "--data", trial.data], { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.on("error", () => {}).end(`${text}\n`);
  if ((await new Promise((resolve) => child.on("close", resolve))) !== 0) throw new Error(words);
}

/** Logs in as somebody of the provider in a fresh browser; answers with what is shown at the end. */
async function logIn(who, { to = "/desk/account", browser = new Browser(), ...options } = {}) {
  house.who = who;
  const found = await browser.go(`${origin}/desk/login/provider?to=${encodeURIComponent(to)}`, options);
  for (const step of browser.steps) {
    const code = new URL(step).searchParams.get("code");
    if (code) house.codes.push(code);
  }
  return { ...found, browser };
}

const isIn = (found) => found.status === 200 && found.url.startsWith(`${origin}/desk`) && /action="\/desk\/logout"/.test(found.text);
const user = async (email) => JSON.parse(await trial.run("user list", "--json")).users.find((one) => one.email === email);

async function refused(who, id, ...words) {
  const found = await logIn(who);
  equal(found.status, id === "E320" ? 502 : 403, "the status");
  has(found.text, `(${id})`, ...words);
  equal(found.browser.jar.get(origin).size, 0, "cookies that are left");
}

async function byPassword(email) {
  const browser = new Browser();
  const form = { email, password: PASSWORD, code: "", to: "/desk/account" };
  return isIn(await browser.go(`${origin}/desk/login`, { method: "POST", form })) && browser;
}

await house.open(back);
await trial.run("init", "--yes", "--name", "City of Example", "--account", "press", "--language", "en", "--no-demo");
for (const [key, value] of [["url", origin], ["listen", `127.0.0.1:${port}`]]) trial.set("", key, value);
await trial.run("user add", "chief@city.example", "--role", "owner");
await trial.run("user add", "ana@city.example", "--account", "press", "--role", "author");
await secret("user password chief@city.example --password-stdin", PASSWORD);
await secret("user password ana@city.example --password-stdin", PASSWORD);
people.set("s-ana", { email: "ana@city.example", email_verified: true, name: "Ana", groups: [] });
people.set("s-bo", { email: "bo@city.example", email_verified: true, name: "Bo <b>Berg</b>", groups: ["/press-office", "other"] });
people.set("s-cy", { email: "cy@city.example", email_verified: false, name: "Cy", groups: ["/press-office"] });
people.set("s-di", { email: "di@city.example", email_verified: true, name: "Di", groups: ["other"] });
people.set("s-it", { email: "it@city.example", email_verified: true, name: "It", groups: ["it"] });
fs.writeFileSync(path.join(trial.data, "oidc.secret"), `${SECRET}\n`, { mode: 0o600 });

await report.check("without a provider there is no way to it, and passwords cannot be switched off", async () => {
  await trial.serve(origin);
  const page = await new Browser().go(`${origin}/desk/login`);
  if (/provider/.test(page.text)) throw new Error(page.text);
  equal((await new Browser().go(`${origin}/desk/login/provider`)).status, 404, "the status");
  trial.set("login", "passwords", false);
  const said = await trial.run("config check").catch((error) => error.message);
  trial.set("login", "passwords", true);
  has(said, "E013", "login.issuer");
});

await settings({ issuer: house.issuer, client_id: "desk-RS256", client_secret_file: "oidc.secret", scopes: ["email", "profile", "groups"] });

await report.check("who is unknown here is told by which subject, and nothing is made of it", async () => {
  await refused("s-ana", "E324", "s-ana");
  await refused("s-bo", "E324", "s-bo");
  equal(await user("bo@city.example"), undefined, "Bo");
});

await report.check("who is linked by subject gets in, and goes where they wanted to", async () => {
  await trial.run("user identity", "ana@city.example", "--subject", "s-ana");
  const found = await logIn("s-ana", { to: "/desk/posts?before=17" });
  if (!isIn(found)) throw new Error(found.text);
  equal(found.url, `${origin}/desk/posts?before=17`, "the address");
  equal((await user("ana@city.example")).identities.map((one) => [one.issuer, one.subject]), [[house.issuer, "s-ana"]], "identities");
  for (const to of ["//evil.example/desk", "https://evil.example/desk", "/\\evil.example", "/desk.evil.example", "x".repeat(5000)])
    if ((await logIn("s-ana", { to, stop: (url) => url === `${origin}/desk` })).url !== `${origin}/desk`) throw new Error(to.slice(0, 40));
});

await report.check("each way to sign and to show the secret works; a signature by a shared secret does not", async () => {
  for (const client of ["desk-PS256", "desk-ES256", "desk-EdDSA", "desk-post"]) {
    await settings({ client_id: client });
    if (!isIn(await logIn("s-ana"))) throw new Error(client);
  }
  await settings({ client_id: "desk-public", client_secret_file: "" });
  if (!isIn(await logIn("s-ana"))) throw new Error("a public client");
  await settings({ client_id: "desk-HS256", client_secret_file: "oidc.secret" });
  await refused("s-ana", "E321", "RS256");
  fs.writeFileSync(path.join(trial.data, "oidc.secret"), "wrong\n");
  await settings({ client_id: "desk-RS256" });
  await refused("s-ana", "E323", "invalid_client");
  fs.writeFileSync(path.join(trial.data, "oidc.secret"), `${SECRET}\n`);
});

const groups = ["/press-office = press:editor+author", "it = owner"];
await settings({ groups, create: true });

await report.check("who is in a group is made a user with its roles; who is not, or not verified, is nobody", async () => {
  if (!isIn(await logIn("s-bo"))) throw new Error("Bo is not in");
  const bo = await user("bo@city.example");
  equal([bo.name, bo.rank, bo.roles, bo.password], ["Bo <b>Berg</b>", "member", { press: ["author", "editor"] }, false], "Bo");
  await refused("s-cy", "E324", "verified", "s-cy");
  await refused("s-di", "E324", "s-di");
  if (!isIn(await logIn("s-it"))) throw new Error("It is not in");
  equal((await user("it@city.example")).rank, "owner", "the rank of It");
});

await report.check("who has left the groups loses what came by them, at once and everywhere", async () => {
  const { browser: open } = await logIn("s-bo");
  people.get("s-bo").groups = ["other"];
  await refused("s-bo", "E325");
  equal((await user("bo@city.example")).roles, {}, "the roles of Bo");
  equal((await open.go(`${origin}/desk/account`)).status, 401, "the session that was open");
  people.get("s-it").groups = ["/press-office"];
  if (!isIn(await logIn("s-it"))) throw new Error("It is not in");
  const it = await user("it@city.example");
  equal([it.rank, it.roles], ["member", { press: ["author", "editor"] }], "It");
});

await report.check("roles that were given by hand stay", async () => {
  people.get("s-ana").groups = ["/press-office"];
  await logIn("s-ana");
  equal((await user("ana@city.example")).roles, { press: ["author", "editor"] }, "in the group");
  people.get("s-ana").groups = [];
  if (!isIn(await logIn("s-ana"))) throw new Error("Ana is not in");
  equal((await user("ana@city.example")).roles, { press: ["author"] }, "out of it");
});

await report.check("who is switched off stays off", async () => {
  await trial.run("user off", "it@city.example");
  await refused("s-it", "E326");
});

await report.check("an address finds its user only when the settings say so, and then nothing else opens it any more", async () => {
  await trial.run("user add", "di@city.example", "--account", "press", "--role", "replier");
  await secret("user password di@city.example --password-stdin", PASSWORD);
  people.get("s-di").groups = ["/press-office"];
  await refused("s-di", "E327", "s-di");
  await settings({ match_email: true });
  const old = await byPassword("di@city.example");
  if (!old || !isIn(await logIn("s-di"))) throw new Error("Di is not in");
  equal((await user("di@city.example")).roles, { press: ["author", "editor", "replier"] }, "the roles of Di");
  equal((await old.go(`${origin}/desk/account`)).status, 401, "the session of before");
  if (await byPassword("di@city.example")) throw new Error("the password of before still opens it");
  people.set("s-evil", { email: "DI@city.example", email_verified: true, groups: ["/press-office"] });
  await refused("s-evil", "E327");
});

await report.check("a log-in ends once, in the browser that began it", async () => {
  const before = (url) => url.startsWith(back);
  const { url, browser } = await logIn("s-ana", { stop: before });
  const wrong = async (at, by = new Browser()) => {
    const found = await by.go(at);
    equal(found.status, 403, "the status");
    has(found.text, "(E322)");
  };
  await wrong(url);
  const other = await logIn("s-bo", { stop: before });
  await wrong(url, other.browser);
  const changed = new URL(url);
  changed.searchParams.set("state", `A${changed.searchParams.get("state").slice(1)}`);
  const mine = new Browser();
  mine.jar = new Map([...browser.jar].map(([at, cookies]) => [at, new Map(cookies)]));
  await wrong(changed.href, mine);
  if (!isIn(await browser.go(url))) throw new Error("it does not end where it began");
  const replay = new Browser();
  mine.jar.get(origin).forEach((value, name) => replay.jar.set(origin, new Map([[name, value]])));
  await wrong(url, replay);
});

await report.check("an answer from another issuer, or a no, lets nobody in", async () => {
  const { url, browser } = await logIn("s-ana", { stop: (at) => at.startsWith(back) });
  const mixed = new URL(url);
  mixed.searchParams.set("iss", "https://evil.example");
  has((await browser.go(mixed.href)).text, "(E321)", "iss");
  await refused(null, "E323", "access_denied");
});

const now = Math.floor(Date.now() / 1000);
const evil = await house.stranger("RS256", "key-RS256");
const unknown = await house.stranger("RS256", "new");
const none = (token) => `${Buffer.from('{"alg":"none"}').toString("base64url")}.${token.split(".")[1]}.`;
const forgeries = [
  ["nonce of another log-in", "nonce", (t) => house.forge(t, { nonce: "other" })],
  ["no nonce", "nonce", (t) => house.forge(t, { nonce: undefined })],
  ["another audience", "aud", (t) => house.forge(t, { aud: "other" })],
  ["one audience more", "aud", (t) => house.forge(t, { aud: ["desk-RS256", "other"] })],
  ["another party", "azp", (t) => house.forge(t, { azp: "other" })],
  ["another issuer", "iss", (t) => house.forge(t, { iss: "https://evil.example" })],
  ["issuer with a slash", "iss", (t) => house.forge(t, { iss: `${house.issuer}/` })],
  ["run out", "exp", (t) => house.forge(t, { exp: now - 3600 })],
  ["from the future", "iat", (t) => house.forge(t, { iat: now + 7200, exp: now + 9999 })],
  ["from yesterday", "iat", (t) => house.forge(t, { iat: now - 86400 })],
  ["no subject", "sub", (t) => house.forge(t, { sub: undefined })],
  ["alg none", "cannot be read", none],
  ["alg none with a signature", "RS256", (t) => none(t) + t.split(".")[2]],
  ["another key under the same name", "signature", (t) => house.forge(t, {}, { jwk: evil })],
  ["a key that nobody knows", "does not list", (t) => house.forge(t, {}, { jwk: unknown })],
  ["changed after it was signed", "signature", (t) => t.replace(/\.[^.]+\./, (claims) => `.${Buffer.from(Buffer.from(claims, "base64url").toString().replace("s-ana", "s-chief")).toString("base64url")}.`)],
  ["an access token's kind", "kind", (t) => house.forge(t, {}, { head: { typ: "at+jwt" } })],
  ["an extension", "extension", (t) => house.forge(t, {}, { head: { crit: ["odd"], odd: 1 } })],
  ["no token", "no ID token", () => undefined],
  ["no text", "no ID token", () => 17],
];
for (const [name, word, forge] of forgeries)
  await report.check(`not taken: ${name}`, async () => {
    house.change = async (at, said) => (at === "/token" && said.id_token ? { ...said, id_token: await forge(said.id_token) } : undefined);
    await refused("s-ana", "E321", word).finally(() => (house.change = null));
  });

await report.check("what is said of somebody else is not taken for theirs", async () => {
  house.change = (at, said) => (at === "/me" ? { ...said, sub: "s-it", groups: ["it"] } : undefined);
  await refused("s-ana", "E321").finally(() => (house.change = null));
  equal([(await user("ana@city.example")).rank, (await user("ana@city.example")).roles], ["member", { press: ["author"] }], "Ana");
});

await report.check("logging out says where one may be logged in still", async () => {
  const { browser, text } = await logIn("s-ana");
  const form = { csrf: /name="csrf" value="([^"]+)"/.exec(text)[1] };
  const page = await browser.go(`${origin}/desk/logout`, { method: "POST", form });
  const link = /href="(http[^"]+)">log out there too/.exec(page.text)[1].replaceAll("&amp;", "&").replaceAll("&#38;", "&");
  const there = await browser.go(link);
  equal(there.status, 200, "the status there");
  if (!new URL(link).href.startsWith(house.issuer)) throw new Error(link);
});

await report.check("with passwords off everybody comes through the provider, but one owner", async () => {
  const open = await byPassword("ana@city.example");
  if (!open) throw new Error("Ana has a password");
  const link = await trial.run("user login-link", "ana@city.example");
  await trial.run("user break-glass", "chief@city.example");
  const no = await trial.run("user break-glass", "ana@city.example").catch((error) => error.message);
  has(no, "E330");
  await settings({ passwords: false });
  equal((await open.go(`${origin}/desk/account`)).status, 401, "the session of before");
  if (await byPassword("ana@city.example")) throw new Error("Ana came in by password");
  equal((await new Browser().go(link, { method: "POST", form: {} })).status, 410, "the link");
  has(await trial.run("user login-link", "ana@city.example").catch((error) => error.message), "E329");
  if (!(await byPassword("chief@city.example"))) throw new Error("the chief is locked out");
  if (!isIn(await logIn("s-ana"))) throw new Error("Ana is locked out");
  has(await trial.run("user add", "new@city.example", "--account", "press", "--role", "author"), "identity provider");
});

await report.check("the second factor is the provider's matter for whoever comes through it", async () => {
  await trial.run("user second-factor", "--require");
  const found = await logIn("s-ana");
  equal([isIn(found), found.url], [true, `${origin}/desk/account`], "where Ana is");
});

await report.check("when the provider is away its people are told, and the one owner gets in", async () => {
  await house.close();
  await settings({});
  const found = await new Browser().go(`${origin}/desk/login/provider`);
  equal(found.status, 502, "the status");
  has(found.text, "(E320)");
  if (!(await byPassword("chief@city.example"))) throw new Error("the chief is locked out");
});

await report.check("no code, token or secret is in the log", () => {
  const log = fs.readFileSync(path.join(trial.folder, "serve.log"), "utf8");
  if (!/identity provider/.test(log)) throw new Error("nothing is logged");
  if (!house.codes.length || !house.tokens.length) throw new Error("nothing to look for");
  for (const word of [...house.codes, ...house.tokens, SECRET, "a%2Bsecret"]) if (log.includes(word)) throw new Error(`${word} is in the log`);
});
report.finish();

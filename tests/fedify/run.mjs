// Federation with an implementation that is not ours: the release binary against Fedify peers, each a host of its
// own on loopback. Every way a peer may sign (RFC 9421 first, draft-cavage first) times whether it wants signed GETs;
// then badly signed requests.
//
//   node run.mjs        INSTANCE=path of the binary (default: ../../instance)
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { endAfter, freePort, lastWords, png, Report, squarePng, start, stop, Trial, until, untilAnswers } from "../trial.mjs";

endAfter(400);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const report = new Report();
const trial = new Trial();
const ACTIVITY = "application/activity+json";
const ALT = "A grey square that gets lighter to the right";

class Stop extends Error {}

/** A check that what follows cannot do without. */
async function need(name, body) {
  const found = await report.check(name, body);
  if (found === undefined) throw new Stop(name);
  return found;
}

function equal(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what} is ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
  return found;
}

function present(found, what) {
  if (!found) throw new Error(`no ${what}`);
  return found;
}

/** Fetches JSON as a server would. */
async function get(url, { accept = ACTIVITY, status = 200 } = {}) {
  const response = await fetch(url, { headers: { accept }, signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (response.status !== status) throw new Error(`${url} answers ${response.status}, wanted ${status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

/** How many items a collection of the post counts; it stands in the post, or behind an address. */
async function total(post, name) {
  let collection = (await get(post))[name];
  if (typeof collection === "string") collection = await get(collection);
  if (collection?.totalItems === undefined && collection?.id) collection = await get(collection.id);
  return collection?.totalItems;
}

const counts = (post, name, wanted) => until(`${name} of ${post} count ${wanted}`, async () => (await total(post, name)) === wanted);

/** A small picture that our own code has not made. */
function picture(file) {
  fs.writeFileSync(file, png(96, 64, 1, (x) => x * 2));
  return file;
}

/** A Fedify server on its own loopback address. */
class Peer {
  static async start(host, env = {}) {
    const peer = new Peer();
    const port = await freePort(host);
    peer.origin = `http://${host}:${port}`;
    const log = path.join(trial.folder, `peer-${host}.log`);
    peer.child = start(process.execPath, [here("peer.mjs")], { env: { ...env, HOST: host, PORT: port, DATA: trial.folder }, log });
    await untilAnswers(peer.child, `${peer.origin}/_ctl/log`);
    return peer;
  }

  async control(words, order) {
    const options = order ? { method: "POST", body: JSON.stringify(order) } : {};
    const response = await fetch(`${this.origin}/_ctl/${words}`, { ...options, signal: AbortSignal.timeout(20_000) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${JSON.stringify(order)}: ${answer.error}`);
    return answer;
  }

  send(order) {
    return this.control("send", order);
  }

  log(event) {
    return this.control(`log?event=${event}`);
  }

  /** The first verified activity of this type that passes the test: as Fedify read it, and as it was sent. */
  async received(type, test) {
    const found = await until(`a verified ${type}`, async () =>
      (await this.log("verified")).find((entry) => entry.type === type && test(entry)));
    const posts = await until("its request", async () => {
      const fitting = (await this.log("http")).filter(({ method, body }) => method === "POST" && body.includes(found.id));
      return fitting.length && fitting;
    });
    return { ...found, sent: JSON.parse(posts[0].body) };
  }
}

async function setUp() {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  await trial.run("init", "--yes", "--name", "City of Example", "--account", "press", "--language", "en,de", "--no-demo");
  trial.set("", "url", origin);
  trial.set("", "listen", `127.0.0.1:${port}`);
  trial.set("network", "allow_private", ["127.0.0.0/8"]);
  const cover = path.join(trial.folder, "cover.png");
  fs.writeFileSync(cover, squarePng(1400));
  await trial.run("podcast add", "city-talk", "--as", "press", "--category", "News", "--mail", "press@city.example", "--cover", cover,
    "--cover-alt", "A blue square", "--lang", "en", "--title", "City Talk", "--description", "What the council decides.");
  await trial.serve(origin);
  return origin;
}

async function findAccount(origin) {
  const handle = `acct:press@${new URL(origin).host}`;
  const found = await get(`${origin}/.well-known/webfinger?resource=${encodeURIComponent(handle)}`, { accept: "application/jrd+json" });
  equal(found.subject, handle, "the subject");
  return present(found.links.find(({ rel, type }) => rel === "self" && type === ACTIVITY)?.href, `link to the actor as ${ACTIVITY}`);
}

async function readActor(id) {
  const actor = await get(id);
  equal(actor.id, id, "the actor's id");
  equal(actor.preferredUsername, "press", "the actor's name");
  equal(actor.publicKey?.owner, id, "the owner of the key");
  for (const name of ["inbox", "outbox", "followers", "following", "url"]) present(actor[name], name);
  present(actor.endpoints?.sharedInbox, "shared inbox");
  return actor;
}

async function follow(peer, actor) {
  const { id } = await peer.send({ type: "Follow", target: actor.id });
  const accept = await peer.received("Accept", ({ json }) => JSON.stringify(json).includes(id));
  equal(accept.actor, actor.id, "who accepts");
  return id;
}

const followerCount = async (actor) => (await get(actor.followers)).totalItems;

const followers = (actor, wanted) => until(`${wanted} followers`, async () => (await followerCount(actor)) === wanted);

/** Publishes by command line and returns the id that other servers know. */
async function publish(text, ...args) {
  const printed = await trial.run("post new", "--as", "press", "--lang", "en", "--text", text, ...args);
  return (await get(printed)).id;
}

function checkNote({ sent, json }, text) {
  const note = sent.object;
  equal(note.type, "Note", "the type");
  equal(Object.keys(note.contentMap ?? {})[0], "en", "the first language");
  equal(note.contentMap.en, note.content, "the English content");
  present(note.content.includes(text), `"${text}" in ${note.content}`);
  equal([note.attachment].flat().length, 1, "the number of attachments");
  present(described([json.object.attachment].flat()[0], ALT), "the description that Fedify read");
  const media = [note.attachment].flat()[0];
  equal(media.summary, ALT, "the description as newer servers read it");
  equal(media.nameMap?.en, ALT, "the English description");
  equal(JSON.stringify([media.width, media.height]), "[96,64]", "the size");
  equal(JSON.stringify(media.focalPoint), "[0.5,-0.25]", "where to look");
  present(/^.{36}$/.test(media.blurhash), `blurhash of 4 × 4 parts in ${media.blurhash}`);
  return media;
}

/** A file of captions. */
function captions() {
  const file = path.join(trial.folder, "en.vtt");
  fs.writeFileSync(file, "WEBVTT\n\n00:00.000 --> 00:01.000\nGood morning\n");
  return file;
}

/** Whether what Fedify made of a file still says this, in plain text or in a language. */
const described = (file, words) => JSON.stringify(file).includes(JSON.stringify(words));

/** A film and a sound in one post: in their order, each with its type, length and words. */
async function clips(check, peer) {
  const clip = (name) => path.join(here("../vectors/clips"), name);
  const post = await check("a post with a film and a sound is published", () =>
    publish("Look and listen", "--media", clip("baseline.mp4"), "--alt", "Bars", "--media", clip("sound.mp3"), "--alt", "A tone",
      "--captions", `1:en=${captions()}`, "--poster", `1:${picture(path.join(trial.folder, "still.png"))}`, "--no-captions", "2:no-speech"));
  await check("they arrive in order, with type, length and description", async () => {
    const { sent, json } = await peer.received("Create", ({ object }) => object === post);
    const [film, sound] = present(sent.object.attachment.length === 2 && sent.object.attachment, "two attachments");
    equal(`${film.mediaType} ${sound.mediaType}`, "video/mp4 audio/mpeg", "the types");
    equal(`${film.name} ${sound.name}`, "Bars A tone", "the descriptions");
    equal(`${film.summary} ${sound.summary}`, "Bars A tone", "the descriptions as newer servers read them");
    present(film.width > 0 && film.height > 0 && sound.width === undefined, "a size of the film alone");
    for (const { duration } of [film, sound]) present(/^PT\d+(\.\d+)?S$/.test(duration), `length ${duration}`);
    equal(film.icon?.type, "Image", "the picture of the film until it plays");
    present(/^.{36}$/.test(film.blurhash), `blurhash of the film's picture in ${film.blurhash}`);
    await checkMedia(film.icon);
    const read = [json.object.attachment].flat();
    present(described(read[0], "Bars") && described(read[1], "A tone"), "the words as Fedify read them");
  });
}

/** An episode of a podcast is a post with its sound, which has the cover beside it. */
async function episode(check, peer) {
  const title = `What the budget costs in ${new URL(peer.origin).hostname}`;
  const post = await check("an episode is published", () => publish("The treasurer explains it", "--podcast", "city-talk", "--title", title,
    "--audio", path.join(here("../vectors/clips"), "sound.mp3"), "--no-captions", "no-speech"));
  await check("it arrives with title, sound, length and cover", async () => {
    const { sent } = await peer.received("Create", ({ object }) => object === post);
    present(sent.object.content.includes(title), "the title in the text");
    const [sound] = [sent.object.attachment].flat();
    equal(sound.mediaType, "audio/mpeg", "the type");
    present(/^PT\d+(\.\d+)?S$/.test(sound.duration), `length ${sound.duration}`);
    equal(sound.icon?.type, "Image", "the cover");
    await checkMedia(sound.icon);
  });
}

/** The profile's pictures change, with what they show. */
async function profile(check, peer, actor) {
  const file = picture(path.join(trial.folder, "face.png"));
  const heard = (test) => peer.received("Update", ({ object, json }) => object === actor.id && test(JSON.stringify(json)));
  await check("a new picture of the profile arrives as an Update, with its description", async () => {
    const alt = `A square for ${new URL(peer.origin).hostname}`;
    await trial.run("account edit", "press", "--avatar", file, "--avatar-alt", alt);
    const { sent } = await heard((json) => json.includes(alt));
    equal(sent.object.icon.summary, alt, "the description");
    await checkMedia(sent.object.icon);
  });
  await check("a picture that is taken away leaves with an Update", async () => {
    await trial.run("account edit", "press", "--no-avatar");
    await heard((json) => !json.includes('"icon"'));
  });
}

/** A picture's words change, a second one comes, the first goes: an Update each time. */
async function otherFiles(check, peer, post) {
  const file = picture(path.join(trial.folder, "second.png"));
  const update = async (test, ...args) => {
    await trial.run("post edit", post, ...args);
    await peer.received("Update", ({ json }) => JSON.stringify(json).includes(post) && test(JSON.stringify(json)));
  };
  await check("a new description arrives as an Update", () => update((json) => json.includes("A darker square"), "--describe", "1", "A darker square"));
  await check("a further picture arrives as an Update", () => update((json) => json.includes("A second square"), "--media", file, "--alt", "A second square"));
  await check("an Update tells that a picture left", () => update((json) => !json.includes("A darker square"), "--remove", "1"));
}

async function checkMedia({ url, mediaType }) {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  equal(response.status, 200, "the status");
  equal(response.headers.get("content-type"), mediaType, "the content type");
  const bytes = Buffer.from(await response.arrayBuffer());
  const magic = { "image/png": "89504e47", "image/jpeg": "ffd8ff", "image/webp": "52494646" }[mediaType];
  present(magic && bytes.toString("hex").startsWith(magic), `${mediaType} at ${url}`);
  return bytes.length;
}

/** What readers do with a post, and what they take back. */
async function reactions(check, peer, post) {
  const reply = await check("a reply waits for release", async () => {
    const sent = await peer.send({ type: "Create", actor: "bob", inReplyTo: post, content: "<p>Thank you!</p>" });
    await until("the reply in the list", async () => (await trial.run("reply list", "--json")).includes(sent.object));
    equal(await total(post, "replies"), 0, "the number of replies shown");
    return sent;
  });
  await check("a released reply is counted", async () => {
    await trial.run("reply release", present(reply, "reply").object);
    await counts(post, "replies", 1);
  });
  const like = await check("a like is counted", async () => {
    const sent = await peer.send({ type: "Like", object: post });
    await counts(post, "likes", 1);
    return sent;
  });
  const boost = await check("a boost is counted", async () => {
    const sent = await peer.send({ type: "Announce", object: post });
    await counts(post, "shares", 1);
    return sent;
  });
  await check("a like taken back is no longer counted", async () => {
    await peer.send({ type: "Undo", undo: present(like, "like").id });
    await counts(post, "likes", 0);
  });
  await check("a boost taken back is no longer counted", async () => {
    await peer.send({ type: "Undo", undo: present(boost, "boost").id });
    await counts(post, "shares", 0);
  });
  await check("a deleted reply is no longer counted", async () => {
    await peer.send({ type: "Delete", actor: "bob", object: present(reply, "reply").object, target: reply.to });
    await counts(post, "replies", 0);
  });
}

async function changes(check, peer, post) {
  await check("an edit arrives as an Update", async () => {
    await trial.run("post edit", post, "--text", "The bridge is open again");
    const { sent } = await peer.received("Update", ({ object, json }) => object === post && JSON.stringify(json).includes("open again"));
    present(sent.object.content.includes("open again"), "new text in the Update");
    present(sent.object.updated, "time of the edit");
  });
  await check("a deletion arrives as a Delete", async () => {
    await trial.run("post delete", post);
    await peer.received("Delete", ({ json }) => JSON.stringify(json).includes(post));
  });
  await check("a deleted post answers 410 with a Tombstone", async () => {
    equal((await get(post, { status: 410 })).type, "Tombstone", "the type");
  });
}

async function leave(check, peer, witness, actor, following, before) {
  await check("an unfollow is counted", async () => {
    await peer.send({ type: "Undo", undo: following });
    await followers(actor, before);
  });
  await check("a later post goes to the remaining follower only", async () => {
    const post = await publish("Only for those who stay");
    await witness.received("Create", ({ object }) => object === post);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const stray = (await peer.log("http")).filter(({ body }) => body.includes(post));
    equal(stray.length, 0, "the number of requests about it");
  });
}

/** One peer's whole visit: follow, read, react, see changes, leave. */
async function visit(host, firstKnock, authfetch, witness, actor) {
  const name = `${firstKnock.slice(0, 12)}${authfetch === "1" ? ", signed GETs only" : ""}`;
  const check = (words, body) => report.check(`[${name}] ${words}`, async () => (await body()) ?? true);
  const must = (words, body) => need(`[${name}] ${words}`, body);
  const peer = await Peer.start(host, { FIRST_KNOCK: firstKnock, AUTHFETCH: authfetch });
  try {
    const before = await followerCount(actor);
    const following = await must("a Follow is accepted", () => follow(peer, actor));
    await check("the follower is counted", () => followers(actor, before + 1));
    const file = picture(path.join(trial.folder, "square.png"));
    const post = await must("a post with a picture is published", () => publish("The bridge is closed", "--media", file, "--alt", ALT, "--focus", "1", "0.5,-0.25"));
    const create = await must("it arrives as a verified Create", () => peer.received("Create", ({ object }) => object === post));
    const media = await check("it carries text, languages and description", () => checkNote(create, "The bridge is closed"));
    await check("its picture can be fetched", () => checkMedia(present(media, "picture in the post")));
    await clips(check, peer);
    await episode(check, peer);
    await profile(check, peer, actor);
    await reactions(check, peer, post);
    await otherFiles(check, peer, post);
    await changes(check, peer, post);
    await leave(check, peer, witness, actor, following, before);
    await check("every signature we sent held, every actor we asked for we got", async () => {
      equal(JSON.stringify(await peer.log("unverified")), "[]", "the list of unverified activities");
      const asked = (await peer.log("http")).filter((entry) => entry.method === "GET" && /^\/users\/\w+$/.test(entry.path));
      present(asked.length, "GET of an actor");
      present(asked.every(({ status }) => status === 200), `success in ${asked.map(({ status }) => status)}`);
    });
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.log(`      the rest of this visit is left out; the peer's last words:\n${lastWords(peer.child)}`);
  } finally {
    await stop(peer.child);
  }
}

/** The lines of badsig.mjs become checks of ours. */
async function forged(inbox, actor) {
  const running = promisify(execFile)(process.execPath, [here("badsig.mjs"), inbox, actor.id], { timeout: 90_000, env: { ...process.env, HOST: "127.0.0.99" } });
  const { stdout, stderr } = await running.catch((error) => error);
  const lines = stdout.split("\n").filter((line) => /^(ok|FAIL) /.test(line));
  await report.check(`forgeries against ${new URL(inbox).pathname} were tried`, () => present(lines.length > 20, `result: ${stderr}`));
  for (const line of lines) {
    await report.check(line.slice(5).trim(), () => {
      if (!line.startsWith("ok")) throw new Error("a wrong answer");
    });
  }
}

try {
  const origin = await need("the server starts", setUp);
  const id = await need("WebFinger leads to the actor", () => findAccount(origin));
  const actor = await need("the actor is complete", () => readActor(id));
  const witness = await Peer.start("127.0.0.9");
  await need("a first server follows", () => follow(witness, actor));
  let host = 10;
  for (const firstKnock of ["rfc9421", "draft-cavage-http-signatures-12"]) {
    for (const authfetch of ["0", "1"]) {
      host += 1;
      await visit(`127.0.0.${host}`, firstKnock, authfetch, witness, actor);
    }
  }
  await report.check("the queue is listed as JSON", async () => JSON.parse(await trial.run("queue list", "--json")));
  await forged(actor.inbox, actor);
  await forged(actor.endpoints.sharedInbox, actor);
} catch (error) {
  if (!(error instanceof Stop)) await report.check("the check itself", () => Promise.reject(error));
}
if (report.failed && trial.server) console.log(`the server's last words:\n${lastWords(trial.server)}`);
report.finish();

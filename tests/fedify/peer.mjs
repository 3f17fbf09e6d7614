// A fediverse server on loopback, built on Fedify: an ActivityPub implementation that is not ours.
//
// Environment: PORT (9301), HOST (127.0.0.1), ORIGIN (http://HOST:PORT), USERS (alice,bob),
// FIRST_KNOCK (rfc9421, or draft-cavage-http-signatures-12): the signature it tries first,
// AUTHFETCH=1: actors and notes only for signed GETs, AUTOACCEPT=0: follows are not accepted,
// DATA (.): where keys and log are kept, DEBUG=1: Fedify's own log on the console.
//
// It serves WebFinger, NodeInfo, /users/{u} with inbox, outbox, followers and notes, and the shared /inbox.
// It is steered over plain HTTP on the same port:
//   POST /_ctl/send   {"type":"Follow","target":URL}  Like, Announce: "object"  Create: "inReplyTo" or "target", "content"
//                     Undo: "undo" = an id returned before  Delete: "object" (its note; none: the actor)  Update  Flag  Block
//                     {"raw":{…}}: any ActivityStreams JSON, id and actor are filled in
//                     always: "actor" (a user name), "sharedInbox": true
//                     Sending is immediate: 200 means delivered, 502 carries the refusal.
//   GET  /_ctl/log    everything that happened; ?event=verified: activities whose signature held
//   GET  /_ctl/fail   ?n=3&status=503: the next POSTs fail
//   GET  /_ctl/lookup ?q=URL: fetches with a signed GET and shows what Fedify understood
import { AsyncLocalStorage } from "node:async_hooks";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { createFederation, exportJwk, importJwk, MemoryKvStore } from "@fedify/fedify";
import * as V from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { configure, getConsoleSink } from "@logtape/logtape";

globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node}` }; // Node 20 lacks it, Fedify reads it

const PORT = Number(process.env.PORT ?? 9301);
const HOST = process.env.HOST ?? "127.0.0.1";
const ORIGIN = process.env.ORIGIN ?? `http://${HOST}:${PORT}`;
const USERS = (process.env.USERS ?? "alice,bob").split(",");
const AUTHFETCH = process.env.AUTHFETCH === "1";
const AUTOACCEPT = process.env.AUTOACCEPT !== "0";
const DATA = process.env.DATA ?? ".";

// What happened

const entries = [];

function log(event, data) {
  const entry = { time: new Date().toISOString(), event, ...data };
  entries.push(entry);
  fs.appendFileSync(path.join(DATA, `peer-${PORT}.jsonl`), `${JSON.stringify(entry)}\n`);
}

function logFromFedify(record) {
  if (record.category[1] !== "sig" && record.level !== "error") return;
  const words = record.message.map((part) =>
    part instanceof Error || typeof part !== "object" ? String(part) : JSON.stringify(part));
  log("fedify", { level: record.level, category: record.category.join("."), message: words.join("").slice(0, 600) });
}

const sinks = process.env.DEBUG ? ["console", "entries"] : ["entries"];
await configure({
  contextLocalStorage: new AsyncLocalStorage(),
  sinks: { console: getConsoleSink(), entries: logFromFedify },
  loggers: [
    { category: "fedify", lowestLevel: process.env.DEBUG ? "debug" : "info", sinks },
    { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["console"] },
  ],
});

// Keys: RSA and Ed25519 for every user, kept between runs

const KINDS = [
  { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
  { name: "Ed25519" },
];

async function loadKeys() {
  const file = path.join(DATA, `keys-${PORT}.json`);
  const stored = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file)) : {};
  for (const user of USERS.filter((name) => !stored[name])) {
    stored[user] = [];
    for (const kind of KINDS) {
      const pair = await crypto.subtle.generateKey(kind, true, ["sign", "verify"]);
      stored[user].push({ open: await exportJwk(pair.publicKey), secret: await exportJwk(pair.privateKey) });
    }
  }
  fs.writeFileSync(file, JSON.stringify(stored), { mode: 0o600 });
  return stored;
}

const keys = await loadKeys();

const keyPairs = (user) => Promise.all(keys[user].map(async ({ open, secret }) => ({
  publicKey: await importJwk(open, "public"),
  privateKey: await importJwk(secret, "private"),
})));

// What it serves

const sent = new Map(); // activity id to the activity and its recipient
const notes = new Map();
const followers = new Map(USERS.map((user) => [user, new Map()]));

const fed = createFederation({
  kv: new MemoryKvStore(),
  origin: ORIGIN,
  allowPrivateAddress: true,
  firstKnock: process.env.FIRST_KNOCK ?? "rfc9421",
});

const guarded = (dispatcher) =>
  AUTHFETCH ? dispatcher.authorize(async (ctx) => (await ctx.getSignedKeyOwner()) != null) : dispatcher;

async function person(ctx, user) {
  if (!USERS.includes(user)) return null;
  const pairs = await ctx.getActorKeyPairs(user);
  return new V.Person({
    id: ctx.getActorUri(user),
    preferredUsername: user,
    name: `${user} (Fedify peer)`,
    summary: "test actor",
    url: new URL(`/@${user}`, ORIGIN),
    inbox: ctx.getInboxUri(user),
    outbox: ctx.getOutboxUri(user),
    followers: ctx.getFollowersUri(user),
    endpoints: new V.Endpoints({ sharedInbox: ctx.getInboxUri() }),
    publicKey: pairs[0].cryptographicKey,
    assertionMethods: pairs.map((pair) => pair.multikey),
  });
}

guarded(
  fed.setActorDispatcher("/users/{identifier}", person)
    .mapHandle((_ctx, name) => (USERS.includes(name) ? name : null))
    .setKeyPairsDispatcher((_ctx, user) => (USERS.includes(user) ? keyPairs(user) : [])),
);
guarded(fed.setObjectDispatcher(V.Note, "/users/{identifier}/notes/{id}", (_ctx, { id }) => notes.get(id) ?? null));
fed.setFollowersDispatcher("/users/{identifier}/followers", (_ctx, user) => ({ items: [...(followers.get(user)?.values() ?? [])] }));
fed.setOutboxDispatcher("/users/{identifier}/outbox", (_ctx, user) => ({
  items: [...sent.values()].map(({ activity }) => activity).filter(({ actorId }) => actorId.href.endsWith(`/${user}`)),
}));
fed.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
  software: { name: "fedify-peer", version: "1.0.0" },
  protocols: ["activitypub"],
  usage: { users: {}, localPosts: notes.size, localComments: 0 },
}));

// What it receives

async function received(ctx, activity) { // only activities whose signature held get here
  log("verified", {
    to: ctx.recipient ?? "(shared)",
    type: activity.constructor.name,
    id: activity.id?.href,
    actor: activity.actorId?.href,
    object: activity.objectId?.href,
    json: await activity.toJsonLd({ format: "compact" }).catch(() => null),
  });
  if (!(activity instanceof V.Follow) || !AUTOACCEPT) return;
  const user = ctx.parseUri(activity.objectId)?.identifier;
  const follower = await activity.getActor(ctx);
  if (!user || !follower) return;
  followers.get(user)?.set(follower.id.href, { id: follower.id, inboxId: follower.inboxId });
  const id = new URL(`/accepts/${crypto.randomUUID()}`, ORIGIN);
  await ctx.sendActivity({ identifier: user }, follower, new V.Accept({ id, actor: activity.objectId, object: activity }));
}

fed.setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .on(V.Activity, received)
  .onUnverifiedActivity((_ctx, activity, reason) => log("unverified", {
    type: activity.constructor.name,
    id: activity.id?.href,
    actor: activity.actorId?.href,
    reason: reason.type,
    detail: String(reason.result?.error ?? reason.result?.status ?? ""),
  }))
  .onError((_ctx, error) => log("error", { message: String(error) }));

// What it sends

function newNote(ctx, user, target, order) {
  const id = crypto.randomUUID();
  const note = new V.Note({
    id: ctx.getObjectUri(V.Note, { identifier: user, id }),
    attribution: ctx.getActorUri(user),
    content: order.content ?? "hello",
    to: V.PUBLIC_COLLECTION,
    ccs: [target.id],
    replyTarget: order.inReplyTo ? new URL(order.inReplyTo) : null,
    published: Temporal.Now.instant(),
    tags: [new V.Mention({ href: target.id, name: `@${target.preferredUsername}@${target.id.host}` })],
  });
  notes.set(id, note);
  return note;
}

/** Who gets it: the target named, or the author of the object, or whoever got the activity that is undone. */
async function recipient(ctx, documentLoader, order) {
  if (order.target) return ctx.lookupObject(order.target, { documentLoader });
  const about = order.object ?? order.inReplyTo;
  if (!about) return sent.get(order.undo)?.target;
  const object = await ctx.lookupObject(about, { documentLoader });
  return V.isActor(object) ? object : object?.getAttribution({ documentLoader });
}

async function compose(ctx, user, target, order) {
  const actor = ctx.getActorUri(user);
  const id = new URL(`/activities/${crypto.randomUUID()}`, ORIGIN);
  const object = order.object ? new URL(order.object) : null;
  const personal = { id, actor, to: target.id };
  const open = { id, actor, to: V.PUBLIC_COLLECTION, ccs: [target.id, ctx.getFollowersUri(user)] };
  if (order.raw) {
    const head = { "@context": "https://www.w3.org/ns/activitystreams", id: id.href, actor: actor.href };
    return V.Activity.fromJsonLd({ ...head, ...order.raw }, ctx);
  }
  switch (order.type) {
    case "Follow": return new V.Follow({ ...personal, object: target.id });
    case "Like": return new V.Like({ ...personal, object });
    case "Announce": return new V.Announce({ ...open, object });
    case "Create": return new V.Create({ ...open, object: newNote(ctx, user, target, order) });
    case "Undo": return new V.Undo({ ...personal, object: sent.get(order.undo)?.activity });
    case "Delete": return new V.Delete({ ...open, object: object ? new V.Tombstone({ id: object }) : actor });
    case "Update": return new V.Update({ ...open, object: await person(ctx, user) });
    case "Flag": return new V.Flag({ ...personal, content: order.content ?? "report", objects: [target.id, ...(object ? [object] : [])] });
    case "Block": return new V.Block({ ...personal, object: target.id });
    default: throw new Error(`unknown type ${order.type}`);
  }
}

async function send(order) {
  const ctx = fed.createContext(new URL(ORIGIN));
  const user = order.actor ?? USERS[0];
  const target = await recipient(ctx, await ctx.getDocumentLoader({ identifier: user }), order);
  if (!target) throw new Error(`cannot resolve the recipient of ${JSON.stringify(order)}`);
  const activity = await compose(ctx, user, target, order);
  sent.set(activity.id.href, { activity, target });
  if (order.type === "Delete") notes.delete(order.object?.split("/").at(-1));
  await ctx.sendActivity({ identifier: user }, target, activity, { immediate: true, preferSharedInbox: !!order.sharedInbox });
  const result = { id: activity.id.href, object: activity.objectId?.href ?? null, to: target.id.href, inbox: target.inboxId?.href };
  log("sent", { type: activity.constructor.name, ...result });
  return { ok: true, ...result };
}

async function lookup(query) {
  const ctx = fed.createContext(new URL(ORIGIN));
  const object = await ctx.lookupObject(query, { documentLoader: await ctx.getDocumentLoader({ identifier: USERS[0] }) });
  return object ? object.toJsonLd({ format: "compact" }) : { error: "not found" };
}

// The listener

let failing = { n: 0, status: 503 };

async function control(url, body) {
  const query = (name) => url.searchParams.get(name);
  switch (url.pathname) {
    case "/_ctl/send": return send(JSON.parse(body));
    case "/_ctl/log": return entries.filter(({ event }) => !query("event") || event === query("event"));
    case "/_ctl/fail": return (failing = { n: Number(query("n") ?? 1), status: Number(query("status") ?? 503) });
    case "/_ctl/lookup": return lookup(query("q"));
    default: throw new Error(`unknown order ${url.pathname}`);
  }
}

async function federate(request, url, body) {
  if (request.method === "POST" && failing.n > 0) {
    failing.n -= 1;
    log("failed", { path: request.url, status: failing.status });
    return new Response(null, { status: failing.status });
  }
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  const bodiless = ["GET", "HEAD"].includes(request.method);
  const response = await fed.fetch(new Request(url, { method: request.method, headers, body: bodiless ? undefined : body }), {
    contextData: undefined,
    onNotFound: () => new Response("not found", { status: 404 }),
    onNotAcceptable: () => new Response("not acceptable", { status: 406 }),
    onUnauthorized: () => new Response("signature required", { status: 401 }),
  });
  log("http", {
    method: request.method,
    path: request.url,
    status: response.status,
    agent: request.headers["user-agent"],
    signature: request.headers["signature-input"] ? "rfc9421" : request.headers.signature ? "draft-cavage" : "none",
    body: body.toString("utf8", 0, 100_000),
  });
  return response;
}

async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url, ORIGIN);
  try {
    if (url.pathname.startsWith("/_ctl/")) {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(await control(url, body)));
    } else {
      const result = await federate(request, url, body);
      response.writeHead(result.status, Object.fromEntries(result.headers)).end(Buffer.from(await result.arrayBuffer()));
    }
  } catch (error) {
    log("error", { message: String(error?.stack ?? error).slice(0, 800) });
    response.writeHead(502, { "content-type": "application/json" }).end(JSON.stringify({ ok: false, error: String(error) }));
  }
}

http.createServer(answer).listen(PORT, HOST, () => console.log(`Fedify peer at ${ORIGIN}, users ${USERS.join(", ")}`));

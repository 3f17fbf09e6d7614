// Sends well and badly signed activities to an inbox. A good server accepts the good ones and refuses every
// bad one at once, with a 4xx: a sender must learn that its signature does not hold.
//
//   node badsig.mjs INBOX ACTOR      ACTOR: whose inbox it is. One line per case; exit code 1 if any is wrong.
//
// Needs no packages. Serves its own actors on HOST (127.0.0.1), at a free port, under new names each run, so that
// no cached key stands in.
import crypto from "node:crypto";
import { once } from "node:events";
import http from "node:http";

const HOST = process.env.HOST ?? "127.0.0.1";
const inbox = new URL(process.argv[2]);
const target = process.argv[3];
const DAY = 86_400;
const now = Math.floor(Date.now() / 1000);

// Two actors, each with a key: Mallory, who sends, and the victim, whom she would like to be

const run = crypto.randomBytes(3).toString("hex");
const accepts = [];
const server = http.createServer(serve).listen(0, HOST);
await once(server, "listening");
const origin = `http://${HOST}:${server.address().port}`;

function newActor(name) {
  const keys = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  const id = `${origin}/${name}${run}`;
  const publicKeyPem = keys.publicKey.export({ type: "spki", format: "pem" });
  const document = {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
    id,
    type: "Person",
    preferredUsername: `${name}${run}`,
    inbox: `${id}/inbox`,
    outbox: `${id}/outbox`,
    followers: `${id}/followers`,
    publicKey: { id: `${id}#main-key`, owner: id, publicKeyPem },
  };
  return { id, keyId: `${id}#main-key`, secret: keys.privateKey, document };
}

const mallory = newActor("mallory");
const victim = newActor("victim");

async function serve(request, response) {
  const actor = [mallory, victim].find(({ id }) => id === origin + request.url);
  if (actor) {
    response.writeHead(200, { "content-type": "application/activity+json" }).end(JSON.stringify(actor.document));
  } else if (request.url.startsWith("/.well-known/webfinger")) {
    const named = [mallory, victim].find(({ document }) => request.url.includes(document.preferredUsername));
    const subject = `acct:${named?.document.preferredUsername}@${new URL(origin).host}`;
    const links = [{ rel: "self", type: "application/activity+json", href: named?.id }];
    response.writeHead(named ? 200 : 404, { "content-type": "application/jrd+json" }).end(JSON.stringify({ subject, links }));
  } else {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === "POST" && Buffer.concat(chunks).includes('"Accept"')) accepts.push(request.url);
    response.writeHead(request.method === "POST" ? 202 : 404).end();
  }
}

// Signatures, right unless told otherwise

const sha256 = (body) => crypto.createHash("sha256").update(body).digest("base64");
const sign = (secret, text) => crypto.sign("sha256", Buffer.from(text), secret).toString("base64");

let count = 0;

function follow(actor = mallory) {
  count += 1;
  const id = `${actor.id}/follows/${count}`;
  return JSON.stringify({ "@context": "https://www.w3.org/ns/activitystreams", id, type: "Follow", actor: actor.id, object: target });
}

const tampered = (body) => body.replace('"Follow"', '"Block"');

function cavage(body, { secret = mallory.secret, keyId = mallory.keyId, at = now, path = inbox.pathname, covered } = {}) {
  const names = covered ?? ["(request-target)", "host", "date", "digest"];
  const headers = { host: inbox.host, date: new Date(at * 1000).toUTCString(), digest: `SHA-256=${sha256(body)}` };
  const lines = names.map((name) => `${name}: ${name === "(request-target)" ? `post ${path}` : headers[name]}`);
  const signature = sign(secret, lines.join("\n"));
  const fields = { keyId, algorithm: "rsa-sha256", headers: names.join(" "), signature };
  return { ...headers, signature: Object.entries(fields).map(([name, value]) => `${name}="${value}"`).join(",") };
}

function rfc9421(body, { secret = mallory.secret, keyId = mallory.keyId, created = now, uri = inbox.href, covered } = {}) {
  const names = covered ?? ["@method", "@target-uri", "@authority", "content-digest"];
  const digest = `sha-256=:${sha256(body)}:`;
  const values = { "@method": "POST", "@target-uri": uri, "@authority": inbox.host, "content-digest": digest };
  const list = names.map((name) => `"${name}"`).join(" ");
  const input = `(${list});created=${created};keyid="${keyId}";alg="rsa-v1_5-sha256"`;
  const lines = [...names.map((name) => `"${name}": ${values[name]}`), `"@signature-params": ${input}`];
  const signature = `sig1=:${sign(secret, lines.join("\n"))}:`;
  return { host: inbox.host, "content-digest": digest, "signature-input": `sig1=${input}`, signature };
}

// The cases: each returns the body and the headers that are sent

const simple = (scheme, options) => () => {
  const body = follow();
  return [body, scheme(body, options)];
};
const afterSigning = (scheme, change) => () => {
  const body = follow();
  return change(body, scheme(body));
};
const noDigest = { covered: ["@method", "@target-uri"] };

const good = {
  "draft-cavage": simple(cavage),
  "RFC 9421": simple(rfc9421),
};

const bad = {
  "unsigned": () => [follow(), {}],
  "not JSON": () => ["{nope", cavage("{nope")],
  "cavage: wrong key": simple(cavage, { secret: victim.secret }),
  "cavage: body tampered with": afterSigning(cavage, (body, headers) => [tampered(body), headers]),
  "cavage: body tampered with, digest made to fit, not signed again": afterSigning(cavage, (body, headers) =>
    [tampered(body), { ...headers, digest: `SHA-256=${sha256(tampered(body))}` }]),
  "cavage: digest not covered": simple(cavage, { covered: ["(request-target)", "host", "date"] }),
  "cavage: nothing but the date covered": simple(cavage, { covered: ["date"] }),
  "cavage: signed two days ago": simple(cavage, { at: now - 2 * DAY }),
  "cavage: signed for the day after tomorrow": simple(cavage, { at: now + 2 * DAY }),
  "cavage: signed for another path": simple(cavage, { path: "/elsewhere" }),
  "cavage: in the name of the victim, own key": () => {
    const body = follow(victim);
    return [body, cavage(body)];
  },
  "cavage: in the name of the victim, claiming the victim's key": () => {
    const body = follow(victim);
    return [body, cavage(body, { keyId: victim.keyId })];
  },
  "cavage: header is garbage": afterSigning(cavage, (body, headers) => [body, { ...headers, signature: "garbage" }]),
  "RFC 9421: wrong key": simple(rfc9421, { secret: victim.secret }),
  "RFC 9421: body tampered with": afterSigning(rfc9421, (body, headers) => [tampered(body), headers]),
  "RFC 9421: content-digest not covered": simple(rfc9421, noDigest),
  "RFC 9421: content-digest not covered, body replaced and digest made to fit": () => {
    const body = follow();
    const digest = `sha-256=:${sha256(tampered(body))}:`;
    return [tampered(body), { ...rfc9421(body, noDigest), "content-digest": digest }];
  },
  "RFC 9421: list of components altered after signing": afterSigning(rfc9421, (body, headers) =>
    [body, { ...headers, "signature-input": headers["signature-input"].replace('"@target-uri"', '"@path"') }]),
  "RFC 9421: created two days ago": simple(rfc9421, { created: now - 2 * DAY }),
  "RFC 9421: created the day after tomorrow": simple(rfc9421, { created: now + 2 * DAY }),
  "RFC 9421: signed for another address": simple(rfc9421, { uri: new URL("/elsewhere", inbox).href }),
};

function post(body, headers) {
  return new Promise((resolve) => {
    const request = http.request(inbox, {
      agent: false,
      method: "POST",
      timeout: 10_000,
      headers: { "content-type": "application/activity+json", ...headers },
    });
    request.on("response", (response) => response.resume().on("end", () => resolve(response.statusCode)));
    request.on("timeout", () => request.destroy(new Error("no answer within 10 s")));
    request.on("error", (error) => resolve(error.message));
    request.end(body);
  });
}

let wrong = 0;

function say(right, name, status) {
  wrong += right ? 0 : 1;
  console.log(`${right ? "ok   " : "FAIL "} ${name}: ${status}`);
}

for (const [name, make] of Object.entries(good)) {
  const status = await post(...make());
  say(status >= 200 && status < 300, `accepted, ${name}`, status);
}
for (const [name, make] of Object.entries(bad)) {
  const status = await post(...make());
  say(status >= 400 && status < 500, `refused, ${name}`, status);
}

const wanted = Object.keys(good).length;
for (let waited = 0; accepts.length < wanted && waited < 100; waited += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
say(accepts.length === wanted, "as many Accepts as good Follows, and none for a bad one", accepts.length);
process.exit(wrong ? 1 : 0);

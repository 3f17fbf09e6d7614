// A small server of the fediverse on loopback, in this process: it follows, notes what it is told, answers.
import crypto from "node:crypto";
import http from "node:http";
import { until } from "../trial.mjs";

const ACTIVITY = "application/activity+json";

export class Peer {
  /** What was delivered to it, oldest first. */
  told = [];
  /** The status it answers deliveries with. */
  status = 202;

  static async start(host, name) {
    const peer = new Peer();
    peer.name = name;
    const pair = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
    peer.key = pair.privateKey;
    peer.open = pair.publicKey.export({ type: "spki", format: "pem" });
    peer.notes = new Map();
    peer.server = http.createServer((request, response) => peer.#answer(request, response));
    await new Promise((resolve) => peer.server.listen(0, host, resolve));
    peer.origin = `http://${host}:${peer.server.address().port}`;
    peer.id = `${peer.origin}/users/vera`;
    return peer;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  get actor() {
    return {
      "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
      id: this.id, type: "Person", preferredUsername: "vera", name: this.name, url: this.id,
      inbox: `${this.id}/inbox`, outbox: `${this.id}/outbox`, followers: `${this.id}/followers`,
      publicKey: { id: `${this.id}#key`, owner: this.id, publicKeyPem: this.open },
    };
  }

  async #answer(request, response) {
    const send = (status, body, type = ACTIVITY) => response.writeHead(status, { "content-type": type }).end(body && JSON.stringify(body));
    const url = new URL(request.url, this.origin);
    if (request.method === "POST") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      if (this.status < 300) this.told.push(JSON.parse(Buffer.concat(chunks)));
      return send(this.status);
    }
    if (url.pathname === "/.well-known/webfinger") {
      const links = [{ rel: "self", type: ACTIVITY, href: this.id }];
      return send(200, { subject: `acct:vera@${url.host}`, aliases: [this.id], links }, "application/jrd+json");
    }
    const found = url.href === this.id ? this.actor : this.notes.get(url.href);
    return found ? send(200, found) : send(404);
  }

  /** Sends an activity to an inbox, signed (draft-cavage-http-signatures-12), and wants to be heard. */
  async #send(inbox, activity) {
    const body = JSON.stringify({ "@context": "https://www.w3.org/ns/activitystreams", actor: this.id, ...activity });
    const { host, pathname } = new URL(inbox);
    const date = new Date().toUTCString();
    const digest = `SHA-256=${crypto.createHash("sha256").update(body).digest("base64")}`;
    const covered = `(request-target): post ${pathname}\nhost: ${host}\ndate: ${date}\ndigest: ${digest}\ncontent-type: ${ACTIVITY}`;
    const signature = crypto.sign("sha256", covered, this.key).toString("base64");
    const value = `keyId="${this.id}#key",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature="${signature}"`;
    const headers = { date, digest, "content-type": ACTIVITY, signature: value };
    const answer = await fetch(inbox, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`${inbox} answers ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
  }

  /** Follows an account of ours, and waits until that is accepted. */
  async follow(account) {
    this.followed = await (await fetch(account, { headers: { accept: ACTIVITY } })).json();
    const id = `${this.origin}/follows/1`;
    await this.#send(this.followed.inbox, { id, type: "Follow", object: this.followed.id });
    await this.heard("Accept", (activity) => JSON.stringify(activity).includes(id));
  }

  /** The first activity of a type that passes a test. */
  heard(type, test = () => true) {
    return until(`a delivered ${type}`, () => this.told.find((activity) => activity.type === type && test(activity)));
  }

  /** Answers a note, in public. */
  async reply(note, words, lang = "en") {
    const id = `${this.origin}/notes/${this.notes.size + 1}`;
    const to = ["https://www.w3.org/ns/activitystreams#Public"];
    const published = new Date().toISOString();
    const tag = [{ type: "Mention", href: this.followed.id, name: `@${this.followed.preferredUsername}` }];
    const content = { content: `<p>${words}</p>`, contentMap: { [lang]: `<p>${words}</p>` } };
    const said = { id, type: "Note", attributedTo: this.id, inReplyTo: note, url: id, published, to, cc: [this.followed.id], tag, ...content };
    this.notes.set(id, { "@context": "https://www.w3.org/ns/activitystreams", ...said });
    await this.#send(this.followed.inbox, { id: `${id}#create`, type: "Create", to, cc: said.cc, published, object: said });
    return id;
  }
}

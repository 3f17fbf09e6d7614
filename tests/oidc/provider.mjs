// A real provider (npm oidc-provider) on loopback, and a place in front of it where the check can change what it says.
import http from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import Provider from "oidc-provider";
import { freePort } from "../trial.mjs";

export const SECRET = "a+secret/with:signs%and=more";
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];

/** People by subject; the check writes here whom there is and in which groups. */
export const people = new Map();

async function key(alg, kid) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, kid, use: "sig" };
}

export class House {
  /** Who is at the keyboard, or what they are: nobody cancels. */
  who = null;
  /** Changes the answer of a path: (path, object) => object, or undefined to let it pass. */
  change = null;
  codes = [];
  tokens = [];

  async open(back) {
    this.port = await freePort();
    this.issuer = `http://127.0.0.1:${this.port}`;
    this.keys = await Promise.all(ALGORITHMS.map((alg) => key(alg, `key-${alg}`)));
    const client = (id, more) => ({
      client_id: id, client_secret: SECRET, redirect_uris: [back], grant_types: ["authorization_code"],
      response_types: ["code"], post_logout_redirect_uris: [back.replace("/provider/back", "")], ...more,
    });
    const clients = [...ALGORITHMS, "HS256"].map((alg) => client(`desk-${alg}`, { id_token_signed_response_alg: alg }));
    clients.push(client("desk-post", { token_endpoint_auth_method: "client_secret_post" }));
    clients.push(client("desk-public", { token_endpoint_auth_method: "none", client_secret: undefined }));
    this.provider = new Provider(this.issuer, {
      clients,
      jwks: { keys: this.keys },
      enabledJWA: { idTokenSigningAlgValues: [...ALGORITHMS, "HS256"] },
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
      scopes: ["openid", "email", "profile", "groups"],
      pkce: { required: () => true },
      cookies: { keys: ["check"] },
      features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_, sub) => people.has(sub) && { accountId: sub, claims: () => ({ sub, ...people.get(sub) }) },
      loadExistingGrant: async (ctx) => {
        const { oidc } = ctx;
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope("openid email profile groups");
        await grant.save();
        return grant;
      },
    });
    this.provider.on("server_error", (_, error) => console.error(error));
    this.server = http.createServer((request, response) => this.answer(request, response));
    await new Promise((resolve) => this.server.listen(this.port, "127.0.0.1", resolve));
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  async answer(request, response) {
    const { pathname } = new URL(request.url, this.issuer);
    if (pathname.startsWith("/interaction/")) {
      const result = this.who ? { login: { accountId: this.who } } : { error: "access_denied", error_description: "<b>no</b>" };
      return this.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    }
    const changed = ["/token", "/jwks", "/me", "/.well-known/openid-configuration"].includes(pathname);
    if (changed) this.intercept(pathname, response);
    this.provider.callback()(request, response);
  }

  /** Collects the body and sends it changed. */
  intercept(path, response) {
    const [write, end] = [response.write, response.end];
    const parts = [];
    response.write = (part) => parts.push(Buffer.from(part)) && true;
    response.end = (part) => {
      if (part) parts.push(Buffer.from(part));
      Object.assign(response, { write, end });
      const said = JSON.parse(Buffer.concat(parts).toString());
      if (path === "/token") this.tokens.push(...[said.id_token, said.access_token].filter(Boolean));
      Promise.resolve(this.change?.(path, said)).then((other) => {
        const body = Buffer.from(JSON.stringify(other ?? said));
        if (!response.headersSent) response.setHeader("content-length", body.length);
        response.end(body);
      });
      return response;
    };
  }

  /** An ID token as the provider would have made it, with other claims or another head, signed by whatever key. */
  async forge(token, claims, { head = {}, jwk = this.keys[0] } = {}) {
    const old = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    const all = Object.fromEntries(Object.entries({ ...old, ...claims }).filter(([, value]) => value !== undefined));
    const { createPrivateKey } = await import("node:crypto");
    const signer = new SignJWT(all).setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, ...head });
    return signer.sign(createPrivateKey({ key: jwk, format: "jwk" }), { crit: { odd: true } });
  }

  stranger = (alg, kid) => key(alg, kid);
}

/** A browser without script: cookies by origin, redirects followed, every step remembered. */
export class Browser {
  jar = new Map();
  steps = [];

  async step(url, { method = "GET", form } = {}) {
    const { origin } = new URL(url);
    const cookies = this.jar.get(origin) ?? new Map();
    this.jar.set(origin, cookies);
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "), origin };
    const body = form && new URLSearchParams(form).toString();
    if (form) headers["content-type"] = "application/x-www-form-urlencoded";
    const answer = await fetch(url, { method, headers, body, redirect: "manual", signal: AbortSignal.timeout(10_000) });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value && !/max-age=0/i.test(line) && !/expires=Thu, 01 Jan 1970/i.test(line)) cookies.set(name, value);
      else cookies.delete(name);
    }
    this.steps.push(url);
    return answer;
  }

  /** Goes somewhere and on from there, until something is shown; or up to the address that `stop` says yes to. */
  async go(url, { stop, ...options } = {}) {
    for (let n = 0; n < 12; n++) {
      if (stop?.(url)) return { url };
      const answer = await this.step(url, options);
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status > 399 || !location)
        return { url, status: answer.status, text: await answer.text() };
      url = new URL(location, url).href;
      options = {};
    }
    throw new Error(`redirects without end: ${this.steps.join(" ")}`);
  }
}

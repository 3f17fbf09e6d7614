// A city of its own: the binary with an address that other servers can call, people who log in, neighbours on loopback.
import { freePort, Trial } from "../trial.mjs";
import { Peer } from "./peer.mjs";

export class City {
  contexts = [];
  peers = [];

  /** Sets one up in English, German and French. Nobody lives there yet, and it does not run. */
  static async found(browser, { name = "City of Example", handle = "press", zone = "Europe/Brussels" } = {}) {
    const city = new City();
    Object.assign(city, { browser, handle, trial: new Trial(), origin: `http://127.0.0.1:${await freePort()}` });
    const told = ["--name", name, "--account", handle, "--language", "en,de,fr", "--time-zone", zone, "--no-demo"];
    await city.trial.run("init", "--yes", ...told);
    city.trial.set("", "url", city.origin);
    city.trial.set("", "listen", new URL(city.origin).host);
    city.trial.set("network", "allow_private", ["127.0.0.0/8"]);
    return city;
  }

  serve() {
    return this.trial.serve(this.origin);
  }

  /** Adds somebody with roles, and returns the link that logs them in. */
  async invite(name, roles, mail = `${name.toLowerCase()}@city.example`) {
    const printed = await this.trial.run("user add", mail, "--name", name, "--account", this.handle, "--role", roles);
    return /http\S+/.exec(printed)[0];
  }

  /** A browser of their own, logged in by a link. */
  async enter(link, settings = {}) {
    const context = await this.browser.newContext(settings);
    this.contexts.push(context);
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    await page.goto(link);
    await page.getByRole("button", { name: "Open the desk" }).click();
    await page.waitForURL(/\/desk(\/posts)?$/);
    return page;
  }

  /** A neighbour who follows the account. */
  async neighbour(host = "127.0.0.1", name = "Vera Citizen") {
    const peer = await Peer.start(host, name);
    this.peers.push(peer);
    await peer.follow(`${this.origin}/@${this.handle}`);
    return peer;
  }

  async close() {
    for (const peer of this.peers) peer.stop();
    for (const context of this.contexts) await context.close();
  }
}

// What the external checks share: a server under test on a data directory of its own, child processes
// that never outlive the check, and one line of output per check.
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import zlib from "node:zlib";

export const BINARY = path.resolve(process.env.INSTANCE ?? fileURLToPath(new URL("../instance", import.meta.url)));
const children = new Set();
const folders = new Set();

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** Ends the whole check after so many seconds, whatever it waits for. */
export function endAfter(seconds) {
  setTimeout(() => {
    console.error(`not finished after ${seconds} s: stopped`);
    process.exit(1);
  }, seconds * 1000).unref();
}

export function temporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "instance-check-"));
  folders.add(folder);
  return folder;
}

/** A child process whose output goes to `log`. */
export function start(command, args, { env = {}, cwd, log }) {
  const file = fs.openSync(log, "a");
  const child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio: ["ignore", file, file] });
  fs.closeSync(file);
  children.add(child);
  child.log = log;
  child.ended = new Promise((resolve) => child.on("close", resolve));
  child.on("error", (error) => fs.appendFileSync(log, `${error}\n`));
  child.on("close", () => children.delete(child));
  return child;
}

export async function stop(child) {
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await child.ended;
  clearTimeout(late);
}

/** Waits until `probe` returns something truthy, and returns it; errors of the probe count as "not yet". */
export async function until(what, probe, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  for (let trouble = ""; ; ) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      trouble = `: ${error.message}`;
    }
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}${trouble}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until a child answers HTTP at `url`, with any status. */
export function untilAnswers(child, url) {
  const ended = child.ended.then(() => {
    throw new Error(`ended before it answered; its last words:\n${lastWords(child)}`);
  });
  const answers = until(`an answer at ${url}`, () => fetch(url, { redirect: "manual", signal: AbortSignal.timeout(2000) }), 30);
  return Promise.race([answers, ended]);
}

export function lastWords(child) {
  return fs.readFileSync(child.log, "utf8").split("\n").slice(-30).join("\n");
}

export function freePort(host = "127.0.0.1") {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, host, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Sets one key of a TOML text, keeping the rest. `table` is "" for the top. JSON values are TOML values. */
export function withSetting(toml, table, key, value) {
  const lines = toml.split("\n");
  const line = `${key} = ${JSON.stringify(value)}`;
  const start = table ? lines.findIndex((text) => text.trim() === `[${table}]`) + 1 : 0;
  if (table && start === 0) return `${toml.trimEnd()}\n\n[${table}]\n${line}\n`;
  const next = lines.findIndex((text, at) => at >= start && /^\s*\[/.test(text));
  const end = next < 0 ? lines.length : next;
  const old = lines.findIndex((text, at) => at >= start && at < end && new RegExp(`^\\s*${key}\\s*=`).test(text));
  lines.splice(old < 0 ? start : old, old < 0 ? 0 : 1, line);
  return lines.join("\n");
}

/** A PNG of 8 bits, grey or (with three channels) RGB: `byte` gives what stands at a place, in a channel. */
export function png(width, height, channels, byte) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(zlib.crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, channels === 3 ? 2 : 0], 8);
  const pixels = Buffer.alloc(height * (1 + width * channels));
  for (let at = 0, y = 0; y < height; y++) {
    at += 1; // how the row is filtered: not
    for (let x = 0; x < width; x++) for (let channel = 0; channel < channels; channel++) pixels[at++] = byte(x, y, channel);
  }
  const parts = [chunk("IHDR", head), chunk("IDAT", zlib.deflateSync(pixels)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...parts]);
}

/** A blue square. */
export const squarePng = (side) => png(side, side, 3, (x, y, channel) => [11, 61, 145][channel]);

/** The binary on a temporary data directory. */
export class Trial {
  constructor() {
    this.folder = temporaryFolder();
    this.data = path.join(this.folder, "data");
    this.settings = path.join(this.data, "instance.toml");
  }

  /** Runs `instance WORDS --data D ARGS` and returns what it printed, trimmed. */
  run(words, ...args) {
    return this.tell("", words, ...args);
  }

  /** The same with something on its standard input. */
  async tell(input, words, ...args) {
    const all = [...words.split(" "), "--data", this.data, ...args];
    const running = promisify(execFile)(BINARY, all, { timeout: 180_000, maxBuffer: 16 << 20 });
    // A command that reads nothing may be over before it is written to.
    running.child.stdin.on("error", () => {}).end(input);
    try {
      return (await running).stdout.trim();
    } catch (error) {
      throw new Error(`instance ${all.join(" ")}\n${error.stderr || error.message}`);
    }
  }

  set(table, key, value) {
    fs.writeFileSync(this.settings, withSetting(fs.readFileSync(this.settings, "utf8"), table, key, value));
  }

  /** Starts the server and waits for its first answer. */
  async serve(origin) {
    this.server = start(BINARY, ["serve", "--data", this.data], { log: path.join(this.folder, "serve.log") });
    await untilAnswers(this.server, `${origin}/`);
  }
}

/** One line per check, and a count at the end. */
export class Report {
  passed = 0;
  failed = 0;

  /** Runs a check; it fails by throwing. Returns what the check returned, or undefined. */
  async check(name, body) {
    try {
      const found = await body();
      this.passed += 1;
      console.log(`ok    ${name}`);
      return found;
    } catch (error) {
      this.failed += 1;
      console.log(`FAIL  ${name}\n      ${String(error.message ?? error).replaceAll("\n", "\n      ")}`);
      return undefined;
    }
  }

  /** Prints the count and ends the process with the matching code. */
  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed || !this.passed ? 1 : 0);
  }
}

// Media files in an object storage: the binary against an S3 server that is not ours and that checks signatures.
// Files go there, are read through us, come back, and go again when their post is deleted; moving is killed in the
// middle and goes on.
//
//   node run.mjs        S3SERVER=path of s3s-fs INSTANCE=path of the binary (default: ../../instance)
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { BINARY, endAfter, freePort, png, Report, start, stop, temporaryFolder, Trial, until, untilAnswers } from "../trial.mjs";

endAfter(150);
const report = new Report();
const trial = new Trial();
const [KEY, SECRET] = ["key-of-the-check", "secret-of-the-check"];
const PICTURES = 40;
const bucket = path.join(temporaryFolder(), "s3");
const objects = () => fs.readdirSync(path.join(bucket, "media")).filter((name) => !name.startsWith("."));
const local = () =>
  fs.readdirSync(path.join(trial.data, "media"), { recursive: true }).filter((name) => /\.(png|jpg|webp|mp3)$/.test(name));
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

function equal(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${what} is ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

/** Noise, so that it does not shrink. */
function picture(file, side) {
  let state = 1;
  const noise = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 24;
  fs.writeFileSync(file, png(side, side, 1, noise));
  return file;
}

async function storage() {
  const port = await freePort();
  fs.mkdirSync(path.join(bucket, "media"), { recursive: true });
  const words = ["--host", "127.0.0.1", "--port", port, "--access-key", KEY, "--secret-key", SECRET, bucket];
  const child = start(process.env.S3SERVER, words, { log: path.join(trial.folder, "s3.log") });
  await untilAnswers(child, `http://127.0.0.1:${port}/`);
  return { child, endpoint: `http://127.0.0.1:${port}` };
}

let origin;
const get = (name, headers = {}, method = "GET") =>
  fetch(`${origin}/media/${name}`, { method, headers, signal: AbortSignal.timeout(10_000) });

async function media(post) {
  const page = await (await fetch(`${origin}/@press/${post}`, { headers: { accept: "text/html" } })).text();
  return [...new Set([...page.matchAll(/\/media\/([0-9a-f]{32}\.[a-z0-9]+)/g)].map(([, name]) => name))];
}

async function publish(file) {
  const printed = await trial.run("post new", "--as", "press", "--lang", "en", "--text", "Look", "--media", file, "--alt", "Noise");
  return printed.split("/").pop();
}

const state = async () => JSON.parse(await trial.run("media show", "--json"));

const { child: s3, endpoint } = await storage();
const port = await freePort();
origin = `http://127.0.0.1:${port}`;
await trial.run("init", "--yes", "--name", "City of Example", "--account", "press", "--language", "en", "--no-demo");
trial.set("", "url", origin);
trial.set("", "listen", `127.0.0.1:${port}`);
trial.set("network", "allow_private", ["127.0.0.0/8"]);
// Each another: the same picture is one file, however often it is published.
let side = 300;
const small = () => picture(path.join(trial.folder, `small-${side}.png`), side++);
const large = picture(path.join(trial.folder, "large.png"), 1400);
const posts = [await publish(large)];
for (let n = 1; n < PICTURES; n++) posts.push(await publish(small()));

await report.check("without settings nothing can be moved there, and the message says what to set", async () => {
  const refused = await trial.run("media move", "--to", "s3").catch((error) => error.message);
  if (!/E083/.test(refused) || !/s3\.bucket/.test(refused)) throw new Error(refused);
});
for (const [key, value] of [["endpoint", endpoint], ["bucket", "media"], ["key_id", KEY], ["secret_file", "s3.secret"]])
  trial.set("s3", key, value);

await report.check("a wrong secret is refused by the storage, told with its remedy, and nothing is lost", async () => {
  fs.writeFileSync(path.join(trial.data, "s3.secret"), "wrong\n", { mode: 0o600 });
  const before = local().length;
  const refused = await trial.run("media move", "--to", "s3").catch((error) => error.message);
  if (!/E082/.test(refused) || !/SignatureDoesNotMatch/.test(refused)) throw new Error(refused);
  equal([local().length, objects().length, (await state()).stored], [before, 0, 0], "what is where");
});
fs.writeFileSync(path.join(trial.data, "s3.secret"), `${SECRET}\n`, { mode: 0o600 });

let names, sums;
await report.check("moving is killed in the middle, and every file is whole somewhere", async () => {
  const all = local().length;
  const words = ["media", "move", "--to", "s3", "--data", trial.data];
  const moving = start(BINARY, words, { log: path.join(trial.folder, "move.log") });
  await until("some are there", () => objects().length > 20);
  moving.kill("SIGKILL");
  await moving.ended;
  const { stored, left } = await state();
  if (!left) throw new Error(`it was too fast to be interrupted: ${stored} stored`);
  await trial.serve(origin);
  names = (await Promise.all(posts.map(media))).flat();
  sums = {};
  for (const name of names) {
    const answer = await get(name);
    equal(answer.status, 200, `the status of ${name}`);
    sums[name] = sha(Buffer.from(await answer.arrayBuffer()));
  }
  console.log(`      ${all} files; ${stored} were there when it was killed`);
});

await report.check("the same command goes on, beside a server that runs, and leaves nothing on the disk", async () => {
  await trial.run("media move", "--to", "s3");
  const { place, left } = await state();
  equal([place, left, local().length], ["s3", 0, 0], "place, what is left, and files on the disk");
});

await report.check("readers get the same bytes through us, whole, in ranges and under conditions", async () => {
  let seen = 0;
  for (const name of names) {
    const answer = await get(name);
    const bytes = Buffer.from(await answer.arrayBuffer());
    equal([answer.status, sha(bytes)], [200, sums[name]], name);
    equal(answer.headers.get("x-content-type-options"), "nosniff", "nosniff");
    const head = await get(name, {}, "HEAD");
    equal([head.status, head.headers.get("content-length")], [200, String(bytes.length)], "HEAD");
    if (bytes.length <= 256 * 1024) continue;
    seen += 1;
    const part = await get(name, { range: `bytes=${bytes.length - 300_000}-${bytes.length - 5}` });
    equal([part.status, sha(Buffer.from(await part.arrayBuffer()))], [206, sha(bytes.subarray(-300_000, -4))], "a range");
    equal((await get(name, { range: `bytes=${bytes.length}-` })).status, 416, "beyond the end");
    equal((await get(name, { "if-none-match": answer.headers.get("etag") })).status, 304, "what is known");
  }
  if (!seen) throw new Error("no file was too large for memory");
});

await report.check("a new picture goes there by itself", async () => {
  const before = objects().length;
  posts.push(await publish(small()));
  await until("it is there", async () => objects().length > before && !(await state()).left && !local().length);
});

await report.check("what is deleted goes there too, and is served no more", async () => {
  const post = posts.pop();
  const [gone] = (await media(post)).filter((name) => !names.includes(name));
  const before = objects().length;
  await trial.run("post delete", post);
  equal((await get(gone)).status, 404, "a deleted picture");
  await until("it is gone", async () => objects().length < before && !(await state()).left);
});

await report.check("names that no row knows ask nothing of the storage", async () => {
  const log = path.join(trial.folder, "s3.log");
  const before = fs.statSync(log).size;
  for (let n = 0; n < 50; n++) equal((await get(`${sha(String(n)).slice(0, 32)}.png`)).status, 404, "an invented name");
  equal(fs.statSync(log).size, before, "the log of the storage");
});

await report.check("when the storage is away, readers are told to come back, and pages go on", async () => {
  await stop(s3);
  const big = names.find((name) => name.endsWith(".png") || name.endsWith(".jpg"));
  await stop(trial.server);
  await trial.serve(origin);
  const answer = await get(big);
  equal(answer.status, 503, "the status");
  if (!answer.headers.get("retry-after")) throw new Error("it does not say when");
  equal((await fetch(`${origin}/`)).status, 200, "the home page");
});

await report.check("all comes back to the disk, the same to the last bit, and nothing stays there", async () => {
  const again = await storage();
  await stop(trial.server);
  trial.set("s3", "endpoint", again.endpoint);
  await trial.run("media move", "--to", "disk");
  const { place, stored, left } = await state();
  equal([place, stored, left, objects().length], ["disk", 0, 0, 0], "place, stored, left, objects");
  for (const key of ["endpoint", "bucket", "key_id", "secret_file"]) trial.set("s3", key, "");
  await trial.serve(origin);
  for (const name of names) equal(sha(Buffer.from(await (await get(name)).arrayBuffer())), sums[name], name);
});
report.finish();

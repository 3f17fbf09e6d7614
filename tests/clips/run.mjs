// Sound and video as programs of the world write them: made now by ffmpeg, published, fetched back, and decoded again.
// What is refused is converted by the command that the refusal names, and published then.
//
//   node run.mjs        FFMPEG=path of ffmpeg INSTANCE=path of the binary (default: ../../instance)
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { BINARY, endAfter, freePort, Report, squarePng, temporaryFolder, Trial } from "../trial.mjs";
import { CHAPTERS, DAY, NOTES, REFUSED, SAID, TAKEN } from "./kinds.mjs";

const FFMPEG = process.env.FFMPEG ?? "ffmpeg";
/** Of all that is made, in seconds, and how far from it a length may be said to be. */
const [SECONDS, AROUND] = [1.5, 0.2];
const NOTED = Object.entries({ ...NOTES, creation_time: DAY }).flatMap(([name, value]) => ["-metadata", `${name}=${value}`]);

/** How many are published at once: most of the time is waiting, for the disk. */
const LANES = 4;

endAfter(180);
const report = new Report();
const trial = new Trial();
const folder = temporaryFolder();
const place = (name) => path.join(folder, name);

/** Runs a program; what it says and its exit code, `null` when a signal ended it. */
async function tried(program, args) {
  const options = { cwd: folder, timeout: 60_000, maxBuffer: 16 << 20 };
  try {
    return { code: 0, ...(await promisify(execFile)(program, args, options)) };
  } catch (error) {
    if (error.stderr === undefined || typeof error.code === "string") throw error;
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

/** Runs ffmpeg, which may have nothing to complain about. */
async function ffmpeg(...args) {
  const { code, stdout, stderr } = await tried(FFMPEG, ["-nostdin", "-v", "error", "-y", ...args]);
  if (code !== 0 || stderr.trim()) throw new Error(`ffmpeg ${args.join(" ")}\n${stderr.trim().split("\n").slice(0, 8).join("\n")}`);
  return stdout;
}

/** Every picture and every piece of sound as it is decoded, with its time. A cover is no picture of a film. */
const decoded = (file, type) => ffmpeg("-i", file, ...(type.startsWith("video") ? ["-map", "0:v:0", "-map", "0:a?"] : ["-map", "0:a"]), "-f", "framemd5", "-");

/** What ffmpeg says of a file: seconds, how it is turned, and its size as it is shown. */
async function described(file) {
  const { stderr } = await tried(FFMPEG, ["-hide_banner", "-i", file]);
  const [, hours, minutes, seconds] = /Duration: (\d+):(\d+):([\d.]+)/.exec(stderr) ?? [];
  const turned = /Display ?Matrix: (.*)/i.exec(stderr)?.[1];
  const size = / Video: .*? (\d+)x(\d+)[ ,]/.exec(stderr)?.slice(1);
  if (/rotation of -?90\./.test(turned)) size.reverse();
  return { seconds: hours && Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), turned, size: size?.join("x") };
}

/** Publishes a file: the media it became, or why it was not taken. */
async function publish(file) {
  const words = ["post", "new", "--as", "press", "--text", "Look", "--media", place(file), "--alt", "A test", "--no-captions", "no-speech", "--json"];
  const { code, stdout, stderr } = await tried(BINARY, [...words, "--data", trial.data]);
  if (code === 0) {
    const post = JSON.parse(stdout);
    return { media: post.media[0], post: post.uri };
  }
  if (code !== 1) throw new Error(`exit code ${code}: ${stdout}${stderr}`);
  return { refusal: JSON.parse(stdout || stderr) };
}

async function ask(url, accept = "*/*") {
  const answer = await fetch(url, { headers: { accept }, signal: AbortSignal.timeout(10_000) });
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
  return answer;
}

/** The file as the world gets it, written beside the one that was sent. */
async function fetched(media, name) {
  const answer = await ask(media.url);
  const bytes = Buffer.from(await answer.arrayBuffer());
  fs.writeFileSync(place(name), bytes);
  return { type: answer.headers.get("content-type"), safe: answer.headers.get("x-content-type-options"), bytes };
}

function equal(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what} is ${found}, wanted ${wanted}`);
}

function near(seconds, what) {
  if (!(Math.abs(seconds - SECONDS) <= AROUND)) throw new Error(`${what} is ${seconds} s, wanted ${SECONDS} s`);
}

/** A number of four bytes, as films write it. */
function four(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

const CANARIES = {
  ...Object.fromEntries(Object.entries(NOTES).map(([name, value]) => [name, Buffer.from(value)])),
  "wide title": Buffer.from(NOTES.title, "utf16le"),
  chapter: Buffer.from("Canary Chapter"),
  "degrees north": four(Math.round(48.8577 * 65_536)),
  day: four(Date.parse(DAY) / 1000 - Date.parse("1904-01-01T00:00:00Z") / 1000),
  "written day": Buffer.from(DAY.slice(0, 10)),
};
const canaries = (bytes) => Object.keys(CANARIES).filter((name) => bytes.includes(CANARIES[name]));

/** The parts of an MP4 on its highest level. */
function parts(bytes) {
  const found = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (length < 8) throw new Error(`a part of ${length} bytes`);
    found.push(bytes.toString("latin1", at + 4, at + 8));
    at += length;
  }
  return found;
}

/** Publishes a file that must be taken, and compares what is served with what was sent. */
async function taken(file, type) {
  const { media, post, refusal } = await publish(file);
  if (refusal) throw new Error(`${refusal.id}  ${refusal.what}`);
  const served = `served-${file}`;
  const { type: told, safe, bytes } = await fetched(media, served);
  equal(told, type, "the type");
  equal(safe, "nosniff", "X-Content-Type-Options");
  const [before, after] = [await described(file), await described(served)];
  const [seen, wanted] = [(await decoded(served, type)).split("\n"), (await decoded(file, type)).split("\n")];
  equal(seen.length, wanted.length, "how much is decoded");
  wanted.forEach((line, at) => equal(seen[at], line, "what is decoded"));
  equal(after.turned, before.turned, "how it is turned");
  // A stream that was live does not say how long it is.
  if (before.seconds) near(after.seconds, "the length");
  const [attachment] = (await (await ask(post, "application/activity+json")).json()).attachment;
  near(Number(/^PT([\d.]+)S$/.exec(attachment.duration)?.[1]), "the length that other servers are told");
  if (type.startsWith("video")) equal(`${attachment.width}x${attachment.height}`, before.size, "the size that other servers are told");
  const left = canaries(bytes);
  if (left.length) throw new Error(`still in it: ${left.join(", ")}`);
  if (type.endsWith("/mp4")) {
    const [first, index, ...rest] = parts(bytes);
    if (first !== "ftyp" || index !== "moov" || !rest.includes("mdat")) throw new Error(`its parts are ${first} ${index} ${rest.join(" ")}`);
  }
}

/** Publishes three fifths of a file: refused with a reason, or taken as what is left. */
async function cut(file, type) {
  const whole = fs.readFileSync(place(file));
  const short = `cut-${file}`;
  fs.writeFileSync(place(short), whole.subarray(0, Math.floor(whole.length * 0.6)));
  const { media, refusal } = await publish(short);
  if (refusal) {
    equal(refusal.id, "E145", "the refusal");
    if (!/ends before|damaged/.test(refusal.what) || !refusal.remedy) throw new Error(JSON.stringify(refusal));
  } else {
    const served = await fetched(media, `served-${short}`);
    equal(served.type, type, "the type");
    const frames = (await decoded(`served-${short}`, type)).split("\n").length;
    if (frames >= (await decoded(file, type)).split("\n").length) throw new Error("nothing is missing");
  }
  await ask(`${origin}/`);
  return refusal ? "refused" : "taken";
}

/** Publishes a file that must be refused, then what each command that is named makes of it. */
async function refused(file, words) {
  const { media, refusal } = await publish(file);
  if (media) throw new Error(`taken as ${media.mime}`);
  if (!refusal.what.includes(words)) throw new Error(`${refusal.id}  ${refusal.what}`);
  const commands = refusal.remedy.match(/ffmpeg -i FILE .*?\.mp[34]/g);
  if (!commands) throw new Error(`no command: ${refusal.remedy}`);
  for (const [n, command] of commands.entries()) {
    const [, ...args] = command.split(" ");
    const made = `${file}-${n}-${args.pop()}`;
    // Converters may warn.
    const { code, stderr } = await tried(FFMPEG, ["-nostdin", "-v", "error", "-y", ...args.map((word) => (word === "FILE" ? file : word)), made]);
    if (code !== 0) throw new Error(`${command}\n${stderr}`);
    await taken(made, made.endsWith("3") ? "audio/mpeg" : "video/mp4");
  }
}

/** Runs a check of each, a few at once. */
async function each(list, name, body) {
  const left = list.values();
  const lane = async () => {
    for (const [words, ...rest] of left) await report.check(`${name}: ${words}`, () => body(...rest));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function made() {
  fs.writeFileSync(place("chapters.txt"), CHAPTERS);
  fs.writeFileSync(place("said.srt"), SAID);
  fs.writeFileSync(place("cover.png"), squarePng(64));
  const { stdout: encoders } = await tried(FFMPEG, ["-hide_banner", "-encoders"]);
  const can = ([words, , , args]) => {
    const missing = args.find((word, at) => /^-c(:[vas])?$/.test(args[at - 1]) && word !== "copy" && !new RegExp(` ${word} `).test(encoders));
    if (missing) console.log(`      not tried: ${words}, for this ffmpeg has no ${missing}`);
    return !missing;
  };
  const [good, bad] = [TAKEN.filter(can), REFUSED.filter(can)];
  for (const [, file, , args] of [...good, ...bad]) await ffmpeg(...args, ...NOTED, place(file));
  return [good, bad];
}

const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
const [good, bad] = (await report.check("ffmpeg makes them", made)) ?? report.finish();
await trial.run("init", "--yes", "--account", "press", "--language", "en", "--no-demo");
trial.set("", "url", origin);
trial.set("", "listen", `127.0.0.1:${port}`);
trial.set("network", "allow_private", ["127.0.0.0/8"]);
await trial.serve(origin);

await report.check("there are notes in all of them that must not get through", () => {
  for (const [, file] of good) {
    const found = canaries(fs.readFileSync(place(file)));
    const where = found.includes("location") || found.includes("degrees north");
    if (!found.includes("title") || !found.includes("comment") || !where) throw new Error(`in ${file} only: ${found.join(", ")}`);
  }
});
await report.check("turned films are turned, and others not", async () => {
  for (const [, file] of good) equal(Boolean((await described(file)).turned), file.startsWith("turned"), `that ${file} is turned`);
});
await each(good, "taken, and the same to see and hear", taken);
const ends = { refused: 0, taken: 0 };
await each(good, "cut off, and refused or taken as what is left", async (...of) => (ends[await cut(...of)] += 1));
console.log(`      of those cut off, ${ends.refused} were refused and ${ends.taken} taken`);
await each(bad, "refused, and converted as it says", refused);
await report.check("the server never stumbled", () => {
  const log = fs.readFileSync(trial.server.log, "utf8");
  if (/panic|ERROR/.test(log)) throw new Error(log.split("\n").filter((line) => /panic|ERROR/.test(line)).slice(0, 5).join("\n"));
});
report.finish();

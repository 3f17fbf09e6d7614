// Which pages are looked at: those of a trial with sample content, found by following its links as a person would.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, squarePng, Trial } from "../trial.mjs";

/** Starts the binary on a trial with its sample content. */
export async function startTrial() {
  const trial = new Trial();
  const port = await freePort();
  await trial.run("init", "--yes");
  await trial.run("user add", "ana@city.example", "--name", "Ana", "--account", "news", "--role", "author");
  await trial.run("post new", "--as", "news", "--lang", "en", "--text", "The bridge opens on Monday. #Bridge", "--draft");
  const year = new Date().getUTCFullYear() + 1;
  await trial.run("post new", "--as", "news", "--lang", "en", "--text", "The river festival begins.", "--at", `${year}-06-01T09:00`);
  trial.set("", "listen", `127.0.0.1:${port}`);
  await trial.serve(`http://127.0.0.1:${port}`);
  return { trial, origin: `http://localhost:${port}` };
}

function written(trial, name, content) {
  fs.writeFileSync(path.join(trial.folder, name), content);
  return path.join(trial.folder, name);
}

const clip = (name) => fileURLToPath(new URL(`../vectors/clips/${name}`, import.meta.url));

/** Publishes a film with captions, one without, and a sound with a transcript; returns where their pages are. */
async function recordings(trial, account) {
  const vtt = (words) => `WEBVTT\n\n00:00.100 --> 00:00.900\n${words}\n`;
  const publish = async (alt, media, ...rest) => {
    const id = await trial.run("post new", "--as", account, "--lang", "en", "--text", "Opened today.", "--media", media, "--alt", alt, ...rest);
    return (await read(id)).url;
  };
  const film = await publish("The mayor cuts a ribbon on the bridge", clip("first.mp4"), "--poster", written(trial, "still.png", squarePng(640)),
    "--captions", `en=${written(trial, "en.vtt", vtt("<v Mayor>Good morning"))}`, "--captions", `ar=${written(trial, "ar.vtt", vtt("صباح الخير"))}`);
  const silent = await publish("Water under the bridge", clip("turned-90.mp4"), "--no-captions", "Only the river is heard");
  const sound = await publish("The bells of the town hall", clip("sound.m4a"), "--transcript", written(trial, "said.txt", "Ann: Listen.\n\nBen: I hear them.\n"));
  return { film, silent, sound };
}

/** The number of an episode that is a draft, once there is one. */
let episodeDraft;

/** Begins a podcast with an episode and a draft of one, and returns where their pages are. */
async function podcast(trial, account) {
  const file = (name, content) => written(trial, name, content);
  const sound = clip("sound.mp3");
  const feed = await trial.run("podcast add", "city-talk", "--as", account, "--category", "Government", "--mail", "podcast@city.example",
    "--cover", file("cover.png", squarePng(1400)), "--cover-alt", "A blue square", "--lang", "en", "--title", "City Talk",
    "--description", "What the council decides, and what it means for you. Every other Monday.",
    "--lang", "de", "--title", "Stadtgespräch", "--description", "Was der Rat beschließt.");
  const chapters = "00:00 Welcome\n00:00.250 What the budget costs https://city.example/budget\n00:00.500 A chapter with a title that is so long that it does not fit on one line of a telephone\n";
  const episode = await trial.run("post new", "--as", account, "--podcast", "city-talk", "--title", "What the budget costs", "--audio", sound, "--no-captions", "no-speech",
    "--lang", "en", "--text", "The treasurer explains the budget of next year.\n\nWith questions from listeners. #budget", "--season", "1",
    "--episode", "1", "--chapters", file("chapters.txt", chapters), "--person", "Ann Example; host", "--person", "Ben Example; guest; https://ben.example");
  episodeDraft = await trial.run("post new", "--as", account, "--draft", "--podcast", "city-talk", "--title", "What comes next", "--audio", sound,
    "--no-captions", "no-speech", "--lang", "en", "--text", "The plans of next year.", "--season", "1", "--episode", "2");
  return { podcast: feed.replace(/\.rss$/, ""), episode };
}

/** The text of a page as it is sent, and where it came from. */
export async function read(url) {
  const response = await fetch(url, { headers: { accept: "text/html" }, signal: AbortSignal.timeout(10_000) });
  return { url: response.url, status: response.status, type: response.headers.get("content-type") ?? "", html: await response.text() };
}

/** Addresses that a page of the site links to, on the same site, without fragments. */
function links({ url, html }, pattern) {
  const found = [...html.matchAll(/<a\s[^>]*?href="([^"]+)"/g)]
    .map(([, href]) => new URL(href.replaceAll("&amp;", "&"), url))
    .filter((link) => link.origin === new URL(url).origin && pattern.test(link.pathname));
  return [...new Set(found.map((link) => link.origin + link.pathname + link.search))];
}

const part = ({ url, html }, tag) => ({ url, html: new RegExp(`<${tag}\\b[\\s\\S]*?</${tag}>`).exec(html)?.[0] ?? "" });

/** The public pages: `{name, url}`; `url` is missing where the trial has no such page. */
export async function publicPages(origin, trial) {
  const home = await read(`${origin}/`);
  const profiles = links(home, /^\/@[^/]+$/);
  const lists = [home, ...(await Promise.all(profiles.slice(0, 5).map(read)))];
  const addresses = new Set(lists.flatMap((page) => links(page, /^\/@[^/]+\/\d+$/)));
  const posts = await Promise.all([...addresses].slice(0, 60).map(read));
  const arabic = posts.flatMap((post) => links(post, /\/ar$/))[0] ?? posts.find(({ html }) => /<article[^>]*>[\s\S]*lang="ar"/.test(html))?.url;
  const series = await podcast(trial, new URL(profiles[0]).pathname.slice(2));
  const played = await recordings(trial, new URL(profiles[0]).pathname.slice(2));
  const pages = [
    { name: "home", url: home.url },
    { name: "profile", url: profiles[0] },
    { name: "second profile", url: profiles[1] },
    { name: "post with a picture", url: posts.find(({ html }) => /<img\b/.test(part({ html }, "figure").html))?.url },
    { name: "post in Arabic", url: arabic },
    { name: "tag", url: lists.flatMap((page) => links(page, /^\/tags\//))[0] },
    { name: "podcast", url: series.podcast },
    { name: "episode", url: (await read(series.episode)).url },
    { name: "post with a film", url: played.film },
    { name: "player of a film", url: `${played.film}/play/1` },
    { name: "player of a film without captions", url: `${played.silent}/play/1` },
    { name: "player of a sound", url: `${played.sound}/play/1` },
    { name: "about", url: links(home, /^\/about/)[0] },
    { name: "draft at a secret link", url: await draftLink(trial, new URL(profiles[0]).pathname.slice(2)) },
    { name: "not found", url: `${origin}/no-such-page`, status: 404 },
    { name: "no such account", url: `${origin}/@nobody-here`, status: 404 },
    { name: "deleted post", url: await deletedPost(trial, profiles[0]), status: 410 },
  ];
  const frame = ["header", "footer"].flatMap((tag) => links(part(home, tag), /^(?!\/desk)/));
  for (const url of frame) {
    if (pages.length >= 20 || pages.some((page) => page.url === url)) continue;
    const page = await read(url);
    if (page.status === 200 && page.type.startsWith("text/html")) pages.push({ name: url.slice(new URL(url).origin.length), url });
  }
  return pages;
}

/** Keeps a draft in two languages with a picture, and returns the secret link that shows it. */
async function draftLink(trial, account) {
  const id = await trial.run("post new", "--as", account, "--draft", "--lang", "en", "--text", "The old bridge is open again. https://city.example/bridge",
    "--lang", "de", "--text", "Die alte Brücke ist wieder offen.", "--media", written(trial, "draft.png", squarePng(640)), "--alt", "A blue square");
  return trial.run("post preview", id);
}

/** Publishes a post, deletes it, and returns where its page was. */
async function deletedPost(trial, profile) {
  if (!profile) return undefined;
  const account = new URL(profile).pathname.slice(2);
  const id = await trial.run("post new", "--as", account, "--lang", "en", "--text", "Gone tomorrow");
  const { url } = await read(id);
  await trial.run("post delete", id);
  return url;
}

/** The pages of the desk, two links deep, one of each kind. `html(url)` reads a page as the user logged in. */
export async function deskPages(origin, html) {
  const kind = (url) => new URL(url).pathname.replace(/\d+/g, "N");
  const found = new Map();
  let frontier = [`${origin}/desk`];
  for (let depth = 0; depth < 3; depth += 1) {
    const next = [];
    for (const url of frontier) {
      if (found.has(kind(url)) || found.size >= 40) continue;
      const page = await html(url);
      if (!page) continue;
      found.set(kind(url), { name: kind(url), url });
      next.push(...links({ url, html: page }, /^\/desk(?!.*(log-?out|sign-?out|\/start\/))/));
    }
    frontier = next;
  }
  const drafted = episodeDraft && `${origin}/desk/drafts/${episodeDraft}/episode`;
  return [...found.values(), ...(drafted ? [{ name: "episode of a draft", url: drafted }] : [])];
}

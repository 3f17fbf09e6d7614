// Large files of the composer and of an episode in a real browser, over a line that breaks.
import fs from "node:fs";
import { squarePng } from "../trial.mjs";

const MIB = 1 << 20;

/** A recording with so much air in it that it goes in pieces. */
function large(name, bytes, of = "first.mp4", mimeType = "video/mp4") {
  const clip = fs.readFileSync(new URL(`../vectors/clips/${of}`, import.meta.url));
  const air = Buffer.alloc(bytes - clip.length);
  air.writeUInt32BE(air.length);
  air.write("free", 4);
  return { name, mimeType, buffer: Buffer.concat([clip, air]) };
}

export async function uploads(browser, report, trial) {
  const context = await browser.newContext();
  context.setDefaultTimeout(60_000);
  const tab = await context.newPage();
  const link = await trial.run("user login-link");
  const at = (path) => new URL(path, link).href;
  const asked = [];
  let cuts = 0;
  const PIECE = "POST /desk/uploads/N/NAME";
  const pieces = () => asked.filter((line) => line === PIECE).length;
  tab.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname.replace(/uploads\/\d+\/[^/]+/, "uploads/N/NAME")}`));
  await context.route(/\/desk\/uploads\/\d+\/[^/]+$/, (route) =>
    route.request().method() === "POST" && pieces() === 2 && !cuts++
      ? route.abort("connectionreset") : route.continue());
  const open = async () => {
    await tab.goto(at("/desk"));
    await tab.locator("#text").fill("The council in session");
    await tab.locator("details", { has: tab.locator("#picture1, #reason1") }).evaluateAll((all) => all.forEach((one) => { one.open = true; }));
    await tab.locator("#alt1").fill("A session of the council");
  };
  const press = (name) => tab.locator("form.desk").getByRole("button", { name, exact: true }).click();
  try {
    await tab.goto(link);
    await tab.getByRole("button", { name: "Open the desk" }).click();
    await tab.waitForURL(/\/desk$/);
    await report.check("uploads: a large file goes on where the line broke, and its form then goes without it", async () => {
      await open();
      await tab.locator("#picture1").setInputFiles(large("council.mp4", 20 * MIB));
      await tab.locator("#reason1").selectOption("in-text");
      await press("Publish");
      await tab.waitForURL((url) => url.pathname !== "/desk" || url.search !== "");
      if (cuts !== 1 || pieces() !== 4) throw new Error(`${cuts} cut, ${pieces()} pieces`);
      if (!asked.includes("GET /desk/uploads/N/NAME")) throw new Error("it did not ask how far it was");
    });
    await report.check("uploads: what is wrong with a large file is said at its field, and the form stays as it is", async () => {
      await open();
      const noise = { name: "noise.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(9 * MIB, 7) };
      await tab.locator("#picture1").setInputFiles(noise);
      await press("Publish");
      await tab.locator("#picture1").locator("xpath=preceding-sibling::*[@class='e']").waitFor();
      const kept = [await tab.locator("#text").inputValue(), await tab.locator("#alt1").inputValue()];
      if (kept.some((words) => !words)) throw new Error(kept.join(" / "));
      if (!(await tab.locator("#picture1").evaluate((input) => input === document.activeElement))) throw new Error("no focus");
    });
    await report.check("uploads: captions and poster that a look brought are there until the draft is saved", async () => {
      await open();
      await tab.locator("#picture1").setInputFiles(large("council.mp4", MIB));
      await press("Save draft");
      await tab.goto(`${at(new URL(tab.url()).pathname)}/edit`);
      const captions = (words) => ({ name: "a.vtt", mimeType: "text/vtt", buffer: Buffer.from(`WEBVTT\n\n00:00.100 --> 00:00.900\n${words}\n`) });
      const poster = { name: "a.png", mimeType: "image/png", buffer: squarePng(640) };
      for (const [lang, words, more] of [["", "Good morning", []], ["de", "Guten Morgen", [poster]]]) {
        await tab.locator("#captions-file1").setInputFiles(captions(words));
        await tab.locator("#captions-lang1").fill(lang);
        if (more.length) await tab.locator("#poster1").setInputFiles(more);
        await press("Preview");
        await tab.waitForFunction((n) => document.querySelectorAll("#preview track").length >= n, more.length + 1);
      }
      const carried = await tab.locator("input[name=fresh1]").count();
      if (carried !== 3) throw new Error(`${carried} carried`);
      // It is kept by itself, and goes on with what it carries.
      for (const more of [" today", " at nine"]) {
        const kept = tab.waitForResponse((answer) => answer.request().method() === "POST" && answer.url().endsWith("/edit"));
        await tab.locator("#text").pressSequentially(more);
        if (!(await kept).ok() && (await kept).status() !== 303) throw new Error(`${(await kept).status()}`);
      }
      await press("Save draft");
      await tab.waitForURL(/\?done=saved/);
      const tracks = await tab.locator("main track").count();
      if (tracks < 2 || !(await tab.locator("main video[poster]").count())) throw new Error(`${tracks} tracks`);
    });
    await report.check("uploads: the moment that the player shows becomes the poster", async () => {
      await open();
      const film = fs.readFileSync(new URL("../vectors/clips/vp9.webm", import.meta.url));
      await tab.locator("#picture1").setInputFiles({ name: "council.webm", mimeType: "video/webm", buffer: film });
      await press("Save draft");
      await tab.goto(`${at(new URL(tab.url()).pathname)}/edit`);
      await tab.locator("form.desk details", { has: tab.locator("#poster1") }).evaluateAll((all) => all.forEach((one) => { one.open = true; }));
      await tab.locator("form.desk video").evaluate((film) => new Promise((done) => {
        film.addEventListener("seeked", done, { once: true });
        film.currentTime = 0.5;
      }));
      await press("Take the moment that the player shows");
      await tab.waitForFunction(() => document.querySelector("#poster1").files.length === 1);
      await press("Save draft");
      await tab.waitForURL(/\?done=saved/);
      if (!(await tab.locator("main video[poster]").count())) throw new Error("no poster");
    });
    await report.check("uploads: the recording of an episode goes on where the line broke, and another takes its place", async () => {
      asked.length = cuts = 0;
      const choose = (name) => tab.locator("#file").setInputFiles(large(name, 20 * MIB, "sound.m4a", "audio/mp4"));
      const sent = () => Promise.all([tab.waitForRequest((request) => request.method() === "POST" && /\/episodes$/.test(request.url())), press("Publish")]);
      await tab.goto(at("/desk/podcasts"));
      await tab.locator("a[href$='/episodes']").first().click();
      await tab.locator("#text").fill("What was decided");
      await choose("first.m4a");
      await sent();
      await tab.locator("#title-0-e").waitFor();
      if (cuts !== 1 || pieces() !== 4) throw new Error(`${cuts} cut, ${pieces()} pieces`);
      if (!(await tab.locator("audio").count())) throw new Error("the recording did not come with the form");
      const first = await tab.locator("input[name=kept]").inputValue();
      await tab.locator("#title-0").fill("The council in session");
      await tab.locator("#reason1").selectOption("in-text");
      await choose("second.m4a");
      const [request] = await sent();
      await tab.waitForURL(/\?done=/);
      const kept = [...request.postData().matchAll(/name="kept"\s+(\d+)/g)].map(([, id]) => id);
      if (pieces() !== 7 || kept.length !== 1 || kept[0] === first) throw new Error(`${pieces()} pieces; ${first}, then ${kept}`);
    });
  } finally {
    await context.close();
  }
}

// The desk by keyboard alone: log in, write, publish, undo, with nothing but Tab, Enter, Space and letters.
import { focusFaults } from "./inpage.mjs";

const MAIL = "kay@city.example";
const PASSWORD = "correct horse battery staple";

/** Somebody at a keyboard. No step takes a pointer, and none sets the focus from outside. */
class Hand {
  constructor(page) {
    this.page = page;
    this.faults = [];
  }

  /** What has the focus, as a screen reader names it. */
  named() {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent;
      return `${element.localName} ${label.replace(/\s+/g, " ").trim()}`;
    });
  }

  /** Presses Tab until something is reached whose name begins so; each stop on the way has to show that it is one. */
  async to(name, most = 120) {
    const passed = [];
    for (let step = 0; step < most; step += 1) {
      await this.page.keyboard.press("Tab");
      const seen = await this.page.evaluate(focusFaults);
      this.faults.push(...(seen?.faults ?? []));
      passed.push(await this.named());
      if (passed.at(-1).startsWith(name)) return passed.length;
    }
    throw new Error(`“${name}” is not reached; passed: ${passed.join(" · ")}`);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  type(words) {
    return this.page.keyboard.type(words);
  }

  /** Presses a key that leaves for another page, and waits for that. */
  async leave(key, url) {
    await Promise.all([this.page.waitForURL(url), this.press(key)]);
    await this.page.waitForLoadState();
  }
}

/** `script`: whether the desk's script runs. */
async function pass(browser, report, { trial, origin }, script) {
  const check = (words, body) => report.check(`keyboard ${script ? "with" : "without"} JavaScript: ${words}`, body);
  const context = await browser.newContext({ javaScriptEnabled: script });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const hand = new Hand(page);
  /** What is wrong has the focus by itself; its first line is the next stop. */
  const summary = async () => {
    if (!(await page.evaluate(() => document.activeElement.matches(".sum")))) throw new Error(`the focus is at ${await hand.named()}`);
    await hand.to("a ", 1);
  };
  try {
    await page.goto(`${origin}/desk`);
    await check("the skip link is the first stop, and goes to the form", async () => {
      const steps = await hand.to("a Skip to main content");
      if (steps !== 1) throw new Error(`it is stop ${steps}`);
      await hand.press("Enter");
      await hand.to("input E-mail", 3);
    });
    await check("a wrong password is said first, and the summary leads to the field", async () => {
      await hand.type(MAIL);
      await hand.to("input Password", 1);
      await hand.type("wrong");
      await hand.leave("Enter", /\/desk\/login$/);
      await summary();
      await hand.press("Enter");
      if ((await hand.named()) !== "input E-mail address") throw new Error(`the summary leads to ${await hand.named()}`);
      if ((await page.evaluate(() => document.activeElement.value)) !== MAIL) throw new Error("the address was lost");
    });
    await check("the right one opens the desk", async () => {
      await hand.to("input Password", 1);
      await hand.type(PASSWORD);
      await hand.leave("Enter", /\/desk$/);
    });
    await check("an empty post comes back with a summary that leads to the text", async () => {
      await hand.to("button Publish");
      await Promise.all([page.waitForEvent("load"), hand.press("Enter")]);
      await summary();
      await hand.press("Enter");
      if ((await hand.named()) !== "textarea Text") throw new Error(`the summary leads to ${await hand.named()}`);
    });
    await check("a post is written, ticked with the space bar, and published", async () => {
      await hand.type("Written by keyboard alone.");
      await hand.to("input Quiet");
      await hand.press("Space");
      await hand.to("button Publish");
      await hand.leave("Enter", /\/desk\/drafts\/\d+\?done=publish$/);
    });
    await check("and undone while it is held back", async () => {
      await hand.to("button Undo");
      await Promise.all([page.waitForEvent("load"), hand.press("Enter")]);
      if (await page.getByRole("button", { name: "Undo" }).count()) throw new Error("it still can be undone");
      const home = await (await fetch(`${origin}/`)).text();
      if (home.includes("Written by keyboard alone")) throw new Error("it is on the public page");
    });
    await check("the focus was to be seen at every stop", () => {
      if (hand.faults.length) throw new Error([...new Set(hand.faults)].join("\n"));
    });
  } finally {
    await context.close();
  }
}

export async function keyboard(browser, report, city) {
  await city.trial.run("user add", MAIL, "--name", "Kay", "--account", "news", "--role", "editor");
  await city.trial.tell(PASSWORD, "user password", MAIL, "--password-stdin");
  for (const script of [true, false]) await pass(browser, report, city, script);
}

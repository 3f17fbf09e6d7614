// Two people and one draft in a real browser: what is typed is kept by itself, comes back, and takes nobody's text away.

const PAUSE = 5_000; // ms of the page's own clock, moved by hand: more than the script waits before it saves
const TEXT = "#text";

/** Somebody at the desk, by a one-time link. */
async function seat(browser, trial, ...who) {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const tab = await context.newPage();
  const link = await trial.run("user login-link", ...who);
  await tab.goto(link);
  await tab.getByRole("button", { name: "Open the desk" }).click();
  await tab.waitForURL(/\/desk(\/|$)/);
  await tab.clock.install();
  return { context, tab, at: (path) => new URL(path, link).href };
}

/** Types, lets the pause go by, and waits for what the server says to the save. */
async function typed(tab, text) {
  const answered = tab.waitForResponse((answer) => answer.request().method() === "POST" && answer.url().endsWith("/edit"));
  await tab.fill(TEXT, text);
  await tab.clock.runFor(PAUSE);
  return (await answered).status();
}

/** The next form is answered with this status, whatever the server would have said. */
const refused = (tab, path, status) =>
  tab.route(`**${path}`, (route) => route.fulfill({ status, body: "" }), { times: 1 });

function same(found, wanted) {
  if (found !== wanted) throw new Error(`${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

export async function composer(browser, report, trial) {
  const ana = await seat(browser, trial, "ana@city.example");
  const owner = await seat(browser, trial);
  let form;
  try {
    await report.check("composer: with a time the button plans", async () => {
      await owner.tab.goto(owner.at("/desk"));
      await owner.tab.fill("#at", "2030-06-01T09:00");
      await owner.tab.getByRole("button", { name: "Plan", exact: true }).waitFor();
      await owner.tab.fill("#at", "");
      await owner.tab.getByRole("button", { name: "Publish", exact: true }).waitFor();
    });
    await report.check("composer: what is typed into a draft is saved by itself, and survives a reload", async () => {
      await ana.tab.goto(ana.at("/desk"));
      await ana.tab.fill(TEXT, "The market");
      await ana.tab.getByRole("button", { name: "Save draft" }).click();
      await ana.tab.getByRole("link", { name: "Edit", exact: true }).click();
      await ana.tab.waitForURL(/\/edit$/);
      form = new URL(ana.tab.url()).pathname;
      same(await typed(ana.tab, "The market moves"), 303);
      await ana.tab.getByText(/^Saved at/).waitFor();
      same(await typed(ana.tab, "The market moves to the river"), 303);
      await ana.tab.getByText(/^Saved at/).waitFor();
      await ana.tab.reload();
      same(await ana.tab.inputValue(TEXT), "The market moves to the river");
    });
    await report.check("composer: two who edit one draft see each other", async () => {
      await owner.tab.goto(owner.at(form));
      await owner.tab.locator("#busy").getByText("Ana").waitFor();
      same(await ana.tab.locator("#busy").count(), 0);
      same(await typed(ana.tab, "The market moves to the old river"), 303);
      await ana.tab.locator("#busy").waitFor();
    });
    await report.check("composer: whoever was slower overwrites nothing, loses nothing, and sees both texts", async () => {
      same(await typed(owner.tab, "The market stays"), 422);
      await owner.tab.getByText("Not saved: press Save draft to see why.").waitFor();
      await owner.tab.getByRole("button", { name: "Save draft" }).click();
      await owner.tab.getByRole("heading", { name: /Saved meanwhile by Ana/ }).waitFor();
      same(await owner.tab.inputValue(TEXT), "The market stays");
      await owner.tab.getByText("The market moves to the old river").last().waitFor();
      await owner.tab.getByRole("button", { name: "Save draft" }).click();
      await owner.tab.waitForURL(/done=saved/);
      await ana.tab.reload();
      same(await ana.tab.inputValue(TEXT), "The market stays");
    });
    await report.check("composer: what stands in the way of a save is said, and what passes is tried again", async () => {
      await refused(ana.tab, form, 422);
      same(await typed(ana.tab, "The market closes"), 422);
      await ana.tab.getByText("Not saved: press Save draft to see why.").waitFor();
      same(await typed(ana.tab, "The market closes early"), 303);
      await ana.tab.locator("#trouble").waitFor({ state: "detached" });
      await refused(ana.tab, form, 503);
      same(await typed(ana.tab, "The market closes late"), 503);
      await ana.tab.getByText("It is tried again").waitFor();
      await ana.tab.clock.runFor(4 * PAUSE);
      await ana.tab.locator("#trouble").waitFor({ state: "detached" });
      await ana.tab.reload();
      same(await ana.tab.inputValue(TEXT), "The market closes late");
    });
    await report.check("composer: who presses Preview twice sees it once, and publishes nothing", async () => {
      await ana.tab.getByRole("button", { name: "Preview" }).dblclick();
      await ana.tab.locator("#preview").waitFor();
      same(new URL(ana.tab.url()).pathname, form);
      await refused(ana.tab, form, 503);
      await ana.tab.getByRole("button", { name: "Preview" }).click();
      await ana.tab.getByText("Press Preview again").waitFor();
      same(await ana.tab.inputValue(TEXT), "The market closes late");
      await ana.tab.fill(TEXT, "The market is full");
      await ana.tab.route(`**${form}`, (route) => route.fulfill({ status: 401, body: "" }));
      await ana.tab.clock.runFor(PAUSE);
      await ana.tab.getByText("your session is over").waitFor();
    });
  } finally {
    await ana.context.close();
    await owner.context.close();
  }
}

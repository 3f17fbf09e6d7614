// Passkeys in a real browser, with an authenticator that Chromium plays: made, used, refused, removed.

/** Logs in by a one-time link, then by a touch. `trial` is reached as localhost: no passkey is bound to a number. */
export async function passkeys(browser, report, trial) {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const tab = await context.newPage();
  const link = await trial.run("user login-link");
  const at = (path) => new URL(path, link).href;
  const cdp = await context.newCDPSession(tab);
  await cdp.send("WebAuthn.enable");
  const kind = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  const options = { ...kind, automaticPresenceSimulation: true };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  const touch = () => tab.getByRole("button", { name: "Log in with a passkey" });
  const says = (text) => tab.getByText(text).waitFor();
  const make = async (name) => {
    await tab.goto(at("/desk/account"));
    await tab.getByLabel("Name of a new passkey").fill(name);
    await tab.getByRole("button", { name: "Make a passkey" }).click();
  };
  try {
    await tab.goto(link);
    await tab.getByRole("button", { name: "Open the desk" }).click();
    await tab.waitForURL(/\/desk$/);
    await report.check("passkeys: none is offered where nobody has one", async () => {
      const other = await browser.newContext();
      const page = await other.newPage();
      await page.goto(at("/desk/login"));
      if (await page.locator("form[data-passkey]").count()) throw new Error("one is");
      await other.close();
    });
    await report.check("passkeys: one is made, once for each authenticator", async () => {
      await make("Phone");
      await says("The passkey is kept");
      await tab.getByText("Phone", { exact: true }).first().waitFor();
      await make("Phone again");
      await says("This passkey is known here already");
    });
    for (const time of ["first", "second"])
      await report.check(`passkeys: a touch opens the desk, ${time} time`, async () => {
        await context.clearCookies();
        await tab.goto(at("/desk/posts"));
        await touch().click();
        await tab.waitForURL(/\/desk\/posts$/);
        await tab.getByRole("button", { name: "Log out" }).waitFor();
      });
    await report.check("passkeys: a touch by whoever cannot say who they are opens nothing", async () => {
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
      await context.clearCookies();
      await tab.goto(at("/desk/login"));
      await touch().click();
      await says("No passkey was used");
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    });
    await report.check("passkeys: a page answers once, and a second answer to it opens nothing", async () => {
      await tab.goto(at("/desk/login"));
      const body = new Promise((resolve) => tab.on("request", (sent) => sent.url().endsWith("/desk/login/passkey") && resolve(sent.postData())));
      await touch().click();
      await tab.getByRole("button", { name: "Log out" }).waitFor();
      const form = Object.fromEntries(new URLSearchParams(await body));
      const again = await context.request.post(at("/desk/login/passkey"), { form, headers: { origin: new URL(link).origin }, maxRedirects: 0 });
      if (again.status() !== 422) throw new Error(`it answers ${again.status()}`);
    });
    await report.check("passkeys: without script there is a password as ever, and no dead button", async () => {
      const plain = await browser.newContext({ javaScriptEnabled: false });
      const page = await plain.newPage();
      await page.goto(at("/desk/login"));
      if (await page.locator("form[data-passkey]").isVisible()) throw new Error("the form is shown");
      await plain.close();
    });
    await report.check("passkeys: one that was removed opens nothing", async () => {
      await tab.goto(at("/desk/login"));
      const other = await context.newPage();
      await other.goto(at("/desk/account"));
      await other.getByRole("button", { name: /^Remove ?: Phone/ }).click();
      await other.getByText("The passkey opens nothing any more").waitFor();
      await other.close();
      await context.clearCookies();
      await tab.bringToFront();
      await touch().click();
      await says("does not open the desk");
    });
  } finally {
    await context.close();
  }
}

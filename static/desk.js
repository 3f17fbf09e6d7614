// What makes the desk more pleasant. Every part has a form beneath that works without; nothing needs it but passkeys, which
// browsers give to script only.
"use strict";

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Says something to screen readers, politely. */
const voice = document.createElement("p");
voice.className = "vh";
voice.setAttribute("role", "status");
document.body.append(voice);
const say = (words) => { voice.textContent = words; };

const form = one("form[enctype]");

/** Says to everybody, above the buttons, what went wrong; nothing when that is over. */
function warn(words) {
  const said = one("#trouble");
  if (said?.textContent === words) return;
  said?.remove();
  if (!words) return;
  const place = Object.assign(document.createElement("p"), { id: "trouble", className: "note warn", textContent: words });
  place.setAttribute("role", "alert");
  all(".btns", form).at(-1).before(place);
}

// The length of each text as Mastodon counts it: addresses are 23, names of other servers count without them.
const letters = window.Intl?.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
const SHOWN_WHOLE = 500;
function length(text) {
  const counted = text.trim()
    .replace(/(^|[^\w@#$])https?:\/\/[^\s<>"`{}|\\^«»]+\.[^\s<>"`{}|\\^«»]*[^\s<>"`{}|\\^«».,;:!?'*)\]]/gi, (_, before) => before + "x".repeat(23))
    .replace(/(^|[^\w/])@(\w+(?:[.-]+\w+)*)@[\w.-]+\w(?::\d+)?/g, "$1@$2");
  return letters ? [...letters.segment(counted)].length : [...counted].length;
}
/** A thread is counted post by post; the longest is told. */
function longest(text) {
  return Math.max(...text.split(/^[ \t]*---[ \t]*$/m).map(length));
}
function count(field) {
  const place = document.getElementById(field.id.replace("text", "count"));
  if (!place) return;
  let over = false;
  const show = () => {
    const n = longest(field.value);
    const words = n > SHOWN_WHOLE ? `${n} characters: other servers fold what is longer than ${SHOWN_WHOLE}.` : `${n} characters.`;
    place.textContent = n ? words : "";
    if (over !== n > SHOWN_WHOLE) {
      over = n > SHOWN_WHOLE;
      say(words);
    }
  };
  field.addEventListener("input", show);
  show();
}
if (form) all("textarea[id^=text]", form).forEach(count);

/** What the form says, without files: those go with a button. */
function fields(name, value) {
  const data = new FormData(form);
  all("input[type=file]", form).forEach((input) => data.delete(input.name));
  data.set(name, value);
  return data;
}
const send = (data) => fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

const chosen = () => all("input[type=file]", form).some((input) => input.files.length);
let whole = false; // The preview comes as a page, as without script.
const looks = (event) => !whole && event.submitter?.value === "preview" && !chosen();

/** The form of something new becomes that of the draft that was begun with it. */
function settle(page, path) {
  const made = one("form[enctype]", page), as = one(".as", made), [mine, theirs] = [form, made].map((root) => all(".btns", root).at(-1));
  form.action = path;
  form.dataset.account = made.dataset.account;
  for (const button of all("[formaction]", form)) button.formAction = path + new URL(button.formAction).hash;
  form.elements.account.closest("p").replaceWith(...[as].filter(Boolean));
  one("h1").replaceWith(one("h1", page));
  all("button", mine).filter((button) => !one(`[name=${button.name}][value=${button.value}]`, theirs)).forEach((button) => button.remove());
  mine.append(...all("a", theirs));
  history.replaceState(null, "", path);
}

// What somebody writes is kept as a draft, by itself; the revision goes on with it, and who else has it open is told. What
// somebody else saved stops that. Something new begins its draft as soon as there are words in it, where whoever writes
// keeps drafts: then it stays with its account, and the page is that of the draft.
const DRAFT = /\/drafts\/\d+\/edit$/;
const begins = /\/desk\/posts$/.test(form?.action) && one("button[value=draft]", form);
if (form && (begins || DRAFT.test(form.action))) {
  const PAUSE = 4_000, fresh = location.pathname === "/desk";
  const isKept = () => DRAFT.test(form.action);
  const choice = () => form.elements.account;
  // What an answer begins with is not written yet.
  const written = () => all("textarea[id^=text]", form).some((field) => field.value.trim() && !(fresh && field.value === field.defaultValue));
  const ready = () => isKept() || written() && !("unkept" in (choice().selectedOptions?.[0] ?? choice()).dataset);
  // What only a button sends.
  const unsent = () => chosen() || all("input[type=file][name^=picture]", form).some(({ name }) =>
    !form.elements[name.replace("picture", "kept")] && form.elements[name.replace("picture", "alt")].value);
  // What may pass is tried again: no answer, of the server or of what stands before it. What does not is said.
  const passes = (problem) => !problem.status || [502, 503, 504].includes(problem.status);
  const why = {
    401: "your session is over. Press Save draft and log in: your text comes along.",
    403: "you logged in anew elsewhere, or may not change this any more. Press Save draft: your text comes back.",
    404: "the draft is not there any more. Copy your text.",
    409: "it was published meanwhile. Copy your text.",
    413: "it is too long to be sent. Shorten it.",
    422: "press Save draft to see why.",
  };
  const told = Object.assign(document.createElement("p"), { className: "mut" });
  told.setAttribute("role", "status");
  all(".btns", form).at(-1).after(told);
  // Where somebody else saved meanwhile, only a button decides which text it is; so it is with what goes out by itself.
  const waits = (page) => Boolean(one("#theirs", page) ?? one("form[data-planned]", page));
  /** Whether something is not kept, as the way out says it too. */
  const owes = (is) => {
    dirty = is;
    const out = one("a", all(".btns", form).at(-1));
    if (out) out.textContent = is ? "Leave without saving" : "Leave";
  };
  let timer, saving, dirty = false, stopped = waits(document), unheard = false;
  // The draft is made for the account that was sent. A field that is disabled would not be sent at all.
  const bind = (bound) => all("option", choice()).forEach((option) => { option.disabled = bound && !option.selected; });
  const keep = async () => {
    dirty = false;
    const begun = !isKept();
    try {
      const sent = send(fields("keep", "on"));
      if (begun) bind(true);
      const answer = await sent;
      const page = await parsed(answer), revision = one("input[name=revision]", page);
      stopped = waits(page);
      if (!answer.ok) throw answer;
      if (!revision) throw { status: 401 };
      if (!DRAFT.test(answer.url)) throw { status: 409 };
      if (begun) settle(page, new URL(answer.url).pathname);
      form.elements.revision.value = revision.value;
      one("#busy")?.remove();
      const busy = one("#busy", page);
      if (busy) one("h1").before(document.adoptNode(busy));
      warn("");
      owes(dirty || unsent());
      const rest = unsent() ? " Files that you chose, and what is said about them, are not kept yet: press Save draft." : "";
      told.textContent = `${begun ? "Kept as a draft" : "Saved"} at ${one("form[enctype]", page).dataset.now}.${rest}`;
    } catch (problem) {
      owes(true);
      told.textContent = "";
      // What was not answered may have begun it.
      unheard ||= passes(problem);
      if (begun && !unheard) bind(false);
      if (passes(problem)) {
        warn("Not saved: no connection. It is tried again.");
        later(4 * PAUSE);
        return;
      }
      // Other words may help against these two.
      stopped ||= ![413, 422].includes(problem.status);
      warn(`Not saved: ${why[problem.status] ?? `the server answered ${problem.status}. Copy your text.`}`);
    }
  };
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // Somebody is just choosing for whom.
      if (!isKept() && document.activeElement === choice()) return later(PAUSE);
      if (ready()) saving = keep().finally(() => { saving = null; });
    }, pause);
  };
  form.addEventListener("input", () => {
    owes(ready());
    if (dirty && !stopped) later(PAUSE);
  });
  form.addEventListener("submit", (event) => {
    if (looks(event)) return;
    clearTimeout(timer);
    dirty = false;
    if (!saving) return;
    // What goes on its way now would meet its own last revision.
    event.preventDefault();
    saving.then(() => form.requestSubmit(event.submitter));
  });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}

// With a time the button plans.
const at = form?.elements.at, go = form && one("button[value=publish]", form);
if (at && go) {
  const name = () => { go.textContent = at.value ? "Plan" : "Publish"; };
  at.addEventListener("input", name);
  name();
}

// The preview comes without leaving the page, and then follows the text. New files go by the button as always.
if (form) {
  let timer, running = 0;
  const look = async (follows) => {
    const turn = ++running, data = fields("do", "preview");
    // What comes by itself asks no other server whom a half-typed name means.
    if (follows) data.set("follow", "1");
    const answer = await send(data);
    if (answer.status === 503) throw answer;
    const page = await parsed(answer);
    const fresh = one("#preview", page);
    if (turn !== running) return true; // A later one is on its way.
    if (!answer.ok || !fresh) return false;
    if (one("#trouble")?.textContent.startsWith("No preview")) warn("");
    one(".note.warn[aria-labelledby=advice]")?.remove();
    one("#preview")?.remove();
    const advice = one(".note.warn[aria-labelledby=advice]", page);
    form.before(...[advice, fresh].filter(Boolean).map((part) => document.adoptNode(part)));
    return true;
  };
  form.addEventListener("submit", (event) => {
    if (!looks(event)) return;
    event.preventDefault();
    clearTimeout(timer);
    look().then((shown) => {
      if (!shown) throw new Error("no preview");
      const head = one("#preview-h");
      if (!head) return;
      head.tabIndex = -1;
      head.focus();
    }).catch((problem) => {
      if (problem.status === 503) return warn("No preview: too much is going on. Press Preview again in a moment.");
      whole = true;
      form.requestSubmit(event.submitter);
    });
  });
  form.addEventListener("input", () => {
    clearTimeout(timer);
    if (one("#preview")) timer = setTimeout(() => look(true).catch(() => {}), 1_200);
  });
}

// An answer begins with whom it is to: the caret stands behind that.
if (form?.elements.reply) form.elements.text?.setSelectionRange(1e6, 1e6);

// Pictures are pasted or dropped: into the first free place, with the focus where they are to be described.
if (form && one("[name^=picture]", form)) {
  const take = (files) => {
    const free = all("input[type=file][name^=picture]", form).filter((input) => !input.files.length);
    const placed = [...files].slice(0, free.length).map((file, n) => {
      const carrier = new DataTransfer();
      carrier.items.add(file);
      free[n].files = carrier.files;
      free[n].closest("details").open = true;
      return free[n];
    });
    if (!placed.length) return;
    document.getElementById(placed[0].id.replace("picture", "alt"))?.focus();
    say(`${placed.length} taken. Describe what is to be seen.`);
  };
  form.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}

// A moment of a film can be its poster: where it was stopped in its player.
for (const film of form ? all("video", form) : []) {
  const input = one("input[type=file][name^=poster]", film.closest("fieldset") ?? form);
  if (!input) continue;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "s", textContent: "Take the moment that the player shows" });
  button.addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    canvas.width = film.videoWidth;
    canvas.height = film.videoHeight;
    if (canvas.width) canvas.getContext("2d").drawImage(film, 0, 0);
    canvas.toBlob((still) => {
      if (!still) return say("Let the film play up to the moment first.");
      const carrier = new DataTransfer();
      carrier.items.add(new File([still], "moment.jpg", { type: "image/jpeg" }));
      input.files = carrier.files;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      say("Taken. It goes with the form.");
    }, "image/jpeg", 0.9);
  });
  input.after(button);
}

// A large file goes in pieces before its form does: what breaks off goes on where it stopped.
if (form) {
  const PIECE = 8 << 20, TRIES = 8;
  const post = (path, headers, body) =>
    fetch(path, { method: "POST", body, headers: { "x-csrf": form.elements.csrf.value, ...headers }, credentials: "same-origin" });
  const far = (answer) => Number(answer.headers.get("upload-offset"));
  const rest = (time) => new Promise((done) => setTimeout(done, time));
  /** Brings a file, and puts its number into the form; answers what is wrong with it. */
  const bring = async (input, account) => {
    const file = input.files[0];
    const begun = await post(`/desk/uploads/${account}`, { "upload-length": file.size });
    if (!begun.ok) throw begun;
    const path = new URL(begun.headers.get("location")).pathname;
    const bar = document.createElement("progress");
    bar.max = file.size;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name} is sent`);
    input.after(bar);
    const insist = async (ask, isAnswer) => {
      for (let failed = 1; ; failed++) {
        const answer = await ask().catch(() => null);
        if (answer && isAnswer(answer)) return answer;
        if (answer && ![409, 503].includes(answer.status) || failed > TRIES) throw answer;
        say("The connection broke off. It goes on by itself.");
        await rest(500 * 2 ** failed);
        const known = await fetch(path).catch(() => null);
        if (known?.ok) bar.value = far(known);
      }
    };
    const piece = () => post(path, { "upload-offset": bar.value, "content-type": "application/offset+octet-stream" },
      file.slice(bar.value, bar.value + PIECE));
    try {
      while (bar.value < file.size) {
        bar.value = far(await insist(piece, (answer) => answer.ok));
        say(`${Math.floor(100 * bar.value / file.size)} % sent.`);
      }
      const said = await insist(() => post(`${path}/finish`), (answer) => answer.ok || answer.status === 422);
      const { id, error } = await said.json();
      if (id) {
        const kept = document.createElement("input");
        Object.assign(kept, { type: "hidden", name: input.dataset.kept, value: id });
        form.elements[kept.name]?.remove(); // What was there before.
        input.after(kept);
      }
      return error;
    } finally {
      bar.remove();
    }
  };
  let busy = false, plain = false;
  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
  form.addEventListener("submit", async (event) => {
    const by = event.submitter, account = form.elements.account?.value ?? form.dataset.account;
    const large = all("[data-kept]", form).filter((input) => input.files[0]?.size > PIECE);
    if (busy) event.preventDefault();
    if (busy || plain || !account || !large.length) return;
    event.preventDefault();
    busy = true;
    try {
      for (const input of large) {
        const wrong = await bring(input, account);
        input.value = "";
        if (!wrong) continue;
        const words = document.createElement("span");
        Object.assign(words, { className: "e", textContent: `Error: ${wrong}` });
        input.before(words);
        input.addEventListener("input", () => words.remove(), { once: true });
        input.focus();
        say(wrong);
        busy = false;
        form.dispatchEvent(new Event("input")); // It did not go: what is typed is not saved yet.
        return;
      }
    } catch {
      // The form brings it as it would without script, or says why not.
      plain = true;
    }
    busy = false;
    form.requestSubmit(by);
  });
}

// How long ago, as a hint beside the exact time.
if (window.Intl?.RelativeTimeFormat) {
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  for (const time of all("main time[datetime]")) {
    const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
    const [unit, size] = [["day", 86_400], ["hour", 3_600], ["minute", 60]].find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
    time.title = relative.format(Math.round(seconds / size), unit);
  }
}

/* Passkeys: a form that is hidden without them asks the browser, and is sent as any form. */
(() => {
  const bytes = (text) => new TextEncoder().encode(text);
  const read = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const written = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ask = {
    get: (d) => ({ challenge: bytes(d.challenge), userVerification: "required" }),
    create: (d) => ({
      challenge: bytes(d.challenge),
      rp: { name: d.rp },
      user: { id: bytes(d.user), name: d.email, displayName: d.name },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      excludeCredentials: (d.known || "").split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: read(id) })),
    }),
  };
  for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
    const { passkey: how, ...data } = form.dataset;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const status = form.querySelector("[role=status]");
      status.textContent = "";
      try {
        const { id, response: said } = await navigator.credentials[how]({ publicKey: ask[how](data) });
        const about = said.authenticatorData || said.getAuthenticatorData();
        const fields = { id, client: written(said.clientDataJSON), data: written(about), signature: said.signature && written(said.signature) };
        for (const [name, value] of Object.entries(fields)) if (value) form.elements[name].value = value;
        form.submit();
      } catch (error) {
        status.textContent = error.name === "InvalidStateError" ? "This passkey is known here already." : "No passkey was used.";
      }
    });
  }
})();

// What is measured inside a page. Each function is sent to the browser as text, so it uses nothing from outside
// itself, and returns a list of faults: an empty list is a pass.

/** WCAG 1.4.10: no scrolling sideways. */
export function overflow() {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
  return [`${document.documentElement.scrollWidth} px wide in ${innerWidth}`, ...wide.slice(0, 4).map((element) => element.outerHTML.slice(0, 90))];
}

/** WCAG 2.5.8, without its exception for spacing: targets are at least 24 by 24, except links in a sentence. */
export function smallTargets() {
  const targets = document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex='0']");
  const inSentence = (element) => {
    if (getComputedStyle(element).display !== "inline") return false;
    let block = element.parentElement;
    while (block && getComputedStyle(block).display === "inline") block = block.parentElement;
    return block && block.textContent.trim().length > element.textContent.trim().length;
  };
  return [...targets]
    .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 1 && box.height > 1 && box.right > 0 && box.left < innerWidth) // not the hidden skip link
    .filter(({ element, box }) => (box.width < 24 || box.height < 24) && !inSentence(element))
    .map(({ element, box }) => `${Math.round(box.width)}×${Math.round(box.height)}: ${element.outerHTML.slice(0, 90)}`);
}

/** WCAG 2.4.7, 2.4.11, 1.4.11: the focused element has a drawn outline, of 3:1 contrast, and nothing lies over it.
 *  Returns null when nothing is focused, else `key` to recognise the element again and its faults. */
export function focusFaults() {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const style = getComputedStyle(element);
  const faults = [];
  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const linear = numbers(colour).slice(0, 3).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const opaque = (colour) => numbers(colour).length < 4 || numbers(colour)[3] > 0.9;
  let around = parseFloat(style.outlineOffset) < 0 ? element : element.parentElement;
  while (around && !opaque(getComputedStyle(around).backgroundColor)) around = around.parentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const ground = around ? getComputedStyle(around).backgroundColor : dark ? "rgb(18,18,18)" : "rgb(255,255,255)";
  const own = style.outlineStyle === "auto" || !element.matches(":focus"); // the browser's ring, or that of a part of its own: the calendar of a date
  if (!own) {
    const [low, high] = [luminance(style.outlineColor), luminance(ground)].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push("no outline of 2 px");
    else if (contrast < 3) faults.push(`outline ${style.outlineColor} on ${ground} has contrast ${contrast.toFixed(1)}`);
  }
  const box = element.getClientRects()[0];
  const top = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (!top) faults.push("out of sight");
  else if (!element.contains(top) && !top.contains(element) && !top.closest("label")?.contains(element)) {
    faults.push(`covered by ${top.outerHTML.slice(0, 60)}`);
  }
  globalThis.order ??= new WeakMap();
  if (!order.has(element)) order.set(element, (globalThis.seen = (globalThis.seen ?? 0) + 1));
  return { key: order.get(element), faults: faults.map((fault) => `${fault}: ${element.outerHTML.slice(0, 80)}`) };
}

/** WCAG 1.4.12: with wider spacing no text is cut off. */
export const SPACING = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-block-end:2em!important}";
export function clipped() {
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.clientWidth > 1 && element.clientHeight > 1 && element.textContent.trim())
    .filter((element) => {
      const style = getComputedStyle(element);
      const cuts = (value) => value === "hidden" || value === "clip";
      return (cuts(style.overflowX) && element.scrollWidth > element.clientWidth + 2) ||
        (cuts(style.overflowY) && element.scrollHeight > element.clientHeight + 2);
    })
    .map((element) => element.outerHTML.slice(0, 90));
}

/** Script of any form. Data blocks (JSON-LD) are not script; `external` permits files, as the desk has one. */
export function scripts(external) {
  const isData = (script) => /json/.test(script.type);
  const found = [...document.scripts].filter((script) => !isData(script) && !(external && script.src));
  const handlers = [...document.querySelectorAll("*")].filter((element) =>
    [...element.attributes].some(({ name, value }) => name.startsWith("on") || /^\s*javascript:/i.test(value)));
  return [...found, ...handlers].map((element) => element.outerHTML.slice(0, 90));
}

/** Anything kept on the reader's machine. */
export async function stored() {
  const kept = {
    "document.cookie": document.cookie.length,
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
    indexedDB: (await indexedDB.databases()).length,
    caches: (await globalThis.caches?.keys())?.length ?? 0,
    "service workers": (await navigator.serviceWorker?.getRegistrations())?.length ?? 0,
  };
  return Object.entries(kept).filter(([, count]) => count).map(([name, count]) => `${name}: ${count}`);
}

/** What a person can read and use on the page, to compare it with and without script. */
export function offer() {
  const texts = (selector, read) => [...document.querySelectorAll(selector)].map(read);
  return {
    text: document.body.innerText.replace(/\s+/g, " ").trim(),
    headings: texts("h1,h2,h3", (element) => element.textContent.trim()),
    links: texts("a[href]", (element) => element.getAttribute("href")),
    fields: texts("input[name],select[name],textarea[name],button[name]", (element) => `${element.tagName} ${element.name}`),
  };
}

/** Buttons that do nothing without script: outside any form, and not opening anything by themselves. */
export function deadButtons() {
  return [...document.querySelectorAll("button")]
    .filter((button) => !(button.form && button.type === "submit") && !button.popoverTargetElement && !button.hasAttribute("commandfor"))
    .filter((button) => button.checkVisibility())
    .map((button) => button.outerHTML.slice(0, 90));
}

/** Whether a feed is well-formed XML of a kind we know, with entries that can be told apart and dated. */
export function feedFaults(text) {
  const feed = new DOMParser().parseFromString(text, "application/xml");
  const broken = feed.querySelector("parsererror");
  if (broken) return [broken.textContent.slice(0, 200)];
  const root = feed.documentElement.localName;
  if (!["feed", "rss", "opml", "urlset", "sitemapindex"].includes(root)) return [`unknown kind <${root}>`];
  const faults = [];
  const entries = [...feed.getElementsByTagName(root === "feed" ? "entry" : "item")];
  const ids = entries.map((entry) => entry.querySelector("id,guid")?.textContent);
  if (ids.some((id) => !id)) faults.push("an entry without id");
  if (new Set(ids).size < ids.length) faults.push("two entries with the same id");
  const dates = entries.map((entry) => entry.querySelector("updated,published,pubDate")?.textContent);
  if (dates.some((date) => Number.isNaN(Date.parse(date)))) faults.push("an entry without a date that can be read");
  if (["feed", "rss"].includes(root) && !entries.length) faults.push("no entries");
  return faults;
}

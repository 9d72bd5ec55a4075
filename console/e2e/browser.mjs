// What the journeys share: a browser of the machine's own, signing in, and what no page may show.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";

import { chromium } from "playwright-core";

const QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic", "--disable-gpu"];
const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

export const URL_OF = process.env.ZHENDUAN_URL;
export const SHOTS = process.env.SHOTS;
const WAIT = Number(process.env.WAIT ?? 90_000);
export const problems = [];

const HOW = { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: QUIET };

/** The browser that runs already for all journeys, if one does; each page has a profile of its own all the same. */
export const opened = () => (process.env.BROWSER ? chromium.connect(process.env.BROWSER) : chromium.launch(HOW));

/** A browser that journeys join, until whoever started this closes its input. */
export async function shared() {
  const server = await chromium.launchServer(HOW);
  console.log(server.wsEndpoint());
  process.stdin.on("end", () => void server.close().then(() => process.exit()));
  process.stdin.resume();
}

/** A page of its own browser profile; whatever its console says of faults is a problem. Nothing moves: a dialogue that still appears loses a click. */
export async function tab(browser, given = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", locale: "zh-CN", timezoneId: "Asia/Shanghai", viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...given });
  return [await pageOf(context), context];
}

/** Of a page how many requests are under way, and how many it has made. */
const asked = new WeakMap();

export async function pageOf(context) {
  const page = await context.newPage();
  asked.set(page, { open: 0, made: 0 });
  patient(Object.getPrototypeOf(page.locator("html")));
  const counts = (by) => () => asked.set(page, { open: asked.get(page).open + by, made: asked.get(page).made + Math.max(by, 0) });
  page.on("request", counts(1)).on("requestfinished", counts(-1)).on("requestfailed", counts(-1));
  const labelled = page.getByLabel.bind(page);
  page.getByLabel = (...given) => labelled(...given).and(page.locator(NO_HEADING));
  page.setDefaultTimeout(WAIT);
  page.on("pageerror", (fault) => problems.push(`page: ${fault}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (said) => {
    if (said.type() === "error" && !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(said.text())) problems.push(`console: ${said.text()}`);
  });
  return page;
}

const DRAWN = 5_000;
/** A heading by which a table is ordered bears its title as a label too, and is no field. */
const NO_HEADING = ":not(th)";

/**
 * Lets every locator wait until its page is at rest before it counts or lists: it waits for what it acts on by itself, but counts what
 * is there now, and a dialogue whose fields are not drawn yet has none to fill in. A page that asks for ever is looked at all the same.
 */
function patient(locators) {
  if (Object.hasOwn(locators, "patient")) return;
  locators.patient = true;
  for (const name of ["all", "count", "allInnerTexts", "evaluateAll"]) {
    const now = locators[name];
    locators[name] = async function (...given) {
      await settled(this.page(), DRAWN).catch(() => undefined);
      return now.apply(this, given);
    };
  }
  const labelled = locators.getByLabel;
  locators.getByLabel = function (...given) {
    return labelled.apply(this, given).and(this.page().locator(NO_HEADING));
  };
}

/** Signs a role in, with the session that an earlier journey was given where it still holds: each sign-in costs a password's hash and a page. Who signs out again does so of a session of its own: `anew`. */
export async function signIn(page, role, { anew = false } = {}) {
  const kept = !anew && process.env.SESSIONS && `${process.env.SESSIONS}/${role}.json`;
  if (kept && existsSync(kept)) await page.context().addCookies(JSON.parse(readFileSync(kept, "utf8")));
  await page.goto(`${URL_OF}/`);
  const name = page.getByLabel("登录名");
  const again = page.getByRole("button", { name: "重试" });
  const inside = page.locator("#content"); // on a phone there is no menu until it is opened
  await name.or(again).or(inside).first().waitFor({ state: "attached" });
  if (await again.count()) await again.click(); // a server with much to do says so
  await name.or(inside).first().waitFor({ state: "attached" });
  if (await inside.count()) return settled(page);
  await name.fill(role);
  await page.getByLabel("密码", { exact: true }).fill(`demo-${role}-2024`);
  await page.keyboard.press("Enter");
  await inside.waitFor({ state: "attached" });
  if (kept) {
    writeFileSync(`${kept}.${process.pid}`, JSON.stringify(await page.context().cookies()));
    renameSync(`${kept}.${process.pid}`, kept); // whole, for whoever runs beside this one
  }
  await settled(page);
}

export async function go(page, path) {
  await page.goto(`${URL_OF}/#${path}`);
  await settled(page);
  await page.locator("main h1").first().waitFor();
}

/** Looks of a page at itself, and milliseconds between them: a part is loaded, then asks, then draws what it was told. */
const [LOOKS, APART] = [3, 20];

/** Once nothing is asked for any more and nothing is being read. The page looks at itself, so that a busy machine is asked once, not at each look. */
export async function settled(page, wait = WAIT) {
  const until = Date.now() + wait;
  for (;;) {
    const before = asked.get(page);
    const rests = await page.evaluate(
      ([looks, apart]) =>
        new Promise((done) => {
          const look = (left) => setTimeout(() => (document.querySelector(".ant-skeleton, .ant-spin-spinning") ? done(false) : left > 1 ? look(left - 1) : done(true)), apart);
          look(looks);
        }),
      [LOOKS, APART],
    );
    const after = asked.get(page);
    if (rests && before.open === 0 && after.made === before.made) return;
    if (Date.now() > until) throw new Error(`${page.url()} does not come to rest`);
  }
}

/**
 * What of a page an earlier journey found without a fault: the frame, and what stands in it. Most roles see the same standard, rules and
 * papers, and the same is not looked through twice: same elements, same width, same colours. Ids that are counted are left out, and of
 * the frame which of its pages is open, and its title.
 */
async function seenBefore(page, looked = "seen") {
  const known = process.env.SESSIONS && `${process.env.SESSIONS}/${looked}`;
  const parts = await page.evaluate(() => {
    const [whole, within] = [document.body.cloneNode(true), document.querySelector("#content")];
    const inside = whole.querySelector("#content");
    inside?.replaceChildren();
    for (const one of whole.querySelectorAll("nav li, nav li *")) {
      one.classList.remove("ant-menu-item-selected", "ant-menu-item-active");
      one.removeAttribute("aria-current");
    }
    const how = [document.documentElement.lang, document.documentElement.style.cssText, window.innerWidth].join();
    return [whole.outerHTML, within?.outerHTML ?? ""].map((text) => how + text.replaceAll(/_r_[0-9a-z]+_|rc_[a-z]+_[0-9]+|css-var-[^ "]+/g, ""));
  });
  const marks = known ? parts.map((part) => `${known}/${createHash("sha256").update(part).digest("hex")}`) : [];
  const [frame, content] = marks.map((mark) => existsSync(mark));
  return { seen: Boolean(frame && content), frame: Boolean(frame), keep: () => marks.forEach((mark) => { mkdirSync(known, { recursive: true }); writeFileSync(mark, ""); }) };
}

const SERIOUS = ["serious", "critical"];

/** Serious faults that axe finds on a page as it stands: of some rules, or of all; of what stands in the frame alone, where the frame is known. */
async function faults(page, { rules, within } = {}) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(
    async ([values, inside, serious]) => {
      const found = await window.axe.run(inside ? { include: ["#content"] } : document, { ...(values ? { runOnly: { type: "rule", values } } : {}), resultTypes: ["violations"] });
      return found.violations.filter((one) => serious.includes(one.impact)).map((one) => `${one.id} ×${one.nodes.length} ${one.nodes[0].html.slice(0, 160)}`);
    },
    [rules, within, SERIOUS],
  );
}

/** Serious faults that axe finds on the page as it stands, and whatever could not be read of it. */
export async function accessible(page, name) {
  await settled(page);
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime)).map((one) => one.finished))); // colours fade in
  for (const one of await page.locator(".ant-alert-error:has(button)").allInnerTexts()) problems.push(`${name}: ${one}`);
  const { seen, frame, keep } = await seenBefore(page);
  if (!(await page.title()).trim()) problems.push(`${name}: no title`);
  if (seen) return;
  const found = await faults(page, { within: frame });
  for (const one of found) problems.push(`${name}: ${one}`);
  if (!found.length) keep();
}

const CONTRAST = ["color-contrast"];
const ON_A_PHONE = ["scrollable-region-focusable", "target-size", "label", "button-name", "link-name", "aria-hidden-focus", "nested-interactive"];

/** What can be pressed and is out of a keyboard's reach: React keeps what an element is given beside it; what is pressed but is no button, link or field, nor lies in one. */
async function unreached(page, name) {
  const found = await page.evaluate(() => [...document.querySelectorAll("#content *")].filter((one) => {
    const props = one[Object.keys(one).find((key) => key.startsWith("__reactProps$"))];
    return props?.onClick && one.checkVisibility() && !one.closest("a[href], button, input, select, textarea, label, summary, [tabindex], .ant-select, .ant-picker, .ant-upload");
  }).map((one) => one.outerHTML.slice(0, 160)));
  for (const one of found) problems.push(`${name} by keyboard: ${one}`);
}

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 800 };

/** In which ways a page is looked at, and what of it differs there; each is one change from the one before. */
const WAYS = [
  { name: "", look: async (page, name) => { await accessible(page, name); await unreached(page, name); } },
  {
    name: "in the dark",
    look: async (page, name, within) => {
      for (const one of await faults(page, { rules: CONTRAST, within })) problems.push(`${name} in the dark: ${one}`);
    },
  },
  {
    name: "on a phone",
    look: async (page, name, within) => {
      for (const one of await faults(page, { rules: ON_A_PHONE, within })) problems.push(`${name} on a phone: ${one}`);
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) problems.push(`${name} on a phone: wider than the page`);
    },
  },
];

/**
 * Looks at one page after the other in the light, in the dark and on a phone: what differs in each by its colours, its width and its
 * keys. To redraw a page in another way takes as long as to look at it, so the next page is begun in the way in which this one ends.
 */
export function everyWay(page) {
  let at = 0;
  const theme = () => page.evaluate(() => [...document.querySelectorAll("header button")].find((one) => /深色|浅色|Dark|Light/.test(one.innerText.trim())).click());
  const turn = async (to) => {
    if (Math.min(at, to) === 0) await theme();
    else await page.setViewportSize(to === 2 ? PHONE : WIDE);
    at = to;
    await settled(page);
  };
  return async (name) => {
    const begun = await seenBefore(page, "ways");
    if (begun.seen) return;
    const before = problems.length;
    for (const to of at === 0 ? [0, 1, 2] : [2, 1, 0]) {
      if (to !== at) await turn(to);
      const { frame } = to === 1 ? { frame: begun.frame } : await seenBefore(page, "ways");
      await shot(page, `${name}${["", "-dark", "-phone"][to]}`);
      await WAYS[to].look(page, name, frame);
    }
    if (problems.length > before) return;
    begun.keep();
    (await seenBefore(page, "ways")).keep();
  };
}

/** Chooses what is called so in a list that opens from its field, however long it takes to open. */
export async function choose(page, field, title) {
  const open = page.locator(`.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option[title="${title}"]`);
  for (let tries = 0; tries < 20 && !(await page.locator(`.ant-select [title="${title}"]`).count()); tries += 1) {
    if (!(await open.count())) await field.click();
    await open.click({ timeout: 2_000 }).catch(() => undefined);
  }
  await page.locator(`.ant-select [title="${title}"]`).waitFor();
}

/** The title of one of those that a list offers when it has opened, which is then chosen: `at` counts among those that `text` is part of. */
export async function chooseAt(page, field, { at = 0, text = "" } = {}) {
  const open = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option:not(.ant-select-item-option-selected)", { hasText: text });
  for (let tries = 0; tries < 20 && (await open.count()) <= at; tries += 1) {
    await field.click();
    await open.nth(at).waitFor({ timeout: 2_000 }).catch(() => undefined);
  }
  const title = await open.nth(at).getAttribute("title");
  await choose(page, field, title);
  return title;
}

/** Types a day and goes on, until its field holds it: a calendar that is still opening forgets what was typed. */
export async function dated(field, day) {
  for (let tries = 0; tries < 20; tries += 1) {
    await field.fill(day);
    await field.press("Tab");
    await field.page().waitForTimeout(200);
    if ((await field.inputValue()) === day) return;
  }
  throw new Error(`${day} is not taken`);
}

/** The city's day, so many days ahead: the machine that tries this may live in another. */
export function cityDay(ahead = 0) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(Date.now() + ahead * 86_400_000);
}

/** Presses a button until what it opens is there. */
export async function opens(button, field) {
  for (let tries = 0; tries < 20 && !(await field.isVisible()); tries += 1) {
    await button.click({ timeout: 5_000 }).catch(() => undefined);
    await field.waitFor({ timeout: 2_000 }).catch(() => undefined);
  }
  await field.waitFor();
}

/** What is said when the form that lies on top is sent and refused; what was said before is put away first, else it is read again. */
export async function refusal(page) {
  const notices = page.locator(".ant-notification-notice");
  for (const one of await page.locator(".ant-notification-notice-close").all()) await one.click({ timeout: 2_000 }).catch(() => undefined);
  await notices.first().waitFor({ state: "detached" });
  await page.locator(".ant-modal").last().locator("button[type=submit]").click();
  return notices.first().innerText();
}

/** Leaves the dialogue that lies on top by its key, which it does not take while it still appears. */
export async function leave(page) {
  const dialogue = page.locator(".ant-modal").last();
  for (let tries = 0; tries < 20 && (await dialogue.isVisible()); tries += 1) {
    await page.keyboard.press("Escape");
    await dialogue.waitFor({ state: "hidden", timeout: 1_000 }).catch(() => undefined);
  }
  await dialogue.waitFor({ state: "hidden" });
}

export async function shot(page, name) {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

/** Runs one journey and prints what it found as JSON, the way each script of tests/clients does. */
export async function journey(run) {
  const browser = await opened();
  try {
    const found = await run(browser);
    console.log(JSON.stringify({ ...found, problems }));
  } catch (fault) {
    console.error(JSON.stringify({ stood: await stood(browser), problems }, undefined, 1));
    throw fault;
  } finally {
    await browser.close();
  }
}

/** What stood on each page when a journey could not go on: without it a failure on a slow machine cannot be told from another. */
async function stood(browser) {
  const pages = browser.contexts().flatMap((context) => context.pages());
  return Promise.all(
    pages.map(async (page) => ({
      at: page.url(),
      says: await page.locator(".ant-form-item-explain-error, .ant-alert, .ant-notification-notice, .ant-message-notice").allInnerTexts(),
      form: await page.locator(".ant-modal").last().innerText({ timeout: 1_000 }).catch(() => undefined),
      filled: await page.locator(".ant-modal input, .ant-modal textarea").evaluateAll((fields) => fields.map((field) => `${field.id}=${field.value}`)),
    })),
  );
}

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

const asked = new WeakMap();

export async function pageOf(context) {
  const page = await context.newPage();
  asked.set(page, 0);
  patient(Object.getPrototypeOf(page.locator("html")));
  const counts = (by) => () => asked.set(page, asked.get(page) + by);
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
  const inside = page.locator("nav");
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

/** Once nothing is asked for any more and nothing is being read: a part is loaded, then asks, then draws what it was told. */
export async function settled(page, wait = WAIT) {
  const until = Date.now() + wait;
  for (let quiet = 0; quiet < 3; ) {
    if (Date.now() > until) throw new Error(`${page.url()} does not come to rest`);
    const read = await page.evaluate(() => new Promise((done) => setTimeout(() => done(!document.querySelector(".ant-skeleton, .ant-spin-spinning")), 30)));
    quiet = read && asked.get(page) === 0 ? quiet + 1 : 0;
  }
}

/**
 * What of a page an earlier journey found without a fault: the frame, and what stands in it. Most roles see the same standard, rules and
 * papers, and the same is not looked through twice: same elements, same width, same colours. Ids that are counted are left out.
 */
async function seenBefore(page, looked = "seen") {
  const known = process.env.SESSIONS && `${process.env.SESSIONS}/${looked}`;
  const parts = await page.evaluate(() => {
    const [whole, within] = [document.body.cloneNode(true), document.querySelector("#content")];
    const inside = whole.querySelector("#content");
    inside?.replaceChildren();
    const how = [document.documentElement.lang, document.documentElement.style.cssText, window.innerWidth, document.title].join();
    return [whole.outerHTML, within?.outerHTML ?? ""].map((text) => how + text.replaceAll(/_r_[0-9a-z]+_|rc_[a-z]+_[0-9]+|css-var-[^ "]+/g, ""));
  });
  const marks = known ? parts.map((part) => `${known}/${createHash("sha256").update(part).digest("hex")}`) : [];
  return { seen: marks.length > 0 && marks.every(existsSync), keep: () => marks.forEach((mark) => { mkdirSync(known, { recursive: true }); writeFileSync(mark, ""); }) };
}

/** Serious faults that axe finds on the page as it stands, and whatever could not be read of it. */
export async function accessible(page, name) {
  await settled(page);
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime)).map((one) => one.finished))); // colours fade in
  for (const one of await page.locator(".ant-alert-error:has(button)").allInnerTexts()) problems.push(`${name}: ${one}`);
  const { seen, keep } = await seenBefore(page);
  if (seen) return;
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => `${one.id} ×${one.nodes.length} ${one.nodes[0].html.slice(0, 160)}`);
  });
  for (const one of found) problems.push(`${name}: ${one}`);
  if (!found.length) keep();
}

const CONTRAST = ["color-contrast"];
const ON_A_PHONE = ["scrollable-region-focusable", "target-size", "label", "button-name", "link-name", "aria-hidden-focus", "nested-interactive"];

/** What differs in the dark, on a phone and without a mouse, on the page as it stands: its colours, its width, and whether all that can be pressed is reached by keyboard. */
export async function everyWay(page, name) {
  const { seen, keep } = await seenBefore(page, "ways");
  if (seen) return;
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const before = problems.length;
  const faults = async (way, rules) => {
    const found = await page.evaluate(async (values) => (await window.axe.run(document, { runOnly: { type: "rule", values }, resultTypes: ["violations"] })).violations.filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => `${one.id} ×${one.nodes.length} ${one.nodes[0].html.slice(0, 160)}`), rules);
    for (const one of found) problems.push(`${name} ${way}: ${one}`);
  };
  // React keeps what an element is given beside it: what is pressed but is no button, link or field, nor lies in one, is out of a keyboard's reach
  const unreached = await page.evaluate(() => [...document.querySelectorAll("#content *")].filter((one) => {
    const props = one[Object.keys(one).find((key) => key.startsWith("__reactProps$"))];
    return props?.onClick && one.checkVisibility() && !one.closest("a[href], button, input, select, textarea, label, summary, [tabindex], .ant-select, .ant-picker, .ant-upload");
  }).map((one) => one.outerHTML.slice(0, 160)));
  for (const one of unreached) problems.push(`${name} by keyboard: ${one}`);
  const theme = () => page.evaluate(() => [...document.querySelectorAll("header button")].find((one) => /深色|浅色|Dark|Light/.test(one.innerText.trim())).click());
  await theme();
  await settled(page);
  await shot(page, `${name}-dark`);
  await faults("in the dark", CONTRAST);
  await theme();
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 800 });
  await settled(page);
  await shot(page, `${name}-phone`);
  await faults("on a phone", ON_A_PHONE);
  if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) problems.push(`${name} on a phone: wider than the page`);
  await page.setViewportSize(size);
  await settled(page);
  if (problems.length === before) keep();
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

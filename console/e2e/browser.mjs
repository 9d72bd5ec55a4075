// What the journeys share: a browser of the machine's own, signing in, and what no page may show.
import { readFileSync } from "node:fs";

import { chromium } from "playwright-core";

const QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic", "--disable-gpu"];
const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

export const URL_OF = process.env.ZHENDUAN_URL;
export const SHOTS = process.env.SHOTS;
export const problems = [];

export async function opened() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: QUIET });
  return browser;
}

/** A page of its own browser profile; whatever its console says of faults is a problem. */
export async function tab(browser, given = {}) {
  const context = await browser.newContext({ locale: "zh-CN", timezoneId: "Asia/Shanghai", viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...given });
  return [await pageOf(context), context];
}

export async function pageOf(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.WAIT ?? 90_000));
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

export async function signIn(page, role) {
  await page.goto(`${URL_OF}/`);
  const name = page.getByLabel("登录名");
  const again = page.getByRole("button", { name: "重试" });
  await name.or(again).first().waitFor();
  if (await again.count()) await again.click(); // a server with much to do says so
  await name.fill(role);
  await page.getByLabel("密码", { exact: true }).fill(`demo-${role}-2024`);
  await page.locator("button[type=submit]").click();
  await page.locator("nav").waitFor({ state: "attached" });
  await page.locator("h1").first().waitFor();
}

export async function go(page, path) {
  await page.goto(`${URL_OF}/#${path}`);
  await page.locator("main h1").first().waitFor();
  await page.waitForLoadState("networkidle");
}

/** Serious faults that axe finds on the page as it stands, and whatever could not be read of it. */
export async function accessible(page, name) {
  await page.waitForTimeout(300); // colours fade in
  for (const one of await page.locator(".ant-alert-error:has(button)").allInnerTexts()) problems.push(`${name}: ${one}`);
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => `${one.id} ×${one.nodes.length} ${one.nodes[0].html.slice(0, 160)}`);
  });
  for (const one of found) problems.push(`${name}: ${one}`);
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
  } finally {
    await browser.close();
  }
}

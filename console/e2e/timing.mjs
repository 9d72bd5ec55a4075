// How long the console takes until it can be used: its first page in a browser that has nothing of it, and a page of firms, first and again. Asked by benchmarks/console_pages.py: told by lines on its input, answers by lines.
import { createInterface } from "node:readline";

import { opened, tab, URL_OF } from "./browser.mjs";

const ROWS = Number(process.env.ROWS);
const browser = await opened();
const seen = new Map();

/** Milliseconds from the beginning of a page's loading until what is waited for is there, the browser has drawn it and rests. */
async function taken(page, ready) {
  await ready();
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestIdleCallback(() => done(performance.now()), { timeout: 5_000 }))));
}

async function signedIn() {
  const [page, context] = await tab(browser);
  const sent = await context.request.post(`${URL_OF}/session`, { headers: { "GraphQL-Require-Preflight": "1", Authorization: `Bearer ${process.env.TOKEN}` } });
  if (!sent.ok()) throw new Error(`${sent.status()} ${await sent.text()}`);
  return [page, context];
}

const firms = async (page) => {
  await page.goto(`${URL_OF}/#/enterprises`);
  return taken(page, () => page.locator("tbody tr.ant-table-row").nth(ROWS - 1).waitFor());
};

const ASKED = {
  async first() {
    const [page, context] = await tab(browser);
    await page.goto(`${URL_OF}/`);
    const ms = await taken(page, () => page.getByLabel("登录名").waitFor());
    await context.close();
    return ms;
  },
  async cold() {
    const [page, context] = await signedIn();
    const ms = await firms(page);
    await context.close();
    return ms;
  },
  async again() {
    if (!seen.has("page")) {
      const [page] = await signedIn();
      seen.set("page", page);
      await firms(page);
    }
    const page = seen.get("page");
    await page.goto("about:blank");
    return firms(page);
  },
};

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await ASKED[line]()));
await browser.close();

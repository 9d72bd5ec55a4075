// Every page of a role in English: no heading, label, button, column, tab or hint is left in Chinese, and nothing is wider than the page.
import { accessible, go, journey, shot, signIn, tab } from "./browser.mjs";

const role = process.argv[2];
const CHROME = "h1, h2, h3, th, label, button:not(.ant-btn-link), legend, nav a, .ant-tabs-tab, .ant-statistic-title, .ant-descriptions-item-label, .ant-empty-description, .ant-steps-item-title, .ant-alert-title, .ant-card-head-title, .ant-tag, .clause";
const OWN = /示例|中文|区|^[A-Z]\d* |（[^）]*）|“[^”]*”/; // names of firms, districts, industries and dimensions, which are data, and the way back

await journey(async (browser) => {
  const [page] = await tab(browser);
  await signIn(page, role);
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("button", { name: "中文" }).waitFor();
  const paths = await page.locator("nav a").evaluateAll((links) => links.map((one) => one.getAttribute("href").slice(1)));
  const chinese = {};
  const wide = [];
  const printed = []; // cells whose text is printed over the next one
  async function look(path) {
    await go(page, path);
    const found = await page.locator(CHROME).evaluateAll((all) => all.map((one) => one.textContent.trim()).filter((text) => /\p{Script=Han}/u.test(text)));
    const hints = await page.locator("[placeholder], [aria-label]").evaluateAll((all) => all.flatMap((one) => [one.getAttribute("placeholder"), one.getAttribute("aria-label")]).filter((text) => text && /\p{Script=Han}/u.test(text)));
    const left = [...new Set([...found, ...hints])].filter((text) => !OWN.test(text));
    if (left.length) chinese[path] = left.slice(0, 12);
    let over = 0;
    for (let turn = 0; turn < 10; turn += 1) { // columns find their widths when what they hold is there
      over = await page.locator("td.ant-table-cell, th.ant-table-cell").evaluateAll((all) => all.filter((one) => {
        const words = document.createRange(); // its own words: a fixed column's shadow stands over the next one too
        words.selectNodeContents(one);
        return one.scrollWidth > one.clientWidth + 1 && words.getBoundingClientRect().right > one.getBoundingClientRect().right + 1;
      }).length);
      if (!over) break;
      await page.waitForTimeout(500);
    }
    if (over) printed.push(`${path} ${over}`);
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(path);
    await accessible(page, `english-${role}${path}`);
    await shot(page, `english-${role}${path.replaceAll(/[/?=&]/g, "-")}`);
  }
  for (const path of paths) {
    await look(path);
    for (const tab of await page.locator(".ant-tabs-tab").evaluateAll((tabs) => tabs.map((one) => one.getAttribute("data-node-key")))) if (["/steering", "/standards"].includes(path)) await look(`${path}?tab=${tab}`);
  }
  return { chinese, wide, printed, paths: paths.length };
});

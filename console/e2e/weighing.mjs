// What if: the least that lifts a firm's grade is worked out anew when a step is priced otherwise or an indicator is kept as it is.
import { accessible, go, journey, shot, settled, signIn, tab } from "./browser.mjs";

const answered = (page) => page.waitForFunction(() => document.querySelector(".ant-descriptions-item-content [aria-live]") && !document.querySelector(".ant-spin-spinning"));

await journey(async (browser) => {
  const [page] = await tab(browser, { viewport: { width: 375, height: 800 } });
  await signIn(page, "district");
  await go(page, "/diagnoses");
  await page.getByLabel("按状态筛选").click();
  await page.getByTitle("已确认").click();
  await page.keyboard.press("Escape");
  const link = page.locator("tbody tr.ant-table-row", { hasText: "已确认" }).getByRole("link").first();
  const href = (await link.getAttribute("href")).slice(1);
  await go(page, `${href}?tab=result`);
  await page.getByRole("button", { name: "测算达到更高一档的最少提升" }).click();
  await answered(page);
  const cost = page.locator("[aria-live] strong").last();
  const sliders = page.getByRole("slider", { name: /每步成本$/ });
  const first = Number((await cost.innerText()).replaceAll(",", ""));
  const items = await sliders.count();
  await accessible(page, "what-if");
  await shot(page, "what-if");
  for (let at = 0; at < items; at += 1) {
    await sliders.nth(at).focus();
    await page.keyboard.press("End");
    await page.waitForTimeout(200);
  }
  await settled(page);
  await answered(page);
  const dearer = Number((await cost.innerText()).replaceAll(",", ""));
  const named = (await page.locator("table[aria-label=提升方案] tbody tr.ant-table-row").first().innerText()).split(/\s/)[0];
  await page.locator("li", { hasText: named }).getByText("保持不变").click();
  await settled(page);
  await answered(page);
  const kept = await page.locator("table[aria-label=提升方案] tbody tr.ant-table-row", { hasText: named }).count();
  await page.getByRole("slider", { name: "目标档" }).focus();
  await page.keyboard.press("End");
  await settled(page);
  await page.waitForTimeout(300);
  const top = await page.locator(".page").innerText();
  await accessible(page, "what-if-phone");
  await shot(page, "what-if-phone");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  await page.getByRole("button", { name: "恢复默认成本" }).click();
  return { first, dearer, items, named, kept, wide, grade: /目标档 10 十档/.test(top) };
});

// Whoever is not signed in reads the directory and why a provider stands in it, whether its rating is fair, the rules, and checks a dossier.
import { accessible, go, journey, shot, tab } from "./browser.mjs";

await journey(async (browser) => {
  const [page] = await tab(browser, { viewport: { width: 375, height: 800 } });
  await go(page, "/directory");
  await page.locator("tbody tr.ant-table-row").first().waitFor();
  const listed = await page.locator("tbody tr.ant-table-row").count();
  await accessible(page, "stranger-directory");
  await shot(page, "stranger-directory");
  await page.locator("tbody tr.ant-table-row button").first().click();
  await page.locator(".ant-drawer-right .ant-timeline-item").first().waitFor();
  await accessible(page, "stranger-why");
  const saved = page.waitForEvent("download");
  await page.locator(".ant-drawer-right").getByRole("button", { name: "下载 PDF" }).click();
  const paper = (await saved).suggestedFilename();
  await page.emulateMedia({ media: "print" });
  const printed = (await page.locator("#root").isHidden()) && (await page.locator(".ant-drawer-right .ant-timeline-item").first().isVisible());
  await page.emulateMedia({ media: "screen" });
  await page.keyboard.press("Escape");
  await page.locator(".ant-drawer-right").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "评价是否公平" }).click();
  await page.locator(".ant-drawer-right").getByLabel("年度").fill("2024");
  await page.keyboard.press("Enter");
  await page.getByText("只作报告，不据以调整得分").waitFor();
  const divisions = await page.locator(".ant-drawer-right .ant-table").first().locator("tr.ant-table-row").count();
  await accessible(page, "stranger-fairness");
  await shot(page, "stranger-fairness");
  const wide = [];
  for (const path of ["/standards", "/rules", "/dossier"]) {
    await go(page, path);
    await page.waitForTimeout(500);
    await accessible(page, `stranger${path}`);
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(path);
  }
  await go(page, "/standards?tab=revisions");
  await page.locator("tbody tr.ant-table-row").first().waitFor();
  const consulted = await page.locator("tbody tr.ant-table-row").count();
  await accessible(page, "stranger-consultation");
  await page.getByRole("button", { name: "打开菜单" }).click();
  await page.locator(".ant-drawer-left.ant-drawer-open").waitFor();
  const paths = await page.locator("nav a").evaluateAll((links) => links.map((one) => one.getAttribute("href").slice(1)));
  await page.locator(".ant-drawer-left").getByRole("link", { name: "规则与工作日历" }).click();
  await page.locator(".ant-drawer-left.ant-drawer-open").waitFor({ state: "hidden" });
  const led = page.url().split("#")[1];
  await page.goto(page.url().replace("/rules", "/diagnoses")); // a page for whoever is signed in: it asks to, and keeps its address
  await page.getByLabel("登录名").waitFor();
  const asked = page.url().split("#")[1];
  return { led, asked, listed, consulted, printed, paper, divisions, wide, paths };
});

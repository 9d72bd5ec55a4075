// A manager enrols a diagnostician, who begins, answers, is told what is saved, finds it again, and hands in; what is not right is marked as such.
import { accessible, choose, go, journey, refusal, settled, shot, signIn, tab } from "./browser.mjs";

await journey(async (browser) => {
  const [manager] = await tab(browser);
  await signIn(manager, "provider");
  await go(manager, "/exams");
  const who = await manager.locator("tr.ant-table-row", { hasText: "已通过" }).first().locator("td").first().innerText();
  const enrol = async () => {
    await manager.getByRole("button", { name: /^报\s?名$/ }).click();
    await choose(manager, manager.locator(".ant-modal").getByLabel("人员"), who);
    await choose(manager, manager.locator(".ant-modal").getByLabel("适用标准版本"), "诊断师培训教材（2023 版标准）");
  };
  await enrol();
  await manager.locator(".ant-modal button[type=submit]").click();
  await manager.locator("tr.ant-table-row", { hasText: who }).getByText("已报名").waitFor();
  await enrol();
  const again = await refusal(manager);

  const [page] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(page, "diagnostician");
  await go(page, "/exams");
  await page.getByRole("button", { name: "开始考试" }).click();
  await page.locator(".ant-modal button[type=submit]").click();
  const first = page.locator("ol fieldset").first();
  await first.getByRole("checkbox").first().check();
  await page.getByText(/^已答 1 \/ \d+ 题 · 已保存$/).waitFor();
  await accessible(page, "exam");
  await shot(page, "exam");
  const left = await page.locator(".ant-statistic-content").first().innerText();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  await page.reload();
  await settled(page);
  const kept = await first.getByRole("checkbox").first().isChecked();
  await page.getByRole("button", { name: /^交\s?卷$/ }).click();
  const open = await page.locator(".ant-modal").innerText();
  await page.locator(".ant-modal button[type=submit]").click();
  await page.locator("#content .ant-card").first().getByText("未通过").first().waitFor();
  return { again, left, kept, wide, open };
});

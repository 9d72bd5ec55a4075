// A diagnostician verifies: an answer that differs from the firm's needs its reason.
import { go, journey, shot, signIn, tab } from "./browser.mjs";

await journey(async (browser) => {
  const [page] = await tab(browser);
  await signIn(page, "diagnostician");
  await go(page, "/diagnoses");
  const verified = page.locator("tr.ant-table-row").filter({ has: page.locator(".ant-tag", { hasText: /^诊断中$/ }) });
  await verified.first().getByRole("link").click();
  await page.getByRole("tab", { name: "问卷" }).click();
  const first = page.locator(".indicator").filter({ has: page.getByRole("radio") }).first();
  await first.waitFor();
  const unchecked = first.getByRole("radio", { name: /^[1-5] 级/, checked: false }).last();
  await unchecked.check();
  await first.getByLabel("与自评不同的理由").fill("");
  await page.waitForTimeout(2500);
  const held = await first.getByText("填写中").count();
  await first.getByLabel("与自评不同的理由").fill("现场查看系统台账，与所填等级不符");
  await first.getByText("已保存", { exact: true }).or(first.getByRole("alert")).first().waitFor();
  await shot(page, "verifying");
  return { held, saved: await first.getByText("已保存", { exact: true }).count(), says: await first.getByRole("alert").allInnerTexts() };
});

// A district's day: a refused roster shows where it is wrong, who was invited is reminded, and what is overdue is one click away.
import { writeFileSync } from "node:fs";

import { accessible, go, journey, shot, signIn, tab, URL_OF } from "./browser.mjs";

await journey(async (browser) => {
  const [page] = await tab(browser);
  await signIn(page, "district");
  await page.getByText("已逾期的诊断").click();
  await page.locator("tbody tr.ant-table-row").first().waitFor();
  const overdue = await page.locator("tbody tr.ant-table-row").count();
  const late = await page.locator("tbody .ant-tag", { hasText: "逾期" }).count();

  await go(page, "/rosters");
  const file = `${process.env.FOLDER}/名单.csv`;
  writeFileSync(file, "统一社会信用代码,企业名称,所属区,行业代码,从业人员,营业收入（万元）\n91310000MA1FL0000X,示例差错有限公司,310117,C3411,100,5000\n");
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByText("整份未收").waitFor();
  const finding = await page.locator("tbody tr.ant-table-row").first().innerText();
  await accessible(page, "rosters");
  await shot(page, "district-rosters-refused");

  await go(page, "/campaigns");
  await page.getByRole("link", { name: "已邀请" }).click();
  await page.locator("tbody tr.ant-table-row", { hasText: "免予诊断" }).first().waitFor();
  await page.getByText("已办理").first().waitFor({ state: "hidden" }); // the file's own message, which is not that of reminding
  await page.getByRole("button", { name: "催办未启动的企业" }).click();
  await page.getByRole("button", { name: "确 定" }).click();
  await page.getByText("已办理").waitFor();
  const today = await page.evaluate(() => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date()));
  await page.goto(`${URL_OF}/#/campaigns`);
  const reminded = page.locator("tbody tr.ant-table-row", { hasText: `最近 ${today}` });
  await reminded.first().waitFor();
  await accessible(page, "campaigns");
  await page.getByRole("button", { name: "按清单邀请" }).click();
  await page.getByLabel("清单", { exact: true }).fill("序号,统一社会信用代码\n1,91310000000000000X\n");
  await page.getByRole("button", { name: "核对清单" }).click();
  const listed = await page.locator(".ant-modal .ant-alert").innerText();
  await accessible(page, "invite-listed");
  return { overdue, late, finding, listed, reminded: await reminded.count() };
});

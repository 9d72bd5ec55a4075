// A district's batch: the plan with its prices, one firm changed with a reason, adopted by a person; ties with their source.
import { accessible, chooseAt, go, journey, shot, signIn, tab } from "./browser.mjs";

await journey(async (browser) => {
  const [page] = await tab(browser);
  await signIn(page, "district");
  await go(page, "/matching");
  await page.getByRole("button", { name: "采纳方案" }).waitFor();
  await page.locator("tr.ant-table-row", { hasText: "示例" }).first().waitFor();
  const optimal = await page.getByText("已证明最优").count();
  const tied = await page.locator("tr.ant-table-row", { hasText: "设备采购合同及验收单" }).count();
  await accessible(page, "matching");
  await shot(page, "matching");
  const row = page.locator("tr.ant-table-row").filter({ has: page.getByRole("button", { name: /改派/ }), hasText: /\+|不增加/ }).first();
  const firm = await row.locator("td").first().innerText();
  await row.getByRole("button", { name: /改派/ }).click();
  await chooseAt(page, page.getByLabel("拟派服务商"));
  await page.locator(".ant-modal button[type=submit]").click();
  const needed = await page.locator(".ant-form-item-explain-error").innerText();
  await page.getByLabel("改动理由").fill("企业希望由同园区的服务商承担");
  await page.locator(".ant-modal button[type=submit]").click();
  await page.getByText("已改动 1 家").waitFor();
  await page.getByRole("button", { name: "采纳方案" }).click();
  await page.getByRole("button", { name: "确 定" }).click();
  await page.locator("tr.ant-table-row", { hasText: "企业希望由同园区的服务商承担" }).waitFor();
  await accessible(page, "matching-adopted");
  const adopted = await page.locator("tr.ant-table-row", { hasText: "企业希望由同园区的服务商承担" }).innerText();

  await page.getByRole("button", { name: "申请派单方案" }).click();
  await page.getByRole("button", { name: /全选所列/ }).click();
  await page.locator(".ant-modal button[type=submit]").click();
  await page.getByText("待计算").or(page.getByText("正在计算")).or(page.getByRole("button", { name: "采纳方案" })).first().waitFor();

  const [phone] = await tab(browser, { viewport: { width: 390, height: 800 }, colorScheme: "dark" });
  await signIn(phone, "provider");
  await go(phone, "/matching");
  await phone.locator("tr.ant-table-row").first().waitFor();
  await accessible(phone, "ties-phone");
  await shot(phone, "ties-phone");
  return { optimal, tied, needed, changed: adopted.includes(firm) };
});

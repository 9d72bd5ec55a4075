// A campaign is given limits and closed. A district drafts a policy, cannot publish it before it is simulated, publishes it, and a firm sees clause by clause how it stands.
import { accessible, choose, cityDay, dated, go, journey, shot, signIn, tab } from "./browser.mjs";

const TITLE = "示例：规模以上企业改造补贴";

await journey(async (browser) => {
  const [firm] = await tab(browser, { viewport: { width: 375, height: 800 } });
  await signIn(firm, "enterprise");
  await go(firm, "/policies");
  await firm.getByText("本企业比对").waitFor();
  await firm.locator(".ant-table-row .ant-tag").first().waitFor();
  await accessible(firm, "policies-phone");
  await shot(firm, "policies-phone");
  const wide = await firm.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  const drafts = await firm.getByRole("button", { name: "起草政策" }).count();

  const [district] = await tab(browser);
  await signIn(district, "district");
  await go(district, "/policies");
  await district.getByRole("button", { name: "起草政策" }).click();
  const form = district.locator(".ant-modal");
  await form.locator("button[type=submit]").click();
  await form.locator(".ant-form-item-explain-error").first().waitFor();
  const needed = await form.locator(".ant-form-item-explain-error").count();
  await form.getByLabel("政策名称").fill(TITLE);
  await choose(district, form.getByRole("combobox", { name: "用途" }), "数字化改造补贴");
  await dated(form.getByLabel("起始日"), cityDay(1));
  await form.getByLabel(/单家金额/).fill("100000");
  await form.getByLabel("条款名称").fill("诊断达到一档");
  await form.getByLabel("下限").fill("1");
  await form.getByLabel("来源文件").fill("示例数据，并非真实政策");
  await accessible(district, "policy-draft");
  await shot(district, "policy-draft");
  await form.locator("button[type=submit]").click();
  await form.waitFor({ state: "hidden" });
  await district.getByText(`草案：${TITLE}`).waitFor();
  for (let tries = 0; tries < 30 && (await district.getByText("草案正在测算").count()); tries += 1) {
    await district.waitForTimeout(1_000);
    await district.getByRole("button", { name: "重 试" }).click({ timeout: 2_000 }).catch(() => undefined);
  }
  await district.getByText(/第 1 稿/).waitFor();
  await district.getByRole("button", { name: "发 布" }).click();
  await district.locator(".ant-modal-footer button.ant-btn-primary").click();
  await district.getByText(`已发布：${TITLE}`).waitFor();
  await district.locator("tbody tr.ant-table-row", { hasText: "符合" }).first().waitFor();
  await accessible(district, "policy-published");
  await shot(district, "policy-published");

  await firm.reload();
  await choose(firm, firm.getByLabel("政策", { exact: true }), `${TITLE}（松江区（示例））`);
  await firm.getByText("最近报告达到 1 档及以上").first().waitFor();
  const stands = await firm.locator(".ant-table-row", { hasText: "诊断达到一档" }).locator(".ant-tag").first().innerText();

  await go(district, "/steering?tab=bottlenecks");
  await district.locator("tbody tr.ant-table-row").first().waitFor();
  const stages = await district.locator("tbody tr.ant-table-row").count();
  await accessible(district, "bottlenecks");
  await shot(district, "bottlenecks");

  const [city] = await tab(browser, { colorScheme: "dark" });
  await signIn(city, "city");
  await go(city, "/policies");
  const others = await city.getByRole("button", { name: "修订草案" }).count();
  await go(city, "/campaigns");
  await city.getByRole("button", { name: "设定环节时限" }).click();
  const limits = city.locator(".ant-modal");
  await limits.getByLabel("自评", { exact: true }).fill("45");
  await limits.locator("button[type=submit]").click();
  await limits.locator(".ant-form-item-explain-error").first().waitFor(); // it says where the limits come from
  await limits.getByLabel("来源", { exact: true }).fill("市级部门通知（示例）");
  await accessible(city, "campaign-limits");
  await shot(city, "campaign-limits");
  await limits.locator("button[type=submit]").click();
  await limits.waitFor({ state: "hidden" });
  await city.locator("h2", { hasText: "本批次自定" }).waitFor();
  const limited = await city.locator("tbody tr.ant-table-row", { hasText: "45 个工作日" }).count();
  await city.getByRole("button", { name: "结束批次" }).click();
  await city.locator(".ant-modal button[type=submit]").click();
  await city.locator(".ant-modal .ant-form-item-explain-error").first().waitFor();
  await city.getByLabel("批次结论").fill("本批次诊断均已备案（示例）");
  await accessible(city, "campaign-close");
  await city.locator(".ant-modal button[type=submit]").click();
  await city.getByText(/已于 .* 结束/).waitFor();
  await shot(city, "campaign-closed");
  return { wide, drafts, needed, stands, stages, others, limited, setting: await city.getByRole("button", { name: "设定环节时限" }).count(), closing: await city.getByRole("button", { name: "结束批次" }).count(), inviting: await city.getByRole("button", { name: "催办未启动的企业" }).count() };
});

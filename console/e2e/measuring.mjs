// How far assessments agree is asked for; a crosswalk is reviewed by an expert and published by the city; a complaint is heard and decided; an expert is given a case.
import { accessible, chooseAt, cityDay, dated, go, journey, refusal, shot, signIn, tab } from "./browser.mjs";

const form = (page) => page.locator(".ant-modal").last();
const sent = async (page) => {
  await form(page).locator("button[type=submit]").click();
  await page.locator(".ant-modal").last().waitFor({ state: "hidden" });
};
const press = (page, name) => page.getByRole("button", { name: new RegExp(`^${[...name].join("\\s?")}$`) }).first().click();

await journey(async (browser) => {
  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, "/agreement");
  await press(city, "申请测算");
  await form(city).getByLabel("年度").fill("2024");
  await sent(city);
  await city.locator("tr", { hasText: "2024" }).first().waitFor();
  await accessible(city, "agreement-city");
  await shot(city, "agreement-city");
  await go(city, "/agreement?tab=crosswalks");
  await city.locator("tr", { hasText: "未发布" }).filter({ hasText: "dcmm-2025" }).getByRole("button").click();
  await city.locator("h2", { hasText: "评审中" }).waitFor();
  await press(city, "发布");
  const early = await refusal(city);
  await city.keyboard.press("Escape");
  await accessible(city, "crosswalk-city");
  await shot(city, "crosswalk-city");
  const path = new URL(city.url()).hash.slice(1);
  for (const role of ["arbiter", "reader"]) {
    const [expert] = await tab(browser);
    await signIn(expert, role);
    await go(expert, path);
    await press(expert, "评审");
    await chooseAt(expert, form(expert).getByLabel("结论"), { text: "同意" });
    await form(expert).getByLabel("评审理由").fill("逐行核对过（示例）");
    await form(expert).locator("button[type=submit]").click();
    await expert.locator(".ant-message-notice, .ant-notification-notice").first().waitFor();
    if (role === "arbiter") await accessible(expert, "crosswalk-expert");
    await expert.context().close();
  }
  await go(city, "/agreement?tab=crosswalks");
  await go(city, path);
  await press(city, "发布");
  await sent(city);
  await city.locator("h2", { hasText: /第 1 版/ }).waitFor();

  await go(city, "/proceedings");
  const complaint = city.locator("tr.ant-table-row", { hasText: "更换现场诊断师" }).first();
  await complaint.getByRole("button", { name: "确定听证日期" }).click();
  await dated(form(city).getByLabel("听证日期"), cityDay(-1));
  await form(city).getByLabel("地点").fill("区政务中心（示例）");
  const past = await refusal(city);
  await city.keyboard.press("Escape");
  await complaint.getByRole("button", { name: "作出决定" }).click();
  await chooseAt(city, form(city).getByLabel("处理结果"), { text: "部分成立" });
  await form(city).getByLabel("决定理由").fill("由另一名诊断师复核（示例）");
  await sent(city);
  await complaint.locator(".ant-tag", { hasText: "已决定" }).waitFor();
  await accessible(city, "proceedings-city");
  await shot(city, "proceedings-city");

  await go(city, "/diagnoses");
  const link = (await city.locator("table a").first().getAttribute("href")).slice(1);
  await go(city, link);
  await press(city, "指派专家");
  await chooseAt(city, form(city).getByLabel("专家"), { text: "解读专家" });
  await dated(form(city).getByLabel("起始日"), cityDay());
  await dated(form(city).getByLabel("截止日"), cityDay(20));
  await form(city).locator("button[type=submit]").click();
  await form(city).waitFor({ state: "hidden" });
  await city.locator("tr.ant-table-row", { hasText: "解读专家" }).first().waitFor();
  const assigned = await city.locator("tr.ant-table-row", { hasText: "解读专家" }).count();
  await accessible(city, "case-experts");
  await shot(city, "case-experts");
  return { early, past, assigned };
});

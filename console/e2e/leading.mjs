// A duty is stated, led by a body, reported, given a later day, delivered, sent back and accepted; who may not lead it is offered nothing.
import { accessible, chooseAt, cityDay, dated, go, journey, refusal, settled, shot, signIn, tab } from "./browser.mjs";

const DUTY = `汇编行业改造做法（示例 ${Date.now() % 100_000}）`;
const form = (page) => page.locator(".ant-modal").last();
const sent = async (page) => {
  await form(page).locator("button[type=submit]").click();
  await page.locator(".ant-modal").last().waitFor({ state: "hidden" });
};
const press = (page, name) => page.getByRole("button", { name: new RegExp(`^${[...name].join("\\s?")}$`) }).first().click();
const stands = (page, status) => page.locator(".ant-tag", { hasText: status }).first().waitFor();
/** The same page as it stands now. */
const again = async (page) => {
  await page.reload();
  await settled(page);
};

await journey(async (browser) => {
  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, "/duties");
  await accessible(city, "duties-city");
  await shot(city, "duties-city");
  await press(city, "设立任务");
  await form(city).getByLabel("任务名称").fill(DUTY);
  await form(city).getByLabel("所依条款").fill("G4");
  await form(city).getByLabel("交付成果").fill("做法汇编一册（示例）");
  await chooseAt(city, form(city).getByLabel("所需专长"), { text: "培训" });
  await dated(form(city).getByLabel("起始日"), cityDay());
  await dated(form(city).getByLabel("完成日"), cityDay(-1));
  const backwards = await refusal(city);
  await dated(form(city).getByLabel("完成日"), cityDay(30));
  await sent(city);
  await city.getByRole("link", { name: DUTY }).click();
  await press(city, "指定牵头单位");
  const [support] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(support, "support");
  await chooseAt(city, form(city).getByLabel("牵头单位"), { text: "专长相符" });
  await chooseAt(city, form(city).getByLabel("联络人"));
  await accessible(city, "duty-lead");
  await sent(city);
  await stands(city, "待牵头单位答复");
  const path = new URL(city.url()).hash.slice(1);

  await go(support, path);
  await press(support, "接受牵头");
  await sent(support);
  await press(support, "报告进展");
  await form(support).getByLabel(/做了什么/).fill("已访谈三家企业（示例）");
  await sent(support);
  await support.getByText("已访谈三家企业（示例）").waitFor();
  await press(support, "申请延期");
  await dated(form(support).locator("input").first(), cityDay(45));
  await form(support).getByLabel("理由").fill("尚有两家待访（示例）");
  await sent(support);
  await accessible(support, "duty-support-phone");
  await shot(support, "duty-support-phone");
  const wide = await support.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

  await again(city);
  await press(city, "变更完成日");
  await form(city).getByLabel("理由").fill("同意（示例）");
  await sent(city);
  await city.getByText("同意（示例）").waitFor();
  const moved = await city.getByRole("table", { name: "完成日变更" }).innerText();
  await again(support);
  await press(support, "提交成果");
  await form(support).getByLabel(/成果及其存放处/).fill("汇编第一稿（示例）");
  await sent(support);
  await stands(support, "待验收");
  await again(city);
  await press(city, "退回成果");
  await form(city).getByLabel("理由").fill("缺目录（示例）");
  await sent(city);
  await again(support);
  await support.getByText("缺目录（示例）").waitFor();
  await press(support, "提交成果");
  await form(support).getByLabel(/成果及其存放处/).fill("汇编第二稿，附目录（示例）");
  await sent(support);
  await again(city);
  await press(city, "验收成果");
  await sent(city);
  await stands(city, "已验收");
  await accessible(city, "duty-done");
  await shot(city, "duty-done");

  const [district] = await tab(browser);
  await signIn(district, "district");
  await go(district, path);
  const acts = await district.locator("main .bar button, .page .bar button").count();
  return { backwards, moved, wide, acts };
});

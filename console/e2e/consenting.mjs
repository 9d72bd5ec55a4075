// A case study is written, reviewed by another and consented to as it stands; a bank's consent is granted and taken back; a package is made and handed over.
import { accessible, chooseAt, cityDay, dated, go, journey, refusal, shot, settled, signIn, tab, URL_OF } from "./browser.mjs";
import { joined } from "./case.mjs";

const FIRM = "示例明舟医疗器械有限公司";
const TITLE = `第二厂区联网之后（示例 ${Date.now() % 100_000}）`;
const form = (page) => page.locator(".ant-modal").last();
const sent = async (page) => {
  await form(page).locator("button[type=submit]").click();
  await page.locator(".ant-modal").last().waitFor({ state: "hidden" });
};
const press = (page, name) => page.getByRole("button", { name: new RegExp(`^${[...name].join("\\s?")}$`) }).first().click();

await journey(async (browser) => {
  const [district] = await tab(browser);
  await signIn(district, "district");
  const firm = await joined(browser, district, FIRM, { viewport: { width: 390, height: 800 } });
  await go(district, "/cases");
  await press(district, "起草案例");
  await chooseAt(district, form(district).getByLabel("所依诊断"), { text: FIRM });
  await form(district).getByLabel("标题").fill(TITLE);
  await form(district).getByLabel("改进前情况").fill("两个厂区各用一套系统（示例）");
  await form(district).getByLabel("改进措施").fill("接入同一平台（示例）");
  await form(district).getByLabel("改进成效").fill(`${FIRM}的日报自动生成`);
  const named = await refusal(district); // the text names the firm, which has not agreed to it
  await form(district).getByLabel("改进成效").fill("日报自动生成（示例）");
  await accessible(district, "case-write");
  await shot(district, "case-write");
  await sent(district);
  await district.getByRole("button", { name: TITLE }).click();
  await press(district, "审核通过");
  const same = await refusal(district); // whoever wrote it does not review it
  const path = new URL(district.url()).hash.slice(1);

  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, path);
  await press(city, "审核通过");
  await sent(city);
  await firm.goto("about:blank"); // so that the first page is read anew
  await go(firm, "/");
  await firm.getByRole("link", { name: /等待处理的典型案例/ }).click();
  await firm.getByRole("button", { name: TITLE }).click();
  await press(firm, "同意公开");
  await accessible(firm, "case-consent-phone");
  await shot(firm, "case-consent-phone");
  await sent(firm);
  await firm.locator(".ant-tag", { hasText: "待发布" }).waitFor();
  await go(city, "/cases");
  await go(city, path);
  await press(city, "发布");
  await sent(city);
  await city.locator(".ant-tag", { hasText: "已发布" }).waitFor();
  await accessible(city, "case-city");
  await shot(city, "case-city");
  const [anyone] = await tab(browser);
  await anyone.goto(`${URL_OF}/#/cases`);
  await anyone.getByRole("button", { name: TITLE }).waitFor();
  const listed = await anyone.getByText(FIRM).count();
  await accessible(anyone, "cases-public");
  await shot(anyone, "cases-public");
  await go(firm, "/cases");
  await go(firm, path);
  await press(firm, "撤回同意");
  await form(firm).getByLabel("理由").fill("厂区将搬迁（示例）");
  await sent(firm);
  await anyone.reload();
  await anyone.locator("h1").first().waitFor();
  await settled(anyone);
  const left = await anyone.getByRole("button", { name: TITLE }).count();

  await go(firm, "/consents");
  await press(firm, "授权银行");
  await chooseAt(firm, form(firm).getByLabel("银行"));
  await form(firm).getByLabel("用途").fill("授信评估（示例）");
  await dated(form(firm).getByLabel("起始日"), cityDay());
  await dated(form(firm).getByLabel("截止日"), cityDay(-1));
  const backwards = await refusal(firm);
  await dated(form(firm).getByLabel("截止日"), cityDay(90));
  await sent(firm);
  await firm.locator(".ant-tag", { hasText: "有效" }).first().waitFor();
  await press(firm, "签发结果凭证");
  await sent(firm);
  await firm.locator(".ant-table", { hasText: "ZDR-" }).waitFor();
  await accessible(firm, "consents-phone");
  await shot(firm, "consents-phone");
  const wide = await firm.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  await press(firm, "撤回授权");
  await sent(firm);
  await firm.locator(".ant-tag", { hasText: "首日或此前已撤回" }).first().waitFor();

  await go(city, "/packages");
  await press(city, "申请制作");
  await chooseAt(city, form(city).getByLabel("对接平台"), { text: "中小企业" });
  await form(city).getByLabel("接收单位").fill("平台办公室（示例）");
  await form(city).getByLabel("用途").fill("年度对接（示例）");
  await chooseAt(city, form(city).getByLabel("数据分级"));
  await chooseAt(city, form(city).getByLabel("数据粒度"));
  await chooseAt(city, form(city).getByLabel("标准版本"));
  await sent(city);
  const made = city.locator(".ant-card").first().locator(".ant-tag", { hasText: "已制作" });
  for (let tries = 0; tries < 60 && !(await made.count()); tries += 1) {
    await city.waitForTimeout(500);
    await city.reload();
    await city.locator(".ant-card").first().waitFor();
  }
  const downloading = city.waitForEvent("download");
  await city.getByRole("button", { name: "下载数据包" }).first().click();
  const file = (await downloading).suggestedFilename();
  await press(city, "登记移交");
  await dated(form(city).getByLabel("移交日"), cityDay(3));
  await form(city).getByLabel("接收回执").fill("示例回执 2 号");
  const ahead = await refusal(city);
  await dated(form(city).getByLabel("移交日"), cityDay());
  await sent(city);
  await city.locator(".ant-card").first().locator(".ant-tag", { hasText: "已移交" }).waitFor();
  await accessible(city, "packages-city");
  await shot(city, "packages-city");
  return { named, same, listed, left, backwards, wide, file, ahead };
});

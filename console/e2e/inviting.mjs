// A session is planned, announced and its firms invited; a firm signs up and asks; the answer is published without who asked. Papers are read by anyone.
import { accessible, cityDay, dated, go, journey, shot, signIn, tab, URL_OF } from "./browser.mjs";

const TOPIC = `数字化诊断填报宣讲<b>（示例 ${Date.now() % 100_000}）`;

await journey(async (browser) => {
  const [district] = await tab(browser);
  await signIn(district, "district");
  await go(district, "/sessions");
  await accessible(district, "sessions-district");
  await shot(district, "sessions-district");
  await district.getByRole("button", { name: "计划场次" }).click();
  const form = district.locator(".ant-modal");
  await form.locator("button[type=submit]").click();
  await form.locator(".ant-form-item-explain-error").first().waitFor();
  const needed = await form.locator(".ant-form-item-explain-error").count();
  await form.getByLabel("主题").fill(TOPIC);
  await form.getByLabel("主办单位").fill("区经委（示例）");
  await dated(form.getByLabel("举办日"), cityDay(7));
  const [begins, ends] = [form.locator(".ant-picker-range input").first(), form.locator(".ant-picker-range input").last()];
  for (let tries = 0; tries < 20 && (await ends.inputValue()) !== "11:00"; tries += 1) {
    await begins.fill("09:30");
    await begins.press("Enter");
    await ends.fill("11:00");
    await ends.press("Enter");
    await ends.press("Tab");
  }
  await accessible(district, "session-plan");
  await shot(district, "session-plan");
  await form.locator("button[type=submit]").click();
  const refused = await district.locator(".ant-notification-notice").last().innerText(); // neither a place nor a link
  await form.getByLabel("地点").fill("区政务中心二楼会议室");
  await form.locator("button[type=submit]").click();
  await form.waitFor({ state: "hidden" });
  await district.getByRole("button", { name: TOPIC }).click();
  await district.getByRole("button", { name: "发 布" }).click();
  await district.getByRole("button", { name: "确 定" }).click();
  await district.getByRole("button", { name: "邀请本辖企业" }).click();
  await district.getByRole("button", { name: "确 定" }).last().click();
  await district.locator(".ant-tag", { hasText: /已邀请 \d+ 家/ }).waitFor();
  const code = (await district.locator(".ant-statistic-content").innerText()).trim();
  await accessible(district, "session-announced");
  await shot(district, "session-announced");
  const path = new URL(district.url()).hash.slice(1);

  const [firm] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(firm, "enterprise");
  await firm.getByRole("link", { name: TOPIC }).click(); // it waits for an answer on the first page
  await firm.locator("h1", { hasText: TOPIC }).waitFor();
  await firm.getByRole("button", { name: "报 名" }).click();
  await firm.getByLabel("1 职能").fill("生产");
  await firm.locator(".ant-modal button[type=submit]").click();
  await firm.locator(".ant-modal").waitFor({ state: "hidden" });
  await firm.getByText("生产 1 人").waitFor();
  await firm.getByRole("button", { name: "签 到" }).click();
  await firm.getByLabel(/签到码/).fill(code);
  await firm.getByLabel("到会人数").fill("1");
  await firm.locator(".ant-modal button[type=submit]").click();
  const early = await firm.locator(".ant-notification-notice").last().innerText();
  await firm.locator(".ant-modal-close").click();
  await firm.getByRole("button", { name: "提 问" }).click();
  await firm.getByRole("textbox", { name: "问题" }).fill("示例问题：多久能出报告？");
  await firm.locator(".ant-modal").last().locator("button[type=submit]").click();
  await firm.locator(".ant-tag", { hasText: "待答复" }).waitFor();
  await accessible(firm, "session-firm-phone");
  await shot(firm, "session-firm-phone");

  await go(district, "/sessions");
  await go(district, path);
  await district.getByRole("button", { name: "答 复" }).click();
  await district.getByRole("textbox", { name: "答复" }).fill("提交自评后约三十个工作日。");
  await district.locator(".ant-modal").last().locator("button[type=submit]").click();
  await district.getByRole("button", { name: "公 开" }).click();
  await district.getByRole("textbox", { name: "公开的问题" }).fill("提交后多久能出报告？");
  await district.locator(".ant-modal").last().locator("button[type=submit]").click();
  await district.locator(".ant-tag", { hasText: "已公开" }).waitFor();

  const [anyone] = await tab(browser);
  await anyone.goto(`${URL_OF}/#/papers`);
  await anyone.locator("main h1").first().waitFor();
  const paper = anyone.locator(".ant-card").first();
  await paper.waitFor();
  await accessible(anyone, "papers-public");
  await shot(anyone, "papers-public");
  const downloading = anyone.waitForEvent("download");
  await paper.getByRole("button", { name: /^下载/ }).first().click();
  const file = (await downloading).suggestedFilename();
  return { needed, refused, digits: /^\d{6}$/.test(code), early, file };
});

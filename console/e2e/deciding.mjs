// An arbiter reads what is laid before them, is told what an opinion lacks, gives one, changes it, and cannot stand back afterwards.
import { accessible, go, journey, shot, signIn, tab } from "./browser.mjs";

const REASON = "补充材料能够证明（示例）";

await journey(async (browser) => {
  const [arbiter] = await tab(browser);
  await signIn(arbiter, "arbiter");
  await arbiter.locator("h1", { hasText: "仲裁案件" }).waitFor();
  await arbiter.getByText("服务商的答复").first().waitFor();
  const hidden = await arbiter.getByText(/已收到专家意见 1 份/).count();
  await accessible(arbiter, "arbitrations");
  await shot(arbiter, "arbitrations");

  await arbiter.getByRole("button", { name: "申明回避" }).click();
  await arbiter.locator(".ant-modal button[type=submit]").click();
  const needed = await arbiter.locator(".ant-modal .ant-form-item-explain-error").first().innerText();
  await arbiter.locator(".ant-modal-close").click();

  const items = await arbiter.locator(".ant-descriptions-title").allInnerTexts();
  await arbiter.getByRole("button", { name: "提交仲裁意见" }).click();
  const form = arbiter.locator(".ant-modal");
  await form.locator(".ant-card").first().waitFor();
  for (const card of await form.locator(".ant-card").all()) await card.getByRole("radio", { name: "异议不成立" }).check();
  await form.locator("button[type=submit]").click();
  const reasons = await form.locator(".ant-form-item-explain-error").count();
  for (const text of await form.locator("textarea").all()) await text.fill(REASON);
  await accessible(arbiter, "opinion");
  await shot(arbiter, "opinion");
  await form.locator("button[type=submit]").click();
  await form.waitFor({ state: "hidden" });
  await arbiter.getByText(/您已于 .* 提交意见/).waitFor();

  await arbiter.getByRole("button", { name: "修改仲裁意见" }).click();
  await form.getByRole("radio", { name: "异议成立", exact: true }).first().check();
  await form.getByText("认定的答案", { exact: true }).waitFor();
  for (const card of (await form.locator(".ant-card").all()).slice(1)) await card.getByRole("radio", { name: "异议不成立" }).check();
  for (const text of await form.locator("textarea").all()) await text.fill(REASON);
  await form.locator("button[type=submit]").last().click();
  const lacking = await form.locator(".ant-form-item-explain-error").first().innerText();
  await accessible(arbiter, "opinion-upheld");
  await shot(arbiter, "opinion-upheld");
  await arbiter.locator(".ant-modal-close").click();

  await arbiter.getByRole("link", { name: "查看全部案卷" }).click();
  await arbiter.locator("h1", { hasText: "示例" }).waitFor();
  await accessible(arbiter, "arbitrations-record");

  const [provider] = await tab(browser, { viewport: { width: 375, height: 800 } });
  await signIn(provider, "provider");
  await go(provider, "/arbitrations"); // no page of theirs
  return { items: items.length, hidden, needed, reasons, lacking, standsBack: await arbiter.getByRole("button", { name: "申明回避" }).count(), others: await provider.locator("h1", { hasText: "仲裁案件" }).count() };
});

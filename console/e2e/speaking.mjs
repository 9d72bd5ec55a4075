// What a firm says of a step: refused before the step is reached, a complaint replied to by the city, a second instance asked for; the provider sees what has a name.
import { accessible, chooseAt, go, journey, opens, shot, signIn, tab } from "./browser.mjs";
import { turnedTo } from "./case.mjs";
import { submitted } from "./submitting.mjs";

async function say(page, step, kind, text, anonymous) {
  await page.getByRole("button", { name: "提出反馈或投诉" }).click();
  const form = page.locator(".ant-modal");
  await chooseAt(page, form.getByLabel("环节"), { text: step });
  await form.getByText(kind, { exact: true }).click();
  await form.getByLabel("文字说明").fill(text);
  if (anonymous) await form.getByLabel("对服务商匿名").check();
  return form;
}

await journey(async (browser) => {
  const [firm] = await tab(browser);
  await signIn(firm, "enterprise");
  await submitted(firm);
  await go(firm, "/feedback");
  await firm.getByText("尚未提出反馈").waitFor();
  await accessible(firm, "feedback-none");
  const form = await say(firm, "出具报告", "反馈", "报告很快", false);
  await form.locator("button[type=submit]").click();
  const early = await firm.locator(".ant-notification-notice").last().innerText();
  await chooseAt(firm, form.getByLabel("环节"), { text: "提交自评" });
  await form.getByText("投诉", { exact: true }).click();
  await form.getByLabel("文字说明").fill("服务商迟迟不受理<b>");
  await form.getByLabel("服务商", { exact: true }).fill("2");
  await accessible(firm, "feedback-form");
  await shot(firm, "feedback-form");
  await form.locator("button[type=submit]").click();
  await firm.locator("tr.ant-table-row", { hasText: "投诉" }).waitFor();

  const [city] = await tab(browser, { colorScheme: "dark" });
  await signIn(city, "city");
  await go(city, "/feedback");
  await (await turnedTo(city, city.locator("tr.ant-table-row", { hasText: "投诉" }).getByRole("button", { name: /查\s?看/ }))).click();
  await city.getByText("服务商迟迟不受理<b>").waitFor();
  await city.getByRole("button", { name: "受 理" }).click();
  await opens(city.getByRole("button", { name: "答 复" }), city.getByRole("textbox", { name: "答复" }));
  await city.getByRole("textbox", { name: "答复" }).fill("已责成服务商于两日内受理");
  await city.locator(".ant-modal").last().locator("button[type=submit]").click();
  await city.getByText("已责成服务商于两日内受理").waitFor();
  await accessible(city, "feedback-city");
  await shot(city, "feedback-city");
  await opens(city.getByRole("button", { name: "办 结" }), city.getByLabel("办结说明"));
  await chooseAt(city, city.getByLabel("办理结果"));
  await city.getByLabel("办结说明").fill("已办结");
  await city.locator(".ant-modal").last().locator("button[type=submit]").click();
  const running = await city.locator(".ant-notification-notice").last().innerText();

  await firm.reload();
  await firm.locator("tr.ant-table-row", { hasText: "投诉" }).getByRole("button", { name: /查\s?看/ }).click();
  await opens(firm.getByRole("button", { name: "申请复核" }), firm.getByLabel("复核理由"));
  await firm.getByLabel("复核理由").fill("期限已过仍未受理");
  await firm.locator(".ant-modal").last().locator("button[type=submit]").click();
  await firm.getByText("期限已过仍未受理").waitFor();
  await shot(firm, "feedback-second");

  const [provider] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(provider, "provider");
  await go(provider, "/feedback");
  await provider.locator("tr.ant-table-row").first().waitFor();
  const seen = await (await turnedTo(provider, provider.locator("tr.ant-table-row", { hasText: "投诉" }))).count();
  await accessible(provider, "feedback-phone");
  await shot(provider, "feedback-phone");
  return { early, running, seen };
});

// What was typed and not saved yet is there again after the page was loaded anew or closed without a network, to its person alone, and conflicts answer by answer.
import { accessible, go, journey, pageOf, settled, shot, signIn, tab } from "./browser.mjs";

const card = (page, id) => page.locator(`#${id}`);
const level = (page, id, number) => card(page, id).getByRole("radio", { name: new RegExp(`^${number} 级`) });
const saved = (page, id) => card(page, id).getByText("已保存", { exact: true }).waitFor();
const numbers = (page) => card(page, "Z06").locator("label").filter({ hasNotText: "不适用" }).locator("input");
const opened = async (context, path) => {
  const page = await pageOf(context);
  await go(page, path);
  await card(page, "Z04").waitFor();
  await settled(page);
  return page;
};

await journey(async (browser) => {
  const [first, context] = await tab(browser);
  await signIn(first, "enterprise");
  const path = (await first.getByRole("link", { name: /继续填报/ }).first().getAttribute("href")).slice(1).split("?")[0] + "?tab=questionnaire&section=D1";
  let page = await opened(context, path);

  // one of two numbers, and a reload
  const exempt = card(page, "Z06").getByRole("checkbox", { name: "不适用" });
  if (await exempt.isChecked()) await exempt.uncheck();
  await numbers(page).first().fill("2401");
  await numbers(page).last().fill("");
  await card(page, "Z06").getByText("填写中").waitFor();
  await page.reload();
  await card(page, "Z06").getByText("填写中").waitFor();
  const half = [await numbers(page).first().inputValue(), await numbers(page).last().inputValue()];
  await accessible(page, "resumed");

  // a colleague on the same device is shown nothing of it
  const [colleague] = await tab(browser, { storageState: await context.storageState({ indexedDB: true }) });
  await colleague.goto("about:blank");
  await colleague.context().clearCookies();
  await signIn(colleague, "filler");
  await go(colleague, path);
  await card(colleague, "Z06").waitFor();
  await settled(colleague);
  const others = await card(colleague, "Z06").getByText("填写中").count();

  // a chosen level, and a reload before it is sent
  await level(page, "Z04", 4).check();
  await saved(page, "Z04");
  await level(page, "Z04", 3).check();
  await page.reload();
  await saved(page, "Z04");
  await settled(page);
  const quick = await level(page, "Z04", 3).isChecked();

  // no network, and the page is closed; somebody else answers meanwhile
  await context.setOffline(true);
  await level(page, "Z04", 5).check();
  await card(page, "Z04").getByText("已存在本机").waitFor();
  await page.close();
  await context.setOffline(false);
  await colleague.reload();
  await level(colleague, "Z04", 2).check();
  await saved(colleague, "Z04");
  page = await opened(context, path);
  await card(page, "Z04").getByText("他人已改动").waitFor();
  const theirs = await card(page, "Z04").locator(".ant-alert").innerText();
  const typed = await level(page, "Z04", 5).isChecked();
  await accessible(page, "resumed-conflict");
  await shot(page, "resumed-conflict");
  await card(page, "Z04").getByRole("button", { name: "保留我的" }).click();
  await saved(page, "Z04");
  await numbers(page).last().fill("65400");
  await saved(page, "Z06");
  await page.reload();
  await card(page, "Z04").waitFor();
  await settled(page);
  const kept = [await level(page, "Z04", 5).isChecked(), await numbers(page).first().inputValue(), await page.getByText("填写中").count()];

  // two of a provider verify the same answer
  const [one, diagnostician] = await tab(browser);
  await signIn(one, "diagnostician");
  await go(one, "/diagnoses");
  const link = one.locator("tr.ant-table-row").filter({ has: one.locator(".ant-tag", { hasText: /^诊断中$/ }) }).first().getByRole("link");
  const case_ = `${(await link.getAttribute("href")).slice(1)}?tab=questionnaire`;
  const verifying = await opened(diagnostician, case_);
  const [other] = await tab(browser);
  await signIn(other, "provider");
  await go(other, case_);
  await card(other, "Z04").waitFor();
  const unlike = async (page, reason) => {
    await card(page, "Z04").getByRole("radio", { name: /^[1-5] 级/, checked: false }).last().check();
    await card(page, "Z04").getByLabel("与自评不同的理由").fill(reason);
  };
  await unlike(verifying, "");
  await verifying.reload();
  await card(verifying, "Z04").getByText("填写中").waitFor();
  await unlike(other, `现场所见（示例）${Date.now()}`);
  await saved(other, "Z04");
  await card(verifying, "Z04").getByLabel("与自评不同的理由").fill("另一人的理由（示例）");
  await card(verifying, "Z04").getByText("他人已改动").waitFor();
  const verified = await card(verifying, "Z04").getByLabel("与自评不同的理由").inputValue();
  await card(verifying, "Z04").getByRole("button", { name: "采用对方的" }).click();
  await saved(verifying, "Z04");
  return { half, others, quick, theirs, typed, kept, verified };
});

// A seller offers for a demand whose firm it does not see; it publishes what fits it. A firm is named as a case when it says so itself.
import { accessible, chooseAt, cityDay, dated, go, journey, refusal, shot, signIn, tab } from "./browser.mjs";

const SOLUTION = `排产与交付看板（示例 ${Date.now() % 100_000}）`;
const form = (page) => page.locator(".ant-modal").last();
const sent = async (page) => {
  await form(page).locator("button[type=submit]").click();
  await page.locator(".ant-modal").last().waitFor({ state: "hidden" });
};
/** A button by what it says, with the space that is set between two characters. */
const press = (page, name) => page.getByRole("button", { name: new RegExp(`^${[...name].join("\\s?")}$`) }).first().click();
const choose = async (page, label, text) => {
  await chooseAt(page, form(page).getByLabel(label), { text });
  await page.keyboard.press("Escape"); // a list to choose several from stays open
};

await journey(async (browser) => {
  const [provider] = await tab(browser);
  await signIn(provider, "provider");
  await go(provider, "/supply?tab=solutions");
  await press(provider, "发布解决方案");
  await form(provider).getByLabel("方案名称").fill(SOLUTION);
  await form(provider).getByLabel("方案简介").fill("把订单、排产与交付放在一张看板上（示例）");
  await choose(provider, "针对的指标", "Z01");
  await accessible(provider, "solution-publish");
  await sent(provider);
  await provider.locator(".ant-card", { hasText: SOLUTION }).first().waitFor();
  await go(provider, "/supply?tab=demands");
  const demand = provider.locator("tr.ant-table-row").first();
  const unnamed = (await demand.innerText()).includes("未具名");
  await demand.getByRole("button").first().click();
  await provider.getByRole("heading", { name: "报价" }).waitFor();
  const path = new URL(provider.url()).hash.slice(1);
  await press(provider, "提出报价");
  await choose(provider, "解决方案", SOLUTION);
  await form(provider).getByLabel("报价说明").fill("三个月完成，含培训（示例）");
  await form(provider).getByLabel("报价金额（元）").fill("120000.50");
  await dated(form(provider).getByLabel("交付日"), cityDay(-30));
  const refused = await refusal(provider);
  await dated(form(provider).getByLabel("交付日"), cityDay(60));
  await accessible(provider, "offer-make");
  await shot(provider, "offer-make");
  await sent(provider);
  const own = provider.locator(".ant-card", { hasText: "三个月完成" });
  await own.waitFor();
  const price = (await own.innerText()).includes("120,000.50");
  await accessible(provider, "demand-provider");
  await shot(provider, "demand-provider");
  await press(provider, "撤回报价");
  await form(provider).getByLabel("理由").fill("内部排期已满（示例）");
  await sent(provider);
  await own.locator(".ant-tag", { hasText: "已撤回" }).waitFor();

  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, path);
  await city.getByRole("heading", { name: "匹配的解决方案" }).waitFor();
  await accessible(city, "demand-city");
  await shot(city, "demand-city");

  // no supplier claims a customer: a firm says itself that a case tells of it, and takes it back
  const [firm] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(firm, "enterprise");
  await go(firm, "/supply?tab=solutions");
  if (await firm.getByRole("button", { name: /^撤回具名$/ }).count()) {
    await press(firm, "撤回具名");
    await sent(firm);
  }
  await press(firm, "同意具名");
  await accessible(firm, "case-naming-phone");
  await shot(firm, "case-naming-phone");
  await sent(firm);
  const end = firm.getByRole("button", { name: /^撤回具名$/ });
  await end.waitFor();
  const named = await firm.locator(".listed", { has: end }).innerText();
  await press(firm, "撤回具名");
  await sent(firm);
  await firm.getByRole("button", { name: /^同意具名$/ }).first().waitFor();
  return { unnamed, refused, price, named };
});

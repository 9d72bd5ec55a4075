// The standards desk answers a comment, begins a revision, is told what does not compose and mends it; a firm comments on the text and sees no draft.
import { accessible, choose, chooseAt, go, journey, shot, signIn, tab } from "./browser.mjs";

const PAGE = "/standards?tab=revisions";
const TITLE = "示例：下一次修订";

await journey(async (browser) => {
  const [firm] = await tab(browser, { viewport: { width: 375, height: 800 } });
  await signIn(firm, "enterprise");
  await go(firm, PAGE);
  await firm.getByRole("button", { name: "提出意见" }).first().click();
  await firm.getByLabel("意见内容").fill("权重宜分两年调整（示例二）");
  await firm.locator(".ant-modal button[type=submit]").click();
  await firm.locator(".ant-modal").waitFor({ state: "hidden" });
  await firm.getByText("权重宜分两年调整（示例二）").first().waitFor();
  await accessible(firm, "revision-phone");
  await shot(firm, "revision-phone");
  const wide = await firm.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  const drafts = await firm.getByText("改动").count();

  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, PAGE);
  await city.getByText("等级迁移矩阵").waitFor();
  const own = city.locator("tbody tr.ant-table-row", { hasText: "示例二" });
  await own.getByRole("button", { name: "答 复" }).click();
  await choose(city, city.locator(".ant-modal").getByLabel("处理"), "部分采纳");
  await city.locator(".ant-modal").getByLabel("理由").fill("分两年提高（示例）");
  await accessible(city, "revision-answer");
  await city.locator(".ant-modal button[type=submit]").click();
  await own.getByText("分两年提高（示例）").waitFor();
  await accessible(city, "revision");
  await shot(city, "revision");

  await city.getByRole("button", { name: "起草修订" }).click();
  const form = city.locator(".ant-modal");
  await chooseAt(city, form.getByLabel("基础版本"));
  await form.getByLabel(/新版本号/).fill("2031");
  await form.getByLabel("标题").fill(TITLE);
  await form.getByLabel("修订理由").fill("两年诊断之后（示例）");
  await form.locator("button[type=submit]").click();
  await form.waitFor({ state: "hidden" });
  await city.getByText("草案成立").waitFor();

  const change = city.locator(".ant-card", { hasText: "修改草案" });
  async function weighs(dimension, weight) {
    await change.getByLabel("维度", { exact: true }).click();
    await city.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option", { hasText: dimension }).first().click();
    await change.getByLabel("权重（%）").fill(weight);
    await change.getByLabel("改动理由").fill("区分度更高（示例）");
    await change.getByRole("button", { name: "加入本次改动" }).click();
    await change.getByRole("button", { name: "保存 1 处改动" }).click();
  }
  await weighs("D1", "14");
  await city.getByText(/还有 \d+ 处不成立/).waitFor();
  const problem = await city.locator(".ant-alert-warning li").first().innerText();
  await accessible(city, "revision-draft");
  await shot(city, "revision-draft");
  await weighs("F", "11");
  await city.getByText("草案成立").waitFor();
  return { wide, drafts, problem, changes: await city.getByText("改动 2 处").count() };
});

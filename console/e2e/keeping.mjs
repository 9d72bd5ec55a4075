// What a person has typed stays: while the window is made narrow and wide again, while asking again fails, after a click beside the dialogue, and over a reload. A page that is gone says so.
import { choose, go, journey, problems, settled, signIn, tab, URL_OF } from "./browser.mjs";

const TYPED = "已核对台账（示例）";
const NARROW = { width: 500, height: 800 };
const WIDE = { width: 1280, height: 800 };

/** Every answer of the API fails, as of a server with too much to do, and who is signed in is asked for once more. */
async function doubted(page) {
  await page.route("**/graphql", (route) => route.fulfill({ status: 503, contentType: "application/json", body: '{"errors":[{"message":"稍后再试。Try again later."}]}' }));
  await page.evaluate(() => window.dispatchEvent(new Event("zhenduan.session-doubted")));
  await page.locator(".ant-alert-error").first().waitFor();
  await page.unroute("**/graphql");
}

await journey(async (browser) => {
  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, "/results");
  await city.getByRole("button", { name: "报送批次" }).click();
  const form = city.locator(".ant-modal").last();
  const field = form.getByLabel("批次编号");
  await field.fill(TYPED);
  await choose(city, form.getByLabel("外部模型"), "数据管理能力成熟度");
  const held = async () => ((await field.isVisible()) ? await field.inputValue() : null);
  await city.setViewportSize(NARROW);
  await settled(city);
  const narrow = await held();
  await city.setViewportSize(WIDE);
  await settled(city);
  const wide = await held();
  await city.mouse.click(20, 780);
  await settled(city);
  const beside = await held();
  await doubted(city);
  const failed = await held();
  await city.reload();
  await settled(city);
  await city.getByRole("button", { name: "报送批次" }).click();
  await field.waitFor();
  const reloaded = [await held(), await form.locator('.ant-select [title="数据管理能力成熟度"]').count()];
  await form.getByRole("button", { name: "清空重填" }).click();
  const afresh = await held();
  await city.keyboard.press("Escape");
  await form.waitFor({ state: "hidden" });

  const [firm] = await tab(browser);
  await signIn(firm, "enterprise", { anew: true });
  const path = (await firm.getByRole("link", { name: /继续填报/ }).first().getAttribute("href")).slice(1).split("?")[0];
  await go(firm, `${path}?tab=questionnaire&section=D1`);
  const one = firm.locator(".indicator").first();
  await one.getByText("不适用", { exact: true }).click();
  await firm.setViewportSize(NARROW);
  await settled(firm);
  await firm.setViewportSize(WIDE);
  await settled(firm);
  await doubted(firm);
  const begun = await one.getByText("填写中").count();
  await firm.route("**/assets/feedback-*.js", (route) => route.abort()); // as after the program was replaced
  const known = problems.length;
  await firm.goto(`${URL_OF}/#/feedback`);
  const replaced = await firm.locator(".ant-alert-error", { hasText: "程序" }).innerText();
  await firm.waitForTimeout(300); // the browser's own word of it
  const told = problems.splice(known);
  problems.push(...told.filter((one) => !/feedback-|imported module/.test(one)));
  await firm.unroute("**/assets/feedback-*.js");
  await firm.getByRole("button", { name: "重新载入" }).click();
  await firm.locator("main h1, .page h1").first().waitFor();
  const left = await (async () => {
    await firm.getByRole("button", { name: "退出登录" }).click();
    await firm.getByLabel("登录名").waitFor();
    return firm.url() === `${URL_OF}/` && (await firm.locator(".indicator").count());
  })();
  return { narrow, wide, beside, failed, reloaded, afresh, begun, replaced, left };
});

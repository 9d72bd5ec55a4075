// Who is invited joins by a link; a session that is ended elsewhere leads back to signing in, and nothing of it stays on the page.
import { accessible, go, journey, pageOf, shot, settled, signIn, tab, URL_OF } from "./browser.mjs";

await journey(async (browser) => {
  const [page, context] = await tab(browser);
  await signIn(page, "city", { anew: true });
  await go(page, "/people");
  const invite = page.getByRole("button", { name: "签发邀请" }).first();
  for (let tries = 0; tries < 20 && !(await invite.count()); tries += 1) {
    await page.getByRole("button", { name: "下一页" }).click();
    await settled(page);
  }
  await invite.click();
  const link = await page.locator(".ant-modal code").first().innerText();
  await shot(page, "people-invited");

  const [other] = await tab(browser);
  await other.goto(link);
  await other.locator("h1", { hasText: "接受邀请" }).waitFor();
  await accessible(other, "join");
  const login = `newcomer-${Date.now() % 100_000}`;
  await other.getByLabel("登录名").fill(login);
  await other.getByLabel("密码", { exact: true }).fill("short");
  await other.locator("button[type=submit]").click();
  const refused = await other.locator(".ant-notification-notice").first().innerText();
  await other.getByLabel("密码", { exact: true }).fill("a-long-password-of-my-own-2026");
  await other.locator("button[type=submit]").click();
  await other.getByText("已接受邀请，请登录。").waitFor();
  await other.locator("h1", { hasText: /^登录$/ }).waitFor();
  await other.getByLabel("登录名").fill(login);
  await other.getByLabel("密码", { exact: true }).fill("a-long-password-of-my-own-2026");
  await other.locator("button[type=submit]").click();
  await other.locator("#content").waitFor({ state: "attached" });

  const second = await pageOf(context);
  await second.goto(`${URL_OF}/`);
  await second.getByRole("button", { name: "退出登录" }).click();
  await second.getByLabel("登录名").waitFor();
  await page.locator(".ant-modal-close, .ant-modal-confirm-btns button").first().click();
  await page.locator("nav a", { hasText: "企业名单" }).click();
  await page.getByLabel("登录名").waitFor();
  return { refused, link: link.startsWith(`${URL_OF}/#/join?ticket=`), rows: await page.locator("tbody tr").count() };
});

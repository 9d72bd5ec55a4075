// A partner enters with its key, registers an endpoint that echoes the handshake, sends a test, reads what was answered, has it sent again, rotates its secret; the city looks on.
import { createServer } from "node:http";

import { accessible, go, journey, shot, signIn, tab, URL_OF } from "./browser.mjs";

const received = [];
const receiver = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const event = JSON.parse(body);
    received.push({ type: event.type, signatures: String(request.headers["webhook-signature"]).split(" ").length });
    response.end(event.data?.challenge ?? "taken");
  });
});
await new Promise((listening) => receiver.listen(0, "127.0.0.1", listening));
const address = `http://127.0.0.1:${receiver.address().port}/events`;

await journey(async (browser) => {
  const [page] = await tab(browser, { viewport: { width: 375, height: 800 } });
  await page.goto(`${URL_OF}/`);
  await page.getByRole("button", { name: "以合作方密钥进入" }).click();
  await page.getByLabel("合作方密钥").fill("zdp_wrong");
  await page.locator("button[type=submit]").click();
  const stranger = await page.locator(".ant-alert-error").innerText();
  await page.getByLabel("合作方密钥").fill(process.env.PARTNER_KEY);
  await page.locator("button[type=submit]").click();
  await page.locator("#content").waitFor({ state: "attached" });
  await go(page, "/webhooks");
  await page.locator(".ant-empty").waitFor();
  await accessible(page, "webhooks-none-phone");
  await shot(page, "webhooks-none-phone");

  await page.getByRole("button", { name: "登记推送端点" }).click();
  const form = page.locator(".ant-modal");
  await form.getByLabel("推送地址").fill(address);
  await form.getByLabel("事件类别").fill("nothing-of-the-kind");
  await form.getByLabel("事件类别").press("Enter");
  await form.locator("button[type=submit]").click();
  const refused = await page.locator(".ant-notification-notice").last().innerText();
  await form.locator(".ant-select-selection-item-remove, .ant-tag-close-icon").first().click();
  await accessible(page, "webhooks-form-phone");
  await shot(page, "webhooks-form-phone");
  await form.locator("button[type=submit]").click();
  await form.waitFor({ state: "hidden" });
  const active = page.getByText("握手已通过");
  for (let tries = 0; tries < 60 && !(await active.count()); tries += 1) {
    await page.waitForTimeout(500);
    await page.reload();
    await page.locator(".ant-card").waitFor();
  }
  await page.getByRole("button", { name: "发送测试事件" }).click();
  await page.getByRole("button", { name: "显 示", exact: true }).last().click();
  const tested = page.locator("tbody tr.ant-table-row", { hasText: "test" }).filter({ hasText: "200" });
  for (let tries = 0; tries < 60 && !(await tested.count()); tries += 1) {
    await page.waitForTimeout(500);
    await page.getByRole("button", { name: "刷 新" }).click();
  }
  await tested.first().locator("summary").first().click();
  const answered = await tested.first().locator("pre").innerText();

  await page.getByRole("button", { name: "轮换密钥" }).click();
  await form.getByLabel("重叠小时").fill("24");
  await form.locator("button[type=submit]").click();
  await form.waitFor({ state: "hidden" });
  await page.getByText("第 2 代").waitFor();
  await page.getByRole("button", { name: "显示密钥" }).first().click();
  const secret = await page.getByText(/^whsec_/).first().innerText();
  await accessible(page, "webhooks-phone");
  await shot(page, "webhooks-phone");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

  const [city] = await tab(browser, { colorScheme: "dark" });
  await signIn(city, "city");
  await go(city, "/webhooks");
  await city.locator(".ant-card").first().waitFor();
  await city.getByRole("button", { name: "显 示", exact: true }).last().click();
  await city.locator("tbody tr.ant-table-row").first().waitFor();
  await accessible(city, "webhooks-city-dark");
  await shot(city, "webhooks-city-dark");
  const acts = await city.getByRole("button", { name: /轮换|停用|测试/ }).count();
  receiver.close();
  return { stranger, refused, answered, secret: secret.slice(0, 6), wide, acts, challenged: received.some((one) => one.type.includes("challenge")), received: received.length };
});
receiver.closeAllConnections();

// Signing in and out: a wrong password is told, the cookie is out of any script's reach, and leaving leaves nothing.
import { accessible, journey, shot, settled, signIn, tab, URL_OF } from "./browser.mjs";

await journey(async (browser) => {
  const [page, context] = await tab(browser);
  let bytes = 0;
  const sizes = [];
  page.on("requestfinished", (request) => {
    if (!/\/assets\/.*\.js$/.test(request.url())) return;
    sizes.push(request.sizes().then((size) => { bytes += size.responseBodySize; }));
  });
  await page.goto(`${URL_OF}/`);
  await page.getByLabel("登录名").waitFor();
  await settled(page);
  await Promise.all(sizes);
  const firstLoad = bytes;
  await accessible(page, "sign-in");
  await shot(page, "sign-in");
  await page.getByLabel("登录名").fill("city");
  await page.getByLabel("密码", { exact: true }).fill("wrong");
  await page.locator("button[type=submit]").click();
  const refused = await page.getByRole("alert").first().innerText();
  await signIn(page, "city", { anew: true });
  const script = await page.evaluate(() => document.cookie);
  const [cookie] = await context.cookies();
  const started = Date.now();
  await page.goto(`${URL_OF}/#/enterprises`);
  await page.locator("tbody tr.ant-table-row").first().waitFor();
  const rows = Date.now() - started;
  await page.getByRole("button", { name: "退出登录" }).click();
  await page.getByLabel("登录名").waitFor();
  return { firstLoad, refused, script, httpOnly: cookie.httpOnly, sameSite: cookie.sameSite, rows, left: (await context.cookies()).length };
});

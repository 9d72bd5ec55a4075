// Finding a case by its firm and status, and letting its firm's person in.
import { go, settled, signIn, tab, URL_OF } from "./browser.mjs";

const PASSWORD = "a-long-password-of-my-own-2026";

/** What is looked for in a list, on whichever of its pages it stands. */
export async function turnedTo(page, wanted) {
  await settled(page);
  for (let tries = 0; tries < 20 && !(await wanted.count()); tries += 1) {
    await page.getByRole("button", { name: "下一页" }).click();
    await settled(page);
  }
  return wanted;
}

/** Where the case of a firm is, found by its status as the list shows it. */
export async function caseOf(page, firm, status) {
  await go(page, "/diagnoses");
  await page.getByLabel("按状态筛选").click();
  await page.getByTitle(status, { exact: true }).click();
  await page.keyboard.press("Escape");
  const link = page.locator("tbody tr.ant-table-row", { hasText: status }).getByRole("link", { name: firm }).first();
  return (await (await turnedTo(page, link)).getAttribute("href")).slice(1);
}

/** Firms whose people the demo itself lets in. */
const KNOWN = { 示例明舟医疗器械有限公司: "enterprise-2" };

/** The firm's person joins by the district's invitation; who joined in an earlier journey, or is known, only signs in. */
export async function joined(browser, district, firm, given = {}) {
  if (KNOWN[firm]) {
    const [page] = await tab(browser, given);
    await signIn(page, KNOWN[firm]);
    return page;
  }
  const login = `firm-${[...firm].map((sign) => sign.codePointAt(0).toString(36)).join("").slice(8, 28)}`;
  await go(district, "/people");
  const row = district.locator("tbody tr.ant-table-row", { hasText: firm }).first();
  await turnedTo(district, row);
  const [page] = await tab(browser, given);
  if (await row.getByRole("button", { name: "签发邀请" }).count()) {
    await row.getByRole("button", { name: "签发邀请" }).click();
    const link = await district.locator(".ant-modal code").first().innerText();
    await district.locator(".ant-modal-confirm-btns button").first().click();
    await page.goto(link);
    await page.getByLabel("登录名").fill(login);
    await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
    await page.locator("button[type=submit]").click();
  } else {
    await page.goto(`${URL_OF}/`);
  }
  await page.locator("h1", { hasText: /^登录$/ }).waitFor();
  await page.getByLabel("登录名").fill(login);
  await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator("#content").waitFor({ state: "attached" });
  return page;
}

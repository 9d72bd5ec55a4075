// As a newcomer finds it, without a word read before: why a provider is suspended, and why a grade is held back.
import { accessible, go, journey, settled, shot, signIn, tab, URL_OF } from "./browser.mjs";

const LONGEST = 12; // cases opened before one is found whose grade is held back

await journey(async (browser) => {
  const [anyone] = await tab(browser, { viewport: { width: 1280, height: 1400 } });
  await anyone.goto(`${URL_OF}/`);
  await anyone.getByRole("link", { name: /不登录也可查看/ }).first().click();
  await settled(anyone);
  await anyone.locator("tr.ant-table-row", { has: anyone.locator(".ant-tag", { hasText: /^暂停$/ }) }).getByRole("button").first().click();
  const suspended = await anyone.locator(".ant-drawer .ant-alert").first().innerText();
  const moves = await anyone.locator(".ant-drawer .ant-timeline-item").count();
  await shot(anyone, "finding-suspended");

  const [auditor] = await tab(browser);
  await signIn(auditor, "auditor");
  await go(auditor, "/diagnoses");
  await auditor.getByLabel("按状态筛选").click();
  await auditor.getByTitle("已确认", { exact: true }).click();
  await auditor.keyboard.press("Escape");
  await settled(auditor);
  const cases = await auditor.locator("tr.ant-table-row a[href*='/diagnoses/']").evaluateAll((all) => all.map((one) => one.getAttribute("href").slice(1)));
  let held = "";
  for (const path of cases.slice(0, LONGEST)) {
    await go(auditor, path);
    await auditor.getByRole("link", { name: /为何是这一档/ }).click();
    await settled(auditor);
    held = await auditor.locator(".ant-alert-warning").first().innerText({ timeout: 200 }).catch(() => "");
    if (held) break;
  }
  await accessible(auditor, "held-back");
  await shot(auditor, "finding-held-back");
  return { suspended, moves, held };
});

// A visit on site by two: planned, refused while it is not agreed to or not complete, signed in by each, interviewed, closed; a report handed in and reviewed.
import { accessible, chooseAt, cityDay, dated, go, journey, leave, shot, signIn, tab } from "./browser.mjs";

async function part(page, status, name, wanted) {
  await go(page, "/diagnoses");
  const links = [];
  for (;;) {
    await page.locator("tr.ant-table-row").first().waitFor();
    const rows = page.locator("tr.ant-table-row").filter({ has: page.locator(".ant-tag", { hasText: status }) });
    links.push(...(await rows.locator("a").evaluateAll((all) => all.map((one) => one.getAttribute("href").slice(1)))));
    const next = page.getByRole("button", { name: "下一页" });
    if (await next.isDisabled()) break;
    const before = await page.locator("tr.ant-table-row").first().getAttribute("data-row-key");
    await next.click();
    await page.waitForFunction((key) => ![null, key].includes(document.querySelector("tr.ant-table-row")?.getAttribute("data-row-key") ?? null), before);
  }
  for (const link of links) {
    await go(page, "/dossier"); // so that nothing of the case before is taken for this one
    await go(page, `${link}?tab=${name}`);
    await page.getByText(/拟访谈部门|尚无|名诊断师到场|机构内审/).first().waitFor();
    if (await page.getByRole("button", { name: wanted }).count()) return `${link}?tab=${name}`;
  }
  throw new Error(`no case with ${wanted} among ${links.length} of ${status}`);
}

const said = (page) => page.locator(".ant-notification-notice").last().innerText();

await journey(async (browser) => {
  const [provider] = await tab(browser);
  await signIn(provider, "provider");
  const planned = await part(provider, /^诊断中$/, "visits", "制定现场诊断计划");
  await accessible(provider, "visits-none");
  await provider.getByRole("button", { name: "制定现场诊断计划" }).click();
  const form = provider.locator(".ant-modal");
  await dated(form.getByLabel("计划日期"), cityDay());
  await chooseAt(provider, form.getByLabel("到场诊断师"));
  await form.getByLabel("拟访谈部门").click();
  await provider.keyboard.type("生产");
  await provider.keyboard.press("Enter");
  await form.getByLabel("安排与须备材料").fill("请备设备台账");
  await accessible(provider, "visit-plan");
  await shot(provider, "visit-plan");
  await form.locator("button[type=submit]").click();
  const tooFew = await said(provider);
  await chooseAt(provider, form.getByLabel("到场诊断师"));
  await form.locator("button[type=submit]").click();
  await provider.locator(".ant-tag", { hasText: "待企业同意" }).waitFor();
  await accessible(provider, "visit-planned");
  await shot(provider, "visit-planned");

  // a visit of the story that its firm agreed to
  const under = await part(provider, /^诊断中$/, "visits", "到场签到");
  const [second] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(second, "diagnostician");
  for (const page of [provider, second]) {
    await go(page, under);
    await page.getByRole("button", { name: "到场签到" }).click();
    await page.getByLabel("签到地点").fill("一号厂区东门");
    await page.locator(".ant-modal button[type=submit]").click();
    await page.getByRole("button", { name: "记录访谈" }).waitFor();
  }
  await second.getByRole("button", { name: "完成现场诊断" }).click();
  await second.getByLabel("现场记录").fill("所见与所填相符");
  await second.locator(".ant-modal button[type=submit]").click();
  const early = await said(second);
  await leave(second); // the notice lies over the cross on a phone
  for (const name of ["生产", "质量", "设备", "信息化"]) {
    await second.getByRole("button", { name: "记录访谈" }).click();
    await second.getByLabel("访谈部门").click();
    await second.keyboard.type(name);
    await second.keyboard.press("Enter");
    await second.getByLabel("访谈记录").fill(`${name}部门介绍了系统与台账`);
    await second.locator(".ant-modal button[type=submit]").click();
    await second.locator(".listed", { hasText: `${name}部门介绍了` }).waitFor();
  }
  await accessible(second, "visit-phone");
  await shot(second, "visit-phone");
  await second.getByRole("button", { name: "完成现场诊断" }).click();
  await second.getByLabel("现场记录").fill("所见与所填相符");
  await second.locator(".ant-modal button[type=submit]").click();
  await second.locator(".ant-tag", { hasText: "已完成" }).waitFor();
  const closed = await second.locator(".listed", { hasText: "2 名诊断师到场" }).count();

  // a report is handed in by one and returned by another
  const handed = await part(second, /^已评分$/, "reports", "提交内审");
  await second.getByRole("button", { name: "提交内审" }).click();
  await second.getByLabel("编制说明").fill("与自评不同的指标均写明理由");
  await second.locator(".ant-modal button[type=submit]").click();
  await second.locator(".ant-tag", { hasText: "待内审" }).waitFor();
  const [reviewer] = await tab(browser, { colorScheme: "dark" });
  await signIn(reviewer, "reviewer");
  await go(reviewer, handed);
  await reviewer.getByRole("button", { name: "内审报告" }).click();
  await reviewer.getByRole("radiogroup").first().waitFor();
  const items = await reviewer.getByRole("radiogroup").count();
  for (let at = 0; at < items; at += 1) await reviewer.getByRole("radiogroup").nth(at).getByText(at === 0 ? "不符合" : "符合", { exact: true }).click();
  await reviewer.getByPlaceholder("请写明不符合的情况").fill("第三项缺佐证");
  await reviewer.getByLabel("内审结论").fill("请补佐证后再交");
  await accessible(reviewer, "review-form");
  await shot(reviewer, "review-form");
  await reviewer.locator(".ant-modal button[type=submit]").click();
  await reviewer.locator(".ant-tag", { hasText: "退回修改" }).waitFor();
  await accessible(reviewer, "reviewed");
  await shot(reviewer, "reviewed");
  return { planned: planned !== under, tooFew, early, closed, items, returned: await reviewer.locator("tbody tr.ant-table-row", { hasText: "第三项缺佐证" }).count() };
});

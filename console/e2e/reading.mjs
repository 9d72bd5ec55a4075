// A confirmed report is filed by its district, read by an expert whom it appoints, and followed up: the firm plans, reports what it brought, the district closes.
import { accessible, chooseAt, cityDay, dated, go, journey, shot, settled, signIn, tab, URL_OF } from "./browser.mjs";
import { caseOf, joined } from "./case.mjs";

const READ_ANEW = "示例远图模具有限公司";
const FOLLOWED = "示例明舟医疗器械有限公司";
const PHONE = { viewport: { width: 375, height: 800 } };
const today = cityDay();
const later = `${Number(today.slice(0, 4)) + 1}${today.slice(4, 8)}01`;

async function follow(page, href) {
  await go(page, `${href}?tab=follow-up`);
  await page.locator("h2", { hasText: "区级备案" }).waitFor();
}

/** Whether a person sees the case, once what was done has had time to reach the pages. */
async function reads(reader, address) {
  await reader.goto(address);
  for (let looks = 0; looks < 4; looks += 1) {
    await reader.reload();
    await reader.locator("h1").or(reader.getByText("没有此诊断")).first().waitFor();
    await settled(reader);
    if (await reader.locator("h2", { hasText: "专家解读" }).or(reader.locator("h1", { hasText: READ_ANEW })).count()) return true;
    await reader.waitForTimeout(500);
  }
  return false;
}

const sent = (page) => page.locator(".ant-modal button[type=submit]").click();
const shut = (page) => page.locator(".ant-modal").waitFor({ state: "hidden" });

await journey(async (browser) => {
  const [district] = await tab(browser);
  await signIn(district, "district");
  const href = await caseOf(district, READ_ANEW, "已确认");
  await follow(district, href);
  await accessible(district, "follow-up-unfiled");
  await shot(district, "follow-up-unfiled");
  await district.getByRole("button", { name: "备 案" }).click();
  await district.getByRole("button", { name: "确 定" }).click();
  const number = await district.getByText(/^\d{6}-\d{4}-\d{5}$/).first().innerText();

  const [reader] = await tab(browser, PHONE);
  await signIn(reader, "reader");
  for (let at = 0; at < 6; at += 1) {
    await follow(district, href);
    await district.getByRole("button", { name: "指派解读专家" }).click();
    await settled(district);
    await chooseAt(district, district.getByRole("combobox", { name: "解读专家" }), { at });
    await dated(district.getByLabel("指派截止日"), later);
    await sent(district);
    await shut(district);
    if (await reads(reader, `${URL_OF}/#${href}?tab=follow-up&tried=${at}`)) break;
  }
  await follow(reader, href);
  await reader.getByRole("button", { name: "记录解读" }).click();
  await dated(reader.getByLabel("解读日期"), later);
  await reader.getByLabel("解读意见").fill("基础较好，先易后难。");
  await chooseAt(reader, reader.getByLabel("1 指标"), { text: "Z01" });
  await reader.getByLabel("1 建议内容").fill("规划按年滚动修订，并列支预算。");
  await accessible(reader, "reading-form-phone");
  await shot(reader, "reading-form-phone");
  await sent(reader);
  const refused = await reader.locator(".ant-notification-notice").last().innerText();
  await dated(reader.getByLabel("解读日期"), today);
  await sent(reader);
  await shut(reader);
  await reader.getByText("规划按年滚动修订").waitFor();

  const firm = await joined(browser, district, READ_ANEW, PHONE);
  await follow(firm, href);
  await firm.getByRole("button", { name: "提交改进计划" }).click();
  await firm.getByLabel("措施内容").fill("规划改为按年修订，预算列入次年计划。");
  await dated(firm.getByLabel("完成日"), later);
  await shot(firm, "follow-up-plan-phone");
  await sent(firm);
  await shut(firm);
  await firm.getByText("回应第 1 条建议").waitFor();
  await firm.getByRole("button", { name: "报告改进情况" }).first().click();
  await firm.getByLabel("已采取的措施").fill("已开始修订。");
  await sent(firm);
  const early = await firm.locator(".ant-notification-notice", { hasText: "个月" }).last().innerText();
  await firm.locator(".ant-modal-close").click();
  await shut(firm);
  await accessible(firm, "follow-up-planned-phone");
  await shot(firm, "follow-up-planned-phone");

  const followed = await caseOf(district, FOLLOWED, "已确认");
  const other = await joined(browser, district, FOLLOWED);
  await follow(other, followed);
  await other.getByRole("button", { name: "报告改进情况" }).click();
  await other.getByLabel("已采取的措施").fill("两个厂区已接入同一平台。");
  await other.getByRole("button", { name: "增加一项对比" }).click();
  await chooseAt(other, other.getByLabel("指标", { exact: true }), { text: "Z01" });
  await other.getByLabel("测量项目").fill("设备联网率");
  await other.getByLabel("计量单位").fill("%");
  await other.getByRole("textbox", { name: "改进前" }).fill("62.25");
  await other.getByRole("textbox", { name: "改进后" }).fill("88.5");
  await accessible(other, "follow-up-report");
  await shot(other, "follow-up-report");
  await sent(other);
  await shut(other);
  await other.getByText("88.5 %").waitFor();

  await follow(district, followed);
  await district.getByRole("button", { name: "结束回访" }).click();
  await district.getByLabel("回访结论").fill("两期均已报告，改进属实。");
  await sent(district);
  await shut(district);
  await district.getByText("已于").waitFor();
  await accessible(district, "follow-up-closed");
  await shot(district, "follow-up-closed");
  await go(district, `${href}?tab=overview`);
  await district.getByText(number).waitFor();
  const shown = await district.getByText(number).count();
  return { number, refused, early, shown, changes: await other.getByText("88.5 %").count(), late: await other.getByText("逾期报告").count() };
});

// A file used as evidence of two firms is found by a screening; the provider answers, a person closes it. A certificate is sent in, accepted, and offered to the firm's answers.
import { writeFileSync } from "node:fs";

import { accessible, chooseAt, cityDay, go, journey, refusal, shot, signIn, tab } from "./browser.mjs";

const SHARED = `${process.env.FOLDER}/台账.csv`;
const BATCH = `${process.env.FOLDER}/证书.csv`;
writeFileSync(SHARED, `设备,状态\n${`示例设备,${Date.now()}\n`.repeat(900)}`);
const form = (page) => page.locator(".ant-modal").last();
const sent = async (page) => {
  await form(page).locator("button[type=submit]").click();
  await page.locator(".ant-modal").last().waitFor({ state: "hidden" });
};

await journey(async (browser) => {
  const [provider] = await tab(browser);
  await signIn(provider, "provider");
  await go(provider, "/diagnoses");
  await provider.getByLabel("按状态筛选").click();
  await provider.getByTitle("诊断中", { exact: true }).click();
  await provider.keyboard.press("Escape");
  const held = provider.locator("tr.ant-table-row").filter({ has: provider.getByText("诊断中", { exact: true }) }); // its provider's name holds the word too
  await held.nth(1).waitFor();
  const cases = await held.locator("a").evaluateAll((all) => all.slice(0, 2).map((one) => one.getAttribute("href").slice(1)));
  for (const path of cases) {
    await go(provider, "/dossier");
    await go(provider, `${path}?tab=questionnaire`);
    await provider.locator(".indicator").first().waitFor();
    const before = await provider.locator(".ant-tag", { hasText: /已附 \d+ 个文件/ }).count();
    await provider.locator(".indicator input[type=file]").first().setInputFiles(SHARED);
    await provider.waitForFunction((count) => [...document.querySelectorAll(".ant-tag")].filter((one) => /已附/.test(one.textContent)).length > count || [...document.querySelectorAll(".ant-message-notice")].length > 0, before);
    await provider.locator(".ant-tag", { hasText: /已附 \d+ 个文件/ }).first().waitFor();
  }

  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, "/signals?tab=screenings");
  await city.getByRole("button", { name: "申请筛查" }).click();
  await form(city).getByLabel("年度").fill(cityDay(-45).slice(0, 4));
  await sent(city);
  const raised = city.locator("tr.ant-table-row", { hasText: /新提出 [1-9]/ });
  for (let tries = 0; tries < 60 && !(await raised.count()); tries += 1) {
    await city.waitForTimeout(500);
    await city.reload();
    await city.locator("tr.ant-table-row").first().waitFor();
  }
  await accessible(city, "screenings-city");
  await shot(city, "screenings-city");
  await go(city, "/signals?tab=list");
  await city.locator("tr.ant-table-row", { hasText: "待答复" }).getByRole("button").first().click();
  await city.getByRole("button", { name: "办 结" }).click();
  await chooseAt(city, form(city).getByLabel("结论"), { text: "已认定" });
  await form(city).getByLabel("理由").fill("同一文件用于两家企业");
  const early = await refusal(city);
  await city.keyboard.press("Escape");
  await accessible(city, "signal-city");
  await shot(city, "signal-city");
  const signal = new URL(city.url()).hash.slice(1);

  await go(provider, "/");
  await provider.getByRole("link", { name: /待答复或办结的异常信号/ }).click();
  await go(provider, signal);
  await provider.getByRole("button", { name: "答 复" }).click();
  await form(provider).locator("button[type=submit]").click();
  const needed = await form(provider).locator(".ant-form-item-explain-error").innerText();
  await form(provider).getByLabel("说明内容").fill("示例：上传时选错文件，已更正");
  await sent(provider);
  await provider.locator(".ant-tag", { hasText: "已答复" }).waitFor();
  await accessible(provider, "signal-provider");

  await city.reload();
  await city.getByRole("button", { name: "办 结" }).click();
  await chooseAt(city, form(city).getByLabel("结论"), { text: "已说明" });
  await form(city).getByLabel("理由").fill("已核实为上传错误（示例）");
  await sent(city);
  await city.locator(".ant-descriptions-item-label", { hasText: "办结" }).waitFor();

  const [firm] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(firm, "enterprise");
  await go(firm, "/signals");
  const quiet = await firm.locator(".ant-empty-description").innerText();
  await go(firm, "/");
  const questionnaire = (await firm.getByRole("link", { name: /继续填报/ }).first().getAttribute("href")).slice(1).split("?")[0];
  await go(firm, "/enterprises");
  const uscc = /[0-9A-HJ-NPQRTUWXY]{18}/.exec(await firm.locator("table").innerText())[0];

  writeFileSync(BATCH, `统一社会信用代码,证书编号,等级,发证日期,有效期至\n${uscc},CMMM-示例-${Date.now() % 10_000},规范级,${cityDay(-300)},${cityDay(700)}\n${uscc.slice(0, 17)}${uscc.endsWith("0") ? "1" : "0"},CMMM-示例-2,规范级,${cityDay(-300)},\n`);
  await go(city, "/results");
  await accessible(city, "results-none");
  await city.getByRole("button", { name: "报送批次" }).click();
  await form(city).getByLabel("批次编号").fill(`示例-${Date.now() % 100_000}`.replace("示例", "trial"));
  await chooseAt(city, form(city).getByLabel("外部模型"), { text: "智能制造" });
  await form(city).locator("input[type=file]").setInputFiles(BATCH);
  await form(city).getByText(/已选/).waitFor();
  await sent(city);
  await city.getByText(/待裁定 1/).waitFor();
  const findings = await city.getByRole("table", { name: "校验结果" }).or(city.locator("[aria-label=校验结果]")).first().innerText();
  await accessible(city, "result-batch");
  await shot(city, "result-batch");
  await city.getByRole("checkbox", { name: /^行 \d+$/ }).first().check();
  await city.getByRole("button", { name: /接受所选 1 行/ }).click();
  await form(city).getByLabel("裁定理由").fill("与发证机构核对（示例）");
  await sent(city);
  await city.getByText(/已接受 1/).waitFor();

  await go(firm, "/results");
  await firm.locator("tr.ant-table-row").first().waitFor();
  await accessible(firm, "results-firm-phone");
  await shot(firm, "results-firm-phone");
  await go(firm, `${questionnaire}?tab=questionnaire`);
  const offered = firm.getByRole("checkbox", { name: /^选取/ });
  await firm.locator(".indicator").first().waitFor();
  const offers = await offered.count();
  await accessible(firm, "prefill-phone");
  await shot(firm, "prefill-phone");
  const wide = await firm.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  if (offers) {
    const name = await offered.last().getAttribute("aria-label");
    await offered.last().check();
    await firm.getByRole("button", { name: /采纳所选 1 项/ }).click();
    await firm.waitForFunction((label) => !document.querySelector(`[aria-label="${label}"]`), name);
  }
  // in a city that was walked through before it was taken then, and still says where it is from
  await chooseAt(firm, firm.getByLabel("部分", { exact: true }), { text: "融合性指标" });
  const taken = await firm.locator(".indicator .ant-tag", { hasText: "取自证书" }).count();
  return { early, needed, quiet, findings, taken, wide };
});

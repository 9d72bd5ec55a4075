// A call opened by the city, an application kept as a draft, returned, mended and found complete; past calls are read by those who marked.
import { writeFileSync } from "node:fs";

import { accessible, chooseAt, cityDay as day, dated, go, journey, shot, signIn, tab } from "./browser.mjs";

await journey(async (browser) => {
  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, "/selection");
  await accessible(city, "selection-city");
  await shot(city, "selection-city");
  const year = Number(day(0).slice(0, 4)) + 1;
  await city.getByRole("button", { name: "开启征集" }).click();
  const form = city.locator(".ant-modal");
  for (const [label, ahead] of [["申报截止日", 20], ["补正截止日", 40], ["评分截止日", 60], ["异议截止日", 90]]) await dated(form.getByLabel(label, { exact: true }), day(ahead));
  await form.locator("button[type=submit]").click();
  await city.locator(".ant-select", { hasText: `${year} 年度` }).waitFor();

  const [provider] = await tab(browser);
  await signIn(provider, "provider");
  await go(provider, "/selection");
  await provider.locator(".ant-card", { hasText: "本机构申报" }).waitFor();
  await provider.getByLabel("行业标签").first().fill("C34");
  await provider.keyboard.press("Enter");
  await provider.getByRole("button", { name: "增加一项" }).first().click();
  await chooseAt(provider, provider.getByLabel("人员"));
  await provider.getByRole("button", { name: "保存草稿" }).click();
  await provider.getByText("已办理").first().waitFor();
  const early = await (async () => {
    await provider.getByRole("button", { name: "提交申报" }).click();
    await provider.getByRole("button", { name: "确 定" }).click();
    return provider.locator(".ant-notification-notice").first().innerText();
  })();
  const file = `${process.env.FOLDER}/材料.csv`;
  writeFileSync(file, "项目,结果\n试点,完成\n");
  const dimensions = await provider.locator("input[type=file]").count();
  for (let at = 0; at < dimensions; at += 1) {
    writeFileSync(file, `项目,结果\n试点${at},完成\n`);
    const before = await provider.locator(".ant-tag", { hasText: "材料.csv" }).count();
    await provider.locator("input[type=file]").nth(at).setInputFiles(file);
    await provider.waitForFunction((count) => [...document.querySelectorAll(".ant-tag")].filter((one) => one.textContent.includes("材料.csv")).length > count, before);
  }
  await accessible(provider, "selection-provider");
  await shot(provider, "selection-provider");
  await provider.getByRole("button", { name: "提交申报" }).click();
  await provider.getByRole("button", { name: "确 定" }).click();
  await provider.locator(".ant-tag", { hasText: "已提交" }).waitFor();

  await city.reload();
  await city.getByRole("button", { name: "退回补正" }).click();
  await city.getByLabel("材料部分").fill("产品成果");
  await city.getByLabel("补正要求").fill("请补交验收材料");
  await dated(city.getByLabel("补正截止日", { exact: true }), day(30));
  await city.locator(".ant-modal button[type=submit]").click();
  await city.getByText("请补交验收材料").waitFor();

  const [marker] = await tab(browser);
  await signIn(marker, "marker");
  await go(marker, "/selection");
  await accessible(marker, "selection-marker");
  await shot(marker, "selection-marker");
  const faults = await marker.getByText("无权读取").count();
  return { faults, early, dimensions, returned: await city.locator("tbody tr", { hasText: "请补交验收材料" }).innerText() };
});

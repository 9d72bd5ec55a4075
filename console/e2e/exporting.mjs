// A list of several pages is kept whole as one sheet, from whichever page it is asked; a list that is no table as it is narrowed and ordered.
import { readFileSync } from "node:fs";

import { accessible, choose, go, journey, settled, signIn, tab } from "./browser.mjs";

const rowsOf = async (download) => {
  const file = `${process.env.FOLDER}/list.csv`;
  await download.saveAs(file);
  return readFileSync(file, "utf8").trimEnd().split("\r\n").slice(1);
};

await journey(async (browser) => {
  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, "/directory");
  const all = Number(/\d+/.exec(await city.getByText(/^共 \d+ 项$/).first().innerText())[0]);
  const page = await city.locator("tr.ant-table-row").count();
  await city.getByRole("button", { name: "下一页" }).click();
  await settled(city);
  const [download] = await Promise.all([city.waitForEvent("download"), city.getByRole("button", { name: "导出全部" }).click()]);
  const rows = await rowsOf(download);
  await settled(city);
  const back = await city.getByRole("button", { name: "上一页" }).isDisabled();

  // all of it at once: ordered by a heading, narrowed by a text, and back to its pages
  await city.getByRole("button", { name: "全部列出，可排序筛选" }).click();
  const names = async () => {
    await settled(city);
    return city.locator("tr.ant-table-row td:first-child").allInnerTexts();
  };
  await city.getByRole("button", { name: "分页显示" }).waitFor();
  await city.locator("th", { hasText: "服务商" }).first().click();
  const listed = await names();
  const inTurn = [...listed].sort((a, b) => a.localeCompare(b, "zh-Hans-CN", { numeric: true }));
  await city.getByLabel(/^筛选 /).fill(listed.at(-1));
  const only = await names();
  await accessible(city, "list-whole");
  await city.getByRole("button", { name: "分页显示" }).click();
  await city.getByRole("button", { name: "下一页" }).waitFor();
  const pagesAgain = (await names()).length;

  // a list that is no table: narrowed, ordered, and kept as it stands then
  const [provider] = await tab(browser);
  await signIn(provider, "provider");
  await go(provider, "/");
  const list = provider.getByRole("region", { name: "需要您处理" });
  const whole = await list.getByRole("link").allInnerTexts();
  const one = whole.at(-1).split("：")[1];
  await choose(provider, list.getByLabel("排序 需要您处理"), "企业，由小到大");
  await settled(provider);
  const ordered = (await list.getByRole("link").allInnerTexts()).map((text) => text.split("：")[1]);
  await list.getByLabel("筛选 需要您处理").fill(one);
  await settled(provider);
  const narrowed = await list.getByRole("link").allInnerTexts();
  const [sheet] = await Promise.all([provider.waitForEvent("download"), list.getByRole("button", { name: "导出清单 需要您处理" }).click()]);
  const kept = await rowsOf(sheet);
  const sorted = [...ordered].sort((a, b) => a.localeCompare(b, "zh-Hans-CN", { numeric: true }));
  await accessible(provider, "list");
  return { listed: listed.length, ordered: listed.join() === inTurn.join(), only: only.length > 0 && only.every((one) => one.includes(listed.at(-1))), pagesAgain, all, page, rows: rows.length, different: new Set(rows).size, back, whole: whole.length, inOrder: ordered.join() === sorted.join(), narrowed: narrowed.length, kept: kept.length, named: [...narrowed, ...kept].every((text) => text.includes(one)) };
});

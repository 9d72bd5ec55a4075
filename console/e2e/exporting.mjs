// A list of several pages is kept whole as one sheet, from whichever page it is asked.
import { readFileSync } from "node:fs";

import { go, journey, settled, signIn, tab } from "./browser.mjs";

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
  return { all, page, rows: rows.length, different: new Set(rows).size, back };
});

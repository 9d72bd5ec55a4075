import assert from "node:assert/strict";
import { test } from "node:test";

import { compared, sheetOf, textOf } from "./sheet.ts";

test("a list is a sheet with its headings, read as Chinese", () => {
  assert.equal(sheetOf(["企业", "得分"], [["示例一", "61.5"]]), "\uFEFF企业,得分\r\n示例一,61.5\r\n");
});

test("what stands in a cell stays in it", () => {
  assert.equal(sheetOf(["名称"], [['甲,"乙"\n丙']]), '\uFEFF名称\r\n"甲,""乙"" 丙"\r\n');
});

test("what somebody typed is never run as a formula, and a number stays one", () => {
  assert.equal(sheetOf(["理由", "变化"], [["=cmd()", "-1.5"], ["@x", "+3 %"]]), "\uFEFF理由,变化\r\n'=cmd(),-1.5\r\n'@x,+3 %\r\n");
});

test("a column of what may be done is left out", () => {
  assert.equal(sheetOf(["名称", ""], [["甲", "撤回"]]), "\uFEFF名称\r\n甲\r\n");
});

test("a text that begins as a formula in full-width letters is told to be text too", () => {
  const told = sheetOf(["名称"], [["＝1+1"], ["＋甲"], ["－甲"], ["＠甲"]]);
  assert.equal(told, "\uFEFF名称\r\n'＝1+1\r\n'＋甲\r\n'－甲\r\n'＠甲\r\n");
});

test("numbers are ordered by their size and days and texts as they are written", () => {
  assert.deepEqual(["10", "9", "1,200"].toSorted(compared), ["9", "10", "1,200"]);
  assert.deepEqual(["2026-10-02", "2026-09-30"].toSorted(compared), ["2026-09-30", "2026-10-02"]);
  assert.deepEqual(["12.5 %", "3 %"].toSorted(compared), ["3 %", "12.5 %"]);
});

test("a cell is ordered by its text, whatever it is dressed in", () => {
  assert.equal(textOf(["7", null, { props: { children: [" 个", false] } } as never]), "7 个");
});

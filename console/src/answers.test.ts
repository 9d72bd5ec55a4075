import assert from "node:assert/strict";
import { test } from "node:test";

import { agree, type Asked, asSent, isWhole, type Known, plainNumber, ratioOf, resumed, standing, sectionToOpen } from "./answers.ts";

const RATIO: Asked = { id: "X03", kind: "RATIO", numbers: [{ name: "connected" }, { name: "all" }] };
const CHOICE: Asked = { id: "G01", kind: "CHOICE", numbers: [] };
const OUTCOME: Asked = { id: "Z01", kind: "OUTCOME", numbers: [{ name: "before" }, { name: "after" }] };

test("a ratio is sent once both its numbers are there", () => {
  assert.equal(isWhole(RATIO, { numbers: [{ name: "connected", value: "3" }] }), false);
  assert.equal(isWhole(RATIO, { numbers: [{ name: "connected", value: "3" }, { name: "all", value: "0" }] }), true);
});

test("zero is a number and an empty field is none", () => {
  assert.equal(isWhole(RATIO, { numbers: [{ name: "connected", value: "0" }, { name: "all", value: " " }] }), false);
});

test("what does not apply needs its reason", () => {
  assert.equal(isWhole(CHOICE, { notApplicable: true, reason: " " }), false);
  assert.deepEqual(asSent(CHOICE, { notApplicable: true, level: "3", reason: "无此业务 " }), { notApplicable: true, reason: "无此业务" });
});

test("an outcome above level 1 is shown by its numbers", () => {
  assert.equal(isWhole(OUTCOME, { level: "3" }), false);
  assert.equal(isWhole(OUTCOME, { level: "1" }), true);
});

test("numbers typed with separators or full-width digits are taken as written", () => {
  assert.equal(plainNumber("１２,３４５．６"), "12345.6");
});

test("the ratio is told where it can be", () => {
  const numbers = [{ name: "connected", value: "1" }, { name: "all", value: "3" }];
  assert.equal(ratioOf({ numbers }, RATIO), "33.3 %");
  assert.equal(ratioOf({ numbers: [{ name: "connected", value: "1" }, { name: "all", value: "0" }] }, RATIO), null);
});

test("two answers agree whatever the order of their choices", () => {
  assert.equal(agree({ choices: ["a", "b"] }, { choices: ["b", "a"] }), true);
  assert.equal(agree({ level: "3" }, { level: "3.0" }), true);
  assert.equal(agree({ level: "3" }, { level: "2" }), false);
});

const KNOWN: Known = { version: 7, given: { level: "3" }, verified: null, difference: null };

test("an answer of the firm stands by its version, one that nobody gave by none", () => {
  assert.equal(standing(KNOWN, false), 7);
  assert.equal(standing(undefined, false), 0);
});

test("a verification stands by what it says", () => {
  const verified = { ...KNOWN, verified: { level: "2" }, difference: "台账不符" };
  assert.equal(standing(KNOWN, true), "");
  assert.notEqual(standing(verified, true), standing({ ...verified, difference: "现场不符" }, true));
});

test("what was typed is gone on with where nothing was changed meanwhile, and conflicts where something was", () => {
  assert.equal(resumed({ given: { level: "4" }, reason: "", seen: 7 }, KNOWN, false), "begun");
  assert.equal(resumed({ given: { level: "4" }, reason: "", seen: 6 }, KNOWN, false), "conflict");
  assert.equal(resumed({ given: { level: "4" }, reason: "台账", seen: "" }, { ...KNOWN, verified: { level: "2" } }, true), "conflict");
});

test("what was typed and has arrived after all is no draft any more", () => {
  assert.equal(resumed({ given: { level: "3" }, reason: "", seen: 6 }, KNOWN, false), "arrived");
  assert.equal(resumed({ given: { level: "2" }, reason: "台账", seen: "" }, { ...KNOWN, verified: { level: "2" }, difference: "台账" }, true), "arrived");
});

test("a questionnaire opens at the first section with something left to do, within the reader's own", () => {
  const asked = [{ id: "a1", dimension: "D1" }, { id: "a2", dimension: "D2" }, { id: "a3", dimension: "D3" }];
  const opened = (own: string[], ...done: string[]) => sectionToOpen(["D1", "D2", "D3"], own, asked, (id) => done.includes(id));
  assert.equal(opened([]), "D1");
  assert.equal(opened([], "a1"), "D2");
  assert.equal(opened(["D3"], "a1"), "D3");
  assert.equal(opened([], "a1", "a2", "a3"), "D1");
});

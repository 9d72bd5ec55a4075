import assert from "node:assert/strict";
import { test } from "node:test";

import { wholeLists } from "../whole-lists.ts";
import { MOST_READ_ON, readOn } from "./whole.ts";

const page = (from: number, most: number, last: number) => {
  const nodes = Array.from({ length: Math.min(most, last - from) }, (_, at) => from + at);
  return { nodes, pageInfo: { hasNextPage: from + nodes.length < last, endCursor: String(from + nodes.length) } };
};

test("a list is found where it goes on after a variable of its own, also below the one row of another", () => {
  assert.deepEqual(wholeLists("query A($bAfter: String) { a { c: b(first: 9, after: $bAfter) { nodes { id } } } }"), { bAfter: ["a", "c"] });
  assert.deepEqual(wholeLists("query A($bAfter: String) { a(last: 1) { nodes { b(first: 9, after: $bAfter) { nodes { id } } } } }"), { bAfter: ["a", "nodes", "0", "b"] });
  assert.deepEqual(wholeLists("query A($after: String) { a(first: 9, after: $after) { nodes { id } } }"), {});
  assert.throws(() => wholeLists("query A($bAfter: String) { a(first: 9) { nodes { b(first: 9, after: $bAfter) { nodes { id } } } } }"), /list within rows/);
});

test("each list is read to its end, each from where it stands", async () => {
  const data = { a: { b: page(0, 2, 5) }, c: page(0, 2, 3) };
  const asked: string[] = [];
  const ask = async (variable: string, after: string) => {
    asked.push(`${variable} ${after}`);
    return { data: variable === "b" ? { a: { b: page(Number(after), 2, 5) } } : { c: page(Number(after), 2, 3) } };
  };
  assert.deepEqual(await readOn(data, { b: ["a", "b"], c: ["c"], d: ["left", "out"] }, ask), { cut: false });
  assert.deepEqual([data.a.b.nodes, data.c.nodes, asked], [[0, 1, 2, 3, 4], [0, 1, 2], ["b 2", "b 4", "c 2"]]);
});

test("a list of too many rows says that it goes on, and a page that fails says why", async () => {
  const endless = { a: page(0, 100, 1e6) };
  const ask = async (_: string, after: string) => ({ data: { a: page(Number(after), 100, 1e6) } });
  assert.deepEqual([await readOn(endless, { a: ["a"] }, ask), endless.a.nodes.length], [{ cut: true }, MOST_READ_ON]);
  assert.deepEqual(await readOn({ a: page(0, 1, 2) }, { a: ["a"] }, async () => ({ error: "offline" })), { cut: true, error: "offline" });
});

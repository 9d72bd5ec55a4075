import assert from "node:assert/strict";
import { test } from "node:test";

import { differencesOf } from "./differences.ts";

const told = (key: string, text: string) => ({ key, label: key.toUpperCase(), text });

test("what is the same in both states is not told", () => {
  assert.deepEqual(differencesOf([told("a", "1"), told("b", "2")], [told("a", "1"), told("b", "3")]), [{ key: "b", label: "B", then: "2", later: "3" }]);
});

test("what came is told with nothing before it, what went with nothing after it, and last", () => {
  assert.deepEqual(
    differencesOf([told("a", "1")], [told("b", "2")]).map((one) => [one.key, one.then, one.later]),
    [["b", null, "2"], ["a", "1", null]],
  );
});

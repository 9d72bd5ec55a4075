import assert from "node:assert/strict";
import { test } from "node:test";

import dayjs from "dayjs";

import { begunUnder, forget, keepUnder } from "./kept.ts";

const DAY = 86_400_000;

/** A store of texts as a browser has one. */
function store(given: Record<string, string> = {}): Storage {
  const texts = new Map(Object.entries(given));
  return { getItem: (name: string) => texts.get(name) ?? null, setItem: (name: string, text: string) => void texts.set(name, text), removeItem: (name: string) => void texts.delete(name), get length() { return texts.size; } } as unknown as Storage;
}

test("what was typed is there again as it was: texts, numbers, days and lists, and what was left empty is not", () => {
  const device = store();
  keepUnder(device, "one", { text: "2024-06-03", many: 3, none: undefined, day: dayjs("2024-06-03"), rows: [{ indicator: "Z01", yes: false }, {}] }, 5);
  const found = begunUnder(device, "one", 6);
  assert.equal(found?.at, 5);
  const { day, ...rest } = found?.values ?? {};
  assert.ok(dayjs.isDayjs(day) && day.isSame("2024-06-03", "day"));
  assert.deepEqual(rest, { text: "2024-06-03", many: 3, rows: [{ indicator: "Z01", yes: false }, {}] });
});

test("a form has only what was typed under its own name, until it is sent or a month is over", () => {
  const device = store();
  keepUnder(device, "one", { text: "a" }, 0);
  assert.equal(begunUnder(device, "other", 0), undefined);
  assert.equal(begunUnder(device, "one", 31 * DAY), undefined);
  assert.equal(device.length, 0);
  keepUnder(device, "one", { text: "a" }, 0);
  forget(device, "one");
  assert.equal(begunUnder(device, "one", 0), undefined);
});

test("a text that cannot be read is none, and a full device stops nobody", () => {
  const device = store({ "zhenduan.form one": "{" });
  assert.equal(begunUnder(device, "one", 0), undefined);
  const full = { setItem: () => { throw new Error("full"); } } as unknown as Storage;
  assert.doesNotThrow(() => keepUnder(full, "one", { text: "a" }, 0));
});

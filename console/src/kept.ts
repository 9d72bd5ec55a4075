/** What a person typed in a form and has not sent: on the device, under the person and what the form is about, for a month. */

import dayjs, { type Dayjs } from "dayjs";

const BEFORE = "zhenduan.form ";
const LONGEST = 30 * 86_400_000;

export interface Begun {
  at: number;
  values: Record<string, unknown>;
}

/** Values of a form as a text; a day is told from a text that looks like one. */
export function packed(value: unknown): unknown {
  if (dayjs.isDayjs(value)) return { day: (value as Dayjs).toISOString() };
  if (Array.isArray(value)) return { list: value.map(packed) };
  if (value !== null && typeof value === "object") return { of: Object.fromEntries(Object.entries(value).map(([key, one]) => [key, packed(one)])) };
  return value ?? null;
}

/** The values that a text was made of; what was empty is left out. */
export function unpacked(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value ?? undefined;
  if ("day" in value) return dayjs(value.day as string);
  if ("list" in value) return (value.list as unknown[]).map(unpacked);
  return Object.fromEntries(Object.entries((value as { of: object }).of).map(([key, one]) => [key, unpacked(one)]).filter(([, one]) => one !== undefined));
}

/** What was begun under a name, if it is not too old; a text that cannot be read is none. */
export function begunUnder(store: Storage, name: string, now: number): Begun | undefined {
  try {
    const found = JSON.parse(store.getItem(BEFORE + name) ?? "null") as { at: number; values: unknown } | null;
    if (found === null) return undefined;
    if (now - found.at <= LONGEST) return { at: found.at, values: unpacked(found.values) as Record<string, unknown> };
  } catch {
    // of another version of the program
  }
  store.removeItem(BEFORE + name);
  return undefined;
}

/** Keeps what stands in a form, if there is room for it. */
export function keepUnder(store: Storage, name: string, values: object, now: number): void {
  try {
    store.setItem(BEFORE + name, JSON.stringify({ at: now, values: packed(values) }));
  } catch {
    // the device is full: the form goes on as it is
  }
}

export const forget = (store: Storage, name: string): void => store.removeItem(BEFORE + name);

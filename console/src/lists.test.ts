import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

/** Parts of the library in which things stand one below the other. */
const BARE = /<(Table|List|Timeline|Tree|Transfer|Collapse)\b/g;
/** Ours, which order, narrow, page and export what they show. */
const OURS = /<(PagedTable|PagedList|SheetTable|SheetList)\b/g;

/** Pages in which something stands one below the other by other means, each with its reason. */
const EXCEPTIONS: Record<string, string> = {
  "directory.tsx Timeline": "the moves of one provider, which are read in their order",
  "draft-changes.tsx List": "what its author has gathered and not saved yet",
  "due.tsx List": "at most seven ways to other pages",
  "follow-up.tsx Timeline": "the months of one follow-up, which are read in their order",
  "home.tsx List": "invitations that wait for an answer, which are listed with their sessions",
  "past.tsx Timeline": "entries between two moments, which the trail lists",
  "peers.tsx Table": "seven bars, drawn",
  "sampling.tsx Collapse": "the last twelve draws, a month each, every one with its table",
  "standards.tsx Collapse": "parts of the standard, every one with its table",
  "visits.tsx Timeline": "who signed in to one visit, which are two or three people",
};

const pages = new URL("pages/", import.meta.url);
const sources = readdirSync(pages).filter((name) => name.endsWith(".tsx")).map((name) => [name, readFileSync(new URL(name, pages), "utf8")] as const);

test("every list of the console orders, narrows, pages and exports, or stands in a short list with its reason", () => {
  const found = sources.flatMap(([name, source]) => [...source.matchAll(BARE)].map(([, part]) => `${name} ${part}`));
  assert.deepEqual([...new Set(found)].sort(), Object.keys(EXCEPTIONS).sort());
  assert.ok(sources.filter(([, source]) => OURS.test(source)).length > 50);
});

test("a list whose pages are not put together says why", () => {
  const apart = sources.flatMap(([name, source]) => [...source.matchAll(/byPage="([^"]*)"/g)].map(([, why]) => [name, why]));
  assert.deepEqual(apart, [["matching.tsx", "names of firms and providers are asked for by page"]]);
});

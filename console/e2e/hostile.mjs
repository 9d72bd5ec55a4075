// Whatever text stands in an answer stays a text: each one that the console asks for comes back with a tag behind it, or as a link that would run, and the pages of every kind of role are opened on that.
import { readFileSync } from "node:fs";

import { buildSchema, getNamedType, getNullableType, isEnumType, isListType, isObjectType, parse } from "graphql";

import { go, journey, settled, signIn, tab } from "./browser.mjs";

const TAG = '"><img src=x onerror=window.ran=1>';
const RUNS = "javascript:window.ran=1";
const ROLES = ["city", "enterprise", "provider", "arbiter", "district", "diagnostician", "marker", "supplier", "bank", "auditor"];
/** Pages that more than one role has and that are others for each: they are opened as each of these. */
const OF_EACH = { diagnostician: ["/certificates", "/exams"], marker: ["/selection"], enterprise: ["/", "/diagnoses", "/campaigns", "/sessions", "/results", "/supply", "/policies", "/signals", "/feedback", "/proceedings"], provider: ["/", "/diagnoses", "/selection", "/ratings", "/signals", "/supply", "/feedback"], district: ["/steering", "/policies"] };
const WITH_CASES = ["enterprise", "provider", "auditor"];
const NOT_PRESSED = /导出|下载|打印|保存|退出|重试|English|深色|浅色|切换|上一页|下一页|全部列出|eye|返回/;
const OPENED_AT_MOST = 6;

const schema = buildSchema(readFileSync(new URL("../../graphql/schema.graphql", import.meta.url), "utf8"));
const texts = JSON.parse(readFileSync(new URL("../src/gql/persisted-documents.json", import.meta.url), "utf8"));
const operations = new Map(Object.entries(texts).map(([id, text]) => [id, parse(text).definitions[0]]));

const isLink = (name, value) => /(url|link|path)$/i.test(name) || (typeof value === "string" && /^(https?:\/)?\//.test(value));
const hostile = (name, value) => (Array.isArray(value) ? value.map((one) => hostile(name, one)) : isLink(name, value) ? RUNS : `${value ?? ""}${TAG}`);

const PLAIN = { String: "", ID: "example/1", Int: 1, Float: 1.5, Boolean: true, Decimal: "1.5", Date: "2026-01-05", DateTime: "2026-01-05T01:00:00Z" };
const NO_MORE = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };

/** Something of a type, with each field that is selected: what a city without it would never show. */
function made(type, selections) {
  const named = getNamedType(type);
  if (isListType(getNullableType(type))) return [made(named, selections)];
  if (isEnumType(named)) return named.getValues()[0].name;
  if (named.name === "PageInfo") return NO_MORE;
  if (!isObjectType(named)) return PLAIN[named.name] ?? null;
  return Object.fromEntries(selections.filter((one) => one.kind === "Field" && one.name.value !== "__typename").map((one) => [(one.alias ?? one.name).value, made(named.getFields()[one.name.value].type, one.selectionSet?.selections)]));
}

/** Goes through what was selected, with what was answered to it where anything was: each text is reported, and put in place of itself as `each` says. What is empty is given something first. */
function walked(selections, type, value, each) {
  for (const one of selections) {
    if (one.kind === "InlineFragment") {
      walked(one.selectionSet.selections, schema.getType(one.typeCondition.name.value), value, each);
      continue;
    }
    const [name, key] = [one.name.value, (one.alias ?? one.name).value];
    if (name === "__typename" || (value && !(key in value))) continue;
    const of = type.getFields()[name].type;
    const inner = getNamedType(of);
    if (inner.name === "String" && type.name !== "PageInfo") each(`${type.name}.${name}`, value, key);
    if (!one.selectionSet) continue;
    if (value && isObjectType(inner) && (value[key] === null || value[key]?.length === 0)) value[key] = made(of, one.selectionSet.selections);
    if (!value) walked(one.selectionSet.selections, inner, undefined, each);
    else for (const within of [value[key]].flat(9)) if (within) walked(one.selectionSet.selections, inner, within, each);
  }
}

const [asked, changed, selected] = [new Set(), new Set(), new Set()];
for (const one of operations.values()) if (one.operation === "query") walked(one.selectionSet.selections, schema.getQueryType(), undefined, (field) => selected.add(field));

/** What the server says, with every text of it changed; nothing is written. */
async function changing(route) {
  const sent = route.request().postDataJSON();
  const operation = operations.get(sent?.documentId);
  if (!operation) return route.continue();
  if (operation.operation !== "query") return route.fulfill({ json: { data: null, errors: [{ message: "试验中不予提交。", extensions: { code: "HELD_BACK" } }] } });
  const plain = JSON.parse(JSON.stringify(sent), (_, value) => (typeof value === "string" ? value.replaceAll(TAG, "").replaceAll(RUNS, "") : value));
  const response = await route.fetch({ postData: plain });
  const answer = await response.json();
  if (answer.data) {
    asked.add(operation.name.value);
    walked(operation.selectionSet.selections, schema.getQueryType(), answer.data, (field, value, key) => {
      changed.add(field);
      value[key] = hostile(key, value[key]);
    });
  }
  await route.fulfill({ response, json: answer });
}

const found = [];
let shown = 0;
async function look(page, where) {
  const { ran, made, seen } = await page.evaluate(
    ([tag]) => ({
      ran: "ran" in window,
      made: [...document.querySelectorAll('img[src="x"], [onerror], [href^="javascript:" i], [src^="javascript:" i], [action^="javascript:" i]')].map((one) => one.outerHTML.slice(0, 160)),
      seen: document.body.innerText.split(tag).length - 1,
    }),
    [TAG],
  );
  shown += seen;
  if (ran || made.length) found.push([where, ran, ...made]);
}

/** Looks behind each part of a page, and at what opens beside it: in a table, what one of its rows opens. Where its links lead within it, and to the past, is told. */
async function opened(page, role, path) {
  await go(page, path);
  await look(page, `${role}${path}`);
  const ways = await page.locator(`#content td a[href^="#${path}?"], #content a[href^="#/trail/past"]`).evaluateAll((links) => links.map((one) => one.getAttribute("href").slice(1)));
  for (const part of await page.locator("#content [role=tab]:not([aria-selected=true])").all()) {
    await part.click({ timeout: 2_000 }).catch(() => undefined);
    await settled(page);
    await look(page, `${role}${path} ${await part.innerText().catch(() => "")}`);
  }
  const pressed = new Set();
  for (let turn = 0; turn < OPENED_AT_MOST; turn += 1) {
    const buttons = await page.locator("#content button:visible").evaluateAll((all) => all.map((one) => [one.innerText.trim(), one.closest("td")?.cellIndex ?? one.innerText.trim().slice(0, 4)]));
    const at = buttons.findIndex(([text, key]) => text && !NOT_PRESSED.test(text) && !pressed.has(key));
    if (at < 0) break;
    pressed.add(buttons[at][1]);
    await page.locator("#content button:visible").nth(at).click({ timeout: 2_000 }).catch(() => undefined);
    await settled(page);
    await look(page, `${role}${path} ${buttons[at][0]}`);
    if (await page.locator(".ant-modal-wrap:visible, .ant-drawer-open").count()) await page.keyboard.press("Escape");
    if (!page.url().includes(path.split("?")[0])) await go(page, path);
  }
  return ways;
}

/** Cases as a role meets them: its first, and the first whose report stands; what is told of them at two moments. */
async function casesOf(page) {
  await go(page, "/diagnoses");
  const links = page.locator("tr.ant-table-row").filter({ has: page.locator(".ant-tag", { hasText: /已确认|已出具报告/ }) }).locator("a");
  const found = [page.locator("table a").first(), links.first()];
  const hrefs = [];
  for (const one of found) if (await one.count()) hrefs.push((await one.getAttribute("href")).slice(1));
  return new Set(hrefs);
}

await journey(async (browser) => {
  const visited = new Set();
  for (const role of ROLES) {
    const [page, context] = await tab(browser, { bypassCSP: true });
    await signIn(page, role);
    await context.route("**/graphql", changing);
    await page.reload(); // who is signed in, too
    await settled(page);
    const paths = await page.locator("nav a").evaluateAll((links) => links.map((one) => one.getAttribute("href").slice(1)));
    const wanted = paths.filter((path) => !visited.has(path) || OF_EACH[role]?.includes(path));
    if (WITH_CASES.includes(role)) wanted.push(...(await casesOf(page)));
    for (const path of wanted) {
      visited.add(path);
      const begun = Date.now();
      const ways = await opened(page, role, path);
      for (const way of ways) {
        const kind = way.replace(/=.*/, "");
        if (visited.has(kind)) continue;
        visited.add(kind);
        await opened(page, role, way);
      }
      if (process.env.TIMES) console.error(role, path, Date.now() - begun);
    }
    await context.close();
  }
  const unasked = [...operations.values()].filter((one) => one.operation === "query" && !asked.has(one.name.value)).map((one) => one.name.value);
  return { found, shown, visited: visited.size, unasked, changed: changed.size, unseen: [...selected].filter((one) => !changed.has(one)) };
});

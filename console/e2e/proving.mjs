// An auditor downloads a dossier and has it checked in the browser; one altered letter is told. Then anyone, without signing in.
import { readFileSync, writeFileSync } from "node:fs";

import { accessible, go, journey, shot, signIn, tab, URL_OF } from "./browser.mjs";

const key = process.env.LOG_KEY;
const folder = process.env.FOLDER;

await journey(async (browser) => {
  const [page] = await tab(browser);
  await signIn(page, "auditor");
  await go(page, "/diagnoses");
  await page.getByLabel("按状态筛选").click();
  await page.getByTitle("已确认").click();
  await page.keyboard.press("Escape");
  const confirmed = page.getByRole("row", { name: /已确认/ }).first();
  await confirmed.getByRole("link").click();
  await page.getByRole("tab", { name: "报告" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "下载卷宗" }).click()]);
  const file = `${folder}/grade.dossier.json`;
  await download.saveAs(file);

  const checked = async (path) => {
    await go(page, "/dossier");
    await page.reload();
    await page.locator("#log-key").fill(key);
    await page.locator("input[type=file]").setInputFiles(path);
    await page.getByRole("button", { name: /^核\s?验$/ }).click();
    const said = page.locator(".ant-alert").filter({ hasText: "核验" }).last();
    await said.waitFor();
    return said.innerText();
  };
  const whole = await checked(file);
  const about = await page.locator(".ant-descriptions").innerText();
  const raw = (await page.locator("tbody").allInnerTexts()).join(" ").match(/\.v\d|[0-9a-f]{8}-[0-9a-f]{4}/g) ?? [];
  await shot(page, "dossier");
  const text = readFileSync(file, "utf8");
  const at = text.indexOf('"content": "') + 200;
  writeFileSync(`${folder}/altered.json`, text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1));
  const altered = await checked(`${folder}/altered.json`);

  // a checkpoint that was kept is held against the log of now; one of another log is told
  await go(page, "/checkpoint");
  const [note] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "保存检查点" }).click()]);
  await note.saveAs(`${folder}/checkpoint.txt`);
  const against = async (path) => {
    await page.reload();
    await page.locator("#log-key").fill(key);
    await page.locator("input[type=file]").setInputFiles(path);
    await page.getByRole("button", { name: /^核\s?验$/ }).click();
    const said = page.locator(".ant-alert-success, .ant-alert-error");
    await said.waitFor();
    return said.innerText();
  };
  const continued = await against(`${folder}/checkpoint.txt`);
  await accessible(page, "checkpoint");
  await shot(page, "checkpoint");
  writeFileSync(`${folder}/forged.txt`, readFileSync(`${folder}/checkpoint.txt`, "utf8").replace(/\n(\d+)\n/, "\n1$1\n"));
  const forged = await against(`${folder}/forged.txt`);

  // the public page, for a certificate that the city's list shows
  const [city] = await tab(browser);
  await signIn(city, "city");
  await go(city, "/certificates");
  const number = await city.locator("td").filter({ hasText: /^ZDS-/ }).first().innerText();
  const [stranger] = await tab(browser);
  let bytes = 0;
  stranger.on("response", async (response) => { bytes += Number(response.headers()["content-length"] ?? 0); });
  await stranger.goto(`${URL_OF}/verify?number=${number}`);
  await stranger.locator("dl").waitFor();
  const certificate = await stranger.locator("section").first().innerText();
  await accessible(stranger, "verify");
  await shot(stranger, "verify");
  await stranger.locator("#file").setInputFiles(file);
  await stranger.locator("#key").fill(key);
  await stranger.getByRole("button", { name: "核验" }).last().click();
  await stranger.locator(".good").last().waitFor();
  return { about, raw, number, whole, altered, continued, forged, certificate, bytes, dossier: await stranger.locator("section").last().innerText() };
});

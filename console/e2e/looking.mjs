// A diagnostician looks at what supports an answer beside the answer: a picture, a PDF and a text; the firm looks at the same, and nothing of it runs.
import { writeFileSync } from "node:fs";

import { accessible, go, journey, settled, shot, signIn, tab } from "./browser.mjs";

const named = (name) => `${process.env.FOLDER}/${name}`;
const now = Date.now();
const SAID = `设备,状态\n示例设备 ${now},联网\n`;
const OLD = Buffer.from([0xc9, 0xe8, 0xb1, 0xb8, 0x2c, 0xc1, 0xaa, 0xcd, 0xf8, 0x0a]); // the same words as an older spreadsheet writes them
const drawn = `BT /F1 24 Tf 40 120 Td (Ledger ${now}) Tj ET`;
const PDF = `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n4 0 obj<</Length ${drawn.length}>>stream\n${drawn}\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`;

await journey(async (browser) => {
  const [page] = await tab(browser);
  await signIn(page, "diagnostician");
  await page.locator("h1").evaluate((one, at) => one.append(at), now);
  writeFileSync(named(`现场${now}.png`), await page.screenshot({ clip: { x: 208, y: 0, width: 640, height: 200 } }));
  writeFileSync(named(`记录${now}.pdf`), PDF);
  writeFileSync(named(`台账${now}.txt`), `${SAID}<img src=x onerror="alert(1)">`);
  writeFileSync(named(`旧台账${now}.csv`), Buffer.concat([OLD, Buffer.from(`${now}\n`)]));
  const files = [`现场${now}.png`, `记录${now}.pdf`, `台账${now}.txt`, `旧台账${now}.csv`];
  await go(page, "/diagnoses");
  await page.locator("tr.ant-table-row").filter({ has: page.locator(".ant-tag", { hasText: /^诊断中$/ }) }).first().getByRole("link").click();
  await page.getByRole("tab", { name: "问卷" }).click();
  const card = page.locator(".indicator").filter({ has: page.getByRole("radio") }).first();
  for (const file of files) {
    await card.locator("input[type=file]").setInputFiles(named(file));
    await card.getByRole("button", { name: new RegExp(`^(eye )?${file}$`) }).waitFor();
  }
  const look = (file) => card.getByRole("button", { name: new RegExp(`^(eye )?${file}$`) }).click();

  await look(`现场${now}.png`);
  const picture = card.getByRole("img", { name: `现场${now}.png` });
  await picture.waitFor();
  const width = await picture.evaluate((one) => one.decode().then(() => one.naturalWidth));
  const [answer, beside] = await Promise.all([card.locator("fieldset").boundingBox(), picture.boundingBox()]);
  await accessible(page, "evidence-picture");
  await shot(page, "evidence-picture");

  await look(`旧台账${now}.csv`);
  const old = await card.locator("pre").innerText();
  await look(`台账${now}.txt`);
  await card.locator("pre", { hasText: "示例设备" }).waitFor();
  const text = await card.locator("pre").innerText();
  await accessible(page, "evidence-text");
  await shot(page, "evidence-text");

  await look(`记录${now}.pdf`);
  const frame = card.locator("iframe");
  await frame.waitFor();
  await settled(page);
  await page.waitForTimeout(1500);
  await shot(page, "evidence-pdf");
  const shows = await frame.getAttribute("src");
  const [download] = await Promise.all([page.waitForEvent("download"), card.getByRole("button", { name: `下载 记录${now}.pdf` }).click()]);
  await look(`记录${now}.pdf`);
  const away = await frame.count();

  const [firm] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(firm, "enterprise");
  await firm.getByRole("link", { name: /继续填报/ }).first().click();
  const asked = firm.locator(".indicator").first();
  await asked.locator("input[type=file]").setInputFiles(named(`台账${now}.txt`));
  await asked.getByRole("button", { name: `台账${now}.txt` }).first().click();
  await asked.locator("pre", { hasText: "示例设备" }).waitFor();
  await accessible(firm, "evidence-phone");
  await shot(firm, "evidence-phone");
  const wide = await firm.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  return { width, beside: beside.x > answer.x + answer.width / 2, old, text, shows: shows.startsWith("blob:"), away, wide, kept: download.suggestedFilename() === `记录${now}.pdf` };
});

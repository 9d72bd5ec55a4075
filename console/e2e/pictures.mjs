// A picture of the page that each role looks at first, light, small enough to lie beside the words: docs/roles/pictures/<role page>-<page>.webp.
import { writeFileSync } from "node:fs";

import { go, journey, signIn, tab, URL_OF } from "./browser.mjs";

const PICTURES = [
  ["auditor", "auditor", "/trail"],
  ["bank", "bank", "/enterprises"],
  ["city", "city", "/standards"],
  ["diagnostician", "diagnostician", "/diagnoses"],
  ["district", "district", "/steering"],
  ["enterprise", "enterprise", "/policies"],
  ["expert", "arbiter", "/arbitrations"],
  ["group", "group", "/coverage"],
  ["marker", "marker", "/selection"],
  ["partner", null, "/webhooks"],
  ["platform", "operator", "/rules"],
  ["provider", "provider", "/ratings"],
  ["public", null, "/directory"],
  ["subdistrict", "subdistrict", "/coverage"],
];
const TABS = { "/standards": "?tab=revisions" };
const LARGEST = 60_000;
const SCALE = 0.75;

/** The picture as WebP, at the best of a few qualities that stays small. */
async function small(page, png) {
  const found = await page.evaluate(
    async ([data, scale, largest]) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const canvas = new OffscreenCanvas(image.width * scale, image.height * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      for (const quality of [0.9, 0.8, 0.7, 0.5]) {
        const blob = await canvas.convertToBlob({ type: "image/webp", quality });
        if (blob.size <= largest) return Array.from(new Uint8Array(await blob.arrayBuffer()));
      }
      return null;
    },
    [png.toString("base64"), SCALE, LARGEST],
  );
  if (!found) throw new Error("a picture stays too large");
  return Buffer.from(found);
}

await journey(async (browser) => {
  const blank = await browser.newPage();
  const sizes = {};
  for (const [document, role, path] of PICTURES) {
    const [page, context] = await tab(browser, { colorScheme: "light", viewport: { width: 1280, height: 860 }, reducedMotion: "reduce" });
    if (role) await signIn(page, role);
    else if (document === "partner") {
      await page.goto(`${URL_OF}/`);
      await page.getByRole("button", { name: "以合作方密钥进入" }).click();
      await page.getByLabel("合作方密钥").fill(process.env.PARTNER_KEY);
      await page.locator("button[type=submit]").click();
      await page.locator("#content").waitFor({ state: "attached" });
    }
    await go(page, path + (TABS[path] ?? ""));
    await page.waitForTimeout(1_500); // charts draw themselves
    const picture = await small(blank, await page.screenshot());
    const name = `${document}-${path.slice(1)}.webp`;
    writeFileSync(`${process.env.PICTURES}/${name}`, picture);
    sizes[name] = picture.length;
    await context.close();
  }
  return { sizes };
});

// What each role does first, without a mouse: past the menu, to a page, into a form that opens beside it and back to where it was opened, each stop to be seen.
import { go, journey, settled, signIn, tab } from "./browser.mjs";

const MOST_STOPS = 90;
const unseen = new Set(); // stops that look as if they had no focus

/** What has the focus, and whether that is to be seen: by an outline or a shadow of its own, or of the field that it lies in. */
const focused = (page) =>
  page.evaluate(() => {
    const one = document.activeElement;
    const lies = [one, one.closest(".ant-input-affix-wrapper, .ant-select, .ant-picker, .ant-radio, .ant-radio-wrapper, .ant-checkbox, .ant-checkbox-wrapper, .ant-upload, .ant-segmented-item, .ant-tabs-tab, .ant-input-number"), one.nextElementSibling].filter(Boolean);
    const shows = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    return { body: one === document.body, text: (one.getAttribute("aria-label") ?? one.innerText ?? one.id).trim().slice(0, 40), html: one.outerHTML.slice(0, 120), seen: lies.some((each) => shows(getComputedStyle(each))) };
  });

/** Goes on by the tab key until something has the focus; how many stops that took. */
async function reach(page, wanted) {
  for (let stops = 1; stops <= MOST_STOPS; stops += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    if (!at.seen && !at.body) unseen.add(at.html);
    if (await wanted.evaluate((one) => one === document.activeElement)) return stops;
  }
  throw new Error(`${wanted} is not reached by keyboard`);
}

/** Past the menu: the first stop of every page. */
async function skip(page) {
  await page.locator("a.skip").focus();
  await page.keyboard.press("Enter");
  return page.evaluate(() => document.activeElement.id);
}

/** Opens what lies beside a page and leaves it by its key: whether the focus went in, and came back. */
async function beside(page, button, opened) {
  await page.keyboard.press("Enter");
  await opened.waitFor();
  await settled(page);
  const inside = await opened.evaluate((one) => one.contains(document.activeElement));
  await page.keyboard.press("Escape");
  await opened.waitFor({ state: "hidden" });
  await page.waitForTimeout(100); // it is given back once what closed is gone
  return [inside, await button.evaluate((one) => one === document.activeElement)];
}

async function on(browser, role, path) {
  const [page] = await tab(browser);
  await signIn(page, role);
  if (path) await go(page, path);
  return page;
}

await journey(async (browser) => {
  const city = await on(browser, "city", "/directory");
  const at = city.url();
  const skipped = [await skip(city), city.url() === at];
  const row = city.locator("tr.ant-table-row button").first();
  await reach(city, row);
  const drawer = await beside(city, row, city.locator(".ant-drawer-right.ant-drawer-open"));
  await go(city, "/coverage");
  await skip(city);
  const target = city.getByRole("button", { name: "设定目标" });
  await reach(city, target);
  const modal = await beside(city, target, city.locator(".ant-modal").last());

  const district = await on(browser, "district");
  await skip(district);
  await reach(district, district.locator("a[href='#/diagnoses?overdue']"));
  await district.keyboard.press("Enter");
  await settled(district);
  await skip(district);
  const held = district.getByRole("checkbox", { name: "只看被门槛压档" });
  await reach(district, held);
  await district.keyboard.press("Space");
  await settled(district);
  const narrowed = district.url().split("?")[1];

  const auditor = await on(browser, "auditor");
  await reach(auditor, auditor.getByRole("link", { name: "卷宗核验" }).first());
  await auditor.keyboard.press("Enter");
  await settled(auditor);
  await skip(auditor);
  await reach(auditor, auditor.locator("#log-key"));
  await auditor.keyboard.type("key");
  const upload = await reach(auditor, auditor.locator("#content .ant-upload button"));

  const provider = await on(browser, "provider");
  await skip(provider);
  await reach(provider, provider.locator("#content a[href*='/diagnoses/']").first());
  await provider.keyboard.press("Enter");
  await settled(provider);
  const opened = provider.url().split("#")[1].split("/")[1];

  const firm = await on(browser, "enterprise");
  await skip(firm);
  await reach(firm, firm.getByRole("link", { name: /继续填报/ }).first());
  await firm.keyboard.press("Enter");
  await settled(firm);
  await skip(firm);
  const level = firm.locator("#content input[type=radio]").first();
  await reach(firm, firm.locator("#content input[type=radio]:checked").or(level).first());
  const radio = await firm.evaluate(() => document.activeElement.type);
  return { skipped, drawer, modal, upload: upload <= 3, narrowed, opened, radio, unseen: [...unseen] };
});

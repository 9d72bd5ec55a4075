// What a firm cannot answer yet is marked with why, found again by it and by a colleague, named when the self-assessment is handed in too early, and unmarked.
import { accessible, chooseAt, go, journey, settled, shot, signIn, tab } from "./browser.mjs";

const deferred = (page) => page.getByRole("checkbox", { name: /^只看未答的 \d+ 项/ });
const waiting = async (page) => {
  await settled(page);
  const [label] = await page.locator("label", { has: deferred(page) }).allInnerTexts();
  return Number(/待填 (\d+) 项/.exec(label ?? "")?.[1] ?? 0);
};
const opened = async (page, path) => {
  await go(page, path);
  await page.locator(".indicator").first().waitFor();
};

await journey(async (browser) => {
  const [firm] = await tab(browser);
  await signIn(firm, "enterprise");
  const path = (await firm.getByRole("link", { name: /继续填报/ }).first().getAttribute("href")).slice(1).split("?")[0] + "?tab=questionnaire";
  await opened(firm, path);
  const before = await waiting(firm);
  const open = firm.locator(".indicator").filter({ has: firm.getByRole("group", { name: /^暂不填写/ }) }).filter({ hasNot: firm.getByRole("checkbox", { name: /暂不清楚|稍后再填/, checked: true }) });
  for (let section = 0; section < 6 && !(await open.count()); section += 1) await chooseAt(firm, firm.getByLabel("部分", { exact: true }), { at: section });
  const id = await open.first().getAttribute("id");
  const card = (page) => page.locator(`[id="${id}"]`);
  const mark = (page, name) => card(page).getByRole("checkbox", { name });
  await mark(firm, "暂不清楚").check();
  await firm.getByText(`其中待填 ${before + 1} 项`).waitFor();

  // a colleague finds it, says that it is for later, and the firm sees that after loading the page anew
  const [colleague] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(colleague, "filler");
  await opened(colleague, path);
  await deferred(colleague).check();
  const listed = await waiting(colleague);
  await accessible(colleague, "deferred-phone");
  await shot(colleague, "deferred-phone");
  await mark(colleague, "稍后再填").check();
  await settled(colleague);
  await firm.reload();
  await firm.locator(".indicator").first().waitFor();
  await deferred(firm).check();
  const later = [await mark(firm, "稍后再填").isChecked(), await mark(firm, "暂不清楚").isChecked()];
  await accessible(firm, "deferred");

  // handed in too early: what is missing is refused, and the marks are named beside it
  await firm.getByRole("button", { name: "提交自评" }).click();
  const early = await firm.locator(".ant-modal-confirm").innerText();
  await shot(firm, "deferred-early");
  await firm.getByRole("button", { name: /^取\s?消$/ }).click();

  await mark(firm, "稍后再填").click();
  await settled(firm);
  return { id, marked: listed - before, later, early, left: (await waiting(firm)) - before };
});

// A firm fills in a section: saved by itself, kept without a network, and never written over what a colleague wrote meanwhile.
import { go, journey, pageOf, shot, signIn, tab } from "./browser.mjs";

const questionnaire = async (page) => {
  await go(page, "/");
  const path = (await page.getByRole("link", { name: /继续填报/ }).first().getAttribute("href")).slice(1);
  await go(page, `${path}&section=D1`);
  await page.locator(".indicator").first().waitFor();
};
const card = (page, id) => page.locator(`#${id}`);
const level = (page, id, number) => card(page, id).getByRole("radio", { name: new RegExp(`^${number} 级`) });

const saved = (page, id) => card(page, id).getByText("已保存", { exact: true }).waitFor();

await journey(async (browser) => {
  const [page, context] = await tab(browser);
  await signIn(page, "enterprise");
  await questionnaire(page);

  await level(page, "Z04", 4).check();
  await saved(page, "Z04");
  await questionnaire(page);
  const reread = await level(page, "Z04", 4).isChecked();

  await context.setOffline(true);
  await level(page, "Z04", 3).check();
  await card(page, "Z04").getByText("已存在本机").waitFor();
  await shot(page, "offline");
  await context.setOffline(false);
  await saved(page, "Z04");
  await questionnaire(page);
  const afterwards = await level(page, "Z04", 3).isChecked();

  // the same person in a second tab, who has not seen the first one's change
  const other = await pageOf(context);
  await questionnaire(other);
  await level(page, "Z04", 2).check();
  await saved(page, "Z04");
  await level(other, "Z04", 5).check();
  await card(other, "Z04").getByText("他人已改动").waitFor();
  await shot(other, "conflict");
  await card(other, "Z04").getByRole("button", { name: "采用对方的" }).click();
  const theirs = await level(other, "Z04", 2).isChecked();

  // what is not applicable needs its reason before it is sent, and texts are texts
  await card(page, "Z06").getByText("不适用", { exact: true }).click();
  await page.waitForTimeout(2500);
  const begun = await card(page, "Z06").getByText("填写中").count();
  await card(page, "Z06").getByLabel("不适用的理由").fill('<img src=x onerror="alert(1)">');
  await saved(page, "Z06");
  await questionnaire(page);
  const reason = await card(page, "Z06").getByLabel("不适用的理由").inputValue();
  return { saved: reread, afterwards, theirs, begun, reason };
});

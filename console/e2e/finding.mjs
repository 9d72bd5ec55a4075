// As newcomers find it, with what is on the screen alone: why a provider is suspended, why a grade is held back, filling in, and checking a dossier. How many clicks and seconds each takes from where one lands.
import { accessible, journey, settled, shot, signIn, tab, URL_OF } from "./browser.mjs";

/** What a person does, counted from where one lands: each thing pressed, chosen or filled in. */
function begun() {
  const since = Date.now();
  let steps = 0;
  const does = async (what) => {
    steps += 1;
    return what;
  };
  return { press: async (one) => does(await one.click()), fill: async (one, text) => does(await one.fill(text)), file: async (one, path) => does(await one.setInputFiles(path)), told: () => ({ steps, seconds: Math.round((Date.now() - since) / 1000) }) };
}

await journey(async (browser) => {
  const taken = {};
  const [anyone] = await tab(browser, { viewport: { width: 1280, height: 1400 } });
  await anyone.goto(`${URL_OF}/`);
  const asking = begun();
  await asking.press(anyone.getByRole("link", { name: /不登录也可查看/ }).first());
  await settled(anyone);
  await asking.press(anyone.locator("tr.ant-table-row", { has: anyone.locator(".ant-tag", { hasText: /^暂停$/ }) }).getByRole("button").first());
  const suspended = await anyone.locator(".ant-drawer .ant-alert").first().innerText();
  taken.suspended = asking.told();
  const moves = await anyone.locator(".ant-drawer .ant-timeline-item").count();
  await shot(anyone, "finding-suspended");

  const [auditor] = await tab(browser);
  await signIn(auditor, "auditor");
  const looking = begun();
  await looking.press(auditor.getByRole("link", { name: "诊断", exact: true }));
  await looking.press(auditor.getByRole("checkbox", { name: "只看被门槛压档" }));
  await settled(auditor);
  await looking.press(auditor.locator("tr.ant-table-row a[href*='/diagnoses/']").first());
  await looking.press(auditor.getByRole("link", { name: /为何是这一档/ }));
  await settled(auditor);
  const held = await auditor.locator(".ant-alert-warning").first().innerText();
  taken.held = looking.told();
  await accessible(auditor, "held-back");
  await shot(auditor, "finding-held-back");

  // its dossier, checked where it is read; the key is published elsewhere
  const checking = begun();
  await checking.press(auditor.getByRole("tab", { name: "报告" }));
  const [download] = await Promise.all([auditor.waitForEvent("download"), checking.press(auditor.getByRole("button", { name: "下载卷宗" }).first())]);
  await download.saveAs(`${process.env.FOLDER}/found.dossier.json`);
  await checking.press(auditor.getByRole("link", { name: "卷宗核验" }));
  await checking.fill(auditor.locator("#log-key"), process.env.LOG_KEY);
  await checking.file(auditor.locator("input[type=file]"), `${process.env.FOLDER}/found.dossier.json`);
  await checking.press(auditor.getByRole("button", { name: /^核\s?验$/ }));
  const dossier = await auditor.locator(".ant-alert").filter({ hasText: "核验" }).last().innerText();
  taken.dossier = checking.told();

  const [firm] = await tab(browser);
  await signIn(firm, "enterprise");
  const filling = begun();
  await filling.press(firm.getByRole("link", { name: /继续填报/ }).first());
  const open = firm.locator(".indicator").filter({ has: firm.getByRole("radio", { checked: false }) }).last();
  await filling.press(open.locator("label").filter({ has: firm.getByRole("radio", { checked: false }) }).last());
  await open.getByText("已保存", { exact: true }).waitFor();
  taken.filled = filling.told();
  return { suspended, moves, held, dossier, taken };
});

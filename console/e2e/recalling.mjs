// The auditor opens what was known of a case at two moments, moves one of them, and finds the same at the address that carries both.
import { accessible, go, journey, pageOf, settled, shot, signIn, tab } from "./browser.mjs";
import { caseOf } from "./case.mjs";

const FIRM = "示例明舟医疗器械有限公司";

await journey(async (browser) => {
  const [auditor] = await tab(browser);
  await signIn(auditor, "auditor");
  await go(auditor, await caseOf(auditor, FIRM, "已确认"));
  await auditor.getByRole("link", { name: "比较两个时点" }).click();
  await auditor.getByText("两个时点的差异").waitFor();
  const whole = await auditor.locator(".listed").allInnerTexts();
  await accessible(auditor, "past");
  await shot(auditor, "past");

  const later = auditor.getByRole("slider", { name: "较晚时点" });
  await later.focus();
  for (let step = 0; step < 3; step += 1) await auditor.keyboard.press("ArrowLeft");
  await auditor.waitForURL(/later=/);
  await auditor.getByText(/该时点之后又有 \d+ 次变更/).waitFor();
  await settled(auditor);
  const moved = await auditor.locator(".listed").allInnerTexts();
  const address = auditor.url();

  const again = await pageOf(auditor.context());
  await again.goto(address);
  await again.getByText("两个时点的差异").waitFor();
  await settled(again);
  const same = (await again.locator(".listed").allInnerTexts()).join() === moved.join();

  await go(auditor, "/trail?as-of=2024-06-30");
  await auditor.locator("tbody tr.ant-table-row").first().waitFor();
  const latest = await auditor.locator("tbody tr.ant-table-row td").first().innerText();
  await accessible(auditor, "trail-as-of");

  // the trail is searched by words of its sentences, and the address keeps them
  await go(auditor, "/trail");
  const words = auditor.getByLabel("语句中的词，以空格分开");
  await words.fill("企业负责人 提交");
  await words.press("Enter");
  await auditor.waitForURL(/text=/);
  await settled(auditor);
  const sentences = await auditor.locator("tbody tr.ant-table-row").allInnerTexts();

  const [phone] = await tab(browser, { viewport: { width: 375, height: 800 } });
  await signIn(phone, "auditor");
  await phone.goto(address);
  await phone.getByText("两个时点的差异").waitFor();
  await settled(phone);
  await accessible(phone, "past-phone");
  await shot(phone, "past-phone");
  const wide = await phone.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  return { status: whole.find((one) => one.startsWith("状态")), whole: whole.length, moved: moved.length, found: sentences.length, other: sentences.filter((one) => !/企业负责人/.test(one) || !/提交/.test(one)), same, latest, wide };
});

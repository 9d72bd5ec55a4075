// A district sees where its year ends, opens a number of its appraisal to the firms behind, reads its portrait, and finds who has no contact; a city sees them all.
import { accessible, choose, go, journey, shot, signIn, tab, URL_OF } from "./browser.mjs";

const PARTS = ["pace", "appraisal", "portrait", "uplift", "gaps"];
const LOADED = { pace: ".chart svg", appraisal: "tbody tr.ant-table-row", portrait: "tbody tr.ant-table-row", uplift: "tbody tr.ant-table-row, .ant-table-placeholder", gaps: "tbody tr.ant-table-row, .ant-empty" };

async function part(page, which) {
  await go(page, `/steering?tab=${which}`);
  await page.locator(LOADED[which]).first().waitFor();
}

await journey(async (browser) => {
  const [city] = await tab(browser, { viewport: { width: 375, height: 800 } });
  await signIn(city, "city");
  for (const which of PARTS) {
    await part(city, which);
    await accessible(city, `steering-${which}-phone`);
    await shot(city, `steering-${which}-city-phone`);
  }
  await part(city, "uplift");
  const uplift = await city.locator("tbody tr.ant-table-row", { hasText: "全市" }).first().innerText();
  const wide = await city.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

  await city.goto(`${URL_OF}/#/steering?tab=pace`);
  await city.getByRole("button", { name: "设定目标" }).click();
  const form = city.locator(".ant-modal");
  await choose(city, form.getByLabel("目标口径"), "诊断覆盖率");
  await choose(city, form.getByLabel("来源标记"), "已核对公开来源");
  await form.getByLabel("依据条款").fill("plan G2");
  await form.getByLabel("目标值").fill("120");
  await form.locator("button[type=submit]").click();
  const refused = await city.locator(".ant-notification-notice").last().innerText();
  await shot(city, "steering-target-refused-phone");
  await form.getByLabel("目标值").fill("60");
  await form.locator("button[type=submit]").click();
  await form.waitFor({ state: "hidden" });
  await city.locator("tbody tr.ant-table-row td", { hasText: /^2[5-7]\d$/ }).first().waitFor(); // 60 percent of some 441 firms
  await accessible(city, "steering-target-phone");
  await shot(city, "steering-target-phone");

  const [district] = await tab(browser, { colorScheme: "dark" });
  await signIn(district, "district");
  for (const which of PARTS) {
    await part(district, which);
    await accessible(district, `steering-${which}-dark`);
    await shot(district, `steering-${which}-district-dark`);
  }
  await district.context().close();

  const [page] = await tab(browser);
  await signIn(page, "district");
  await part(page, "pace");
  await shot(page, "steering-pace-district");
  const forecast = await page.locator("tbody tr.ant-table-row", { hasText: "合计" }).innerText();
  await part(page, "portrait");
  await page.getByRole("button", { name: "读取薄弱指标" }).click();
  await page.getByText(/尚无薄弱指标/).or(page.locator("table[aria-label=薄弱指标] tbody tr.ant-table-row")).first().waitFor();
  await shot(page, "steering-portrait-district");
  const cells = await page.locator("tbody td strong").count();
  await part(page, "appraisal");
  await shot(page, "steering-appraisal-district");
  const number = page.getByRole("button", { name: /^合计 已诊断 \d+/ });
  const counted = Number(await number.innerText());
  await number.click();
  const opened = page.locator(".ant-modal");
  await opened.locator("tbody tr.ant-table-row").first().waitFor();
  await accessible(page, "steering-appraisal-firms");
  await shot(page, "steering-appraisal-firms");
  const firms = Number(/\d+/.exec(await opened.getByText(/^共 \d+ 项/).innerText())[0]);
  await page.keyboard.press("Escape");
  await opened.waitFor({ state: "hidden" });
  await page.getByLabel("年度").fill("2031");
  await page.keyboard.press("Enter");
  await page.locator(".ant-empty").waitFor();
  const empty = await page.locator(".ant-empty").innerText();
  return { wide, uplift, refused, forecast, cells, counted, firms, empty };
});

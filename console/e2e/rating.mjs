// A rating is opened to its parts, their inputs and the facts behind, by the provider itself; its subsidy and dossiers; coverage by district; a draw is committed to in time.
import { accessible, cityDay, dated, go, journey, leave, refusal, settled, shot, signIn, tab } from "./browser.mjs";

const MONTHS = 24; // of draws that an earlier walk may have committed to

function monthAhead(ahead) {
  const [year, month] = cityDay().split("-").map(Number);
  return `${year + Math.floor((month - 1 + ahead) / 12)}-${String(((month - 1 + ahead) % 12) + 1).padStart(2, "0")}`;
}

async function ofYear(page, year) {
  await go(page, "/ratings");
  await page.getByLabel("年度").first().fill(String(year));
  await page.keyboard.press("Enter");
  await page.locator("tr.ant-table-row").first().waitFor();
}

await journey(async (browser) => {
  const [provider] = await tab(browser, { viewport: { width: 390, height: 800 } });
  await signIn(provider, "provider");
  await ofYear(provider, 2024);
  await provider.getByRole("button", { name: /^展开/ }).click();
  const form = provider.locator(".ant-modal");
  await form.getByText(/^diagnosis\//).first().waitFor();
  const facts = await form.getByText(/^diagnosis\//).count();
  const parts = await form.locator(".ant-table").first().locator("tr.ant-table-row").count();
  const reason = await form.locator("tr", { hasText: "定档理由" }).innerText();
  const printing = provider.waitForEvent("download");
  await form.getByRole("button", { name: "下载评价 PDF" }).click();
  const paper = (await printing).suggestedFilename();
  await accessible(provider, "rating-opened");
  await shot(provider, "rating-opened-phone");

  const [city] = await tab(browser);
  await signIn(city, "city");
  await ofYear(city, 2024);
  await accessible(city, "ratings");
  await shot(city, "ratings");
  await city.getByRole("button", { name: /^展开/ }).first().click();
  const saved = city.waitForEvent("download");
  await city.getByRole("button", { name: "下载评价卷宗" }).click();
  const dossier = (await saved).suggestedFilename();
  await leave(city);
  await city.getByRole("tab", { name: "年度补贴" }).click();
  await city.getByText("实付金额").first().waitFor();
  const paid = await city.getByText(/^[\d,.]+ 元$/).first().innerText();
  await accessible(city, "subsidy");
  await shot(city, "subsidy");

  await go(city, "/coverage");
  await city.locator("figure").waitFor();
  const tiles = await city.locator("figure [data-district]").count();
  await accessible(city, "coverage");
  await shot(city, "coverage");

  await go(city, "/sampling");
  if (await city.getByText("尚无抽样").count()) await accessible(city, "sampling-none"); // in a city that was walked through before there is one
  await city.getByRole("button", { name: "承诺抽样" }).click();
  await city.getByLabel("公开随机数来源").fill("福利彩票双色球当期开奖号码");
  await dated(city.getByLabel("抽样月份"), monthAhead(0));
  const said = [await refusal(city)];
  let month = "";
  for (let ahead = 1; ahead <= MONTHS && (await city.locator(".ant-modal:visible").count()); ahead += 1) {
    month = monthAhead(ahead);
    await dated(city.getByLabel("抽样月份"), month);
    await city.locator(".ant-modal button[type=submit]").click();
    await settled(city);
  }
  const drawn = city.locator(".ant-card", { hasText: month.replace("-", ".") });
  await drawn.waitFor();
  await city.locator(".ant-modal").waitFor({ state: "hidden" });
  await drawn.getByRole("button", { name: "确定抽样框" }).click();
  await dated(city.getByLabel("公开随机数产生日"), `${month}-28`);
  await city.locator(".ant-modal button[type=submit]").click();
  await city.waitForFunction(() => [...document.querySelectorAll(".ant-notification-notice")].some((one) => one.textContent.includes("抽样框")));
  said.push(await city.locator(".ant-notification-notice", { hasText: "抽样框" }).last().innerText());
  await leave(city);
  await drawn.getByText("复算脚本").click();
  await accessible(city, "sampling");
  await shot(city, "sampling");
  return { facts, parts, reason, paper, tiles, dossier, paid, late: said[0], early: said[1], script: await drawn.locator("pre").innerText() };
});

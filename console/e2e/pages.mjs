// Every page of a role opens without a fault, is usable by keyboard and screen reader, in the light, in the dark and on a phone, and is drawn as a picture where wanted.
import { everyWay, go, journey, signIn, tab } from "./browser.mjs";

const role = process.argv[2];

await journey(async (browser) => {
  const [page] = await tab(browser);
  await signIn(page, role);
  const paths = await page.locator("nav a").evaluateAll((links) => links.map((one) => one.getAttribute("href").slice(1)));
  const scope = await page.locator("header .ant-typography").first().innerText();
  const inEveryWay = everyWay(page);
  const look = async (path, name) => {
    await go(page, path);
    await inEveryWay(name);
  };
  for (const path of paths) await look(path, `${role}${path.replaceAll("/", "-")}`.replace(/-$/, ""));
  const parts = [];
  if (paths.includes("/diagnoses")) {
    await go(page, "/diagnoses");
    await page.locator("table a").or(page.locator(".ant-empty")).first().waitFor();
    const issued = page.locator("tr.ant-table-row").filter({ has: page.locator(".ant-tag", { hasText: /已确认|已出具报告/ }) }).locator("a").first();
    const first = (await issued.count()) ? issued : page.locator("table a").first();
    if (await first.count()) {
      const href = (await first.getAttribute("href")).slice(1);
      for (const part of ["overview", "questionnaire", "result", "evidence", "visits", "reports", "objections"]) {
        await look(`${href}?tab=${part}`, `${role}-case-${part}`);
        parts.push(part);
      }
    }
  }
  return { paths, parts, scope };
});

// Every page of a role opens without a fault, is usable by keyboard and screen reader, and is drawn as a picture where wanted.
import { accessible, go, journey, shot, signIn, tab } from "./browser.mjs";

const role = process.argv[2];
const given = process.argv[3] === "phone" ? { viewport: { width: 390, height: 800 } } : process.argv[3] === "dark" ? { colorScheme: "dark" } : {};
const suffix = process.argv[3] ? `-${process.argv[3]}` : "";

await journey(async (browser) => {
  const [page] = await tab(browser, given);
  await signIn(page, role);
  const paths = await page.locator("nav a").evaluateAll((links) => links.map((one) => one.getAttribute("href").slice(1)));
  for (const path of paths) {
    await go(page, path);
    const name = `${role}${path.replaceAll("/", "-")}${suffix}`.replace(/-$/, "");
    await accessible(page, name);
    await shot(page, name);
  }
  const parts = [];
  if (paths.includes("/diagnoses")) {
    await go(page, "/diagnoses");
    await page.locator("table a").or(page.locator(".ant-empty")).first().waitFor();
    const issued = page.locator("tr.ant-table-row").filter({ has: page.locator(".ant-tag", { hasText: /已确认|已出具报告/ }) }).locator("a").first();
    const first = (await issued.count()) ? issued : page.locator("table a").first();
    if (await first.count()) {
      const href = (await first.getAttribute("href")).slice(1);
      for (const part of ["overview", "questionnaire", "result", "evidence", "visits", "reports", "objections"]) {
        await go(page, `${href}?tab=${part}`);
        await accessible(page, `${role}-case-${part}${suffix}`);
        await shot(page, `${role}-case-${part}${suffix}`);
        parts.push(part);
      }
    }
  }
  return { paths, parts };
});

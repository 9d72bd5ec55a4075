// A firm objects, its provider does not uphold it, and the firm goes on to arbitration; what experts decided of another case is shown to its end.
import { accessible, go, journey, shot, signIn, tab } from "./browser.mjs";
import { caseOf, joined } from "./case.mjs";

const FIRM = "示例中孚医疗器械有限公司";
const SETTLED = "示例明舟医疗器械有限公司";

const objections = (page, href) => go(page, `${href}?tab=objections`);
const sent = (page) => page.locator(".ant-modal button[type=submit]").click();
const shut = (page) => page.locator(".ant-modal").waitFor({ state: "hidden" });

await journey(async (browser) => {
  const [district] = await tab(browser, { colorScheme: "dark" });
  await signIn(district, "district");
  const href = await caseOf(district, FIRM, "已出具报告");
  const firm = await joined(browser, district, FIRM, { viewport: { width: 375, height: 800 } });
  await objections(firm, href);
  await firm.getByRole("button", { name: "提出异议" }).click();
  await firm.getByLabel("指标").fill("Z01");
  await firm.getByLabel("理由").fill("现场未查看第二厂区的规划文件。");
  await sent(firm);
  await shut(firm);

  const [provider] = await tab(browser);
  await signIn(provider, "provider");
  await objections(provider, href);
  await provider.getByRole("button", { name: "答复异议" }).click();
  await provider.getByLabel("理由").fill("所附文件不足以证明，维持核验结果。");
  await sent(provider);
  await shut(provider);

  await firm.reload();
  await firm.getByRole("button", { name: "申请仲裁" }).click();
  await sent(firm);
  const missing = await firm.locator(".ant-modal").getByRole("alert").innerText();
  await firm.getByLabel("Z01 申请仲裁的理由").fill("规划文件已在第二厂区备查，请专家查看。");
  await accessible(firm, "arbitration-form-phone");
  await shot(firm, "arbitration-form-phone");
  await sent(firm);
  await shut(firm);
  await firm.getByText("请专家查看").first().waitFor();
  await accessible(firm, "arbitration-asked-phone");
  await shot(firm, "arbitration-asked-phone");
  const wide = await firm.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

  const [city] = await tab(browser);
  await signIn(city, "city");
  await objections(city, href);
  await city.getByRole("button", { name: "作出仲裁决定" }).click();
  await city.getByLabel("决定理由").fill("按多数专家意见。");
  await sent(city);
  const early = await city.locator(".ant-notification-notice").last().innerText();

  await objections(district, await caseOf(district, SETTLED, "已确认"));
  await district.getByText("逐项认定").waitFor();
  await accessible(district, "arbitration-settled-dark");
  await shot(district, "arbitration-settled-dark");
  return { missing, early, wide, opinions: await district.getByText(/^专家意见 \d/).count(), settled: await district.getByText("已生效").count() };
});

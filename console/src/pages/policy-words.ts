import { useAsk } from "../ask";
import { graphql } from "../gql";
import { DesignationNames, SizeClassNames } from "../gql/enum-names";
import type { PolicyShownQuery } from "../gql/graphql";
import { spoken, useNames } from "../language";

export type PolicyOf = NonNullable<PolicyShownQuery["policy"]>;
export type TermsOf = NonNullable<PolicyOf["inForce"]>;
type Test = TermsOf["clauses"][number]["anyOf"][number];

const DIMENSIONS = graphql(`query PolicyDimensions($organisationsAfter: String) { editions { id dimensions { id name } } organisations(kind: [PARK], first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);

export const useTestTexts = spoken(
  {
    not: (said: string) => `不得：${said}`, grade: (least: string) => `最近报告达到 ${least} 档及以上`, score: (of: string, least: string, most: string) => `${of}得分不低于 ${least}${most && `、不高于 ${most}`}`, total: "诊断总分", dimension: (named: string) => `维度 ${named} `,
    report: (months: number) => `报告出具未满 ${months} 个月`, designation: (names: string) => `持有称号：${names}`, district: (names: string) => `位于：${names}`, park: (names: string) => `在园区：${names}`, industry: (codes: string) => `行业代码以 ${codes} 开头`, size: (names: string) => `规模为：${names}`, expert: (question: string) => `由专家判断：${question}`, or: "、",
    kinds: { grade: "诊断档次", score: "诊断得分", report: "报告时效", designation: "企业称号", district: "所在区", park: "所在园区", industry: "所属行业", size: "企业规模", expert: "专家判断" },
  },
  {
    not: (said: string) => `not: ${said}`, grade: (least: string) => `grade ${least} or higher in the latest report`, score: (of: string, least: string, most: string) => `${of} of ${least} points at least${most && ` and ${most} at most`}`, total: "total score", dimension: (named: string) => `score of ${named}`,
    report: (months: number) => `a report issued less than ${months} months ago`, designation: (names: string) => `holds a designation: ${names}`, district: (names: string) => `lies in ${names}`, park: (names: string) => `is in the park ${names}`, industry: (codes: string) => `industry code begins with ${codes}`, size: (names: string) => `size: ${names}`, expert: (question: string) => `for an expert to judge: ${question}`, or: ", ",
    kinds: { grade: "Grade", score: "Score", report: "Age of the report", designation: "Designation", district: "District", park: "Park", industry: "Industry", size: "Size", expert: "Expert's judgement" },
  },
);

/** A policy's test as a sentence; districts: code -> name. */
export function useTestSaid(districts: ReadonlyMap<string, string>) {
  const texts = useTestTexts();
  const name = useNames();
  const { data } = useAsk(DIMENSIONS, {});
  const dimensions = new Map(data?.editions.flatMap((edition) => edition.dimensions.map((one) => [one.id, `${one.id} ${one.name}`] as const)));
  const parks = new Map(data?.organisations.nodes.map((one) => [one.id.split("/").at(-1) ?? one.id, one.name]));
  const said = (test: Test): string => {
    const listed = (named: (one: string) => string) => test.oneOf.map(named).join(texts.or);
    switch (test.kind) {
      case "grade":
        return texts.grade(String(test.atLeast));
      case "score":
        return texts.score(test.dimension ? texts.dimension(dimensions.get(test.dimension) ?? test.dimension) : texts.total, String(test.atLeast), test.atMost ? String(test.atMost) : "");
      case "report":
        return texts.report(test.withinMonths ?? 0);
      case "designation":
        return texts.designation(listed((one) => name(DesignationNames, one.toUpperCase())));
      case "district":
        return texts.district(listed((one) => districts.get(one) ?? one));
      case "park":
        return texts.park(listed((one) => parks.get(one) ?? one));
      case "industry":
        return texts.industry(listed((one) => one));
      case "size":
        return texts.size(listed((one) => name(SizeClassNames, one.toUpperCase())));
      default:
        return texts.expert(test.question ?? "");
    }
  };
  return (test: Test) => (test.excluded ? texts.not(said(test)) : said(test));
}

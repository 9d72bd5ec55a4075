import { Acts } from "../acts";
import { useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import type { SolutionsQuery } from "../gql/graphql";
import { spoken, useWords } from "../language";
import { useViewer } from "../session";
import { SheetList } from "../sheet-list";

const FIRM = graphql(`query CaseFirm { enterprises(first: 1) { nodes { id name } } }`);
const AGREE = graphql(`mutation AgreeToSolutionCase($solution: ID!, $enterprise: ID!, $case: Int!) { agreeToSolutionCase(input: { solution: $solution, enterprise: $enterprise, case: $case }) { userErrors { code clause field bound message messageInEnglish } } }`);
const END = graphql(`mutation EndSolutionCaseConsent($solution: ID!, $enterprise: ID!, $case: Int!) { endSolutionCaseConsent(input: { solution: $solution, enterprise: $enterprise, case: $case }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    cases: "案例", agree: "同意具名", agreeText: (text: string) => `案例“${text}”说的确是本企业时，可同意具名：此后凡能看到该方案的人都看到本企业名称，可随时撤回。`, end: "撤回具名", endText: "撤回后案例即刻不再显示本企业名称。",
  },
  {
    cases: "Cases", agree: "Agree to be named", agreeText: (text: string) => `Where “${text}” tells of your firm, you may agree to be named: whoever sees the solution sees its name from then on, until you take that back.`, end: "Be named no more", endText: "The case shows your firm's name no more at once.",
  },
);
type Solution = SolutionsQuery["solutions"]["nodes"][number];

/** Where a solution was used. No supplier claims a customer: a firm itself says that a case tells of it. */
export function SolutionCases({ solution, again }: { solution: Solution; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const { viewer } = useViewer();
  const says = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role) && solution.status === "PUBLISHED";
  const firm = useAsk(FIRM, {}, !says).data?.enterprises.nodes[0];
  if (!solution.cases.length) return null;
  return (
    <SheetList
      caption={texts.cases}
      rows={solution.cases}
      rowKey={(one) => String(one.number)}
      empty={null}
      columns={[{ title: texts.cases, text: (one) => one.text }, { title: words.fields.enterprise, text: (one) => one.firmName ?? "" }]}
      render={(one) => {
        const told = { solution: solution.id, enterprise: firm?.id ?? "", case: one.number };
        return (
          <div className="listed">
            <span className="grow">{one.text}{one.firmName && words.aside(one.firmName)}</span>
            {firm && <Acts about="cases" small done={again} acts={[
              !one.firmName && { label: texts.agree, says: texts.agreeText(one.text), send: () => send(AGREE, told) },
              one.firmName === firm.name && { label: texts.end, danger: true, says: texts.endText, send: () => send(END, told) },
            ]} />}
          </div>
        );
      }}
    />
  );
}

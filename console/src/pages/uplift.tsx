import { Empty, Tag } from "antd";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { UpliftStatusNames, UpliftVerdictNames } from "../gql/enum-names";
import type { UpliftsQuery } from "../gql/graphql";
import { spoken, useNames, useSaid, useWords } from "../language";
import { SheetTable } from "../sheet-table";
import { useViewer } from "../session";

const UPLIFTS = graphql(`
  query Uplifts($runsAfter: String, $districtsAfter: String) {
    upliftRuns(first: 20, after: $runsAfter) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        firstYear secondYear edition status method cutOff matchedAtLeast leftOut
        shares(first: 50) { nodes { district treated controls matched beforeAfter inStrata inStrataLow inStrataHigh matchedEffect matchedLow matchedHigh verdict sentence sentenceInEnglish } }
      }
    }
    organisations(kind: [DISTRICT], first: 50, after: $districtsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } }
  }
`);
const EDITIONS = graphql(`query UpliftEditions { editions { id key title } }`);
const REQUEST = graphql(`mutation RequestUplift($firstYear: Int!, $secondYear: Int!, $edition: ID!) { requestUplift(input: { firstYear: $firstYear, secondYear: $secondYear, edition: $edition }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    note: "同一企业两期核验得分按同一版本计算。三项数值须并列：前后之差含回归均值的影响，不得单独引用；不按服务商或单个企业测算。", ask: "申请测算", askText: "程序据当前记录测算；再次申请即重新测算，此前的结果留在记录中。", first: "前一年度", second: "后一年度", none: "尚未测算提升幅度。市级部门可申请。", noneForDistrict: "尚未测算提升幅度，由市级部门申请。",
    run: (first: number, second: number) => `${first} 至 ${second} 年度提升幅度`, told: (method: string, day: string, least: number, left: number) => `方法 ${method}，数据截至 ${day}；匹配企业不少于 ${least} 家方公布；不能按该版本计分而未纳入的企业 ${left} 家。`, whole: "全市", area: "范围", treated: "有改进行动", controls: "对照", matched: "可匹配", before: "前后之差", strata: "分层对照之差", effect: "匹配对照之差", verdict: "结论", notTold: "没有本区的数值。", colon: "：",
  },
  {
    note: "Verified totals of the same firm in both times, under one edition. The three are told together: who is low rises anyway, so the change before–after is never cited alone. Nothing is worked out by provider or firm.", ask: "Ask for an uplift", askText: "The program works it out from what is on record; asked for again, it is worked out again, and the former result stays on record.", first: "First year", second: "Second year", none: "No uplift was worked out; ask for one.", noneForDistrict: "No uplift was worked out; the city asks for one.",
    run: (first: number, second: number) => `Uplift from ${first} to ${second}`, told: (method: string, day: string, least: number, left: number) => `Method ${method}, as of ${day}; shown from ${least} matched firms on; ${left} firms that the edition cannot score are left out.`, whole: "The city", area: "Of", treated: "With an action", controls: "Controls", matched: "Matched", before: "Before–after", strata: "In strata", effect: "Matched to controls", verdict: "Verdict", notTold: "There is nothing of your district.", colon: ": ",
  },
);
type Share = UpliftsQuery["upliftRuns"]["nodes"][number]["shares"]["nodes"][number];

/** An estimate with its interval. */
const told = (value: string | null, low: string | null = null, high: string | null = null) => (value === null ? "—" : low === null ? decimal(value, 2) : `${decimal(value, 2)} [${decimal(low, 2)}, ${decimal(high, 2)}]`);

/** How totals moved from the first diagnosis to the second: three numbers together, or why there is none. The city asks for them. */
export function Uplifts() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const said = useSaid();
  const send = useSend();
  const { viewer } = useViewer();
  const city = viewer.role === "CITY";
  const answer = useAsk(UPLIFTS, {});
  const editions = useAsk(EDITIONS, {}, !city).data?.editions ?? [];
  const last = new Date().getFullYear() - 1;
  return (
    <>
      <p className="clause">{texts.note}</p>
      <div className="bar">
        <Acts about="uplift" done={answer.again} acts={[city && {
          label: texts.ask,
          primary: true,
          says: texts.askText,
          fields: [{ name: "firstYear", label: texts.first, kind: "whole", initial: last - 1 }, { name: "secondYear", label: texts.second, kind: "whole", initial: last }, { name: "edition", label: words.fields.edition, kind: "one", options: editions.map((one) => ({ value: one.id, label: one.title })) }],
          send: (given: { firstYear: number; secondYear: number; edition: string }) => send(REQUEST, given),
        }]} />
      </div>
      <Shown answer={answer}>
        {({ upliftRuns, organisations }) => {
          const names = new Map(organisations.nodes.map((one) => [one.id, one.name]));
          if (!upliftRuns.nodes.length) return <Empty description={city ? texts.none : texts.noneForDistrict} />;
          return upliftRuns.nodes.map((run) => (
            <section key={`${run.firstYear} ${run.secondYear} ${run.edition}`} aria-label={texts.run(run.firstYear, run.secondYear)}>
              <h2>{texts.run(run.firstYear, run.secondYear)} <Tag>{name(UpliftStatusNames, run.status)}</Tag></h2>
              {run.method && run.cutOff && <p className="clause">{texts.told(run.method, run.cutOff, run.matchedAtLeast ?? 0, run.leftOut ?? 0)}</p>}
              {run.shares.nodes[0] && <p><strong>{run.shares.nodes[0].district === null ? texts.whole : (names.get(run.shares.nodes[0].district) ?? "")}</strong>{texts.colon}{said(run.shares.nodes[0].sentence, run.shares.nodes[0].sentenceInEnglish)}</p>}
              {run.cutOff && (
                <SheetTable<Share>
                  caption={texts.run(run.firstYear, run.secondYear)}
                  rowKey={(one) => one.district ?? ""}
                  dataSource={run.shares.nodes}
                  empty={texts.notTold}
                  columns={[
                    { title: texts.area, render: (_, one) => (one.district === null ? <strong>{texts.whole}</strong> : (names.get(one.district) ?? one.district)) },
                    { title: texts.treated, align: "right", dataIndex: "treated" },
                    { title: texts.controls, align: "right", dataIndex: "controls" },
                    { title: texts.matched, align: "right", dataIndex: "matched" },
                    { title: texts.before, align: "right", render: (_, one) => told(one.beforeAfter) },
                    { title: texts.strata, align: "right", render: (_, one) => told(one.inStrata, one.inStrataLow, one.inStrataHigh) },
                    { title: texts.effect, align: "right", render: (_, one) => told(one.matchedEffect, one.matchedLow, one.matchedHigh) },
                    { title: texts.verdict, render: (_, one) => <div style={{ maxWidth: 420, whiteSpace: "normal" }}><Tag>{name(UpliftVerdictNames, one.verdict)}</Tag> {said(one.sentence, one.sentenceInEnglish)}</div> },
                  ]}
                />
              )}
            </section>
          ));
        }}
      </Shown>
    </>
  );
}

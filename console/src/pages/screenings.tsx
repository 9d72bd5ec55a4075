import { Tag } from "antd";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { ScreeningStatusNames } from "../gql/enum-names";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { isOwn, useViewer } from "../session";

const SCREENINGS = graphql(`
  query Screenings($first: Int, $after: String, $last: Int, $before: String) {
    screenings(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id status year district requestedAt method ruleSince selfAssessments notJudged texts files stays raised known leftOut }
    }
  }
`);
const REQUEST = graphql(`mutation RequestScreening($year: Int!, $district: ID) { requestScreening(input: { year: $year, district: $district }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    request: "申请筛查", says: "由程序比对该年度开启的诊断的记录；已提出过的信号不再重复提出。", none: "尚无筛查。申请筛查后，由程序比对并列出信号。", scope: "范围", whole: "全市", own: "本区", asked: "申请时间", judged: "比对的记录", compared: (self: number, texts: number, files: number, stays: number) => `自评 ${self}，文本 ${texts}，文件 ${files}，到访 ${stays}`,
    notJudged: (count: number) => `可比记录太少而未判断的自评 ${count}`, found: "信号", counts: (raised: number, known: number, left: number) => `新提出 ${raised}，此前已有 ${known}${left ? `，留待下次 ${left}` : ""}`, rule: "方法与规则", by: (method: string, since: string) => `${method}，${since} 起的规则`, running: "正在比对",
  },
  {
    request: "Ask for a screening", says: "The program compares the records of cases opened in that year; what was raised before is not raised again.", none: "There is no screening. Ask for one; the program compares and lists what it finds.", scope: "Of", whole: "the whole city", own: "our district", asked: "Asked for", judged: "Compared", compared: (self: number, texts: number, files: number, stays: number) => `${self} self-assessments, ${texts} texts, ${files} files, ${stays} stays`,
    notJudged: (count: number) => `${count} self-assessments with too few to compare with`, found: "Signals", counts: (raised: number, known: number, left: number) => `${raised} new, ${known} known${left ? `, ${left} left to the next` : ""}`, rule: "Method and rule", by: (method: string, since: string) => `${method}, rule since ${since}`, running: "being compared",
  },
);

/** Screenings of a year's records for signals, and asking for one. */
export function Screenings() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const paging = usePaging("");
  const answer = useAsk(SCREENINGS, paging.paging);
  const district = viewer.role === "DISTRICT" ? (viewer.organisation ?? null) : null;
  return (
    <>
      <div className="bar"><Acts about="screenings" done={answer.again} acts={[["CITY", "DISTRICT"].includes(viewer.role) && { label: texts.request, primary: true, says: texts.says, fields: [{ name: "year", label: words.fields.year, kind: "whole", initial: new Date().getFullYear() }], send: (given: { year: number }) => send(REQUEST, { ...given, district }) }]} /></div>
      <Shown answer={answer}>
        {({ screenings }) => (
          <PagedTable
            connection={screenings}
            paging={paging}
            rowKey={(one) => one.id}
            caption={texts.request}
            empty={texts.none}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.year, dataIndex: "year" },
              { title: texts.scope, render: (_, one) => (one.district === null ? texts.whole : isOwn(viewer, one.district) ? texts.own : one.district) },
              { title: texts.asked, render: (_, one) => <span className="nowrap">{shanghai(one.requestedAt)}</span> },
              { title: words.fields.status, render: (_, one) => <Tag>{name(ScreeningStatusNames, one.status)}</Tag> },
              { title: texts.found, render: (_, one) => (one.raised === null ? texts.running : texts.counts(one.raised, one.known ?? 0, one.leftOut ?? 0)) },
              { title: texts.judged, render: (_, one) => one.raised !== null && <>{texts.compared(one.selfAssessments ?? 0, one.texts ?? 0, one.files ?? 0, one.stays ?? 0)}{!!one.notJudged && <div className="clause">{texts.notJudged(one.notJudged)}</div>}</> },
              { title: texts.rule, render: (_, one) => one.method && texts.by(one.method, one.ruleSince ?? "—") },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

import { Checkbox, Select, Tag } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { Acts, useOptions } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { decimal, shanghai, share } from "../format";
import { graphql } from "../gql";
import { AgreementStatusNames, AssessmentPairNames } from "../gql/enum-names";
import type { AssessmentPair } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { Parts } from "../parts";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { Crosswalks } from "./crosswalks";

const INDICATORS = graphql(`
  query IndicatorAgreement($comparison: AssessmentPair, $queued: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
    indicatorAgreement(comparison: $comparison, queued: $queued, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { study year edition comparison indicator cases kappa alpha low high within queued }
    }
  }
`);
const STUDIES = graphql(`query AgreementStudies($agreementStudiesAfter: String) { editions { key title } agreementStudies(first: 10, after: $agreementStudiesAfter) { pageInfo { hasNextPage endCursor } nodes { id year edition status requestedAt method ruleSince queued } } }`);
const REQUEST = graphql(`mutation RequestAgreement($year: Int!, $edition: ID!) { requestAgreement(input: { year: $year, edition: $edition }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    agreement: "指标一致性", crosswalks: "外部模型对照", note: "一致性只说明指标是否好判，不评价任何人；区间与一步之内的比例都偏低的指标列入修订。", comparison: "比较对象", any: "全部比较", queued: "只看列入修订", request: "申请测算", requestText: "由程序按该年度开启的诊断测算。", none: "尚无测算。市级部门申请测算后，各指标的一致性列在此处。", indicator: "指标", cases: "案例数", kappa: "加权 κ", alpha: "α（90% 区间）", within: "一步之内", revise: "列入修订", few: "案例过少", studies: "历次测算", interval: (alpha: string, low: string, high: string) => `${alpha}（${low}–${high}）`, counted: (count: number) => `列入修订 ${count} 项`, running: "正在测算", by: (method: string, since: string) => `${method}，${since} 起的规则`, asked: "申请时间",
  },
  {
    agreement: "Agreement", crosswalks: "Crosswalks", note: "It says whether an indicator is easy to judge and judges nobody; those whose interval and share are both low are queued for revision.", comparison: "Compared", any: "Any comparison", queued: "Queued only", request: "Ask for a study", requestText: "The program works it out from cases opened in that year.", none: "There is no study. Once the city asks for one, each indicator is listed here.", indicator: "Indicator", cases: "Cases", kappa: "Weighted κ", alpha: "α (90 % interval)", within: "Within a step", revise: "For revision", few: "too few", studies: "Studies", interval: (alpha: string, low: string, high: string) => `${alpha} (${low}–${high})`, counted: (count: number) => `${count} queued`, running: "being worked out", by: (method: string, since: string) => `${method}, rule since ${since}`, asked: "Asked for",
  },
);

/** The standards desk's measures: how far assessments agree on each indicator, and how our editions map to others' models. */
export function Agreement() {
  const texts = useTexts();
  const words = useWords();
  const [sought, seek] = useSearchParams();
  return (
    <>
      <h1>{words.nav.agreement}</h1>
      <Parts title={words.nav.agreement} at={sought.get("tab") ?? "agreement"} go={(tab) => seek({ tab }, { replace: true })} parts={[{ key: "agreement", label: texts.agreement, children: <Indicators /> }, { key: "crosswalks", label: texts.crosswalks, children: <Crosswalks /> }]} />
    </>
  );
}

function Indicators() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const options = useOptions();
  const { viewer } = useViewer();
  const [comparison, setComparison] = useState<AssessmentPair>();
  const [queued, setQueued] = useState(false);
  const paging = usePaging(JSON.stringify([comparison, queued]));
  const answer = useAsk(INDICATORS, { comparison: comparison ?? null, queued: queued || null, ...paging.paging });
  const studies = useAsk(STUDIES, {});
  const editions = studies.data?.editions ?? [];
  return (
    <>
      <p className="clause">{texts.note}</p>
      <div className="bar">
        <Select aria-label={texts.comparison} allowClear placeholder={texts.any} value={comparison} onChange={setComparison} options={options(AssessmentPairNames) as { value: AssessmentPair; label: string }[]} style={{ minWidth: 200 }} />
        <Checkbox checked={queued} onChange={(event) => setQueued(event.target.checked)}>{texts.queued}</Checkbox>
        <Acts about="agreement" done={() => { studies.again(); answer.again(); }} acts={[viewer.role === "CITY" && editions.length > 0 && { label: texts.request, primary: true, says: texts.requestText, fields: [{ name: "year", label: words.fields.year, kind: "whole", initial: new Date().getFullYear() - 1 }, { name: "edition", label: words.fields.edition, kind: "one", options: editions.map((one) => ({ value: one.key, label: one.title })), initial: editions.at(-1)?.key }], send: (given: { year: number; edition: string }) => send(REQUEST, given) }]} />
      </div>
      <Shown answer={answer}>
        {({ indicatorAgreement }) => (
          <PagedTable
            connection={indicatorAgreement}
            paging={paging}
            rowKey={(one) => `${one.study}-${one.comparison}-${one.indicator}`}
            caption={texts.agreement}
            empty={texts.none}
            fetching={answer.fetching}
            columns={[
              { title: texts.indicator, dataIndex: "indicator" },
              { title: words.fields.year, dataIndex: "year" },
              { title: texts.comparison, render: (_, one) => name(AssessmentPairNames, one.comparison) },
              { title: texts.cases, align: "right", render: (_, one) => one.cases ?? texts.few },
              { title: texts.kappa, align: "right", render: (_, one) => decimal(one.kappa) },
              { title: texts.alpha, align: "right", render: (_, one) => (one.alpha === null ? "—" : texts.interval(decimal(one.alpha), decimal(one.low), decimal(one.high))) },
              { title: texts.within, align: "right", render: (_, one) => (one.within === null ? "—" : share(Number(one.within), 1)) },
              { title: words.fields.status, render: (_, one) => one.queued && <Tag color="#874d00">{texts.revise}</Tag> },
            ]}
          />
        )}
      </Shown>
      <Shown answer={studies}>
        {({ agreementStudies }) => agreementStudies.nodes.length > 0 && (
          <>
            <h2>{texts.studies}</h2>
            <SheetTable rowKey="id" caption={texts.studies} dataSource={agreementStudies.nodes} columns={[
              { title: words.fields.year, dataIndex: "year" },
              { title: words.fields.edition, dataIndex: "edition" },
              { title: texts.asked, render: (_, one) => shanghai(one.requestedAt) },
              { title: words.fields.status, render: (_, one) => <Tag>{name(AgreementStatusNames, one.status)}</Tag> },
              { title: words.fields.outcome, render: (_, one) => (one.queued === null ? texts.running : <>{texts.counted(one.queued)}{one.method && <div className="clause">{texts.by(one.method, one.ruleSince ?? "—")}</div>}</>) },
            ]} />
          </>
        )}
      </Shown>
    </>
  );
}

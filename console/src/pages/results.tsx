import { Checkbox, Select, Tag } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { ExternalResultStatusNames } from "../gql/enum-names";
import { spoken, useLanguage, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { Parts } from "../parts";
import { useViewer } from "../session";
import { Comparable } from "./comparable";
import { ResultBatches } from "./result-batches";

const RESULTS = graphql(`
  query ExternalResults($model: [String!], $former: Boolean!, $scores: Boolean!, $first: Int, $after: String, $last: Int, $before: String) {
    externalResults(model: $model, former: $former, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id version model modelName standardNumber number variant level score @include(if: $scores) assessedOn validUntil body status reason enterprise { id name } }
    }
  }
`);
const MODELS = graphql(`query ExternalModelsKnown { externalModels { model name english } }`);
const WITHDRAW = graphql(`mutation WithdrawExternalResult($assessment: ID!, $withdrawnOn: Date!, $reason: String!) { withdrawExternalResult(input: { assessment: $assessment, withdrawnOn: $withdrawnOn, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    list: "证书与评估结果", batches: "报送批次", comparable: "可比区间", note: "他方依其模型评出的结果，不属于本诊断，也不计入得分。", model: "外部模型", any: "全部模型", former: "含已被取代的版次", none: "没有外部评估结果。市级部门接受报送批次后列在此处；可选“含已被取代的版次”。", quiet: "目前没有本企业的证书。发证方或市级部门报送并被接受后列在此处，可在填报时采纳。",
    number: "证书编号", result: "等级", on: "评估日期", until: "有效期至", body: "评估机构", withdraw: "登记撤销", withdrawText: "发证方已撤销该结果时登记；撤销日起不再有效。", day: "撤销日", why: "撤销原因", points: (score: string) => `${score} 分`,
  },
  {
    list: "Certificates and results", batches: "Batches", comparable: "Comparable intervals", note: "What others found by models of their own; it is no part of the diagnosis and counts for no score.", model: "External model", any: "Any model", former: "With replaced statements", none: "There is no external result. Once the city accepts rows of a batch, they are listed here.", quiet: "There is no certificate of your firm. Once one is sent in and accepted, it is listed here and may fill in answers.",
    number: "Number", result: "Level", on: "Assessed on", until: "Valid until", body: "Assessed by", withdraw: "Record a withdrawal", withdrawText: "When whoever granted it has withdrawn it; it holds no more from that day on.", day: "Withdrawn on", why: "Why", points: (score: string) => `${score} points`,
  },
);
const FIRM = ["ENTERPRISE", "FILLER", "DEPARTMENT_FILLER", "CONFIRMER"];

/** Others' assessments of firms: for the city the batches that they come in, for a firm its certificates and what compares with them. */
export function Results() {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const firm = FIRM.includes(viewer.role);
  const batches = ["CITY", "AUDITOR", "PARTNER"].includes(viewer.role);
  const compares = firm && viewer.role !== "DEPARTMENT_FILLER";
  return (
    <>
      <h1>{words.nav.results}</h1>
      <p className="clause">{texts.note}</p>
      {batches || compares ? (
        <Parts title={words.nav.results} at={sought.get("tab") ?? (batches ? "batches" : "list")} go={(tab) => seek({ tab }, { replace: true })} parts={[
          ...(batches ? [{ key: "batches", label: texts.batches, children: <ResultBatches /> }] : []),
          { key: "list", label: texts.list, children: <Listed empty={firm ? texts.quiet : texts.none} /> },
          ...(compares ? [{ key: "comparable", label: texts.comparable, children: <Comparable /> }] : []),
        ]} />
      ) : <Listed empty={firm ? texts.quiet : texts.none} />}
    </>
  );
}

function Listed({ empty }: { empty: string }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { language } = useLanguage();
  const { viewer } = useViewer();
  const [model, setModel] = useState<string>();
  const [former, setFormer] = useState(false);
  const models = useAsk(MODELS, {});
  const paging = usePaging(JSON.stringify([model, former]));
  const scores = ["CITY", "DISTRICT", "GROUP", "ENTERPRISE", "FILLER", "CONFIRMER", "AUDITOR"].includes(viewer.role);
  const answer = useAsk(RESULTS, { model: model ? [model] : null, former, scores, ...paging.paging });
  const known = new Map((models.data?.externalModels ?? []).map((one) => [one.model, language === "zh" ? one.name : one.english]));
  return (
    <>
      <div className="bar">
        <Select aria-label={texts.model} allowClear placeholder={texts.any} value={model} onChange={setModel} options={[...known].map(([value, label]) => ({ value, label }))} style={{ minWidth: 0, width: 260, maxWidth: "100%" }} />
        <Checkbox checked={former} onChange={(event) => setFormer(event.target.checked)}>{texts.former}</Checkbox>
      </div>
      <Shown answer={answer}>
        {({ externalResults }) => (
          <PagedTable
            connection={externalResults}
            paging={paging}
            rowKey={(one) => `${one.id}-${one.version}`}
            caption={texts.list}
            empty={empty}
            fetching={answer.fetching}
            columns={[
              ...(FIRM.includes(viewer.role) ? [] : [{ title: words.fields.enterprise, render: (_: unknown, one: { enterprise: { name: string } | null }) => one.enterprise?.name ?? "—" }]),
              { title: texts.model, render: (_, one) => <>{language === "zh" ? one.modelName : (known.get(one.model) ?? one.modelName)}<div className="clause">{one.standardNumber}</div></> },
              { title: texts.result, render: (_, one) => <>{one.level}{one.variant && words.aside(one.variant)}{one.score !== null && one.score !== undefined && <div className="clause">{texts.points(decimal(one.score))}</div>}</> },
              { title: texts.number, render: (_, one) => one.number ?? "—" },
              { title: texts.on, render: (_, one) => <span className="nowrap">{one.assessedOn}</span> },
              { title: texts.until, render: (_, one) => <span className="nowrap">{one.validUntil ?? "—"}</span> },
              { title: texts.body, render: (_, one) => one.body ?? "—" },
              { title: words.fields.status, render: (_, one) => <><Tag>{name(ExternalResultStatusNames, one.status)}</Tag>{one.reason}</> },
              ...(viewer.role === "CITY" ? [{ title: "", render: (_: unknown, one: { id: string; status: string }) => ["VALID", "EXPIRED"].includes(one.status) && <Acts about={one.id} small done={answer.again} acts={[{ label: texts.withdraw, danger: true, says: texts.withdrawText, fields: [{ name: "withdrawnOn", label: texts.day, kind: "day" }, { name: "reason", label: texts.why, kind: "rows" }], send: (given: { withdrawnOn: string; reason: string }) => send(WITHDRAW, { assessment: one.id, ...given }) }]} /> }] : []),
            ]}
          />
        )}
      </Shown>
    </>
  );
}

import { Button, Empty, Select, Tag } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { Acts, useOptions } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { fen, yuan } from "../format";
import { graphql } from "../gql";
import { DemandStatusNames, SizeClassNames } from "../gql/enum-names";
import type { DemandStatus } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { usePlaces } from "../places";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const DEMANDS = graphql(`
  query Demands($filter: DemandFilter, $first: Int, $after: String, $last: Int, $before: String) {
    demands(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id firmName district { name nameInEnglish } industry { code name nameInEnglish } sizeClass indicators { indicator name } text budgetFrom budgetTo by named status }
    }
  }
`);
const RESTS_ON = graphql(`query DemandRestsOn($diagnosesAfter: String) { diagnoses(filter: { status: [ISSUED, CONFIRMED] }, orderBy: [STATUS_SINCE_DESC], first: 10, after: $diagnosesAfter) { pageInfo { hasNextPage endCursor } nodes { id caseNumber enterprise { id } edition { indicators { id name } } } } }`);
const PUBLISH = graphql(`
  mutation PublishDemand($enterprise: ID!, $diagnosis: ID!, $indicators: [String!]!, $text: String!, $by: Date!, $budgetFrom: Decimal, $budgetTo: Decimal, $named: Boolean) {
    publishDemand(input: { enterprise: $enterprise, diagnosis: $diagnosis, indicators: $indicators, text: $text, by: $by, budgetFrom: $budgetFrom, budgetTo: $budgetTo, named: $named }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const COUNTS = graphql(`query DemandCounts($cellsAfter: String) { demandCounts { firmsAtLeast cells(first: 100, after: $cellsAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { district { code name nameInEnglish } indicator status demands } } } }`);

export const useDemandTexts = spoken(
  {
    publish: "发布需求", publishText: "供给单位看到需求内容与指标，不见分数；不具名的不见企业名称，需求内容中也请勿写出。", needsReport: "须先有已出具的诊断报告，才能据此发布需求。", indicators: "需提升的指标", text: "需求内容", by: "完成日", byHelp: "供给单位在此日之前可报价", from: "预算下限（元）", to: "预算上限（元）", named: "是否具名", all: "全部状态", state: "状态",
    none: "本企业尚无需求。有已出具的报告后可发布需求，供给单位据此报价。", seller: "目前没有可报价的需求。发布解决方案后，匹配的需求也会列在此处。", office: "目前没有需求。", firm: "企业", hidden: "未具名", budget: "预算（元）", unsaid: "未说明", upTo: (from: string, to: string) => `${from} 至 ${to}`, least: (count: number) => `企业少于 ${count} 家的格子不显示数目。`, few: "企业过少", indicator: "指标", count: "需求数", noCounts: "目前没有可统计的需求。",
  },
  {
    publish: "Publish a demand", publishText: "Sellers read the text and the indicators, no score; unless you are named they see no firm, so name nobody in the text.", needsReport: "A demand rests on an issued report; there is none yet.", indicators: "Indicators to raise", text: "What is looked for", by: "Done by", byHelp: "Sellers may offer until that day", from: "Budget from, yuan", to: "Budget up to, yuan", named: "Show our name", all: "Any state", state: "State",
    none: "Your firm has no demand. Publish one from an issued report; sellers offer for it.", seller: "No demand is open to offer for. Publish a solution, and those that it fits are listed.", office: "There is no demand.", firm: "Firm", hidden: "not named", budget: "Budget, yuan", unsaid: "not said", upTo: (from: string, to: string) => `${from} to ${to}`, least: (count: number) => `A count of fewer than ${count} firms is not shown.`, few: "too few", indicator: "Indicator", count: "Demands", noCounts: "There is nothing to count.",
  },
);

/** What budget a demand states, in yuan. */
export function useBudget() {
  const texts = useDemandTexts();
  return (one: { budgetFrom: string | null; budgetTo: string | null }) => (one.budgetFrom === null && one.budgetTo === null ? texts.unsaid : texts.upTo(one.budgetFrom === null ? texts.unsaid : yuan(one.budgetFrom), one.budgetTo === null ? texts.unsaid : yuan(one.budgetTo)));
}

/** Demands that the reader sees: a firm its own and publishing one, sellers those that are open. */
export function Demands() {
  const place = usePlaces();
  const texts = useDemandTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const options = useOptions();
  const budget = useBudget();
  const { viewer } = useViewer();
  const [, seek] = useSearchParams();
  const [status, setStatus] = useState<DemandStatus>();
  const paging = usePaging(status ?? "");
  const answer = useAsk(DEMANDS, { filter: status ? { status: [status] } : null, ...paging.paging });
  const publishes = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const reports = useAsk(RESTS_ON, {}, !publishes);
  const latest = reports.data?.diagnoses.nodes[0];
  const firm = latest?.enterprise?.id;
  const empty = ["ENTERPRISE", "FILLER", "CONFIRMER"].includes(viewer.role) ? texts.none : ["PROVIDER", "SUPPLIER"].includes(viewer.role) ? texts.seller : texts.office;
  return (
    <>
      <div className="bar">
        <Select aria-label={texts.state} allowClear placeholder={texts.all} value={status} onChange={setStatus} options={options(DemandStatusNames) as { value: DemandStatus; label: string }[]} style={{ minWidth: 160 }} />
        <Acts about="demands" done={answer.again} acts={[publishes && latest && firm && {
          label: texts.publish,
          primary: true,
          says: texts.publishText,
          fields: [
            { name: "diagnosis", label: words.nav.diagnoses, kind: "one", options: (reports.data?.diagnoses.nodes ?? []).map((one) => ({ value: one.id, label: one.caseNumber })), initial: latest.id },
            { name: "indicators", label: texts.indicators, kind: "several", options: latest.edition.indicators.map((one) => ({ value: one.id, label: `${one.id} ${one.name}` })) },
            { name: "text", label: texts.text, kind: "rows" },
            { name: "by", label: texts.by, kind: "day", help: texts.byHelp },
            { name: "budgetFrom", label: texts.from, kind: "exact", may: true },
            { name: "budgetTo", label: texts.to, kind: "exact", may: true },
            { name: "named", label: texts.named, kind: "yes", initial: false },
          ],
          send: (given: { diagnosis: string; indicators: string[]; text: string; by: string; budgetFrom: string | null; budgetTo: string | null; named: boolean }) => send(PUBLISH, { ...given, enterprise: firm, budgetFrom: fen(given.budgetFrom), budgetTo: fen(given.budgetTo) }),
        }]} />
        {publishes && reports.data && !latest && <span className="clause">{texts.needsReport}</span>}
      </div>
      <Shown answer={answer}>
        {({ demands }) => demands.nodes.length ? (
          <PagedTable
            connection={demands}
            paging={paging}
            rowKey={(one) => one.id}
            caption={words.nav.supply}
            empty={empty}
            fetching={answer.fetching}
            columns={[
              { title: texts.text, render: (_, one) => <Button type="link" style={{ padding: 0, whiteSpace: "normal", textAlign: "start", height: "auto", maxWidth: 360 }} onClick={() => seek({ demand: one.id })}>{one.text}</Button> },
              { title: texts.indicators, render: (_, one) => one.indicators.map((wanted) => <div key={wanted.indicator}>{wanted.indicator} {wanted.name}</div>) },
              { title: texts.firm, render: (_, one) => <>{one.firmName ?? texts.hidden}<div className="clause">{[one.district && place(one.district), one.industry && place(one.industry), one.sizeClass && name(SizeClassNames, one.sizeClass)].filter(Boolean).join(" · ")}</div></> },
              { title: texts.budget, render: (_, one) => budget(one) },
              { title: texts.by, render: (_, one) => <span className="nowrap">{one.by}</span> },
              { title: words.fields.status, render: (_, one) => <Tag>{name(DemandStatusNames, one.status)}</Tag> },
            ]}
          />
        ) : <Empty description={empty} />}
      </Shown>
    </>
  );
}

/** Demands counted by district, indicator and status; too few are not counted to a district. */
export function DemandCounts() {
  const place = usePlaces();
  const texts = useDemandTexts();
  const words = useWords();
  const name = useNames();
  const answer = useAsk(COUNTS, {});
  return (
    <Shown answer={answer}>
      {({ demandCounts }) => demandCounts.cells.nodes.length ? (
        <>
          <p className="clause">{texts.least(demandCounts.firmsAtLeast)}</p>
          <SheetTable rowKey={(one) => `${one.district.code}-${one.indicator}-${one.status}`} caption={texts.count} dataSource={demandCounts.cells.nodes} columns={[
            { title: words.fields.district, render: (_, one) => place(one.district) },
            { title: texts.indicator, dataIndex: "indicator" },
            { title: words.fields.status, render: (_, one) => name(DemandStatusNames, one.status) },
            { title: texts.count, align: "right", render: (_, one) => one.demands ?? texts.few },
          ]} />
        </>
      ) : <Empty description={texts.noCounts} />}
    </Shown>
  );
}

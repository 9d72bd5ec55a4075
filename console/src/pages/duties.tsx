import { Checkbox, Select, Tag } from "antd";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";

import { Acts, useOptions } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { DutyStatusNames, SourceMarkNames, StrengthNames } from "../gql/enum-names";
import type { DutyStatus, SourceMark, Strength } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { Parts } from "../parts";
import { useViewer } from "../session";
import { DutyShown } from "./duty-shown";

const DUTIES = graphql(`
  query Duties($status: [DutyStatus!], $overdue: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
    duties(status: $status, overdue: $overdue, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id title clause strength by status overdue askedBy lead { id name } }
    }
  }
`);
const STRENGTHS = graphql(`
  query BodyStrengths($first: Int, $after: String, $last: Int, $before: String) {
    bodyStrengths(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { since strengths source mark organisation { id name } }
    }
  }
`);
const BODIES = graphql(`query SupportBodies($organisationsAfter: String) { organisations(kind: [SUPPORT, PROVIDER], takingPart: true, first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const STATE = graphql(`
  mutation StateDuty($title: String!, $clause: String!, $deliverable: String!, $since: Date!, $by: Date!, $strength: Strength) {
    stateDuty(input: { title: $title, clause: $clause, deliverable: $deliverable, since: $since, by: $by, strength: $strength }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const RECORD = graphql(`
  mutation RecordStrengths($organisation: ID!, $since: Date!, $strengths: [Strength!]!, $source: String!, $mark: SourceMark!) {
    recordStrengths(input: { organisation: $organisation, since: $since, strengths: $strengths, source: $source, mark: $mark }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    list: "任务", strengths: "专长", note: "无人牵头的任务标为“无牵头单位”；牵头单位报告进展、申请延期、提交成果，由市级部门验收。", state: "设立任务", all: "全部状态", status: "状态", late: "只看逾期", none: "目前没有任务。市级部门设立任务并指定牵头单位。", quiet: "目前没有本单位牵头的任务，也没有所需专长与本单位相符的无牵头任务。",
    title: "任务名称", clause: "所依条款", clauseHelp: "如 G4", deliverable: "交付成果", since: "起始日", by: "完成日", strength: "所需专长", any: "不限", lead: "牵头单位", nobody: "无", asked: (day: string) => `申请延至 ${day}`, record: "登记专长", recordHelp: "不选即登记为无专长", body: "单位", source: "来源", mark: "来源标记", noStrengths: "尚未登记专长。",
  },
  {
    list: "Duties", strengths: "Strengths", note: "What nobody leads is open. A lead reports, asks for a later day and delivers; the city accepts.", state: "State a duty", all: "Any state", status: "State", late: "Overdue only", none: "There is no duty. The city states one and names its lead.", quiet: "Your body leads no duty, and none is open that asks for a strength of yours.",
    title: "Name", clause: "Clause", clauseHelp: "Such as G4", deliverable: "To be delivered", since: "First day", by: "Done by", strength: "Strength needed", any: "any", lead: "Lead", nobody: "nobody", asked: (day: string) => `asks for ${day}`, record: "Record strengths", recordHelp: "None: it has no strength any more", body: "Body", source: "Source", mark: "Mark", noStrengths: "No strengths are recorded.",
  },
);

/** Pieces of work of the task force: stated by the city, led, reported and delivered by a body. */
export function Duties() {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const chosen = sought.get("duty");
  if (chosen) return <DutyShown key={chosen} id={chosen} back={() => seek({})} />;
  return (
    <>
      <h1>{words.nav.duties}</h1>
      <p className="clause">{texts.note}</p>
      <Parts title={words.nav.duties} at={sought.get("tab") ?? "list"} go={(tab) => seek({ tab }, { replace: true })} parts={[{ key: "list", label: texts.list, children: <Listed city={viewer.role === "CITY"} quiet={["SUPPORT", "PROVIDER"].includes(viewer.role)} /> }, { key: "strengths", label: texts.strengths, children: <Strengths city={viewer.role === "CITY"} /> }]} />
    </>
  );
}

function Listed({ city, quiet }: { city: boolean; quiet: boolean }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const options = useOptions();
  const [status, setStatus] = useState<DutyStatus>();
  const [overdue, setOverdue] = useState(false);
  const paging = usePaging(JSON.stringify([status, overdue]));
  const answer = useAsk(DUTIES, { status: status ? [status] : null, overdue: overdue || null, ...paging.paging });
  return (
    <>
      <div className="bar">
        <Select aria-label={texts.status} allowClear placeholder={texts.all} value={status} onChange={setStatus} options={options(DutyStatusNames) as { value: DutyStatus; label: string }[]} style={{ minWidth: 160 }} />
        <Checkbox checked={overdue} onChange={(event) => setOverdue(event.target.checked)}>{texts.late}</Checkbox>
        <Acts about="duties" done={answer.again} acts={[city && {
          label: texts.state,
          primary: true,
          fields: [{ name: "title", label: texts.title }, { name: "clause", label: texts.clause, help: texts.clauseHelp }, { name: "deliverable", label: texts.deliverable, kind: "rows" }, { name: "since", label: texts.since, kind: "day" }, { name: "by", label: texts.by, kind: "day" }, { name: "strength", label: texts.strength, kind: "one", options: options(StrengthNames), may: true }],
          send: (given: { title: string; clause: string; deliverable: string; since: string; by: string; strength: Strength | null }) => send(STATE, given),
        }]} />
      </div>
      <Shown answer={answer}>
        {({ duties }) => (
          <PagedTable
            connection={duties}
            paging={paging}
            rowKey={(one) => one.id}
            caption={words.nav.duties}
            empty={quiet ? texts.quiet : texts.none}
            fetching={answer.fetching}
            columns={[
              { title: texts.title, render: (_, one) => <Link to={`/duties?duty=${encodeURIComponent(one.id)}`}>{one.title}</Link> },
              { title: texts.clause, render: (_, one) => one.clause.replace("plan ", "") },
              { title: texts.strength, render: (_, one) => (one.strength ? name(StrengthNames, one.strength) : texts.any) },
              { title: texts.lead, render: (_, one) => one.lead?.name ?? texts.nobody },
              { title: texts.by, render: (_, one) => <span className="nowrap">{one.by} {one.overdue && <Tag color="#a8071a">{words.diagnoses.late}</Tag>}{one.askedBy && <Tag color="#874d00">{texts.asked(one.askedBy)}</Tag>}</span> },
              { title: words.fields.status, render: (_, one) => <Tag>{name(DutyStatusNames, one.status)}</Tag> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

function Strengths({ city }: { city: boolean }) {
  const texts = useTexts();
  const name = useNames();
  const words = useWords();
  const send = useSend();
  const options = useOptions();
  const paging = usePaging("");
  const answer = useAsk(STRENGTHS, paging.paging);
  const bodies = useAsk(BODIES, {}, !city).data?.organisations.nodes ?? [];
  return (
    <>
      <div className="bar"><Acts about="strengths" done={answer.again} acts={[city && {
        label: texts.record,
        primary: true,
        fields: [{ name: "organisation", label: texts.body, kind: "one", options: bodies.map((one) => ({ value: one.id, label: one.name })) }, { name: "since", label: texts.since, kind: "day" }, { name: "strengths", label: texts.strengths, kind: "several", options: options(StrengthNames), help: texts.recordHelp, may: true }, { name: "source", label: texts.source }, { name: "mark", label: texts.mark, kind: "one", options: options(SourceMarkNames) }],
        send: ({ strengths, ...given }: { organisation: string; since: string; strengths: Strength[] | null; source: string; mark: SourceMark }) => send(RECORD, { ...given, strengths: strengths ?? [] }),
      }]} /></div>
      <Shown answer={answer}>
        {({ bodyStrengths }) => (
          <PagedTable
            connection={bodyStrengths}
            paging={paging}
            rowKey={(one) => `${one.organisation?.id}-${one.since}`}
            caption={texts.strengths}
            empty={texts.noStrengths}
            columns={[
              { title: texts.body, render: (_, one) => one.organisation?.name ?? "—" },
              { title: texts.strengths, render: (_, one) => one.strengths.map((held) => name(StrengthNames, held)).join(words.comma) || "—" },
              { title: texts.since, render: (_, one) => <span className="nowrap">{one.since}</span> },
              { title: texts.source, render: (_, one) => <>{one.source}{words.aside(name(SourceMarkNames, one.mark))}</> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

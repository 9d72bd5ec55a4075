import { Alert, Button, Descriptions, Select, Tag } from "antd";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";

import { Acts, useOptions } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { SignalKindNames, SignalOutcomeNames, SignalStatusNames } from "../gql/enum-names";
import type { SignalOutcome, SignalShownQuery, SignalsQuery, SignalStatus } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { Parts } from "../parts";
import { useViewer } from "../session";
import { Screenings } from "./screenings";

const SIGNALS = graphql(`
  query Signals($filter: SignalFilter, $first: Int, $after: String, $last: Int, $before: String) {
    signals(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id kind status value threshold due overdue concernsFirm enterprise { id name } provider { id name } }
    }
  }
`);
const SIGNAL = graphql(`
  query SignalShown($id: ID!, $office: Boolean!) {
    signal(id: $id) {
      id kind status value threshold expected ruleSince section evidence raisedAt due overdue concernsFirm statement answeredAt reason closedAt
      counterparts @include(if: $office)
      enterprise { id name } provider { id name } diagnosis { id caseNumber }
    }
  }
`);
const ANSWER = graphql(`mutation AnswerSignal($signal: ID!, $statement: String!) { answerSignal(input: { signal: $signal, statement: $statement }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CLOSE = graphql(`mutation CloseSignal($signal: ID!, $outcome: SignalOutcome!, $reason: String!) { closeSignal(input: { signal: $signal, outcome: $outcome, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    list: "信号", screenings: "筛查", note: "信号是提示，不是结论：由当事一方说明，由人员写明理由办结。", office: "目前没有信号。在“筛查”中申请筛查，发现的信号列在此处。", quiet: "目前没有涉及本单位的信号。", all: "全部状态", state: "状态", about: "信号", concerned: "答复方", found: "数值与阈值",
    reached: (value: string, threshold: string) => `${value}（阈值 ${threshold}）`, back: "返回信号列表", gone: "没有此信号，或不在您的范围内。", answer: "答复", statement: "说明内容", close: "办结", outcome: "结论", why: "理由", whyHelp: "当事一方可读到",
    case: "诊断", rule: "依据规则", since: (day: string, share: string) => `${day} 起的规则；正常记录中约有 ${share} 也会如此`, section: "所在部分", raised: "提出时间", evidence: "所据事实", others: "其他诊断中的对应事实", said: (at: string) => `答复（${at}）`, closed: (at: string) => `办结（${at}）`, whole: "全部",
  },
  {
    list: "Signals", screenings: "Screenings", note: "A signal is a hint and no verdict: the one concerned answers, and a person closes it with the reason.", office: "There is no signal. Ask for a screening under Screenings; what it finds is listed here.", quiet: "No signal concerns your organisation.", all: "Any state", state: "State", about: "Signal", concerned: "To answer", found: "Value and threshold",
    reached: (value: string, threshold: string) => `${value} (threshold ${threshold})`, back: "Back to the signals", gone: "There is no such signal within what you see.", answer: "Answer", statement: "What there is to say of it", close: "Close", outcome: "Outcome", why: "Reason", whyHelp: "The one concerned reads it",
    case: "Case", rule: "By the rule", since: (day: string, share: string) => `The rule since ${day}; about ${share} of honest records look like it`, section: "Section", raised: "Raised", evidence: "Facts that it rests on", others: "Facts of other cases", said: (at: string) => `Answered at ${at}`, closed: (at: string) => `Closed at ${at}`, whole: "all",
  },
);
type Signal = NonNullable<SignalShownQuery["signal"]>;

/** What screenings found of cases: whoever is concerned answers, the city or district closes it with the reason. */
export function Signals() {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const office = ["CITY", "DISTRICT", "AUDITOR"].includes(viewer.role);
  const chosen = sought.get("signal");
  if (chosen) return <OneSignal id={chosen} office={office} back={() => seek({})} />;
  return (
    <>
      <h1>{words.nav.signals}</h1>
      <p className="clause">{texts.note}</p>
      {office ? (
        <Parts title={words.nav.signals} at={sought.get("tab") ?? "list"} go={(tab) => seek({ tab }, { replace: true })} parts={[{ key: "list", label: texts.list, children: <Listed empty={texts.office} /> }, { key: "screenings", label: texts.screenings, children: <Screenings /> }]} />
      ) : <Listed empty={texts.quiet} />}
    </>
  );
}

function Listed({ empty }: { empty: string }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const options = useOptions();
  const [, seek] = useSearchParams();
  const [status, setStatus] = useState<SignalStatus>();
  const paging = usePaging(status ?? "");
  const answer = useAsk(SIGNALS, { filter: status ? { status: [status] } : null, ...paging.paging });
  return (
    <>
      <div className="bar"><Select aria-label={texts.state} allowClear placeholder={texts.all} value={status} onChange={setStatus} options={options(SignalStatusNames) as { value: SignalStatus; label: string }[]} style={{ minWidth: 160 }} /></div>
      <Shown answer={answer}>
        {({ signals }) => (
          <PagedTable<SignalsQuery["signals"]["nodes"][number]>
            connection={signals}
            paging={paging}
            rowKey={(one) => one.id}
            caption={words.nav.signals}
            empty={empty}
            fetching={answer.fetching}
            columns={[
              { title: texts.about, render: (_, one) => <Button type="link" style={{ padding: 0 }} onClick={() => seek({ signal: one.id })}>{name(SignalKindNames, one.kind)}</Button> },
              { title: words.fields.enterprise, render: (_, one) => one.enterprise?.name ?? "—" },
              { title: words.fields.provider, render: (_, one) => one.provider?.name ?? "—" },
              { title: texts.found, render: (_, one) => texts.reached(decimal(one.value), decimal(one.threshold)) },
              { title: texts.concerned, render: (_, one) => (one.concernsFirm ? words.fields.enterprise : words.fields.provider) },
              { title: words.fields.due, render: (_, one) => <span className="nowrap">{one.due} {one.overdue && <Tag color="#a8071a">{words.diagnoses.late}</Tag>}</span> },
              { title: words.fields.status, render: (_, one) => <Tag>{name(SignalStatusNames, one.status)}</Tag> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

function OneSignal({ id, office, back }: { id: string; office: boolean; back: () => void }) {
  const texts = useTexts();
  const answer = useAsk(SIGNAL, { id, office });
  return (
    <>
      <Button onClick={back} style={{ marginBottom: 12 }}>{texts.back}</Button>
      <Shown answer={answer}>{({ signal }) => (signal ? <Whole signal={signal} again={answer.again} /> : <Alert type="info" title={texts.gone} />)}</Shown>
    </>
  );
}

function Whole({ signal, again }: { signal: Signal; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const options = useOptions();
  const { viewer } = useViewer();
  const firm = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const closes = ["CITY", "DISTRICT"].includes(viewer.role) && !signal.closedAt;
  const facts = (all: readonly string[]) => <ul className="plain">{all.map((one) => <li key={one}>{viewer.role === "PROVIDER" || viewer.role === "DISTRICT" ? <code>{one}</code> : <Link to={`/trail?subject=${encodeURIComponent(one.slice(0, one.lastIndexOf("/")))}`}><code style={{ overflowWrap: "anywhere" }}>{one}</code></Link>}</li>)}</ul>;
  return (
    <>
      <h1>{name(SignalKindNames, signal.kind)}</h1>
      <div className="bar">
        <Tag color="#1252b3">{name(signal.closedAt ? SignalOutcomeNames : SignalStatusNames, signal.status)}</Tag>
        {signal.overdue && <Tag color="#a8071a">{words.diagnoses.late}</Tag>}
        <Acts about={signal.id} done={again} acts={[
          signal.status === "RAISED" && !signal.overdue && (signal.concernsFirm ? firm : viewer.role === "PROVIDER") && { label: texts.answer, primary: true, fields: [{ name: "statement", label: texts.statement, kind: "rows" }], send: (given: { statement: string }) => send(ANSWER, { signal: signal.id, ...given }) },
          closes && { label: texts.close, primary: true, says: texts.note, fields: [{ name: "outcome", label: texts.outcome, kind: "one", options: options(SignalOutcomeNames) }, { name: "reason", label: texts.why, kind: "rows", help: texts.whyHelp }], send: (given: { outcome: SignalOutcome; reason: string }) => send(CLOSE, { signal: signal.id, ...given }) },
        ]} />
      </div>
      <Descriptions size="small" bordered column={1} styles={{ label: { width: 200 } }} items={[
        { key: 1, label: words.fields.enterprise, children: signal.enterprise?.name ?? "—" },
        { key: 2, label: words.fields.provider, children: signal.provider?.name ?? "—" },
        { key: 3, label: texts.case, children: signal.diagnosis ? <Link to={`/diagnoses/${encodeURIComponent(signal.diagnosis.id)}`}>{signal.diagnosis.caseNumber}</Link> : "—" },
        { key: 4, label: texts.found, children: texts.reached(decimal(signal.value), decimal(signal.threshold)) },
        { key: 5, label: texts.rule, children: texts.since(signal.ruleSince, `${decimal(String(Number(signal.expected) * 100))} %`) },
        { key: 6, label: texts.section, children: signal.section ?? texts.whole },
        { key: 7, label: texts.raised, children: shanghai(signal.raisedAt) },
        { key: 8, label: words.fields.due, children: signal.due },
        { key: 9, label: texts.evidence, children: facts(signal.evidence) },
        ...(signal.counterparts?.length ? [{ key: 10, label: texts.others, children: facts(signal.counterparts) }] : []),
        ...(signal.answeredAt ? [{ key: 11, label: texts.said(shanghai(signal.answeredAt)), children: signal.statement }] : []),
        ...(signal.closedAt ? [{ key: 12, label: texts.closed(shanghai(signal.closedAt)), children: signal.reason }] : []),
      ]} />
    </>
  );
}

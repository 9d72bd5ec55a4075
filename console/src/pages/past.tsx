import { Alert, DatePicker, Descriptions, Empty, Slider, Timeline } from "antd";
import dayjs from "dayjs";
import { Link, useSearchParams } from "react-router";

import type { Given } from "../answers";
import { Shown, useAsk } from "../ask";
import { differencesOf, type Told } from "../differences";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { DiagnosisStatusNames, FormNames, PurposeNames, ReportKindNames, RoleNames, SizeClassNames, StageNames } from "../gql/enum-names";
import type { DiagnosisThenQuery, EnterpriseThenQuery } from "../gql/graphql";
import { spoken, useNames, useSaid, useWords } from "../language";
import { usePlaces } from "../places";
import { SheetList } from "../sheet-list";

const ENTRIES = graphql(`query EntriesOf($subject: ID!, $auditTrailAfter: String) { auditTrail(subject: $subject, orderBy: [AT_ASC], first: 100, after: $auditTrailAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { id at what whatInEnglish sentence sentenceInEnglish role reason } } }`);
const DIAGNOSIS = graphql(`
  query DiagnosisThen($id: ID!, $asOf: String, $reportsAfter: String, $evidenceAfter: String) {
    diagnosis(id: $id, asOf: $asOf) {
      status purpose form edition { title } answered visits selfTotal verifiedTotal level grade gradeName levelName issuedVersion enterprise { name } provider { name } stage { stage } filing { number }
      reports(first: 50, after: $reportsAfter) { pageInfo { hasNextPage endCursor } nodes { version kind } }
      evidence(first: 100, after: $evidenceAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { filename } }
      answers { indicator given { level numbers { name value } choices notApplicable reason } verified { level numbers { name value } choices notApplicable reason } }
      asOf { changedLater changedLaterAt changes }
    }
  }
`);
const ENTERPRISE = graphql(`
  query EnterpriseThen($id: ID!, $asOf: String) {
    enterprise(id: $id, asOf: $asOf) {
      name uscc district { name nameInEnglish } subdistrict { name } park { name } reportingUnit { name } group { name } industry { code name nameInEnglish } employees revenueWan sizeClass aboveScale
      asOf { changedLater changedLaterAt changes }
    }
  }
`);

const useTexts = spoken(
  {
    title: "当时所知", choose: "请从留痕记录或诊断页进入，选定一个诊断或企业。", then: "较早时点", later: "较晚时点", slider: "从较早到较晚，每一格是该对象的一条记录", same: "两个时点的内容相同。", absent: "此时尚无此对象的记录。", differs: "两个时点的差异", between: "其间的记录", nothing: "其间没有记录。", state: "较晚时点的全部内容",
    changed: (a: string, b: string) => `由“${a}”变为“${b}”`, came: (b: string) => `新增“${b}”`, went: (a: string) => `“${a}”不再记载`, since: (count: number, at: string) => `该时点之后又有 ${count} 次变更，首次在 ${at}。`, trail: "返回留痕记录", more: (shown: number, all: number) => `滑块列出前 ${shown} 条记录，共 ${all} 条；其余时点请直接填写。`,
    answered: "已答项数", visits: "现场次数", self: "自评总分", issued: "报告版本", stage: "环节", filing: "备案号", reports: "报告", evidence: "佐证", given: (id: string) => `${id} 自评`, verified: (id: string) => `${id} 核验`, notApplicable: "不适用",
    subdistrict: "街镇", park: "园区", unit: "申报单位", group: "企业集团", employees: "从业人员", revenue: "营业收入（万元）",
  },
  {
    title: "As known then", choose: "Come here from the audit trail or a diagnosis, with a diagnosis or firm chosen.", then: "Earlier moment", later: "Later moment", slider: "From earlier to later; each step is an entry of the thing", same: "At both moments the thing is the same.", absent: "At this moment nothing was on record of it.", differs: "What differs between the two", between: "Entries between them", nothing: "There are no entries between them.", state: "All of the later moment",
    changed: (a: string, b: string) => `from “${a}” to “${b}”`, came: (b: string) => `new: “${b}”`, went: (a: string) => `no longer on record: “${a}”`, since: (count: number, at: string) => `${count} changes came after this moment, the first at ${at}.`, trail: "Back to the trail", more: (shown: number, all: number) => `The slider holds the first ${shown} entries of ${all}; give other moments directly.`,
    answered: "Answered", visits: "Visits", self: "Self-assessed total", issued: "Report version", stage: "Stage", filing: "Filing number", reports: "Reports", evidence: "Evidence", given: (id: string) => `${id} self-assessed`, verified: (id: string) => `${id} verified`, notApplicable: "not applicable",
    subdistrict: "Subdistrict", park: "Park", unit: "Reporting unit", group: "Group", employees: "Employees", revenue: "Revenue, 10,000 yuan",
  },
);
type Case = NonNullable<DiagnosisThenQuery["diagnosis"]>;
type Firm = NonNullable<EnterpriseThenQuery["enterprise"]>;
const NEVER = "1970-01-01T00:00:00Z";

/** A thing as it was known at a moment, and what differs from another moment; the address carries both. */
export function PastPage() {
  const texts = useTexts();
  const [params] = useSearchParams();
  const subject = params.get("subject") ?? "";
  return (
    <>
      <h1>{texts.title}</h1>
      {/^(diagnosis|enterprise)\//.test(subject) ? <Moments key={subject} subject={subject} /> : <Empty description={texts.choose} />}
    </>
  );
}

function Moments({ subject }: { subject: string }) {
  const texts = useTexts();
  const name = useNames();
  const said = useSaid();
  const [params, setParams] = useSearchParams();
  const answer = useAsk(ENTRIES, { subject });
  return (
    <Shown answer={answer}>
      {({ auditTrail: { nodes, totalCount } }) => {
        const [first, last] = [nodes[0]?.at ?? NEVER, nodes.at(-1)?.at ?? NEVER];
        const [then, later] = [params.get("then") ?? first, params.get("later") ?? last];
        const set = (next: { then?: string; later?: string }) => setParams({ subject, then, later, ...next }, { replace: true });
        const at = (moment: string) => Math.max(0, nodes.findLastIndex((one) => Date.parse(one.at) <= Date.parse(moment)));
        const between = nodes.filter((one) => Date.parse(one.at) > Date.parse(then) && Date.parse(one.at) <= Date.parse(later));
        return (
          <>
            <div className="bar">
              {([["then", then], ["later", later]] as const).map(([which, moment]) => (
                <label key={which}>
                  {texts[which]}{" "}
                  <DatePicker showTime allowClear={false} aria-label={texts[which]} value={dayjs(moment)} onChange={(chosen) => chosen && set({ [which]: chosen.toISOString() })} />
                </label>
              ))}
              <Link to={`/trail?subject=${encodeURIComponent(subject)}`}>{texts.trail}</Link>
            </div>
            {nodes.length > 1 && (
              <Slider
                range
                min={0}
                max={nodes.length - 1}
                value={[at(then), at(later)]}
                onChange={([a = 0, b = 0]) => set({ then: nodes[a]?.at, later: nodes[b]?.at })}
                ariaLabelForHandle={[texts.then, texts.later]}
                tooltip={{ formatter: (index) => shanghai(nodes[index ?? 0]?.at) }}
              />
            )}
            <p className="clause">{texts.slider} {typeof totalCount === "number" && totalCount > nodes.length && texts.more(nodes.length, totalCount)}</p>
            {subject.startsWith("diagnosis/") ? <OfCase id={subject} then={then} later={later} /> : <OfFirm id={subject} then={then} later={later} />}
            <h2>{texts.between}</h2>
            {between.length === 0 && <p>{texts.nothing}</p>}
            <Timeline items={between.map((one) => ({ key: one.id, content: <><span className="clause">{shanghai(one.at)} {name(RoleNames, one.role)}</span> {said(one.sentence ?? one.what, one.sentenceInEnglish ?? one.whatInEnglish)}</> }))} />
          </>
        );
      }}
    </Shown>
  );
}

interface Between {
  id: string;
  then: string;
  later: string;
}

function OfCase({ id, then, later }: Between) {
  const told = useCaseTold();
  const [one, other] = [useAsk(DIAGNOSIS, { id, asOf: then }), useAsk(DIAGNOSIS, { id, asOf: later })];
  return <Shown answer={one}>{(before) => <Shown answer={other}>{(after) => <Compared then={before.diagnosis && told(before.diagnosis)} later={after.diagnosis && told(after.diagnosis)} since={after.diagnosis?.asOf} />}</Shown>}</Shown>;
}

function OfFirm({ id, then, later }: Between) {
  const told = useFirmTold();
  const [one, other] = [useAsk(ENTERPRISE, { id, asOf: then }), useAsk(ENTERPRISE, { id, asOf: later })];
  return <Shown answer={one}>{(before) => <Shown answer={other}>{(after) => <Compared then={before.enterprise && told(before.enterprise)} later={after.enterprise && told(after.enterprise)} since={after.enterprise?.asOf} />}</Shown>}</Shown>;
}

/** The difference of two states in words, and the later one whole. */
function Compared({ then, later, since }: { then: Told[] | null; later: Told[] | null; since?: Case["asOf"] }) {
  const texts = useTexts();
  const words = useWords();
  const found = differencesOf(then ?? [], later ?? []);
  const changed = (one: (typeof found)[number]) => (one.then === null ? texts.came(one.later ?? "") : one.later === null ? texts.went(one.then) : texts.changed(one.then, one.later));
  return (
    <>
      {!later && <Alert type="info" title={texts.absent} />}
      {since?.changedLater && <p className="clause">{texts.since(since.changes ?? 0, shanghai(since.changedLaterAt))}</p>}
      <h2>{texts.differs}</h2>
      {found.length === 0 ? <p>{texts.same}</p> : (
        <SheetList caption={texts.differs} rows={found} rowKey={(one) => one.label} empty={null} columns={[{ title: words.fields.what, text: (one) => one.label }, { title: texts.differs, text: changed }]} render={(one) => <div className="listed">{one.label}{words.colon}{changed(one)}</div>} />
      )}
      {later && (
        <details style={{ marginTop: 16 }}>
          <summary>{texts.state}</summary>
          <Descriptions size="small" bordered column={{ xs: 1, md: 2 }} items={later.map((one) => ({ key: one.key, label: one.label, children: one.text }))} />
        </details>
      )}
    </>
  );
}

/** A case told field by field; what is not there yet is not told. */
function useCaseTold() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const { fields } = words;
  const said = (given: Given) =>
    given.notApplicable ? texts.notApplicable : [given.level ? words.questionnaire.level(Number(given.level)) : "", ...(given.numbers ?? []).map((one) => decimal(one.value)), ...(given.choices ?? [])].filter(Boolean).join(words.comma);
  return (one: Case): Told[] =>
    whole([
      ["status", fields.status, name(DiagnosisStatusNames, one.status)],
      ["stage", texts.stage, one.stage && name(StageNames, one.stage.stage)],
      ["provider", fields.provider, one.provider?.name],
      ["purpose", fields.purpose, name(PurposeNames, one.purpose)],
      ["form", fields.form, name(FormNames, one.form)],
      ["edition", fields.edition, one.edition.title],
      ["answered", texts.answered, one.answered],
      ["visits", texts.visits, one.visits],
      ["self", texts.self, one.selfTotal && decimal(one.selfTotal)],
      ["total", fields.total, one.verifiedTotal && decimal(one.verifiedTotal)],
      ["grade", fields.grade, one.gradeName && words.levelled(one.level, one.levelName ?? "", words.grade(one.grade, one.gradeName))],
      ["issued", texts.issued, one.issuedVersion],
      ["filing", texts.filing, one.filing?.number],
      ["reports", texts.reports, one.reports?.nodes.map((report) => `${report.version} ${name(ReportKindNames, report.kind)}`).join(words.comma)],
      ["evidence", texts.evidence, one.evidence && [words.total(one.evidence.totalCount ?? one.evidence.nodes.length), ...one.evidence.nodes.map((file) => file.filename)].join(words.comma)],
      ...(one.answers ?? []).flatMap((found): [string, string, string | null | undefined][] => [
        [`given ${found.indicator}`, texts.given(found.indicator), found.given && said(found.given)],
        [`verified ${found.indicator}`, texts.verified(found.indicator), found.verified && said(found.verified)],
      ]),
    ]);
}

function useFirmTold() {
  const place = usePlaces();
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const { fields } = words;
  return (one: Firm): Told[] =>
    whole([
      ["name", fields.name, one.name],
      ["uscc", fields.uscc, one.uscc],
      ["district", fields.district, place(one.district)],
      ["subdistrict", texts.subdistrict, one.subdistrict?.name],
      ["park", texts.park, one.park?.name],
      ["unit", texts.unit, one.reportingUnit?.name],
      ["group", texts.group, one.group?.name],
      ["industry", fields.industry, `${one.industry.code} ${place(one.industry)}`],
      ["employees", texts.employees, one.employees],
      ["revenue", texts.revenue, one.revenueWan && decimal(one.revenueWan)],
      ["size", fields.size, name(SizeClassNames, one.sizeClass)],
      ["scale", fields.aboveScale, one.aboveScale ? words.yes : words.no],
    ]);
}

function whole(rows: [key: string, label: string, text: string | number | null | undefined][]): Told[] {
  return rows.filter(([, , text]) => text !== null && text !== undefined && text !== "").map(([key, label, text]) => ({ key, label, text: String(text) }));
}

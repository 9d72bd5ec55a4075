import { Button, Descriptions, Empty, Popconfirm, Space, Tag, Timeline } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { RoleNames } from "../gql/enum-names";
import type { FollowUpQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { Written } from "../written";
import type { CaseOf } from "./case";
import { useEvidence } from "./evidence";
import { MeasuresForm, ReportForm } from "./follow-up-forms";
import { AppointForm, ReadingForm } from "./reading-forms";

const FOLLOW_UP = graphql(`
  query FollowUp($id: ID!, $edition: String!) {
    edition(key: $edition) { indicators { id name } }
    diagnosis(id: $id) {
      filing { number reportVersion filedAt }
      reading { since until appointedByRole heldOn findings recommendations { number indicator text } recordedAt }
      followUp {
        countedFrom plannedAt conclusion closedAt
        measures { indicator recommendation text by }
        reports { month opens due assumed overdue reportedAt reportedByRole late done changes { indicator name unit before after evidence } }
      }
    }
  }
`);
const FILE = graphql(`mutation FileReport($id: ID!) { fileReport(input: { diagnosis: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CLOSE = graphql(`mutation CloseFollowUp($id: ID!, $conclusion: String!) { closeFollowUp(input: { diagnosis: $id, conclusion: $conclusion }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    filing: "区级备案", number: "备案号", version: "备案报告", nth: (at: number) => `第 ${at} 版`, at: "备案时间", file: "备案", sure: "备案后赋予备案号，不可撤销，确定？", notFiled: "尚未备案。报告确认后由所在区备案，备案之后才有专家解读与回访。",
    reading: "专家解读", appoint: "指派解读专家", appointed: (since: string, until: string, role: string) => `${role}指派，${since} 至 ${until}`, record: "记录解读", none: "尚未指派解读专家，由所在区或市级部门指派。", waiting: "已指派专家，尚未解读。", held: "解读日期", findings: "解读意见", advice: "改进建议",
    follow: "跟踪回访", plan: "提交改进计划", replan: "修改改进计划", noPlan: "尚无改进计划：由企业写明针对哪些指标、采取什么措施、何时完成。", measures: "改进措施", answers: (n: number) => `回应第 ${n} 条建议`, by: "完成日", month: (at: number) => `备案后第 ${at} 个月`, open: (opens: string, due: string) => `${opens} 起可报告，${due} 截止`,
    report: "报告改进情况", done: "已采取的措施", overdue: "逾期未报", late: "逾期报告", given: "已报告", notYet: "待报告", assumed: "截止日按周推定", before: "改进前", after: "改进后", measured: "测量项目", close: "结束回访", conclusion: "回访结论", closed: (at: string) => `已于 ${at} 结束`, noChange: "未写明前后对比", from: (day: string) => `自 ${day} 起算`,
  },
  {
    filing: "Filing by the district", number: "Filing number", version: "Report filed", nth: (at: number) => `version ${at}`, at: "Filed at", file: "File the report", sure: "The report is given its number; this cannot be taken back. Go on?", notFiled: "Not filed yet. Once confirmed, the district files the report; reading and follow-up begin then.",
    reading: "Reading by an expert", appoint: "Appoint an expert", appointed: (since: string, until: string, role: string) => `appointed by ${role}, ${since} to ${until}`, record: "Record the reading", none: "No expert is appointed yet; the district or the city does so.", waiting: "An expert is appointed; the reading is still to be held.", held: "Held on", findings: "Findings", advice: "Recommendations",
    follow: "Follow-up", plan: "Plan measures", replan: "Change the plan", noPlan: "Nothing is planned yet: the firm says what it will do about which indicator, and by when.", measures: "Measures", answers: (n: number) => `answers recommendation ${n}`, by: "By", month: (at: number) => `${at} months after filing`, open: (opens: string, due: string) => `from ${opens} to ${due}`,
    report: "Report progress", done: "What was done", overdue: "overdue", late: "reported late", given: "reported", notYet: "to be reported", assumed: "last day counted by the week alone", before: "Before", after: "After", measured: "Measured", close: "Close the follow-up", conclusion: "Conclusion", closed: (at: string) => `closed at ${at}`, noChange: "nothing was measured", from: (day: string) => `counted from ${day}`,
  },
);
type Found = NonNullable<FollowUpQuery["diagnosis"]>;
type Report = NonNullable<Found["followUp"]>["reports"][number];
type Open = "appoint" | "record" | "plan" | "close" | { month: number };
const GOVERNMENT = ["CITY", "DISTRICT"];
const SPEAKERS = ["ENTERPRISE", "CONFIRMER", "FILLER"];

/** What follows a confirmed report: its filing, an expert's reading with the firm, the firm's measures and what they brought. */
export function FollowUp({ diagnosis, again }: { diagnosis: CaseOf; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const send = useSend();
  const [open, setOpen] = useState<Open>();
  const { id } = diagnosis;
  const answer = useAsk(FOLLOW_UP, { id, edition: diagnosis.edition.key });
  const evidence = useEvidence(id);
  const close = () => setOpen(undefined);

  async function done(sent: Promise<{ data?: unknown; errors: unknown[] }>) {
    const { data, errors } = await sent;
    if (!data || errors.length) return;
    close();
    answer.again();
    again();
  }

  return (
    <Shown answer={answer}>
      {({ diagnosis: found, edition }) => {
        if (!found) return <Empty description={words.case.notFound} />;
        const { filing, reading, followUp } = found;
        const names = new Map((edition?.indicators ?? []).map((one) => [one.id, one.name]));
        const called = (indicator: string) => `${indicator} ${names.get(indicator) ?? ""}`;
        const indicators = (edition?.indicators ?? []).map((one) => ({ value: one.id, label: `${one.id} ${one.name}` }));
        const speaks = SPEAKERS.includes(viewer.role) && followUp !== null && followUp.closedAt === null;
        const governs = GOVERNMENT.includes(viewer.role) && filing !== null;
        return (
          <>
            <h2>{texts.filing}</h2>
            {filing ? (
              <Descriptions size="small" bordered column={{ xs: 1, md: 3 }} items={[
                { key: 1, label: texts.number, children: <strong className="nowrap">{filing.number}</strong> },
                { key: 2, label: texts.version, children: texts.nth(filing.reportVersion) },
                { key: 3, label: texts.at, children: shanghai(filing.filedAt) },
              ]} />
            ) : (
              <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={texts.notFiled}>
                {viewer.role === "DISTRICT" && diagnosis.status === "CONFIRMED" && <Popconfirm title={texts.sure} onConfirm={() => void done(send(FILE, { id }))}><Button type="primary">{texts.file}</Button></Popconfirm>}
              </Empty>
            )}
            {filing && (
              <>
                <h2>{texts.reading}</h2>
                {(!reading || reading.heldOn === null) && (
                  <Space wrap style={{ marginBottom: 12 }}>
                    {governs && <Button onClick={() => setOpen("appoint")}>{texts.appoint}</Button>}
                    {viewer.role === "READER" && <Button type="primary" onClick={() => setOpen("record")}>{texts.record}</Button>}
                    <span>{reading ? texts.waiting : texts.none}</span>
                  </Space>
                )}
                {reading && <Reading reading={reading} called={called} />}
                <h2>{texts.follow} {followUp && <span className="clause">{texts.from(followUp.countedFrom)}{followUp.closedAt && ` · ${texts.closed(shanghai(followUp.closedAt))}`}</span>}</h2>
                <Space wrap style={{ marginBottom: 12 }}>
                  {speaks && !followUp.reports.some((one) => one.reportedAt) && <Button type={followUp.plannedAt ? "default" : "primary"} onClick={() => setOpen("plan")}>{followUp.plannedAt ? texts.replan : texts.plan}</Button>}
                  {governs && followUp?.closedAt === null && <Button onClick={() => setOpen("close")}>{texts.close}</Button>}
                </Space>
                {followUp?.conclusion && <p><strong>{texts.conclusion}</strong>{words.colon}{followUp.conclusion}</p>}
                {!followUp?.measures.length && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={texts.noPlan} />}
                {followUp && followUp.measures.length > 0 && (
                  <SheetTable
                    caption={texts.measures}
                    rowKey={(one) => `${one.indicator} ${one.text}`}
                    dataSource={followUp.measures}
                    style={{ marginBottom: 16 }}
                    columns={[
                      { title: words.acts.indicator, render: (_, one) => called(one.indicator) },
                      { title: texts.measures, render: (_, one) => <div style={{ maxWidth: "min(420px, 55vw)", whiteSpace: "normal" }}>{one.text} {one.recommendation !== null && <Tag>{texts.answers(one.recommendation)}</Tag>}</div> },
                      { title: texts.by, dataIndex: "by", className: "nowrap" },
                    ]}
                  />
                )}
                {followUp && (
                  <Timeline items={followUp.reports.map((one) => ({
                    key: one.month,
                    color: one.reportedAt ? "green" : one.overdue ? "red" : "gray",
                    content: <Month report={one} called={called} act={speaks && !one.reportedAt && followUp.plannedAt ? () => setOpen({ month: one.month }) : undefined} />,
                  }))} />
                )}
              </>
            )}
            <AppointForm id={id} open={open === "appoint"} title={texts.appoint} close={close} done={done} />
            <ReadingForm id={id} open={open === "record"} title={texts.record} close={close} done={done} indicators={indicators} />
            <MeasuresForm id={id} open={open === "plan"} title={texts.plan} close={close} done={done} indicators={indicators} known={followUp?.measures ?? []} advice={reading?.recommendations ?? []} />
            <ReportForm id={id} month={typeof open === "object" ? open.month : undefined} title={texts.report} close={close} done={done} indicators={indicators} evidence={evidence.files ?? []} />
            <Written about={id} open={open === "close"} title={texts.close} close={close} fields={[{ name: "conclusion", label: texts.conclusion, rows: 4 }]} send={({ conclusion = "" }) => done(send(CLOSE, { id, conclusion }))} />
          </>
        );
      }}
    </Shown>
  );
}

function Reading({ reading, called }: { reading: NonNullable<Found["reading"]>; called: (indicator: string) => string }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  return (
    <>
      <p className="clause">{texts.appointed(reading.since, reading.until, name(RoleNames, reading.appointedByRole))}</p>
      {reading.heldOn !== null && (
        <Descriptions size="small" bordered column={1} items={[
          { key: 1, label: texts.held, children: reading.heldOn },
          { key: 2, label: texts.findings, children: reading.findings },
          { key: 3, label: texts.advice, children: <ol style={{ margin: 0, paddingInlineStart: 20 }}>{reading.recommendations.map((one) => <li key={one.number}>{called(one.indicator)}{words.colon}{one.text}</li>)}</ol> },
        ]} />
      )}
    </>
  );
}

function Month({ report, called, act }: { report: Report; called: (indicator: string) => string; act?: () => void }) {
  const texts = useTexts();
  const name = useNames();
  return (
    <>
      <Space wrap>
        <strong>{texts.month(report.month)}</strong>
        <Tag color={report.reportedAt ? (report.late ? "#874d00" : "#135200") : report.overdue ? "#a8071a" : "#595959"}>{report.reportedAt ? (report.late ? texts.late : texts.given) : report.overdue ? texts.overdue : texts.notYet}</Tag>
        <span className="clause">{report.reportedAt ? `${name(RoleNames, report.reportedByRole)} ${shanghai(report.reportedAt)}` : texts.open(report.opens, report.due)} {report.assumed && texts.assumed}</span>
        {act && <Button size="small" type="primary" onClick={act}>{texts.report}</Button>}
      </Space>
      {report.done !== null && <p>{report.done}</p>}
      {report.reportedAt && !report.changes.length && <p className="clause">{texts.noChange}</p>}
      {report.changes.length > 0 && (
        <SheetTable
          caption={`${texts.before} ${texts.after}`}
          rowKey={(one) => `${one.indicator} ${one.name}`}
          dataSource={report.changes}
          columns={[
            { title: texts.measured, render: (_, one) => <div style={{ minWidth: 160 }}>{one.name}<div className="clause">{called(one.indicator)}</div></div> },
            { title: texts.before, align: "right", className: "nowrap", render: (_, one) => `${decimal(one.before)} ${one.unit}` },
            { title: texts.after, align: "right", className: "nowrap", render: (_, one) => <strong>{decimal(one.after)} {one.unit}</strong> },
          ]}
        />
      )}
    </>
  );
}

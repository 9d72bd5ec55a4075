import { Alert, Button, Card, Checkbox, Descriptions, Empty, Form, Input, InputNumber, Modal, Radio, Select, Space, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { Shown, useAsk, useSend } from "../ask";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { FeedbackKindNames, FeedbackMilestoneNames, FeedbackOutcomeNames, FeedbackStatusNames, FeedbackSubjectNames } from "../gql/enum-names";
import type { FeedbackKind, FeedbackMilestone, FeedbackOutcome, FeedbacksQuery, FeedbackStatus, FeedbackSubject } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { Written } from "../written";

const FEEDBACKS = graphql(`
  query Feedbacks($filter: FeedbackFilter, $first: Int, $after: String, $last: Int, $before: String) {
    feedbacks(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes {
        id kind status anonymous text milestone givenAt due overdue reply askUntil grounds secondReply outcome reason
        scores { subject indicator score }
        provider { id name } enterprise { id name } diagnosis { id }
      }
    }
  }
`);
const MEANS = graphql(`
  query FeedbackMeans($year: Int!, $providersAfter: String) {
    yearFeedback(year: $year) { providers(first: 20, after: $providersAfter) { pageInfo { hasNextPage endCursor } nodes { asked answered silent thin provider { id name } pools { quarter firms means { subject mean } } } } }
  }
`);
const JOBS = graphql(`query JobsToSpeakOf($diagnosesAfter: String) { diagnoses(first: 100, after: $diagnosesAfter, orderBy: [CHANGED_AT_DESC]) { pageInfo { hasNextPage endCursor } nodes { id caseNumber campaign provider { id name } } } }`);
const GIVE = graphql(`
  mutation GiveFeedback($diagnosis: ID!, $milestone: FeedbackMilestone!, $kind: FeedbackKind!, $anonymous: Boolean!, $scores: [FeedbackScoreInput!], $text: String) {
    giveFeedback(input: { diagnosis: $diagnosis, milestone: $milestone, kind: $kind, anonymous: $anonymous, scores: $scores, text: $text }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const TAKE_UP = graphql(`mutation TakeUpFeedback($feedback: ID!) { takeUpFeedback(input: { feedback: $feedback }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REPLY = graphql(`mutation AnswerFeedback($feedback: ID!, $reply: String!) { answerFeedback(input: { feedback: $feedback, reply: $reply }) { userErrors { code clause field bound message messageInEnglish } } }`);
const SECOND = graphql(`mutation AskSecondInstance($feedback: ID!, $grounds: String!) { askSecondInstance(input: { feedback: $feedback, grounds: $grounds }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CLOSE = graphql(`
  mutation CloseFeedback($feedback: ID!, $outcome: FeedbackOutcome!, $reason: String!) {
    closeFeedback(input: { feedback: $feedback, outcome: $outcome, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    title: "企业反馈", give: "提出反馈或投诉", take: "受理", reply: "答复", second: "申请复核", close: "办结", kind: "类别", status: "状态", milestone: "环节", about: "所涉诊断", text: "文字说明",
    anonymous: "对服务商匿名", anonymousHelp: "匿名的，服务商只在满规定家数后看到季度均值，看不到原文；受理人可见。", scores: "评分（1 差，5 好）", none: "没有反馈。企业可就已到达的环节提出反馈或投诉。", noneOwn: "尚未提出反馈。每个环节可反馈一次，投诉有答复期限。",
    due: "答复期限", overdue: "已逾期", answer: "答复", askUntil: "申请复核截止", grounds: "复核理由", secondReply: "复核答复", outcome: "办理结果", reason: "办结说明", hidden: "不公开",
    year: "年度", asked: "应反馈", answered: "已反馈", silent: "未反馈", thin: "反馈不足", pools: "匿名汇总", pool: (quarter: string, firms: number) => `${quarter}，${firms} 家`, means: "各服务商反馈情况", noMeans: "该年度没有出具报告的诊断。",
    details: "查看", noJob: "目前没有本企业的诊断。", mine: "提交后由市级部门受理，原文加密保存。",
  },
  {
    title: "Feedback of firms", give: "Give feedback or complain", take: "Take up", reply: "Reply", second: "Ask for a second instance", close: "Close", kind: "Kind", status: "Status", milestone: "Step", about: "Diagnosis", text: "In words",
    anonymous: "Without my name to the provider", anonymousHelp: "The provider then sees a quarter's means once enough firms have answered, never the words; the handler sees them.", scores: "Scores (1 bad, 5 good)", none: "No feedback. Firms speak of the steps that they have reached.", noneOwn: "Nothing said yet. Each step is spoken of once; a complaint is replied to in time.",
    due: "Reply due", overdue: "overdue", answer: "Reply", askUntil: "Second instance until", grounds: "Grounds of the second instance", secondReply: "Second reply", outcome: "Outcome", reason: "Why it was closed so", hidden: "not shown",
    year: "Year", asked: "Asked", answered: "Answered", silent: "Silent", thin: "too few", pools: "Without names", pool: (quarter: string, firms: number) => `${quarter}, ${firms} firms`, means: "How firms answered, by provider", noMeans: "No diagnosis of that year has a report.",
    details: "Open", noJob: "Your firm has no diagnosis yet.", mine: "The city's office takes it up; the words are stored encrypted.",
  },
);

type Feedback = FeedbacksQuery["feedbacks"]["nodes"][number];
const FIRM = ["ENTERPRISE", "FILLER", "DEPARTMENT_FILLER", "CONFIRMER"];
const COLOURS: Record<FeedbackStatus, string> = { GIVEN: "#874d00", TAKEN_UP: "#1252b3", ANSWERED: "#006d75", SECOND_INSTANCE: "#a8071a", REVIEWED: "#006d75", CLOSED: "#595959" };
const SUBJECTS: FeedbackSubject[] = ["PROVIDER", "PROCESS", "PLATFORM"];

/** What firms say of the steps of their diagnoses, and what becomes of it: each role sees what it may know. */
export function FeedbackPage() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const [kind, setKind] = useState<FeedbackKind[]>([]);
  const [status, setStatus] = useState<FeedbackStatus[]>([]);
  const [giving, setGiving] = useState(false);
  const [opened, setOpened] = useState<string>();
  const paging = usePaging(JSON.stringify([kind, status]));
  const answer = useAsk(FEEDBACKS, { filter: { ...(kind.length ? { kind } : {}), ...(status.length ? { status } : {}) }, ...paging.paging });
  const firm = FIRM.includes(viewer.role);
  return (
    <>
      <h1>{texts.title}</h1>
      <Space wrap style={{ marginBottom: 16 }}>
        <Select mode="multiple" allowClear aria-label={texts.kind} placeholder={texts.kind} value={kind} onChange={setKind} style={{ minWidth: 160 }} options={Object.keys(FeedbackKindNames).map((value) => ({ value: value as FeedbackKind, label: name(FeedbackKindNames, value) }))} />
        <Select mode="multiple" allowClear aria-label={texts.status} placeholder={texts.status} value={status} onChange={setStatus} style={{ minWidth: 200 }} options={Object.keys(FeedbackStatusNames).map((value) => ({ value: value as FeedbackStatus, label: name(FeedbackStatusNames, value) }))} />
        {firm && <Button type="primary" onClick={() => setGiving(true)}>{texts.give}</Button>}
      </Space>
      <Shown answer={answer}>
        {({ feedbacks }) => {
          const shown = feedbacks.nodes.find((one) => one.id === opened);
          return (
            <>
              <PagedTable
                connection={feedbacks}
                paging={paging}
                rowKey={(row) => row.id}
                caption={texts.title}
                empty={firm ? texts.noneOwn : texts.none}
                fetching={answer.fetching}
                columns={[
                  { title: texts.kind, render: (_, one) => <Tag color={one.kind === "COMPLAINT" ? "#a8071a" : "#1252b3"}>{name(FeedbackKindNames, one.kind)}</Tag> },
                  { title: texts.milestone, render: (_, one) => (one.milestone ? name(FeedbackMilestoneNames, one.milestone) : texts.hidden) },
                  { title: words.fields.provider, render: (_, one) => one.provider?.name ?? "—" },
                  { title: words.fields.enterprise, render: (_, one) => one.enterprise?.name ?? texts.hidden },
                  { title: texts.status, render: (_, one) => <Tag color={COLOURS[one.status]}>{name(FeedbackStatusNames, one.status)}</Tag> },
                  { title: texts.due, render: (_, one) => <span className="nowrap">{one.due ?? "—"} {one.overdue && one.status !== "CLOSED" && <Tag color="#a8071a">{texts.overdue}</Tag>}</span> },
                  { title: "", key: "open", render: (_, one) => <Button size="small" onClick={() => setOpened(one.id)}>{texts.details}</Button> },
                ]}
              />
              <Modal open={Boolean(shown)} title={shown && name(FeedbackKindNames, shown.kind)} onCancel={() => setOpened(undefined)} footer={null} width={720} destroyOnHidden>
                {shown && <One feedback={shown} again={answer.again} />}
              </Modal>
            </>
          );
        }}
      </Shown>
      {["CITY", "PROVIDER", "AUDITOR"].includes(viewer.role) && <Means />}
      <Modal open={giving} title={texts.give} onCancel={() => setGiving(false)} footer={null} destroyOnHidden>
        {giving && <Give done={() => { setGiving(false); answer.again(); }} />}
      </Modal>
    </>
  );
}

function One({ feedback, again }: { feedback: Feedback; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState<"reply" | "second" | "close">();
  const { id, status } = feedback;
  const city = viewer.role === "CITY";

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) setOpen(undefined);
    again();
  }

  const rows: [string, string | null | undefined][] = [
    [texts.text, feedback.text], [texts.answer, feedback.reply], [texts.askUntil, feedback.askUntil], [texts.grounds, feedback.grounds],
    [texts.secondReply, feedback.secondReply], [texts.outcome, feedback.outcome && name(FeedbackOutcomeNames, feedback.outcome)], [texts.reason, feedback.reason],
  ];
  return (
    <>
      <Descriptions size="small" bordered column={1} items={[
        { key: "step", label: texts.milestone, children: feedback.milestone ? name(FeedbackMilestoneNames, feedback.milestone) : texts.hidden },
        { key: "at", label: words.fields.at, children: feedback.givenAt ? shanghai(feedback.givenAt) : texts.hidden },
        { key: "job", label: texts.about, children: feedback.diagnosis ? <Link to={`/diagnoses/${encodeURIComponent(feedback.diagnosis.id)}`}>{feedback.enterprise?.name ?? texts.details}</Link> : texts.hidden },
        { key: "scores", label: texts.scores, children: feedback.scores.length ? feedback.scores.map((one) => <Tag key={one.subject + (one.indicator ?? "")}>{name(FeedbackSubjectNames, one.subject)} {one.indicator} {one.score}</Tag>) : "—" },
        ...rows.filter(([, said]) => said).map(([label, children]) => ({ key: label, label, children })),
      ]} />
      <Space wrap style={{ marginTop: 16 }}>
        {city && ["GIVEN", "SECOND_INSTANCE"].includes(status) && <Button type="primary" onClick={() => void done(send(TAKE_UP, { feedback: id }))}>{texts.take}</Button>}
        {city && status === "TAKEN_UP" && <Button type="primary" onClick={() => setOpen("reply")}>{texts.reply}</Button>}
        {city && ["TAKEN_UP", "ANSWERED", "REVIEWED"].includes(status) && <Button onClick={() => setOpen("close")}>{texts.close}</Button>}
        {FIRM.includes(viewer.role) && feedback.kind === "COMPLAINT" && status === "ANSWERED" && <Button onClick={() => setOpen("second")}>{texts.second}</Button>}
      </Space>
      <Written about={id} open={open === "reply"} title={texts.reply} close={() => setOpen(undefined)} fields={[{ name: "reply", label: texts.answer, rows: 4 }]} send={({ reply = "" }) => done(send(REPLY, { feedback: id, reply }))} />
      <Written about={id} open={open === "second"} title={texts.second} close={() => setOpen(undefined)} fields={[{ name: "grounds", label: texts.grounds, rows: 4 }]} send={({ grounds = "" }) => done(send(SECOND, { feedback: id, grounds }))} />
      <Modal open={open === "close"} title={texts.close} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <KeptForm about={`close ${id}`} layout="vertical" onFinish={(given: { outcome: FeedbackOutcome; reason: string }) => void done(send(CLOSE, { feedback: id, ...given }))}>
          <Form.Item name="outcome" label={texts.outcome} rules={[{ required: true, message: words.signIn.missing }]}><Select options={Object.keys(FeedbackOutcomeNames).map((value) => ({ value, label: name(FeedbackOutcomeNames, value) }))} /></Form.Item>
          <Form.Item name="reason" label={texts.reason} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={3} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

type Said = { diagnosis: string; milestone: FeedbackMilestone; kind: FeedbackKind; anonymous?: boolean; text?: string } & Partial<Record<FeedbackSubject, number>>;

function Give({ done }: { done: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const answer = useAsk(JOBS, {});
  const required = [{ required: true, message: words.signIn.missing }];

  async function give(given: Said) {
    const scores = SUBJECTS.flatMap((subject) => (given[subject] ? [{ subject, score: given[subject] }] : []));
    const { errors, data } = await send(GIVE, { diagnosis: given.diagnosis, milestone: given.milestone, kind: given.kind, anonymous: given.anonymous ?? false, text: given.text || null, scores });
    if (data && !errors.length) done();
  }

  return (
    <Shown answer={answer}>
      {({ diagnoses: { nodes } }) =>
        nodes.length === 0 ? (
          <Empty description={texts.noJob} />
        ) : (
          <KeptForm about="feedback" layout="vertical" initialValues={{ diagnosis: nodes[0]?.id, kind: "FEEDBACK" }} onFinish={(given: Said) => void give(given)}>
            <Alert type="info" title={texts.mine} style={{ marginBottom: 12 }} />
            <Form.Item name="diagnosis" label={texts.about} rules={required}><Select options={nodes.map((one) => ({ value: one.id, label: `${one.caseNumber} ${one.provider?.name ?? ""}` }))} /></Form.Item>
            <Form.Item name="milestone" label={texts.milestone} rules={required}><Select options={Object.keys(FeedbackMilestoneNames).map((value) => ({ value, label: name(FeedbackMilestoneNames, value) }))} /></Form.Item>
            <Form.Item name="kind" label={texts.kind} rules={required}><Radio.Group options={Object.keys(FeedbackKindNames).map((value) => ({ value, label: name(FeedbackKindNames, value) }))} /></Form.Item>
            <fieldset style={{ border: 0, padding: 0, margin: "0 0 16px" }}>
              <legend>{texts.scores}</legend>
              <Space wrap>{SUBJECTS.map((subject) => <Form.Item key={subject} name={subject} label={name(FeedbackSubjectNames, subject)}><InputNumber min={1} max={5} precision={0} style={{ width: 90 }} /></Form.Item>)}</Space>
            </fieldset>
            <Form.Item name="text" label={texts.text}><Input.TextArea rows={4} /></Form.Item>
            <Form.Item name="anonymous" valuePropName="checked" extra={texts.anonymousHelp}><Checkbox>{texts.anonymous}</Checkbox></Form.Item>
            <Button type="primary" htmlType="submit">{words.send}</Button>
          </KeptForm>
        )
      }
    </Shown>
  );
}

function Means() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const [year, setYear] = useState(new Date().getFullYear());
  const answer = useAsk(MEANS, { year });
  return (
    <Card size="small" title={texts.means} style={{ marginTop: 24 }} extra={<label>{texts.year} <InputNumber min={2023} max={2100} value={year} onChange={(value) => value && setYear(value)} /></label>}>
      <Shown answer={answer}>
        {({ yearFeedback }) => (
          <SheetTable
            caption={texts.means}
            rowKey={(one) => one.provider?.id ?? ""}
            dataSource={yearFeedback?.providers.nodes ?? []}
            empty={texts.noMeans}
            columns={[
              { title: words.fields.provider, render: (_, one) => one.provider?.name ?? "—" },
              { title: texts.asked, align: "right", dataIndex: "asked" },
              { title: texts.answered, align: "right", render: (_, one) => <>{one.answered ?? texts.hidden} {one.thin && <Tag color="#874d00">{texts.thin}</Tag>}</> },
              { title: texts.silent, align: "right", render: (_, one) => one.silent ?? texts.hidden },
              { title: texts.pools, render: (_, one) => one.pools.map((pool) => <div key={pool.quarter}>{texts.pool(pool.quarter, pool.firms)}{words.colon}{pool.means.map((mean) => `${name(FeedbackSubjectNames, mean.subject)} ${decimal(mean.mean, 2)}`).join(words.comma)}</div>) },
            ]}
          />
        )}
      </Shown>
    </Card>
  );
}

import { Button, Card, Collapse, DatePicker, Descriptions, Empty, Form, Input, InputNumber, Modal, Select, Space, Statistic, Steps, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { DrawStatusNames, ReassessmentStatusNames } from "../gql/enum-names";
import type { DrawStatus, SampledQuery } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { save } from "../sheet";
import { SheetTable } from "../sheet-table";
import { Written } from "../written";

const SAMPLED = graphql(`
  query Sampled($year: Int!, $office: Boolean!, $drawsAfter: String) {
    sampledYear(year: $year) {
      year frame drawn adjudicated missing material @include(if: $office) share low high effective confirmedAt refuted
      draws(first: 12, after: $drawsAfter) {
        pageInfo { hasNextPage endCursor }
        nodes {
          month status commitment source beaconDay root frameSize beacon secret seed replay frame @include(if: $office)
          jobs(first: 50) { pageInfo { hasNextPage } nodes { diagnosis provider ticket probability status issuedTotal adjudicatedTotal adjudicatedGrade material } }
        }
      }
    }
  }
`);
const ASSESSORS = graphql(`query Assessors($peopleAfter: String) { people(role: [SAMPLER], first: 100, after: $peopleAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const PROVIDERS = graphql(`query SampledProviders($ids: [ID!]!) { nodes(ids: $ids) { id ... on Organisation { unit: name } } }`);
const COMMIT = graphql(`mutation CommitDraw($draw: ID!, $source: String!) { commitDraw(input: { draw: $draw, source: $source }) { userErrors { code clause field bound message messageInEnglish } } }`);
const FRAME = graphql(`mutation FixFrame($draw: ID!, $beaconDay: Date!) { fixFrame(input: { draw: $draw, beaconDay: $beaconDay }) { userErrors { code clause field bound message messageInEnglish } } }`);
const BEACON = graphql(`mutation RecordBeacon($draw: ID!, $beacon: String!) { recordBeacon(input: { draw: $draw, beacon: $beacon }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REVEAL = graphql(`mutation RevealDraw($draw: ID!) { revealDraw(input: { draw: $draw }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ASSIGN = graphql(`
  mutation AssignReassessment($diagnosis: ID!, $draw: ID!, $assessor: ID!) {
    assignReassessment(input: { diagnosis: $diagnosis, draw: $draw, assessor: $assessor }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    title: "抽样评估", commit: "承诺抽样", month: "抽样月份", source: "公开随机数来源", sourceHelp: "如某期公开开奖，写明名称", commitHelp: "程序生成密值，只公布其摘要；须在该月开始之前承诺。", fix: "确定抽样框", beaconDay: "公开随机数产生日", fixHelp: "该月已确认的诊断与各自的入样概率即此固定，摘要公布。", beacon: "记录公开随机数", letters: "公开随机数", lettersHelp: "逐字照录", reveal: "公布密值并抽取",
    none: "该年度尚无抽样。每月开始之前先承诺，月末定抽样框，公开随机数产生后抽取，任何人可以复算。", frame: "抽样框", drawn: "样本", adjudicated: "已裁定", material: "重大误评", share: "误评率", interval: "90% 区间", refuted: "已超限值", kept: (at: number) => `第 ${at} 个样本时确认未超限值`, commitment: "承诺值", root: "抽样框摘要", size: "抽样框项数", secret: "密值", seed: "随机种子",
    replay: "复算脚本", replayHelp: "保存两个文件后运行：python replay.py frame.csv 密值 公开随机数，得到同样的样本。", saveFrame: "保存抽样框 frame.csv", saveScript: "保存 replay.py", jobs: "样本（按抽签号）", ticket: "抽签号", probability: "入样概率", assessor: "抽评专家", assign: "指派", issued: "出具总分", came: "裁定总分", yes: "重大误评", no: "未见重大误评", unassigned: "未指派", noJobs: "抽取之后列出样本。", hidden: "公布之前保密",
  },
  {
    title: "Sampled re-assessment", commit: "Commit to a draw", month: "Month", source: "Public draw that is the beacon", sourceHelp: "Such as a lottery by its name", commitHelp: "The program makes a secret and tells only its digest, before the month begins.", fix: "Fix the frame", beaconDay: "Day of the beacon", fixHelp: "The jobs confirmed in the month, with their probabilities, stand from then on; their digest is told.", beacon: "Record the beacon", letters: "The beacon", lettersHelp: "Letter by letter", reveal: "Reveal the secret and draw",
    none: "No draw in this year. Commit before a month begins, fix the frame after it, record the beacon, draw; anyone can repeat it.", frame: "Frame", drawn: "Drawn", adjudicated: "Settled", material: "Material misgrades", share: "Misgrade rate", interval: "90 % interval", refuted: "over the limit", kept: (at: number) => `limit confirmed at sample ${at}`, commitment: "Commitment", root: "Digest of the frame", size: "Jobs in the frame", secret: "Secret", seed: "Seed",
    replay: "Repeat the draw", replayHelp: "Save both files and run: python replay.py frame.csv SECRET BEACON; the same jobs come out.", saveFrame: "Save frame.csv", saveScript: "Save replay.py", jobs: "Jobs drawn, by ticket", ticket: "Ticket", probability: "Probability", assessor: "Assessor", assign: "Assign", issued: "Issued total", came: "Settled total", yes: "material", no: "not material", unassigned: "not assigned", noJobs: "Jobs are listed once drawn.", hidden: "secret until revealed",
  },
);
type Draw = NonNullable<SampledQuery["sampledYear"]>["draws"]["nodes"][number];
const STATES: DrawStatus[] = ["COMMITTED", "FRAMED", "BEACON", "DRAWN"];
const monthId = (month: Dayjs) => month.format("YYYY.MM");

/** The jobs of a year that are assessed again, blind: drawn in steps that anyone can repeat, and what they came to. */
export function Sampling() {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const { viewer } = useViewer();
  const [year, setYear] = useState(new Date().getFullYear());
  const [committing, setCommitting] = useState(false);
  const answer = useAsk(SAMPLED, { year, office: ["CITY", "AUDITOR"].includes(viewer.role) });

  async function commit(given: { month: Dayjs; source: string }) {
    const { data, errors } = await send(COMMIT, { draw: monthId(given.month), source: given.source });
    if (!data || errors.length) return;
    setCommitting(false);
    setYear(given.month.year());
    answer.again();
  }

  return (
    <>
      <h1>{texts.title}</h1>
      <div className="bar">
        <label>{words.fields.year} <InputNumber min={2023} max={2100} value={year} onChange={(value) => value && setYear(value)} /></label>
        {viewer.role === "CITY" && <Button type="primary" onClick={() => setCommitting(true)}>{texts.commit}</Button>}
      </div>
      <Shown answer={answer}>
        {({ sampledYear }) =>
          sampledYear?.draws.nodes.length ? (
            <>
              <Space wrap size="large" style={{ marginBottom: 16 }}>
                <Statistic title={texts.frame} value={sampledYear.frame} />
                <Statistic title={texts.drawn} value={sampledYear.drawn} />
                <Statistic title={texts.adjudicated} value={sampledYear.adjudicated} />
                <Statistic title={texts.material} value={sampledYear.material ?? "—"} />
                <Statistic title={texts.share} value={sampledYear.share === null ? "—" : `${decimal(Number(sampledYear.share) * 100, 1)} %`} />
                <Statistic title={texts.interval} value={sampledYear.low === null ? "—" : `${decimal(Number(sampledYear.low) * 100, 1)}–${decimal(Number(sampledYear.high) * 100, 1)} %`} />
              </Space>
              <p>{sampledYear.refuted ? <Tag color="#a8071a">{texts.refuted}</Tag> : sampledYear.confirmedAt !== null && <Tag color="#135200">{texts.kept(sampledYear.confirmedAt)}</Tag>}</p>
              {[...sampledYear.draws.nodes].reverse().map((draw) => <TheDraw key={draw.month} draw={draw} again={answer.again} />)}
            </>
          ) : (
            <Empty description={texts.none} />
          )
        }
      </Shown>
      <Modal open={committing} title={texts.commit} onCancel={() => setCommitting(false)} footer={null} destroyOnHidden>
        <p className="clause">{texts.commitHelp}</p>
        <KeptForm about="draw" layout="vertical" onFinish={(given: { month: Dayjs; source: string }) => void commit(given)}>
          <Form.Item name="month" label={texts.month} rules={[{ required: true, message: words.signIn.missing }]}><DatePicker picker="month" style={{ width: "100%" }} /></Form.Item>
          <Form.Item name="source" label={texts.source} extra={texts.sourceHelp} rules={[{ required: true, message: words.signIn.missing }]}><Input /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

function TheDraw({ draw, again }: { draw: Draw; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState<"frame" | "beacon">();
  const city = viewer.role === "CITY";

  async function done(sent: Promise<{ data?: unknown; errors: unknown[] }>) {
    const { data, errors } = await sent;
    if (data && !errors.length) setOpen(undefined);
    again();
  }

  return (
    <Card size="small" title={`${texts.month} ${draw.month}`} style={{ marginBottom: 16 }}>
      <Steps size="small" current={STATES.indexOf(draw.status)} items={STATES.map((one) => ({ title: name(DrawStatusNames, one) }))} style={{ marginBottom: 16 }} />
      <Descriptions size="small" bordered column={1} items={[
        { key: 1, label: texts.source, children: `${draw.source} ${draw.beaconDay ?? ""}` },
        { key: 2, label: texts.commitment, children: <code className="wrap">{draw.commitment}</code> },
        ...(draw.root === null ? [] : [{ key: 3, label: texts.root, children: <><code className="wrap">{draw.root}</code> {texts.size} {draw.frameSize}</> }]),
        ...(draw.beacon === null ? [] : [{ key: 4, label: texts.letters, children: <code className="wrap">{draw.beacon}</code> }]),
        { key: 5, label: texts.secret, children: draw.secret === null ? <span className="clause">{texts.hidden}</span> : <code className="wrap">{draw.secret}</code> },
        ...(draw.seed === null ? [] : [{ key: 6, label: texts.seed, children: <code className="wrap">{draw.seed}</code> }]),
      ]} />
      <Space wrap style={{ margin: "12px 0" }}>
        {city && draw.status === "COMMITTED" && <Button type="primary" onClick={() => setOpen("frame")}>{texts.fix}</Button>}
        {city && draw.status === "FRAMED" && <Button type="primary" onClick={() => setOpen("beacon")}>{texts.beacon}</Button>}
        {city && draw.status === "BEACON" && <Button type="primary" onClick={() => void done(send(REVEAL, { draw: draw.month }))}>{texts.reveal}</Button>}
      </Space>
      <Collapse size="small" items={[{
        key: "replay",
        label: texts.replay,
        children: (
          <>
            <p>{texts.replayHelp}</p>
            <pre className="wrap" tabIndex={0} style={{ overflowX: "auto" }}>{draw.replay}</pre>
            <Space wrap>
              {draw.frame && <Button onClick={() => save("frame.csv", draw.frame ?? "")}>{texts.saveFrame}</Button>}
              <Button onClick={() => save("replay.py", draw.replay)}>{texts.saveScript}</Button>
            </Space>
          </>
        ),
      }]} />
      {draw.status === "DRAWN" ? <Jobs draw={draw} again={again} /> : <p className="clause">{texts.noJobs}</p>}
      <Modal open={open === "frame"} title={texts.fix} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <p className="clause">{texts.fixHelp}</p>
        <KeptForm about={`frame ${draw.month}`} layout="vertical" onFinish={(given: { day: Dayjs }) => void done(send(FRAME, { draw: draw.month, beaconDay: given.day.format("YYYY-MM-DD") }))}>
          <Form.Item name="day" label={texts.beaconDay} rules={[{ required: true, message: words.signIn.missing }]}><DatePicker style={{ width: "100%" }} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
      <Written about={draw.month} open={open === "beacon"} title={texts.beacon} close={() => setOpen(undefined)} fields={[{ name: "beacon", label: texts.letters, help: texts.lettersHelp }]} send={({ beacon = "" }) => done(send(BEACON, { draw: draw.month, beacon }))} />
    </Card>
  );
}

function Jobs({ draw, again }: { draw: Draw; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const city = viewer.role === "CITY";
  const assessors = useAsk(ASSESSORS, {}, !city).data?.people.nodes ?? [];
  const ids = [...new Set(draw.jobs.nodes.map(({ provider }) => provider))];
  const named = useAsk(PROVIDERS, { ids }, ids.length === 0);
  const names = new Map((named.data?.nodes ?? []).flatMap((one) => (one && "unit" in one ? [[one.id, one.unit] as const] : [])));
  return (
    <>
      {draw.jobs.pageInfo.hasNextPage && <p className="clause">{words.cut(draw.jobs.nodes.length)}</p>}
      <SheetTable
        caption={texts.jobs}
        rowKey="ticket"
        dataSource={draw.jobs.nodes}
        style={{ marginTop: 16 }}
        columns={[
          { title: texts.ticket, render: (_, one) => <code>{one.ticket.slice(0, 12)}…</code> },
          { title: words.fields.provider, render: (_, one) => names.get(one.provider) ?? "—" },
          { title: texts.probability, align: "right", dataIndex: "probability" },
          { title: words.fields.status, render: (_, one) => (one.status ? name(ReassessmentStatusNames, one.status) : texts.unassigned) },
          { title: texts.issued, align: "right", render: (_, one) => decimal(one.issuedTotal, 2) },
          { title: texts.came, align: "right", render: (_, one) => decimal(one.adjudicatedTotal, 2) },
          { title: texts.material, render: (_, one) => (one.material === null ? "—" : <Tag color={one.material ? "#a8071a" : "#135200"}>{one.material ? texts.yes : texts.no}</Tag>) },
          ...(city ? [{
            title: texts.assessor,
            render: (_: unknown, one: (typeof draw.jobs.nodes)[number]) =>
              one.status !== "ADJUDICATED" && (
                <Select
                  size="small"
                  aria-label={`${texts.assign} ${one.ticket.slice(0, 12)}`}
                  placeholder={texts.assign}
                  value={null}
                  onChange={(assessor: string | null) => assessor && void send(ASSIGN, { diagnosis: one.diagnosis, draw: draw.month, assessor }).then(again)}
                  options={assessors.map(({ id, name: called }) => ({ value: id, label: called }))}
                  style={{ width: 150 }}
                />
              ),
          }] : []),
        ]}
      />
    </>
  );
}

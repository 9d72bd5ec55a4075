import { Button, DatePicker, Descriptions, Empty, Form, Input, InputNumber, Modal, Popconfirm, Select, Space, Steps } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { CallStageNames, SelectionDimensionNames } from "../gql/enum-names";
import type { CallsQuery, CallStage } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { Applications } from "./applications";
import { Markings } from "./markings";
import { OwnApplication } from "./own-application";

const CALLS = graphql(`
  query Calls($drawnAfter: String) {
    providerCalls {
      year stage applicationsUntil mendingUntil markingUntil objectionsUntil seedDigest received
      rule { passMark industryShare markerGap listedAtMost cause weights { dimension points } }
      drawn(first: 100, after: $drawnAfter) { pageInfo { hasNextPage endCursor } nodes { number provider disputed markers } }
    }
  }
`);
const MARKERS = graphql(`query Markers($peopleAfter: String) { people(role: [MARKER], first: 100, after: $peopleAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const OPEN = graphql(`
  mutation OpenCall($year: Int!, $applicationsUntil: Date!, $mendingUntil: Date!, $markingUntil: Date!, $objectionsUntil: Date!) {
    openCall(input: { year: $year, applicationsUntil: $applicationsUntil, mendingUntil: $mendingUntil, markingUntil: $markingUntil, objectionsUntil: $objectionsUntil }) {
      userErrors { code clause field bound message messageInEnglish }
    }
  }
`);
const CLOSE = graphql(`mutation CloseCall($year: Int!) { closeCall(input: { year: $year }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DRAW = graphql(`mutation DrawMarking($year: Int!, $markers: [ID!]!) { drawMarking(input: { year: $year, markers: $markers }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CLOSE_MARKING = graphql(`mutation CloseMarking($year: Int!) { closeMarking(input: { year: $year }) { userErrors { code clause field bound message messageInEnglish } } }`);
const PUBLISH = graphql(`mutation PublishOutcome($year: Int!) { publishOutcome(input: { year: $year }) { userErrors { code clause field bound message messageInEnglish } } }`);
const END = graphql(`mutation EndObjections($year: Int!) { endObjections(input: { year: $year }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ADOPT = graphql(`mutation AdoptDirectory($year: Int!, $leaving: Int) { adoptDirectory(input: { year: $year, leaving: $leaving }) { userErrors { code clause field bound message messageInEnglish } } }`);
const GIVE = graphql(`mutation GiveMarker($year: Int!, $number: Int!, $marker: ID!) { giveMarker(input: { year: $year, number: $number, marker: $marker }) { userErrors { code clause field bound message messageInEnglish } } }`);

type Call = CallsQuery["providerCalls"][number];
const STAGES: CallStage[] = ["OPEN", "CLOSED", "MARKING", "MARKED", "PUBLISHED", "CONFIRMED", "ADOPTED"];
const isoDay = (day: Dayjs) => day.format("YYYY-MM-DD");

/** A year's selection of providers, as each role sees it: the call and its steps, one's own application, what is to be marked. */
export function Selection() {
  const words = useWords();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const answer = useAsk(CALLS, {});
  const w = words.selection;
  return (
    <>
      <h1>{w.title}</h1>
      <Shown answer={answer}>
        {({ providerCalls }) => {
          const call = providerCalls.find((one) => String(one.year) === sought.get("year")) ?? providerCalls[0];
          return (
            <>
              <Space wrap style={{ marginBottom: 16 }}>
                {call && <Select aria-label={words.fields.year} value={call.year} onChange={(year) => seek({ year: String(year) })} options={providerCalls.map(({ year }) => ({ value: year, label: w.year(year) }))} style={{ minWidth: 140 }} />}
                {viewer.role === "CITY" && <OpenCall again={answer.again} />}
              </Space>
              {call ? (
                <>
                  <TheCall call={call} again={answer.again} />
                  {viewer.role === "PROVIDER" && <OwnApplication key={call.year} year={call.year} stage={call.stage} again={answer.again} />}
                  {viewer.role === "MARKER" && <Markings key={call.year} year={call.year} weights={call.rule.weights} />}
                  {["CITY", "DISTRICT", "AUDITOR"].includes(viewer.role) && <Applications key={call.year} year={call.year} stage={call.stage} />}
                </>
              ) : (
                <Empty description={w.none} />
              )}
            </>
          );
        }}
      </Shown>
    </>
  );
}

function TheCall({ call, again }: { call: Call; again: () => void }) {
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [drawing, setDrawing] = useState(false);
  const [leaving, setLeaving] = useState<number | null>(null);
  const w = words.selection;
  const { year } = call;
  const act = (sent: Promise<unknown>) => void sent.then(again);
  /** The one step that is next, of the city alone; whether it may be taken yet the server says. */
  const next: Partial<Record<CallStage, { label: string; take: () => void }>> = {
    OPEN: { label: w.close, take: () => act(send(CLOSE, { year })) },
    CLOSED: { label: w.draw, take: () => setDrawing(true) },
    MARKING: { label: w.closeMarking, take: () => act(send(CLOSE_MARKING, { year })) },
    MARKED: { label: w.publish, take: () => act(send(PUBLISH, { year })) },
    PUBLISHED: { label: w.end, take: () => act(send(END, { year })) },
    CONFIRMED: { label: w.adopt, take: () => act(send(ADOPT, { year, leaving })) },
  };
  const step = viewer.role === "CITY" ? next[call.stage] : undefined;
  return (
    <>
      <Steps size="small" titlePlacement="vertical" current={STAGES.indexOf(call.stage)} items={STAGES.map((stage) => ({ title: name(CallStageNames, stage) }))} style={{ marginBottom: 20 }} />
      <Descriptions size="small" bordered column={{ xs: 1, md: 2 }} style={{ marginBottom: 16 }}>
        <Descriptions.Item label={w.applicationsUntil}>{call.applicationsUntil}</Descriptions.Item>
        <Descriptions.Item label={w.mendingUntil}>{call.mendingUntil}</Descriptions.Item>
        <Descriptions.Item label={w.markingUntil}>{call.markingUntil}</Descriptions.Item>
        <Descriptions.Item label={w.objectionsUntil}>{call.objectionsUntil}</Descriptions.Item>
        <Descriptions.Item label={w.weights}>{call.rule.weights.map((one) => `${name(SelectionDimensionNames, one.dimension)} ${one.points}`).join(words.comma)}</Descriptions.Item>
        <Descriptions.Item label={w.passMark}>{call.rule.passMark}{call.rule.listedAtMost !== null && `${words.aside(w.atMost(call.rule.listedAtMost))}`}</Descriptions.Item>
        <Descriptions.Item label={w.gap}>{w.points(call.rule.markerGap)}</Descriptions.Item>
        <Descriptions.Item label={w.seed}><code className="wrap">{call.seedDigest}</code></Descriptions.Item>
        {call.received !== null && <Descriptions.Item label={w.received}>{call.received}</Descriptions.Item>}
      </Descriptions>
      {step && <Popconfirm title={step.label} description={call.stage === "CONFIRMED" && <Space>{w.leaving}<InputNumber aria-label={w.leaving} min={0} precision={0} value={leaving} onChange={setLeaving} /></Space>} disabled={call.stage === "CLOSED"} onConfirm={step.take}><Button type="primary" style={{ marginBottom: 16 }} onClick={() => call.stage === "CLOSED" && step.take()}>{step.label}</Button></Popconfirm>}
      {call.drawn && call.drawn.nodes.length > 0 && <Drawn call={call} drawn={call.drawn.nodes} again={again} />}
      <DrawMarkers year={year} open={drawing} close={() => setDrawing(false)} again={again} />
    </>
  );
}

function Drawn({ call, drawn, again }: { call: Call; drawn: NonNullable<Call["drawn"]>["nodes"]; again: () => void }) {
  const words = useWords();
  const send = useSend();
  const { viewer } = useViewer();
  const markers = useAsk(MARKERS, {}, viewer.role !== "CITY").data?.people.nodes ?? [];
  const named = new Map(markers.map((one) => [one.id, one.name]));
  const w = words.selection;
  return (
    <SheetTable
      caption={w.drawn}
      rowKey={(one) => one.number}
      dataSource={drawn}
      style={{ marginBottom: 24 }}
      columns={[
        { title: w.number, dataIndex: "number", align: "right" },
        { title: w.markers, render: (_, one) => one.markers.map((marker) => named.get(marker) ?? marker).join(words.comma) },
        { title: w.disputed, render: (_, one) => (one.disputed ? words.yes : words.no) },
        ...(viewer.role === "CITY" && call.stage === "MARKING"
          ? [{
              title: w.give,
              render: (_: unknown, one: (typeof drawn)[number]) => (
                <Select
                  size="small"
                  aria-label={`${w.give} ${one.number}`}
                  placeholder={w.give}
                  value={null}
                  onChange={(marker: string | null) => marker && void send(GIVE, { year: call.year, number: one.number, marker }).then(again)}
                  options={markers.filter(({ id }) => !one.markers.includes(id)).map(({ id, name }) => ({ value: id, label: name }))}
                  style={{ width: 160 }}
                />
              ),
            }]
          : []),
      ]}
    />
  );
}

function DrawMarkers({ year, open, close, again }: { year: number; open: boolean; close: () => void; again: () => void }) {
  const words = useWords();
  const send = useSend();
  const { data } = useAsk(MARKERS, {}, !open);
  const w = words.selection;

  async function draw({ markers }: { markers: string[] }) {
    const { errors } = await send(DRAW, { year, markers });
    if (!errors.length) close();
    again();
  }

  return (
    <Modal open={open} title={w.draw} onCancel={close} footer={null} destroyOnHidden>
      <p>{w.drawText}</p>
      <KeptForm about={`markers ${year}`} layout="vertical" onFinish={(given: { markers: string[] }) => void draw(given)}>
        <Form.Item name="markers" label={w.markers} rules={[{ required: true, message: words.signIn.missing }]}>
          <Select mode="multiple" optionFilterProp="label" options={data?.people.nodes.map(({ id, name }) => ({ value: id, label: name }))} />
        </Form.Item>
        <Button type="primary" htmlType="submit">{words.send}</Button>
      </KeptForm>
    </Modal>
  );
}

function OpenCall({ again }: { again: () => void }) {
  const words = useWords();
  const send = useSend();
  const [open, setOpen] = useState(false);
  const w = words.selection;
  const days = ["applicationsUntil", "mendingUntil", "markingUntil", "objectionsUntil"] as const;

  async function call({ year, ...given }: { year: number } & Record<(typeof days)[number], Dayjs>) {
    const { errors } = await send(OPEN, {
      year,
      applicationsUntil: isoDay(given.applicationsUntil),
      mendingUntil: isoDay(given.mendingUntil),
      markingUntil: isoDay(given.markingUntil),
      objectionsUntil: isoDay(given.objectionsUntil),
    });
    if (!errors.length) setOpen(false);
    again();
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>{w.open}</Button>
      <Modal open={open} title={w.open} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <KeptForm about="call" layout="vertical" initialValues={{ year: new Date().getFullYear() + 1 }} onFinish={(given) => void call(given as Parameters<typeof call>[0])}>
          <Form.Item name="year" label={words.fields.year} rules={[{ required: true, message: words.signIn.missing }]}><InputNumber min={2023} max={2100} /></Form.Item>
          {days.map((day) => (
            <Form.Item key={day} name={day} label={w[day]} rules={[{ required: true, message: words.signIn.missing }]}><DatePicker style={{ width: "100%" }} /></Form.Item>
          ))}
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

/** Why something is done: a field of its own in each of the forms here. */
export function Reason({ name = "reason", label }: { name?: string; label: string }) {
  const words = useWords();
  return <Form.Item name={name} label={label} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={2} /></Form.Item>;
}

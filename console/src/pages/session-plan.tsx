import { Button, DatePicker, Form, Input, InputNumber, Modal, Select, TimePicker } from "antd";
import type { Dayjs } from "dayjs";

import { useSend } from "../ask";
import { graphql } from "../gql";
import { OutreachKindNames } from "../gql/enum-names";
import type { OutreachKind } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";

const PLAN = graphql(`
  mutation PlanOutreachSession($kind: OutreachKind!, $topic: String!, $host: String!, $heldOn: Date!, $begins: String!, $ends: String!, $place: String, $link: String, $capacity: Int) {
    planOutreachSession(input: { kind: $kind, topic: $topic, host: $host, heldOn: $heldOn, begins: $begins, ends: $ends, place: $place, link: $link, capacity: $capacity }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const MOVE = graphql(`
  mutation MoveOutreachSession($session: ID!, $heldOn: Date!, $begins: String!, $ends: String!, $place: String, $link: String, $reason: String!) {
    moveOutreachSession(input: { outreachSession: $session, heldOn: $heldOn, begins: $begins, ends: $ends, place: $place, link: $link, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  { plan: "计划场次", move: "变更场次", kind: "类别", topic: "主题", host: "主办单位", day: "举办日", time: "起止时间", place: "地点", link: "会议链接", linkHelp: "https 地址；地点与链接至少填一项", capacity: "容纳人数", capacityHelp: "留空为不限", reason: "变更理由" },
  { plan: "Plan a session", move: "Move the session", kind: "Kind", topic: "Topic", host: "Held by", day: "Day", time: "From and to", place: "Place", link: "Online meeting", linkHelp: "An https address; give a place or a meeting, or both", capacity: "Room for", capacityHelp: "Empty: no limit", reason: "Why it is moved" },
);
type When = { heldOn: Dayjs; time: [Dayjs, Dayjs]; place?: string; link?: string };
type Given = When & { kind: OutreachKind; topic: string; host: string; capacity?: number | null; reason: string };

/** Plans a session, or moves one that is planned already. */
export function PlanSession({ open, close, done, session }: { open: boolean; close: () => void; done: () => void; session?: string }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const required = [{ required: true, message: words.signIn.missing }];

  async function sent({ heldOn, time, place, link, ...given }: Given) {
    const when = { heldOn: heldOn.format("YYYY-MM-DD"), begins: time[0].format("HH:mm"), ends: time[1].format("HH:mm"), place: place || null, link: link || null };
    const { data, errors } = session ? await send(MOVE, { session, ...when, reason: given.reason }) : await send(PLAN, { ...when, kind: given.kind, topic: given.topic, host: given.host, capacity: given.capacity ?? null });
    if (data && !errors.length) done();
  }

  return (
    <Modal open={open} title={session ? texts.move : texts.plan} onCancel={close} footer={null} destroyOnHidden>
      <KeptForm<Given> about={`session ${session ?? ""}`} layout="vertical" onFinish={(given) => void sent(given)} initialValues={{ kind: "BRIEFING" }}>
        {!session && (
          <>
            <Form.Item name="kind" label={texts.kind} rules={required}><Select options={Object.keys(OutreachKindNames).map((value) => ({ value: value as OutreachKind, label: name(OutreachKindNames, value) }))} /></Form.Item>
            <Form.Item name="topic" label={texts.topic} rules={required}><Input maxLength={200} /></Form.Item>
            <Form.Item name="host" label={texts.host} rules={required}><Input maxLength={200} /></Form.Item>
          </>
        )}
        <Form.Item name="heldOn" label={texts.day} rules={required}><DatePicker style={{ width: "100%" }} /></Form.Item>
        <Form.Item name="time" label={texts.time} rules={required}><TimePicker.RangePicker format="HH:mm" minuteStep={5} needConfirm={false} style={{ width: "100%" }} /></Form.Item>
        <Form.Item name="place" label={texts.place}><Input maxLength={200} /></Form.Item>
        <Form.Item name="link" label={texts.link} extra={texts.linkHelp}><Input inputMode="url" /></Form.Item>
        {!session && <Form.Item name="capacity" label={texts.capacity} extra={texts.capacityHelp}><InputNumber min={1} style={{ width: 140 }} /></Form.Item>}
        {session && <Form.Item name="reason" label={texts.reason} rules={required}><Input.TextArea rows={3} /></Form.Item>}
        <Button type="primary" htmlType="submit">{words.send}</Button>
      </KeptForm>
    </Modal>
  );
}

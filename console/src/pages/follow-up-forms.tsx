import { Button, DatePicker, Form, Input, Modal, Select, Space } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { plainNumber } from "../answers";
import { useSend } from "../ask";
import { graphql } from "../gql";
import { KeptForm } from "../kept-form";
import { spoken, useWords } from "../language";
import type { FormOf, Option } from "./reading-forms";

const PLAN = graphql(`
  mutation PlanFollowUp($id: ID!, $measures: [PlannedMeasureInput!]!) {
    planFollowUp(input: { diagnosis: $id, measures: $measures }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const REPORT = graphql(`
  mutation ReportFollowUp($id: ID!, $month: Int!, $done: String!, $changes: [MeasuredChangeInput!]) {
    reportFollowUp(input: { diagnosis: $id, month: $month, done: $done, changes: $changes }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    text: "措施内容", by: "完成日", answers: "回应的建议", none: "不针对某条建议", add: "增加一项措施", remove: (n: number) => `移除第 ${n} 项`, done: "已采取的措施", changes: "前后对比（可不填，不计入评分）", name: "测量项目", nameHelp: "如设备联网率", unit: "计量单位", before: "改进前", after: "改进后", evidence: "佐证文件", addChange: "增加一项对比", month: (at: number) => `备案后第 ${at} 个月`, number: "请填数字",
  },
  {
    text: "What is to be done", by: "By", answers: "Answers", none: "no recommendation", add: "Add a measure", remove: (n: number) => `Remove ${n}`, done: "What was done", changes: "Before and after (may be left out; counts for no score)", name: "What was measured", nameHelp: "Such as machines online", unit: "Unit", before: "Before", after: "After", evidence: "Evidence", addChange: "Add a comparison", month: (at: number) => `${at} months after filing`, number: "A number, please",
  },
);
type Measure = { indicator: string; text: string; by: Dayjs; recommendation?: number };
type Change = { indicator: string; name: string; unit: string; before: string; after: string; evidence?: string };
type Known = { indicator: string; recommendation: number | null; text: string; by: string };

/** What the firm will do about which indicator, and by when. */
export function MeasuresForm({ id, open, title, close, done, indicators, known, advice }: FormOf & { indicators: Option[]; known: Known[]; advice: { number: number; indicator: string; text: string }[] }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const needed = [{ required: true, message: words.signIn.missing }];
  const begun = known.length
    ? known.map((one) => ({ ...one, by: dayjs(one.by), recommendation: one.recommendation ?? undefined }))
    : advice.length ? advice.map((one) => ({ indicator: one.indicator, recommendation: one.number })) : [{}];
  return (
    <Modal open={open} title={title} onCancel={close} footer={null} width={640} destroyOnHidden>
      <KeptForm
        about={`measures ${id}`}
        layout="vertical"
        initialValues={{ measures: begun }}
        onFinish={({ measures }: { measures: Measure[] }) => void done(send(PLAN, { id, measures: measures.map((one) => ({ indicator: one.indicator, text: one.text, by: one.by.format("YYYY-MM-DD"), recommendation: one.recommendation ?? null })) }))}
      >
        <Form.List name="measures">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field, number) => (
                <fieldset key={field.key} style={{ border: 0, padding: 0, margin: "0 0 12px" }}>
                  <legend><strong>{number + 1}</strong></legend>
                  <Form.Item name={[field.name, "indicator"]} label={words.acts.indicator} rules={needed}><Select showSearch={{ optionFilterProp: "label" }} options={indicators} /></Form.Item>
                  {advice.length > 0 && (
                    <Form.Item name={[field.name, "recommendation"]} label={texts.answers}>
                      <Select allowClear placeholder={texts.none} options={advice.map((one) => ({ value: one.number, label: `${one.number} ${one.indicator}${words.colon}${one.text}` }))} />
                    </Form.Item>
                  )}
                  <Form.Item name={[field.name, "text"]} label={texts.text} rules={needed}><Input.TextArea rows={2} /></Form.Item>
                  <Space align="end">
                    <Form.Item name={[field.name, "by"]} label={texts.by} rules={needed}><DatePicker /></Form.Item>
                    {fields.length > 1 && <Form.Item><Button onClick={() => remove(field.name)}>{texts.remove(number + 1)}</Button></Form.Item>}
                  </Space>
                </fieldset>
              ))}
              <Button onClick={() => add({})}>{texts.add}</Button>
            </>
          )}
        </Form.List>
        <div style={{ marginTop: 16 }}><Button type="primary" htmlType="submit">{words.send}</Button></div>
      </KeptForm>
    </Modal>
  );
}

/** What was done by a month, and what was measured before and after. */
export function ReportForm({ id, month, title, close, done, indicators, evidence }: Omit<FormOf, "open"> & { month: number | undefined; indicators: Option[]; evidence: { sha256: string; filename: string }[] }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const needed = [{ required: true, message: words.signIn.missing }];
  const numeric = [...needed, { validator: async (_: unknown, given?: string) => { if (given && !/^-?\d+(\.\d+)?$/.test(plainNumber(given))) throw new Error(texts.number); } }];
  return (
    <Modal open={month !== undefined} title={month !== undefined && `${title} · ${texts.month(month)}`} onCancel={close} footer={null} width={640} destroyOnHidden>
      <KeptForm
        about={`report ${id} ${month}`}
        layout="vertical"
        onFinish={(given: { done: string; changes?: Change[] }) =>
          void done(send(REPORT, { id, month: month ?? 0, done: given.done, changes: (given.changes ?? []).map((one) => ({ ...one, before: plainNumber(one.before), after: plainNumber(one.after), evidence: one.evidence ?? null })) }))
        }
      >
        <Form.Item name="done" label={texts.done} rules={needed}><Input.TextArea rows={4} /></Form.Item>
        <h2>{texts.changes}</h2>
        <Form.List name="changes">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field, number) => (
                <fieldset key={field.key} style={{ border: 0, padding: 0, margin: "0 0 12px" }}>
                  <legend><strong>{number + 1}</strong></legend>
                  <Form.Item name={[field.name, "indicator"]} label={words.acts.indicator} rules={needed}><Select showSearch={{ optionFilterProp: "label" }} options={indicators} /></Form.Item>
                  <Space wrap align="start">
                    <Form.Item name={[field.name, "name"]} label={texts.name} extra={texts.nameHelp} rules={needed}><Input style={{ width: 180 }} /></Form.Item>
                    <Form.Item name={[field.name, "unit"]} label={texts.unit} rules={needed}><Input style={{ width: 90 }} /></Form.Item>
                    <Form.Item name={[field.name, "before"]} label={texts.before} rules={numeric}><Input inputMode="decimal" style={{ width: 110 }} /></Form.Item>
                    <Form.Item name={[field.name, "after"]} label={texts.after} rules={numeric}><Input inputMode="decimal" style={{ width: 110 }} /></Form.Item>
                  </Space>
                  {evidence.length > 0 && <Form.Item name={[field.name, "evidence"]} label={texts.evidence}><Select allowClear options={evidence.map((one) => ({ value: one.sha256, label: one.filename }))} /></Form.Item>}
                  <Button size="small" onClick={() => remove(field.name)}>{texts.remove(number + 1)}</Button>
                </fieldset>
              ))}
              <Button onClick={() => add({})}>{texts.addChange}</Button>
            </>
          )}
        </Form.List>
        <div style={{ marginTop: 16 }}><Button type="primary" htmlType="submit">{words.send}</Button></div>
      </KeptForm>
    </Modal>
  );
}

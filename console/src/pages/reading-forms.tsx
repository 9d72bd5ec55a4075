import { Button, DatePicker, Form, Input, Modal, Select } from "antd";
import type { Dayjs } from "dayjs";

import { useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { KeptForm } from "../kept-form";
import { spoken, useWords } from "../language";

const READERS = graphql(`query Readers($id: ID!) { readerCandidates(diagnosis: $id) { expert name until } }`);
const APPOINT = graphql(`
  mutation AppointReader($id: ID!, $expert: ID!, $until: Date!) {
    appointReader(input: { diagnosis: $id, expert: $expert, until: $until }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const RECORD = graphql(`
  mutation RecordReading($id: ID!, $heldOn: Date!, $findings: String!, $recommendations: [ExpertRecommendationInput!]!) {
    recordReading(input: { diagnosis: $id, heldOn: $heldOn, findings: $findings, recommendations: $recommendations }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  { expert: "解读专家", expertHelp: "在任的解读专家，曾在该企业或其服务商任职的不列出", noExpert: "没有可指派的解读专家，请由市级部门增加。", until: "指派截止日", untilHelp: "此前专家可查看该诊断", heldOn: "解读日期", findings: "解读意见", advice: "改进建议，最要紧的在前", text: "建议内容", add: "增加一条建议", remove: (n: number) => `移除第 ${n} 条` },
  { expert: "Expert", expertHelp: "Readers of today, without those who ever held a role for the firm or its provider", noExpert: "Nobody can be appointed; ask the city for another reader.", until: "Until", untilHelp: "The case is open to the expert until then", heldOn: "Held on", findings: "Findings", advice: "Recommendations, the most important first", text: "What is to be done", add: "Add a recommendation", remove: (n: number) => `Remove ${n}` },
);

export interface FormOf {
  id: string;
  open: boolean;
  title: string;
  close: () => void;
  done: (sent: Promise<{ data?: unknown; errors: unknown[] }>) => Promise<void>;
}
export type Option = { value: string; label: string };

/** Who is to read a filed report with its firm, and until when. */
export function AppointForm({ id, open, title, close, done }: FormOf) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const answer = useAsk(READERS, { id }, !open);
  const needed = [{ required: true, message: words.signIn.missing }];
  return (
    <Modal open={open} title={title} onCancel={close} footer={null} destroyOnHidden>
      <KeptForm about={`appoint reader ${id}`} layout="vertical" onFinish={(given: { expert: string; until: Dayjs }) => void done(send(APPOINT, { id, expert: given.expert, until: given.until.format("YYYY-MM-DD") }))}>
        <Form.Item name="expert" label={texts.expert} extra={texts.expertHelp} rules={needed}>
          <Select loading={answer.fetching} notFoundContent={texts.noExpert} showSearch={{ optionFilterProp: "label" }} options={(answer.data?.readerCandidates ?? []).map((one) => ({ value: one.expert, label: one.until ? `${one.name}（${words.fields.until} ${one.until}）` : one.name }))} />
        </Form.Item>
        <Form.Item name="until" label={texts.until} extra={texts.untilHelp} rules={needed}><DatePicker /></Form.Item>
        <Button type="primary" htmlType="submit">{words.send}</Button>
      </KeptForm>
    </Modal>
  );
}

/** What came of a reading: what was found, and what is to be done first. */
export function ReadingForm({ id, open, title, close, done, indicators }: FormOf & { indicators: Option[] }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const needed = [{ required: true, message: words.signIn.missing }];
  type Given = { heldOn: Dayjs; findings: string; recommendations: { indicator: string; text: string }[] };
  return (
    <Modal open={open} title={title} onCancel={close} footer={null} width={640} destroyOnHidden>
      <KeptForm about={`reading ${id}`} layout="vertical" initialValues={{ recommendations: [{}] }} onFinish={(given: Given) => void done(send(RECORD, { id, ...given, heldOn: given.heldOn.format("YYYY-MM-DD") }))}>
        <Form.Item name="heldOn" label={texts.heldOn} rules={needed}><DatePicker /></Form.Item>
        <Form.Item name="findings" label={texts.findings} rules={needed}><Input.TextArea rows={4} /></Form.Item>
        <h2>{texts.advice}</h2>
        <Form.List name="recommendations">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field, number) => (
                <div key={field.key}>
                  <Form.Item name={[field.name, "indicator"]} label={`${number + 1} ${words.acts.indicator}`} rules={needed}><Select showSearch={{ optionFilterProp: "label" }} options={indicators} /></Form.Item>
                  <Form.Item name={[field.name, "text"]} label={`${number + 1} ${texts.text}`} rules={needed}><Input.TextArea rows={2} /></Form.Item>
                  {fields.length > 1 && <Button size="small" onClick={() => remove(field.name)} style={{ marginBottom: 16 }}>{texts.remove(number + 1)}</Button>}
                </div>
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

import { Button, Form, Input, Modal, Radio, Select } from "antd";

import { useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import type { CaseStudyShownQuery } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useWords } from "../language";

const FOLLOWED = graphql(`query FollowedUpCases($diagnosesAfter: String) { diagnoses(filter: { filed: true }, orderBy: [STATUS_SINCE_DESC], first: 50, after: $diagnosesAfter) { pageInfo { hasNextPage endCursor } nodes { id caseNumber enterprise { id name } } } }`);
const OF_FIRM = graphql(`
  query CasesOfFirm($id: ID!, $firms: [ID!]!, $diagnosesAfter: String) {
    diagnosis(id: $id) { followUp { reports { changes { name unit before after } } } }
    diagnoses(filter: { enterprise: $firms, status: [ISSUED, CONFIRMED] }, first: 20, after: $diagnosesAfter) { pageInfo { hasNextPage endCursor } nodes { id caseNumber } }
  }
`);
const DRAFT = graphql(`
  mutation DraftCaseStudy($enterprise: ID!, $diagnosis: ID!, $title: String!, $situation: String!, $done: String!, $brought: String!, $changes: [Int!], $later: ID, $named: Boolean) {
    draftCaseStudy(input: { enterprise: $enterprise, diagnosis: $diagnosis, title: $title, situation: $situation, done: $done, brought: $brought, changes: $changes, later: $later, named: $named }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const REVISE = graphql(`
  mutation ReviseCaseStudy($id: ID!, $title: String!, $situation: String!, $done: String!, $brought: String!, $changes: [Int!], $later: ID, $named: Boolean) {
    reviseCaseStudy(input: { caseStudy: $id, title: $title, situation: $situation, done: $done, brought: $brought, changes: $changes, later: $later, named: $named }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const useTexts = spoken(
  { draft: "起草案例", revise: "修改文稿", says: "文稿不写企业、产品与人员名称，除非企业同意署名；数字取自记录，不另行填写。", diagnosis: "所依诊断", help: "已备案的诊断；有回访或复诊的方有数字可用", title: "标题", situation: "改进前情况", done: "改进措施", brought: "改进成效", changes: "采用的前后对比", changesHelp: "企业在回访中报告的", later: "复诊", laterHelp: "列出两次核验总分；不选则不列", named: "是否署企业名称" },
  { draft: "Draft a case study", revise: "Revise the text", says: "It names no firm, product or person unless the firm agrees to be named; numbers come from the record.", diagnosis: "Rests on", help: "A filed diagnosis; numbers come from its follow-up or a repeat", title: "Title", situation: "Where it started", done: "What was done", brought: "What it brought", changes: "Changes that are shown", changesHelp: "As the firm reported them in its follow-up", later: "Repeat diagnosis", laterHelp: "Both totals are shown; none: none", named: "The firm is named" },
);
type Study = NonNullable<CaseStudyShownQuery["caseStudy"]>;
type Given = { diagnosis: string; title: string; situation: string; done: string; brought: string; changes?: number[]; later?: string; named: boolean };

/** Writes a case study of a firm whose diagnosis is filed, or another text in place of one. */
export function CaseWrite({ open, close, done, study }: { open: boolean; close: () => void; done: () => void; study?: Study }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const [form] = Form.useForm<Given>();
  const chosen = Form.useWatch("diagnosis", form) ?? study?.diagnosis?.id;
  const followed = useAsk(FOLLOWED, {}, !open || !!study).data?.diagnoses.nodes ?? [];
  const enterprise = study?.enterprise?.id ?? followed.find((one) => one.id === chosen)?.enterprise?.id;
  const { data } = useAsk(OF_FIRM, { id: chosen ?? "", firms: enterprise ? [enterprise] : [] }, !open || !chosen || !enterprise);
  const changes = (data?.diagnosis?.followUp?.reports ?? []).flatMap((one) => one.changes);
  const required = [{ required: true, message: words.signIn.missing }];
  async function sent({ diagnosis, changes: shown, later, ...given }: Given) {
    const text = { ...given, changes: shown?.length ? shown : null, later: later ?? null };
    const answer = study ? await send(REVISE, { id: study.id, ...text }) : await send(DRAFT, { enterprise: enterprise ?? "", diagnosis, ...text });
    if (answer.data && !answer.errors.length) done();
  }
  return (
    <Modal open={open} title={study ? texts.revise : texts.draft} width={680} onCancel={close} footer={null} destroyOnHidden>
      <p>{texts.says}</p>
      <KeptForm<Given> about={`case study ${study?.id ?? ""}`} form={form} layout="vertical" preserve={false} onFinish={(given) => void sent(given)} initialValues={study ? { title: study.title, situation: study.situation, done: study.done, brought: study.brought, named: study.firm !== null } : { named: false }}>
        {!study && <Form.Item name="diagnosis" label={texts.diagnosis} extra={texts.help} rules={required}><Select showSearch={{ optionFilterProp: "label" }} options={followed.map((one) => ({ value: one.id, label: `${one.enterprise?.name ?? ""} ${one.caseNumber}` }))} /></Form.Item>}
        <Form.Item name="title" label={texts.title} rules={required}><Input maxLength={200} /></Form.Item>
        <Form.Item name="situation" label={texts.situation} rules={required}><Input.TextArea rows={3} /></Form.Item>
        <Form.Item name="done" label={texts.done} rules={required}><Input.TextArea rows={3} /></Form.Item>
        <Form.Item name="brought" label={texts.brought} rules={required}><Input.TextArea rows={3} /></Form.Item>
        {changes.length > 0 && <Form.Item name="changes" label={texts.changes} extra={texts.changesHelp}><Select mode="multiple" options={changes.map((one, at) => ({ value: at + 1, label: `${one.name} ${one.before} → ${one.after} ${one.unit}` }))} /></Form.Item>}
        <Form.Item name="later" label={texts.later} extra={texts.laterHelp}><Select allowClear options={(data?.diagnoses.nodes ?? []).filter((one) => one.id !== chosen).map((one) => ({ value: one.id, label: one.caseNumber }))} /></Form.Item>
        <Form.Item name="named" label={texts.named} rules={required}><Radio.Group options={[{ value: true, label: words.yes }, { value: false, label: words.no }]} /></Form.Item>
        <Button type="primary" htmlType="submit">{words.send}</Button>
      </KeptForm>
    </Modal>
  );
}

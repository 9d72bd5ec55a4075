import { App, Button, Form, Input, Modal, Popconfirm, Select, Space } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useClient } from "urql";

import { QUESTIONS } from "../answer-fields";
import { persisted } from "../api";
import { useSend } from "../ask";
import { graphql } from "../gql";
import { KeptForm } from "../kept-form";
import { useWords } from "../language";
import { useViewer } from "../session";
import type { CaseOf } from "./case";
import { ANSWERS, DEFERRED } from "./questionnaire";

const PLEDGE = graphql(`mutation Pledge($id: ID!) { pledgeTruth(input: { diagnosis: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const SUBMIT = graphql(`mutation Submit($id: ID!) { submitSelfAssessment(input: { diagnosis: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ACCEPT = graphql(`mutation Accept($id: ID!) { acceptDiagnosis(input: { diagnosis: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const SCORE = graphql(`mutation ScoreCase($id: ID!) { scoreDiagnosis(input: { diagnosis: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ISSUE = graphql(`mutation Issue($id: ID!) { issueReport(input: { diagnosis: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CONFIRM = graphql(`mutation Confirm($id: ID!) { confirmReport(input: { diagnosis: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const OBJECT = graphql(`mutation Object($id: ID!, $items: [ObjectionItemInput!]!) { objectToReport(input: { diagnosis: $id, items: $items }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ANSWER = graphql(`mutation AnswerObjections($id: ID!, $answers: [ObjectionAnswerInput!]!) { answerObjections(input: { diagnosis: $id, answers: $answers }) { userErrors { code clause field bound message messageInEnglish } } }`);
const FIRM = ["ENTERPRISE", "CONFIRMER"];
const SIDE = ["PROVIDER", "DIAGNOSTICIAN"];

/** The next steps of a case that are this reader's; whether one may be taken the server decides and says. */
export function CaseActs({ diagnosis, again }: { diagnosis: CaseOf; again: () => void }) {
  const words = useWords();
  const { viewer } = useViewer();
  const send = useSend();
  const go = useNavigate();
  const [open, setOpen] = useState<"object" | "answer">();
  const client = useClient();
  const { modal } = App.useApp();
  const { id, status } = diagnosis;
  const firm = FIRM.includes(viewer.role);
  const provider = SIDE.includes(viewer.role);

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) setOpen(undefined);
    again();
  }

  /** Says what is missing before it asks whether to submit: the server refuses what is not whole. */
  async function submit() {
    const [questions, answers, marks] = await Promise.all([
      client.query(persisted(QUESTIONS), { key: diagnosis.edition.key }).toPromise(),
      client.query(persisted(ANSWERS), { id }).toPromise(),
      client.query(persisted(DEFERRED), { id }).toPromise(),
    ]);
    const given = new Set(answers.data?.diagnosis?.answers?.map((one) => one.indicator));
    const marked = new Set(marks.data?.deferredQuestions?.map((one) => one.indicator));
    const open = answers.data ? (questions.data?.edition?.indicators ?? []).filter((one) => (diagnosis.form === "FULL" || one.inBrief) && !given.has(one.id)) : [];
    if (!open.length) return void modal.confirm({ title: words.acts.submit, content: words.acts.submitText, onOk: () => done(send(SUBMIT, { id })) });
    void modal.confirm({
      title: words.acts.submitOpen(open.length),
      content: <ul className="plain">{open.map((one) => <li key={one.id}>{one.id} {one.name}{marked.has(one.id) && words.aside(words.acts.submitMarked)}</li>)}</ul>,
      okText: words.acts.submitFill,
      onOk: () => void go("?tab=questionnaire"),
    });
  }

  return (
    <Space wrap style={{ marginBottom: 16 }}>
      {firm && status === "OPEN" && (
        <Button onClick={() => void modal.confirm({ title: words.acts.pledge, content: words.acts.pledgeText, onOk: () => done(send(PLEDGE, { id })) })}>{words.acts.pledge}</Button>
      )}
      {(firm || viewer.role === "FILLER") && status === "OPEN" && (
        <Button type="primary" onClick={() => void submit()}>{words.acts.submit}</Button>
      )}
      {provider && status === "SUBMITTED" && <Button type="primary" onClick={() => void done(send(ACCEPT, { id }))}>{words.acts.accept}</Button>}
      {provider && status === "ACCEPTED" && <Button onClick={() => void go("?tab=visits")}>{words.acts.visit}</Button>}
      {provider && ["ACCEPTED", "SCORED"].includes(status) && <Button onClick={() => void done(send(SCORE, { id }))}>{words.acts.score}</Button>}
      {provider && status === "SCORED" && <Button type="primary" onClick={() => void done(send(ISSUE, { id }))}>{words.acts.issue}</Button>}
      {firm && status === "ISSUED" && (
        <Popconfirm title={words.acts.confirmText} onConfirm={() => void done(send(CONFIRM, { id }))}><Button type="primary">{words.acts.confirm}</Button></Popconfirm>
      )}
      {firm && status === "ISSUED" && <Button danger onClick={() => setOpen("object")}>{words.acts.object}</Button>}
      {provider && status === "OBJECTED" && <Button type="primary" onClick={() => setOpen("answer")}>{words.acts.answer}</Button>}

      <Modal open={open === "object"} title={words.acts.object} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <KeptForm about={`object ${id}`} layout="vertical" initialValues={{ items: [{}] }} onFinish={(given) => void done(send(OBJECT, { id, items: (given as { items: { indicator: string; reason: string }[] }).items }))}>
          <Form.List name="items">
            {(fields, { add }) => (
              <>
                {fields.map((field) => (
                  <Space key={field.key} align="start" wrap>
                    <Form.Item name={[field.name, "indicator"]} label={words.acts.indicator} rules={[{ required: true, message: words.signIn.missing }]}><Input style={{ width: 110 }} /></Form.Item>
                    <Form.Item name={[field.name, "reason"]} label={words.fields.reason} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={2} style={{ width: 300 }} /></Form.Item>
                  </Space>
                ))}
                <Button onClick={() => add({})}>{words.acts.add}</Button>
              </>
            )}
          </Form.List>
          <Button type="primary" htmlType="submit" style={{ marginTop: 16 }}>{words.send}</Button>
        </KeptForm>
      </Modal>

      <Modal open={open === "answer"} title={words.acts.answer} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <KeptForm
          about={`answer ${id}`}
          layout="vertical"
          initialValues={{ answers: (diagnosis.objections?.nodes ?? []).filter((one) => !one.answer).map((one) => ({ indicator: one.indicator, upheld: false })) }}
          onFinish={(given) => void done(send(ANSWER, { id, answers: (given as { answers: { indicator: string; upheld: boolean; reason: string }[] }).answers }))}
        >
          <Form.List name="answers">
            {(fields) =>
              fields.map((field, number) => (
                <div key={field.key}>
                  <strong>{(diagnosis.objections?.nodes ?? []).filter((one) => !one.answer)[number]?.indicator}</strong> {(diagnosis.objections?.nodes ?? []).filter((one) => !one.answer)[number]?.text}
                  <Form.Item name={[field.name, "indicator"]} hidden><Input /></Form.Item>
                  <Form.Item name={[field.name, "upheld"]} label={words.fields.outcome}><Select options={[{ value: true, label: words.case.upheld }, { value: false, label: words.case.dismissed }]} /></Form.Item>
                  <Form.Item name={[field.name, "reason"]} label={words.fields.reason} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={2} /></Form.Item>
                </div>
              ))
            }
          </Form.List>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </Space>
  );
}

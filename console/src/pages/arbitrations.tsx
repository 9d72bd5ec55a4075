import { Alert, Button, Card, Descriptions, Empty, Form, Input, Modal, Radio, Space, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { AnswerFields, type Indicator, QUESTIONS, Said } from "../answer-fields";
import { type Asked, asSent, type Given, isWhole } from "../answers";
import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import type { ArbitratedCaseQuery } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useWords } from "../language";
import { Written } from "../written";
import { StatusTag } from "./diagnoses";

const LAID_BEFORE = graphql(`query LaidBefore($diagnosesAfter: String) { diagnoses(orderBy: [STATUS_SINCE_ASC], first: 50, after: $diagnosesAfter) { pageInfo { hasNextPage endCursor } nodes { id arbitrations(first: 1) { nodes { proceeding } } } } }`);
const CASE = graphql(`
  query ArbitratedCase($id: ID!, $objectionsAfter: String, $arbitrationsAfter: String) {
    diagnosis(id: $id) {
      id status edition { key } enterprise { id name } provider { id name }
      objections(first: 50, after: $objectionsAfter) { pageInfo { hasNextPage endCursor } nodes { indicator text answer { upheld text } } }
      answers { indicator given { level numbers { name value } choices notApplicable reason } verified { level numbers { name value } choices notApplicable reason } difference }
      arbitrations(first: 5, after: $arbitrationsAfter) { pageInfo { hasNextPage endCursor } nodes { proceeding requestedAt opinionsGiven decidedAt settledAt items { indicator text } opinions { givenAt findings { indicator upheld level text } } findings { indicator upheld text } } }
    }
  }
`);
const GIVE = graphql(`
  mutation GiveOpinion($id: ID!, $findings: [ArbiterFindingInput!]!) {
    giveArbiterOpinion(input: { diagnosis: $id, findings: $findings }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const DECLARE = graphql(`
  mutation DeclareArbiterConflict($id: ID!, $reason: String!) {
    declareArbiterConflict(input: { diagnosis: $id, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    title: "仲裁案件", none: "目前没有请您仲裁的案件。", record: "查看全部案卷", asked: (at: string, count: number) => `${at} 申请，已收到专家意见 ${count} 份；决定之前，其他专家的意见不向您显示。`,
    firm: "企业申请仲裁的理由", objected: "企业的异议", replied: "服务商的答复", self: "企业自评", verified: "服务商核验", difference: "服务商的理由", own: "您的意见", given: (at: string) => `您已于 ${at} 提交意见，决定之前可以修改`, decided: "认定",
    give: "提交仲裁意见", change: "修改仲裁意见", standBack: "申明回避", standBackText: "与任何一方相识或有利益关系的，请申明回避。申明之后您不再看到该案，市级部门改派其他专家。", why: "回避事由",
    upheld: "异议成立", dismissed: "异议不成立", found: "认定的答案", reason: (indicator: string) => `${indicator} 的理由`, incomplete: "请填写认定的答案", help: "每项异议各给一次意见。成立的，写明您认定的答案；不成立的，核验结果不变。",
  },
  {
    title: "Cases to arbitrate", none: "No case waits for your opinion.", record: "Open the whole record", asked: (at: string, count: number) => `Asked for at ${at}; ${count} opinions given. What other experts found is not shown to you before the decision.`,
    firm: "Why the firm asks for arbitration", objected: "The firm's objection", replied: "The provider's answer", self: "Self-assessed", verified: "Verified", difference: "The provider's reason", own: "Your opinion", given: (at: string) => `You gave your opinion at ${at}; it may be changed until the decision`, decided: "Decided",
    give: "Give an opinion", change: "Change the opinion", standBack: "Declare a conflict", standBackText: "Declare it if you know a side or have an interest. The case closes to you, and the city names another expert.", why: "What the conflict is",
    upheld: "Upheld", dismissed: "Not upheld", found: "The answer that holds", reason: (indicator: string) => `${indicator}: why`, incomplete: "Say which answer holds", help: "Find on every item once. Where the objection is upheld, say which answer holds; else the verified one stands.",
  },
);
type Laid = NonNullable<ArbitratedCaseQuery["diagnosis"]>;
type Arbitration = NonNullable<Laid["arbitrations"]>["nodes"][number];
type Findings = Parameters<typeof asFinding>[1];

/** The cases that are laid before an arbiter, each on the record that both sides see. */
export function Arbitrations() {
  const texts = useTexts();
  const answer = useAsk(LAID_BEFORE, {});
  return (
    <>
      <h1>{texts.title}</h1>
      <Shown answer={answer}>
        {({ diagnoses }) => {
          const laid = diagnoses.nodes.filter((one) => one.arbitrations?.nodes.length);
          return laid.length ? laid.map((one) => <OfCase key={one.id} id={one.id} gone={answer.again} />) : <Empty description={texts.none} />;
        }}
      </Shown>
    </>
  );
}

function OfCase({ id, gone }: { id: string; gone: () => void }) {
  const answer = useAsk(CASE, { id });
  const again = (left: boolean) => (left ? gone() : answer.again());
  return (
    <Shown answer={answer}>
      {({ diagnosis }) => <>{diagnosis?.arbitrations?.nodes.map((one) => <LaidBefore key={one.proceeding} diagnosis={diagnosis} arbitration={one} again={again} />)}</>}
    </Shown>
  );
}

function LaidBefore({ diagnosis, arbitration, again }: { diagnosis: Laid; arbitration: Arbitration; again: (left: boolean) => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const [open, setOpen] = useState<"opinion" | "conflict">();
  const questions = useAsk(QUESTIONS, { key: diagnosis.edition.key });
  const own = arbitration.decidedAt ? undefined : arbitration.opinions[0];
  const { id } = diagnosis;
  const tag = (upheld: boolean) => <Tag color={upheld ? "#135200" : "#595959"}>{upheld ? texts.upheld : texts.dismissed}</Tag>;

  async function done(sent: Promise<{ data?: unknown; errors: unknown[] }>) {
    const { data, errors } = await sent;
    if (!data || errors.length) return;
    setOpen(undefined);
    again(open === "conflict");
  }

  return (
    <Card
      style={{ marginBottom: 16 }}
      title={<>{diagnosis.enterprise?.name} · {diagnosis.provider?.name} <StatusTag status={diagnosis.status} /></>}
      extra={<Link to={`/diagnoses/${encodeURIComponent(id)}`}>{texts.record}</Link>}
    >
      <p className="clause">{own ? texts.given(shanghai(own.givenAt)) : texts.asked(shanghai(arbitration.requestedAt), arbitration.opinionsGiven)}</p>
      <Shown answer={questions}>
        {({ edition }) => {
          const indicators = new Map((edition?.indicators ?? []).map((one) => [one.id, one]));
          return (
            <>
              {arbitration.items.map((item) => {
                const indicator = indicators.get(item.indicator);
                const said = (diagnosis.answers ?? []).find((one) => one.indicator === item.indicator);
                const objection = (diagnosis.objections?.nodes ?? []).findLast((one) => one.indicator === item.indicator);
                const mine = own?.findings.find((one) => one.indicator === item.indicator);
                const decided = arbitration.findings.find((one) => one.indicator === item.indicator);
                return (
                  <Descriptions
                    key={item.indicator}
                    bordered
                    size="small"
                    column={1}
                    style={{ marginBottom: 16 }}
                    styles={{ label: { width: 180 } }}
                    title={<span style={{ whiteSpace: "normal" }}>{item.indicator} {indicator?.name}</span>}
                    items={[
                      [texts.firm, item.text],
                      [texts.objected, objection?.text],
                      [texts.replied, objection?.answer?.text],
                      [texts.self, said && indicator && <Said given={said.given} indicator={indicator} />],
                      [texts.verified, said?.verified && indicator && <Said given={said.verified} indicator={indicator} />],
                      [texts.difference, said?.difference],
                      [texts.own, mine && <>{tag(mine.upheld)} {mine.level && words.questionnaire.level(Number(mine.level))} {mine.text}</>],
                      [texts.decided, decided && <>{tag(decided.upheld)} {decided.text}</>],
                    ].filter(([, text]) => text).map(([label, children], key) => ({ key, label, children }))}
                  />
                );
              })}
              {!arbitration.decidedAt && !arbitration.settledAt && (
                <Space wrap>
                  <Button type="primary" onClick={() => setOpen("opinion")}>{own ? texts.change : texts.give}</Button>
                  {!own && <Button onClick={() => setOpen("conflict")}>{texts.standBack}</Button>}
                </Space>
              )}
              <Modal open={open === "opinion"} title={own ? texts.change : texts.give} width={760} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
                <p>{texts.help}</p>
                <Opinion about={id} items={arbitration.items.map((one) => one.indicator)} indicators={indicators} send={(findings) => done(send(GIVE, { id, findings }))} />
              </Modal>
            </>
          );
        }}
      </Shown>
      <Written about={id} open={open === "conflict"} title={texts.standBack} close={() => setOpen(undefined)} fields={[{ name: "reason", label: texts.why, rows: 3 }]} send={({ reason = "" }) => done(send(DECLARE, { id, reason }))}>
        <p>{texts.standBackText}</p>
      </Written>
    </Card>
  );
}

function asFinding(indicator: Indicator, found: { upheld: boolean; reason: string; answer?: Given }) {
  return { indicator: indicator.id, upheld: found.upheld, reason: found.reason, answer: found.upheld ? asSent(indicator as Asked, found.answer ?? {}) : null };
}

/** One finding an item, each with its reason, and with the answer that holds where the objection is upheld. */
function Opinion({ about, items, indicators, send }: { about: string; items: string[]; indicators: Map<string, Indicator>; send: (findings: ReturnType<typeof asFinding>[]) => Promise<void> }) {
  const texts = useTexts();
  const words = useWords();
  const [form] = Form.useForm<Record<string, Findings>>();
  const required = [{ required: true, message: words.signIn.missing }];
  return (
    <KeptForm about={`opinion ${about}`} form={form} layout="vertical" onFinish={(given) => void send(items.flatMap((id) => { const one = indicators.get(id); const found = given[id]; return one && found ? [asFinding(one, found)] : []; }))}>
      {items.map((id) => {
        const indicator = indicators.get(id);
        if (!indicator) return null;
        return (
          <Card key={id} size="small" title={<span style={{ whiteSpace: "normal" }}>{id} {indicator.name}</span>} style={{ marginBottom: 12 }}>
            <Form.Item name={[id, "upheld"]} rules={required} label={`${id} ${texts.own}`}>
              <Radio.Group options={[{ value: true, label: texts.upheld }, { value: false, label: texts.dismissed }]} />
            </Form.Item>
            <Form.Item noStyle dependencies={[[id, "upheld"]]}>
              {({ getFieldValue }) => getFieldValue([id, "upheld"]) === true && (
                <Form.Item
                  name={[id, "answer"]}
                  label={texts.found}
                  rules={[{ validator: (_, answer?: Given) => (answer && isWhole(indicator as Asked, answer) ? Promise.resolve() : Promise.reject(new Error(texts.incomplete))) }]}
                >
                  <Answered indicator={indicator} />
                </Form.Item>
              )}
            </Form.Item>
            <Form.Item name={[id, "reason"]} rules={required} label={texts.reason(id)}><Input.TextArea rows={2} /></Form.Item>
          </Card>
        );
      })}
      {items.some((id) => !indicators.has(id)) && <Alert type="warning" title={words.unknown} />}
      <Button type="primary" htmlType="submit">{words.send}</Button>
    </KeptForm>
  );
}

/** The fields of an answer as one field of a form. */
function Answered({ indicator, value = {}, onChange }: { indicator: Indicator; value?: Given; onChange?: (answer: Given) => void }) {
  return <AnswerFields indicator={indicator} shown={value} change={(next) => onChange?.({ ...value, ...next })} />;
}

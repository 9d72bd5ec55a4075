import { Button, Card, Form, Input, Modal, Steps, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { ProceedingOutcomeNames, RoleNames } from "../gql/enum-names";
import type { ArbitrationsQuery } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetList } from "../sheet-list";
import type { CaseOf } from "./case";

const ARBITRATIONS = graphql(`
  query Arbitrations($id: ID!, $arbitrationsAfter: String) {
    diagnosis(id: $id) {
      arbitrations(first: 5, after: $arbitrationsAfter) {
        pageInfo { hasNextPage endCursor }
        nodes {
          proceeding requestedAt requestedByRole opinionsGiven outcome reasons decidedAt settledAt
          items { indicator text }
          opinions { givenAt findings { indicator upheld text } }
          findings { indicator upheld text }
        }
      }
    }
  }
`);
const REQUEST = graphql(`
  mutation RequestArbitration($id: ID!, $items: [ObjectionItemInput!]!) {
    requestArbitration(input: { diagnosis: $id, items: $items }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const DECIDE = graphql(`mutation DecideArbitration($id: ID!, $reasons: String!) { decideArbitration(input: { diagnosis: $id, reasons: $reasons }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    request: "申请仲裁", help: "对服务商未采纳的指标申请专家仲裁，写明理由；不申请的留空。每个指标只能仲裁一次。", why: (indicator: string) => `${indicator} 申请仲裁的理由`, empty: "至少为一个指标写明理由",
    title: "专家仲裁", asked: (role: string, at: string) => `${role} ${at} 申请`, steps: ["已申请", "专家意见", "作出决定", "已生效"], opinions: (count: number) => `已收到专家意见 ${count} 份`, opinion: (at: string) => `专家意见 ${at}`, found: "逐项认定", reasons: "决定理由", decide: "作出仲裁决定", decideHelp: "按多数专家的意见逐项认定，决定在程序中送达，可以申诉。",
  },
  {
    request: "Ask for arbitration", help: "Experts decide what the provider did not uphold; say why. Leave empty what is not to go on. An indicator is arbitrated once.", why: (indicator: string) => `${indicator}: why it goes to arbitration`, empty: "Say why of one indicator at least",
    title: "Arbitration by experts", asked: (role: string, at: string) => `asked by ${role} at ${at}`, steps: ["Asked", "Opinions", "Decided", "In effect"], opinions: (count: number) => `${count} opinions given`, opinion: (at: string) => `Opinion of ${at}`, found: "Found by item", reasons: "Reasons", decide: "Decide", decideHelp: "Each item as most experts found; the decision is served in the proceeding and open to appeal.",
  },
);
type Arbitration = NonNullable<NonNullable<ArbitrationsQuery["diagnosis"]>["arbitrations"]>["nodes"][number];

/** Objections with their answers, and what went on to experts. */
export function Objections({ diagnosis, again }: { diagnosis: CaseOf; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState<"request" | "decide">();
  const { id } = diagnosis;
  const answer = useAsk(ARBITRATIONS, { id });
  const objections = diagnosis.objections?.nodes ?? [];
  const outcome = (one: (typeof objections)[number]) => (one.answer ? (one.answer.upheld ? words.case.upheld : words.case.dismissed) : words.case.awaiting);

  async function done(sent: Promise<{ data?: unknown; errors: unknown[] }>) {
    const { data, errors } = await sent;
    if (!data || errors.length) return;
    setOpen(undefined);
    answer.again();
    again();
  }

  return (
    <>
      <SheetList
        caption={words.case.objections}
        rows={objections}
        rowKey={(one) => `${one.indicator} ${one.raisedAt}`}
        empty={words.case.noObjections}
        columns={[
          { title: words.acts.indicator, text: (one) => one.indicator },
          { title: words.fields.reason, text: (one) => one.text },
          { title: words.fields.at, text: (one) => shanghai(one.raisedAt) },
          { title: words.fields.outcome, text: outcome },
          { title: words.acts.answer, text: (one) => one.answer?.text ?? "" },
        ]}
        render={(one) => (
          <div className="item bar" style={{ marginBottom: 0 }}>
            <div className="grow"><strong>{one.indicator}{words.colon}{one.text}</strong><div className="clause">{shanghai(one.raisedAt)}</div>{one.answer && <div>{one.answer.text}</div>}</div>
            <Tag color={one.answer ? (one.answer.upheld ? "#135200" : "#595959") : "#874d00"}>{outcome(one)}</Tag>
          </div>
        )}
      />
      <Shown answer={answer}>
        {({ diagnosis: found }) => {
          const arbitrations = found?.arbitrations?.nodes ?? [];
          const taken = new Set(arbitrations.flatMap((one) => one.items.map((item) => item.indicator)));
          const dismissed = [...new Set(objections.filter((one) => one.answer?.upheld === false).map((one) => one.indicator))].filter((one) => !taken.has(one));
          return (
            <>
              {diagnosis.status === "ISSUED" && dismissed.length > 0 && ["ENTERPRISE", "CONFIRMER"].includes(viewer.role) && <Button onClick={() => setOpen("request")}>{texts.request}</Button>}
              {arbitrations.map((one) => <Arbitrated key={one.proceeding} arbitration={one} decide={viewer.role === "CITY" && one.decidedAt === null ? () => setOpen("decide") : undefined} />)}
              <Modal open={open === "request"} title={texts.request} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
                <p>{texts.help}</p>
                <Request about={id} dismissed={dismissed} send={(items) => done(send(REQUEST, { id, items }))} />
              </Modal>
            </>
          );
        }}
      </Shown>
      <Modal open={open === "decide"} title={texts.decide} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <p>{texts.decideHelp}</p>
        <KeptForm about={`settle ${id}`} layout="vertical" onFinish={({ reasons }: { reasons: string }) => void done(send(DECIDE, { id, reasons }))}>
          <Form.Item name="reasons" label={texts.reasons} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={4} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

/** Which of the dismissed objections go on, each with its reason. */
function Request({ about, dismissed, send }: { about: string; dismissed: string[]; send: (items: { indicator: string; reason: string }[]) => Promise<void> }) {
  const texts = useTexts();
  const words = useWords();
  const [missing, setMissing] = useState(false);
  const given = (reasons: Record<string, string | undefined>) => dismissed.flatMap((indicator) => (reasons[indicator]?.trim() ? [{ indicator, reason: reasons[indicator] ?? "" }] : []));
  return (
    <KeptForm
      about={`open arbitration ${about}`}
      layout="vertical"
      onFinish={(reasons: Record<string, string | undefined>) => {
        const items = given(reasons);
        setMissing(!items.length);
        if (items.length) void send(items);
      }}
    >
      {dismissed.map((indicator) => <Form.Item key={indicator} name={indicator} label={texts.why(indicator)}><Input.TextArea rows={3} /></Form.Item>)}
      {missing && <p role="alert">{texts.empty}</p>}
      <Button type="primary" htmlType="submit">{words.send}</Button>
    </KeptForm>
  );
}

function Arbitrated({ arbitration, decide }: { arbitration: Arbitration; decide?: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const found = (upheld: boolean) => <Tag color={upheld ? "#135200" : "#595959"}>{upheld ? words.case.upheld : words.case.dismissed}</Tag>;
  const listed = (findings: Arbitration["findings"]) => <ul className="plain">{findings.map((one) => <li key={one.indicator}>{one.indicator} {found(one.upheld)} {one.text}</li>)}</ul>;
  const at = arbitration.settledAt ? 4 : arbitration.decidedAt ? 3 : arbitration.opinionsGiven ? 2 : 1;
  return (
    <Card size="small" style={{ marginTop: 16 }} title={texts.title} extra={arbitration.outcome && <Tag color="#1252b3">{name(ProceedingOutcomeNames, arbitration.outcome)}</Tag>}>
      <p className="clause">{texts.asked(name(RoleNames, arbitration.requestedByRole), shanghai(arbitration.requestedAt))} {texts.opinions(arbitration.opinionsGiven)}</p>
      <Steps size="small" current={at} items={texts.steps.map((title) => ({ title }))} style={{ marginBottom: 16 }} />
      <ul className="plain">{arbitration.items.map((one) => <li key={one.indicator}><strong>{one.indicator}</strong> {one.text}</li>)}</ul>
      {arbitration.opinions.map((one, number) => <div key={number} style={{ marginTop: 8 }}><strong>{texts.opinion(shanghai(one.givenAt))}</strong>{listed(one.findings)}</div>)}
      {arbitration.findings.length > 0 && <div style={{ marginTop: 8 }}><strong>{texts.found}</strong> <span className="clause">{shanghai(arbitration.decidedAt)}</span>{listed(arbitration.findings)}</div>}
      {arbitration.reasons && <p><strong>{texts.reasons}</strong>{words.colon}{arbitration.reasons}</p>}
      {decide && <Button onClick={decide}>{texts.decide}</Button>}
    </Card>
  );
}

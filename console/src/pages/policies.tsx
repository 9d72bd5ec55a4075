import { Alert, Button, Card, Descriptions, Empty, Modal, Select, Space, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { useSearchParams } from "react-router";

import { Shown, useAsk, useSend } from "../ask";
import { yuan } from "../format";
import { graphql } from "../gql";
import { PolicyPurposeNames, PolicyStatusNames, SourceMarkNames } from "../gql/enum-names";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { Written } from "../written";
import { PolicyChecks } from "./policy-checks";
import { type PolicyOf, type TermsOf, useTestSaid } from "./policy-words";

const PolicyDraft = lazy(async () => ({ default: (await import("./policy-draft")).PolicyDraft }));
const POLICIES = graphql(`
  query Policies($organisationsAfter: String, $policiesAfter: String) {
    organisations(kind: [DISTRICT], first: 50, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } }
    policies(first: 50, after: $policiesAfter) { pageInfo { hasNextPage endCursor } nodes { id district inForce { title } draft { title } } }
  }
`);
const POLICY = graphql(`
  query PolicyShown($id: ID!) {
    policy(id: $id) {
      id district status changedAt version reason
      inForce { title purpose since until fen budgetFen combinable edition source mark clauses { title anyOf { kind excluded atLeast atMost dimension withinMonths oneOf question } } }
      draft { title purpose since until fen budgetFen combinable edition source mark clauses { title anyOf { kind excluded atLeast atMost dimension withinMonths oneOf question } } }
      simulation { number day fen mostFen districts { district meets fails evidenceMissing needsExpert overlapping } }
    }
  }
`);
const PUBLISH = graphql(`mutation PublishPolicy($policy: ID!, $version: Int) { publishPolicy(input: { policy: $policy, expectedVersion: $version }) { userErrors { code clause field bound message messageInEnglish } } }`);
const END = graphql(`mutation EndPolicy($policy: ID!, $reason: String!) { endPolicy(input: { policy: $policy, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    none: "目前没有可看的政策。", choose: "政策", city: "市级", inForce: "已发布", draft: "草案", purpose: "用途", period: "期间", untilEnded: "至终止为止", amount: "单家金额", noMoney: "不发放资金", budget: "预算", unbounded: "不设上限", combinable: "可叠加", source: "来源", clauses: "条款，须全部满足", any: "任一满足即可",
    write: "起草政策", revise: "修订草案", publish: "发布", publishText: "发布后自起始日起比对企业，原已发布的内容由此替代。", end: "终止", endText: "终止后不再比对企业。", simulation: "测算", waiting: "草案正在测算，完成后方可发布。", simulated: (number: number, day: string, cost: string, most: string) => `第 ${number} 稿，${day} 测算：符合的企业约需 ${cost} 元，未定的全部符合时至多 ${most} 元。`,
    district: "区", meets: "符合", fails: "不符合", missing: "缺少依据", expert: "待专家判断", overlapping: "可能重复", ended: (why: string) => `已终止：${why}`, yuan: "元", note: "比对只依据已有记录，不代替审核，也不发放或拒绝任何资金。",
  },
  {
    none: "There is no policy to see.", choose: "Policy", city: "City", inForce: "Published", draft: "Draft", purpose: "Purpose", period: "Period", untilEnded: "until it is ended", amount: "For one firm", noMoney: "grants no money", budget: "Budget", unbounded: "unbounded", combinable: "May be combined", source: "Source", clauses: "Clauses, all of which must hold", any: "any of these is enough",
    write: "Draft a policy", revise: "Revise the draft", publish: "Publish", publishText: "From its first day on firms are held against it; it takes the place of what is published.", end: "End", endText: "Nobody is held against it any more.", simulation: "Simulation", waiting: "The draft is being simulated; it is published afterwards.", simulated: (number: number, day: string, cost: string, most: string) => `Draft ${number}, simulated on ${day}: firms that meet it cost ${cost} yuan; ${most} at most if all that is open came out well.`,
    district: "District", meets: "Meet", fails: "Fail", missing: "Evidence missing", expert: "Need an expert", overlapping: "May overlap", ended: (why: string) => `Ended: ${why}`, yuan: "yuan", note: "Firms are held against what is on record; it takes the place of no examination, and grants and refuses nothing.",
  },
);

/** Policies, what they ask clause by clause, and how firms stand to them; their administration drafts, sees the cost and publishes. */
export function Policies() {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const [drafting, setDrafting] = useState(false);
  const answer = useAsk(POLICIES, {});
  const writes = ["CITY", "DISTRICT"].includes(viewer.role);
  return (
    <>
      <h1>{words.nav.policies}</h1>
      <p className="clause">{texts.note}</p>
      <Shown answer={answer}>
        {({ policies, organisations }) => {
          const districts = new Map(organisations.nodes.map((one) => [codeOf(one.id), one.name]));
          const chosen = policies.nodes.find((one) => one.id === sought.get("policy")) ?? policies.nodes[0];
          const title = (one: (typeof policies.nodes)[number]) => `${(one.draft ?? one.inForce)?.title ?? codeOf(one.id)}${words.aside(one.district ? (districts.get(codeOf(one.district)) ?? codeOf(one.district)) : texts.city)}`;
          return (
            <>
              <div className="bar">
                {chosen && <Select aria-label={texts.choose} className="grow" style={{ minWidth: 0, maxWidth: "100%" }} value={chosen.id} onChange={(policy) => seek({ policy })} options={policies.nodes.map((one) => ({ value: one.id, label: title(one) }))} />}
                {writes && <Button onClick={() => setDrafting(true)}>{texts.write}</Button>}
              </div>
              {chosen ? <OfPolicy key={chosen.id} id={chosen.id} districts={districts} changed={answer.again} /> : <Empty description={texts.none} />}
              <Modal open={drafting} title={texts.write} width={860} onCancel={() => setDrafting(false)} footer={null} destroyOnHidden>
                <Suspense><PolicyDraft districts={districts} done={(policy) => { setDrafting(false); answer.again(); if (policy) seek({ policy }); }} /></Suspense>
              </Modal>
            </>
          );
        }}
      </Shown>
    </>
  );
}

const codeOf = (id: string) => id.split("/").at(-1) ?? id;

function OfPolicy({ id, districts, changed }: { id: string; districts: ReadonlyMap<string, string>; changed: () => void }) {
  const answer = useAsk(POLICY, { id });
  const again = () => {
    answer.again();
    changed();
  };
  return <Shown answer={answer}>{({ policy }) => policy && <PolicyShown policy={policy} districts={districts} again={again} />}</Shown>;
}

function PolicyShown({ policy, districts, again }: { policy: PolicyOf; districts: ReadonlyMap<string, string>; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState<"revise" | "publish" | "end">();
  const own = policy.version !== null && (viewer.role === "CITY" ? policy.district === null : viewer.role === "DISTRICT");
  const { simulation, draft } = policy;

  async function done(sent: Promise<{ data?: unknown; errors: unknown[] }>) {
    const { data, errors } = await sent;
    if (data && !errors.length) setOpen(undefined);
    again();
  }

  return (
    <>
      <Space wrap style={{ marginBottom: 16 }}>
        <Tag color="#1252b3">{name(PolicyStatusNames, policy.status)}</Tag>
        {own && policy.status !== "ENDED" && <Button onClick={() => setOpen("revise")}>{texts.revise}</Button>}
        {own && draft && <Button type="primary" disabled={!simulation} onClick={() => setOpen("publish")}>{texts.publish}</Button>}
        {own && policy.status === "PUBLISHED" && <Button onClick={() => setOpen("end")}>{texts.end}</Button>}
      </Space>
      {policy.reason && <Alert type="info" title={texts.ended(policy.reason)} style={{ marginBottom: 16 }} />}
      {draft && <Terms terms={draft} title={texts.draft} districts={districts} />}
      {policy.inForce && <Terms terms={policy.inForce} title={texts.inForce} districts={districts} />}
      {own && draft && !simulation && <Alert type="info" title={texts.waiting} action={<Button onClick={again}>{words.retry}</Button>} style={{ marginBottom: 16 }} />}
      {simulation && (
        <>
          <h2>{texts.simulation}</h2>
          <p className="clause">{texts.simulated(simulation.number, simulation.day, yuan(simulation.fen), yuan(simulation.mostFen))}</p>
          <SheetTable
            rowKey="district"
            caption={texts.simulation}
            dataSource={simulation.districts}
            columns={[
              { title: texts.district, render: (_, one) => districts.get(codeOf(one.district)) ?? codeOf(one.district) },
              { title: texts.meets, align: "right", dataIndex: "meets" },
              { title: texts.fails, align: "right", dataIndex: "fails" },
              { title: texts.missing, align: "right", dataIndex: "evidenceMissing" },
              { title: texts.expert, align: "right", dataIndex: "needsExpert" },
              { title: texts.overlapping, align: "right", dataIndex: "overlapping" },
            ]}
          />
        </>
      )}
      {policy.status !== "ENDED" && <PolicyChecks policy={policy} districts={districts} />}
      <Modal open={open === "revise"} title={texts.revise} width={860} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <Suspense><PolicyDraft policy={policy} districts={districts} done={() => { setOpen(undefined); again(); }} /></Suspense>
      </Modal>
      <Modal open={open === "publish"} title={texts.publish} okText={texts.publish} onCancel={() => setOpen(undefined)} onOk={() => void done(send(PUBLISH, { policy: policy.id, version: policy.version ?? null }))}><p>{texts.publishText}</p></Modal>
      <Written about={policy.id} open={open === "end"} title={texts.end} close={() => setOpen(undefined)} fields={[{ name: "reason", label: words.fields.reason, rows: 3 }]} send={({ reason = "" }) => done(send(END, { policy: policy.id, reason }))}><p>{texts.endText}</p></Written>
    </>
  );
}

function Terms({ terms, title, districts }: { terms: TermsOf; title: string; districts: ReadonlyMap<string, string> }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const said = useTestSaid(districts);
  const money = (fen: string | number) => (String(fen) === "0" ? texts.noMoney : `${yuan(fen)} ${texts.yuan}`);
  return (
    <Card size="small" title={`${title}${words.colon}${terms.title}`} style={{ marginBottom: 16 }}>
      <Descriptions size="small" column={{ xs: 1, md: 2 }} items={[
        [texts.purpose, name(PolicyPurposeNames, terms.purpose)],
        [texts.period, `${terms.since} – ${terms.until ?? texts.untilEnded}`],
        [texts.amount, money(terms.fen)],
        [texts.budget, terms.budgetFen === null ? texts.unbounded : money(terms.budgetFen)],
        [texts.combinable, terms.combinable ? words.yes : words.no],
        [texts.source, `${terms.source}${words.aside(name(SourceMarkNames, terms.mark))}`],
      ].map(([label, children], key) => ({ key, label, children }))} />
      <h3>{texts.clauses}</h3>
      <ol>{terms.clauses.map((clause) => (
        <li key={clause.title}><strong>{clause.title}</strong> {clause.anyOf.length > 1 && <span className="clause">{texts.any}</span>}<ul>{clause.anyOf.map((test, place) => <li key={place}>{said(test)}</li>)}</ul></li>
      ))}</ol>
    </Card>
  );
}

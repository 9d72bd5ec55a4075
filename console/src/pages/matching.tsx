import { Alert, App, Button, DatePicker, Descriptions, Empty, Form, Input, Modal, Select, Space, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { MatchingStatusNames, RoleNames, TieKindNames } from "../gql/enum-names";
import type { MatchingsQuery, TieKind } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { Narrowing } from "../narrowing";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";

const MATCHINGS = graphql(`
  query Matchings($matchingsAfter: String) {
    viewer { organisation }
    matchings(first: 50, after: $matchingsAfter) { pageInfo { hasNextPage endCursor } nodes { id district status version requestedAt method ruleSince inputDigest cost optimal leftOut } }
  }
`);
const FIRMS = graphql(`
  query PlannedFirms($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    matching(id: $id) {
      firms(first: $first, after: $after, last: $last, before: $before) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { enterprise provider cost others { provider price } adopted reason }
      }
    }
  }
`);
const NAMED = graphql(`query NamedInPlan($ids: [ID!]!) { nodes(ids: $ids) { id ... on Enterprise { name } ... on Organisation { unit: name } } }`);
const BATCH = graphql(`query FirmsOfBatch($enterprisesAfter: String) { enterprises(filter: { diagnosed: false }, first: 100, after: $enterprisesAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { id name } } }`);
const PARTIES = graphql(`query TiedParties($organisationsAfter: String) { organisations(kind: [PROVIDER, GROUP], first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id kind name } } }`);
const TIED_FIRMS = graphql(`query TiedFirms($text: String!) { enterprises(filter: { text: $text }, first: 20) { nodes { id name } } }`);
const REQUEST = graphql(`
  mutation RequestMatching($district: ID!, $enterprises: [ID!]!) { requestMatching(input: { district: $district, enterprises: $enterprises }) { userErrors { code clause field bound message messageInEnglish } } }
`);
const ADOPT = graphql(`
  mutation AdoptPlan($matching: ID!, $version: Int!, $changes: [PlanChangeInput!]) {
    adoptPlan(input: { matching: $matching, expectedVersion: $version, changes: $changes }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const TIES = graphql(`
  query Ties($filter: TieFilter, $first: Int, $after: String, $last: Int, $before: String) {
    ties(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id kind since last source declaredBy declaredAt provider { id name } enterprise { id name } group { id name } }
    }
  }
`);
const DECLARE = graphql(`
  mutation DeclareTie($provider: ID!, $kind: TieKind!, $party: ID, $since: Date!, $last: Date, $source: String!) {
    declareTie(input: { provider: $provider, kind: $kind, party: $party, since: $since, last: $last, source: $source }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const END = graphql(`
  mutation EndTie($provider: ID!, $kind: TieKind!, $party: ID, $last: Date!, $source: String!) {
    endTie(input: { provider: $provider, kind: $kind, party: $party, last: $last, source: $source }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    title: "派单与关联", plans: "批量派单方案", ties: "服务商关联", request: "申请派单方案", firms: "待派企业", firmsHelp: "尚未诊断的企业，可全选；一次至多 2,000 家", all: (count: number) => `全选所列 ${count} 家`, asked: "申请时间", cost: "总成本", optimal: "已证明最优", leftOut: "未派", method: "方法", digest: "输入摘要",
    rule: (day: string) => `依据 ${day} 起施行的匹配规则`, working: "正在计算，稍后刷新即可看到方案。", refresh: "刷新", proposed: "拟派服务商", nobody: "无可派服务商", one: "成本", others: "其他可选（改派使总成本增加）", price: (price: number | null) => (price === null ? "另有企业将无人可派" : price ? `+${price}` : "不增加"),
    adopted: "采纳后", change: "改派他家", changeWhy: "改动理由", takeBack: "撤销改动", adopt: "采纳方案", adoptText: (count: number) => (count ? `采纳方案，其中改动 ${count} 家。` : "按方案采纳，不作改动。"), changed: (count: number) => `已改动 ${count} 家`, none: "尚无派单方案。选一批待派企业申请，由程序算出成本最低的方案，由人采纳或改动。", noFirms: "该方案没有您可见范围内的企业。",
    kind: "关联类型", party: "对方", operator: "平台运维", source: "依据来源", since: "起始日", last: "最后一日", goesOn: "持续", by: "申明", declare: "申明关联", end: "终止关联", noTies: "没有已申明的关联。有股权、供货等关联的，不得承担该企业的诊断。", partyHelp: "输入企业名称或集团；平台运维方的关联不填",
    export: "打印方案",
  },
  {
    title: "Matching and ties", plans: "Plans for a batch", ties: "Ties of providers", request: "Ask for a plan", firms: "Firms", firmsHelp: "Firms not diagnosed yet; up to 2,000 at once", all: (count: number) => `All ${count} listed`, asked: "Asked", cost: "Cost in all", optimal: "proven the best", leftOut: "Left out", method: "Method", digest: "Digest of inputs",
    rule: (day: string) => `By the matching rule in force since ${day}`, working: "It is being worked out; refresh in a moment.", refresh: "Refresh", proposed: "Proposed provider", nobody: "nobody can take it", one: "Cost", others: "Other choices (and what they add to the whole)", price: (price: number | null) => (price === null ? "another firm would be left out" : price ? `+${price}` : "nothing"),
    adopted: "Adopted", change: "Change", changeWhy: "Why it is changed", takeBack: "Undo", adopt: "Adopt the plan", adoptText: (count: number) => (count ? `Adopt the plan with ${count} changes.` : "Adopt the plan as it is."), changed: (count: number) => `${count} changed`, none: "No plan yet. Choose firms and ask for one: the program works out the cheapest, a person adopts or changes it.", noFirms: "No firm of this plan is within your scope.",
    kind: "Kind", party: "Other end", operator: "the platform's operator", source: "Source", since: "Since", last: "Last day", goesOn: "goes on", by: "Declared", declare: "Declare a tie", end: "End the tie", noTies: "No tie is declared. A provider tied by ownership or supply does not diagnose that firm.", partyHelp: "A firm or group by name; none of the operator",
    export: "Print the plan",
  },
);

type Plan = MatchingsQuery["matchings"]["nodes"][number];
type Change = { provider: string | null; reason: string };

/** A district's batch: the cheapest plan, what each other choice would cost, changed with reasons and adopted by a person; and the ties that bar. */
export function MatchingPage() {
  const texts = useTexts();
  const name = useNames();
  const { viewer } = useViewer();
  const [asking, setAsking] = useState(false);
  const [chosen, choose] = useState<string>();
  const answer = useAsk(MATCHINGS, {}, !["CITY", "DISTRICT", "AUDITOR"].includes(viewer.role));
  const reads = ["CITY", "DISTRICT", "AUDITOR"].includes(viewer.role);
  return (
    <>
      <h1>{reads ? texts.title : texts.ties}</h1>
      {reads && (
        <Shown answer={answer}>
          {({ matchings: { nodes }, viewer: { organisation } }) => {
            const plan = nodes.find((one) => one.id === chosen) ?? nodes[0];
            return (
              <>
                <h2>{texts.plans}</h2>
                <Space wrap style={{ marginBottom: 16 }}>
                  {plan && <Select aria-label={texts.plans} value={plan.id} onChange={choose} style={{ minWidth: 260 }} options={nodes.map((one) => ({ value: one.id, label: `${shanghai(one.requestedAt)} ${name(MatchingStatusNames, one.status)}` }))} />}
                  {viewer.role === "DISTRICT" && <Button onClick={() => setAsking(true)}>{texts.request}</Button>}
                </Space>
                {plan ? <ThePlan key={plan.id + plan.status} plan={plan} again={answer.again} /> : <Empty description={texts.none} />}
                <Modal open={asking} title={texts.request} onCancel={() => setAsking(false)} footer={null} destroyOnHidden>
                  {asking && organisation && <Request district={organisation} done={() => { setAsking(false); answer.again(); }} />}
                </Modal>
              </>
            );
          }}
        </Shown>
      )}
      {reads && <h2>{texts.ties}</h2>}
      <Ties />
    </>
  );
}

function Request({ district, done }: { district: string; done: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const [form] = Form.useForm<{ enterprises: string[] }>();
  const answer = useAsk(BATCH, {});
  const ask = async (enterprises: string[]) => {
    const { data, errors } = await send(REQUEST, { district, enterprises });
    if (data && !errors.length) done();
  };
  return (
    <Shown answer={answer}>
      {({ enterprises: { nodes } }) => (
        <Form form={form} layout="vertical" onFinish={({ enterprises }) => void ask(enterprises)}>
          <Form.Item name="enterprises" label={texts.firms} extra={texts.firmsHelp} rules={[{ required: true, message: words.signIn.missing }]}>
            <Select mode="multiple" optionFilterProp="label" maxTagCount={6} options={nodes.map(({ id, name }) => ({ value: id, label: name }))} />
          </Form.Item>
          <Space><Button onClick={() => form.setFieldsValue({ enterprises: nodes.map(({ id }) => id) })}>{texts.all(nodes.length)}</Button><Button type="primary" htmlType="submit">{words.send}</Button></Space>
        </Form>
      )}
    </Shown>
  );
}

function ThePlan({ plan, again }: { plan: Plan; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { modal } = App.useApp();
  const { viewer } = useViewer();
  const [changes, setChanges] = useState<Record<string, Change>>({});
  const [changing, setChanging] = useState<string>();
  const paging = usePaging(plan.id, 50, 50);
  const answer = useAsk(FIRMS, { id: plan.id, ...paging.paging });
  const rows = answer.data?.matching?.firms.nodes ?? [];
  const ids = [...new Set(rows.flatMap((one) => [one.enterprise, one.provider, one.adopted, ...one.others.map(({ provider }) => provider)]).filter((id) => id !== null))];
  const named = useAsk(NAMED, { ids: ids.slice(0, 100) }, ids.length === 0);
  const names = new Map((named.data?.nodes ?? []).flatMap((one) => (one ? [[one.id, "unit" in one ? one.unit : "name" in one ? one.name : ""] as const] : [])));
  const called = (id: string | null) => (id ? names.get(id) || "—" : texts.nobody);
  const count = Object.keys(changes).length;
  const deciding = plan.status === "COMPUTED" && ["DISTRICT", "CITY"].includes(viewer.role);
  const row = rows.find((one) => one.enterprise === changing);

  async function adopt() {
    await send(ADOPT, { matching: plan.id, version: plan.version, changes: Object.entries(changes).map(([enterprise, change]) => ({ enterprise, ...change })) });
    again();
  }

  return (
    <>
      <Descriptions size="small" bordered column={{ xs: 1, md: 2 }} style={{ marginBottom: 16 }} items={[
        { key: 1, label: words.fields.status, children: <Tag color="#1252b3">{name(MatchingStatusNames, plan.status)}</Tag> },
        { key: 2, label: texts.asked, children: shanghai(plan.requestedAt) },
        ...(plan.cost === null ? [] : [
          { key: 3, label: texts.cost, children: <>{plan.cost} {plan.optimal && <Tag color="#135200">{texts.optimal}</Tag>}</> },
          { key: 4, label: texts.leftOut, children: plan.leftOut },
          { key: 5, label: texts.method, children: <>{plan.method} {plan.ruleSince && <span className="clause">{texts.rule(plan.ruleSince)}</span>}</> },
          { key: 6, label: texts.digest, children: <code className="wrap">{plan.inputDigest}</code> },
        ]),
      ]} />
      {plan.status === "REQUESTED" && <Alert type="info" showIcon title={texts.working} action={<Button onClick={again}>{texts.refresh}</Button>} style={{ marginBottom: 16 }} />}
      <Space wrap style={{ marginBottom: 12 }}>
        {deciding && <Button type="primary" onClick={() => void modal.confirm({ title: texts.adopt, content: texts.adoptText(count), onOk: adopt })}>{texts.adopt}</Button>}
        {count > 0 && <Tag color="#874d00">{texts.changed(count)}</Tag>}
        {plan.status !== "REQUESTED" && <Button onClick={() => window.print()}>{texts.export}</Button>}
      </Space>
      <Shown answer={answer}>
        {({ matching }) =>
          matching && plan.status !== "REQUESTED" ? (
            <PagedTable
              connection={matching.firms}
              byPage="names of firms and providers are asked for by page"
              paging={paging}
              rowKey={(one) => one.enterprise}
              caption={texts.plans}
              empty={texts.noFirms}
              fetching={answer.fetching}
              columns={[
                { title: words.fields.enterprise, render: (_, one) => called(one.enterprise) },
                { title: texts.proposed, render: (_, one) => called(one.provider) },
                { title: texts.one, align: "right", render: (_, one) => one.cost ?? "—" },
                { title: texts.others, render: (_, one) => one.others.slice(0, 3).map((other) => <div key={other.provider}>{called(other.provider)} <span className="clause">{texts.price(other.price)}</span></div>) },
                ...(plan.status === "ADOPTED"
                  ? [{ title: texts.adopted, render: (_: unknown, one: (typeof rows)[number]) => <>{called(one.adopted)}{one.reason && <div className="clause">{one.reason}</div>}</> }]
                  : deciding
                    ? [{
                        title: texts.change,
                        render: (_: unknown, one: (typeof rows)[number]) => {
                          const change = changes[one.enterprise];
                          return change ? (
                            <Space><Tag color="#874d00">{called(change.provider)}</Tag><Button size="small" onClick={() => setChanges(Object.fromEntries(Object.entries(changes).filter(([key]) => key !== one.enterprise)))}>{texts.takeBack}</Button></Space>
                          ) : (
                            <Button size="small" aria-label={`${texts.change} ${called(one.enterprise)}`} onClick={() => setChanging(one.enterprise)}>{texts.change}</Button>
                          );
                        },
                      }]
                    : []),
              ]}
            />
          ) : null
        }
      </Shown>
      <Modal open={Boolean(row)} title={`${texts.change} ${row ? called(row.enterprise) : ""}`} onCancel={() => setChanging(undefined)} footer={null} destroyOnHidden>
        {row && (
          <Form
            layout="vertical"
            onFinish={(given: { provider?: string; reason: string }) => {
              setChanges({ ...changes, [row.enterprise]: { provider: given.provider || null, reason: given.reason } });
              setChanging(undefined);
            }}
          >
            <Form.Item name="provider" label={texts.proposed}><Select allowClear options={row.others.map((other) => ({ value: other.provider, label: `${called(other.provider)}${words.aside(texts.price(other.price))}` }))} placeholder={texts.nobody} /></Form.Item>
            <Form.Item name="reason" label={texts.changeWhy} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={2} /></Form.Item>
            <Button type="primary" htmlType="submit">{words.save}</Button>
          </Form>
        )}
      </Modal>
    </>
  );
}

type Stated = { provider: string; kind: TieKind; party?: string; since: Dayjs; last?: Dayjs; source: string };

function Ties() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState<"declare" | { provider: string; kind: TieKind; party: string | null }>();
  const [kind, setKind] = useState<TieKind[]>([]);
  const paging = usePaging(`ties ${kind.join()}`);
  const answer = useAsk(TIES, { filter: { kind: kind.length ? kind : null }, ...paging.paging });
  const declares = ["CITY", "DISTRICT", "PROVIDER", "ENTERPRISE"].includes(viewer.role);

  async function done(sent: Promise<{ data?: unknown; errors: unknown[] }>) {
    const { data, errors } = await sent;
    if (data && !errors.length) setOpen(undefined);
    answer.again();
  }

  const required = [{ required: true, message: words.signIn.missing }];
  const day = (given: Dayjs) => given.format("YYYY-MM-DD");
  return (
    <>
      <div className="bar">
        {declares && <Button onClick={() => setOpen("declare")}>{texts.declare}</Button>}
        <Narrowing label={words.narrow(texts.kind)} names={TieKindNames} chosen={kind} choose={setKind} />
      </div>
      <Shown answer={answer}>
        {({ ties }) => (
          <PagedTable
            connection={ties}
            paging={paging}
            rowKey={(one) => one.id}
            caption={texts.ties}
            empty={texts.noTies}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.provider, render: (_, one) => one.provider?.name ?? "—" },
              { title: texts.kind, render: (_, one) => name(TieKindNames, one.kind) },
              { title: texts.party, render: (_, one) => one.enterprise?.name ?? one.group?.name ?? (one.kind === "OPERATOR" ? texts.operator : "—") },
              { title: texts.since, render: (_, one) => <span className="nowrap">{one.since} – {one.last ?? texts.goesOn}</span> },
              { title: texts.source, dataIndex: "source" },
              { title: texts.by, render: (_, one) => <span className="clause">{name(RoleNames, one.declaredBy)} {shanghai(one.declaredAt)}</span> },
              ...(viewer.role === "CITY" ? [{
                title: texts.end,
                render: (_: unknown, one: (typeof ties.nodes)[number]) =>
                  one.last === null && one.provider && <Button size="small" aria-label={`${texts.end} ${one.provider.name}`} onClick={() => setOpen({ provider: one.provider?.id ?? "", kind: one.kind, party: one.enterprise?.id ?? one.group?.id ?? null })}>{texts.end}</Button>,
              }] : []),
            ]}
          />
        )}
      </Shown>
      <Modal open={open === "declare"} title={texts.declare} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <KeptForm about="tie" layout="vertical" onFinish={(given: Stated) => void done(send(DECLARE, { ...given, party: given.party ?? null, since: day(given.since), last: given.last ? day(given.last) : null }))}>
          <Form.Item name="provider" label={words.fields.provider} rules={required}><Provider /></Form.Item>
          <Form.Item name="kind" label={texts.kind} rules={required}><Select options={Object.keys(TieKindNames).map((value) => ({ value, label: name(TieKindNames, value) }))} /></Form.Item>
          <Form.Item name="party" label={texts.party} extra={texts.partyHelp}><Party /></Form.Item>
          <Form.Item name="since" label={texts.since} rules={required}><DatePicker style={{ width: "100%" }} /></Form.Item>
          <Form.Item name="last" label={texts.last}><DatePicker style={{ width: "100%" }} /></Form.Item>
          <Form.Item name="source" label={texts.source} rules={required}><Input /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
      <Modal open={typeof open === "object"} title={texts.end} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <KeptForm about="end of a tie" layout="vertical" onFinish={(given: { last: Dayjs; source: string }) => typeof open === "object" && void done(send(END, { ...open, last: day(given.last), source: given.source }))}>
          <Form.Item name="last" label={texts.last} rules={required}><DatePicker style={{ width: "100%" }} /></Form.Item>
          <Form.Item name="source" label={texts.source} rules={required}><Input /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

type Picked = { id?: string; value?: string; onChange?: (value: string) => void };

function Provider(given: Picked) {
  const { data } = useAsk(PARTIES, {});
  return <Select {...given} showSearch optionFilterProp="label" options={(data?.organisations.nodes ?? []).filter(({ kind }) => kind === "PROVIDER").map(({ id, name }) => ({ value: id, label: name }))} />;
}

function Party(given: Picked) {
  const [text, setText] = useState("");
  const groups = useAsk(PARTIES, {}).data?.organisations.nodes.filter(({ kind }) => kind === "GROUP") ?? [];
  const { data } = useAsk(TIED_FIRMS, { text }, text.length < 2);
  const options = [...groups, ...(data?.enterprises.nodes ?? [])].map(({ id, name }) => ({ value: id, label: name }));
  return <Select {...given} allowClear showSearch optionFilterProp="label" onSearch={setText} options={options} />;
}

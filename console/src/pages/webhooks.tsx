import { Alert, Button, Card, Descriptions, Form, Input, InputNumber, Modal, Popconfirm, Select, Space, Tag, Typography } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { EndpointStatusNames, EndpointStopNames } from "../gql/enum-names";
import type { EndpointsQuery } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetList } from "../sheet-list";
import { PartnerContracts } from "./partner-contracts";
import { WebhookDeliveries } from "./webhook-deliveries";

const ENDPOINTS = graphql(`
  query Endpoints($own: Boolean!, $webhookEndpointsAfter: String) {
    webhookEndpoints(first: 100, after: $webhookEndpointsAfter) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id scope host kinds districts enterprises editions perSecond status stop disabledAt registeredAt version failures failingSince pausedUntil waiting
        owner @skip(if: $own)
        url @include(if: $own)
        keys @include(if: $own) { generation secret publicKey until }
      }
    }
  }
`);
const REGISTER = graphql(`
  mutation RegisterEndpoint($url: String!, $kinds: [String!], $districts: [String!], $enterprises: [ID!], $editions: [ID!], $perSecond: Int) {
    registerEndpoint(input: { url: $url, kinds: $kinds, districts: $districts, enterprises: $enterprises, editions: $editions, perSecond: $perSecond }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const ROTATE = graphql(`mutation RotateEndpointSecret($id: ID!, $overlapHours: Int) { rotateEndpointSecret(input: { endpoint: $id, overlapHours: $overlapHours }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DISABLE = graphql(`mutation DisableEndpoint($id: ID!) { disableEndpoint(input: { endpoint: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ENABLE = graphql(`mutation EnableEndpoint($id: ID!) { enableEndpoint(input: { endpoint: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const TEST = graphql(`mutation SendTestEvent($id: ID!) { sendTestEvent(input: { endpoint: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    title: "事件推送", register: "登记推送端点", none: "尚未登记推送端点。登记后程序先发一次握手，原样返回握手值即可接收公开事件。", nobody: "尚无合作方登记推送端点。", url: "推送地址", urlHelp: "https 地址，须可从公网访问", kinds: "事件类别", kindsHelp: "类别（如 diagnosis）或事件全名，留空为全部", districts: "区代码", districtsHelp: "如 310117，留空为密钥范围内的全部", firms: "企业标识", firmsHelp: "企业页地址中的标识，留空为密钥范围内的全部", editions: "标准版本", editionsHelp: "如 2023，只推送按该版本诊断的个案与版本自身的事件；留空为全部",
    perSecond: "每秒上限", all: "全部", handshake: { UNVERIFIED: "等待握手：程序把握手值发到该地址，请按原样返回。", ACTIVE: "握手已通过，正在推送。", DISABLED: "已停用，不再推送。" }, waiting: "待推送", failures: "连续失败", since: (at: string) => `自 ${at} 起失败`, scope: "范围", owner: "合作方", registered: "登记时间", stopped: "停用", host: "主机",
    keys: "签名密钥", secret: "对称密钥", publicKey: "公钥", generation: (n: number) => `第 ${n} 代`, until: (at: string) => `停用于 ${at}`, rotate: "轮换密钥", rotateText: "新密钥立即开始签名，旧密钥在重叠期内同时签名。", overlap: "重叠小时", disable: "停用", disableText: "停用后不再推送，待推送的留待恢复，确定？", enable: "恢复", shake: "再次握手", paused: (at: string) => `暂停至 ${at}，测试事件或重发即恢复`, test: "发送测试事件", log: "推送记录", show: "显示", showSecret: "显示密钥", hideSecret: "隐藏密钥",
  },
  {
    title: "Webhooks", register: "Register an endpoint", none: "No endpoint yet. Once registered it is sent a handshake; echo its value as it came to be sent public events.", nobody: "No partner has registered an endpoint yet.", url: "Address", urlHelp: "An https address that can be reached from outside", kinds: "Kinds of events", kindsHelp: "Kinds such as diagnosis, or whole names; empty: all", districts: "Districts by code", districtsHelp: "Such as 310117; empty: all within the key's scope", firms: "Firms by id", firmsHelp: "The id in the address of a firm's page; empty: all within the key's scope", editions: "Editions", editionsHelp: "Such as 2023: events of cases measured by it and of itself alone; empty: all",
    perSecond: "Most a second", all: "all", handshake: { UNVERIFIED: "Waits for the handshake: its value is sent to the address, which echoes it as it came.", ACTIVE: "The handshake was echoed; events are sent.", DISABLED: "Disabled; nothing is sent." }, waiting: "Waiting", failures: "Failures in a row", since: (at: string) => `failing since ${at}`, scope: "Scope", owner: "Partner", registered: "Registered", stopped: "Disabled", host: "Host",
    keys: "Signing keys", secret: "Secret", publicKey: "Public key", generation: (n: number) => `generation ${n}`, until: (at: string) => `signs until ${at}`, rotate: "Rotate the secret", rotateText: "The new secret signs at once; the old one signs beside it for so long.", overlap: "Hours of overlap", disable: "Disable", disableText: "Nothing more is sent; what waits is kept. Go on?", enable: "Enable", shake: "Send the handshake again", paused: (at: string) => `paused until ${at}; a test event or a redelivery ends it`, test: "Send a test event", log: "Deliveries", show: "Show", showSecret: "Show the secret", hideSecret: "Hide the secret",
  },
);
type Endpoint = EndpointsQuery["webhookEndpoints"]["nodes"][number];
type Given = { url: string; kinds?: string[]; districts?: string[]; enterprises?: string[]; editions?: string[]; perSecond?: number };
const COLOURS = { UNVERIFIED: "#874d00", ACTIVE: "#135200", DISABLED: "#595959" } as const;

/** Addresses that public events are sent to: a partner's own to keep, everyone's to look at for the city and the auditor. */
export function Webhooks() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const send = useSend();
  const own = viewer.role === "PARTNER";
  const [open, setOpen] = useState(false);
  const answer = useAsk(ENDPOINTS, { own });

  async function register(given: Given) {
    const { data, errors } = await send(REGISTER, { url: given.url, kinds: given.kinds?.length ? given.kinds : null, districts: given.districts?.length ? given.districts : null, enterprises: given.enterprises?.length ? given.enterprises : null, editions: given.editions?.length ? given.editions : null, perSecond: given.perSecond ?? null });
    if (!data || errors.length) return;
    setOpen(false);
    answer.again();
  }

  return (
    <>
      <h1>{texts.title}</h1>
      {own && <div className="bar"><Button type="primary" onClick={() => setOpen(true)}>{texts.register}</Button></div>}
      <Shown answer={answer}>
        {({ webhookEndpoints }) => (
          <SheetList
            caption={texts.title}
            rows={webhookEndpoints.nodes}
            rowKey={(one) => one.id}
            empty={own ? texts.none : texts.nobody}
            columns={[
              { title: texts.host, text: (one) => one.host },
              { title: texts.owner, text: (one) => one.owner ?? "" },
              { title: words.fields.status, text: (one) => name(EndpointStatusNames, one.status) },
              { title: texts.registered, text: (one) => shanghai(one.registeredAt) },
              { title: texts.failures, text: (one) => String(one.failures) },
            ]}
            render={(one) => <EndpointCard endpoint={one} own={own} again={answer.again} />}
          />
        )}
      </Shown>
      <PartnerContracts />
      <Modal open={open} title={texts.register} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <KeptForm<Given> about="endpoint" layout="vertical" onFinish={(given) => void register(given)}>
          <Form.Item name="url" label={texts.url} extra={texts.urlHelp} rules={[{ required: true, message: words.signIn.missing }]}><Input inputMode="url" autoComplete="off" /></Form.Item>
          <Form.Item name="kinds" label={texts.kinds} extra={texts.kindsHelp}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
          <Form.Item name="districts" label={texts.districts} extra={texts.districtsHelp}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
          <Form.Item name="enterprises" label={texts.firms} extra={texts.firmsHelp}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
          <Form.Item name="editions" label={texts.editions} extra={texts.editionsHelp}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
          <Form.Item name="perSecond" label={texts.perSecond}><InputNumber min={1} style={{ width: 120 }} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

function EndpointCard({ endpoint, own, again }: { endpoint: Endpoint; own: boolean; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const [rotating, setRotating] = useState(false);
  const [log, setLog] = useState(false);
  const { id, status } = endpoint;
  const some = (given: readonly string[]) => (given.length ? given.map((one) => <Tag key={one}>{one}</Tag>) : texts.all);

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) setRotating(false);
    again();
  }

  return (
    <Card style={{ marginBottom: 16 }} title={<span style={{ overflowWrap: "anywhere", whiteSpace: "normal" }}>{endpoint.url ?? endpoint.host}</span>} extra={<Tag color={COLOURS[status]}>{name(EndpointStatusNames, status)}</Tag>}>
      <Alert type={status === "ACTIVE" ? "success" : status === "UNVERIFIED" ? "warning" : "info"} showIcon title={texts.handshake[status]} description={endpoint.stop && `${name(EndpointStopNames, endpoint.stop)} · ${shanghai(endpoint.disabledAt)}`} style={{ marginBottom: 12 }} />
      <Descriptions size="small" bordered column={{ xs: 1, md: 2 }} items={[
        ...(own ? [] : [{ key: 1, label: texts.owner, children: endpoint.owner ?? "—" }]),
        { key: 2, label: texts.scope, children: endpoint.scope === "*" ? texts.all : endpoint.scope },
        { key: 3, label: texts.kinds, children: some(endpoint.kinds) },
        { key: 4, label: texts.districts, children: some(endpoint.districts) },
        { key: 10, label: texts.firms, children: some(endpoint.enterprises) },
        { key: 9, label: texts.editions, children: some(endpoint.editions) },
        { key: 5, label: texts.perSecond, children: endpoint.perSecond },
        { key: 6, label: texts.waiting, children: <>{endpoint.waiting} {endpoint.pausedUntil && <Tag color="#874d00">{texts.paused(shanghai(endpoint.pausedUntil))}</Tag>}</> },
        { key: 7, label: texts.failures, children: <>{endpoint.failures} {endpoint.failingSince && <Tag color="#a8071a">{texts.since(shanghai(endpoint.failingSince))}</Tag>}</> },
        { key: 8, label: texts.registered, children: shanghai(endpoint.registeredAt) },
      ]} />
      {own && (
        <>
          <Space wrap style={{ marginTop: 12 }}>
            <Button onClick={() => void done(send(TEST, { id }))}>{texts.test}</Button>
            <Button onClick={() => setRotating(true)}>{texts.rotate}</Button>
            {status === "UNVERIFIED" && <Button onClick={() => void done(send(ENABLE, { id }))}>{texts.shake}</Button>}
            {status === "DISABLED" ? <Button onClick={() => void done(send(ENABLE, { id }))}>{texts.enable}</Button> : <Popconfirm title={texts.disableText} onConfirm={() => void done(send(DISABLE, { id }))}><Button danger>{texts.disable}</Button></Popconfirm>}
          </Space>
          <h2>{texts.keys}</h2>
          {(endpoint.keys ?? []).map((key) => (
            <div key={key.generation} style={{ marginBottom: 8 }}>
              <strong>{texts.generation(key.generation)}</strong> {key.until && <Tag color="#874d00">{texts.until(shanghai(key.until))}</Tag>}
              <Secret label={texts.secret} text={key.secret} />
              <div>{texts.publicKey} <Typography.Text code copyable style={{ overflowWrap: "anywhere" }}>{key.publicKey}</Typography.Text></div>
            </div>
          ))}
        </>
      )}
      <h2>{texts.log}</h2>
      {log ? <WebhookDeliveries endpoint={id} own={own} /> : <Button onClick={() => setLog(true)}>{texts.show}</Button>}
      <Modal open={rotating} title={texts.rotate} onCancel={() => setRotating(false)} footer={null} destroyOnHidden>
        <p>{texts.rotateText}</p>
        <KeptForm about={`rotate ${id}`} layout="vertical" initialValues={{ overlapHours: 24 }} onFinish={({ overlapHours }: { overlapHours: number | null }) => void done(send(ROTATE, { id, overlapHours }))}>
          <Form.Item name="overlapHours" label={texts.overlap}><InputNumber /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </Card>
  );
}

/** A secret that is shown when asked for, so that no passer-by reads it. */
function Secret({ label, text }: { label: string; text: string }) {
  const texts = useTexts();
  const [shown, show] = useState(false);
  return (
    <div>
      {label} {shown && <Typography.Text code copyable style={{ overflowWrap: "anywhere" }}>{text}</Typography.Text>} <Button size="small" onClick={() => show(!shown)}>{shown ? texts.hideSecret : texts.showSecret}</Button>
    </div>
  );
}

import { Button, Select, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { DeliveryStatusNames } from "../gql/enum-names";
import type { DeliveriesQuery, DeliveryStatus } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";

const DELIVERIES = graphql(`
  query Deliveries($endpoint: ID!, $status: DeliveryStatus, $first: Int, $after: String, $last: Int, $before: String) {
    webhookDeliveries(endpoint: $endpoint, status: $status, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id eventId event redelivery status arrived plannedAt dueAt attempts { number at milliseconds code failure headers body } }
    }
  }
`);
const REDELIVER = graphql(`mutation RedeliverEvents($id: ID!, $event: String!) { redeliverEvents(input: { endpoint: $id, firstEvent: $event }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  { log: "推送记录", status: "推送状态", any: "全部状态", none: "没有推送记录；握手通过之后，所选类别的公开事件会列在这里。", event: "事件", planned: "列入时间", due: (at: string) => `下次 ${at}`, again: (n: number) => `第 ${n} 次重发`, attempts: "历次尝试", attempt: (n: number, at: string, ms: number) => `第 ${n} 次 ${at}，${ms} 毫秒`, answer: "对方答复", redeliver: "重发", arrived: "已由重发送达", refresh: "刷新" },
  { log: "Deliveries", status: "Status", any: "any status", none: "Nothing was sent yet; once the handshake is echoed, public events of the chosen kinds are listed here.", event: "Event", planned: "Planned", due: (at: string) => `next ${at}`, again: (n: number) => `redelivery ${n}`, attempts: "Attempts", attempt: (n: number, at: string, ms: number) => `${n}: ${at}, ${ms} ms`, answer: "Response", redeliver: "Send again", arrived: "arrived by a redelivery", refresh: "Refresh" },
);
type Attempt = DeliveriesQuery["webhookDeliveries"]["nodes"][number]["attempts"][number];
const COLOURS: Record<DeliveryStatus, string> = { WAITING: "#874d00", DELIVERED: "#135200", DEAD: "#a8071a", WITHHELD: "#595959" };

/** What was sent to an endpoint, with what it answered each time; its owner has it sent again. */
export function WebhookDeliveries({ endpoint, own }: { endpoint: string; own: boolean }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const [status, setStatus] = useState<DeliveryStatus | null>(null);
  const paging = usePaging(String(status));
  const answer = useAsk(DELIVERIES, { endpoint, status, ...paging.paging });
  return (
    <>
      <div className="bar">
        <Select aria-label={texts.status} value={status ?? ""} onChange={(value) => setStatus((value || null) as DeliveryStatus | null)} style={{ minWidth: 140 }} options={[{ value: "", label: texts.any }, ...Object.keys(DeliveryStatusNames).map((value) => ({ value, label: name(DeliveryStatusNames, value) }))]} />
        <Button onClick={answer.again}>{texts.refresh}</Button>
      </div>
      <Shown answer={answer}>
        {({ webhookDeliveries }) => (
          <PagedTable
            connection={webhookDeliveries}
            paging={paging}
            rowKey={(one) => one.id}
            caption={texts.log}
            empty={texts.none}
            fetching={answer.fetching}
            columns={[
              { title: texts.event, render: (_, one) => <>{one.event} {one.redelivery !== null && <Tag>{texts.again(one.redelivery)}</Tag>}</> },
              { title: words.fields.status, render: (_, one) => <><Tag color={COLOURS[one.status]}>{name(DeliveryStatusNames, one.status)}</Tag>{one.status === "DEAD" && one.arrived && <div className="clause">{texts.arrived}</div>}</> },
              { title: texts.planned, className: "nowrap", render: (_, one) => <>{shanghai(one.plannedAt)}{one.status === "WAITING" && <div className="clause">{texts.due(shanghai(one.dueAt))}</div>}</> },
              { title: texts.attempts, render: (_, one) => (one.attempts.length ? one.attempts.map((each) => <Tried key={each.number} attempt={each} />) : "—") },
              ...(own ? [{ title: texts.redeliver, render: (_: unknown, one: { eventId: string | null }) => one.eventId && <Button size="small" onClick={() => void send(REDELIVER, { id: endpoint, event: one.eventId ?? "" }).then(answer.again)}>{texts.redeliver}</Button> }] : []),
            ]}
          />
        )}
      </Shown>
    </>
  );
}

function Tried({ attempt }: { attempt: Attempt }) {
  const texts = useTexts();
  return (
    <details>
      <summary>{texts.attempt(attempt.number, shanghai(attempt.at), attempt.milliseconds)} <Tag color={attempt.failure ? "#a8071a" : "#135200"}>{attempt.code ?? attempt.failure}</Tag></summary>
      <div style={{ maxWidth: "min(420px, 55vw)" }}>
        {attempt.failure && <p>{attempt.failure}</p>}
        <p>{texts.answer}</p>
        <pre tabIndex={0} style={{ overflow: "auto", maxHeight: 200, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{`${attempt.headers}\n\n${attempt.body}`}</pre>
      </div>
    </details>
  );
}

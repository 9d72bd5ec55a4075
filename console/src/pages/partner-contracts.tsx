import { Tag } from "antd";

import { Acts, useOptions } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { FullEventKindNames } from "../gql/enum-names";
import type { FullEventKind } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const CONTRACTS = graphql(`query PartnerContracts($partnerContractsAfter: String) { partnerContracts(first: 100, after: $partnerContractsAfter) { pageInfo { hasNextPage endCursor } nodes { id partner purpose kinds grantedAt until inForce endedAt why } } }`);
const GRANT = graphql(`mutation GrantPartnerContract($partner: String!, $purpose: String!, $kinds: [FullEventKind!]!, $until: Date!) { grantPartnerContract(input: { partner: $partner, purpose: $purpose, kinds: $kinds, until: $until }) { userErrors { code clause field bound message messageInEnglish } } }`);
const END = graphql(`mutation EndPartnerContract($contract: ID!, $why: String!) { endPartnerContract(input: { contract: $contract, why: $why }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    title: "连同对象告知的约定", note: "约定期间，所列几类事件连同对象现状一并告知，不超出合作方密钥此刻可读的内容；到期或终止后即恢复精简。", none: "没有约定：事件只说哪个对象变了。", grant: "约定连同对象告知", partner: "合作方", partnerHelp: "签发密钥时所用的名称", purpose: "用途", kinds: "事件类别", until: "截止日", granted: "约定时间", end: "终止约定", endText: "即刻生效：尚未送出的事件不再带对象。", why: "理由", holds: "有效", over: "已到期", ended: (at: string) => `终止于 ${at}`,
  },
  {
    title: "Agreements on full events", note: "While one holds, events of its kinds carry their object, never more of it than the partner's key may read then; once it is over, events are thin again.", none: "There is no agreement: events say which object changed, and no more.", grant: "Agree on full events", partner: "Partner", partnerHelp: "The name that its keys were issued with", purpose: "Purpose", kinds: "Kinds of events", until: "Last day", granted: "Agreed", end: "End the agreement", endText: "At once: events that are not sent yet carry no object.", why: "Why", holds: "holds", over: "over", ended: (at: string) => `ended ${at}`,
  },
);

/** Which partner's events carry their object: a partner's own agreements, and the city's to make and to end. */
export function PartnerContracts() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const options = useOptions();
  const send = useSend();
  const { viewer } = useViewer();
  const answer = useAsk(CONTRACTS, {});
  const city = viewer.role === "CITY";
  return (
    <>
      <h2>{texts.title}</h2>
      <p className="clause">{texts.note}</p>
      <div className="bar"><Acts about="partner contract" done={answer.again} acts={[city && {
        label: texts.grant,
        says: texts.note,
        fields: [{ name: "partner", label: texts.partner, help: texts.partnerHelp }, { name: "purpose", label: texts.purpose }, { name: "kinds", label: texts.kinds, kind: "several", options: options(FullEventKindNames) }, { name: "until", label: texts.until, kind: "day" }],
        send: (given: { partner: string; purpose: string; kinds: FullEventKind[]; until: string }) => send(GRANT, given),
      }]} /></div>
      <Shown answer={answer}>
        {({ partnerContracts: { nodes } }) => nodes.length ? (
          <SheetTable size="middle" rowKey="id" caption={texts.title} dataSource={nodes} columns={[
            { title: texts.partner, dataIndex: "partner" },
            { title: texts.purpose, dataIndex: "purpose" },
            { title: texts.kinds, render: (_, one) => one.kinds.map((kind) => name(FullEventKindNames, kind)).join(" / ") },
            { title: texts.granted, render: (_, one) => <span className="nowrap">{shanghai(one.grantedAt)}</span> },
            { title: texts.until, render: (_, one) => <span className="nowrap">{one.until}</span> },
            { title: words.fields.status, render: (_, one) => <><Tag>{one.endedAt ? texts.ended(shanghai(one.endedAt)) : one.inForce ? texts.holds : texts.over}</Tag>{one.why}</> },
            { title: "", render: (_, one) => city && one.inForce && <Acts about={one.id} small done={answer.again} acts={[{ label: texts.end, danger: true, says: texts.endText, fields: [{ name: "why", label: texts.why, kind: "rows" }], send: (given: { why: string }) => send(END, { contract: one.id, ...given }) }]} /> },
          ]} />
        ) : <p>{texts.none}</p>}
      </Shown>
    </>
  );
}

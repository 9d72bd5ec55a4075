import { Card, Descriptions, Empty, Space, Tag } from "antd";
import { Link } from "react-router";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { decimal, yuan } from "../format";
import { graphql } from "../gql";
import { OfferStatusNames } from "../gql/enum-names";
import type { OffersQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { isOwn, useViewer } from "../session";
import { SheetList } from "../sheet-list";

const OFFERS = graphql(`
  query Offers($filter: OfferFilter, $offersAfter: String) {
    offers(filter: $filter, first: 20, after: $offersAfter) {
      pageInfo { hasNextPage endCursor }
      totalCount
      nodes {
        id text price readyBy ownProduct status madeAt acceptedOn deliveredOn reason
        demand { id text indicators { indicator name } } supplier { id name } solutions { id title } members { organisation { id name } share agreed }
        changes { indicator name unit before after }
      }
    }
  }
`);
const AGREE = graphql(`mutation AgreeToOffer($demand: ID!, $supplier: ID!, $member: ID!) { agreeToOffer(input: { demand: $demand, supplier: $supplier, member: $member }) { userErrors { code clause field bound message messageInEnglish } } }`);
const LEAVE = graphql(`mutation LeaveOffer($demand: ID!, $supplier: ID!, $member: ID!, $reason: String!) { leaveOffer(input: { demand: $demand, supplier: $supplier, member: $member, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const WITHDRAW = graphql(`mutation WithdrawOffer($demand: ID!, $supplier: ID!, $reason: String!) { withdrawOffer(input: { demand: $demand, supplier: $supplier, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ACCEPT = graphql(`mutation AcceptOffer($demand: ID!, $supplier: ID!) { acceptOffer(input: { demand: $demand, supplier: $supplier }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DECLINE = graphql(`mutation DeclineOffer($demand: ID!, $supplier: ID!, $reason: String!) { declineOffer(input: { demand: $demand, supplier: $supplier, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DELIVER = graphql(`mutation ConfirmDelivery($demand: ID!, $supplier: ID!, $deliveredOn: Date!) { confirmDelivery(input: { demand: $demand, supplier: $supplier, deliveredOn: $deliveredOn }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REPORT = graphql(`mutation ReportDealOutcome($demand: ID!, $supplier: ID!, $changes: [DealChangeInput!]!) { reportDealOutcome(input: { demand: $demand, supplier: $supplier, changes: $changes }) { userErrors { code clause field bound message messageInEnglish } } }`);
const END = graphql(`mutation EndDeal($demand: ID!, $supplier: ID!, $reason: String!) { endDeal(input: { demand: $demand, supplier: $supplier, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    offers: "报价", supplier: "报价单位", none: "尚无报价。在“需求”中打开一项需求提出报价；企业收到的报价也列在此处。", latest: (shown: number, all: number) => `列出最近 ${shown} 项，共 ${all} 项。`, price: "报价金额", yuan: "元", ready: "交付日", solutions: "解决方案", members: "联合体成员", agreed: "已同意", waits: "待同意", own: "诊断方产品", ownHelp: "曾诊断本企业的服务商从中获益", demand: "所报需求", accepted: "成交日", delivered: "交付日期", changes: "成效", change: (name: string, before: string, after: string, unit: string) => `${name}：${before} → ${after} ${unit}`,
    agree: "同意联合报价", leave: "退出联合报价", withdraw: "撤回报价", accept: "接受报价", acceptText: "接受后对方得知本企业；是服务商的，今后不能再诊断本企业。其余报价仍可不接受。", decline: "不接受", confirm: "确认交付", report: "报告成效", end: "终止成交", endText: "终止后供给单位可再次报价。", why: "理由", whyRead: "对方可读到", day: "交付日期", indicator: "指标", measured: "测量项目", unit: "计量单位", before: "改进前", after: "改进后",
  },
  {
    offers: "Offers", supplier: "Seller", none: "There is no offer. Open a demand to offer for it; offers that a firm receives are listed here too.", latest: (shown: number, all: number) => `The latest ${shown} of ${all}.`, price: "Price", yuan: "yuan", ready: "Delivered by", solutions: "Solutions", members: "Members", agreed: "agreed", waits: "to agree", own: "Diagnosing provider's product", ownHelp: "A provider that diagnosed the firm gains by it", demand: "For the demand", accepted: "Accepted on", delivered: "Delivered on", changes: "What it brought", change: (name: string, before: string, after: string, unit: string) => `${name}: ${before} → ${after} ${unit}`,
    agree: "Agree", leave: "Take no part", withdraw: "Take it back", accept: "Accept", acceptText: "The other side learns whose demand it is; a provider may not diagnose your firm any more.", decline: "Decline", confirm: "Confirm the delivery", report: "Report what it brought", end: "End the deal", endText: "Sellers may offer again.", why: "Why", whyRead: "The other side reads it", day: "Delivered on", indicator: "Indicator", measured: "What was measured", unit: "Unit", before: "Before", after: "After",
  },
);
type Offer = OffersQuery["offers"]["nodes"][number];
type Change = { indicator: string; name: string; unit: string; before: string; after: string };

/** Offers that the reader takes part in, or those for one demand, each with what may be done now. */
export function Offers({ demand, changed }: { demand?: string; changed?: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const answer = useAsk(OFFERS, { filter: demand ? { demand: [demand] } : null });
  const again = () => { answer.again(); changed?.(); };
  return (
    <Shown answer={answer}>
      {({ offers }) => (
        <>
          {(offers.totalCount ?? 0) > offers.nodes.length && <p className="clause">{texts.latest(offers.nodes.length, offers.totalCount ?? 0)}</p>}
          <SheetList
            caption={texts.offers}
            rows={offers.nodes}
            rowKey={(one) => one.id}
            empty={<Empty description={texts.none} />}
            columns={[
              { title: texts.supplier, text: (one) => one.supplier?.name ?? "" },
              { title: texts.price, text: (one) => yuan(one.price) },
              { title: texts.ready, text: (one) => one.readyBy },
              { title: words.fields.status, text: (one) => name(OfferStatusNames, one.status) },
              { title: texts.demand, text: (one) => one.demand?.text ?? "" },
            ]}
            render={(one) => <OneOffer offer={one} linked={!demand} again={again} />}
          />
        </>
      )}
    </Shown>
  );
}

function OneOffer({ offer, linked, again }: { offer: Offer; linked: boolean; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const firm = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const leads = ["PROVIDER", "SUPPLIER"].includes(viewer.role) && isOwn(viewer, offer.supplier?.id);
  const member = offer.members.find((one) => isOwn(viewer, one.organisation?.id));
  const of = { demand: offer.demand?.id ?? "", supplier: offer.supplier?.id ?? "" };
  const part = { ...of, member: viewer.organisation ?? "" };
  const why = (help?: string) => [{ name: "reason", label: texts.why, kind: "rows" as const, help }];
  const standing = offer.status === "STANDING";
  const before = standing || offer.status === "FORMING";
  const wanted = (offer.demand?.indicators ?? []).map((one) => ({ value: one.indicator, label: `${one.indicator} ${one.name}` }));
  return (
    <Card style={{ marginBottom: 16 }} title={<span style={{ whiteSpace: "normal", fontWeight: 600 }}>{offer.supplier?.name}</span>} extra={<Tag>{name(OfferStatusNames, offer.status)}</Tag>}>
      {offer.ownProduct && <p><Tag color="#874d00">{texts.own}</Tag> {texts.ownHelp}</p>}
      <p style={{ whiteSpace: "pre-wrap", marginTop: 0 }}>{offer.text}</p>
      <Descriptions size="small" column={{ xs: 1, md: 2 }} items={[
        { key: 1, label: texts.price, children: `${yuan(offer.price)} ${texts.yuan}` },
        { key: 2, label: texts.ready, children: offer.readyBy },
        { key: 3, label: texts.solutions, children: offer.solutions.map((one) => one.title).join(words.comma) },
        ...(linked && offer.demand ? [{ key: 4, label: texts.demand, children: <Link to={`/supply?demand=${encodeURIComponent(offer.demand.id)}`}>{offer.demand.text}</Link> }] : []),
        ...(offer.members.length ? [{ key: 5, label: texts.members, children: <Space wrap>{offer.members.map((one) => <span key={one.organisation?.id}>{one.organisation?.name}{words.aside(one.share)} <Tag>{one.agreed ? texts.agreed : texts.waits}</Tag></span>)}</Space> }] : []),
        ...(offer.acceptedOn ? [{ key: 6, label: texts.accepted, children: offer.acceptedOn }] : []),
        ...(offer.deliveredOn ? [{ key: 7, label: texts.delivered, children: offer.deliveredOn }] : []),
        ...(offer.changes.length ? [{ key: 8, label: texts.changes, children: <div>{offer.changes.map((one) => <div key={one.name}>{texts.change(one.name, decimal(one.before), decimal(one.after), one.unit)}</div>)}</div> }] : []),
        ...(offer.reason ? [{ key: 9, label: texts.why, children: offer.reason }] : []),
      ]} />
      <Acts about={`${of.demand} ${of.supplier}`} done={again} acts={[
        firm && standing && { label: texts.accept, primary: true, says: texts.acceptText, send: () => send(ACCEPT, of) },
        firm && standing && { label: texts.decline, fields: why(texts.whyRead), send: (given: { reason: string }) => send(DECLINE, { ...of, ...given }) },
        firm && offer.status === "ACCEPTED" && { label: texts.confirm, primary: true, fields: [{ name: "deliveredOn", label: texts.day, kind: "day" }], send: (given: { deliveredOn: string }) => send(DELIVER, { ...of, ...given }) },
        firm && offer.status === "DELIVERED" && { label: texts.report, primary: true, fields: [{ name: "indicator", label: texts.indicator, kind: "one", options: wanted }, { name: "name", label: texts.measured }, { name: "unit", label: texts.unit }, { name: "before", label: texts.before, kind: "exact" }, { name: "after", label: texts.after, kind: "exact" }], send: (given: Change) => send(REPORT, { ...of, changes: [...offer.changes.filter((one) => one.name !== given.name).map(({ indicator, name: measured, unit, before: from, after }) => ({ indicator, name: measured, unit, before: from, after })), given] }) },
        !!member && !member.agreed && offer.status === "FORMING" && { label: texts.agree, primary: true, send: () => send(AGREE, part) },
        !!member && before && { label: texts.leave, fields: why(texts.whyRead), send: (given: { reason: string }) => send(LEAVE, { ...part, ...given }) },
        leads && before && { label: texts.withdraw, fields: why(), send: (given: { reason: string }) => send(WITHDRAW, { ...of, ...given }) },
        (firm || leads) && offer.status === "ACCEPTED" && { label: texts.end, danger: true, says: texts.endText, fields: why(texts.whyRead), send: (given: { reason: string }) => send(END, { ...of, ...given }) },
      ]} />
    </Card>
  );
}

import { Alert, Button, Descriptions, Empty, Tag } from "antd";
import { useState } from "react";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { DemandStatusNames, SizeClassNames } from "../gql/enum-names";
import type { DemandShownQuery } from "../gql/graphql";
import { spoken, useLanguage, useNames, useWords } from "../language";
import { usePlaces } from "../places";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { useBudget, useDemandTexts } from "./demands";
import { OfferTo } from "./offer-to";
import { Offers } from "./offers";

const DEMAND = graphql(`
  query DemandShown($id: ID!) {
    demand(id: $id) { id firmName district { name nameInEnglish } industry { code name nameInEnglish } sizeClass edition indicators { indicator name } text budgetFrom budgetTo by named status reason }
  }
`);
const MATCHING = graphql(`
  query DemandMatching($id: ID!, $matchesAfter: String) {
    demandMatching(demand: $id) { ordered orderedInEnglish matches(first: 20, after: $matchesAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { rank indicators ownProduct reasons { reason says saysInEnglish } solution { id title supplier { name } } } } }
  }
`);
const NAMING = graphql(`mutation SetDemandNaming($demand: ID!, $named: Boolean!) { setDemandNaming(input: { demand: $demand, named: $named }) { userErrors { code clause field bound message messageInEnglish } } }`);
const WITHDRAW = graphql(`mutation WithdrawDemand($demand: ID!, $reason: String!) { withdrawDemand(input: { demand: $demand, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  { back: "返回需求列表", gone: "没有此需求，或不在您的范围内。", name: "改为具名", hide: "改为不具名", naming: "供给单位即时看到或不再看到企业名称。", withdraw: "撤回需求", withdrawText: "撤回后已有的报价失效。", why: "理由", status: "状态", matching: "匹配的解决方案", noMatch: "尚无匹配的解决方案。供给单位发布后列在此处。", place: "名次", solution: "解决方案", supplier: "供给单位", covers: "覆盖指标", reasons: "理由", own: "诊断方产品", offers: "报价" },
  { back: "Back to the demands", gone: "There is no such demand within what you see.", name: "Show our name", hide: "Hide our name", naming: "Sellers see the firm's name, or see it no more, at once.", withdraw: "Withdraw", withdrawText: "Offers for it lapse.", why: "Why", status: "State", matching: "Solutions that fit", noMatch: "No solution fits yet; they are listed once sellers publish them.", place: "Place", solution: "Solution", supplier: "Seller", covers: "Raises", reasons: "Why here", own: "Diagnosing provider's product", offers: "Offers" },
);
type Demand = NonNullable<DemandShownQuery["demand"]>;

/** One demand: a firm's own with what fits it and the offers for it; to a seller what it may offer for. */
export function DemandShown({ id, back }: { id: string; back: () => void }) {
  const texts = useTexts();
  const answer = useAsk(DEMAND, { id });
  return (
    <>
      <Button onClick={back} style={{ marginBottom: 12 }}>{texts.back}</Button>
      <Shown answer={answer}>{({ demand }) => (demand ? <Whole demand={demand} again={answer.again} /> : <Alert type="info" title={texts.gone} />)}</Shown>
    </>
  );
}

function Whole({ demand, again }: { demand: Demand; again: () => void }) {
  const place = usePlaces();
  const texts = useTexts();
  const shared = useDemandTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const budget = useBudget();
  const { viewer } = useViewer();
  const [made, setMade] = useState(0);
  const own = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const open = demand.status === "OPEN";
  return (
    <>
      <h1>{words.nav.supply}</h1>
      <div className="bar">
        <Tag color="#1252b3">{name(DemandStatusNames, demand.status)}</Tag>
        <Acts about={demand.id} done={again} acts={[
          own && open && { label: demand.named ? texts.hide : texts.name, says: texts.naming, send: () => send(NAMING, { demand: demand.id, named: !demand.named }) },
          own && open && { label: texts.withdraw, danger: true, says: texts.withdrawText, fields: [{ name: "reason", label: texts.why, kind: "rows" }], send: (given: { reason: string }) => send(WITHDRAW, { demand: demand.id, ...given }) },
        ]} />
        {["PROVIDER", "SUPPLIER"].includes(viewer.role) && open && <OfferTo demand={demand.id} done={() => { setMade(made + 1); again(); }} />}
      </div>
      <Descriptions size="small" bordered column={1} styles={{ label: { width: 160 } }} items={[
        { key: 1, label: shared.text, children: <span style={{ whiteSpace: "pre-wrap" }}>{demand.text}</span> },
        { key: 2, label: shared.indicators, children: demand.indicators.map((one) => <div key={one.indicator}>{one.indicator} {one.name}</div>) },
        { key: 3, label: shared.firm, children: [demand.firmName ?? shared.hidden, demand.district && place(demand.district), demand.industry && place(demand.industry), demand.sizeClass && name(SizeClassNames, demand.sizeClass)].filter(Boolean).join(" · ") },
        { key: 4, label: shared.budget, children: budget(demand) },
        { key: 5, label: shared.by, children: demand.by },
        ...(demand.reason ? [{ key: 6, label: texts.why, children: demand.reason }] : []),
      ]} />
      <h2>{texts.offers}</h2>
      <Offers key={made} demand={demand.id} changed={again} />
      {(own || ["FILLER", "CITY", "AUDITOR"].includes(viewer.role)) && <Matching demand={demand.id} />}
    </>
  );
}

function Matching({ demand }: { demand: string }) {
  const texts = useTexts();
  const words = useWords();
  const { language } = useLanguage();
  const answer = useAsk(MATCHING, { id: demand });
  return (
    <Shown answer={answer}>
      {({ demandMatching: found }) => found && (
        <section aria-label={texts.matching}>
          <h2>{texts.matching}</h2>
          <p className="clause">{language === "zh" ? found.ordered : found.orderedInEnglish}</p>
          {found.matches.nodes.length ? (
            <SheetTable rowKey="rank" caption={texts.matching} dataSource={found.matches.nodes} columns={[
              { title: texts.place, dataIndex: "rank", align: "right" },
              { title: texts.solution, render: (_, one) => <>{one.solution?.title} {one.ownProduct && <Tag color="#874d00">{texts.own}</Tag>}</> },
              { title: texts.supplier, render: (_, one) => one.solution?.supplier?.name ?? "—" },
              { title: texts.covers, render: (_, one) => one.indicators.join(words.comma) },
              { title: texts.reasons, render: (_, one) => one.reasons.map((why) => <div key={why.reason}>{language === "zh" ? why.says : why.saysInEnglish}</div>) },
            ]} />
          ) : <Empty description={texts.noMatch} />}
        </section>
      )}
    </Shown>
  );
}

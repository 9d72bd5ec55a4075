import { Card, Descriptions, Tag } from "antd";
import { useState } from "react";

import { Acts, type ActField, useOptions } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { SizeClassNames, SolutionStatusNames, TieKindNames } from "../gql/enum-names";
import type { SizeClass, SolutionsQuery, TieKind } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedList } from "../paged";
import { isOwn, useViewer } from "../session";
import { SolutionCases } from "./solution-cases";
import { SolutionMatches } from "./solution-matches";

const SOLUTIONS = graphql(`
  query Solutions($after: String) {
    solutions(first: 10, after: $after) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes {
        id status title summary edition indicators { indicator name } industries { code name nameInEnglish } sizes publishedAt reason supplier { id name }
        cases { number industry { code } text firmName } ties { provider { id name } kind found } listings { year document }
      }
    }
  }
`);
const EDITIONS = graphql(`query SolutionEditions { editions { key title } }`);
const INDICATORS = graphql(`query SolutionIndicators($key: String!) { edition(key: $key) { indicators { id name } } }`);
const PROVIDERS = graphql(`query TiedProviders($organisationsAfter: String) { organisations(kind: [PROVIDER], first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const PUBLISH = graphql(`
  mutation PublishSolution($title: String!, $summary: String!, $edition: ID!, $indicators: [String!]!, $industries: [String!], $sizes: [SizeClass!], $cases: [SolutionCaseInput!], $ties: [SolutionTieInput!]) {
    publishSolution(input: { title: $title, summary: $summary, edition: $edition, indicators: $indicators, industries: $industries, sizes: $sizes, cases: $cases, ties: $ties }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const REVISE = graphql(`
  mutation ReviseSolution($solution: ID!, $title: String!, $summary: String!, $edition: ID!, $indicators: [String!]!, $industries: [String!], $sizes: [SizeClass!], $cases: [SolutionCaseInput!], $ties: [SolutionTieInput!]) {
    reviseSolution(input: { solution: $solution, title: $title, summary: $summary, edition: $edition, indicators: $indicators, industries: $industries, sizes: $sizes, cases: $cases, ties: $ties }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const WITHDRAW = graphql(`mutation WithdrawSolution($solution: ID!, $reason: String!) { withdrawSolution(input: { solution: $solution, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const FIND_TIE = graphql(`mutation FindSolutionTie($solution: ID!, $provider: ID!, $kind: TieKind!, $source: String!) { findSolutionTie(input: { solution: $solution, provider: $provider, kind: $kind, source: $source }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    solutions: "解决方案", none: "尚无解决方案。供给单位或服务商发布后列在此处。", own: "发布解决方案后，企业的需求可与之匹配。", publish: "发布解决方案", revise: "修订", withdraw: "撤回", withdrawText: "已提出的报价不受影响。", tie: "认定关联", title: "方案名称", summary: "方案简介", edition: "标准版本", indicators: "针对的指标", industries: "适用行业大类", any: "不限", industriesHelp: "如 C34，用逗号分开；不填为不限", sizes: "适用规模", case: "案例", caseHelp: "做了什么、有何成效，勿写企业名称", ties: "关联服务商", tied: "关联服务商（自报）", kind: "关联类型", found: "认定", source: "依据来源", why: "理由", listed: "列入名录", supplier: "供给单位", year: (year: number) => `${year} 年`,
  },
  {
    solutions: "Solutions", none: "There is no solution. What sellers and providers publish is listed here.", own: "Demands of firms are matched with what you publish.", publish: "Publish a solution", revise: "Revise", withdraw: "Withdraw", withdrawText: "Offers that were made stand.", tie: "Find a tie", title: "Name", summary: "What it does", edition: "Edition", indicators: "Indicators that it raises", industries: "Divisions of industry", any: "any", industriesHelp: "Such as C34, with commas between; none: any", sizes: "Size classes", case: "A case", caseHelp: "What was done and what it brought, without the firm's name", ties: "Tied providers", tied: "Tied provider, as stated", kind: "Kind of tie", found: "found by the city", source: "Known from", why: "Why", listed: "On the lists of", supplier: "Seller", year: (year: number) => `${year}`,
  },
);
type Solution = SolutionsQuery["solutions"]["nodes"][number];
type Given = { title: string; summary: string; edition: string; indicators: string[]; industries: string | null; sizes: SizeClass[] | null; case: string | null; provider: string | null; kind: TieKind | null };

const SIZE = 10;

/** What is offered: sellers publish and revise their own, the city finds ties to providers. */
export function Solutions() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const sells = ["PROVIDER", "SUPPLIER"].includes(viewer.role);
  const [pages, setPages] = useState<(string | null)[]>([null]); // a page is asked for by its size alone: what a solution holds is too much to leave open
  const answer = useAsk(SOLUTIONS, { after: pages.at(-1) ?? null });
  const fields = useFields(sells);
  return (
    <>
      {sells && fields.ready && <div className="bar"><Acts about="solutions" done={answer.again} acts={[{ label: texts.publish, primary: true, says: texts.own, fields: fields.of(), send: (given: Given) => send(PUBLISH, stated(given)) }]} /></div>}
      <Shown answer={answer}>
        {({ solutions }) => (
          <PagedList
            connection={solutions}
            paging={{ size: SIZE, largest: SIZE, set: ({ first, after }) => setPages(after ? [...pages, after] : first ? [null] : pages.slice(0, -1)) }}
            caption={texts.solutions}
            rowKey={(one) => one.id}
            empty={texts.none}
            columns={[
              { title: texts.title, text: (one) => one.title },
              { title: texts.supplier, text: (one) => one.supplier?.name ?? "" },
              { title: texts.summary, text: (one) => one.summary },
              { title: texts.indicators, text: (one) => one.indicators.map((of) => of.indicator).join(" ") },
              { title: texts.industries, text: (one) => one.industries.map((of) => of.code).join(" ") || texts.any },
              { title: words.fields.status, text: (one) => name(SolutionStatusNames, one.status) },
            ]}
            render={(one) => <OneSolution solution={one} fields={fields.of} ready={fields.ready} again={answer.again} />}
          />
        )}
      </Shown>
    </>
  );
}

/** What is stated of a solution, as the API takes it; of a revision the cases and ties that stay are stated again. */
function stated({ industries, case: text, provider, kind, ...given }: Given, before?: Solution) {
  const cases = (before?.cases ?? []).map((one) => ({ text: one.text, industry: one.industry?.code ?? null }));
  const ties = (before?.ties ?? []).filter((one) => !one.found && one.provider).map((one) => ({ provider: one.provider?.id ?? "", kind: one.kind }));
  return { ...given, industries: industries ? industries.split(/[,，\s]+/).filter(Boolean) : null, cases: text ? [...cases, { text, industry: null }] : cases, ties: provider && kind ? [...ties, { provider, kind }] : ties };
}

function useFields(sells: boolean) {
  const texts = useTexts();
  const options = useOptions();
  const latest = useAsk(EDITIONS, {}, !sells).data?.editions.findLast((one) => !one.key.includes("-"));
  const indicators = useAsk(INDICATORS, { key: latest?.key ?? "" }, !latest).data?.edition?.indicators ?? [];
  const providers = useAsk(PROVIDERS, {}, !sells).data?.organisations.nodes ?? [];
  const of = (before?: Solution): ActField[] => [
    { name: "title", label: texts.title, initial: before?.title },
    { name: "summary", label: texts.summary, kind: "rows", initial: before?.summary },
    { name: "edition", label: texts.edition, kind: "one", options: latest && [{ value: latest.key, label: latest.title }], initial: latest?.key },
    { name: "indicators", label: texts.indicators, kind: "several", options: indicators.map((one) => ({ value: one.id, label: `${one.id} ${one.name}` })), initial: before?.indicators.map((one) => one.indicator) },
    { name: "industries", label: texts.industries, help: texts.industriesHelp, may: true, initial: before?.industries.map((one) => one.code).join("，") },
    { name: "sizes", label: texts.sizes, kind: "several", options: options(SizeClassNames), may: true, initial: before?.sizes },
    { name: "case", label: texts.case, help: texts.caseHelp, kind: "rows", may: true },
    { name: "provider", label: texts.tied, kind: "one", options: providers.map((one) => ({ value: one.id, label: one.name })), may: true },
    { name: "kind", label: texts.kind, kind: "one", options: options(TieKindNames), may: true },
  ];
  return { of, ready: latest !== undefined && indicators.length > 0 };
}

function OneSolution({ solution, fields, ready, again }: { solution: Solution; fields: (before: Solution) => ActField[]; ready: boolean; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const options = useOptions();
  const { viewer } = useViewer();
  const own = ["PROVIDER", "SUPPLIER"].includes(viewer.role) && isOwn(viewer, solution.supplier?.id) && solution.status === "PUBLISHED";
  const providers = useAsk(PROVIDERS, {}, viewer.role !== "CITY").data?.organisations.nodes ?? [];
  return (
    <Card style={{ marginBottom: 16 }} title={<span style={{ whiteSpace: "normal" }}>{solution.title}</span>} extra={<Tag>{name(SolutionStatusNames, solution.status)}</Tag>}>
      <p style={{ marginTop: 0, whiteSpace: "pre-wrap" }}>{solution.summary}</p>
      <Descriptions size="small" column={{ xs: 1, md: 2 }} items={[
        { key: 1, label: texts.supplier, children: solution.supplier?.name ?? "—" },
        { key: 2, label: texts.indicators, children: solution.indicators.map((one) => `${one.indicator} ${one.name}`).join(words.comma) },
        { key: 3, label: texts.industries, children: solution.industries.map((one) => one.name ?? one.code).join(words.comma) || texts.any },
        { key: 4, label: texts.sizes, children: solution.sizes.map((one) => name(SizeClassNames, one)).join(words.comma) || texts.any },
        ...(solution.ties.length ? [{ key: 5, label: texts.ties, children: solution.ties.map((one) => `${one.provider?.name ?? ""} ${name(TieKindNames, one.kind)}${one.found ? words.aside(texts.found) : ""}`).join(words.comma) }] : []),
        ...(solution.listings.length ? [{ key: 6, label: texts.listed, children: solution.listings.map((one) => texts.year(one.year)).join(words.comma) }] : []),
        ...(solution.reason ? [{ key: 7, label: texts.why, children: solution.reason }] : []),
      ]} />
      <SolutionCases solution={solution} again={again} />
      <div style={{ marginTop: 8 }}><Acts about={solution.id} done={again} acts={[
        own && ready && { label: texts.revise, fields: fields(solution), send: (given: Given) => send(REVISE, { solution: solution.id, ...stated(given, solution) }) },
        own && { label: texts.withdraw, danger: true, says: texts.withdrawText, fields: [{ name: "reason", label: texts.why, kind: "rows" }], send: (given: { reason: string }) => send(WITHDRAW, { solution: solution.id, ...given }) },
        viewer.role === "CITY" && { label: texts.tie, fields: [{ name: "provider", label: words.fields.provider, kind: "one", options: providers.map((one) => ({ value: one.id, label: one.name })) }, { name: "kind", label: texts.kind, kind: "one", options: options(TieKindNames) }, { name: "source", label: texts.source }], send: (given: { provider: string; kind: TieKind; source: string }) => send(FIND_TIE, { solution: solution.id, ...given }) },
      ]} /></div>
      {own && <SolutionMatches solution={solution.id} />}
    </Card>
  );
}

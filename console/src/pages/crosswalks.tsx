import { Button, Descriptions, Empty, Tag } from "antd";
import { useSearchParams } from "react-router";

import { Acts, useOptions } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { CrosswalkWarningNames, MappingRelationNames, SourceMarkNames, VerdictNames } from "../gql/enum-names";
import type { MappingRelation, SourceMark, Verdict } from "../gql/graphql";
import { spoken, useLanguage, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const CROSSWALKS = graphql(`query Crosswalks($crosswalksAfter: String) { crosswalks(first: 50, after: $crosswalksAfter) { pageInfo { hasNextPage endCursor } nodes { id edition externalEdition title mark version publishedAt } } editions { key title } externalModels { key name english } }`);
const CROSSWALK = graphql(`
  query CrosswalkShown($id: ID!, $desk: Boolean!, $rowsAfter: String, $draftAfter: String) {
    crosswalk(id: $id) {
      id edition externalEdition title source mark version publishedAt
      versions(last: 1) { nodes { version rows(first: 100, after: $rowsAfter) { pageInfo { hasNextPage endCursor } nodes { indicator node relation rationale confidence } } unmappedIndicators } }
      draftVersion @include(if: $desk)
      draft(first: 100, after: $draftAfter) @include(if: $desk) { pageInfo { hasNextPage endCursor } nodes { row { indicator node relation rationale confidence } approvals returned warnings } }
    }
  }
`);
const ENDS = graphql(`query CrosswalkEnds($edition: String!) { edition(key: $edition) { indicators { id name } } externalModels { key nodes { id name } } }`);
const PROPOSE = graphql(`mutation ProposeCrosswalk($edition: ID!, $externalEdition: ID!, $title: String!, $source: String!, $mark: SourceMark!) { proposeCrosswalk(input: { edition: $edition, externalEdition: $externalEdition, title: $title, source: $source, mark: $mark }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CHANGE = graphql(`mutation ChangeCrosswalk($id: ID!, $version: Int!, $rows: [CrosswalkRowInput!]!) { changeCrosswalk(input: { crosswalk: $id, draftVersion: $version, rows: $rows }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REMOVE = graphql(`mutation RemoveCrosswalkRow($id: ID!, $version: Int!, $removed: [CrosswalkPairInput!]!) { changeCrosswalk(input: { crosswalk: $id, draftVersion: $version, removed: $removed }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REVIEW = graphql(`mutation ReviewCrosswalk($id: ID!, $version: Int!, $verdict: Verdict!, $grounds: String!) { reviewCrosswalk(input: { crosswalk: $id, draftVersion: $version, verdict: $verdict, grounds: $grounds }) { userErrors { code clause field bound message messageInEnglish } } }`);
const PUBLISH = graphql(`mutation PublishCrosswalk($id: ID!, $version: Int!) { publishCrosswalk(input: { crosswalk: $id, draftVersion: $version }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    none: "尚无对照。市级部门建立后，由未参与提出的专家评审，再行发布。", propose: "建立对照", edition: "标准版本", external: "外部模型版本", title: "标题", source: "来源", mark: "来源标记", version: "现行版次", never: "未发布", open: "查看", back: "返回对照清单", draft: (version: number) => `评审中，第 ${version} 稿`, published: (version: number, at: string) => `第 ${version} 版，${at} 发布`, indicator: "指标", node: "外部节点", relation: "对照关系", why: "理由", sure: "置信度", sureHelp: "大于 0，至多 1", approvals: "同意", returned: "被退回", warnings: "提示",
    add: "提出对照行", remove: "删去", removeText: "删去此行；已发布的版次不变。", review: "评审", reviewText: "对本稿的全部行给出结论；提出人不能评审。", verdict: "结论", grounds: "评审理由", publish: "发布", publishText: "发布后取代上一版。", unmapped: "未对照的指标", emptyDraft: "草案中尚无行。",
  },
  {
    none: "There is no crosswalk. The city begins one; experts who did not propose it review it before it is published.", propose: "Begin a crosswalk", edition: "Edition", external: "External edition", title: "Title", source: "Source", mark: "Mark", version: "Version", never: "not published", open: "Open", back: "Back to the crosswalks", draft: (version: number) => `Under review, draft ${version}`, published: (version: number, at: string) => `Version ${version}, published at ${at}`, indicator: "Indicator", node: "External node", relation: "Relation", why: "Why", sure: "Confidence", sureHelp: "Above 0, to 1", approvals: "Approvals", returned: "returned", warnings: "Look at",
    add: "Propose a row", remove: "Remove", removeText: "Published versions stay as they are.", review: "Review", reviewText: "Of all rows of this draft; not by whoever proposed them.", verdict: "Verdict", grounds: "Grounds", publish: "Publish", publishText: "It takes the place of the version before.", unmapped: "Indicators that no row names", emptyDraft: "The draft has no row.",
  },
);

/** Crosswalks of our editions to others' models: proposed by the city, reviewed by experts, published in versions. */
export function Crosswalks() {
  const texts = useTexts();
  const name = useNames();
  const send = useSend();
  const options = useOptions();
  const { language } = useLanguage();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const answer = useAsk(CROSSWALKS, {});
  const chosen = sought.get("crosswalk");
  if (chosen) return <OneCrosswalk id={chosen} back={() => seek({ tab: "crosswalks" })} />;
  return (
    <Shown answer={answer}>
      {({ crosswalks, editions, externalModels }) => (
        <>
          <div className="bar"><Acts about="crosswalks" done={answer.again} acts={[viewer.role === "CITY" && {
            label: texts.propose,
            primary: true,
            fields: [{ name: "edition", label: texts.edition, kind: "one", options: editions.map((one) => ({ value: one.key, label: one.title })) }, { name: "externalEdition", label: texts.external, kind: "one", options: externalModels.map((one) => ({ value: one.key, label: `${language === "zh" ? one.name : one.english} ${one.key}` })) }, { name: "title", label: texts.title }, { name: "source", label: texts.source }, { name: "mark", label: texts.mark, kind: "one", options: options(SourceMarkNames) }],
            send: (given: { edition: string; externalEdition: string; title: string; source: string; mark: SourceMark }) => send(PROPOSE, given),
          }]} /></div>
          {crosswalks.nodes.length ? (
            <SheetTable size="middle" rowKey="id" caption={texts.propose} dataSource={crosswalks.nodes} columns={[
              { title: texts.title, render: (_, one) => <Button type="link" style={{ padding: 0 }} onClick={() => seek({ tab: "crosswalks", crosswalk: one.id })}>{one.title}</Button> },
              { title: texts.edition, dataIndex: "edition" },
              { title: texts.external, dataIndex: "externalEdition" },
              { title: texts.mark, render: (_, one) => name(SourceMarkNames, one.mark) },
              { title: texts.version, render: (_, one) => (one.version ? `${one.version} · ${shanghai(one.publishedAt)}` : texts.never) },
            ]} />
          ) : <Empty description={texts.none} />}
        </>
      )}
    </Shown>
  );
}

function OneCrosswalk({ id, back }: { id: string; back: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const options = useOptions();
  const { viewer } = useViewer();
  const expert = ["MARKER", "ARBITER", "SAMPLER", "READER"].includes(viewer.role);
  const city = viewer.role === "CITY";
  const answer = useAsk(CROSSWALK, { id, desk: expert || city || viewer.role === "AUDITOR" });
  const found = answer.data?.crosswalk;
  const ends = useAsk(ENDS, { edition: found?.edition ?? "" }, !found).data;
  const named = new Map([...(ends?.edition?.indicators ?? []), ...(ends?.externalModels.find((one) => one.key === found?.externalEdition)?.nodes ?? [])].map((one) => [one.id, one.name]));
  const nodes = ends?.externalModels.find((one) => one.key === found?.externalEdition)?.nodes ?? [];
  type Row = { indicator: string; node: string; relation: MappingRelation; rationale: string; confidence: string };
  const of = (row: Row) => ({ indicator: `${row.indicator} ${named.get(row.indicator) ?? ""}`, node: named.get(row.node) ?? row.node, relation: name(MappingRelationNames, row.relation), why: row.rationale, sure: decimal(row.confidence), key: `${row.indicator} ${row.node}`, row });
  const columns = [{ title: texts.indicator, dataIndex: "indicator" }, { title: texts.node, dataIndex: "node" }, { title: texts.relation, dataIndex: "relation" }, { title: texts.sure, dataIndex: "sure" }, { title: texts.why, dataIndex: "why" }];
  return (
    <Shown answer={answer}>
      {({ crosswalk }) => {
        if (!crosswalk) return <Empty description={texts.none} />;
        const version = crosswalk.draftVersion;
        const draft = crosswalk.draft?.nodes ?? [];
        const latest = crosswalk.versions.nodes.at(-1);
        return (
          <>
            <Button onClick={back} style={{ marginBottom: 12 }}>{texts.back}</Button>
            <Descriptions size="small" bordered column={{ xs: 1, md: 2 }} items={[{ key: 1, label: texts.title, children: crosswalk.title }, { key: 2, label: texts.source, children: `${crosswalk.source}${words.aside(name(SourceMarkNames, crosswalk.mark))}` }, { key: 3, label: texts.edition, children: crosswalk.edition }, { key: 4, label: texts.external, children: crosswalk.externalEdition }]} />
            {version !== null && version !== undefined && (
              <>
                <h2>{texts.draft(version)}</h2>
                <div className="bar"><Acts about={id} key={version} done={answer.again} acts={[
                  city && { label: texts.add, primary: true, fields: [{ name: "indicator", label: texts.indicator, kind: "one", options: (ends?.edition?.indicators ?? []).map((one) => ({ value: one.id, label: `${one.id} ${one.name}` })) }, { name: "node", label: texts.node, kind: "one", options: nodes.map((one) => ({ value: one.id, label: one.name })) }, { name: "relation", label: texts.relation, kind: "one", options: options(MappingRelationNames) }, { name: "rationale", label: texts.why, kind: "rows" }, { name: "confidence", label: texts.sure, kind: "exact", help: texts.sureHelp }], send: (given: Row) => send(CHANGE, { id, version, rows: [given] }) },
                  expert && { label: texts.review, primary: true, says: texts.reviewText, fields: [{ name: "verdict", label: texts.verdict, kind: "one", options: options(VerdictNames) }, { name: "grounds", label: texts.grounds, kind: "rows" }], send: (given: { verdict: Verdict; grounds: string }) => send(REVIEW, { id, version, ...given }) },
                  city && draft.length > 0 && { label: texts.publish, says: texts.publishText, send: () => send(PUBLISH, { id, version }) },
                ]} /></div>
                {draft.length ? (
                  <SheetTable caption={texts.draft(version)} dataSource={draft.map((one) => ({ ...of(one.row), ...one }))} columns={[
                    ...columns,
                    { title: texts.approvals, render: (_, one) => <>{one.approvals} {one.returned && <Tag color="#a8071a">{texts.returned}</Tag>}</> },
                    { title: texts.warnings, render: (_, one) => one.warnings.map((why) => <Tag key={why}>{name(CrosswalkWarningNames, why)}</Tag>) },
                    ...(city ? [{ title: "", render: (_: unknown, one: { row: Row }) => <Acts about={`${one.row.indicator} ${one.row.node}`} small done={answer.again} acts={[{ label: texts.remove, danger: true, says: texts.removeText, send: () => send(REMOVE, { id, version, removed: [{ indicator: one.row.indicator, node: one.row.node }] }) }]} /> }] : []),
                  ]} />
                ) : <p>{texts.emptyDraft}</p>}
              </>
            )}
            {latest && (
              <>
                <h2>{texts.published(latest.version, shanghai(crosswalk.publishedAt))}</h2>
                <SheetTable caption={texts.version} dataSource={latest.rows.nodes.map(of)} columns={columns} />
                {latest.unmappedIndicators.length > 0 && <details><summary>{texts.unmapped}{words.aside(latest.unmappedIndicators.length)}</summary>{latest.unmappedIndicators.join(words.comma)}</details>}
              </>
            )}
          </>
        );
      }}
    </Shown>
  );
}

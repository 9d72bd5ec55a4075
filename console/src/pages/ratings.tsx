import { App, Button, Descriptions, Empty, InputNumber, Modal, Progress, Skeleton, Space, Steps, Tabs, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { Download } from "../download";
import { decimal } from "../format";
import { graphql } from "../gql";
import { RatingComponentNames, RatingStatusNames, RatingStepNames, TierNames, UnrankedReasonNames } from "../gql/enum-names";
import type { RatingQuery, RatingStatus } from "../gql/graphql";
import { spoken, useNames, useSaid, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { Fairness } from "./fairness";
import { Subsidy } from "./subsidy";

const RATING = graphql(`
  query Rating($year: Int!, $office: Boolean!, $whole: Boolean!, $providersAfter: String) {
    ratingWaitsFor(year: $year)
    rating(year: $year) {
      year status version restsOn objectionsUntil method ruleSince round
      latestRound @include(if: $office) objections @include(if: $office) inputDigest @include(if: $office)
      components @include(if: $office) { component mean between within }
      fairness {
        rated compared tilts untold byChance withheld divisions { division placed finding }
        comparisons { division group groupTitle groupTitleInEnglish good of othersGood othersOf ratio low high corrected finding }
      }
      providers(first: 60, after: $providersAfter) {
        pageInfo { hasNextPage endCursor }
        nodes {
          provider { id name } tier tierReason tierReasonInEnglish lastTier rankBest rankWorst unranked score variance reliability chances jobs cause
          parts @include(if: $whole) { component score error reliability }
          inputs @include(if: $whole) { component jobs mean variance }
        }
      }
    }
  }
`);
const RATED = graphql(`query RatedYears($last: Int!, $before: Int!, $earlier: Int!) { last: rating(year: $last) { year } before: rating(year: $before) { year } earlier: rating(year: $earlier) { year } }`);
const FACTS = graphql(`query RatingFacts($year: Int!, $provider: ID!) { ratingFacts(year: $year, provider: $provider) }`);
const FIX = graphql(`mutation FixRatingInputs($year: Int!) { fixRatingInputs(input: { year: $year }) { userErrors { code clause field bound message messageInEnglish } } }`);
const PUBLISH = graphql(`mutation PublishRating($year: Int!, $version: Int) { publishRating(input: { year: $year, expectedVersion: $version }) { userErrors { code clause field bound message messageInEnglish } } }`);
const FINISH = graphql(`mutation FinishRating($year: Int!, $version: Int) { finishRating(input: { year: $year, expectedVersion: $version }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    ratings: "年度评价", score: "综合得分", subsidy: "年度补贴", fix: "锁定输入", publish: "公示", finish: "定案", sure: "此步骤记入日志，不可撤销，确定？", open: "展开分项", jobs: "项目数", last: "上年", error: "标准误", component: "分项", mean: "均值", variance: "单项方差", inputs: "分项输入", parts: "得分由来",
    cause: "输入出处", facts: "所依的诊断、企业反馈与抽样裁定（标识/截止时版本）", whole: "各分项均有记录", dossier: "下载评价卷宗", method: "方法与规则", rule: (day: string) => `${day} 起施行`, round: (now: number, latest: number | null | undefined) => `第 ${now} 轮${latest && latest > now ? `，第 ${latest} 轮尚未公示` : ""}`, objected: "提出异议", digest: "输入摘要",
    fairness: "公平性报告",
    city: "全市分项", between: "服务商间方差", within: "服务商内方差", unrated: "证据不足，未定档", interval: (half: string) => `± ${half}`, shrunk: "项目越少，得分越靠近全市均值（信度越低）；项目少而情况相近的服务商，得分可能相同，名次区间随之重叠。", noParts: "分项只对本机构、市级部门与审计公开。", print: "打印", pdf: "下载评价 PDF", why: "定档理由",
  },
  {
    ratings: "Rating of a year", score: "Score", subsidy: "Subsidy of a year", fix: "Fix the inputs", publish: "Publish", finish: "Make final", sure: "This step is written down and cannot be taken back. Go on?", open: "Open the parts", jobs: "Jobs", last: "Year before", error: "Standard error", component: "Component", mean: "Mean", variance: "Variance of a job", inputs: "Inputs by component", parts: "What the score is made of",
    cause: "Where the inputs stand", facts: "Diagnoses, feedback and samples it rests on (id/version)", whole: "Every component is on record", dossier: "Download the rating's dossier", method: "Method and rule", rule: (day: string) => `in force since ${day}`, round: (now: number, latest: number | null | undefined) => `round ${now}${latest && latest > now ? `; round ${latest} is not published yet` : ""}`, objected: "Objections", digest: "Digest of inputs",
    fairness: "Report on fairness",
    city: "Components over the city", between: "Variance between providers", within: "Variance within", unrated: "too little evidence for a tier", interval: (half: string) => `± ${half}`, shrunk: "The fewer the jobs, the nearer the score is to the city's mean (and the lower its reliability): providers with few jobs of the same kind may come to the same score, and their rank intervals overlap.", noParts: "Components are shown to the provider itself, the city and the auditor.", print: "Print", pdf: "Download the rating as PDF", why: "Why this tier",
  },
);
type Year = NonNullable<RatingQuery["rating"]>;
type Row = Year["providers"]["nodes"][number];
const STATES: RatingStatus[] = ["FIXED", "COMPUTED", "PUBLISHED", "FINAL"];

/** A year's ratings and subsidies of providers. */
export function Ratings() {
  const texts = useTexts();
  const words = useWords();
  const last = new Date().getFullYear() - 1;
  const [chosen, setYear] = useState<number>();
  const { role } = useViewer().viewer;
  const rates = role === "CITY"; // who is to rate the year that ended begins with it, anyone else with the last that is rated
  const { data, fetching } = useAsk(RATED, { last, before: last - 1, earlier: last - 2 }, rates);
  const year = chosen ?? (data?.last ?? data?.before ?? data?.earlier)?.year ?? last;
  if (!rates && !data && fetching) return <Skeleton active aria-label={words.loading} />;
  return (
    <>
      <h1>{words.ratings.title}</h1>
      <div className="bar"><label>{words.fields.year} <InputNumber min={2023} max={2100} value={year} onChange={(value) => value && setYear(value)} /></label></div>
      <Tabs destroyOnHidden items={[
        { key: "rating", label: texts.ratings, children: <YearOf key={year} year={year} /> },
        ...(role === "DISTRICT" ? [] : [{ key: "subsidy", label: texts.subsidy, children: <Subsidy key={year} year={year} /> }]),
      ]} />
    </>
  );
}

/** A year's rating: never a bare rank, always what it rests on, and each score opened to its parts, their inputs and the facts behind. */
function YearOf({ year }: { year: number }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { modal } = App.useApp();
  const { viewer } = useViewer();
  const [opened, setOpened] = useState<Row>();
  const office = ["CITY", "AUDITOR"].includes(viewer.role);
  const answer = useAsk(RATING, { year, office, whole: viewer.role !== "DISTRICT" });
  const w = words.ratings;
  const ask = (title: string, act: () => Promise<unknown>) => void modal.confirm({ title, content: texts.sure, onOk: async () => { await act(); answer.again(); } });
  const city = viewer.role === "CITY";
  return (
    <Shown answer={answer}>
      {({ rating, ratingWaitsFor }) => (
        <>
          {city && (!rating || rating.status !== "FINAL") && (
            <Space wrap style={{ marginBottom: 16 }}>
              {(!rating || rating.status === "PUBLISHED") && <Button type={rating ? "default" : "primary"} onClick={() => ask(texts.fix, () => send(FIX, { year }))}>{texts.fix}</Button>}
              {rating?.status === "COMPUTED" && <Button type="primary" onClick={() => ask(texts.publish, () => send(PUBLISH, { year, version: rating.version }))}>{texts.publish}</Button>}
              {rating?.status === "PUBLISHED" && <Button type="primary" onClick={() => ask(texts.finish, () => send(FINISH, { year, version: rating.version }))}>{texts.finish}</Button>}
            </Space>
          )}
          {rating ? (
            <>
              <Steps size="small" current={STATES.indexOf(rating.status)} items={STATES.map((one) => ({ title: name(RatingStatusNames, one) }))} style={{ marginBottom: 16 }} />
              <p className="clause">
                {rating.restsOn !== null && (Number(rating.restsOn) < 1 ? w.restsOn(`${decimal(Number(rating.restsOn) * 100)} %`) : texts.whole)} {rating.objectionsUntil && w.objections(rating.objectionsUntil)} {rating.round !== null && texts.round(rating.round, rating.latestRound)}
              </p>
              <SheetTable
                caption={texts.ratings}
                rowKey={(one) => one.provider?.id ?? ""}
                dataSource={rating.providers.nodes}
                columns={[
                  { title: words.fields.provider, render: (_, one) => one.provider?.name ?? "—" },
                  { title: w.tier, render: (_, one) => (one.tier ? <Tag color="#1252b3">{name(TierNames, one.tier)}</Tag> : <span className="clause">{texts.unrated}</span>) },
                  { title: texts.last, render: (_, one) => name(TierNames, one.lastTier) },
                  { title: w.rank, render: (_, one) => (one.rankBest ? `${one.rankBest}–${one.rankWorst}` : <span className="clause">{name(UnrankedReasonNames, one.unranked)}</span>) },
                  { title: texts.score, align: "right", render: (_, one) => (one.score === null ? "—" : <span className="nowrap">{decimal(one.score, 2)} <span className="clause">{texts.interval(Math.sqrt(Number(one.variance)).toFixed(2))}</span></span>) },
                  { title: w.reliability, align: "right", render: (_, one) => decimal(one.reliability, 2) },
                  { title: texts.open, render: (_, one) => one.provider && one.parts && <Button size="small" aria-label={`${texts.open} ${one.provider.name}`} onClick={() => setOpened(one)}>{texts.open}</Button> },
                ]}
              />
              {rating.components && rating.components.length > 0 && (
                <>
                  <h2>{texts.city}</h2>
                  <SheetTable caption={texts.city} rowKey="component" dataSource={rating.components} columns={[
                    { title: texts.component, render: (_, one) => name(RatingComponentNames, one.component) },
                    { title: texts.mean, align: "right", render: (_, one) => decimal(one.mean) },
                    { title: texts.between, align: "right", render: (_, one) => decimal(one.between) },
                    { title: texts.within, align: "right", render: (_, one) => decimal(one.within) },
                  ]} />
                </>
              )}
              {rating.fairness && <><h2>{texts.fairness}</h2><Fairness fairness={rating.fairness} /></>}
            </>
          ) : (
            <Empty description={<>{w.none} {name(RatingStepNames, ratingWaitsFor)}</>} />
          )}
          <Modal open={Boolean(opened)} title={opened?.provider?.name} onCancel={() => setOpened(undefined)} footer={null} width={760} destroyOnHidden>
            {opened && <Opened row={opened} rating={rating} year={year} office={office} />}
          </Modal>
        </>
      )}
    </Shown>
  );
}

function Opened({ row, rating, year, office }: { row: Row; rating: Year | null; year: number; office: boolean }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const said = useSaid();
  const provider = row.provider?.id ?? "";
  const facts = useAsk(FACTS, { year, provider });
  return (
    <>
      <Descriptions size="small" bordered column={1} items={[
        { key: 1, label: texts.score, children: row.score === null ? name(UnrankedReasonNames, row.unranked) : <>{decimal(row.score, 2)} {texts.interval(Math.sqrt(Number(row.variance)).toFixed(2))}<p className="clause">{texts.shrunk}</p></> },
        { key: 2, label: words.ratings.chances, children: row.chances?.map((chance, place) => {
          const tier = name(TierNames, "ABCD"[place]);
          return <div key={tier} style={{ display: "flex", gap: 8 }}><span className="nowrap">{tier}</span> <Progress percent={Math.round(Number(chance) * 100)} size="small" aria-label={tier} style={{ flex: 1 }} /></div>;
        }) },
        { key: 5, label: words.ratings.tier, children: row.tier ? <Tag color="#1252b3">{name(TierNames, row.tier)}</Tag> : texts.unrated },
        { key: 6, label: texts.why, children: row.tierReason === null ? "—" : said(row.tierReason, row.tierReasonInEnglish ?? row.tierReason) },
        { key: 3, label: texts.method, children: `${rating?.method ?? "—"} · ${rating?.ruleSince ? texts.rule(rating.ruleSince) : "—"}` },
        { key: 4, label: texts.cause, children: <code>{row.cause}</code> },
      ]} />
      <h2>{texts.parts}</h2>
      <SheetTable caption={texts.parts} rowKey="component" dataSource={row.parts ?? []} locale={{ emptyText: texts.noParts }} columns={[
        { title: texts.component, render: (_, one) => name(RatingComponentNames, one.component) },
        { title: texts.score, align: "right", render: (_, one) => decimal(one.score, 2) },
        { title: texts.error, align: "right", render: (_, one) => decimal(one.error) },
        { title: words.ratings.reliability, align: "right", render: (_, one) => decimal(one.reliability, 2) },
      ]} />
      <h2>{texts.inputs} <span className="clause">{texts.jobs} {row.jobs}</span></h2>
      <SheetTable caption={texts.inputs} rowKey="component" dataSource={row.inputs ?? []} columns={[
        { title: texts.component, render: (_, one) => name(RatingComponentNames, one.component) },
        { title: texts.jobs, align: "right", dataIndex: "jobs" },
        { title: texts.mean, align: "right", render: (_, one) => decimal(one.mean, 2) },
        { title: texts.variance, align: "right", render: (_, one) => decimal(one.variance) },
      ]} />
      <h2>{texts.facts}</h2>
      <Shown answer={facts}>{({ ratingFacts }) => <ul>{ratingFacts.map((one) => <li key={one}><code className="wrap">{one}</code></li>)}</ul>}</Shown>
      <Space>
        <Download path={`/ratings/${year}/${provider}.pdf`}>{texts.pdf}</Download>
        {office && <Download path={`/dossiers/rating/${year}/${provider}`}>{texts.dossier}</Download>}
        <Button onClick={() => window.print()}>{texts.print}</Button>
      </Space>
    </>
  );
}

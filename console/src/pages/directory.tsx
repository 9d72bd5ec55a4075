import { Alert, Button, DatePicker, Drawer, Empty, Input, Select, Space, Tag, Timeline } from "antd";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { Download } from "../download";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { DirectoryStandingNames, ProceedingOutcomeNames } from "../gql/enum-names";
import type { DirectoryStanding } from "../gql/graphql";
import { useNames, useSaid, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { usePlaces } from "../places";
import { PublicFairness } from "./fairness";

/** Pages of a size that is written out: a size that is a variable counts as the largest, which a stranger may not ask for. */
const DIRECTORY = graphql(`
  query Directory($on: Date, $industry: String, $standing: DirectoryStanding, $after: String) {
    directory(on: $on, industry: $industry, standing: $standing, first: 20, after: $after) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { provider name standing year moved due tags { industry { code name nameInEnglish } } }
    }
  }
`);
const DIRECTORY_BEFORE = graphql(`
  query DirectoryBefore($on: Date, $industry: String, $standing: DirectoryStanding, $before: String) {
    directory(on: $on, industry: $industry, standing: $standing, last: 20, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { provider name standing year moved due tags { industry { code name nameInEnglish } } }
    }
  }
`);
const WHY = graphql(`
  query WhyListed($provider: ID!, $on: Date, $historyAfter: String) {
    whyListed(provider: $provider, on: $on) {
      sentence sentenceInEnglish
      entry { name standing history(first: 100, after: $historyAfter) { pageInfo { hasNextPage endCursor } nodes { id what whatInEnglish on standing reason rule causes conclusion { on outcome } } } }
      causes { id depth what whatInEnglish at sentence sentenceInEnglish }
    }
  }
`);
const COLOURS: Record<string, string> = { LISTED: "#135200", WARNED: "#874d00", SUSPENDED: "#a8071a", REMOVED: "#595959", LAPSED: "#595959" };

/** Who may diagnose, as of any day, and why each stands where it does. */
export function Directory() {
  const place = usePlaces();
  const words = useWords();
  const name = useNames();
  const [on, setOn] = useState<string | null>(null);
  const [industry, setIndustry] = useState("");
  const [standing, setStanding] = useState<DirectoryStanding>();
  const [why, setWhy] = useState<string>();
  const [fairness, setFairness] = useState(false);
  const paging = usePaging(JSON.stringify([on, industry, standing]));
  const asked = { on, industry: industry || null, standing: standing ?? null };
  const back = paging.paging.last !== null;
  const ahead = useAsk(DIRECTORY, { ...asked, after: paging.paging.after }, back);
  const behind = useAsk(DIRECTORY_BEFORE, { ...asked, before: paging.paging.before }, !back);
  const answer = back ? behind : ahead;
  const standings = Object.keys(DirectoryStandingNames) as DirectoryStanding[];
  return (
    <>
      <h1>{words.directory.title}</h1>
      <div className="bar">
        <Input.Search allowClear className="grow" placeholder={words.directory.industry} aria-label={words.directory.industry} onSearch={(text) => setIndustry(text.trim())} />
        <Select allowClear aria-label={words.fields.status} placeholder={words.fields.status} value={standing} onChange={setStanding} options={standings.map((value) => ({ value, label: name(DirectoryStandingNames, value) }))} style={{ minWidth: 140 }} />
        <DatePicker aria-label={words.directory.on} placeholder={words.directory.on} onChange={(day) => setOn(day ? day.format("YYYY-MM-DD") : null)} />
        <Button onClick={() => setFairness(true)}>{words.directory.fairness}</Button>
      </div>
      <Shown answer={answer}>
        {({ directory }) => (
          <PagedTable
            connection={directory}
            paging={paging}
            rowKey={(row) => row.provider}
            caption={words.directory.title}
            empty={words.directory.empty}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.provider, render: (_, one) => <Button type="link" size="small" onClick={() => setWhy(one.provider)}>{one.name}</Button> },
              { title: words.fields.status, render: (_, one) => <Tag color={COLOURS[one.standing]}>{name(DirectoryStandingNames, one.standing)}</Tag> },
              { title: words.directory.tags, render: (_, one) => one.tags.map((tag) => <Tag key={tag.industry.code}>{tag.industry.code} {place(tag.industry)}</Tag>) },
              { title: words.fields.year, dataIndex: "year" },
              { title: words.directory.moved, dataIndex: "moved" },
              { title: words.fields.due, render: (_, one) => one.due ?? "—" },
            ]}
          />
        )}
      </Shown>
      <Drawer open={fairness} onClose={() => setFairness(false)} size="large" title={words.directory.fairness} destroyOnHidden>
        <PublicFairness />
      </Drawer>
      <Drawer open={why !== undefined} onClose={() => setWhy(undefined)} size="large" title={words.directory.why} destroyOnHidden>
        {why !== undefined && <Why provider={why} on={on} />}
      </Drawer>
    </>
  );
}

function Why({ provider, on }: { provider: string; on: string | null }) {
  const words = useWords();
  const said = useSaid();
  const name = useNames();
  const answer = useAsk(WHY, { provider, on });
  return (
    <Shown answer={answer}>
      {({ whyListed }) =>
        whyListed ? (
          <>
            <Alert type="info" title={whyListed.entry.name} description={said(whyListed.sentence, whyListed.sentenceInEnglish)} style={{ marginBottom: 16 }} />
            <h2>{words.directory.history}</h2>
            <Timeline
              items={whyListed.entry.history.nodes.map((move) => ({
                content: (
                  <>
                    {move.on} {said(move.what, move.whatInEnglish)} <Tag color={COLOURS[move.standing]}>{name(DirectoryStandingNames, move.standing)}</Tag>
                    {move.reason && <div>{move.reason}</div>}
                    {move.conclusion && <div>{words.directory.came(move.conclusion.on, move.conclusion.outcome && name(ProceedingOutcomeNames, move.conclusion.outcome))}</div>}
                    {move.rule && <div className="clause">{words.clause(move.rule)}</div>}
                  </>
                ),
              }))}
            />
            <h2>{words.directory.causes}</h2>
            <ul className="plain">
              {whyListed.causes.map((cause) => (
                <li key={cause.id} style={{ paddingInlineStart: 20 * cause.depth, marginBottom: 8 }}>
                  {said(cause.sentence ?? cause.what, cause.sentenceInEnglish ?? cause.whatInEnglish)}
                  <div className="clause">{shanghai(cause.at)} · {cause.id}</div>
                </li>
              ))}
            </ul>
            <Space wrap>
              <Download path={`/directory/${provider}/why.pdf${on ? `?on=${on}` : ""}`}>{words.directory.pdf}</Download>
              <Button onClick={() => window.print()}>{words.directory.print}</Button>
            </Space>
          </>
        ) : (
          <Empty description={words.directory.empty} />
        )
      }
    </Shown>
  );
}

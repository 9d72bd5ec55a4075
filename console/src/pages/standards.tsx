import { Collapse, Empty, Select, Skeleton, Tabs, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { useSearchParams } from "react-router";

import { Shown, useAsk } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { FormNames } from "../gql/enum-names";
import { useNames, useWords } from "../language";
import { SheetTable } from "../sheet-table";

const Revisions = lazy(async () => ({ default: (await import("./revisions")).Revisions }));
const EDITIONS = graphql(`
  query Editions { editions { id key title status inForceFrom digest } }
`);
const INDICATORS = graphql(`
  query Indicators($key: String!) {
    edition(key: $key) { title levelNames dimensions { id name weight } indicators { id name dimension key inBrief weight levels evidence source mark } }
  }
`);

/** The standard as it is published, and its revisions. */
export function Standards() {
  const words = useWords();
  const [sought, seek] = useSearchParams();
  const answer = useAsk(EDITIONS, {});
  return (
    <>
      <h1>{words.standards.title}</h1>
      <p className="clause">{words.standards.note}</p>
      <Shown answer={answer}>
        {({ editions }) => (
          <Tabs
            destroyOnHidden
            activeKey={sought.get("tab") ?? "indicators"}
            onChange={(tab) => seek({ tab }, { replace: true })}
            items={[
              { key: "indicators", label: words.standards.indicators, children: <Text editions={editions} /> },
              {
                key: "editions",
                label: words.standards.editions,
                children: (
                  <SheetTable
                    caption={words.standards.editions}
                    rowKey="key"
                    dataSource={editions}
                    columns={[
                      { title: words.fields.name, dataIndex: "title" },
                      { title: words.fields.code, dataIndex: "key" },
                      { title: words.standards.inForce, render: (_, one) => one.inForceFrom ?? "—" },
                      { title: words.standards.status, dataIndex: "status" },
                    ]}
                  />
                ),
              },
              { key: "revisions", label: words.standards.consultations, children: <Suspense fallback={<Skeleton active />}><Revisions /></Suspense> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

function Text({ editions }: { editions: { key: string; title: string }[] }) {
  const words = useWords();
  const name = useNames();
  const [key, setKey] = useState(editions[0]?.key ?? "");
  const answer = useAsk(INDICATORS, { key }, !key);
  if (!editions.length) return <Empty />;
  return (
    <>
      <div className="bar">
        <Select aria-label={words.standards.editions} value={key} onChange={setKey} style={{ minWidth: 280 }} options={editions.map((one) => ({ value: one.key, label: one.title }))} />
      </div>
      <Shown answer={answer}>
        {({ edition }) => (
          <>
            {(edition?.dimensions ?? []).map((dimension) => (
              <section key={dimension.id}>
                <h2>{dimension.id} {dimension.name}{words.aside(decimal(dimension.weight))}</h2>
                <Collapse
                  size="small"
                  items={(edition?.indicators ?? []).filter((one) => one.dimension === dimension.id).map((one) => ({
                    key: one.id,
                    label: <>{one.id} {one.name} {one.key && <Tag color="#874d00">{words.questionnaire.key}</Tag>} {one.inBrief && <Tag>{name(FormNames, "BRIEF")}</Tag>}</>,
                    children: (
                      <>
                        <ol>{one.levels.map((text) => <li key={text}>{text}</li>)}</ol>
                        {one.evidence && <p className="clause">{words.questionnaire.evidence}{words.colon}{one.evidence}</p>}
                        <p className="clause">{words.fields.weight} {decimal(one.weight)} · {words.rules.source} {one.source}{words.aside(one.mark.replace("_", "-"))}</p>
                      </>
                    ),
                  }))}
                />
              </section>
            ))}
          </>
        )}
      </Shown>
    </>
  );
}

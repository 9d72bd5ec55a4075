import { Checkbox, Empty, Select, Space, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { Download } from "../download";
import { graphql } from "../gql";
import { PolicyVerdictNames } from "../gql/enum-names";
import type { PolicyChecksQuery, PolicyVerdict } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { type PolicyOf, useTestSaid } from "./policy-words";

const CHECKS = graphql(`
  query PolicyChecks($policy: ID!, $verdict: PolicyVerdict, $draft: Boolean!, $first: Int, $after: String, $last: Int, $before: String) {
    policyChecks(policy: $policy, verdict: $verdict, draft: $draft, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id verdict overlapping clauses { title verdict tests } enterprise { id name } }
    }
  }
`);

const useTexts = spoken(
  { firms: "企业比对", own: "本企业比对", none: "没有可比对的企业。", clause: "条款", overlapping: "可能重复的政策", draft: "按草案比对", any: "全部结论", list: (form: string) => `下载名单（${form}）` },
  { firms: "How firms stand", own: "How the firm stands", none: "No firm is held against it.", clause: "Clause", overlapping: "Policies it may overlap with", draft: "against the draft", any: "Any verdict", list: (form: string) => `Download the list (${form})` },
);
type Check = PolicyChecksQuery["policyChecks"]["nodes"][number];
const READERS = ["CITY", "DISTRICT", "ENTERPRISE", "FILLER", "CONFIRMER", "AUDITOR"];
const COLOURS: Record<PolicyVerdict, string> = { MEETS: "#135200", FAILS: "#a8071a", EVIDENCE_MISSING: "#874d00", NEEDS_EXPERT: "#1252b3" };

export function VerdictTag({ verdict }: { verdict: PolicyVerdict }) {
  const name = useNames();
  return <Tag color={COLOURS[verdict]}>{name(PolicyVerdictNames, verdict)}</Tag>;
}

/** How firms stand to a policy, each clause by clause: a firm its own, its administration those of its scope. */
export function PolicyChecks({ policy, districts }: { policy: PolicyOf; districts: ReadonlyMap<string, string> }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const [verdict, setVerdict] = useState<PolicyVerdict>();
  const [draft, setDraft] = useState(policy.inForce === null);
  const reads = READERS.includes(viewer.role);
  const firm = ["ENTERPRISE", "FILLER", "CONFIRMER"].includes(viewer.role);
  const paging = usePaging(JSON.stringify([policy.id, verdict, draft]));
  const answer = useAsk(CHECKS, { policy: policy.id, verdict: verdict ?? null, draft, ...paging.paging }, !reads);
  if (!reads) return null;
  const list = (form: string) => `/policies/${policy.id.split("/").at(-1) ?? ""}/firms.${form}${verdict ? `?verdict=${verdict}` : ""}`;
  return (
    <>
      <h2>{firm ? texts.own : texts.firms}</h2>
      {!firm && (
        <Space wrap style={{ marginBottom: 12 }}>
          <Select aria-label={words.fields.outcome} allowClear placeholder={texts.any} value={verdict} onChange={setVerdict} style={{ minWidth: 180 }} options={Object.keys(COLOURS).map((value) => ({ value: value as PolicyVerdict, label: name(PolicyVerdictNames, value) }))} />
          {policy.draft && policy.inForce && <Checkbox checked={draft} onChange={(event) => setDraft(event.target.checked)}>{texts.draft}</Checkbox>}
          {policy.status === "PUBLISHED" && !draft && [["csv", "CSV"], ["jsonl", "JSON Lines"]].map(([form, called]) => <Download key={form} path={list(form ?? "csv")}>{texts.list(called ?? "")}</Download>)}
        </Space>
      )}
      <Shown answer={answer}>
        {({ policyChecks }) =>
          firm ? (
            policyChecks.nodes.map((one) => <ClausesOf key={one.id} check={one} policy={policy} draft={draft} districts={districts} />)
          ) : (
            <PagedTable
              connection={policyChecks}
              paging={paging}
              rowKey={(row) => row.id}
              caption={texts.firms}
              empty={texts.none}
              fetching={answer.fetching}
              columns={[
                { title: words.fields.enterprise, render: (_, row) => <details><summary>{row.enterprise?.name ?? "—"}</summary><ClausesOf check={row} policy={policy} draft={draft} districts={districts} /></details> },
                { title: words.fields.outcome, render: (_, row) => <VerdictTag verdict={row.verdict} /> },
                { title: texts.overlapping, align: "right", render: (_, row) => row.overlapping.length || "—" },
              ]}
            />
          )
        }
      </Shown>
    </>
  );
}

/** Each clause with its verdict, and each of its tests with its own. */
function ClausesOf({ check, policy, draft, districts }: { check: Check; policy: PolicyOf; draft: boolean; districts: ReadonlyMap<string, string> }) {
  const texts = useTexts();
  const words = useWords();
  const said = useTestSaid(districts);
  const stated = (draft ? policy.draft : null) ?? policy.inForce;
  const first = check.clauses.length - (stated?.clauses.length ?? 0); // of a district's policy, where the firm lies
  if (!check.clauses.length) return <Empty description={texts.none} />;
  return (
    <SheetTable
      rowKey="title"
      caption={texts.clause}
      style={{ maxWidth: 900, marginTop: 8 }}
      dataSource={check.clauses.map((one, place) => ({ ...one, asked: stated?.clauses[place - first]?.anyOf ?? [] }))}
      columns={[
        { title: texts.clause, render: (_, one) => (
          <>
            <strong>{one.title}</strong>
            <ul className="plain">{one.asked.map((test, place) => <li key={place}>{said(test)} {one.asked.length > 1 && one.tests[place] && <VerdictTag verdict={one.tests[place]} />}</li>)}</ul>
          </>
        ) },
        { title: words.fields.outcome, render: (_, one) => <VerdictTag verdict={one.verdict} /> },
      ]}
    />
  );
}

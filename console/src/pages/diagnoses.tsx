import { Alert, Checkbox, Input, Select, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useClient } from "urql";

import { faultOf, persisted } from "../api";
import { Faulted, Shown, useAsk } from "../ask";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { DiagnosisStatusNames, PurposeNames, StageNames } from "../gql/enum-names";
import type { DiagnosisOrder, DiagnosisStatus, FirmsNamedQuery } from "../gql/graphql";
import { useLanguage, useNames, useWords } from "../language";
import { Narrowing } from "../narrowing";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";

const DIAGNOSES = graphql(`
  query Diagnoses($filter: DiagnosisFilter, $orderBy: [DiagnosisOrder!], $first: Int, $after: String, $last: Int, $before: String) {
    diagnoses(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes {
        id caseNumber status statusSince overdue due purpose form answered grade gradeName verifiedTotal
        stage { stage due }
        enterprise { id name }
        provider { id name }
      }
    }
  }
`);

const OF_NUMBER = graphql(`query CaseOfNumber($caseNumber: String!) { diagnoses(filter: { caseNumber: $caseNumber }, first: 1) { nodes { id } } }`);
const OF_NAME = graphql(`query FirmsNamed($text: String!) { enterprises(filter: { text: $text }, first: 50) { totalCount nodes { id } } }`);

/** What the list is narrowed to by a text: a case number, or firms of that name. A text that leads to nothing leaves the list as it is and says why. */
function useSought() {
  const client = useClient();
  const words = useWords();
  const [sought, setSought] = useState<{ caseNumber?: string; enterprise?: string[] }>({});
  const [problem, setProblem] = useState<ReactNode>();
  async function search(given: string) {
    const text = given.trim();
    setProblem(undefined);
    if (!text) return setSought({});
    const numbered = /^[\d\s-]+$/.test(text);
    const answer = numbered ? await client.query(persisted(OF_NUMBER), { caseNumber: text }).toPromise() : await client.query(persisted(OF_NAME), { text }).toPromise();
    const fault = faultOf(answer.error);
    if (fault) return setProblem(<Faulted fault={fault} />);
    if (numbered) return setSought({ caseNumber: text });
    const { nodes, totalCount } = (answer.data as FirmsNamedQuery).enterprises;
    const found = nodes.map((one) => one.id);
    if ((totalCount ?? 0) > found.length) setProblem(<Alert type="info" showIcon title={words.diagnoses.manyFirms(found.length, totalCount ?? 0)} style={{ marginBottom: 16 }} />);
    if (found.length) setSought({ enterprise: found });
    else setProblem(<Alert type="info" showIcon title={words.diagnoses.noFirm(text)} style={{ marginBottom: 16 }} />);
  }
  return { sought, search, problem };
}

/** Dark enough for white letters, in both themes. */
const COLOURS: Record<string, string> = { OPEN: "#1252b3", SUBMITTED: "#006d75", ACCEPTED: "#10239e", SCORED: "#531dab", ISSUED: "#874d00", OBJECTED: "#a8071a", CONFIRMED: "#135200", WITHDRAWN: "#595959", IN_PROGRESS: "#1252b3" };

/** The status of a case as a tag with its name; in English the sentence of it is its title. */
export function StatusTag({ status }: { status: string }) {
  const name = useNames();
  const { language } = useLanguage();
  return <Tag color={COLOURS[status]} title={language === "en" ? DiagnosisStatusNames[status]?.[2] : undefined}>{name(DiagnosisStatusNames, status)}</Tag>;
}

function Late() {
  const words = useWords();
  return <Tag color="#a8071a" style={{ marginInlineStart: 8 }}>{words.diagnoses.late}</Tag>;
}

/** Of the roles that have this page, who may read no grade. */
const WITHOUT_GRADES = ["SAMPLER"];

/** Cases within the reader's scope. */
export function Diagnoses() {
  const words = useWords();
  const name = useNames();
  const [status, setStatus] = useState<DiagnosisStatus[]>([]);
  const by = useSought();
  const [order, setOrder] = useState<DiagnosisOrder>("CHANGED_AT_DESC");
  const [sought, seek] = useSearchParams();
  const overdue = sought.has("overdue");
  const stuck = Number(sought.get("stuck")) || undefined;
  const held = sought.has("held");
  const { viewer } = useViewer();
  const toggled = (key: string, on: boolean) =>
    seek((before) => {
      const after = new URLSearchParams(before);
      if (on) after.set(key, "");
      else after.delete(key);
      return after;
    });
  const paging = usePaging(JSON.stringify([status, by.sought, order, overdue, stuck, held]));
  const filter = { ...(status.length ? { status } : {}), ...by.sought, ...(overdue ? { overdue } : {}), ...(stuck ? { stuckForDays: stuck } : {}), ...(held ? { heldBack: true } : {}) };
  const answer = useAsk(DIAGNOSES, { filter, orderBy: [order], ...paging.paging });
  const statuses = Object.keys(DiagnosisStatusNames).filter((key) => key !== "IN_PROGRESS") as DiagnosisStatus[];
  return (
    <>
      <h1>{words.diagnoses.title}</h1>
      <div className="bar">
        <Narrowing label={words.diagnoses.filter} names={DiagnosisStatusNames} only={statuses} chosen={status} choose={setStatus} />
        <Input.Search allowClear className="grow" placeholder={words.diagnoses.search} aria-label={words.diagnoses.search} onSearch={(text) => void by.search(text)} />
        <Select
          aria-label={words.diagnoses.sort}
          value={order}
          onChange={setOrder}
          options={[
            { value: "CHANGED_AT_DESC", label: words.diagnoses.latest },
            { value: "STATUS_SINCE_ASC", label: words.diagnoses.oldest },
            { value: "GRADE_DESC", label: words.diagnoses.highest },
          ]}
          style={{ minWidth: 140 }}
        />
        <Checkbox checked={overdue} onChange={(event) => toggled("overdue", event.target.checked)}>{words.diagnoses.overdue}</Checkbox>
        {!WITHOUT_GRADES.includes(viewer.role) && <Checkbox checked={held} onChange={(event) => toggled("held", event.target.checked)}>{words.diagnoses.held}</Checkbox>}
        {stuck && <Tag closable onClose={() => toggled("stuck", false)}>{words.diagnoses.stuck(stuck)}</Tag>}
      </div>
      {by.problem}
      <Shown answer={answer}>
        {({ diagnoses }) => (
          <PagedTable
            connection={diagnoses}
            paging={paging}
            rowKey={(row) => row.id}
            caption={words.diagnoses.title}
            empty={words.diagnoses.empty}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.enterprise, render: (_, row) => <Link to={`/diagnoses/${encodeURIComponent(row.id)}`}>{row.enterprise?.name ?? row.caseNumber}</Link> },
              { title: words.fields.caseNumber, dataIndex: "caseNumber", className: "nowrap" },
              { title: words.fields.status, render: (_, row) => <StatusTag status={row.status} /> },
              { title: words.fields.due, render: (_, row) => (row.stage ? <>{name(StageNames, row.stage.stage)} <span style={{ whiteSpace: "nowrap" }}>{row.stage.due}</span>{row.overdue && <Late />}</> : row.due || row.overdue ? <><span className="nowrap">{row.due}</span>{row.overdue && <Late />}</> : "—") },
              { title: words.fields.statusSince, render: (_, row) => <span className="nowrap">{shanghai(row.statusSince)}</span> },
              { title: words.fields.provider, render: (_, row) => row.provider?.name ?? "—" },
              { title: words.fields.grade, render: (_, row) => (row.gradeName ? words.grade(row.grade, row.gradeName) : "—") },
              { title: words.fields.total, align: "right", render: (_, row) => decimal(row.verifiedTotal) },
              { title: words.fields.purpose, render: (_, row) => name(PurposeNames, row.purpose) },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

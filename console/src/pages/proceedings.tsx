import { Descriptions, Select, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { ProceedingKindNames, ProceedingOutcomeNames, ProceedingStatusNames } from "../gql/enum-names";
import type { ProceedingKind, ProceedingOrder, ProceedingStatus } from "../gql/graphql";
import { useNames, useWords } from "../language";
import { Narrowing } from "../narrowing";
import { PagedTable, usePaging } from "../paged";
import { OpenProceeding, ProceedingActs } from "./proceeding-acts";

const PROCEEDINGS = graphql(`
  query Proceedings($filter: ProceedingFilter, $orderBy: [ProceedingOrder!], $first: Int, $after: String, $last: Int, $before: String) {
    proceedings(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id kind status about applicantRole asked grounds statement hearing venue minutes appealGrounds openedOn due overdue outcome reasons provider { id name } enterprise { id name } }
    }
  }
`);

/** Proceedings that the reader has a part in. */
export function Proceedings() {
  const words = useWords();
  const name = useNames();
  const w = words.proceedings;
  const [kind, setKind] = useState<ProceedingKind[]>([]);
  const [status, setStatus] = useState<ProceedingStatus[]>([]);
  const [order, setOrder] = useState<ProceedingOrder>("OPENED_AT_DESC");
  const paging = usePaging(JSON.stringify([kind, status, order]));
  const answer = useAsk(PROCEEDINGS, { filter: { kind: kind.length ? kind : null, status: status.length ? status : null }, orderBy: [order], ...paging.paging });
  return (
    <>
      <h1>{w.title}</h1>
      <div className="bar">
        <OpenProceeding done={answer.again} />
        <Narrowing label={words.narrow(words.fields.kind)} names={ProceedingKindNames} chosen={kind} choose={setKind} />
        <Narrowing label={words.narrow(words.fields.status)} names={ProceedingStatusNames} chosen={status} choose={setStatus} />
        <Select aria-label={words.diagnoses.sort} value={order} onChange={setOrder} options={[{ value: "OPENED_AT_DESC", label: w.latest }, { value: "DUE_ASC", label: w.soonest }]} />
      </div>
      <Shown answer={answer}>
        {({ proceedings }) => (
          <PagedTable
            connection={proceedings}
            paging={paging}
            rowKey={(row) => row.id}
            caption={w.title}
            empty={w.empty}
            fetching={answer.fetching}
            columns={[
              { title: w.asked, render: (_, one) => (
                <details>
                  <summary>{one.asked}</summary>
                  <Descriptions size="small" column={1} items={[
                    { key: 1, label: w.grounds, children: one.grounds },
                    { key: 2, label: w.statement, children: one.statement ?? "—" },
                    ...(one.hearing ? [{ key: 3, label: w.hearing, children: `${one.hearing} ${one.venue ?? ""}` }] : []),
                    ...(one.minutes ? [{ key: 4, label: w.minutes, children: one.minutes }] : []),
                    { key: 5, label: w.decision, children: one.outcome ? `${name(ProceedingOutcomeNames, one.outcome)}${words.comma}${one.reasons ?? ""}` : "—" },
                    ...(one.appealGrounds ? [{ key: 6, label: w.appeal, children: one.appealGrounds }] : []),
                  ]} />
                </details>
              ) },
              { title: words.fields.status, render: (_, one) => <Tag>{name(ProceedingStatusNames, one.status)}</Tag> },
              { title: w.next, render: (_, one) => <ProceedingActs of={one} done={answer.again} /> },
              { title: words.fields.provider, render: (_, one) => one.provider?.name ?? "—" },
              { title: words.fields.enterprise, render: (_, one) => one.enterprise?.name ?? "—" },
              { title: words.fields.opened, dataIndex: "openedOn" },
              { title: words.fields.due, render: (_, one) => <>{one.due ?? "—"} {one.overdue && <Tag color="#a8071a">{w.overdue}</Tag>}</> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

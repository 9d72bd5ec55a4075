import { Descriptions, Tag } from "antd";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { ProceedingStatusNames } from "../gql/enum-names";
import { useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";

const PROCEEDINGS = graphql(`
  query Proceedings($first: Int, $after: String, $last: Int, $before: String) {
    proceedings(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id kind status about asked grounds statement openedOn due overdue outcome reasons provider { id name } enterprise { id name } }
    }
  }
`);

/** Proceedings that the reader has a part in. */
export function Proceedings() {
  const words = useWords();
  const name = useNames();
  const w = words.proceedings;
  const paging = usePaging("");
  const answer = useAsk(PROCEEDINGS, paging.paging);
  return (
    <>
      <h1>{w.title}</h1>
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
                    { key: 2, label: words.fields.reason, children: one.reasons ?? "—" },
                  ]} />
                </details>
              ) },
              { title: words.fields.provider, render: (_, one) => one.provider?.name ?? "—" },
              { title: words.fields.enterprise, render: (_, one) => one.enterprise?.name ?? "—" },
              { title: words.fields.opened, dataIndex: "openedOn" },
              { title: words.fields.due, render: (_, one) => <>{one.due ?? "—"} {one.overdue && <Tag color="#a8071a">{w.overdue}</Tag>}</> },
              { title: words.fields.status, render: (_, one) => <Tag>{name(ProceedingStatusNames, one.status)}</Tag> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

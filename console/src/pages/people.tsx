import { Tag } from "antd";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { RoleNames } from "../gql/enum-names";
import { useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";

const PEOPLE = graphql(`
  query People($first: Int, $after: String, $last: Int, $before: String) {
    people(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id name phone joined memberships(first: 20) { nodes { id role organisationName since until } } }
    }
  }
`);

/** People within the reader's scope and the roles that they hold. */
export function People() {
  const words = useWords();
  const name = useNames();
  const paging = usePaging("");
  const answer = useAsk(PEOPLE, paging.paging);
  return (
    <>
      <h1>{words.people.title}</h1>
      <Shown answer={answer}>
        {({ people }) => (
          <PagedTable
            connection={people}
            paging={paging}
            rowKey={(row) => row.id}
            caption={words.people.title}
            empty={words.people.empty}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.name, dataIndex: "name" },
              { title: words.fields.phone, render: (_, one) => one.phone ?? "—" },
              { title: words.fields.role, render: (_, one) => one.memberships.nodes.map((held) => <Tag key={held.id}>{name(RoleNames, held.role)} {held.organisationName}{held.until ? `（${words.fields.until} ${held.until}）` : ""}</Tag>) },
              { title: words.fields.status, render: (_, one) => (one.joined ? words.people.joined : words.people.invited) },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

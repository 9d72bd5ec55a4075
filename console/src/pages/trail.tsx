import { Button, DatePicker, Input } from "antd";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { RoleNames } from "../gql/enum-names";
import { useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";

const TRAIL = graphql(`
  query Trail($subject: ID, $asOf: String, $first: Int, $after: String, $last: Int, $before: String) {
    auditTrail(subject: $subject, asOf: $asOf, orderBy: [AT_DESC], first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id at subject what sentence role organisation reason }
    }
  }
`);

/** Who did what, when and why, in sentences, as it stood at any moment. */
export function Trail() {
  const words = useWords();
  const name = useNames();
  const [subject, setSubject] = useState("");
  const [asOf, setAsOf] = useState<string>();
  const paging = usePaging(JSON.stringify([subject, asOf]));
  const answer = useAsk(TRAIL, { subject: subject || null, asOf: asOf ?? null, ...paging.paging });
  return (
    <>
      <h1>{words.trail.title}</h1>
      <div className="bar">
        <Input.Search allowClear className="grow" placeholder={words.trail.subject} aria-label={words.trail.subject} onSearch={(text) => setSubject(text.trim())} />
        <DatePicker aria-label={words.trail.to} placeholder={words.trail.to} onChange={(day) => setAsOf(day ? day.format("YYYY-MM-DD") : undefined)} />
      </div>
      <Shown answer={answer}>
        {({ auditTrail }) => (
          <PagedTable
            connection={auditTrail}
            paging={paging}
            rowKey={(row) => row.id}
            caption={words.trail.title}
            empty={words.trail.empty}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.at, className: "nowrap", render: (_, one) => shanghai(one.at) },
              { title: words.fields.what, render: (_, one) => one.sentence },
              { title: words.fields.role, render: (_, one) => name(RoleNames, one.role) },
              { title: words.fields.reason, render: (_, one) => one.reason },
              { title: words.trail.subject, render: (_, one) => <Button size="small" type="link" onClick={() => setSubject(one.subject)}>{one.subject}</Button> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

import { Checkbox, Input, Tag } from "antd";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { SizeClassNames } from "../gql/enum-names";
import { useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { usePlaces } from "../places";
import { StatusTag } from "./diagnoses";

const ENTERPRISES = graphql(`
  query Enterprises($filter: EnterpriseFilter, $first: Int, $after: String, $last: Int, $before: String) {
    enterprises(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes {
        id name uscc sizeClass aboveScale
        district { code name nameInEnglish }
        industry { code name nameInEnglish }
        diagnosis { id status grade gradeName }
      }
    }
  }
`);

/** Firms within the reader's scope. */
export function Enterprises() {
  const words = useWords();
  const name = useNames();
  const place = usePlaces();
  const [text, setText] = useState("");
  const [sought, seek] = useSearchParams();
  const undiagnosed = sought.has("undiagnosed");
  const uncontacted = sought.has("uncontacted");
  const paging = usePaging(JSON.stringify([text, undiagnosed, uncontacted]), 50);
  const filter = { ...(text ? { text } : {}), ...(undiagnosed ? { diagnosed: false } : {}), ...(uncontacted ? { hasContact: false } : {}) };
  const toggled = (name: string, on: boolean) =>
    seek((before) => {
      const after = new URLSearchParams(before);
      if (on) after.set(name, "");
      else after.delete(name);
      return after;
    });
  const answer = useAsk(ENTERPRISES, { filter, ...paging.paging });
  return (
    <>
      <h1>{words.enterprises.title}</h1>
      <div className="bar">
        <Input.Search allowClear className="grow" placeholder={words.enterprises.search} aria-label={words.enterprises.search} onSearch={(given) => setText(given.trim())} />
        <Checkbox checked={undiagnosed} onChange={(event) => toggled("undiagnosed", event.target.checked)}>{words.enterprises.undiagnosed}</Checkbox>
        {uncontacted && <Tag closable onClose={() => toggled("uncontacted", false)}>{words.enterprises.uncontacted}</Tag>}
      </div>
      <Shown answer={answer}>
        {({ enterprises }) => (
          <PagedTable
            connection={enterprises}
            paging={paging}
            rowKey={(row) => row.id}
            caption={words.enterprises.title}
            empty={words.enterprises.empty}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.name, render: (_, row) => (row.diagnosis ? <Link to={`/diagnoses/${encodeURIComponent(row.diagnosis.id)}`}>{row.name}</Link> : row.name) },
              { title: words.fields.district, render: (_, row) => place(row.district) },
              { title: words.fields.industry, render: (_, row) => `${row.industry.code} ${place(row.industry)}` },
              { title: words.fields.size, render: (_, row) => <>{name(SizeClassNames, row.sizeClass)} {row.aboveScale && <Tag>{words.fields.aboveScale}</Tag>}</> },
              { title: words.fields.status, render: (_, row) => (row.diagnosis ? <StatusTag status={row.diagnosis.status} /> : "—") },
              { title: words.fields.grade, render: (_, row) => (row.diagnosis?.gradeName ? words.grade(row.diagnosis.grade, row.diagnosis.gradeName) : "—") },
              { title: words.fields.uscc, dataIndex: "uscc", className: "nowrap" },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

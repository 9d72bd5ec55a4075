import { Checkbox, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { MaskNames, RoleNames } from "../gql/enum-names";
import type { Mask, Role } from "../gql/graphql";
import { useNames, useSaid, useWords } from "../language";
import { Narrowing } from "../narrowing";
import { PagedTable, usePaging } from "../paged";

const DISCLOSURES = graphql(`
  query Disclosures($ofOthers: Boolean!, $role: [Role!], $mask: [Mask!], $first: Int, $after: String, $last: Int, $before: String) {
    disclosures(ofOthers: $ofOthers, role: $role, mask: $mask, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id at role organisation why whyInEnglish firms { subject masks } }
    }
  }
`);

const NAMED = graphql(`query WhoRead($ids: [ID!]!) { nodes(ids: $ids) { ... on Organisation { id name } } }`);

/** Who read a firm's protected data, and by what right. */
export function Disclosures() {
  const words = useWords();
  const said = useSaid();
  const name = useNames();
  const [ofOthers, setOfOthers] = useState(true);
  const [role, setRole] = useState<Role[]>([]);
  const [mask, setMask] = useState<Mask[]>([]);
  const paging = usePaging(JSON.stringify([ofOthers, role, mask]));
  const answer = useAsk(DISCLOSURES, { ofOthers, role: role.length ? role : null, mask: mask.length ? mask : null, ...paging.paging });
  const ids = [...new Set(answer.data?.disclosures.nodes.map((one) => one.organisation))].map((id) => (id.includes("/") ? id : `organisation/${id}`));
  const named = useAsk(NAMED, { ids }, ids.length === 0).data?.nodes ?? [];
  const names = new Map(named.flatMap((one) => (one && "name" in one && one.name ? [[one.id.replace(/^organisation\//, ""), one.name] as const] : [])));
  return (
    <>
      <h1>{words.disclosures.title}</h1>
      <div className="bar">
        <Checkbox checked={ofOthers} onChange={(event) => setOfOthers(event.target.checked)}>{words.disclosures.others}</Checkbox>
        <Narrowing label={words.narrow(words.fields.role)} names={RoleNames} chosen={role} choose={setRole} />
        <Narrowing label={words.narrow(words.fields.contents)} names={MaskNames} chosen={mask} choose={setMask} />
      </div>
      <Shown answer={answer}>
        {({ disclosures }) => (
          <PagedTable
            connection={disclosures}
            paging={paging}
            rowKey={(row) => row.id}
            caption={words.disclosures.title}
            empty={words.disclosures.empty}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.at, className: "nowrap", render: (_, one) => shanghai(one.at) },
              { title: words.fields.who, render: (_, one) => `${name(RoleNames, one.role)} ${names.get(one.organisation.replace(/^organisation\//, "")) ?? one.organisation}` },
              { title: words.fields.contents, render: (_, one) => [...new Set(one.firms.flatMap((firm) => firm.masks))].map((mask) => <Tag key={mask}>{name(MaskNames, mask)}</Tag>) },
              { title: words.fields.why, render: (_, one) => said(one.why, one.whyInEnglish) },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

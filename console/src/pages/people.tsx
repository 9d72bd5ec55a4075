import { App, Button, Tag, Typography } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { RoleNames } from "../gql/enum-names";
import type { Role } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { Narrowing } from "../narrowing";
import { PagedTable, usePaging } from "../paged";

const PEOPLE = graphql(`
  query People($role: [Role!], $first: Int, $after: String, $last: Int, $before: String) {
    people(role: $role, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id name phone joined memberships(first: 20) { nodes { id role organisationName since until endedByFirstDay } } }
    }
  }
`);

const INVITE = graphql(`
  mutation IssueInvitation($person: ID!) {
    issueInvitation(input: { person: $person }) { invitation { ticket } userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken({ early: "首日或此前已终止" }, { early: "ended by its first day" });

/** People within the reader's scope and the roles that they hold. */
export function People() {
  const words = useWords();
  const texts = useTexts();
  const name = useNames();
  const [role, setRole] = useState<Role[]>([]);
  const paging = usePaging(role.join());
  const answer = useAsk(PEOPLE, { role: role.length ? role : null, ...paging.paging });
  const send = useSend();
  const { modal } = App.useApp();
  const today = shanghai(new Date().toISOString()).slice(0, 10); // who holds no role any more is invited to none

  async function invite(person: string) {
    const { data } = await send(INVITE, { person });
    const ticket = data?.issueInvitation.invitation?.ticket;
    if (ticket) void modal.info({ title: words.people.invite, width: 560, content: <>{words.people.link}<Typography.Paragraph copyable code>{`${location.origin}/#/join?ticket=${encodeURIComponent(ticket)}`}</Typography.Paragraph></> });
  }
  return (
    <>
      <h1>{words.people.title}</h1>
      <div className="bar"><Narrowing label={words.narrow(words.fields.role)} names={RoleNames} chosen={role} choose={setRole} /></div>
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
              { title: words.fields.role, render: (_, one) => one.memberships.nodes.map((held) => <Tag key={held.id}>{name(RoleNames, held.role)} {held.organisationName}{held.endedByFirstDay ? words.aside(texts.early) : held.until ? words.aside(`${words.fields.until} ${held.until}`) : ""}</Tag>) },
              { title: words.fields.status, render: (_, one) => (one.joined ? words.people.joined : <>{words.people.invited} {one.memberships.nodes.some((held) => !held.until || held.until >= today) && <Button size="small" onClick={() => void invite(one.id)}>{words.people.invite}</Button>}</>) },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

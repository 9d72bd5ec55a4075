import { Segmented, Tag } from "antd";
import { useState, type ReactNode } from "react";
import { Link } from "react-router";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { OrganisationKindNames, RoleNames } from "../gql/enum-names";
import type { LiaisonGapsQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";

const GAPS = graphql(`
  query LiaisonGaps($contactsBelow: Int!, $first: Int, $after: String, $last: Int, $before: String) {
    liaisonGaps(contactsBelow: $contactsBelow, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { organisation { id kind name } contacts { person role name membership since until confirmedOn } }
    }
  }
`);
const TO_CONFIRM = graphql(`
  query LiaisonsToConfirm($first: Int, $after: String, $last: Int, $before: String) {
    liaisonsToConfirm(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { organisation { id kind name } contacts { person role name membership since until confirmedOn } }
    }
  }
`);
export const CONFIRM = graphql(`mutation ConfirmContact($person: ID!, $membership: ID!) { confirmContact(input: { person: $person, membership: $membership }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  { title: "联络缺口", none: "各单位都有联络人与替补，没有缺口。", without: "没有联络人", deputy: "没有替补", unit: "单位", contacts: "现有联络人", missing: "缺", how: "每个单位须有具名联络人，另有一名替补；联络人按联络规则定期确认仍然属实。", name: "到“人员与岗位”签发邀请", due: "待确认", allConfirmed: "各单位联络人都在确认期内。", confirm: "确认仍然属实", confirmed: (day: string) => `${day} 确认`, until: (day: string) => `任至 ${day}，请安排接任` },
  { title: "Liaison gaps", none: "Every unit has a contact and a deputy.", without: "Without a contact", deputy: "Without a deputy", unit: "Unit", contacts: "Contacts today", missing: "Missing", how: "Each unit has a named contact, and a deputy; each is confirmed as still true as often as the liaison rule says.", name: "Invite one under People and roles", due: "To confirm", allConfirmed: "Every contact was confirmed within the period.", confirm: "Confirm as still true", confirmed: (day: string) => `confirmed ${day}`, until: (day: string) => `serves until ${day}; name who takes over` },
);

type Connection = LiaisonGapsQuery["liaisonGaps"];
type Node = Connection["nodes"][number];
const CONFIRMATION = 0;

/** Units of the scope that a contact or a deputy is to be named for, or whose contacts are to be confirmed. */
export function LiaisonGaps() {
  const texts = useTexts();
  const words = useWords();
  const [least, setLeast] = useState(2);
  return (
    <>
      <p>{texts.how} <span className="clause">{words.clause("plan O2")}</span></p>
      <div className="bar">
        <Segmented aria-label={texts.title} value={least} onChange={(value) => setLeast(value)} options={[{ value: 2, label: texts.deputy }, { value: 1, label: texts.without }, { value: CONFIRMATION, label: texts.due }]} />
        <Link to="/people">{texts.name}</Link>
      </div>
      {least === CONFIRMATION ? <ToConfirm /> : <Short key={least} least={least} />}
    </>
  );
}

function Short({ least }: { least: number }) {
  const texts = useTexts();
  const paging = usePaging(String(least));
  const answer = useAsk(GAPS, { contactsBelow: least, ...paging.paging });
  const missing = { title: texts.missing, render: (_: unknown, one: Node) => <Tag color={one.contacts.length ? "#874d00" : "#a8071a"}>{one.contacts.length ? texts.deputy : texts.without}</Tag> };
  const contacts = { title: texts.contacts, render: (_: unknown, one: Node) => (one.contacts.length ? one.contacts.map((each) => <Held key={each.membership} contact={each} />) : "—") };
  return <Shown answer={answer}>{({ liaisonGaps }) => <Units connection={liaisonGaps} paging={paging} empty={texts.none} fetching={answer.fetching} more={[contacts, missing]} />}</Shown>;
}

function ToConfirm() {
  const texts = useTexts();
  const send = useSend();
  const paging = usePaging("to-confirm");
  const answer = useAsk(TO_CONFIRM, paging.paging);
  const contacts = {
    title: texts.contacts,
    render: (_: unknown, one: Node) => one.contacts.map((each) => (
      <div key={each.membership} className="bar">
        <Held contact={each} />
        <Acts about={each.membership} done={answer.again} acts={[{ label: texts.confirm, send: () => send(CONFIRM, { person: each.person, membership: each.membership }) }]} />
      </div>
    )),
  };
  return <Shown answer={answer}>{({ liaisonsToConfirm }) => <Units connection={liaisonsToConfirm} paging={paging} empty={texts.allConfirmed} fetching={answer.fetching} more={[contacts]} />}</Shown>;
}

function Held({ contact }: { contact: Node["contacts"][number] }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  return (
    <div>
      {contact.name}{words.aside(name(RoleNames, contact.role))} <span className="clause">{texts.confirmed(contact.confirmedOn)}</span>
      {contact.until && <Tag color="#874d00">{texts.until(contact.until)}</Tag>}
    </div>
  );
}

type Column = { title: string; render: (value: unknown, one: Node) => ReactNode };

function Units({ connection, paging, empty, fetching, more }: { connection: Connection; paging: ReturnType<typeof usePaging>; empty: string; fetching: boolean; more: Column[] }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  return (
    <PagedTable
      connection={connection}
      paging={paging}
      rowKey={(one) => one.organisation.id}
      caption={texts.title}
      empty={empty}
      fetching={fetching}
      columns={[
        { title: texts.unit, render: (_, one) => one.organisation.name },
        { title: words.fields.kind, render: (_, one) => name(OrganisationKindNames, one.organisation.kind) },
        ...more,
      ]}
    />
  );
}

import { Segmented, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { OrganisationKindNames, RoleNames } from "../gql/enum-names";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";

const GAPS = graphql(`
  query LiaisonGaps($contactsBelow: Int!, $first: Int, $after: String, $last: Int, $before: String) {
    liaisonGaps(contactsBelow: $contactsBelow, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { organisation { id kind name } contacts { person role name } }
    }
  }
`);

const useTexts = spoken(
  { title: "联络缺口", none: "各单位都有联络人与替补，没有缺口。", without: "没有联络人", deputy: "没有替补", unit: "单位", contacts: "现有联络人", missing: "缺", how: "每个单位须有具名联络人，另有一名替补。", name: "到“人员与岗位”签发邀请" },
  { title: "Liaison gaps", none: "Every unit has a contact and a deputy.", without: "Without a contact", deputy: "Without a deputy", unit: "Unit", contacts: "Contacts today", missing: "Missing", how: "Each unit has a named contact, and a deputy.", name: "Invite one under People and roles" },
);

/** Units of the scope that a contact or a deputy is to be named for. */
export function LiaisonGaps() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const [least, setLeast] = useState(2);
  const paging = usePaging(String(least));
  const answer = useAsk(GAPS, { contactsBelow: least, ...paging.paging });
  return (
    <>
      <p>{texts.how} <span className="clause">{words.clause("plan O2")}</span></p>
      <div className="bar">
        <Segmented aria-label={texts.title} value={least} onChange={(value) => setLeast(value)} options={[{ value: 2, label: texts.deputy }, { value: 1, label: texts.without }]} />
        <Link to="/people">{texts.name}</Link>
      </div>
      <Shown answer={answer}>
        {({ liaisonGaps }) => (
          <PagedTable
            connection={liaisonGaps}
            paging={paging}
            rowKey={(one) => one.organisation.id}
            caption={texts.title}
            empty={texts.none}
            fetching={answer.fetching}
            columns={[
              { title: texts.unit, render: (_, one) => one.organisation.name },
              { title: words.fields.kind, render: (_, one) => name(OrganisationKindNames, one.organisation.kind) },
              { title: texts.contacts, render: (_, one) => (one.contacts.length ? one.contacts.map((each) => `${each.name}${words.aside(name(RoleNames, each.role))}`).join(words.comma) : "—") },
              { title: texts.missing, render: (_, one) => <Tag color={one.contacts.length ? "#874d00" : "#a8071a"}>{one.contacts.length ? texts.deputy : texts.without}</Tag> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

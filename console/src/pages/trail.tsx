import { Button, DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";

import { Shown, useAsk } from "../ask";
import { Download } from "../download";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { RoleNames } from "../gql/enum-names";
import type { AuditEntryOrder, Role } from "../gql/graphql";
import { useNames, useSaid, useWords } from "../language";
import { Narrowing } from "../narrowing";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";

const TRAIL = graphql(`
  query Trail($subject: ID, $text: String, $asOf: String, $role: [Role!], $orderBy: [AuditEntryOrder!], $first: Int, $after: String, $last: Int, $before: String) {
    auditTrail(subject: $subject, text: $text, asOf: $asOf, role: $role, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id at subject what whatInEnglish sentence sentenceInEnglish role organisation reason }
    }
  }
`);

/** Who did what, when and why, in sentences, as it stood at any moment. */
export function Trail() {
  const words = useWords();
  const name = useNames();
  const said = useSaid();
  const { viewer } = useViewer();
  const [params, setParams] = useSearchParams();
  const [subject, text, asOf] = [params.get("subject") ?? "", params.get("text") ?? "", params.get("as-of") ?? undefined];
  const set = (next: { subject?: string; text?: string; asOf?: string }) => {
    const asked = { subject, text, asOf, ...next };
    setParams({ ...(asked.subject && { subject: asked.subject }), ...(asked.text && { text: asked.text }), ...(asked.asOf && { "as-of": asked.asOf }) }, { replace: true });
  };
  const [role, setRole] = useState<Role[]>([]);
  const [order, setOrder] = useState<AuditEntryOrder>("AT_DESC");
  const paging = usePaging(JSON.stringify([subject, text, asOf, role, order]));
  const answer = useAsk(TRAIL, { subject: subject || null, text: text || null, asOf: asOf ?? null, role: role.length ? role : null, orderBy: [order], ...paging.paging });
  return (
    <>
      <h1>{words.trail.title}</h1>
      <div className="bar">
        <Input.Search allowClear className="grow" placeholder={words.trail.words} aria-label={words.trail.words} defaultValue={text} key={`said ${text}`} onSearch={(said) => set({ text: said.trim() })} />
        <Input.Search allowClear className="grow" placeholder={words.trail.subject} aria-label={words.trail.subject} defaultValue={subject} key={subject} onSearch={(given) => set({ subject: given.trim() })} />
        <DatePicker aria-label={words.trail.to} placeholder={words.trail.to} value={asOf ? dayjs(asOf) : null} onChange={(day) => set({ asOf: day ? day.format("YYYY-MM-DD") : undefined })} />
        <Narrowing label={words.narrow(words.fields.role)} names={RoleNames} chosen={role} choose={setRole} />
        <Select aria-label={words.diagnoses.sort} value={order} onChange={setOrder} options={[{ value: "AT_DESC", label: words.trail.latest }, { value: "AT_ASC", label: words.trail.earliest }]} />
        {subject && viewer.role === "AUDITOR" && <Download path={`/audit-trail.jsonl?subject=${encodeURIComponent(subject)}`} name="audit-trail.jsonl">{words.trail.proved}</Download>}
        {/^(diagnosis|enterprise)\//.test(subject) && <Link to={`/trail/past?subject=${encodeURIComponent(subject)}`}>{words.trail.past}</Link>}
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
              { title: words.fields.what, render: (_, one) => <div style={{ maxWidth: "min(40rem, 52vw)", overflowWrap: "anywhere" }}>{said(one.sentence ?? one.what, one.sentenceInEnglish ?? one.whatInEnglish)}</div> },
              { title: words.fields.role, render: (_, one) => name(RoleNames, one.role) },
              { title: words.fields.reason, render: (_, one) => one.reason },
              { title: words.trail.subject, render: (_, one) => <Button size="small" type="link" onClick={() => set({ subject: one.subject })}>{one.subject}</Button> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

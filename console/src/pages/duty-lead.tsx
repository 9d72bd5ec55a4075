import { Button, Form, Modal, Select } from "antd";
import { useState } from "react";

import { useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { RoleNames } from "../gql/enum-names";
import type { Strength } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";

const BODIES = graphql(`
  query DutyBodies($organisationsAfter: String, $bodyStrengthsAfter: String) {
    organisations(kind: [CITY, DISTRICT, SUPPORT, PROVIDER], takingPart: true, first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } }
    bodyStrengths(first: 100, after: $bodyStrengthsAfter) { pageInfo { hasNextPage endCursor } nodes { strengths organisation { id } } }
  }
`);
const CONTACTS = graphql(`query DutyContacts($organisation: ID!, $peopleAfter: String) { people(organisation: $organisation, first: 50, after: $peopleAfter) { pageInfo { hasNextPage endCursor } nodes { id name memberships(first: 20) { nodes { role organisation contact since until } } } } }`);
const NAME = graphql(`mutation NameDutyLead($duty: ID!, $organisation: ID!, $contact: ID!) { nameDutyLead(input: { duty: $duty, organisation: $organisation, contact: $contact }) { userErrors { code clause field bound message messageInEnglish } } }`);
const useTexts = spoken(
  { name: "指定牵头单位", says: "所选单位接受后方为牵头；答复之前可另行指定。", body: "牵头单位", contact: "联络人", has: "专长相符", noContact: "该单位今日没有联络人：先在“人员”页为其登记联络人任职。" },
  { name: "Name the lead", says: "The body leads once it has taken the duty on; another may be named before it answers.", body: "Body", contact: "Contact", has: "has the strength", noContact: "The body has no named contact today: grant a membership as contact on the page of people first." },
);

/** Asks a body to lead a duty, those first that have the strength for it, with a contact of its own. */
export function NameLead({ duty, strength, done }: { duty: string; strength: Strength | null; done: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const [open, setOpen] = useState(false);
  const [body, setBody] = useState<string>();
  const { data } = useAsk(BODIES, {}, !open);
  const people = useAsk(CONTACTS, { organisation: body ?? "" }, !body);
  const today = shanghai(new Date().toISOString()).slice(0, 10);
  const contacts = (people.data?.people.nodes ?? [])
    .map((one) => ({ ...one, held: one.memberships.nodes.filter((held) => held.contact && body?.endsWith(held.organisation) && held.since <= today && (held.until === null || held.until >= today)) }))
    .filter((one) => one.held.length > 0);
  const [form] = Form.useForm<{ organisation: string; contact: string }>();
  const fit = new Set((data?.bodyStrengths.nodes ?? []).filter((one) => strength && one.strengths.includes(strength)).map((one) => one.organisation?.id));
  const bodies = (data?.organisations.nodes ?? []).map((one) => ({ value: one.id, label: fit.has(one.id) ? `${one.name}${words.aside(texts.has)}` : one.name })).sort((a, b) => Number(fit.has(b.value)) - Number(fit.has(a.value)));
  const required = [{ required: true, message: words.signIn.missing }];
  async function sent(given: { organisation: string; contact: string }) {
    const answer = await send(NAME, { duty, ...given });
    if (!answer.data || answer.errors.length) return;
    setOpen(false);
    done();
  }
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>{texts.name}</Button>
      <Modal open={open} title={texts.name} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <p>{texts.says}</p>
        <KeptForm about={`lead ${duty}`} form={form} layout="vertical" onFinish={(given) => void sent(given)}>
          <Form.Item name="organisation" label={texts.body} rules={required}><Select showSearch={{ optionFilterProp: "label" }} options={bodies} onChange={(chosen: string) => { setBody(chosen); form.resetFields(["contact"]); }} /></Form.Item>
          <Form.Item name="contact" label={texts.contact} rules={required} extra={people.data && !people.fetching && !contacts.length && texts.noContact}><Select disabled={!body} options={contacts.map((one) => ({ value: one.id, label: `${one.name ?? one.id}${words.aside([...new Set(one.held.map((held) => name(RoleNames, held.role)))].join(words.comma))}` }))} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

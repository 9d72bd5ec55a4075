import { Button, Form, Input, Modal, Select } from "antd";
import { useState } from "react";

import { useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { RevisionKindNames } from "../gql/enum-names";
import type { RevisionKind } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";

const BASES = graphql(`query RevisionBases { editions { key title } }`);
const DRAFT = graphql(`
  mutation DraftRevision($kind: RevisionKind!, $base: String!, $key: String!, $title: String!, $why: String!) {
    draftRevision(input: { kind: $kind, base: $base, key: $key, title: $title, why: $why }) { revision { id } userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  { begin: "起草修订", kind: "类别", base: "基础版本", key: "新版本号，如 2028；勘误如 2023.1", title: "标题", why: "修订理由" },
  { begin: "Draft a revision", kind: "Kind", base: "Begun from", key: "Key of the new edition, such as 2028; of an erratum 2023.1", title: "Title", why: "Why the standard is revised" },
);

/** The standards desk begins a revision from a published edition. */
export function BeginRevision({ begun }: { begun: (revision: string) => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const [open, setOpen] = useState(false);
  const { data } = useAsk(BASES, {});
  const required = [{ required: true, message: words.signIn.missing }];

  async function draft(given: { kind: RevisionKind; base: string; key: string; title: string; why: string }) {
    const sent = await send(DRAFT, given);
    const id = sent.data?.draftRevision.revision?.id;
    if (!id) return;
    setOpen(false);
    begun(id);
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>{texts.begin}</Button>
      <Modal open={open} title={texts.begin} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <KeptForm about="revision" layout="vertical" initialValues={{ kind: "REVISION" }} onFinish={(given: Parameters<typeof draft>[0]) => void draft(given)}>
          <Form.Item name="kind" label={texts.kind} rules={required}><Select options={Object.keys(RevisionKindNames).map((value) => ({ value, label: name(RevisionKindNames, value) }))} /></Form.Item>
          <Form.Item name="base" label={texts.base} rules={required}><Select options={(data?.editions ?? []).filter((one) => !one.key.includes("-")).map((one) => ({ value: one.key, label: one.title }))} /></Form.Item>
          <Form.Item name="key" label={texts.key} rules={required}><Input /></Form.Item>
          <Form.Item name="title" label={texts.title} rules={required}><Input /></Form.Item>
          <Form.Item name="why" label={texts.why} rules={required}><Input.TextArea rows={3} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

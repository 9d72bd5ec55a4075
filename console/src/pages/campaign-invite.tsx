import { Alert, Button, Form, Input, Modal, Upload } from "antd";
import { useState } from "react";
import { useClient } from "urql";

import { persisted } from "../api";
import { useSend } from "../ask";
import { graphql } from "../gql";
import { spoken } from "../language";

const KNOWN = graphql(`query FirmsOfList($codes: [String!]!) { enterprises(filter: { uscc: $codes }, first: 100) { nodes { uscc name } } }`);
const INVITE = graphql(`
  mutation InviteListed($campaign: ID!, $codes: [String!]!) {
    inviteFirms(input: { campaign: $campaign, filter: { uscc: $codes } }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
/** As many as one question takes. */
const PART = 100;
const CODE = /[0-9A-HJ-NP-RT-UW-Y]{18}/g;

const useTexts = spoken(
  { invite: "按清单邀请", says: "粘贴或选取含统一社会信用代码的清单（CSV 或文本，其余列不读）。先核对清单，再邀请其中在本辖区年度名单内的企业。", list: "清单", file: "选取文件", check: "核对清单", found: (known: number, all: number) => `清单含 ${all} 个信用代码，其中 ${known} 家在本辖区。`, unknown: "不在本辖区、不予邀请的", none: "清单中没有统一社会信用代码。", send: (known: number) => `邀请这 ${known} 家` },
  { invite: "Invite by a list", says: "Paste or choose a list that holds credit codes (CSV or text; other columns are not read). It is checked first; then those of its firms that are yours are invited.", list: "List", file: "Choose a file", check: "Check the list", found: (known: number, all: number) => `${all} credit codes, ${known} of them of firms of yours.`, unknown: "Not yours, and not invited", none: "There is no credit code in the list.", send: (known: number) => (known === 1 ? "Invite this firm" : `Invite these ${known} firms`) },
);

function parts(codes: string[]): string[][] {
  return Array.from({ length: Math.ceil(codes.length / PART) }, (_, at) => codes.slice(at * PART, (at + 1) * PART));
}

/** Inviting the firms of a list that came as a file: checked before anybody is invited. */
export function InviteListed({ campaign, done }: { campaign: string; done: () => void }) {
  const texts = useTexts();
  const client = useClient();
  const send = useSend();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [checked, setChecked] = useState<{ all: string[]; known: string[] }>();

  function stated(given: string) {
    setText(given);
    setChecked(undefined);
  }
  async function check() {
    const all = [...new Set(text.normalize("NFKC").toUpperCase().match(CODE) ?? [])];
    const known: string[] = [];
    for (const codes of parts(all)) {
      const { data } = await client.query(persisted(KNOWN), { codes }, { requestPolicy: "network-only" }).toPromise();
      known.push(...(data?.enterprises.nodes ?? []).map((one) => one.uscc));
    }
    setChecked({ all, known });
  }
  async function invite() {
    for (const codes of parts(checked?.known ?? [])) {
      const { data, errors } = await send(INVITE, { campaign, codes });
      if (!data || errors.length) return;
    }
    setOpen(false);
    stated("");
    done();
  }
  const unknown = checked?.all.filter((one) => !checked.known.includes(one)) ?? [];
  return (
    <>
      <Button onClick={() => setOpen(true)}>{texts.invite}</Button>
      <Modal open={open} title={texts.invite} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <p>{texts.says}</p>
        <Upload accept=".csv,.txt,text/csv,text/plain" showUploadList={false} beforeUpload={(file) => { void file.text().then(stated); return false; }}><Button size="small" style={{ marginBottom: 8 }}>{texts.file}</Button></Upload>
        <Form layout="vertical">
          <Form.Item label={texts.list} htmlFor="listed-firms"><Input.TextArea id="listed-firms" rows={6} value={text} onChange={(event) => stated(event.target.value)} /></Form.Item>
        </Form>
        {checked && <Alert type={checked.known.length ? "info" : "warning"} style={{ marginBottom: 12 }} title={checked.all.length ? texts.found(checked.known.length, checked.all.length) : texts.none} description={unknown.length > 0 && <>{texts.unknown}：<code style={{ overflowWrap: "anywhere" }}>{unknown.join(" ")}</code></>} />}
        {checked?.known.length ? <Button type="primary" onClick={() => void invite()}>{texts.send(checked.known.length)}</Button> : <Button type="primary" disabled={!text.trim()} onClick={() => void check()}>{texts.check}</Button>}
      </Modal>
    </>
  );
}

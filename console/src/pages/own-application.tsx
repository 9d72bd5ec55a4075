import { Alert, Button, Card, Form, Input, Modal, Popconfirm, Select, Space, Tag, Upload } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { ApplicationStageNames, SelectionDimensionNames, ShortfallNames } from "../gql/enum-names";
import type { CallStage, OwnApplicationQuery, SelectionDimension } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { useNames, useWords } from "../language";
import { usePlaces } from "../places";
import { useViewer } from "../session";
import { usePut } from "../uploads";
import { Reason } from "./selection";

const OWN = graphql(`
  query OwnApplication($year: Int!, $peopleAfter: String) {
    applications(year: $year, first: 1) {
      nodes {
        id stage statement mendUntil putForwardBy
        industries { code name nameInEnglish }
        staff { person industries { code } }
        links { name tie organisation person }
        documents { dimension sha256 filename }
        toMend { part what }
        record { confirmed issued commentsAdopted }
        result { total listed certified senior shortfalls scores { dimension points } industries { industry { code name nameInEnglish } points earned } }
        objections
      }
    }
    people(role: [PROVIDER, DIAGNOSTICIAN, REVIEWER], first: 100, after: $peopleAfter) { pageInfo { hasNextPage endCursor } nodes { id name } }
  }
`);
const SAVE = graphql(`
  mutation SaveApplication($year: Int!, $provider: ID!, $industries: [String!]!, $staff: [StaffMemberInput!]!, $links: [LinkedPartyInput!]!, $statement: String) {
    saveApplication(input: { year: $year, provider: $provider, industries: $industries, staff: $staff, links: $links, statement: $statement }) {
      userErrors { code clause field bound message messageInEnglish }
    }
  }
`);
const TICKET = graphql(`
  mutation ApplicationTicket($filename: String!) {
    requestUpload(input: { kind: EVIDENCE, filename: $filename }) { ticket { url } userErrors { code clause field bound message messageInEnglish } }
  }
`);
const ATTACH = graphql(`
  mutation AttachApplicationDocument($year: Int!, $provider: ID!, $dimension: SelectionDimension!, $sha256: String!) {
    attachApplicationDocument(input: { year: $year, provider: $provider, dimension: $dimension, sha256: $sha256 }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const SUBMIT = graphql(`mutation SubmitApplication($year: Int!, $provider: ID!) { submitApplication(input: { year: $year, provider: $provider }) { userErrors { code clause field bound message messageInEnglish } } }`);
const WITHDRAW = graphql(`mutation WithdrawApplication($year: Int!, $provider: ID!, $reason: String!) { withdrawApplication(input: { year: $year, provider: $provider, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const OBJECT = graphql(`
  mutation ObjectToResult($year: Int!, $provider: ID!, $asked: String!, $grounds: String!) {
    objectToResult(input: { year: $year, provider: $provider, asked: $asked, grounds: $grounds }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

type Own = OwnApplicationQuery["applications"]["nodes"][number];
type Person = OwnApplicationQuery["people"]["nodes"][number];
interface Draft {
  industries: string[];
  staff: { person: string; industries: string[] }[];
  links?: { name: string; tie: string; organisation?: string; person?: string }[];
  statement?: string;
}

/** A provider's own application: kept as a draft, submitted, mended where it was returned, and read with its result. */
export function OwnApplication({ year, stage, again }: { year: number; stage: CallStage; again: () => void }) {
  const answer = useAsk(OWN, { year });
  return (
    <Shown answer={answer}>
      {({ applications, people }) => (
        <Written
          key={applications.nodes[0]?.stage ?? "none"}
          year={year}
          stage={stage}
          own={applications.nodes[0]}
          people={people.nodes}
          again={() => {
            answer.again();
            again();
          }}
        />
      )}
    </Shown>
  );
}

function Written({ year, stage, own, people, again }: { year: number; stage: CallStage; own: Own | undefined; people: readonly Person[]; again: () => void }) {
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const put = usePut();
  const [open, setOpen] = useState<"withdraw" | "object">();
  const provider = viewer.organisation ?? "";
  const w = words.selection;
  const writing = (stage === "OPEN" && (!own || own.stage === "DRAFT")) || own?.stage === "RETURNED";

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) setOpen(undefined);
    again();
    return !errors.length;
  }

  async function attach(dimension: SelectionDimension, file: File) {
    const asked = await send(TICKET, { filename: file.name });
    const sha256 = await put(asked.data?.requestUpload.ticket?.url, file);
    if (sha256) await done(send(ATTACH, { year, provider, dimension, sha256 }));
  }

  if (!own && !writing) return <p>{w.notApplied}</p>;
  return (
    <Card title={w.own} extra={own && <Tag>{name(ApplicationStageNames, own.stage)}</Tag>}>
      {own?.toMend && own.toMend.length > 0 && (
        <Alert type="warning" showIcon title={w.mendBy(own.mendUntil ?? "")} description={<ul>{own.toMend.map((one) => <li key={one.part + one.what}>{one.part}{words.colon}{one.what}</li>)}</ul>} style={{ marginBottom: 16 }} />
      )}
      {own?.record && <p>{w.record}{words.colon}{w.recordText(own.record.confirmed, own.record.issued, own.record.commentsAdopted)}</p>}
      {own?.result && <Result result={own.result} />}
      <KeptForm
        about={`application ${year}`}
        layout="vertical"
        disabled={!writing}
        initialValues={{
          industries: own?.industries.map(({ code }) => code) ?? [],
          staff: own?.staff?.map((one) => ({ person: one.person, industries: one.industries.map(({ code }) => code) })) ?? [],
          links: own?.links ?? [],
          statement: own?.statement ?? undefined,
        }}
        onFinish={(given: Draft) =>
          done(send(SAVE, {
            year,
            provider,
            industries: given.industries,
            staff: given.staff.map((one) => ({ person: one.person, industries: one.industries })),
            links: (given.links ?? []).map((one) => ({ name: one.name, tie: one.tie, organisation: one.organisation ?? null, person: one.person ?? null })),
            statement: given.statement ?? null,
          }))
        }
      >
        <Form.Item name="industries" label={w.industries} extra={w.industriesHelp} rules={[{ required: true, message: words.signIn.missing }]}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
        <Form.List name="staff">
          {(fields, { add, remove }) => (
            <Form.Item label={w.staff}>
              {fields.map((field) => (
                <Space key={field.key} align="start" wrap>
                  <Form.Item name={[field.name, "person"]} rules={[{ required: true, message: words.signIn.missing }]}><Select aria-label={words.fields.person} showSearch optionFilterProp="label" style={{ width: 200 }} options={people.map(({ id, name: label }) => ({ value: id, label }))} /></Form.Item>
                  <Form.Item name={[field.name, "industries"]}><Select aria-label={w.industries} mode="tags" open={false} suffixIcon={null} placeholder={w.industriesHelp} style={{ width: 280 }} /></Form.Item>
                  {writing && <Button onClick={() => remove(field.name)}>{w.remove}</Button>}
                </Space>
              ))}
              {writing && <Button onClick={() => add({ industries: [] })}>{words.acts.add}</Button>}
            </Form.Item>
          )}
        </Form.List>
        <Form.List name="links">
          {(fields, { add, remove }) => (
            <Form.Item label={w.links} extra={w.linksHelp}>
              {fields.map((field) => (
                <Space key={field.key} align="start" wrap>
                  <Form.Item name={[field.name, "name"]} rules={[{ required: true, message: words.signIn.missing }]}><Input aria-label={words.fields.name} placeholder={words.fields.name} style={{ width: 240 }} /></Form.Item>
                  <Form.Item name={[field.name, "tie"]} rules={[{ required: true, message: words.signIn.missing }]}><Input aria-label={w.tie} placeholder={w.tie} style={{ width: 200 }} /></Form.Item>
                  {writing && <Button onClick={() => remove(field.name)}>{w.remove}</Button>}
                </Space>
              ))}
              {writing && <Button onClick={() => add({})}>{words.acts.add}</Button>}
            </Form.Item>
          )}
        </Form.List>
        <Form.Item name="statement" label={w.statement} extra={w.statementHelp}><Input.TextArea rows={3} /></Form.Item>
        {writing && <Button type="primary" htmlType="submit">{w.saveDraft}</Button>}
      </KeptForm>
      <h3>{w.documents}</h3>
      {(Object.keys(SelectionDimensionNames) as SelectionDimension[]).map((dimension) => (
        <Space key={dimension} wrap style={{ display: "flex", marginBottom: 8 }}>
          <span>{name(SelectionDimensionNames, dimension)}</span>
          {own?.documents?.filter((one) => one.dimension === dimension).map((one) => <Tag key={one.sha256}>{one.filename}</Tag>)}
          {writing && own && (
            <Upload showUploadList={false} customRequest={({ file }) => void attach(dimension, file as File)}><Button size="small">{w.attach}</Button></Upload>
          )}
        </Space>
      ))}
      <Space wrap style={{ marginTop: 16 }}>
        {writing && own && <Popconfirm title={w.submitText} onConfirm={() => void done(send(SUBMIT, { year, provider }))}><Button type="primary">{w.submit}</Button></Popconfirm>}
        {own && ["DRAFT", "SUBMITTED", "RETURNED", "COMPLETE"].includes(own.stage) && stage === "OPEN" && <Button danger onClick={() => setOpen("withdraw")}>{w.withdraw}</Button>}
        {own?.result && stage === "PUBLISHED" && <Button danger onClick={() => setOpen("object")}>{w.object}</Button>}
      </Space>
      <Modal open={open === "withdraw"} title={w.withdraw} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <KeptForm about={`withdraw application ${year}`} layout="vertical" onFinish={({ reason }: { reason: string }) => void done(send(WITHDRAW, { year, provider, reason }))}>
          <Reason label={words.fields.reason} />
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
      <Modal open={open === "object"} title={w.object} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        <KeptForm about={`object to result ${year}`} layout="vertical" onFinish={(given: { asked: string; grounds: string }) => void done(send(OBJECT, { year, provider, ...given }))}>
          <Reason name="asked" label={words.proceedings.asked} />
          <Reason name="grounds" label={words.proceedings.grounds} />
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </Card>
  );
}

function Result({ result }: { result: NonNullable<Own["result"]> }) {
  const place = usePlaces();
  const words = useWords();
  const name = useNames();
  const w = words.selection;
  return (
    <Alert
      type={result.listed ? "success" : "warning"}
      showIcon
      style={{ marginBottom: 16 }}
      title={`${result.listed ? w.listed : w.notListed}，${words.fields.total} ${decimal(result.total)}`}
      description={
        <>
          <p>{result.scores.map((one) => `${name(SelectionDimensionNames, one.dimension)} ${decimal(one.points)}`).join(words.comma)}</p>
          <p>{result.industries.map((one) => `${one.industry.code} ${place(one.industry)} ${decimal(one.points)}${words.aside(one.earned ? w.earned : w.notEarned)}`).join(words.comma)}</p>
          {result.shortfalls.length > 0 && <p>{result.shortfalls.map((one) => name(ShortfallNames, one)).join(words.comma)}</p>}
        </>
      }
    />
  );
}

import { Button, DatePicker, Form, Input, Modal, Select, Space, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { Download } from "../download";
import { decimal } from "../format";
import { graphql } from "../gql";
import { ApplicationStageNames, SelectionDimensionNames, ShortfallNames } from "../gql/enum-names";
import type { ApplicationsQuery, CallStage } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { usePlaces } from "../places";
import { useViewer } from "../session";
import { Reason } from "./selection";

const APPLICATIONS = graphql(`
  query Applications($year: Int!, $first: Int, $after: String, $last: Int, $before: String) {
    applications(year: $year, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes {
        id provider stage putForwardBy mendUntil
        industries { code name nameInEnglish }
        documents { dimension sha256 filename }
        toMend { part what }
        record { confirmed issued withdrawn commentsAdopted }
        result { total listed shortfalls }
      }
    }
  }
`);
const PROVIDERS = graphql(`query Providers($organisationsAfter: String) { organisations(kind: PROVIDER, first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const ACCEPT = graphql(`mutation AcceptApplication($year: Int!, $provider: ID!) { acceptApplication(input: { year: $year, provider: $provider }) { userErrors { code clause field bound message messageInEnglish } } }`);
const RETURN = graphql(`
  mutation ReturnApplication($year: Int!, $provider: ID!, $items: [MendItemInput!]!, $mendUntil: Date!) {
    returnApplication(input: { year: $year, provider: $provider, items: $items, mendUntil: $mendUntil }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const PUT_FORWARD = graphql(`
  mutation PutForward($year: Int!, $provider: ID!, $reason: String!) {
    putForward(input: { year: $year, provider: $provider, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

type Application = ApplicationsQuery["applications"]["nodes"][number];

/** The applications of a year: checked for completeness by the city, put forward by a district, read with their results afterwards. */
export function Applications({ year, stage }: { year: number; stage: CallStage }) {
  const place = usePlaces();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const paging = usePaging(String(year), 10);
  const answer = useAsk(APPLICATIONS, { year, ...paging.paging });
  const providers = useAsk(PROVIDERS, {}).data?.organisations.nodes ?? [];
  const named = new Map(providers.map((one) => [one.id, one.name]));
  const [returned, setReturned] = useState<Application>();
  const [forward, setForward] = useState(false);
  const w = words.selection;
  const checking = viewer.role === "CITY" && ["OPEN", "CLOSED"].includes(stage);

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) {
      setReturned(undefined);
      setForward(false);
    }
    answer.again();
  }

  return (
    <>
      <div className="bar">
        <h2 className="grow" style={{ margin: 0 }}>{w.applications}</h2>
        {viewer.role === "DISTRICT" && stage === "OPEN" && <Button onClick={() => setForward(true)}>{w.putForward}</Button>}
      </div>
      <Shown answer={answer}>
        {({ applications }) => (
          <PagedTable
            connection={applications}
            paging={paging}
            rowKey={(row) => row.id}
            caption={w.applications}
            empty={w.noApplications}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.provider, render: (_, row) => named.get(row.provider) ?? row.provider },
              { title: words.fields.status, render: (_, row) => <>{name(ApplicationStageNames, row.stage)}{row.putForwardBy && <Tag style={{ marginInlineStart: 8 }}>{w.forwarded}</Tag>}</> },
              { title: w.industries, render: (_, row) => row.industries.map((one) => <Tag key={one.code} title={place(one)}>{one.code}</Tag>) },
              { title: w.record, render: (_, row) => (row.record ? w.recordText(row.record.confirmed, row.record.issued, row.record.commentsAdopted) : "—") },
              { title: w.documents, render: (_, row) => row.documents?.map((one) => <Download key={one.sha256} size="small" type="link" path={`/files/${one.sha256}`} name={one.filename}>{name(SelectionDimensionNames, one.dimension)}</Download>) ?? "—" },
              {
                title: words.fields.outcome,
                render: (_, row) =>
                  row.result ? (
                    <>
                      <Tag color={row.result.listed ? "#135200" : "#874d00"}>{row.result.listed ? w.listed : w.notListed}</Tag> {decimal(row.result.total)} {row.result.shortfalls.map((one) => name(ShortfallNames, one)).join(words.comma)}
                    </>
                  ) : row.toMend?.length ? (
                    `${row.toMend.map((one) => `${one.part}${words.colon}${one.what}`).join("；")}${words.aside(row.mendUntil ?? "")}`
                  ) : (
                    "—"
                  ),
              },
              ...(checking
                ? [{
                    title: w.check,
                    render: (_: unknown, row: Application) =>
                      row.stage === "SUBMITTED" && (
                        <Space>
                          <Button size="small" type="primary" onClick={() => void done(send(ACCEPT, { year, provider: row.provider }))}>{w.complete}</Button>
                          <Button size="small" onClick={() => setReturned(row)}>{w.return}</Button>
                        </Space>
                      ),
                  }]
                : []),
            ]}
          />
        )}
      </Shown>
      <Modal open={returned !== undefined} title={w.return} onCancel={() => setReturned(undefined)} footer={null} destroyOnHidden>
        <KeptForm
          about={`return ${year} ${returned?.provider ?? ""}`}
          layout="vertical"
          initialValues={{ items: [{}] }}
          onFinish={(given: { items: { part: string; what: string }[]; mendUntil: Dayjs }) => returned && void done(send(RETURN, { year, provider: returned.provider, items: given.items, mendUntil: given.mendUntil.format("YYYY-MM-DD") }))}
        >
          <Form.List name="items">
            {(fields, { add }) => (
              <>
                {fields.map((field) => (
                  <Space key={field.key} align="start" wrap>
                    <Form.Item name={[field.name, "part"]} label={w.part} rules={[{ required: true, message: words.signIn.missing }]}><Input style={{ width: 150 }} /></Form.Item>
                    <Form.Item name={[field.name, "what"]} label={w.mend} rules={[{ required: true, message: words.signIn.missing }]}><Input style={{ width: 270 }} /></Form.Item>
                  </Space>
                ))}
                <Button onClick={() => add({})} style={{ marginBottom: 16 }}>{words.acts.add}</Button>
              </>
            )}
          </Form.List>
          <Form.Item name="mendUntil" label={w.mendingUntil} rules={[{ required: true, message: words.signIn.missing }]}><DatePicker style={{ width: "100%" }} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
      <Modal open={forward} title={w.putForward} onCancel={() => setForward(false)} footer={null} destroyOnHidden>
        <KeptForm about={`put forward ${year}`} layout="vertical" onFinish={(given: { provider: string; reason: string }) => void done(send(PUT_FORWARD, { year, ...given }))}>
          <Form.Item name="provider" label={words.fields.provider} rules={[{ required: true, message: words.signIn.missing }]}><Select showSearch optionFilterProp="label" options={providers.map(({ id, name: label }) => ({ value: id, label }))} /></Form.Item>
          <Reason label={words.fields.reason} />
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

import { Button, Card, Empty, Form, Input, InputNumber, Modal, Space, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { Download } from "../download";
import { graphql } from "../gql";
import { MarkingStageNames, SelectionDimensionNames } from "../gql/enum-names";
import type { MarkingsQuery, SelectionDimension } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { useNames, useWords } from "../language";
import { usePlaces } from "../places";
import { Reason } from "./selection";

const MARKINGS = graphql(`
  query Markings($year: Int!, $markingsAfter: String) {
    markings(year: $year, first: 50, after: $markingsAfter) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id number stage digest
        application {
          number staff statement
          industries { code name nameInEnglish }
          staffByIndustry { industry { code } people }
          documents { dimension sha256 }
          record { confirmed issued commentsAdopted }
        }
        mark { total }
      }
    }
  }
`);
const SEAL = graphql(`
  mutation SealMark($marking: ID!, $dimensions: [DimensionMarkInput!]!, $industries: [IndustryMarkInput!]!) {
    sealMark(input: { marking: $marking, dimensions: $dimensions, industries: $industries }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const STAND_BACK = graphql(`
  mutation DeclareConflict($marking: ID!, $reason: String!) {
    declareConflict(input: { marking: $marking, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

type Marking = MarkingsQuery["markings"]["nodes"][number];
type Weights = readonly { dimension: SelectionDimension; points: number }[];

/** What a marker has to mark: numbers, never names; each mark is sealed as it is sent. */
export function Markings({ year, weights }: { year: number; weights: Weights }) {
  const place = usePlaces();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const answer = useAsk(MARKINGS, { year });
  const [marked, setMarked] = useState<Marking>();
  const [backing, setBacking] = useState<Marking>();
  const w = words.selection;
  const most = weights.find((one) => one.dimension === "INDUSTRY_EXPERIENCE")?.points ?? 0;

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) {
      setMarked(undefined);
      setBacking(undefined);
    }
    answer.again();
  }

  return (
    <Shown answer={answer}>
      {({ markings }) => (
        <>
          {markings.nodes.length === 0 && <Empty description={w.nothingToMark} />}
          {markings.nodes.map((one) => (
            <Card
              key={one.id}
              size="small"
              style={{ marginBottom: 16 }}
              title={w.numbered(one.number)}
              extra={<Tag>{name(MarkingStageNames, one.stage)}{one.mark && ` ${w.points(one.mark.total)}`}</Tag>}
              actions={["ASSIGNED", "SEALED"].includes(one.stage) && one.application ? [
                <Button key="mark" type="link" onClick={() => setMarked(one)}>{w.mark}</Button>,
                <Button key="back" type="link" danger onClick={() => setBacking(one)}>{w.standBack}</Button>,
              ] : undefined}
            >
              {one.application && (
                <>
                  <p>{w.industries}{words.colon}{one.application.staffByIndustry.map((of) => `${of.industry.code}${words.aside(w.people(of.people))}`).join(words.comma)}；{w.staff} {w.people(one.application.staff)}</p>
                  <p>{w.record}{words.colon}{w.recordText(one.application.record.confirmed, one.application.record.issued, one.application.record.commentsAdopted)}</p>
                  {one.application.statement && <p>{one.application.statement}</p>}
                  {one.application.documents.map((file) => <Download key={file.sha256} size="small" path={`/files/${file.sha256}`}>{name(SelectionDimensionNames, file.dimension)}</Download>)}
                </>
              )}
              {one.digest && <p className="clause">{w.sealed} <code className="wrap">{one.digest}</code></p>}
            </Card>
          ))}
          <Modal open={marked !== undefined} title={marked && w.numbered(marked.number)} onCancel={() => setMarked(undefined)} footer={null} destroyOnHidden width={640}>
            <p>{w.sealText}</p>
            <KeptForm
              about={`seal ${marked?.id ?? ""}`}
              layout="vertical"
              initialValues={{ dimensions: weights.map(({ dimension }) => ({ dimension })), industries: marked?.application?.industries.map(({ code }) => ({ industry: code })) }}
              onFinish={(given: { dimensions: { dimension: SelectionDimension; points: number; reason: string }[]; industries?: { industry: string; points: number }[] }) =>
                marked && void done(send(SEAL, { marking: marked.id, dimensions: given.dimensions, industries: given.industries ?? [] }))
              }
            >
              <Form.List name="dimensions">
                {(fields) => fields.map((field, at) => (
                  <Space key={field.key} align="start" wrap>
                    <Form.Item name={[field.name, "dimension"]} hidden><Input /></Form.Item>
                    <Form.Item name={[field.name, "points"]} label={`${name(SelectionDimensionNames, weights[at]?.dimension)}（0–${weights[at]?.points ?? 0}）`} rules={[{ required: true, message: words.signIn.missing }]}><InputNumber min={0} max={weights[at]?.points} precision={0} style={{ width: 190 }} /></Form.Item>
                    <Form.Item name={[field.name, "reason"]} label={words.fields.reason} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={1} autoSize style={{ width: 340 }} /></Form.Item>
                  </Space>
                ))}
              </Form.List>
              <Form.List name="industries">
                {(fields) => fields.map((field, at) => (
                  <Space key={field.key} align="start">
                    <Form.Item name={[field.name, "industry"]} hidden><Input /></Form.Item>
                    <Form.Item name={[field.name, "points"]} label={`${w.industry} ${marked?.application?.industries[at]?.code ?? ""} ${place(marked?.application?.industries[at])}（0–${most}）`} rules={[{ required: true, message: words.signIn.missing }]}><InputNumber min={0} max={most} precision={0} /></Form.Item>
                  </Space>
                ))}
              </Form.List>
              <Button type="primary" htmlType="submit">{w.seal}</Button>
            </KeptForm>
          </Modal>
          <Modal open={backing !== undefined} title={w.standBack} onCancel={() => setBacking(undefined)} footer={null} destroyOnHidden>
            <KeptForm about={`stand back ${backing?.id ?? ""}`} layout="vertical" onFinish={({ reason }: { reason: string }) => backing && void done(send(STAND_BACK, { marking: backing.id, reason }))}>
              <Reason label={words.fields.reason} />
              <Button type="primary" htmlType="submit">{words.send}</Button>
            </KeptForm>
          </Modal>
        </>
      )}
    </Shown>
  );
}

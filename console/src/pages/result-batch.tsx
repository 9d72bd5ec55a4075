import { Alert, Button, Descriptions, Tag } from "antd";
import { useState } from "react";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { Download } from "../download";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { FindingSeverityNames, RowDecisionNames } from "../gql/enum-names";
import type { BatchShownQuery } from "../gql/graphql";
import { spoken, useNames, useSaid, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const BATCH = graphql(`
  query BatchShown($id: ID!, $city: Boolean!, $findingsAfter: String, $rowsAfter: String) {
    node(id: $id) {
      ... on ResultBatch {
        id sender model statedOn filename receivedAt waiting accepted rejected refusedRows toConfirm findingsPath
        findings(first: 100, after: $findingsAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { row column severity code says saysInEnglish } }
        rows(first: 100, after: $rowsAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { row enterprise edition number variant level score assessedOn validUntil decision reason asked @include(if: $city) } }
      }
    }
  }
`);
const NAMES = graphql(`query FirmsOfRows($ids: [ID!]!) { nodes(ids: $ids) { ... on Enterprise { id name } } }`);
const ACCEPT = graphql(`mutation AcceptBatchRows($batch: ID!, $rows: [Int!], $reason: String!) { acceptBatchRows(input: { batch: $batch, rows: $rows, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REJECT = graphql(`mutation RejectBatchRows($batch: ID!, $rows: [Int!], $reason: String!) { rejectBatchRows(input: { batch: $batch, rows: $rows, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    back: "返回批次列表", gone: "没有此批次，或不在您的范围内。", findings: "校验结果", noFindings: "校验没有发现问题。", column: "列", row: "行", whole: "全表", severity: "轻重", says: "说明", annotated: "下载批注文件", rows: "待裁定与已裁定的行", noRows: "没有可裁定的行，请按校验结果修改文件后以同一编号再次报送。", first: (shown: number, all: number) => `列出前 ${shown} 项，共 ${all} 项；其余见批注文件。`,
    accept: (count: number) => (count ? `接受所选 ${count} 行` : "接受无须核对的行"), reject: (count: number) => (count ? `退回所选 ${count} 行` : "退回全部待裁定的行"), why: "裁定理由", result: "等级", number: "证书编号", on: "评估日期", until: "有效期至", decision: "裁定", look: "须核对", stated: "报送口径日", received: "收到时间", counts: "行数",
    counted: (waiting: number, accepted: number, rejected: number, refused: number) => `待裁定 ${waiting}，已接受 ${accepted}，已退回 ${rejected}，未读取 ${refused}`,
  },
  {
    back: "Back to the batches", gone: "There is no such batch within what you see.", findings: "Findings", noFindings: "The check found nothing.", column: "Column", row: "Row", whole: "whole file", severity: "Severity", says: "What is wrong", annotated: "Download it with notes", rows: "Rows", noRows: "There is no row to decide; mend the file by its findings and send it again under the same name.", first: (shown: number, all: number) => `The first ${shown} of ${all}; the rest is in the file with notes.`,
    accept: (count: number) => (count ? `Accept ${count} chosen rows` : "Accept rows with nothing to look at"), reject: (count: number) => (count ? `Reject ${count} chosen rows` : "Reject all that wait"), why: "Why", result: "Level", number: "Number", on: "Assessed on", until: "Valid until", decision: "Decision", look: "look at it", stated: "As of", received: "Received", counts: "Rows",
    counted: (waiting: number, accepted: number, rejected: number, refused: number) => `${waiting} waiting, ${accepted} accepted, ${rejected} rejected, ${refused} not read`,
  },
);
type Batch = Extract<NonNullable<BatchShownQuery["node"]>, { filename: string }>;

/** One batch: what its check found, and its rows, which the city accepts or rejects with the reason. */
export function ResultBatch({ id, back }: { id: string; back: () => void }) {
  const texts = useTexts();
  const { viewer } = useViewer();
  const answer = useAsk(BATCH, { id, city: ["CITY", "AUDITOR"].includes(viewer.role) });
  return (
    <>
      <Button onClick={back} style={{ marginBottom: 12 }}>{texts.back}</Button>
      <Shown answer={answer}>{({ node }) => (node && "filename" in node ? <Whole batch={node as Batch} again={answer.again} /> : <Alert type="info" title={texts.gone} />)}</Shown>
    </>
  );
}

function Whole({ batch, again }: { batch: Batch; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const said = useSaid();
  const send = useSend();
  const { viewer } = useViewer();
  const [chosen, setChosen] = useState<number[]>([]);
  const rows = batch.rows?.nodes ?? [];
  const names = useAsk(NAMES, { ids: [...new Set(rows.map((one) => one.enterprise))] }, !rows.length);
  const firms = new Map((names.data?.nodes ?? []).flatMap((one) => (one && "name" in one ? [[one.id, one.name] as const] : [])));
  const decides = viewer.role === "CITY" && batch.waiting > 0;
  const done = () => { setChosen([]); again(); };
  const why = [{ name: "reason", label: texts.why, kind: "rows" as const }];
  const { findings } = batch;
  return (
    <>
      <h2>{batch.filename}</h2>
      <Descriptions size="small" bordered column={{ xs: 1, md: 3 }} items={[
        { key: 1, label: texts.stated, children: batch.statedOn },
        { key: 2, label: texts.received, children: shanghai(batch.receivedAt) },
        { key: 3, label: texts.counts, children: texts.counted(batch.waiting, batch.accepted, batch.rejected, batch.refusedRows) },
      ]} />
      <h2>{texts.rows}</h2>
      {decides && (
        <div className="bar">
          <Acts about={batch.id} key={chosen.join()} done={done} acts={[
            { label: texts.accept(chosen.length), primary: true, fields: why, send: (given: { reason: string }) => send(ACCEPT, { batch: batch.id, rows: chosen.length ? chosen : null, ...given }) },
            { label: texts.reject(chosen.length), danger: true, fields: why, send: (given: { reason: string }) => send(REJECT, { batch: batch.id, rows: chosen.length ? chosen : null, ...given }) },
          ]} />
        </div>
      )}
      {rows.length ? (
        <SheetTable
          rowKey="row"
          caption={texts.rows}
          dataSource={rows}
          rowSelection={decides ? { selectedRowKeys: chosen, onChange: (keys) => setChosen(keys.map(Number)), getCheckboxProps: (one) => ({ disabled: one.decision !== "WAITING", "aria-label": `${texts.row} ${one.row}` } as object), columnTitle: <span className="nowrap">{texts.decision}</span> } : undefined}
          columns={[
            { title: texts.row, dataIndex: "row", align: "right" },
            { title: words.fields.enterprise, render: (_, one) => firms.get(one.enterprise) ?? "—" },
            { title: texts.result, render: (_, one) => <>{one.level}{one.variant && words.aside(one.variant)} {one.score !== null && decimal(one.score)}</> },
            { title: texts.number, render: (_, one) => one.number ?? "—" },
            { title: texts.on, render: (_, one) => <span className="nowrap">{one.assessedOn}</span> },
            { title: texts.until, render: (_, one) => <span className="nowrap">{one.validUntil ?? "—"}</span> },
            { title: texts.decision, render: (_, one) => <><Tag>{name(RowDecisionNames, one.decision)}</Tag>{!!one.asked?.length && one.decision === "WAITING" && <Tag color="#874d00">{texts.look}</Tag>}{one.reason}</> },
          ]}
        />
      ) : <p>{texts.noRows}</p>}
      {(batch.rows?.totalCount ?? 0) > rows.length && <p className="clause">{texts.first(rows.length, batch.rows?.totalCount ?? 0)}</p>}
      <h2>{texts.findings}</h2>
      {findings.nodes.length ? (
        <>
          <div className="bar"><Download path={batch.findingsPath}>{texts.annotated}</Download></div>
          <SheetTable rowKey={(one) => `${one.row}-${one.column}-${one.code}`} caption={texts.findings} dataSource={findings.nodes} columns={[
            { title: texts.row, align: "right", render: (_, one) => one.row || texts.whole },
            { title: texts.column, dataIndex: "column" },
            { title: texts.severity, render: (_, one) => <Tag>{name(FindingSeverityNames, one.severity)}</Tag> },
            { title: texts.says, render: (_, one) => said(one.says, one.saysInEnglish) },
          ]} />
          {(findings.totalCount ?? 0) > findings.nodes.length && <p className="clause">{texts.first(findings.nodes.length, findings.totalCount ?? 0)}</p>}
        </>
      ) : <p>{texts.noFindings}</p>}
    </>
  );
}

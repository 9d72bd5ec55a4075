import { Button, Checkbox, Empty, Form, Input, InputNumber, Popconfirm, Select, Space, Statistic, Tag, Upload } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { Shown, useAsk, useSend } from "../ask";
import { Download } from "../download";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { FindingSeverityNames } from "../gql/enum-names";
import type { RosterReportQuery } from "../gql/graphql";
import { useNames, useSaid, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { usePut } from "../uploads";

const IMPORTS = graphql(`
  query RosterImports($atLeast: String, $rosterImportsAfter: String) {
    rosterImports(first: 50, after: $rosterImportsAfter, atLeast: $atLeast) { pageInfo { hasNextPage endCursor } edges { cursor node { id year filename at } } }
  }
`);
const REPORT = graphql(`
  query RosterReport($after: String, $atLeast: String, $findingsAfter: String, $leftOutAfter: String) {
    rosterImports(first: 1, after: $after, atLeast: $atLeast) {
      nodes {
        id year digest blocked registered revised unchanged refusedRows findingsKeptUntil findingsPath
        findings(first: 100, after: $findingsAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { row column severity code says saysInEnglish } }
        leftOut(first: 100, after: $leftOutAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { enterprise uscc name } }
      }
    }
  }
`);
const TICKET = graphql(`
  mutation RosterTicket($filename: String!) {
    requestUpload(input: { kind: ROSTER, filename: $filename }) { ticket { url } userErrors { code clause field bound message messageInEnglish } }
  }
`);
const IMPORT = graphql(`
  mutation ImportRoster($year: Int!, $sha256: String!, $acceptPartial: Boolean!, $confirmed: [ConfirmedFindingInput!]!) {
    importRoster(input: { year: $year, sha256: $sha256, acceptPartial: $acceptPartial, confirmed: $confirmed }) {
      rosterImport { id }
      position
      userErrors { code clause field bound message messageInEnglish }
    }
  }
`);
const TAKE_OFF = graphql(`
  mutation TakeOffRoster($year: Int!, $enterprise: ID!, $reason: String!) {
    takeOffRoster(input: { year: $year, enterprise: $enterprise, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

type Report = RosterReportQuery["rosterImports"]["nodes"][number];
type Finding = Report["findings"]["nodes"][number];
/** Dark enough for white letters, in both themes. */
const COLOURS: Record<string, string> = { REFUSED: "#a8071a", CONFIRM: "#874d00", CONFIRMED: "#135200", WARNED: "#595959" };

/** Rosters of firms: a file is sent, what is found in its cells is shown, confirmed or mended, and sent again. */
export function Rosters() {
  const words = useWords();
  const send = useSend();
  const put = usePut();
  const [year, setYear] = useState(new Date().getFullYear());
  const [partial, setPartial] = useState(false);
  const [busy, setBusy] = useState(false);
  const [sought, seek] = useSearchParams();
  const [atLeast, setAtLeast] = useState<string>();
  const answer = useAsk(IMPORTS, { atLeast: atLeast ?? null });
  const w = words.rosters;
  const importing = useViewer().viewer.role !== "AUDITOR";

  async function bring(of: { year: number; sha256: string }, acceptPartial: boolean, confirmed: { row: number; code: string }[]) {
    setBusy(true);
    const { data } = await send(IMPORT, { ...of, acceptPartial, confirmed });
    const done = data?.importRoster;
    if (done?.rosterImport) seek({ report: done.rosterImport.id });
    if (done?.position) setAtLeast(done.position);
    setBusy(false);
    answer.again();
  }

  async function take(file: File) {
    const asked = await send(TICKET, { filename: file.name });
    const sha256 = await put(asked.data?.requestUpload.ticket?.url, file);
    if (sha256) await bring({ year, sha256 }, partial, []);
  }

  return (
    <>
      <h1>{w.title}</h1>
      {importing && <div className="bar">
        <label>{words.fields.year} <InputNumber min={2023} max={2100} value={year} onChange={(value) => value && setYear(value)} /></label>
        <Checkbox checked={partial} onChange={(event) => setPartial(event.target.checked)}>{w.partial}</Checkbox>
        <Download path="/rosters/template.xlsx">{w.template}</Download>
      </div>}
      {importing && <Upload.Dragger accept=".xlsx,.csv" showUploadList={false} disabled={busy} customRequest={({ file }) => void take(file as File)} style={{ marginBottom: 24 }}>
        <p>{busy ? words.loading : w.drop}</p>
      </Upload.Dragger>}
      <Shown answer={answer}>
        {({ rosterImports }) => {
          const edges = rosterImports.edges;
          const at = Math.max(0, edges.findIndex((one) => one.node.id === sought.get("report")));
          const shown = edges[at];
          if (!shown) return <Empty description={w.none} />;
          return (
            <>
              <Select
                aria-label={w.reports}
                value={shown.node.id}
                onChange={(report) => seek({ report })}
                options={edges.map(({ node }) => ({ value: node.id, label: `${node.year} ${node.filename}${words.aside(shanghai(node.at))}` }))}
                style={{ minWidth: 320, maxWidth: "100%", marginBottom: 16 }}
              />
              <Found key={shown.node.id} importing={importing} after={edges[at - 1]?.cursor} atLeast={atLeast} busy={busy} bring={bring} />
            </>
          );
        }}
      </Shown>
    </>
  );
}

interface Given {
  importing: boolean;
  busy: boolean;
  bring: (of: { year: number; sha256: string }, partial: boolean, confirmed: { row: number; code: string }[]) => Promise<void>;
}

/** The report that stands after a cursor in the list: it alone is read with all that it holds. */
function Found({ after, atLeast, ...given }: Given & { after: string | undefined; atLeast: string | undefined }) {
  const answer = useAsk(REPORT, { after: after ?? null, atLeast: atLeast ?? null });
  return <Shown answer={answer}>{({ rosterImports }) => rosterImports.nodes.map((one) => <Findings key={one.id} report={one} again={answer.again} {...given} />)}</Shown>;
}

function Findings({ importing, report, busy, bring, again }: Given & { report: Report; again: () => void }) {
  const words = useWords();
  const name = useNames();
  const said = useSaid();
  const send = useSend();
  const [chosen, setChosen] = useState<string[]>([]);
  const [reason, setReason] = useState("");
  const w = words.rosters;
  const key = (one: { row: number; code: string }) => `${one.row} ${one.code}`;
  const confirming = importing && report.findings.nodes.some((one) => one.severity === "CONFIRM");
  const confirmed = report.findings.nodes.filter((one) => one.severity === "CONFIRM" && chosen.includes(key(one))).map(({ row, code }) => ({ row, code }));

  async function takeOff(enterprise: string) {
    const { errors } = await send(TAKE_OFF, { year: report.year, enterprise, reason });
    if (!errors.length) setReason("");
    again();
  }

  return (
    <>
      <Space size="large" wrap style={{ marginBottom: 16 }}>
        <Tag color={report.blocked ? "#a8071a" : "#135200"}>{report.blocked ? w.blocked : w.taken}</Tag>
        <Statistic title={w.registered} value={report.registered} />
        <Statistic title={w.revised} value={report.revised} />
        <Statistic title={w.unchanged} value={report.unchanged} />
        <Statistic title={w.refused} value={report.refusedRows} />
        {(report.findings.totalCount ?? 0) > 0 && (
          <Download path={report.findingsPath}>{w.annotated}</Download>
        )}
      </Space>
      {report.refusedRows > 0 && !report.findings.nodes.length && <p>{report.findingsKeptUntil ? w.gone(report.findingsKeptUntil) : w.notListed}</p>}
      {report.findings.nodes.length > 0 && (
        <>
          <SheetTable
            caption={w.findings}
            rowKey={(one) => `${key(one)} ${one.column}`}
            dataSource={report.findings.nodes}
            columns={[
              ...(confirming ? [{
                title: w.confirm,
                render: (_: unknown, one: Finding) =>
                  one.severity === "CONFIRM" && (
                    <Checkbox
                      aria-label={`${w.confirm} ${one.row} ${one.column}`}
                      checked={chosen.includes(key(one))}
                      onChange={(event) => setChosen((before) => (event.target.checked ? [...before, key(one)] : before.filter((other) => other !== key(one))))}
                    />
                  ),
              }] : []),
              { title: w.row, align: "right", render: (_, one) => one.row || w.whole },
              { title: w.column, dataIndex: "column" },
              { title: w.severity, render: (_, one) => <Tag color={COLOURS[one.severity]}>{name(FindingSeverityNames, one.severity)}</Tag> },
              { title: w.says, render: (_, one) => <div style={{ maxWidth: 560, whiteSpace: "normal" }}>{said(one.says, one.saysInEnglish)}</div> },
            ]}
          />
          {(report.findings.totalCount ?? 0) > report.findings.nodes.length && <p className="clause">{w.more(report.findings.totalCount ?? 0)}</p>}
          {confirming && <Button
            type="primary"
            loading={busy}
            disabled={!confirmed.length}
            style={{ margin: "12px 0 24px" }}
            onClick={() => void bring({ year: report.year, sha256: report.digest }, false, confirmed)}
          >
            {w.again(confirmed.length)}
          </Button>}
        </>
      )}
      {report.leftOut.nodes.length > 0 && (
        <>
          <h2>{w.leftOut(report.leftOut.totalCount ?? 0)}</h2>
          <SheetTable caption={w.leftOut(report.leftOut.totalCount ?? 0)} rowKey="enterprise" dataSource={report.leftOut.nodes} columns={[
            { title: words.fields.enterprise, dataIndex: "name" },
            { title: words.fields.uscc, dataIndex: "uscc" },
            ...(importing ? [{ key: "acts", render: (_: unknown, one: { enterprise: string }) => (
              <Popconfirm
                title={w.takeOff}
                description={<Form.Item label={words.fields.reason} style={{ margin: 0 }}><Input value={reason} onChange={(event) => setReason(event.target.value)} /></Form.Item>}
                onConfirm={() => void takeOff(one.enterprise)}
              >
                <Button size="small">{w.takeOff}</Button>
              </Popconfirm>
            ) }] : []),
          ]} />
        </>
      )}
    </>
  );
}

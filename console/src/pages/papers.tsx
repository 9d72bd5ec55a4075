import { Alert, Button, Card, Descriptions, Form, Input, InputNumber, Modal, Popconfirm, Select, Space, Tag } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import { opening } from "../api";
import { Shown, useAsk, useSend } from "../ask";
import { Download } from "../download";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { PaperFormatNames, PaperKindNames, PaperStatusNames, PaperTableNameNames } from "../gql/enum-names";
import type { PaperKind, PapersQuery } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetList } from "../sheet-list";
import { SheetTable } from "../sheet-table";

const PAPERS = graphql(`
  query Papers($year: Int, $city: Boolean!, $papersAfter: String) {
    papers(year: $year, first: 20, after: $papersAfter) {
      pageInfo { hasNextPage endCursor }
      totalCount
      nodes { kind year edition status changedAt corrects reason cutOff method inputDigest dictionary version @include(if: $city) files { format path sha256 } tables { table path sha256 } }
    }
  }
`);
const REQUEST = graphql(`mutation RequestPaper($kind: PaperKind!, $year: Int!, $reason: String) { requestPaper(input: { kind: $kind, year: $year, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const PUBLISH = graphql(`mutation PublishPaper($kind: PaperKind!, $year: Int!, $version: Int) { publishPaper(input: { kind: $kind, year: $year, expectedVersion: $version }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    note: "公布的刊物不再改动，如有错误另出一版并写明理由；数字少于保护下限的不公开。", none: "尚未公布刊物。", title: (kind: string, year: number, edition: number) => `${year} 年${kind}（第 ${edition} 版）`, request: "申请编制", year: "年度", kind: "类别", reason: "更正理由", reasonHelp: "更正已公布的一版时填写", publish: "公布", publishText: "公布后所有人可读，且不再改动。", waiting: "正在编制。", draft: "草稿仅市级可见。",
    corrects: (edition: number, why: string) => `更正第 ${edition} 版：${why}`, cutOff: "数据截至", published: "公布时间", method: "方法", digest: "输入摘要", files: "文件", tables: "数据表", table: "数据表", sha: "文件摘要", dictionary: "数据字典", download: "下载", read: "在线阅读", latest: (shown: number, all: number) => `共 ${all} 版，列出最近 ${shown} 版；按年度可查更早的。`,
  },
  {
    note: "What is published never changes: a mistake is corrected by a further edition that says why; numbers of too few firms are withheld.", none: "Nothing has been published.", title: (kind: string, year: number, edition: number) => `${kind} ${year}, edition ${edition}`, request: "Ask for a paper", year: "Year", kind: "Kind", reason: "What is corrected", reasonHelp: "When a published edition is corrected", publish: "Publish", publishText: "Everyone can read it then, and it never changes.", waiting: "It is being computed.", draft: "Drafts are the city's alone.",
    corrects: (edition: number, why: string) => `Corrects edition ${edition}: ${why}`, cutOff: "As of", published: "Published", method: "Method", digest: "Digest of the input", files: "Files", tables: "Tables", table: "Table", sha: "Digest of the file", dictionary: "Data dictionary", download: "Download", read: "Read online", latest: (shown: number, all: number) => `The latest ${shown} of ${all}; earlier ones by their year.`,
  },
);
type Paper = PapersQuery["papers"]["nodes"][number];

/** White papers, briefs and their open tables, for everyone; the city asks for them, looks at the draft and publishes. */
export function Papers() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const city = viewer.role === "CITY";
  const [asking, setAsking] = useState(false);
  const [year, setYear] = useState<number | null>(null);
  const answer = useAsk(PAPERS, { year, city });
  async function request({ reason, ...given }: { kind: PaperKind; year: number; reason?: string }) {
    const { data, errors } = await send(REQUEST, { ...given, reason: reason || null });
    if (!data || errors.length) return;
    setAsking(false);
    answer.again();
  }
  return (
    <>
      <h1>{words.nav.papers}</h1>
      <p className="clause">{texts.note}</p>
      <div className="bar">
        <InputNumber aria-label={texts.year} placeholder={texts.year} value={year} onChange={setYear} changeOnWheel={false} style={{ width: 120 }} />
        {city && <Button type="primary" onClick={() => setAsking(true)}>{texts.request}</Button>}
      </div>
      <Shown answer={answer}>
        {({ papers }) => (
          <>
            {(papers.totalCount ?? 0) > papers.nodes.length && <p className="clause">{texts.latest(papers.nodes.length, papers.totalCount ?? 0)}</p>}
            <SheetList
              rows={papers.nodes}
              rowKey={(one) => `${one.kind}${one.year}-${one.edition}`}
              caption={words.nav.papers}
              empty={texts.none}
              columns={[
                { title: texts.year, text: (one) => String(one.year) },
                { title: texts.kind, text: (one) => texts.title(name(PaperKindNames, one.kind), one.year, one.edition) },
                { title: words.fields.status, text: (one) => name(PaperStatusNames, one.status) },
                { title: texts.published, text: (one) => shanghai(one.changedAt) },
              ]}
              render={(one) => <PaperCard paper={one} city={city} again={answer.again} />}
            />
          </>
        )}
      </Shown>
      <Modal open={asking} title={texts.request} onCancel={() => setAsking(false)} footer={null} destroyOnHidden>
        <KeptForm<{ kind: PaperKind; year: number; reason?: string }> about="paper" layout="vertical" initialValues={{ kind: "WHITE_PAPER", year: dayjs().year() - 1 }} onFinish={(given) => void request(given)}>
          <Form.Item name="kind" label={texts.kind}><Select options={Object.keys(PaperKindNames).map((value) => ({ value: value as PaperKind, label: name(PaperKindNames, value) }))} /></Form.Item>
          <Form.Item name="year" label={texts.year} rules={[{ required: true, message: words.signIn.missing }]}><InputNumber style={{ width: 140 }} /></Form.Item>
          <Form.Item name="reason" label={texts.reason} extra={texts.reasonHelp}><Input.TextArea rows={2} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

function PaperCard({ paper, city, again }: { paper: Paper; city: boolean; again: () => void }) {
  const texts = useTexts();
  const name = useNames();
  const send = useSend();
  const title = texts.title(name(PaperKindNames, paper.kind), paper.year, paper.edition);
  return (
    <Card style={{ marginBottom: 16 }} title={<span style={{ whiteSpace: "normal" }}>{title}</span>} extra={<Tag>{name(PaperStatusNames, paper.status)}</Tag>}>
      {paper.corrects !== null && paper.reason && <Alert type="info" title={texts.corrects(paper.corrects, paper.reason)} style={{ marginBottom: 12 }} />}
      {paper.status === "REQUESTED" && <p>{texts.waiting}</p>}
      {paper.status === "DRAFTED" && <p>{texts.draft}</p>}
      {paper.cutOff && (
        <Descriptions size="small" column={{ xs: 1, md: 2 }} items={[
          { key: 1, label: texts.cutOff, children: paper.cutOff },
          { key: 2, label: texts.published, children: paper.status === "PUBLISHED" ? shanghai(paper.changedAt) : "—" },
          { key: 3, label: texts.method, children: paper.method },
          { key: 4, label: texts.digest, children: <code style={{ overflowWrap: "anywhere" }}>{paper.inputDigest}</code> },
        ]} />
      )}
      <Space wrap style={{ margin: "8px 0" }}>
        {paper.files.map((one) => (one.format === "HTML" && paper.status === "PUBLISHED" ? <Button key={one.format} href={opening(one.path)} target="_blank" rel="noopener">{texts.read}</Button> : <Download key={one.format} path={one.path}>{texts.download} {name(PaperFormatNames, one.format)}</Download>))}
        {paper.tables.length > 0 && <Download path={paper.dictionary}>{texts.dictionary}</Download>}
        {city && paper.status === "DRAFTED" && <Popconfirm title={texts.publishText} onConfirm={() => void send(PUBLISH, { kind: paper.kind, year: paper.year, version: paper.version ?? null }).then(again)}><Button type="primary">{texts.publish}</Button></Popconfirm>}
      </Space>
      {paper.tables.length > 0 && (
        <SheetTable
          rowKey="table"
          caption={`${title} ${texts.tables}`}
          dataSource={paper.tables}
          columns={[
            { title: texts.table, render: (_, one) => <Download type="link" style={{ padding: 0 }} path={one.path}>{name(PaperTableNameNames, one.table)}</Download> },
            { title: texts.sha, render: (_, one) => <code>{one.sha256.slice(0, 16)}…</code> },
          ]}
        />
      )}
    </Card>
  );
}

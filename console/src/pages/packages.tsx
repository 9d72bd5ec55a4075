import { Card, Descriptions, Space, Tag } from "antd";

import { Acts, useOptions } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { Download } from "../download";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { CounterpartNames, PackageClassificationNames, PackageGranularityNames, PackageStatusNames } from "../gql/enum-names";
import type { Counterpart, PackageClassification, PackageGranularity, PackagesQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedList, usePaging } from "../paged";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const PACKAGES = graphql(`
  query Packages($first: Int, $after: String, $last: Int, $before: String) {
    packages(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id status requestedAt counterpart recipient purpose classification granularity edition externalEdition results sha256 size path signaturePath handedOverOn receipt files { name sha256 size count } }
    }
  }
`);
const CHOICES = graphql(`query PackageChoices($crosswalksAfter: String) { editions { key title } crosswalks(first: 50, after: $crosswalksAfter) { pageInfo { hasNextPage endCursor } nodes { edition externalEdition title version } } }`);
const REQUEST = graphql(`
  mutation RequestPackage($counterpart: Counterpart!, $recipient: String!, $purpose: String!, $classification: PackageClassification!, $granularity: PackageGranularity!, $edition: ID!, $externalEdition: ID) {
    requestPackage(input: { counterpart: $counterpart, recipient: $recipient, purpose: $purpose, classification: $classification, granularity: $granularity, edition: $edition, externalEdition: $externalEdition }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const HAND_OVER = graphql(`mutation HandOverPackage($package: ID!, $handedOverOn: Date!, $receipt: String!) { handOverPackage(input: { package: $package, handedOverOn: $handedOverOn, receipt: $receipt }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    note: "数据包固定在日志的一个位置上，含清单与散列；移交后登记接收回执。", request: "申请制作", requestText: "由程序制作，完成后可下载；只含已出具的结果。", none: "尚无数据包。申请制作后，由程序生成并列在此处。", making: "正在制作。", counterpart: "对接平台", recipient: "接收单位", purpose: "用途", classification: "数据分级", granularity: "数据粒度", edition: "标准版本", crosswalk: "所附对照", none2: "不附", asked: "申请时间", results: "企业结果数", digest: "数据包散列", bytes: (size: string) => `${size} 字节`,
    download: "下载数据包", signature: "下载签名", handOver: "登记移交", day: "移交日", receipt: "接收回执", receiptHelp: "接收方回执的编号或内容", handed: (day: string) => `${day} 移交`, files: "包内文件", file: "文件", count: "条数", sha: "散列",
  },
  {
    note: "A package is fixed at one place of the journal, with its list and digests; once handed over, the receipt is recorded.", request: "Ask for a package", requestText: "The program makes it of issued results; it is downloaded then.", none: "There is no package. Ask for one; the program makes it.", making: "It is being made.", counterpart: "Platform", recipient: "Recipient", purpose: "Purpose", classification: "Classification", granularity: "Granularity", edition: "Edition", crosswalk: "With the crosswalk", none2: "none", asked: "Asked for", results: "Results of firms", digest: "Digest", bytes: (size: string) => `${size} bytes`,
    download: "Download", signature: "Download the signature", handOver: "Record the handing over", day: "Handed over on", receipt: "Receipt", receiptHelp: "Its number or words", handed: (day: string) => `Handed over on ${day}`, files: "Files", file: "File", count: "Entries", sha: "Digest",
  },
);
type Package = PackagesQuery["packages"]["nodes"][number];
type Given = { counterpart: Counterpart; recipient: string; purpose: string; classification: PackageClassification; granularity: PackageGranularity; edition: string; externalEdition: string | null };

/** Packages of issued results for other bodies' platforms: asked for, made, downloaded, handed over with a receipt. */
export function Packages() {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const options = useOptions();
  const city = useViewer().viewer.role === "CITY";
  const name = useNames();
  const paging = usePaging("packages", 10, 20);
  const answer = useAsk(PACKAGES, paging.paging);
  const choices = useAsk(CHOICES, {}, !city).data;
  const editions = choices?.editions ?? [];
  return (
    <>
      <h1>{words.nav.packages}</h1>
      <p className="clause">{texts.note}</p>
      <div className="bar"><Acts about="packages" done={answer.again} acts={[city && {
        label: texts.request,
        primary: true,
        says: texts.requestText,
        fields: [
          { name: "counterpart", label: texts.counterpart, kind: "one", options: options(CounterpartNames) },
          { name: "recipient", label: texts.recipient },
          { name: "purpose", label: texts.purpose },
          { name: "classification", label: texts.classification, kind: "one", options: options(PackageClassificationNames) },
          { name: "granularity", label: texts.granularity, kind: "one", options: options(PackageGranularityNames) },
          { name: "edition", label: texts.edition, kind: "one", options: editions.map((one) => ({ value: one.key, label: one.title })), initial: editions.length === 1 ? editions[0]?.key : undefined },
          { name: "externalEdition", label: texts.crosswalk, kind: "one", may: true, options: (choices?.crosswalks.nodes ?? []).filter((one) => one.version > 0).map((one) => ({ value: one.externalEdition, label: one.title })) },
        ],
        send: (given: Given) => send(REQUEST, given),
      }]} /></div>
      <Shown answer={answer}>
        {({ packages }) => (
          <PagedList
            connection={packages}
            paging={paging}
            rowKey={(one) => one.id}
            caption={words.nav.packages}
            empty={texts.none}
            columns={[
              { title: texts.counterpart, text: (one) => name(CounterpartNames, one.counterpart) },
              { title: words.fields.status, text: (one) => name(PackageStatusNames, one.status) },
              { title: texts.recipient, text: (one) => one.recipient },
              { title: texts.asked, text: (one) => shanghai(one.requestedAt) },
              { title: texts.results, text: (one) => decimal(one.results) },
            ]}
            render={(one) => <OnePackage of={one} city={city} again={answer.again} />}
          />
        )}
      </Shown>
    </>
  );
}

function OnePackage({ of, city, again }: { of: Package; city: boolean; again: () => void }) {
  const texts = useTexts();
  const name = useNames();
  const send = useSend();
  return (
    <Card style={{ marginBottom: 16 }} title={<span style={{ whiteSpace: "normal" }}>{name(CounterpartNames, of.counterpart)}</span>} extra={<Tag>{name(PackageStatusNames, of.status)}</Tag>}>
      {of.status === "REQUESTED" && <p>{texts.making}</p>}
      <Descriptions size="small" column={{ xs: 1, md: 2 }} items={[
        { key: 1, label: texts.recipient, children: of.recipient },
        { key: 2, label: texts.purpose, children: of.purpose },
        { key: 3, label: texts.classification, children: name(PackageClassificationNames, of.classification) },
        { key: 4, label: texts.granularity, children: name(PackageGranularityNames, of.granularity) },
        { key: 5, label: texts.edition, children: of.edition.replace(/^edition\//, "") },
        { key: 6, label: texts.crosswalk, children: of.externalEdition ?? texts.none2 },
        { key: 7, label: texts.asked, children: shanghai(of.requestedAt) },
        ...(of.results === null ? [] : [{ key: 8, label: texts.results, children: of.results }]),
        ...(of.sha256 ? [{ key: 9, label: texts.digest, children: <div><code style={{ overflowWrap: "anywhere" }}>{of.sha256}</code><div className="clause">{texts.bytes(decimal(of.size))}</div></div> }] : []),
        ...(of.handedOverOn ? [{ key: 10, label: texts.receipt, children: `${texts.handed(of.handedOverOn)} · ${of.receipt ?? ""}` }] : []),
      ]} />
      <Space wrap style={{ margin: "8px 0" }}>
        {of.path && <Download path={of.path}>{texts.download}</Download>}
        {of.signaturePath && <Download path={of.signaturePath}>{texts.signature}</Download>}
        <Acts about={of.id} done={again} acts={[city && of.status === "MADE" && { label: texts.handOver, primary: true, fields: [{ name: "handedOverOn", label: texts.day, kind: "day" }, { name: "receipt", label: texts.receipt, help: texts.receiptHelp }], send: (given: { handedOverOn: string; receipt: string }) => send(HAND_OVER, { package: of.id, ...given }) }]} />
      </Space>
      {of.files.length > 0 && (
        <SheetTable rowKey="name" caption={texts.files} dataSource={of.files} columns={[
          { title: texts.file, dataIndex: "name" },
          { title: texts.count, align: "right", render: (_, one) => decimal(one.count) },
          { title: texts.sha, render: (_, one) => <code>{one.sha256.slice(0, 16)}…</code> },
        ]} />
      )}
    </Card>
  );
}

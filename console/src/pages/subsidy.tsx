import { App, Button, Descriptions, Empty, Space, Steps, Tag } from "antd";

import { Shown, useAsk, useSend } from "../ask";
import { Download } from "../download";
import { decimal } from "../format";
import { graphql } from "../gql";
import { SubsidyStatusNames, SubsidyStepNames, TierNames } from "../gql/enum-names";
import type { SubsidyStatus } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const SUBSIDY = graphql(`
  query Subsidy($year: Int!, $office: Boolean!, $leftOutAfter: String, $byDistrictsAfter: String, $providersAfter: String) {
    subsidyWaitsFor(year: $year)
    subsidy(year: $year) {
      year status version method ruleSince rating ratio
      due @include(if: $office) paid @include(if: $office) inputDigest @include(if: $office)
      leftOut(first: 50, after: $leftOutAfter) @include(if: $office) { pageInfo { hasNextPage endCursor } nodes { diagnosis provider cause } }
      byDistricts(first: 50, after: $byDistrictsAfter) { pageInfo { hasNextPage endCursor } nodes { diagnosis district amount source } }
      providers(first: 100, after: $providersAfter) { pageInfo { hasNextPage endCursor } nodes { tier coefficient jobs worth due paid takenBack provider { id name } } }
    }
  }
`);
const COMPUTE = graphql(`mutation ComputeSubsidy($year: Int!) { computeSubsidy(input: { year: $year }) { userErrors { code clause field bound message messageInEnglish } } }`);
const APPROVE = graphql(`
  mutation ApproveSubsidy($year: Int!, $inputDigest: String!, $version: Int) {
    approveSubsidy(input: { year: $year, inputDigest: $inputDigest, expectedVersion: $version }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    compute: "测算补贴", computeText: "按定案的评价与当年确认的任务测算，测算后可再次测算，直至批准。", approve: "批准", approveText: (digest: string) => `批准输入摘要为 ${digest}… 的测算结果。批准后不再更改。`, none: "该年度尚未测算补贴；评价定案之后由市级部门测算。", yuan: "元", tier: "档次", coefficient: "系数", jobs: "确认任务",
    worth: "应计金额", due: "应付金额", paid: "实付金额", back: "已追回", ratio: "兑付比例", method: "方法与规则", since: (day: string) => `${day} 起施行`, rating: "所依评价", digest: "输入摘要", leftOut: "未计任务", leftOutJob: "任务", cause: "原因", districts: "区级补贴", source: "依据", amount: "金额", dossier: "下载补贴卷宗", print: "打印", unrated: "未定档",
  },
  {
    compute: "Work out the subsidy", computeText: "From the final rating and the jobs confirmed in the year; it may be worked out again until it is approved.", approve: "Approve", approveText: (digest: string) => `Approve what came of the inputs with digest ${digest}…; it does not change any more.`, none: "Nothing is worked out for this year; the city does so once the rating is final.", yuan: "yuan", tier: "Tier", coefficient: "Factor", jobs: "Jobs",
    worth: "Worth", due: "Due", paid: "Paid", back: "Taken back", ratio: "Share paid", method: "Method and rule", since: (day: string) => `in force since ${day}`, rating: "Rests on rating", digest: "Digest of inputs", leftOut: "Jobs left out", leftOutJob: "Job", cause: "Why", districts: "Paid by districts", source: "By which notice", amount: "Amount", dossier: "Download the subsidy's dossier", print: "Print", unrated: "unrated",
  },
);
const STATES: SubsidyStatus[] = ["RECORDED", "COMPUTED", "APPROVED"];

/** Fen as yuan with separators; exact, for no digit is computed. */
export function yuan(fen: string | null | undefined): string {
  if (fen === null || fen === undefined) return "—";
  const [whole = "0"] = fen.split(".");
  const sign = whole.startsWith("-") ? "-" : "";
  const digits = whole.replace("-", "").padStart(3, "0");
  return `${sign}${decimal(`${digits.slice(0, -2)}.${digits.slice(-2)}`, 2)}`;
}

/** A year's subsidy: worked out from the final rating, approved as it was seen, each provider's line with its factor. */
export function Subsidy({ year }: { year: number }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { modal } = App.useApp();
  const { viewer } = useViewer();
  const office = ["CITY", "AUDITOR"].includes(viewer.role);
  const answer = useAsk(SUBSIDY, { year, office });
  const ask = (title: string, content: string, act: () => Promise<unknown>) => void modal.confirm({ title, content, onOk: async () => { await act(); answer.again(); } });
  const money = (fen: string | null | undefined) => <span className="nowrap">{yuan(fen)} {texts.yuan}</span>;
  return (
    <Shown answer={answer}>
      {({ subsidy, subsidyWaitsFor }) => (
        <>
          <Space wrap style={{ marginBottom: 16 }}>
            {viewer.role === "CITY" && subsidy?.status !== "APPROVED" && <Button onClick={() => ask(texts.compute, texts.computeText, () => send(COMPUTE, { year }))}>{texts.compute}</Button>}
            {viewer.role === "CITY" && subsidy?.status === "COMPUTED" && subsidy.inputDigest && (
              <Button type="primary" onClick={() => ask(texts.approve, texts.approveText((subsidy.inputDigest ?? "").slice(0, 12)), () => send(APPROVE, { year, inputDigest: subsidy.inputDigest ?? "", version: subsidy.version }))}>{texts.approve}</Button>
            )}
            {office && subsidy?.status === "APPROVED" && <Download path={`/dossiers/subsidy/${year}`}>{texts.dossier}</Download>}
            {subsidy?.status === "APPROVED" && <Button onClick={() => window.print()}>{texts.print}</Button>}
          </Space>
          {subsidy ? (
            <>
              <Steps size="small" current={STATES.indexOf(subsidy.status)} items={STATES.map((one) => ({ title: name(SubsidyStatusNames, one) }))} style={{ marginBottom: 16 }} />
              <Descriptions size="small" bordered column={{ xs: 1, md: 2 }} style={{ marginBottom: 16 }} items={[
                { key: 1, label: texts.method, children: `${subsidy.method ?? "—"} · ${subsidy.ruleSince ? texts.since(subsidy.ruleSince) : "—"}` },
                { key: 2, label: texts.rating, children: <code>{subsidy.rating ?? "—"}</code> },
                { key: 3, label: texts.ratio, children: subsidy.ratio === null ? "—" : `${decimal(Number(subsidy.ratio) * 100)} %` },
                ...(office ? [
                  { key: 4, label: texts.due, children: money(subsidy.due) },
                  { key: 5, label: texts.paid, children: money(subsidy.paid) },
                  { key: 6, label: texts.digest, children: <code className="wrap">{subsidy.inputDigest ?? "—"}</code> },
                ] : []),
              ]} />
              <SheetTable
                caption={words.fields.provider}
                rowKey={(one) => one.provider?.id ?? ""}
                dataSource={subsidy.providers?.nodes ?? []}
                columns={[
                  { title: words.fields.provider, render: (_, one) => one.provider?.name ?? "—" },
                  { title: texts.tier, render: (_, one) => (one.tier ? <Tag color="#1252b3">{name(TierNames, one.tier)}</Tag> : texts.unrated) },
                  { title: texts.coefficient, align: "right", render: (_, one) => decimal(one.coefficient) },
                  { title: texts.jobs, align: "right", dataIndex: "jobs" },
                  { title: texts.worth, align: "right", render: (_, one) => money(one.worth) },
                  { title: texts.due, align: "right", render: (_, one) => money(one.due) },
                  { title: texts.paid, align: "right", render: (_, one) => money(one.paid) },
                  { title: texts.back, align: "right", render: (_, one) => money(one.takenBack) },
                ]}
              />
              {subsidy.leftOut && subsidy.leftOut.nodes.length > 0 && (
                <>
                  <h2>{texts.leftOut}</h2>
                  <SheetTable caption={texts.leftOut} rowKey="diagnosis" dataSource={subsidy.leftOut.nodes} columns={[
                    { title: texts.leftOutJob, render: (_, one) => <code className="wrap">{one.diagnosis}</code> },
                    { title: texts.cause, render: (_, one) => <code>{one.cause}</code> },
                  ]} />
                </>
              )}
              {subsidy.byDistricts.nodes.length > 0 && (
                <>
                  <h2>{texts.districts}</h2>
                  <SheetTable caption={texts.districts} rowKey="diagnosis" dataSource={subsidy.byDistricts.nodes} columns={[
                    { title: words.fields.district, dataIndex: "district" },
                    { title: texts.paid, align: "right", render: (_, one) => money(one.amount) },
                    { title: texts.source, dataIndex: "source" },
                  ]} />
                </>
              )}
            </>
          ) : (
            <Empty description={<>{texts.none} {name(SubsidyStepNames, subsidyWaitsFor)}</>} />
          )}
        </>
      )}
    </Shown>
  );
}

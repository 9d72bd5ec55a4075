import { Card, DatePicker, Empty, Select, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { BottleneckDivisionNames, ReworkNames, RoleNames, StageNames } from "../gql/enum-names";
import type { BottleneckDivision, BottlenecksQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { usePlaces } from "../places";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const BOTTLENECKS = graphql(`
  query Bottlenecks($since: Date!, $until: Date!, $by: BottleneckDivision!) {
    bottlenecks(since: $since, until: $until, by: $by) {
      cases provider providerName district { code name nameInEnglish }
      stages { stage waitsFor passed late running overdue longest median { days low high } nineTenths { days low high } }
      rework { kind times cases of low high }
    }
  }
`);

const useTexts = spoken(
  {
    period: "统计期间", by: "分列", none: "该期间没有可统计的诊断。", stage: "环节", waitsFor: "等待", passed: "已完成", late: "逾期完成", median: "中位数", nineTenths: "九成", running: "进行中", overdue: "已逾期", longest: "最长", cases: (count: number) => `${count} 件`, nobody: "尚未指定服务商",
    note: "时长按工作日计，括号内为 90% 区间；次数太少时不给区间。", interval: (low: number, high: number) => `（${low}–${high}）`, rework: "返工", kind: "类别", times: "次数", share: "涉及件数", of: (cases: number, all: number, low: string, high: string) => `${cases} / ${all}（${low}–${high}%）`,
  },
  {
    period: "Period", by: "Divided", none: "No case was counted in this period.", stage: "Stage", waitsFor: "Waits for", passed: "Passed", late: "Late", median: "Median", nineTenths: "Nine tenths", running: "Running", overdue: "Overdue", longest: "Longest", cases: (count: number) => `${count} cases`, nobody: "no provider yet",
    note: "Durations in working days, with their 90 % interval in brackets; where too few were seen there is none.", interval: (low: number, high: number) => ` (${low}–${high})`, rework: "Rework", kind: "Kind", times: "Times", share: "Of the cases", of: (cases: number, all: number, low: string, high: string) => `${cases} of ${all} (${low}–${high} %)`,
  },
);
type Bottleneck = BottlenecksQuery["bottlenecks"][number];
const DAY = "YYYY-MM-DD";

/** Where cases wait, for whom and how long, and how often they turn back. */
export function Bottlenecks() {
  const place = usePlaces();
  const texts = useTexts();
  const name = useNames();
  const { viewer } = useViewer();
  const [period, setPeriod] = useState<[Dayjs, Dayjs]>([dayjs().subtract(1, "year"), dayjs()]);
  const [by, setBy] = useState<BottleneckDivision>("WHOLE");
  const answer = useAsk(BOTTLENECKS, { since: period[0].format(DAY), until: period[1].format(DAY), by });
  const title = (one: Bottleneck) => one.providerName ?? (one.district ? place(one.district) : undefined) ?? (by === "PROVIDER" ? texts.nobody : name(BottleneckDivisionNames, "WHOLE"));
  return (
    <>
      <div className="bar">
        <DatePicker.RangePicker aria-label={texts.period} allowClear={false} value={period} onChange={(given) => given?.[0] && given[1] && setPeriod([given[0], given[1]])} />
        {viewer.role !== "PROVIDER" && <Select aria-label={texts.by} value={by} onChange={setBy} style={{ minWidth: 160 }} options={Object.keys(BottleneckDivisionNames).map((value) => ({ value: value as BottleneckDivision, label: name(BottleneckDivisionNames, value) }))} />}
      </div>
      <p className="clause">{texts.note}</p>
      <Shown answer={answer}>
        {({ bottlenecks }) => {
          const found = bottlenecks.filter((one) => one.stages.length);
          return found.length ? <>{found.map((one) => <Waiting key={`${one.provider ?? ""}${one.district?.code ?? ""}`} found={one} title={`${title(one)} · ${texts.cases(one.cases)}`} />)}</> : <Empty description={texts.none} />;
        }}
      </Shown>
    </>
  );
}

function Waiting({ found, title }: { found: Bottleneck; title: string }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const days = (one: Bottleneck["stages"][number]["median"]) => (one ? <span className="nowrap">{one.days}{one.low !== null && one.high !== null && <span className="clause">{texts.interval(one.low, one.high)}</span>}</span> : "—");
  const percent = (share: string | number) => (100 * Number(share)).toFixed(0);
  return (
    <Card size="small" title={title} style={{ marginBottom: 16 }}>
      <SheetTable
        rowKey="stage"
        caption={title}
        dataSource={found.stages}
        columns={[
          { title: texts.stage, render: (_, one) => name(StageNames, one.stage) },
          { title: texts.waitsFor, render: (_, one) => name(RoleNames, one.waitsFor) },
          { title: texts.passed, align: "right", dataIndex: "passed" },
          { title: texts.late, align: "right", dataIndex: "late" },
          { title: texts.median, align: "right", render: (_, one) => days(one.median) },
          { title: texts.nineTenths, align: "right", render: (_, one) => days(one.nineTenths) },
          { title: texts.running, align: "right", dataIndex: "running" },
          { title: texts.overdue, align: "right", render: (_, one) => (one.overdue ? <Tag color="#a8071a">{one.overdue}</Tag> : 0) },
          { title: texts.longest, align: "right", render: (_, one) => (one.longest === null ? "—" : words.campaigns.workingDays(one.longest)) },
        ]}
      />
      {found.rework.length > 0 && (
        <>
          <h3>{texts.rework}</h3>
          <SheetTable
            rowKey="kind"
            caption={texts.rework}
            style={{ maxWidth: 720 }}
            dataSource={found.rework}
            columns={[
              { title: texts.kind, render: (_, one) => name(ReworkNames, one.kind) },
              { title: texts.times, align: "right", dataIndex: "times" },
              { title: texts.share, align: "right", render: (_, one) => texts.of(one.cases, one.of, percent(one.low), percent(one.high)) },
            ]}
          />
        </>
      )}
    </Card>
  );
}

import { Card, Col, Empty, Row, Statistic, Tag } from "antd";
import { lazy, Suspense, useMemo } from "react";

import { Shown, useAsk } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import type { PaceQuery } from "../gql/graphql";
import { spoken, useWords } from "../language";
import { usePlaces } from "../places";
import { SheetTable } from "../sheet-table";
import { useViewer } from "../session";
import { SetTarget } from "./target";
import { UnitTargets } from "./unit-targets";

const PaceChart = lazy(async () => ({ default: (await import("./pace-chart")).PaceChart }));
const PACE = graphql(`
  query Pace($year: Int!) {
    pace(year: $year) {
      year day until weeks workingDaysLeft calendarAssumed ruleSince mark
      districts { district { code name nameInEnglish } diagnosed total seen target perWeek needed forecast { mean low high } }
      whole { district { code name nameInEnglish } diagnosed total seen target perWeek needed forecast { mean low high } }
      days(last: 100) { nodes { day diagnosed } }
    }
  }
`);

const useTexts = spoken(
  {
    none: "该年度没有名单，请先导入企业名单。", chart: "按日覆盖与年末预测", diagnosed: "已出具报告", target: "目标", forecast: "年末预测", low: "90% 下限", high: "90% 上限", perWeek: "当前周进度", needed: "所需周进度", whole: "合计",
    based: (day: string, weeks: number, left: string) => `截至 ${day}，依据最近 ${weeks} 周；剩余 ${left} 个工作日。每周按五个工作日折算。`, assumed: "工作日历尚未登记，按周推定", rule: (day: string) => `进度规则 ${day} 起施行`,
    outlook: "可否达成", ABOVE: "可达成", BELOW: "难以达成", OPEN: "尚难断定", notYet: "资料太少，尚不预测", noTarget: "未设目标", ofDistricts: (sum: number) => `全市未单设目标；各区目标合计 ${sum}`,
  },
  {
    none: "There is no roster of this year; import one first.", chart: "Coverage by day, and where the year ends", diagnosed: "Diagnosed", target: "Target", forecast: "Forecast", low: "90 % lower end", high: "90 % upper end", perWeek: "Present pace a week", needed: "Pace needed a week", whole: "In all",
    based: (day: string, weeks: number, left: string) => `As of ${day}, from the last ${weeks} weeks; ${left} working days are left. A week is five working days.`, assumed: "the working calendar is not known: counted by the week alone", rule: (day: string) => `pace rule in force since ${day}`,
    outlook: "Outlook", ABOVE: "reached", BELOW: "out of reach", OPEN: "cannot be told", notYet: "too little for a forecast", noTarget: "no target", ofDistricts: (sum: number) => `No target is set for the whole city; those of its districts add up to ${sum}`,
  },
);
type Line = PaceQuery["pace"]["whole"];
/** Who is told of targets of units. */
const WITH_TARGETS = ["CITY", "DISTRICT", "SUBDISTRICT", "REPORTING_UNIT", "AUDITOR"];
const COLOURS = { ABOVE: "#135200", BELOW: "#a8071a", OPEN: "#874d00" } as const;

/** Whether the target lies below the interval of the forecast, above it, or within. */
function outlook({ target, forecast }: Line): keyof typeof COLOURS | null {
  if (target === null || !forecast) return null;
  return Number(forecast.low) >= target ? "ABOVE" : Number(forecast.high) < target ? "BELOW" : "OPEN";
}

/** Where a year stands by day, where it ends at this pace, and the pace that its target asks for. */
export function PaceOf({ year }: { year: number }) {
  const place = usePlaces();
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const answer = useAsk(PACE, { year });
  const names = useMemo(() => ({ title: texts.chart, diagnosed: texts.diagnosed, target: texts.target, forecast: texts.forecast, low: texts.low, high: texts.high }), [texts]);
  const range = (one: Line) => (one.forecast ? <span className="nowrap">{decimal(one.forecast.mean, 0)} <span className="clause">{decimal(one.forecast.low, 0)}–{decimal(one.forecast.high, 0)}</span></span> : <span className="clause">{texts.notYet}</span>);
  const told = (one: Line) => {
    const how = outlook(one);
    return how ? <Tag color={COLOURS[how]}>{texts[how]}</Tag> : <span className="clause">{one.target === null ? texts.noTarget : texts.notYet}</span>;
  };
  return (
    <Shown answer={answer}>
      {({ pace }) =>
        pace.whole.total === 0 ? (
          <Empty description={texts.none} />
        ) : (
          <>
            <Row gutter={[16, 16]}>
              <Col xs={12} md={6}><Card><Statistic title={texts.diagnosed} value={pace.whole.diagnosed} suffix={`/ ${pace.whole.total}`} /></Card></Col>
              <Col xs={12} md={6}><Card><Statistic title={texts.target} value={pace.whole.target ?? "—"} /></Card></Col>
              <Col xs={12} md={6}><Card><Statistic title={texts.perWeek} value={decimal(pace.whole.perWeek, 1)} /></Card></Col>
              <Col xs={12} md={6}><Card><Statistic title={texts.needed} value={decimal(pace.whole.needed, 1)} /></Card></Col>
            </Row>
            <p className="clause">
              {texts.based(pace.day, pace.weeks, decimal(pace.workingDaysLeft, 1))} {texts.rule(pace.ruleSince)} <Tag>{words.rules.mark} {pace.mark.replace("_", "-")}</Tag>
              {pace.calendarAssumed && <Tag color="#874d00">{texts.assumed}</Tag>}
            </p>
            {pace.whole.target === null && pace.districts.some((one) => one.target !== null) && <p className="clause">{texts.ofDistricts(pace.districts.reduce((sum, one) => sum + (one.target ?? 0), 0))}</p>}
            <SetTarget year={year} again={answer.again} />
            <h2>{texts.chart} {told(pace.whole)}</h2>
            <Suspense fallback={<div className="chart" />}>
              <PaceChart days={pace.days.nodes} day={pace.day} until={pace.until} diagnosed={pace.whole.diagnosed} target={pace.whole.target} forecast={pace.whole.forecast} names={names} />
            </Suspense>
            <SheetTable
              caption={texts.chart}
              rowKey={(one) => one.district?.code ?? ""}
              dataSource={[pace.whole, ...pace.districts]}
              columns={[
                { title: words.fields.district, fixed: "left", render: (_, one) => (one.district ? place(one.district) : <strong>{texts.whole}</strong>) },
                { title: texts.diagnosed, align: "right", render: (_, one) => `${one.diagnosed} / ${one.total}` },
                { title: texts.target, align: "right", render: (_, one) => one.target ?? "—" },
                { title: texts.perWeek, align: "right", render: (_, one) => decimal(one.perWeek, 1) },
                { title: texts.needed, align: "right", render: (_, one) => decimal(one.needed, 1) },
                { title: `${texts.forecast} (90 %)`, align: "right", render: (_, one) => range(one) },
                { title: texts.outlook, render: (_, one) => told(one) },
              ]}
            />
            {WITH_TARGETS.includes(viewer.role) && <UnitTargets year={year} />}
          </>
        )
      }
    </Shown>
  );
}

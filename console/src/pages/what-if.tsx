import { Alert, Button, Checkbox, Descriptions, Slider, Tag } from "antd";
import { useMemo, useState } from "react";

import { Faulted, useAsk } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import type { StepCostInput, WhatIfQuery } from "../gql/graphql";
import { spoken, useSaid, useWords } from "../language";
import { SheetTable } from "../sheet-table";
import { yuan } from "./subsidy";

const STEPS = graphql(`query StepsOf($key: String!) { edition(key: $key) { gradeNames indicators { id kind options { name } } } }`);
const PLAN = graphql(`
  query WhatIf($id: ID!, $grade: Int!, $costs: [StepCostInput!], $keep: [String!]) {
    cheapestImprovement(diagnosis: $id, grade: $grade, costs: $costs, keep: $keep) {
      wantedGrade wantedGradeName summary summaryInEnglish reachable cost proven
      costs { unit source mark since choice ratio count outcome option }
      improvements { indicator name fromLevel toLevel needed neededInEnglish steps cost gain totalAfter gates }
      conditions { code says saysInEnglish holds }
      obstacles { code says saysInEnglish }
      before { total issuedGrade gradeName }
      after { total measuredGrade gradeName }
    }
  }
`);

const useTexts = spoken(
  {
    grade: "目标档", how: "拖动各项的每步成本或勾选“保持不变”，方案随之重算；成本为参考值，不具官方效力。", step: "每步成本", keep: "保持不变", base: "恢复默认成本", points: "点", yuan: "元", total: "总成本", cost: "成本", proven: "已证明没有更低的做法", unproven: "计算量受限，未必最低", from: "现状", to: "提升后",
    indicator: "指标", levels: "等级", needed: "所需填报", gain: "加分", after: "累计总分", plan: "提升方案", nothing: "已达到该档，无须提升。", conditions: "另须通过的过程条件", own: "自定", stepOf: (name: string) => `${name} 每步成本`, source: (source: string, mark: string) => `成本来源：${source}（标记 ${mark}）`,
  },
  {
    grade: "Wanted grade", how: "Move what a step costs, or keep an indicator as it is: the plan is worked out anew. Costs are for reference and nothing official.", step: "Cost of a step", keep: "Keep as it is", base: "Costs as on file", points: "points", yuan: "yuan", total: "Cost in all", cost: "Cost", proven: "proven the cheapest", unproven: "cut short; there may be cheaper", from: "Now", to: "Then",
    indicator: "Indicator", levels: "Levels", needed: "What the answer must say", gain: "Gain", after: "Total so far", plan: "Plan", nothing: "The grade is reached already.", conditions: "Conditions of the process still to pass", own: "own", stepOf: (name: string) => `${name}: cost of a step`, source: (source: string, mark: string) => `Costs from ${source} (mark ${mark})`,
  },
);
type Plan = NonNullable<WhatIfQuery["cheapestImprovement"]>;
type Priced = { indicator: string; name: string; base: number };

/** What if: the least that lifts the firm to a wanted grade, with what each step costs in the reader's hands. */
export function WhatIf({ id, edition, grade }: { id: string; edition: string; grade: number | null }) {
  const texts = useTexts();
  const words = useWords();
  const said = useSaid();
  const [wanted, setWanted] = useState(Math.min(10, (grade ?? 3) + 1));
  const [shown, setShown] = useState(wanted);
  const [own, setOwn] = useState<Record<string, number>>({});
  const [moved, setMoved] = useState<Record<string, number>>({});
  const [keep, setKeep] = useState<string[]>([]);
  const [known, setKnown] = useState<Record<string, Priced>>({});
  const steps = useAsk(STEPS, { key: edition });
  const costs = useMemo(() => {
    const indicators = new Map((steps.data?.edition?.indicators ?? []).map((one) => [one.id, one]));
    return Object.entries(own).flatMap(([indicator, cost]): StepCostInput[] => {
      const { kind, options } = indicators.get(indicator) ?? { kind: "CHOICE", options: [] };
      return kind === "MULTI" ? options.map((one) => ({ indicator, option: one.name, cost })) : [1, 2, 3, 4, 5].map((toLevel) => ({ indicator, toLevel, cost }));
    });
  }, [own, steps.data]);
  const answer = useAsk(PLAN, { id, grade: wanted, costs, keep });
  const [last, setLast] = useState<Plan>();
  const plan = answer.data?.cheapestImprovement ?? undefined;
  if (plan && plan !== last) {
    setLast(plan);
    setKnown((before) => ({ ...Object.fromEntries(plan.improvements.map((one) => [one.indicator, { indicator: one.indicator, name: one.name, base: Math.max(1, Math.round(Number(one.cost) / Math.max(1, one.steps))) }])), ...before }));
  }
  if (answer.fault && !last) return <Faulted fault={answer.fault} again={answer.again} />;
  if (!last) return null;
  const unit = last.costs.unit === "FEN" ? texts.yuan : texts.points;
  const told = (cost: string | null) => (cost === null ? "—" : last.costs.unit === "FEN" ? yuan(cost) : decimal(cost));
  return (
    <>
      {answer.fault && <Faulted fault={answer.fault} again={answer.again} />}
      <p className="clause">{texts.how} {texts.source(last.costs.source, last.costs.mark.replace("_", "-"))}</p>
      <div style={{ maxWidth: 560, padding: "0 8px" }}>
        <strong>{texts.grade} {shown} {said(steps.data?.edition?.gradeNames[shown - 1] ?? "", "")}</strong>
        <Slider min={1} max={10} value={shown} onChange={setShown} onChangeComplete={setWanted} ariaLabelForHandle={texts.grade} marks={Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((one) => [one, one]))} />
      </div>
      {(last.obstacles.length > 0 || !last.reachable) && <Alert type="error" showIcon style={{ margin: "12px 0" }} title={said(last.summary, last.summaryInEnglish)} description={<ul className="plain">{last.obstacles.map((one) => <li key={one.code}>{said(one.says, one.saysInEnglish)}</li>)}</ul>} />}
      {last.reachable && (
        <Descriptions size="small" bordered column={{ xs: 1, md: 3 }} style={{ margin: "12px 0" }} items={[
          { key: 1, label: texts.from, children: `${decimal(last.before.total, 2)} · ${words.grade(last.before.issuedGrade, last.before.gradeName)}` },
          { key: 2, label: texts.to, children: `${decimal(last.after.total, 2)} · ${words.grade(last.wantedGrade, last.wantedGradeName)}` },
          { key: 3, label: texts.total, children: <span aria-live="polite"><strong>{told(last.cost)}</strong> {unit} <Tag color={last.proven ? "#135200" : "#874d00"}>{last.proven ? texts.proven : texts.unproven}</Tag></span> },
        ]} />
      )}
      {last.reachable && !last.improvements.length && <p>{texts.nothing}</p>}
      {last.improvements.length > 0 && (
        <SheetTable
          caption={texts.plan}
          loading={answer.fetching}
          rowKey="indicator"
          dataSource={last.improvements}
          columns={[
            { title: texts.indicator, render: (_, one) => <div style={{ maxWidth: "min(220px, 45vw)" }}>{one.indicator} {one.name}</div> },
            { title: texts.levels, className: "nowrap", render: (_, one) => `${decimal(one.fromLevel, 1)} → ${decimal(one.toLevel, 1)}` },
            { title: texts.cost, align: "right", render: (_, one) => told(one.cost) },
            { title: texts.gain, align: "right", render: (_, one) => decimal(one.gain, 1) },
            { title: texts.after, align: "right", render: (_, one) => decimal(one.totalAfter, 2) },
            { title: texts.needed, render: (_, one) => <div style={{ maxWidth: 280, whiteSpace: "normal" }}>{said(one.needed, one.neededInEnglish)}</div> },
          ]}
        />
      )}
      {last.conditions.length > 0 && <p>{texts.conditions}{words.colon}{last.conditions.map((one) => <Tag key={one.code}>{said(one.says, one.saysInEnglish)}</Tag>)}</p>}
      <h2>{texts.step}</h2>
      <ul className="plain">
        {Object.values(known).sort((a, b) => a.indicator.localeCompare(b.indicator)).map((one) => (
          <li key={one.indicator} style={{ display: "flex", flexWrap: "wrap", gap: "0 8px", alignItems: "center", marginBottom: 12 }}>
            <span style={{ flex: "1 1 220px" }}>{one.indicator} {one.name}</span>
            <Slider
              style={{ flex: "1 1 180px", minWidth: 140 }}
              min={0}
              max={one.base * 5}
              value={moved[one.indicator] ?? own[one.indicator] ?? one.base}
              disabled={keep.includes(one.indicator)}
              onChange={(cost) => setMoved((before) => ({ ...before, [one.indicator]: cost }))}
              onChangeComplete={(cost) => setOwn((before) => ({ ...before, [one.indicator]: cost }))}
              ariaLabelForHandle={texts.stepOf(one.name)}
            />
            <span className="nowrap" style={{ minWidth: 90 }}>{told(String(moved[one.indicator] ?? own[one.indicator] ?? one.base))} {unit} {own[one.indicator] !== undefined && <Tag>{texts.own}</Tag>}</span>
            <Checkbox checked={keep.includes(one.indicator)} onChange={(event) => setKeep((before) => (event.target.checked ? [...before, one.indicator] : before.filter((each) => each !== one.indicator)))}>{texts.keep}</Checkbox>
          </li>
        ))}
      </ul>
      {(Object.keys(own).length > 0 || keep.length > 0) && <Button onClick={() => { setOwn({}); setMoved({}); setKeep([]); }}>{texts.base}</Button>}
    </>
  );
}

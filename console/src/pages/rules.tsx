import { Card, DatePicker, InputNumber, Space, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { RuleKindNames } from "../gql/enum-names";
import type { RuleKind } from "../gql/graphql";
import { useNames, useWords } from "../language";

const KINDS = Object.keys(RuleKindNames) as RuleKind[];
const RULE = graphql(`
  query Rule($kind: RuleKind!) { datedRule(kind: $kind) { clause since until source mark isDefault } }
`);
const DUE = graphql(`
  query Due($after: Date!, $days: Int!) { workingDay(after: $after, days: $days) { day assumed } }
`);

/** The programme's rules as they hold today, and the working calendar. */
export function Rules() {
  const words = useWords();
  return (
    <>
      <h1>{words.rules.title}</h1>
      <WorkingDays />
      <Space orientation="vertical" style={{ width: "100%" }}>{KINDS.map((kind) => <Rule key={kind} kind={kind} />)}</Space>
    </>
  );
}

function Rule({ kind }: { kind: RuleKind }) {
  const words = useWords();
  const name = useNames();
  const answer = useAsk(RULE, { kind });
  return (
    <Shown answer={answer}>
      {({ datedRule }) => (
        <Card size="small" title={name(RuleKindNames, kind)} extra={<span className="clause">{words.clause(datedRule.clause)}</span>}>
          {words.fields.since} {datedRule.since} · {datedRule.source} <Tag>{words.rules.mark} {datedRule.mark.replace("_", "-")}</Tag>
          {datedRule.isDefault && <Tag color="#874d00">{words.rules.asDefault}</Tag>}
        </Card>
      )}
    </Shown>
  );
}

function WorkingDays() {
  const words = useWords();
  const [after, setAfter] = useState<Dayjs | null>(null);
  const [days, setDays] = useState(10);
  const answer = useAsk(DUE, { after: after?.format("YYYY-MM-DD") ?? "2026-01-01", days }, !after);
  return (
    <Card size="small" title={words.rules.workingDays} style={{ marginBottom: 16 }}>
      <Space wrap>
        <DatePicker aria-label={words.rules.after} placeholder={words.rules.after} value={after} onChange={setAfter} />
        <InputNumber aria-label={words.rules.days} min={1} max={400} value={days} onChange={(value) => setDays(value ?? 1)} />
        {after && <Shown answer={answer}>{({ workingDay }) => <strong aria-live="polite">{words.rules.due} {workingDay.day}</strong>}</Shown>}
      </Space>
    </Card>
  );
}

import { Checkbox, Input, Radio, Space, Typography } from "antd";

import { type Asked, type Given, ratioOf } from "./answers";
import { graphql } from "./gql";
import type { QuestionsQuery } from "./gql/graphql";
import { useWords } from "./language";

export const QUESTIONS = graphql(`
  query Questions($key: String!) {
    edition(key: $key) {
      dimensions { id name base }
      indicators { id name dimension kind key inBrief levels help { says saysInEnglish example exampleInEnglish } evidence numbers { name label unit atMost } options { name label } }
    }
  }
`);

export type Indicator = NonNullable<QuestionsQuery["edition"]>["indicators"][number];

/** What one indicator asks for, as fields to fill in. */
export function AnswerFields({ indicator, shown, disabled = false, change }: { indicator: Indicator; shown: Given; disabled?: boolean; change: (next: Partial<Given>) => void }) {
  const words = useWords();
  const q = words.questionnaire;
  const ratio = ratioOf(shown, indicator as Asked);
  const level = shown.level ? Number(shown.level) : undefined;
  const whole = level === undefined ? undefined : Math.floor(level);
  return (
    <fieldset disabled={disabled} style={{ border: 0, margin: 0, padding: 0 }}>
      <legend className="skip">{indicator.name}</legend>
      {!shown.notApplicable && (indicator.kind === "CHOICE" || indicator.kind === "OUTCOME") && (
        <>
          <Radio.Group value={whole} onChange={(event) => change({ level: String(event.target.value), notApplicable: false })} disabled={disabled} style={{ width: "100%" }}>
            <Space orientation="vertical">
              <Radio value={0}>{q.belowFirst}</Radio>
              {indicator.levels.map((text, level) => (
                <Radio key={level} value={level + 1}>{q.level(level + 1)}{words.colon}{text}</Radio>
              ))}
            </Space>
          </Radio.Group>
          {whole !== undefined && whole >= 1 && whole < indicator.levels.length && (
            <div style={{ marginTop: 4 }}>
              <Checkbox disabled={disabled} checked={level !== whole} onChange={(event) => change({ level: event.target.checked ? `${whole}.5` : String(whole) })}>{q.half(whole)}</Checkbox>
            </div>
          )}
        </>
      )}
      {!shown.notApplicable && indicator.numbers.length > 0 && (
        <Space wrap style={{ marginTop: 8 }}>
          {indicator.numbers.map((number) => (
            <label key={number.name}>
              {number.label}{number.unit && `${words.aside(number.unit)}`}{" "}
              <Input
                inputMode="decimal"
                style={{ width: 140 }}
                disabled={disabled}
                value={shown.numbers?.find((one) => one.name === number.name)?.value ?? ""}
                onChange={(event) => change({ notApplicable: false, numbers: [...(shown.numbers ?? []).filter((one) => one.name !== number.name), { name: number.name, value: event.target.value }] })}
              />
            </label>
          ))}
          {ratio && <Typography.Text type="secondary" aria-live="polite">{q.ratio(ratio)}</Typography.Text>}
        </Space>
      )}
      {!shown.notApplicable && indicator.kind === "MULTI" && (
        <Checkbox.Group
          disabled={disabled}
          value={shown.choices ?? []}
          onChange={(choices) => change({ choices, notApplicable: false })}
          options={indicator.options.map((one) => ({ value: one.name, label: one.label }))}
        />
      )}
      <div style={{ marginTop: 8 }}>
        <Checkbox disabled={disabled} checked={Boolean(shown.notApplicable)} onChange={(event) => change({ notApplicable: event.target.checked })}>{q.notApplicable}</Checkbox>
        {shown.notApplicable && (
          <Input disabled={disabled} aria-label={q.whyNot} placeholder={q.whyNot} value={shown.reason ?? ""} onChange={(event) => change({ reason: event.target.value })} style={{ maxWidth: 420 }} />
        )}
      </div>
    </fieldset>
  );
}

/** An answer in words. */
export function Said({ given, indicator }: { given: Given; indicator: Indicator }) {
  const words = useWords();
  if (given.notApplicable) return <>{words.questionnaire.notApplicable}{words.aside(given.reason ?? "")}</>;
  const parts = [
    given.level ? words.questionnaire.level(Number(given.level)) : "",
    ...(given.numbers ?? []).map((one) => `${indicator.numbers.find((number) => number.name === one.name)?.label ?? one.name} ${one.value}`),
    ...(given.choices ?? []).map((one) => indicator.options.find((option) => option.name === one)?.label ?? one),
  ].filter(Boolean);
  return <>{parts.length ? parts.join(words.comma) : words.questionnaire.noAnswer}</>;
}

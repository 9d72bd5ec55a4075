import { Button, Card, Form, Input, InputNumber, List, Select, Space, Switch } from "antd";
import { useState } from "react";

import { QUESTIONS } from "../answer-fields";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { IndicatorWordingNames } from "../gql/enum-names";
import type { ChangeInput, IndicatorWording, ProposedChangeInput } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";

const CHANGE = graphql(`
  mutation ChangeDraft($id: ID!, $version: Int!, $changes: [ProposedChangeInput!]!) {
    changeDraft(input: { revision: $id, draftVersion: $version, changes: $changes }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const UNANSWERED = graphql(`query CommentsToAnswer($id: ID!, $commentsAfter: String) { comments(revision: $id, first: 50, after: $commentsAfter) { pageInfo { hasNextPage endCursor } nodes { id number text } } }`);
const KINDS = ["dimensionWeight", "indicatorWeight", "upperBounds", "bands", "points", "gate", "descriptor", "indicatorText", "keyIndicator", "briefForm", "dropIndicator"] as const;
type Kind = (typeof KINDS)[number];

const useTexts = spoken(
  {
    add: "修改草案", take: "加入本次改动", save: (count: number) => `保存 ${count} 处改动`, help: "可加入多处改动后一并保存，如权重一增一减；保存后即时给出不成立之处。", remove: "移除", kind: "改动类别", industry: "行业版，不填为通用版", reason: "改动理由", comment: "所答复的意见", weight: "权重（%）", indicator: "指标", dimension: "维度", bounds: "1 至 4 级上限，逐个按回车", bands: "1 至 10 档最低分，逐个按回车", level: "等级", points: "分值", gate: "门槛", setting: "设定", value: "取值", text: "文字", member: "文字项", yes: "是",
    kinds: { dimensionWeight: "维度权重", indicatorWeight: "指标权重", upperBounds: "分级上限", bands: "各档最低分", points: "等级分值", gate: "门槛设定", descriptor: "等级描述", indicatorText: "指标文字", keyIndicator: "关键指标", briefForm: "简版指标", dropIndicator: "删减指标" },
  },
  {
    add: "Change the draft", take: "Add this change", save: (count: number) => `Save ${count} changes`, help: "Add several changes and save them together, such as one weight up and another down; what does not compose is told at once.", remove: "Remove", kind: "Kind of change", industry: "Industry; none: the plain part", reason: "Why", comment: "Comment that it answers", weight: "Weight, %", indicator: "Indicator", dimension: "Dimension", bounds: "Upper bounds of levels 1 to 4, Enter after each", bands: "Lowest totals of grades 1 to 10, Enter after each", level: "Level", points: "Points", gate: "Gate", setting: "Setting", value: "Value", text: "Text", member: "Wording", yes: "Yes",
    kinds: { dimensionWeight: "Weight of a dimension", indicatorWeight: "Weight of an indicator", upperBounds: "Bounds of levels", bands: "Lowest totals of grades", points: "Points of a level", gate: "Setting of a gate", descriptor: "Descriptor of a level", indicatorText: "Wording of an indicator", keyIndicator: "Key indicator", briefForm: "In the brief form", dropIndicator: "Drop an indicator" },
  },
);
interface Stated {
  kind: Kind;
  industry?: string;
  reason: string;
  comment?: string;
  dimension?: string;
  indicator?: string;
  weight?: number;
  list?: string[];
  level?: number;
  points?: number;
  gate?: string;
  setting?: string;
  value?: string;
  text?: string;
  member?: IndicatorWording;
  yes?: boolean;
}

function asChange(one: Stated): ProposedChangeInput {
  const of = { reason: one.reason, industry: one.industry?.trim() || null };
  const indicator = one.indicator ?? "";
  const changes: Record<Kind, () => ChangeInput> = {
    dimensionWeight: () => ({ dimensionWeight: { ...of, dimension: one.dimension ?? "", weight: String(one.weight) } }),
    indicatorWeight: () => ({ indicatorWeight: { ...of, indicator, weight: String(one.weight) } }),
    upperBounds: () => ({ upperBounds: { ...of, indicator, upperBounds: one.list ?? [] } }),
    bands: () => ({ bands: { ...of, bands: one.list ?? [] } }),
    points: () => ({ points: { ...of, level: String(one.level), points: String(one.points) } }),
    gate: () => ({ gate: { ...of, gate: one.gate ?? "", setting: one.setting ?? "", value: one.value ?? "" } }),
    descriptor: () => ({ descriptor: { ...of, indicator, descriptor: one.level ?? 1, text: one.text ?? "" } }),
    indicatorText: () => ({ indicatorText: { ...of, indicator, member: one.member ?? "NAME", text: one.text ?? "" } }),
    keyIndicator: () => ({ keyIndicator: { ...of, indicator, isKey: one.yes ?? false } }),
    briefForm: () => ({ briefForm: { ...of, indicator, inBrief: one.yes ?? false } }),
    dropIndicator: () => ({ dropIndicator: { ...of, indicator } }),
  };
  return { change: changes[one.kind](), comment: one.comment ?? null };
}

const OF_INDICATOR: Kind[] = ["indicatorWeight", "upperBounds", "descriptor", "indicatorText", "keyIndicator", "briefForm", "dropIndicator"];

/** Changes of a draft, gathered and saved together or not at all. */
export function DraftChanges({ revision, base, version, done }: { revision: string; base: string; version: number; done: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const [gathered, setGathered] = useState<Stated[]>([]);
  const answer = useAsk(QUESTIONS, { key: base });
  const comments = useAsk(UNANSWERED, { id: revision });
  const said = (one: Stated) => [texts.kinds[one.kind], one.industry, one.dimension ?? one.indicator ?? one.gate, one.setting, one.level, one.weight ?? one.points ?? one.value ?? one.list?.join(" / ") ?? one.text ?? (one.yes === undefined ? undefined : one.yes ? words.yes : words.no), one.reason].filter((part) => part !== undefined && part !== "").join(" · ");

  async function save() {
    const { data, errors } = await send(CHANGE, { id: revision, version, changes: gathered.map(asChange) });
    if (!data || errors.length) return;
    setGathered([]);
    done();
  }

  return (
    <Card size="small" title={texts.add} style={{ marginBottom: 16 }}>
      <p className="clause">{texts.help}</p>
      <Shown answer={answer}>
        {({ edition }) => <Change dimensions={edition?.dimensions ?? []} indicators={edition?.indicators ?? []} comments={comments.data?.comments.nodes ?? []} take={(one) => setGathered((before) => [...before, one])} />}
      </Shown>
      {gathered.length > 0 && (
        <>
          <List size="small" dataSource={gathered} renderItem={(one, place) => <List.Item actions={[<Button key="remove" size="small" onClick={() => setGathered((before) => before.filter((_, at) => at !== place))}>{texts.remove}</Button>]}>{said(one)}</List.Item>} />
          <Button type="primary" onClick={() => void save()}>{texts.save(gathered.length)}</Button>
        </>
      )}
    </Card>
  );
}

interface Named {
  id: string;
  name: string;
}

function Change({ dimensions, indicators, comments, take }: { dimensions: readonly Named[]; indicators: readonly Named[]; comments: readonly { id: string; number: number; text: string }[]; take: (one: Stated) => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const [form] = Form.useForm<Stated>();
  const kind = Form.useWatch("kind", form) ?? "dimensionWeight";
  const required = [{ required: true, message: words.signIn.missing }];
  const listed = (found: readonly Named[]) => found.map((one) => ({ value: one.id, label: `${one.id} ${one.name}` }));
  return (
    <Form form={form} layout="vertical" initialValues={{ kind: "dimensionWeight" }} onFinish={(one) => { take(one); form.resetFields(["dimension", "indicator", "weight", "list", "text", "value"]); }}>
      <Space wrap align="start">
        <Form.Item name="kind" label={texts.kind}><Select style={{ width: 170 }} options={KINDS.map((value) => ({ value, label: texts.kinds[value] }))} /></Form.Item>
        {kind === "dimensionWeight" && <Form.Item name="dimension" label={texts.dimension} rules={required}><Select style={{ width: 240 }} options={listed(dimensions)} /></Form.Item>}
        {OF_INDICATOR.includes(kind) && <Form.Item name="indicator" label={texts.indicator} rules={required}><Select showSearch={{ optionFilterProp: "label" }} style={{ width: 300 }} options={listed(indicators)} /></Form.Item>}
        {(kind === "dimensionWeight" || kind === "indicatorWeight") && <Form.Item name="weight" label={texts.weight} rules={required}><InputNumber min={0} max={100} /></Form.Item>}
        {(kind === "upperBounds" || kind === "bands") && <Form.Item name="list" label={kind === "bands" ? texts.bands : texts.bounds} rules={required}><Select mode="tags" open={false} style={{ width: 320 }} /></Form.Item>}
        {kind === "gate" && (
          <>
            <Form.Item name="gate" label={texts.gate} rules={required}><Input /></Form.Item>
            <Form.Item name="setting" label={texts.setting} rules={required}><Input /></Form.Item>
            <Form.Item name="value" label={texts.value} rules={required}><Input /></Form.Item>
          </>
        )}
        {(kind === "points" || kind === "descriptor") && <Form.Item name="level" label={texts.level} rules={required}><InputNumber min={0} max={5} step={kind === "points" ? 0.5 : 1} /></Form.Item>}
        {kind === "points" && <Form.Item name="points" label={texts.points} rules={required}><InputNumber min={0} max={100} /></Form.Item>}
        {kind === "indicatorText" && <Form.Item name="member" label={texts.member} rules={required}><Select style={{ width: 160 }} options={Object.keys(IndicatorWordingNames).map((value) => ({ value, label: name(IndicatorWordingNames, value) }))} /></Form.Item>}
        {(kind === "descriptor" || kind === "indicatorText") && <Form.Item name="text" label={texts.text} rules={required}><Input style={{ width: 320 }} /></Form.Item>}
        {(kind === "keyIndicator" || kind === "briefForm") && <Form.Item name="yes" label={texts.yes} valuePropName="checked"><Switch /></Form.Item>}
        <Form.Item name="industry" label={texts.industry}><Input style={{ width: 180 }} /></Form.Item>
      </Space>
      <Space wrap align="start">
        <Form.Item name="reason" label={texts.reason} rules={required}><Input style={{ width: 360 }} /></Form.Item>
        {comments.length > 0 && <Form.Item name="comment" label={texts.comment}><Select allowClear style={{ width: 300 }} options={comments.map((one) => ({ value: one.id, label: `${one.number} ${one.text}` }))} /></Form.Item>}
        <Form.Item label=" " colon={false}><Button htmlType="submit">{texts.take}</Button></Form.Item>
      </Space>
    </Form>
  );
}

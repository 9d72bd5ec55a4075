import { Button, Form, Input, InputNumber, Modal, Select } from "antd";
import { useState } from "react";

import { useSend } from "../ask";
import { graphql } from "../gql";
import { MeasureNames, SourceMarkNames } from "../gql/enum-names";
import type { Measure, SourceMark } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";

const SET = graphql(`
  mutation SetTarget($year: Int!, $measure: Measure!, $atLeast: Decimal!, $clause: String!, $mark: SourceMark!) {
    setTarget(input: { year: $year, measure: $measure, atLeast: $atLeast, clause: $clause, mark: $mark }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  { set: "设定目标", of: (year: number) => `${year} 年度目标`, measure: "目标口径", atLeast: "目标值", help: "企业数填家数，覆盖率填百分数 0–100", clause: "依据条款", clauseHelp: "如 plan G2", mark: "来源标记" },
  { set: "Set a target", of: (year: number) => `Target of ${year}`, measure: "What it counts", atLeast: "At least", help: "Firms for a count, percent 0–100 for a share", clause: "Clause", clauseHelp: "Such as plan G2", mark: "Mark of the source" },
);
type Given = { measure: Measure; atLeast: number; clause: string; mark: SourceMark };

/** Setting a year's target, which is the city's. */
export function SetTarget({ year, again }: { year: number; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState(false);
  if (viewer.role !== "CITY") return null;
  const needed = [{ required: true, message: words.signIn.missing }];
  const options = (names: typeof MeasureNames) => Object.keys(names).map((value) => ({ value, label: name(names, value) }));

  async function set(given: Given) {
    const { data, errors } = await send(SET, { year, ...given, atLeast: String(given.atLeast) });
    if (!data || errors.length) return;
    setOpen(false);
    again();
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>{texts.set}</Button>
      <Modal open={open} title={texts.of(year)} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <KeptForm<Given> about={`target ${year}`} layout="vertical" onFinish={(given) => void set(given)}>
          <Form.Item name="measure" label={texts.measure} rules={needed}><Select options={options(MeasureNames)} /></Form.Item>
          <Form.Item name="atLeast" label={texts.atLeast} extra={texts.help} rules={needed}><InputNumber style={{ width: 160 }} /></Form.Item>
          <Form.Item name="clause" label={texts.clause} extra={texts.clauseHelp} rules={needed}><Input /></Form.Item>
          <Form.Item name="mark" label={texts.mark} rules={needed}><Select options={options(SourceMarkNames)} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

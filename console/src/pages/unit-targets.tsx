import { Button, Form, Input, InputNumber, Modal, Select, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { OrganisationKindNames, SourceMarkNames } from "../gql/enum-names";
import type { OrganisationKind, SourceMark, UnitTargetsQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";

const TARGETS = graphql(`
  query UnitTargets($year: Int!, $first: Int, $after: String, $last: Int, $before: String) {
    unitTargets(year: $year, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { unit { id kind name } firms onRoster diagnosed missing reachedPercent clause mark }
    }
  }
`);
const UNITS = graphql(`query UnitsWithTargets($kind: [OrganisationKind!], $organisationsAfter: String) { organisations(kind: $kind, first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const SET = graphql(`
  mutation SetUnitTarget($unit: ID!, $year: Int!, $firms: Int!, $clause: String!, $mark: SourceMark!) {
    setUnitTarget(input: { unit: $unit, year: $year, firms: $firms, clause: $clause, mark: $mark }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  { title: "单位目标", none: "该年度尚未对可见的单位设定目标。", unit: "单位", firms: "目标家数", onRoster: "名单内", diagnosed: "已诊断", missing: "差额", reached: "完成率 %", clause: "依据", mark: "来源标记", set: "设定单位目标", of: (year: number) => `${year} 年度单位目标` },
  { title: "Targets of units", none: "No target of this year is set for a unit that you see.", unit: "Unit", firms: "Target, firms", onRoster: "On the roster", diagnosed: "Diagnosed", missing: "Missing", reached: "Reached, %", clause: "Rests on", mark: "Mark of the source", set: "Set a unit's target", of: (year: number) => `Target of a unit for ${year}` },
);
type Line = UnitTargetsQuery["unitTargets"]["nodes"][number];
type Given = { unit: string; firms: number; clause: string; mark: SourceMark };
/** Whose targets each office sets. */
const SETS: Partial<Record<string, OrganisationKind[]>> = { CITY: ["DISTRICT", "REPORTING_UNIT", "SUBDISTRICT"], DISTRICT: ["SUBDISTRICT"] };

/** What districts, subdistricts and reporting units are to have diagnosed in a year, beside what they have; set by the offices above. */
export function UnitTargets({ year }: { year: number }) {
  const texts = useTexts();
  const name = useNames();
  const { viewer } = useViewer();
  const paging = usePaging(`unit-targets ${year}`);
  const answer = useAsk(TARGETS, { year, ...paging.paging });
  const kinds = SETS[viewer.role];
  return (
    <>
      <div className="bar"><h2 style={{ margin: 0 }}>{texts.title}</h2>{kinds && <SetOne year={year} kinds={kinds} again={answer.again} />}</div>
      <Shown answer={answer}>
        {({ unitTargets }) => (
          <PagedTable
            connection={unitTargets}
            paging={paging}
            rowKey={(one: Line) => one.unit?.id ?? one.clause}
            caption={texts.title}
            empty={texts.none}
            fetching={answer.fetching}
            columns={[
              { title: texts.unit, render: (_: unknown, one: Line) => <>{one.unit?.name ?? "—"} {one.unit && <Tag>{name(OrganisationKindNames, one.unit.kind)}</Tag>}</> },
              { title: texts.firms, align: "right", render: (_: unknown, one: Line) => one.firms },
              { title: texts.onRoster, align: "right", render: (_: unknown, one: Line) => one.onRoster },
              { title: texts.diagnosed, align: "right", render: (_: unknown, one: Line) => one.diagnosed },
              { title: texts.missing, align: "right", render: (_: unknown, one: Line) => one.missing },
              { title: texts.reached, align: "right", render: (_: unknown, one: Line) => (one.reachedPercent === null ? "—" : decimal(one.reachedPercent)) },
              { title: texts.clause, render: (_: unknown, one: Line) => <>{one.clause} <Tag>{one.mark.replace("_", "-")}</Tag></> },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

function SetOne({ year, kinds, again }: { year: number; kinds: OrganisationKind[]; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState(false);
  const answer = useAsk(UNITS, { kind: kinds });
  const needed = [{ required: true, message: words.signIn.missing }];
  const own = (id: string) => viewer.role === "CITY" || id.split("/").at(-1)?.startsWith(viewer.organisation ?? "");

  async function set(given: Given) {
    const { data, errors } = await send(SET, { year, ...given });
    if (!data || errors.length) return;
    setOpen(false);
    again();
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>{texts.set}</Button>
      <Modal open={open} title={texts.of(year)} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <Shown answer={answer}>
          {({ organisations }) => (
            <Form<Given> layout="vertical" onFinish={(given) => void set(given)}>
              <Form.Item name="unit" label={texts.unit} rules={needed}><Select showSearch={{ optionFilterProp: "label" }} options={organisations.nodes.filter((one) => own(one.id)).map((one) => ({ value: one.id, label: one.name }))} /></Form.Item>
              <Form.Item name="firms" label={texts.firms} rules={needed}><InputNumber min={0} precision={0} style={{ width: 160 }} /></Form.Item>
              <Form.Item name="clause" label={texts.clause} rules={needed}><Input /></Form.Item>
              <Form.Item name="mark" label={texts.mark} rules={needed}><Select options={Object.keys(SourceMarkNames).map((value) => ({ value, label: name(SourceMarkNames, value) }))} /></Form.Item>
              <Button type="primary" htmlType="submit">{words.send}</Button>
            </Form>
          )}
        </Shown>
      </Modal>
    </>
  );
}

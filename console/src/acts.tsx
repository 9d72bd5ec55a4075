import { Button, DatePicker, Form, Input, InputNumber, Modal, Radio, Select, Space } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { type ReactNode, useState } from "react";

import type { Names } from "./gql/enum-names";
import { KeptForm } from "./kept-form";
import { useNames, useWords } from "./language";

type Option = { value: string | number; label: string };
/** A field of an act: a line of text unless it is of another kind; it must be filled in unless it may be left out. */
export type ActField = { name: string; label: string; kind?: "rows" | "day" | "whole" | "exact" | "one" | "several" | "yes"; options?: Option[]; help?: string; may?: boolean; initial?: unknown };
type Sent = { data?: unknown; errors: unknown[] };
/** Something that a person may do now: asked first, or filled in first, then sent. `send` is given the fields by their names. */
export type Act = { label: string; says?: ReactNode; fields?: ActField[]; primary?: boolean; danger?: boolean; send: (given: never) => Promise<Sent> };

/** The values of an enumeration, to choose from. */
export function useOptions() {
  const name = useNames();
  return (names: Names, only?: readonly string[]): Option[] => Object.keys(names).filter((value) => !only || only.includes(value)).map((value) => ({ value, label: name(names, value) }));
}

/** What may be done, a button each, with its form in a dialogue. Whatever falls under `false` is not offered. about: the thing, so that what was typed for one is not shown for another. */
export function Acts({ about, acts, done, small }: { about: string; acts: (Act | false | "" | null | undefined)[]; done: () => void; small?: boolean }) {
  const words = useWords();
  const [open, setOpen] = useState<string>();
  const offered = acts.filter((one) => !!one);
  const act = offered.find((one) => one.label === open);
  async function sent(given: Record<string, unknown>) {
    if (!act) return;
    const read = Object.fromEntries((act.fields ?? []).map((one) => [one.name, asSent(given[one.name])]));
    const { data, errors } = await act.send(read as never);
    if (!data || errors.length) return;
    setOpen(undefined);
    done();
  }
  if (!offered.length) return null;
  return (
    <>
      <Space wrap>
        {offered.map((one) => <Button key={one.label} size={small ? "small" : "middle"} type={one.primary ? "primary" : "default"} danger={one.danger} onClick={() => setOpen(one.label)}>{one.label}</Button>)}
      </Space>
      <Modal open={act !== undefined} title={act?.label} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
        {act?.says && <div style={{ marginBottom: 12 }}>{act.says}</div>}
        <KeptForm about={`${act?.label} ${about}`} layout="vertical" onFinish={(given: Record<string, unknown>) => void sent(given)} initialValues={Object.fromEntries((act?.fields ?? []).map((one) => [one.name, one.kind === "day" && one.initial ? dayjs(one.initial as string) : one.initial]))}>
          {act?.fields?.map((one) => (
            <Form.Item key={one.name} name={one.name} label={one.label} extra={one.help} rules={one.may ? [] : [{ required: true, message: words.signIn.missing }]}>{fieldOf(one, words)}</Form.Item>
          ))}
          <Button type="primary" danger={act?.danger} htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}

function fieldOf({ kind, options }: ActField, words: ReturnType<typeof useWords>) {
  if (kind === "rows") return <Input.TextArea rows={4} />;
  if (kind === "day") return <DatePicker style={{ width: "100%" }} />;
  if (kind === "whole") return <InputNumber precision={0} style={{ width: 160 }} />;
  if (kind === "exact") return <InputNumber stringMode style={{ width: 200 }} />;
  if (kind === "one" || kind === "several") return <Select mode={kind === "several" ? "multiple" : undefined} allowClear showSearch={{ optionFilterProp: "label" }} options={options} />;
  if (kind === "yes") return <Radio.Group options={[{ value: true, label: words.yes }, { value: false, label: words.no }]} />;
  return <Input />;
}

function asSent(given: unknown) {
  if (dayjs.isDayjs(given)) return (given as Dayjs).format("YYYY-MM-DD");
  return given === undefined || given === "" ? null : given;
}

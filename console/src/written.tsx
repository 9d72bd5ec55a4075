import { Button, Form, Input, Modal, Select } from "antd";
import type { ReactNode } from "react";

import { KeptForm } from "./kept-form";
import { useWords } from "./language";

type Field = { name: string; label: string; rows?: number; help?: string; options?: readonly string[] };

/** A small form of texts in a dialogue of its own. about: the thing, so that what was typed for one is not shown for another. */
export function Written(given: { about: string; open: boolean; title: string; close: () => void; fields: Field[]; send: (texts: Record<string, string>) => Promise<void>; children?: ReactNode }) {
  const words = useWords();
  return (
    <Modal open={given.open} title={given.title} onCancel={given.close} footer={null} destroyOnHidden>
      {given.children}
      <KeptForm about={`${given.title} ${given.about}`} layout="vertical" onFinish={(texts: Record<string, string | string[]>) => void given.send(Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Array.isArray(text) ? (text[0] ?? "") : text])))}>
        {given.fields.map((one) => (
          <Form.Item key={one.name} name={one.name} label={one.label} extra={one.help} rules={[{ required: true, message: words.signIn.missing }]}>
            {one.options ? <Select mode="tags" maxCount={1} options={one.options.map((value) => ({ value, label: value }))} /> : one.rows ? <Input.TextArea rows={one.rows} /> : <Input />}
          </Form.Item>
        ))}
        <Button type="primary" htmlType="submit">{words.send}</Button>
      </KeptForm>
    </Modal>
  );
}

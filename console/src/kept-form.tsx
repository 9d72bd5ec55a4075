import { Alert, Button, Form, type FormProps } from "antd";
import { useEffect, useRef, useState } from "react";

import { shanghai } from "./format";
import { begunUnder, forget, keepUnder } from "./kept";
import { spoken } from "./language";
import { useViewer } from "./session";

const useTexts = spoken(
  { again: (at: string) => `已恢复您于 ${at} 填写、尚未提交的内容。`, afresh: "清空重填" },
  { again: (at: string) => `What you filled in on ${at} and have not sent is here again.`, afresh: "Start afresh" },
);

/**
 * A form whose values outlive its page until they are sent: a reload, a session that ends, a dialogue that is closed too early. They are
 * on the device alone, for their person alone. about: which form of which thing it is, so that no other is given them. A form that stays
 * after it was sent says by its promise whether it was taken.
 */
export function KeptForm<V extends object>({ about, children, ...given }: Omit<FormProps<V>, "children"> & { about: string; children: React.ReactNode }) {
  const texts = useTexts();
  const { viewer } = useViewer();
  const name = `${viewer.membership ?? viewer.role} ${about}`;
  const [form] = Form.useForm<V>(given.form);
  const [begun, setBegun] = useState(() => begunUnder(localStorage, name, Date.now()));
  const cleared = useRef(false);
  const sent = useRef(false);
  useEffect(() => () => {
    if (sent.current) forget(localStorage, name); // the form goes with what it was sent for
  }, [name]);
  useEffect(() => {
    if (cleared.current) form.resetFields();
  }, [begun, form]);
  const afresh = () => {
    forget(localStorage, name);
    cleared.current = true;
    setBegun(undefined);
  };
  return (
    <Form<V>
      {...given}
      form={form}
      initialValues={{ ...given.initialValues, ...begun?.values }}
      onValuesChange={(changed, all) => {
        sent.current = false;
        keepUnder(localStorage, name, all, Date.now());
        given.onValuesChange?.(changed, all);
      }}
      onFinish={(values) => {
        sent.current = true;
        const taken = given.onFinish?.(values) as unknown;
        if (taken instanceof Promise) void taken.then((was) => was === true && forget(localStorage, name));
      }}
    >
      {begun && <Alert type="info" style={{ marginBottom: 12 }} title={texts.again(shanghai(new Date(begun.at).toISOString()))} action={<Button size="small" onClick={afresh}>{texts.afresh}</Button>} />}
      {children}
    </Form>
  );
}

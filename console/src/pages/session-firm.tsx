import { Button, Card, Form, Input, InputNumber, Modal, Space, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { AttendanceStatusNames } from "../gql/enum-names";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { Written } from "../written";

const OWN = graphql(`query OwnAttendance($session: [ID!]!) { outreachAttendances(filter: { outreachSession: $session }, first: 1) { nodes { id status reason people enterprise { id } groups { function people } } } }`);
const SIGN_UP = graphql(`mutation SignUpForOutreachSession($session: ID!, $enterprise: ID!, $groups: [AttendeeGroupInput!]!) { signUpForOutreachSession(input: { outreachSession: $session, enterprise: $enterprise, groups: $groups }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DECLINE = graphql(`mutation DeclineOutreachSession($session: ID!, $enterprise: ID!, $reason: String!) { declineOutreachSession(input: { outreachSession: $session, enterprise: $enterprise, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const SIGN_IN = graphql(`mutation SignInToOutreachSession($session: ID!, $enterprise: ID!, $people: Int!, $code: String!) { signInToOutreachSession(input: { outreachSession: $session, enterprise: $enterprise, people: $people, code: $code }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  { title: "本企业参会", invited: "请报名，或说明不能参加的理由。", signUp: "报名", who: "参会人员", role: (n: number) => `${n} 职能`, people: (n: number) => `${n} 人数`, add: "增加一类人员", decline: "谢绝", reason: "理由", signIn: "签到", code: "会场出示的六位签到码", came: "到会人数", coming: (text: string, n: number) => `${text} ${n} 人`, not: "贵企业未受邀参加此场次。" },
  { title: "Your firm", invited: "Sign up, or say why you cannot come.", signUp: "Sign up", who: "Who comes", role: (n: number) => `${n} function`, people: (n: number) => `${n} people`, add: "Another function", decline: "Decline", reason: "Why", signIn: "Sign in", code: "The six digits shown in the room", came: "People who came", coming: (text: string, n: number) => `${text}: ${n}`, not: "Your firm is not invited to this session." },
);
type Groups = { groups: { function: string; people: number }[] };

/** A firm's own part in a session: signs up with who comes, or declines; signs in with the code shown in the room. */
export function FirmInSession({ session, changed }: { session: string; changed: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const [open, setOpen] = useState<"sign-up" | "decline" | "sign-in">();
  const answer = useAsk(OWN, { session: [session] });
  const required = [{ required: true, message: words.signIn.missing }];

  async function done(sent: Promise<{ data?: unknown; errors: unknown[] }>) {
    const { data, errors } = await sent;
    if (!data || errors.length) return;
    setOpen(undefined);
    answer.again();
    changed();
  }

  return (
    <Shown answer={answer}>
      {({ outreachAttendances: { nodes: [own] } }) => {
        if (!own?.enterprise) return <p>{texts.not}</p>;
        const firm = { session, enterprise: own.enterprise.id };
        return (
          <Card size="small" title={texts.title} extra={<Tag>{name(AttendanceStatusNames, own.status)}</Tag>} style={{ margin: "16px 0" }}>
            {own.status === "INVITED" && <p>{texts.invited}</p>}
            {own.groups.length > 0 && <p>{own.groups.map((one) => texts.coming(one.function, one.people)).join(" · ")}</p>}
            {own.reason && <p>{own.reason}</p>}
            <Space wrap>
              {["INVITED", "DECLINED", "SIGNED_UP"].includes(own.status) && <Button onClick={() => setOpen("sign-up")}>{texts.signUp}</Button>}
              {["INVITED", "SIGNED_UP"].includes(own.status) && <Button onClick={() => setOpen("decline")}>{texts.decline}</Button>}
              {own.status !== "CAME" && <Button type="primary" onClick={() => setOpen("sign-in")}>{texts.signIn}</Button>}
            </Space>
            <Modal open={open === "sign-up"} title={texts.signUp} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
              <KeptForm<Groups> about={`sign up ${session}`} layout="vertical" initialValues={{ groups: [{ people: 1 }] }} onFinish={({ groups }) => void done(send(SIGN_UP, { ...firm, groups }))}>
                <Form.List name="groups">
                  {(rows, { add }) => (
                    <>
                      {rows.map((row) => (
                        <Space key={row.key} wrap>
                          <Form.Item name={[row.name, "function"]} label={texts.role(row.name + 1)} rules={required}><Input /></Form.Item>
                          <Form.Item name={[row.name, "people"]} label={texts.people(row.name + 1)} rules={required}><InputNumber min={1} /></Form.Item>
                        </Space>
                      ))}
                      <Button onClick={() => add({ people: 1 })} style={{ marginBottom: 16 }}>{texts.add}</Button>
                    </>
                  )}
                </Form.List>
                <div><Button type="primary" htmlType="submit">{words.send}</Button></div>
              </KeptForm>
            </Modal>
            <Modal open={open === "sign-in"} title={texts.signIn} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
              <KeptForm<{ code: string; people: number }> about={`sign in ${session}`} layout="vertical" onFinish={(given) => void done(send(SIGN_IN, { ...firm, ...given }))}>
                <Form.Item name="code" label={texts.code} rules={required}><Input inputMode="numeric" maxLength={6} autoComplete="one-time-code" /></Form.Item>
                <Form.Item name="people" label={texts.came} rules={required}><InputNumber min={1} /></Form.Item>
                <Button type="primary" htmlType="submit">{words.send}</Button>
              </KeptForm>
            </Modal>
            <Written about={session} open={open === "decline"} title={texts.decline} close={() => setOpen(undefined)} fields={[{ name: "reason", label: texts.reason, rows: 3 }]} send={({ reason = "" }) => done(send(DECLINE, { ...firm, reason }))} />
          </Card>
        );
      }}
    </Shown>
  );
}

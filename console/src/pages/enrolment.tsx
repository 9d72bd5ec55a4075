import { Alert, Button, Form, Input, QRCode, Typography } from "antd";
import { useEffect, useState } from "react";

import { useSend } from "../ask";
import { graphql } from "../gql";
import { useWords } from "../language";

const ENROL = graphql(`
  mutation EnrolSecondFactor($ticket: String!) {
    enrolSecondFactor(input: { kind: TIME_CODE, ticket: $ticket }) { enrolment { ticket secret address } userErrors { code clause field bound message messageInEnglish } }
  }
`);
const CONFIRM = graphql(`
  mutation ConfirmSecondFactor($ticket: String!, $code: String!) {
    confirmSecondFactor(input: { ticket: $ticket, code: $code }) {
      recoveryCodes session { token } userErrors { code clause field bound message messageInEnglish }
    }
  }
`);

/** Enrols an authenticator in a sign-in that asks for one; its recovery codes are shown before the way goes on. */
export function Enrolment({ ticket, entered }: { ticket: string; entered: (token: string) => Promise<void> }) {
  const words = useWords().signIn;
  const send = useSend();
  const [given, setGiven] = useState<{ ticket: string; secret: string | null; address: string | null }>();
  const [done, setDone] = useState<{ token: string; codes: string[] }>();
  useEffect(() => {
    void send(ENROL, { ticket }).then(({ data }) => setGiven(data?.enrolSecondFactor.enrolment ?? undefined));
  }, [ticket, send]);

  async function confirm({ code }: { code: string }) {
    const { data } = await send(CONFIRM, { ticket: given?.ticket ?? "", code });
    const found = data?.confirmSecondFactor;
    if (found?.session) setDone({ token: found.session.token, codes: found.recoveryCodes ?? [] });
  }

  if (done) {
    return (
      <>
        <Alert type="warning" showIcon title={words.codes} />
        <Typography.Paragraph copyable={{ text: done.codes.join("\n") }} style={{ marginTop: 16 }}>
          {done.codes.map((one) => <code key={one} style={{ display: "block" }}>{one}</code>)}
        </Typography.Paragraph>
        <Button type="primary" block onClick={() => void entered(done.token)}>{words.codesKept}</Button>
      </>
    );
  }
  return (
    <Form layout="vertical" requiredMark={false} onFinish={(sent: { code: string }) => void confirm(sent)}>
      <p>{words.mustEnrol}</p>
      {given?.address && <div aria-hidden="true"><QRCode value={given.address} bordered={false} type="svg" style={{ margin: "0 auto 12px" }} /></div>}
      {given?.secret && <p>{words.secret} <Typography.Text code copyable>{given.secret}</Typography.Text></p>}
      <Form.Item name="code" label={words.code} rules={[{ required: true, message: words.missing }]}>
        <Input autoComplete="one-time-code" inputMode="numeric" />
      </Form.Item>
      <Button type="primary" htmlType="submit" block disabled={!given}>{words.confirm}</Button>
    </Form>
  );
}

import { App, Button, Card, Form, Input } from "antd";
import { useNavigate, useSearchParams } from "react-router";

import { useSend } from "../ask";
import { graphql } from "../gql";
import { useWords } from "../language";

const ACCEPT = graphql(`
  mutation AcceptInvitation($ticket: String!, $login: String!, $password: String!) {
    acceptInvitation(input: { ticket: $ticket, login: $login, password: $password }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

/** A person who was invited chooses how to sign in. */
export function Join() {
  const words = useWords().signIn;
  const send = useSend();
  const go = useNavigate();
  const { notification } = App.useApp();
  const [sought] = useSearchParams();

  async function accept(given: { ticket: string; login: string; password: string }) {
    const { data, errors } = await send(ACCEPT, given);
    if (!data || errors.length) return;
    notification.success({ title: words.joined });
    await go("/");
  }

  return (
    <Card style={{ maxWidth: 420, margin: "6vh auto" }}>
      <h1>{words.join}</h1>
      <p>{words.joinText}</p>
      <Form layout="vertical" requiredMark={false} initialValues={{ ticket: sought.get("ticket") ?? "" }} onFinish={(given) => void accept(given as { ticket: string; login: string; password: string })}>
        <Form.Item name="ticket" label={words.invitation} rules={[{ required: true, message: words.missing }]}><Input autoComplete="off" /></Form.Item>
        <Form.Item name="login" label={words.login} rules={[{ required: true, message: words.missing }]}><Input autoComplete="username" /></Form.Item>
        <Form.Item name="password" label={words.password} rules={[{ required: true, message: words.missing }]}><Input.Password autoComplete="new-password" /></Form.Item>
        <Button type="primary" htmlType="submit" block>{words.join}</Button>
      </Form>
    </Card>
  );
}

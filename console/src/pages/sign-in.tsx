import { Alert, Button, Form, Space } from "antd";
import Input from "antd/es/input/Input";
import Password from "antd/es/input/Password"; // each by itself: what the other fields and cards bring along, nobody needs who signs in
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Link } from "react-router";

import { opening } from "../api";
import { type UserError, useSend } from "../ask";
import { useLanguage, useWords } from "../language";
import { keepSession, SECOND_STEP, SIGN_IN, useViewer } from "../session";

const Enrolment = lazy(async () => ({ default: (await import("./enrolment")).Enrolment }));

/** Name and password, then the second step where there is one. */
export function SignIn() {
  const words = useWords();
  const { language, set } = useLanguage();
  const { viewer, again } = useViewer();
  const send = useSend();
  const [problem, setProblem] = useState<ReactNode>();
  const [ticket, setTicket] = useState<string>();
  const [enrolling, setEnrolling] = useState<string>();
  const [recovering, setRecovering] = useState(false);
  const [keyed, setKeyed] = useState(false);
  const [busy, setBusy] = useState(false);

  const refused = (one: UserError) => <>{language === "zh" ? one.message : one.messageInEnglish}{one.clause && <div className="clause">{words.clause(one.clause)}</div>}</>;

  async function entered(token: string) {
    if (await keepSession(token)) again();
    else setProblem(words.signIn.failed);
  }

  async function signIn(given: { login: string; password: string }) {
    setBusy(true);
    setProblem(undefined);
    const { data, errors, offline } = await send(SIGN_IN, given, true);
    setBusy(false);
    const answer = data?.signIn;
    if (errors[0]) setProblem(refused(errors[0]));
    else if (answer?.session) await entered(answer.session.token);
    else if (answer?.secondStep?.mustEnrol) setEnrolling(answer.secondStep.ticket);
    else if (answer?.secondStep) setTicket(answer.secondStep.ticket);
    else setProblem(offline ? words.network : answer ? words.signIn.refused : words.signIn.failed);
  }

  async function confirm(given: { code?: string; recoveryCode?: string }) {
    setBusy(true);
    const { data, errors } = await send(SECOND_STEP, { ticket: ticket ?? "", code: given.code ?? "", recoveryCode: given.recoveryCode ?? "" }, true);
    setBusy(false);
    if (errors[0]) setProblem(refused(errors[0]));
    else if (data?.passSecondFactor.session) await entered(data.passSecondFactor.session.token);
    else setProblem(words.signIn.failed);
  }

  return (
    <section className="entry">
      <p><strong>{words.product}</strong>{words.colon}{words.signIn.about}</p>
      <h1>{words.signIn.title}</h1>
      {viewer.synthetic && <Alert type="info" role="note" title={words.synthetic} style={{ marginBottom: 16 }} />}
      {problem && <Alert type="error" showIcon title={problem} role="alert" style={{ marginBottom: 16 }} />}
      {enrolling !== undefined ? (
        <Suspense fallback={words.loading}><Enrolment ticket={enrolling} entered={entered} /></Suspense>
      ) : keyed ? (
        <Form key="key" layout="vertical" requiredMark={false} onFinish={({ key }: { key: string }) => void keepSession(key.trim()).then((kept) => (kept ? again() : setProblem(words.signIn.keyRefused)))}>
          <Form.Item name="key" label={words.signIn.key} rules={[{ required: true, message: words.signIn.missing }]}>
            <Password autoComplete="off" autoFocus />
          </Form.Item>
          <Space>
            <Button type="primary" htmlType="submit">{words.signIn.enter}</Button>
            <Button onClick={() => setKeyed(false)}>{words.cancel}</Button>
          </Space>
        </Form>
      ) : ticket === undefined ? (
        <Form key="first" layout="vertical" requiredMark={false} onFinish={(given) => void signIn(given as { login: string; password: string })}>
          <Form.Item name="login" label={words.signIn.login} rules={[{ required: true, message: words.signIn.missing }]}>
            <Input autoComplete="username" autoFocus />
          </Form.Item>
          <Form.Item name="password" label={words.signIn.password} rules={[{ required: true, message: words.signIn.missing }]}>
            <Password autoComplete="current-password" />
          </Form.Item>
          <Space orientation="vertical" style={{ width: "100%" }}>
            <Button type="primary" htmlType="submit" loading={busy} block>{words.signIn.enter}</Button>
            {viewer.singleSignOn && <Button href={opening(viewer.singleSignOn)} block>{words.signIn.singleSignOn}</Button>}
            <Button type="link" style={{ padding: 0 }} onClick={() => { setProblem(undefined); setKeyed(true); }}>{words.signIn.withKey}</Button>
            <a href="/verify">{words.signIn.verify}</a>
            <Link to="/directory">{words.signIn.public}</Link>
            <Button type="link" style={{ padding: 0 }} onClick={() => set(language === "zh" ? "en" : "zh")} lang={language === "zh" ? "en" : "zh-CN"}>{words.language}</Button>
          </Space>
        </Form>
      ) : (
        <Form key="second" layout="vertical" requiredMark={false} onFinish={(given) => void confirm(given as { code?: string; recoveryCode?: string })}>
          {recovering ? (
            <Form.Item name="recoveryCode" label={words.signIn.recovery} rules={[{ required: true, message: words.signIn.missing }]}>
              <Input autoComplete="off" autoFocus />
            </Form.Item>
          ) : (
            <Form.Item name="code" label={words.signIn.code} rules={[{ required: true, message: words.signIn.missing }]}>
              <Input autoComplete="one-time-code" inputMode="numeric" autoFocus />
            </Form.Item>
          )}
          <Button type="primary" htmlType="submit" loading={busy} block>{words.signIn.confirm}</Button>
          {!recovering && <Button type="link" onClick={() => setRecovering(true)}>{words.signIn.useRecovery}</Button>}
        </Form>
      )}
    </section>
  );
}

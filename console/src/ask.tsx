import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { Alert, App, Button, Skeleton } from "antd";
import { type ReactNode, useCallback, useRef } from "react";
import { type AnyVariables, useClient, useQuery } from "urql";

import { type Fault, faultOf, persisted } from "./api";
import { useLanguage, useWords } from "./language";
import { MOST_READ_ON } from "./whole";

export interface Answer<R> {
  data: R | undefined;
  fault: Fault | undefined;
  fetching: boolean;
  again: () => void;
  /** A list of it goes on beyond what is read of one. */
  cut?: boolean;
}

/** What a query answers, kept current by asking again. What it answered last stays where asking the same again fails: a form below it would go, and with it what was typed. */
export function useAsk<R, V extends AnyVariables>(document: TypedDocumentNode<R, V>, variables: V, pause = false): Answer<R> {
  const [answer, execute] = useQuery<R, V>({ query: persisted(document), variables, pause } as Parameters<typeof useQuery<R, V>>[0]);
  const again = useCallback(() => execute({ requestPolicy: "network-only" }), [execute]);
  const asked = JSON.stringify(variables);
  const last = useRef<{ asked: string; data: R }>(undefined);
  if (answer.data && !answer.fetching && !answer.stale) last.current = { asked, data: answer.data };
  const data = answer.data ?? (last.current?.asked === asked ? last.current.data : undefined);
  return { data, fault: faultOf(answer.error, Boolean(answer.data)), fetching: answer.fetching, again, cut: answer.extensions?.cut === true };
}

export interface UserError {
  code: string;
  clause: string | null;
  field?: string | null;
  bound?: string | null;
  message: string;
  messageInEnglish: string;
}

/** Sends a command; what it is refused for, or nothing. Refusals and faults are told to the person. */
export function useSend() {
  const client = useClient();
  const { notification, message } = App.useApp();
  const words = useWords();
  const { language } = useLanguage();
  return useCallback(
    async <R, V extends AnyVariables>(document: TypedDocumentNode<R, V>, variables: V, quiet = false): Promise<{ data?: R; errors: UserError[]; offline: boolean }> => {
      const answer = await client.mutation<R, V>(persisted(document), variables).toPromise();
      const fault = faultOf(answer.error);
      if (fault && !answer.data) {
        if (!quiet) notification.error({ title: fault.offline ? words.network : fault.says.map((one) => halfOf(one, language)).join("\n"), description: fault.requestId && words.requestId(fault.requestId) });
        return { errors: [], offline: fault.offline };
      }
      const payload = Object.values(answer.data as Record<string, { userErrors?: UserError[] }>)[0];
      const errors = payload?.userErrors ?? [];
      if (errors.length && !quiet) {
        notification.warning({
          title: words.acts.refused,
          duration: 10,
          description: (
            <ul className="plain">
              {errors.map((one) => (
                <li key={one.code + (one.field ?? "")}>
                  {language === "zh" ? one.message : one.messageInEnglish}
                  {one.clause && <div className="clause">{words.clause(one.clause)}</div>}
                </li>
              ))}
            </ul>
          ),
        });
      } else if (!errors.length && !quiet) {
        void message.success(words.acts.done);
      }
      return { data: answer.data, errors, offline: false };
    },
    [client, notification, message, words, language],
  );
}

/** The content once it is there; before that that it is being read, or why it cannot be. */
export function Shown<R>({ answer, children }: { answer: Answer<R>; children: (data: R) => ReactNode }) {
  const words = useWords();
  const { data, fault } = answer;
  if (data) {
    return (
      <>
        {fault && fault.says.length > 0 && <Faulted fault={fault} again={answer.again} />}
        {answer.cut && <Alert type="info" showIcon title={words.cut(MOST_READ_ON)} style={{ marginBottom: 16 }} />}
        {children(data)}
      </>
    );
  }
  if (fault) return <Faulted fault={fault} again={answer.again} />;
  return <Skeleton active aria-label={words.loading} />;
}

/** A fault is said in Chinese, then in English: the reader's half of it. */
export function halfOf(said: string, language: string): string {
  const [, inChinese, inEnglish] = /^(.*[。！？])\s*([\x20-\x7e‘’“”–—…]+)$/s.exec(said) ?? [];
  return (language === "zh" ? inChinese : inEnglish) ?? said;
}

export function Faulted({ fault, again }: { fault: Fault; again?: () => void }) {
  const words = useWords();
  const { language } = useLanguage();
  return (
    <Alert
      type={fault.offline ? "warning" : "error"}
      showIcon
      title={fault.offline ? words.network : [...new Set(fault.says.map((one) => halfOf(one, language)))].join("\n")}
      description={fault.requestId && words.requestId(fault.requestId)}
      action={again && <Button onClick={again}>{words.retry}</Button>}
      style={{ marginBottom: 16 }}
    />
  );
}

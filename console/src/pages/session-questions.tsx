import { Button, Card, Empty, Space, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { QuestionStatusNames } from "../gql/enum-names";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetList } from "../sheet-list";
import { Written } from "../written";

const QUESTIONS = graphql(`query OutreachQuestions($session: [ID!]!, $firm: Boolean!, $outreachQuestionsAfter: String) { outreachQuestions(filter: { outreachSession: $session }, first: 50, after: $outreachQuestionsAfter) { pageInfo { hasNextPage endCursor } nodes { id status text wording answer askedAt enterprise { id name } } } enterprises(first: 1) @include(if: $firm) { nodes { id } } }`);
const ASK = graphql(`mutation AskOutreachQuestion($session: ID!, $enterprise: ID!, $text: String!) { askOutreachQuestion(input: { outreachSession: $session, enterprise: $enterprise, text: $text }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ANSWER = graphql(`mutation AnswerOutreachQuestion($question: ID!, $answer: String!) { answerOutreachQuestion(input: { outreachQuestion: $question, answer: $answer }) { userErrors { code clause field bound message messageInEnglish } } }`);
const PUBLISH = graphql(`mutation PublishOutreachAnswer($question: ID!, $wording: String!) { publishOutreachAnswer(input: { outreachQuestion: $question, wording: $wording }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  { title: "问与答", none: "尚无提问。", ask: "提问", question: "问题", answer: "答复", publish: "公开", wording: "公开的问题", wordingHelp: "写成任何企业都可能提出的问题，不出现提问企业的名称或情况" },
  { title: "Questions and answers", none: "Nothing has been asked.", ask: "Ask", question: "Question", answer: "Answer", publish: "Publish", wording: "The question as published", wordingHelp: "As any firm might ask it, without the name or circumstances of whoever did" },
);

const FIRM = ["ENTERPRISE", "FILLER", "DEPARTMENT_FILLER", "CONFIRMER"];

/** Questions put at a session: a firm asks, the organiser answers, and publishes what others may want to know without who asked. */
export function SessionQuestions({ session }: { session: string }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState<{ what: "ask" } | { what: "answer" | "publish"; question: string }>();
  const answer = useAsk(QUESTIONS, { session: [session], firm: FIRM.includes(viewer.role) });
  const organises = ["CITY", "DISTRICT", "PARK"].includes(viewer.role);

  async function done(sent: Promise<{ data?: unknown; errors: unknown[] }>) {
    const { data, errors } = await sent;
    if (!data || errors.length) return;
    setOpen(undefined);
    answer.again();
  }
  const close = () => setOpen(undefined);

  return (
    <section aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <Shown answer={answer}>
        {({ outreachQuestions: { nodes }, enterprises }) => {
          const enterprise = enterprises?.nodes[0];
          return (
          <>
            {enterprise && <Button onClick={() => setOpen({ what: "ask" })} style={{ marginBottom: 12 }}>{texts.ask}</Button>}
            <SheetList
              caption={texts.title}
              rows={nodes}
              rowKey={(one) => one.id}
              empty={<Empty description={texts.none} />}
              columns={[
                { title: texts.question, text: (one) => one.text ?? one.wording ?? "" },
                { title: words.fields.at, text: (one) => shanghai(one.askedAt) },
                { title: words.fields.enterprise, text: (one) => one.enterprise?.name ?? "" },
                { title: words.fields.status, text: (one) => name(QuestionStatusNames, one.status) },
                { title: texts.answer, text: (one) => one.answer ?? "" },
              ]}
              render={(one) => (
              <Card size="small" style={{ marginBottom: 12 }} title={<span style={{ whiteSpace: "normal" }}>{one.text ?? one.wording}</span>} extra={<Tag>{name(QuestionStatusNames, one.status)}</Tag>}>
                <p className="clause">{shanghai(one.askedAt)} {one.enterprise?.name}</p>
                {one.answer && <p>{one.answer}</p>}
                {organises && (
                  <Space>
                    {one.status === "ASKED" && <Button onClick={() => setOpen({ what: "answer", question: one.id })}>{texts.answer}</Button>}
                    {one.status === "ANSWERED" && <Button onClick={() => setOpen({ what: "publish", question: one.id })}>{texts.publish}</Button>}
                  </Space>
                )}
              </Card>
              )}
            />
            <Written about={session} open={open?.what === "ask"} title={texts.ask} close={close} fields={[{ name: "text", label: texts.question, rows: 3 }]} send={({ text = "" }) => (enterprise ? done(send(ASK, { session, enterprise: enterprise.id, text })) : Promise.resolve())} />
          </>
          );
        }}
      </Shown>
      <Written about={open && "question" in open ? open.question : ""} open={open?.what === "answer"} title={texts.answer} close={close} fields={[{ name: "answer", label: texts.answer, rows: 4 }]} send={({ answer: text = "" }) => (open && "question" in open ? done(send(ANSWER, { question: open.question, answer: text })) : Promise.resolve())} />
      <Written about={open && "question" in open ? open.question : ""} open={open?.what === "publish"} title={texts.publish} close={close} fields={[{ name: "wording", label: texts.wording, rows: 3, help: texts.wordingHelp }]} send={({ wording = "" }) => (open && "question" in open ? done(send(PUBLISH, { question: open.question, wording })) : Promise.resolve())} />
    </section>
  );
}

import { Alert, Button, Card, Empty, Form, Input, Modal, Select, Space, Tag } from "antd";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Link, useSearchParams } from "react-router";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { DispositionNames, RevisionKindNames, RevisionStatusNames, RoleNames } from "../gql/enum-names";
import type { CommentsQuery, Disposition } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { BeginRevision } from "./revision-begin";

const RevisionDraft = lazy(async () => ({ default: (await import("./revision-draft")).RevisionDraft }));
const RevisionShadow = lazy(async () => ({ default: (await import("./revision-shadow")).RevisionShadow }));
const REVISIONS = graphql(`query Revisions($revisionsAfter: String) { revisions(first: 20, after: $revisionsAfter) { pageInfo { hasNextPage endCursor } nodes { id kind key base title why status consultation { since until closed commentCount unansweredCount } inForceFrom } } }`);
const TEXT = graphql(`query ConsultedText($id: ID!) { revisionText(revision: $id) { differences { clause label before after } } }`);
const COMMENTS = graphql(`
  query Comments($id: ID!, $unanswered: Boolean!, $first: Int, $after: String, $last: Int, $before: String) {
    comments(revision: $id, unanswered: $unanswered, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id number clause label text role organisation at disposition answer answeredAt }
    }
  }
`);
const COMMENT = graphql(`mutation CommentOnDraft($id: ID!, $clause: String, $text: String!) { commentOnDraft(input: { revision: $id, clause: $clause, text: $text }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ANSWER = graphql(`
  mutation AnswerComment($id: ID!, $comment: ID!, $disposition: Disposition!, $reason: String!) {
    answerComment(input: { revision: $id, comment: $comment, disposition: $disposition, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    none: "目前没有修订。", revision: "修订", becomes: (base: string, key: string) => `由 ${base} 版修订为 ${key} 版`, days: (since: string, until: string) => `征求意见 ${since} 至 ${until}`, inForce: (day: string) => `自 ${day} 起施行`,
    text: "征求意见稿与现行版本的差异", clause: "条款", before: "现行", after: "征求意见稿", comments: "意见与答复", unanswered: "未答复", all: "全部意见", comment: "提出意见", whole: "全文", about: "针对条款", says: "意见内容", by: "提出方", reply: "答复", again: "再次答复", disposition: "处理", noComments: "尚无意见。", signIn: "登录后可对征求意见稿提出意见，并查看各方意见与答复。", shadow: "影子测算",
  },
  {
    none: "No revision is under way.", revision: "Revision", becomes: (base: string, key: string) => `edition ${base} becomes ${key}`, days: (since: string, until: string) => `consultation ${since} to ${until}`, inForce: (day: string) => `in force from ${day}`,
    text: "Where the text on consultation differs from what is in force", clause: "Clause", before: "In force", after: "On consultation", comments: "Comments and dispositions", unanswered: "Unanswered", all: "All comments", comment: "Comment", whole: "The whole text", about: "About the clause", says: "Comment", by: "From", reply: "Answer", again: "Answer again", disposition: "Disposition", noComments: "There are no comments.", signIn: "Sign in to comment on the draft, and to read comments and what became of them.", shadow: "Shadow re-scoring",
  },
);
type Comment = CommentsQuery["comments"]["nodes"][number];
const DESK = ["CITY", "MARKER", "ARBITER", "SAMPLER", "READER", "AUDITOR"];

/** Revisions of the standard: the text on consultation, comments with what became of them, and for the standards desk the draft. */
export function Revisions() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const [sought, seek] = useSearchParams();
  const answer = useAsk(REVISIONS, {});
  const { viewer } = useViewer();
  return (
    <Shown answer={answer}>
      {({ revisions }) => {
        const chosen = revisions.nodes.find((one) => one.id === sought.get("revision")) ?? revisions.nodes[0];
        const begin = viewer.role === "CITY" && <BeginRevision begun={(revision) => { answer.again(); seek({ tab: "revisions", revision }); }} />;
        if (!chosen) return <>{begin}<Empty description={texts.none} /></>;
        const { consultation } = chosen;
        const desk = DESK.includes(viewer.role);
        return (
          <>
            <div className="bar">
              <Select aria-label={texts.revision} className="grow" style={{ minWidth: 0, maxWidth: "100%" }} value={chosen.id} onChange={(revision) => seek({ tab: "revisions", revision })} options={revisions.nodes.map((one) => ({ value: one.id, label: one.title }))} />
              <Tag color="#1252b3">{name(RevisionStatusNames, chosen.status)}</Tag>
              {begin}
            </div>
            <p>{name(RevisionKindNames, chosen.kind)}{words.colon}{texts.becomes(chosen.base, chosen.key)}。{chosen.why}</p>
            <p className="clause">{consultation && texts.days(consultation.since, consultation.until)} {chosen.inForceFrom && texts.inForce(chosen.inForceFrom)}</p>
            {desk && <Suspense><RevisionDraft key={chosen.id} revision={chosen} again={answer.again} /></Suspense>}
            {desk && <><h2>{texts.shadow}</h2><Suspense><RevisionShadow key={chosen.id} revision={chosen.id} /></Suspense></>}
            {consultation && <Consulted key={chosen.id} id={chosen.id} open={chosen.status === "CONSULTING" && !consultation.closed} signedIn={viewer.role !== "PUBLIC"} changed={answer.again} />}
          </>
        );
      }}
    </Shown>
  );
}

function Consulted({ id, open: consulting, signedIn, changed }: { id: string; open: boolean; signedIn: boolean; changed: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const open = consulting && signedIn;
  const [about, setAbout] = useState<string>();
  const answer = useAsk(TEXT, { id });
  return (
    <>
      <h2>{texts.text}</h2>
      <Shown answer={answer}>
        {({ revisionText }) => (
          <>
            <SheetTable
              rowKey="clause"
              caption={texts.text}
              dataSource={revisionText?.differences ?? []}
              columns={[
                { title: texts.clause, render: (_, one) => one.label },
                { title: texts.before, render: (_, one) => one.before ?? "—" },
                { title: texts.after, render: (_, one) => one.after ?? "—" },
                ...(open ? [{ title: "", render: (_: unknown, one: { clause: string }) => <Button size="small" onClick={() => setAbout(one.clause)}>{texts.comment}</Button> }] : []),
              ]}
            />
            <Modal open={about !== undefined} title={texts.comment} onCancel={() => setAbout(undefined)} footer={null} destroyOnHidden>
              <Form
                layout="vertical"
                initialValues={{ clause: about }}
                onFinish={({ clause, text }: { clause?: string; text: string }) =>
                  void send(COMMENT, { id, clause: clause || null, text }).then(({ data, errors }) => {
                    if (!data || errors.length) return;
                    setAbout(undefined);
                    changed();
                  })
                }
              >
                <Form.Item name="clause" label={texts.about}><Select options={[{ value: "", label: texts.whole }, ...(revisionText?.differences ?? []).map((one) => ({ value: one.clause, label: one.label }))]} /></Form.Item>
                <Form.Item name="text" label={texts.says} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={4} /></Form.Item>
                <Button type="primary" htmlType="submit">{words.send}</Button>
              </Form>
            </Modal>
          </>
        )}
      </Shown>
      {!signedIn && consulting && <p><Link to="/">{texts.signIn}</Link></p>}
      {signedIn && <Comments key={String(about === undefined)} id={id} changed={changed} more={open && <Button onClick={() => setAbout("")}>{texts.comment}</Button>} />}
    </>
  );
}

function Comments({ id, changed, more }: { id: string; changed: () => void; more: ReactNode }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [unanswered, setUnanswered] = useState(false);
  const [replying, setReplying] = useState<Comment>();
  const paging = usePaging(JSON.stringify([id, unanswered]));
  const answer = useAsk(COMMENTS, { id, unanswered, ...paging.paging });
  const required = [{ required: true, message: words.signIn.missing }];
  return (
    <>
      <h2>{texts.comments}</h2>
      <Space wrap style={{ marginBottom: 12 }}>
        <Select aria-label={texts.disposition} value={unanswered} onChange={setUnanswered} options={[{ value: false, label: texts.all }, { value: true, label: texts.unanswered }]} style={{ minWidth: 140 }} />
        {more}
      </Space>
      <Shown answer={answer}>
        {({ comments }) => (
          <PagedTable
            connection={comments}
            paging={paging}
            rowKey={(row) => row.id}
            caption={texts.comments}
            empty={texts.noComments}
            fetching={answer.fetching}
            columns={[
              { title: "#", dataIndex: "number", align: "right" },
              { title: texts.clause, render: (_, one) => one.label || texts.whole },
              { title: texts.says, render: (_, one) => <div style={{ maxWidth: 420 }}>{one.text}</div> },
              { title: texts.by, render: (_, one) => <>{name(RoleNames, one.role)} <div className="clause">{shanghai(one.at)}</div></> },
              { title: texts.reply, render: (_, one) => (
                <div style={{ maxWidth: 420 }}>
                  {one.disposition && <Tag color="#1252b3">{name(DispositionNames, one.disposition)}</Tag>} {one.answer}
                  {viewer.role === "CITY" && <div><Button size="small" onClick={() => setReplying(one)}>{one.disposition ? texts.again : texts.reply}</Button></div>}
                </div>
              ) },
            ]}
          />
        )}
      </Shown>
      <Modal open={replying !== undefined} title={texts.reply} onCancel={() => setReplying(undefined)} footer={null} destroyOnHidden>
        {replying && <Card size="small" style={{ marginBottom: 16 }}><Alert type="info" title={replying.label || texts.whole} description={replying.text} /></Card>}
        <Form
          layout="vertical"
          onFinish={({ disposition, reason }: { disposition: Disposition; reason: string }) =>
            replying && void send(ANSWER, { id, comment: replying.id, disposition, reason }).then(({ data, errors }) => {
              if (!data || errors.length) return;
              setReplying(undefined);
              answer.again();
              changed();
            })
          }
        >
          <Form.Item name="disposition" label={texts.disposition} rules={required}><Select options={Object.keys(DispositionNames).map((value) => ({ value, label: name(DispositionNames, value) }))} /></Form.Item>
          <Form.Item name="reason" label={words.fields.reason} rules={required}><Input.TextArea rows={3} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </Form>
      </Modal>
    </>
  );
}

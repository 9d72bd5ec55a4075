import { Alert, Button, DatePicker, Empty, Form, Input, Modal, Select, Space, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { VerdictNames } from "../gql/enum-names";
import type { RevisionsQuery, Verdict } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useSaid, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { Written } from "../written";
import { DraftChanges } from "./draft-changes";

const DRAFT = graphql(`
  query DraftOfRevision($id: ID!, $problemsAfter: String, $changesAfter: String, $reviewsAfter: String) {
    revision(id: $id) {
      draft {
        version draftedAt
        problems(first: 50, after: $problemsAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { industry clause says saysInEnglish } }
        changes(first: 100, after: $changesAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { draftVersion industry clause label before after reason at } }
        reviews(first: 100, after: $reviewsAfter) { pageInfo { hasNextPage endCursor } nodes { draftVersion verdict grounds counts at } }
      }
    }
  }
`);
const OPEN = graphql(`mutation OpenConsultation($id: ID!, $version: Int!, $since: Date!, $until: Date!) { openConsultation(input: { revision: $id, draftVersion: $version, since: $since, until: $until }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CLOSE = graphql(`mutation CloseConsultation($id: ID!) { closeConsultation(input: { revision: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const PUBLISH = graphql(`mutation PublishRevision($id: ID!, $version: Int!, $since: Date!) { publishRevision(input: { revision: $id, draftVersion: $version, since: $since }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REVIEW = graphql(`mutation ReviewDraft($id: ID!, $version: Int!, $verdict: Verdict!, $grounds: String!) { reviewDraft(input: { revision: $id, draftVersion: $version, verdict: $verdict, grounds: $grounds }) { userErrors { code clause field bound message messageInEnglish } } }`);
const EXPERTS = graphql(`query ReviewersToName($peopleAfter: String) { people(role: [MARKER, ARBITER, SAMPLER, READER], first: 100, after: $peopleAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const NAME = graphql(`mutation NameReviewers($id: ID!, $reviewers: [ID!]!) { nameReviewers(input: { revision: $id, reviewers: $reviewers }) { userErrors { code clause field bound message messageInEnglish } } }`);
const SHADOW = graphql(`mutation RequestShadow($id: ID!, $version: Int!) { requestShadow(input: { revision: $id, draftVersion: $version }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ABANDON = graphql(`mutation AbandonRevision($id: ID!, $why: String!) { abandonRevision(input: { revision: $id, reason: $why }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    title: (version: number) => `草案第 ${version} 稿`, sound: "草案成立，各行业版均可组合。", unsound: (count: number) => `还有 ${count} 处不成立，全部改正之前不能征求意见或发布`, plain: "通用版", changes: (count: number) => `改动 ${count} 处`, clause: "条款", before: "原值", after: "现值", version: "稿次", reviews: "评审", valid: "有效", void: "草案已再改，不再有效", noReviews: "尚无评审。",
    consult: "公开征求意见", period: "起止日，至少三十日", close: "结束征求意见", shadow: "影子测算", publish: "发布", since: "施行日", review: "评审草案", verdict: "结论", grounds: "评审理由", name: "送审", nameText: "只有这里列出的专家可评审草案；再次送审以最后的名单为准。", reviewers: "评审人", abandon: "终止修订", abandonText: "终止之后草案不能再改，也不能恢复。",
  },
  {
    title: (version: number) => `Draft, version ${version}`, sound: "The draft composes, for every industry.", unsound: (count: number) => `${count} problems are left; while there is one, it goes neither to consultation nor to publication`, plain: "plain part", changes: (count: number) => `${count} changes`, clause: "Clause", before: "Before", after: "Now", version: "Version", reviews: "Reviews", valid: "counts", void: "void: the draft has changed since", noReviews: "There are no reviews.",
    consult: "Open the consultation", period: "First and last day, thirty days at least", close: "Close the consultation", shadow: "Re-score in the shadow", publish: "Publish", since: "In force from", review: "Review the draft", verdict: "Verdict", grounds: "Grounds", name: "Name reviewers", nameText: "These experts alone review the draft; a later list takes the place of this one.", reviewers: "Reviewers", abandon: "Abandon the revision", abandonText: "The draft is changed no more, and it cannot be taken back.",
  },
);
const day = (given: Dayjs) => given.format("YYYY-MM-DD");

/** The draft as it stands: what keeps it from composing, what was changed and why, how it was reviewed, and what comes next. */
export function RevisionDraft({ revision, again }: { revision: RevisionsQuery["revisions"]["nodes"][number]; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const said = useSaid();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState<"change" | "consult" | "publish" | "review" | "abandon">();
  const answer = useAsk(DRAFT, { id: revision.id });
  const experts = useAsk(EXPERTS, {}, viewer.role !== "CITY").data?.people.nodes ?? [];
  const { id, status } = revision;
  const required = [{ required: true, message: words.signIn.missing }];
  const over = status === "PUBLISHED" || status === "ABANDONED";

  async function done(sent: Promise<{ data?: unknown; errors: unknown[] }>) {
    const { data, errors } = await sent;
    if (!data || errors.length) return;
    setOpen(undefined);
    answer.again();
    again();
  }

  return (
    <Shown answer={answer}>
      {({ revision: found }) => {
        const draft = found?.draft;
        if (!draft) return null;
        const { version, problems, changes, reviews } = draft;
        return (
          <>
            <h2>{texts.title(version)}</h2>
            {problems.totalCount ? (
              <Alert type="warning" showIcon title={texts.unsound(problems.totalCount)} description={<ul>{problems.nodes.map((one) => <li key={(one.industry ?? "") + one.clause + one.says}>{one.industry ?? texts.plain} · {one.clause}{words.colon}{said(one.says, one.saysInEnglish)}</li>)}</ul>} style={{ marginBottom: 16 }} />
            ) : (
              <Alert type="success" showIcon title={texts.sound} style={{ marginBottom: 16 }} />
            )}
            {viewer.role === "CITY" && !over && (
              <Space wrap style={{ marginBottom: 16 }}>
                {status === "DRAFTING" && <Button onClick={() => setOpen("consult")}>{texts.consult}</Button>}
                {status === "CONSULTING" && <Button onClick={() => void done(send(CLOSE, { id }))}>{texts.close}</Button>}
                <Button onClick={() => void done(send(SHADOW, { id, version }))}>{texts.shadow}</Button>
                {status !== "CONSULTING" && <Button type="primary" onClick={() => setOpen("publish")}>{texts.publish}</Button>}
                <Acts about={id} done={() => { answer.again(); again(); }} acts={[{ label: texts.name, says: texts.nameText, fields: [{ name: "reviewers", label: texts.reviewers, kind: "several", options: experts.map((one) => ({ value: one.id, label: one.name ?? one.id })) }], send: (given: { reviewers: string[] }) => send(NAME, { id, ...given }) }]} />
                <Button danger onClick={() => setOpen("abandon")}>{texts.abandon}</Button>
              </Space>
            )}
            {["MARKER", "ARBITER", "SAMPLER", "READER"].includes(viewer.role) && !over && <Button onClick={() => setOpen("review")} style={{ marginBottom: 16 }}>{texts.review}</Button>}
            {viewer.role === "CITY" && (status === "DRAFTING" || status === "CONSULTED") && <DraftChanges revision={id} base={revision.base} version={version} done={() => { answer.again(); again(); }} />}
            <details>
              <summary>{texts.changes(changes.totalCount ?? changes.nodes.length)}</summary>
              <SheetTable rowKey={(one) => `${one.draftVersion} ${one.industry ?? ""} ${one.clause}`} caption={texts.changes(changes.nodes.length)} dataSource={changes.nodes} columns={[
                { title: texts.version, dataIndex: "draftVersion", align: "right" },
                { title: texts.clause, render: (_, one) => <>{one.industry && <Tag>{one.industry}</Tag>}{one.label}</> },
                { title: texts.before, render: (_, one) => one.before ?? "—" },
                { title: texts.after, render: (_, one) => one.after ?? "—" },
                { title: words.fields.reason, render: (_, one) => <>{one.reason} <span className="clause">{shanghai(one.at)}</span></> },
              ]} />
            </details>
            <h3>{texts.reviews}</h3>
            {reviews.nodes.length === 0 ? <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={texts.noReviews} /> : (
              <ul className="plain">{reviews.nodes.map((one, place) => <li key={place}><Tag color={one.counts ? "#135200" : "#595959"}>{name(VerdictNames, one.verdict)}</Tag> {one.grounds} <span className="clause">{shanghai(one.at)} {one.counts ? texts.valid : texts.void}</span></li>)}</ul>
            )}
            <Modal open={open === "consult"} title={texts.consult} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
              <KeptForm about={`consultation ${id}`} layout="vertical" onFinish={({ period: [since, until] }: { period: [Dayjs, Dayjs] }) => void done(send(OPEN, { id, version, since: day(since), until: day(until) }))}>
                <Form.Item name="period" label={texts.period} rules={required}><DatePicker.RangePicker /></Form.Item>
                <Button type="primary" htmlType="submit">{words.send}</Button>
              </KeptForm>
            </Modal>
            <Modal open={open === "publish"} title={texts.publish} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
              <KeptForm about={`publish ${id}`} layout="vertical" onFinish={({ since }: { since: Dayjs }) => void done(send(PUBLISH, { id, version, since: day(since) }))}>
                <Form.Item name="since" label={texts.since} rules={required}><DatePicker /></Form.Item>
                <Button type="primary" htmlType="submit">{words.send}</Button>
              </KeptForm>
            </Modal>
            <Modal open={open === "review"} title={texts.review} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
              <KeptForm about={`review ${id}`} layout="vertical" onFinish={({ verdict, grounds }: { verdict: Verdict; grounds: string }) => void done(send(REVIEW, { id, version, verdict, grounds }))}>
                <Form.Item name="verdict" label={texts.verdict} rules={required}><Select options={Object.keys(VerdictNames).map((value) => ({ value, label: name(VerdictNames, value) }))} /></Form.Item>
                <Form.Item name="grounds" label={texts.grounds} rules={required}><Input.TextArea rows={3} /></Form.Item>
                <Button type="primary" htmlType="submit">{words.send}</Button>
              </KeptForm>
            </Modal>
            <Written about={id} open={open === "abandon"} title={texts.abandon} close={() => setOpen(undefined)} fields={[{ name: "why", label: words.fields.reason, rows: 3 }]} send={({ why = "" }) => done(send(ABANDON, { id, why }))}><p>{texts.abandonText}</p></Written>
          </>
        );
      }}
    </Shown>
  );
}

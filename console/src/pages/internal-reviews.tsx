import { Alert, Button, Card, Empty, Form, Input, Modal, Radio, Space, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { ReviewItemNames, RoleNames } from "../gql/enum-names";
import type { ReviewItem } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { Written } from "../written";
import type { CaseOf } from "./case";

const REVIEWS = graphql(`
  query InternalReviews($id: ID!, $internalReviewsAfter: String) {
    datedRule(kind: PROCESS) { body { process { reviewedOnly } } }
    diagnosis(id: $id) {
      internalReviews(first: 50, after: $internalReviewsAfter) { pageInfo { hasNextPage endCursor } nodes { summary handedInAt handedInByRole passed conclusion reviewedAt reviewedByRole checks { item met note } } }
    }
  }
`);
const HAND_IN = graphql(`mutation HandInReport($id: ID!, $summary: String!) { handInReport(input: { diagnosis: $id, summary: $summary }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REVIEW = graphql(`
  mutation ReviewReport($id: ID!, $passed: Boolean!, $checks: [ReviewCheckInput!]!, $conclusion: String!) {
    reviewReport(input: { diagnosis: $id, passed: $passed, checks: $checks, conclusion: $conclusion }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    title: "机构内审", handIn: "提交内审", summary: "编制说明", summaryHelp: "内审人须知的情况，如与自评差异较大的指标", review: "内审报告", met: "符合", notMet: "不符合", note: "说明", conclusion: "内审结论", item: "内审项目",
    pass: "通过", back: "退回修改", waiting: "待内审", by: (role: string, at: string) => `${role} ${at}`, handedIn: "提交", none: "尚未提交内审。评分之后由编制人提交，由其他内审人审查。", must: "规则已施行：报告须经机构内审通过后出具。",
    other: "须由编制人以外的内审人办理。各项均符合即为通过，有不符合的即退回。", needed: "请写明不符合的情况",
  },
  {
    title: "Internal review", handIn: "Hand in for review", summary: "What the reviewer should know", summaryHelp: "Such as indicators that differ much from the self-assessment", review: "Review the report", met: "Met", notMet: "Not met", note: "Note", conclusion: "Conclusion", item: "Item",
    pass: "Passed", back: "Returned", waiting: "Waits for review", by: (role: string, at: string) => `${role} ${at}`, handedIn: "Handed in", none: "Not handed in yet. Once it is scored, its author hands it in and another reviews it.", must: "The rule is in force: a report is issued only after internal review.",
    other: "By a reviewer other than its author. It passes where every item is met and is returned where one is not.", needed: "Say what is not met",
  },
);
const ITEMS: ReviewItem[] = ["EVIDENCE", "REASONS", "VISIT", "SCORING", "ADVICE", "SECRETS"];
type Checked = Record<ReviewItem, { met: boolean; note?: string }> & { conclusion: string };

/** A report before it goes out: handed in by its author, looked at item by item by another of the provider, passed or returned. */
export function InternalReviews({ diagnosis, again }: { diagnosis: CaseOf; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const send = useSend();
  const [open, setOpen] = useState<"handIn" | "review">();
  const answer = useAsk(REVIEWS, { id: diagnosis.id });
  const { id } = diagnosis;
  const scored = diagnosis.status === "SCORED";

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) setOpen(undefined);
    answer.again();
    again();
  }

  return (
    <Shown answer={answer}>
      {({ datedRule, diagnosis: found }) => {
        const reviews = [...(found?.internalReviews?.nodes ?? [])].reverse();
        const waiting = reviews[0]?.passed === null;
        return (
          <>
            <h2>{texts.title}</h2>
            {datedRule.body.process?.reviewedOnly && <Alert type="info" showIcon title={texts.must} style={{ marginBottom: 12 }} />}
            <Space wrap style={{ marginBottom: 12 }}>
              {scored && !waiting && reviews[0]?.passed !== true && ["PROVIDER", "DIAGNOSTICIAN"].includes(viewer.role) && <Button type="primary" onClick={() => setOpen("handIn")}>{texts.handIn}</Button>}
              {scored && waiting && ["PROVIDER", "REVIEWER"].includes(viewer.role) && <Button type="primary" onClick={() => setOpen("review")}>{texts.review}</Button>}
            </Space>
            {!reviews.length && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={texts.none} />}
            {reviews.map((one) => (
              <Card
                key={one.handedInAt}
                size="small"
                style={{ marginBottom: 16 }}
                title={`${texts.handedIn}${words.colon}${texts.by(name(RoleNames, one.handedInByRole), shanghai(one.handedInAt))}`}
                extra={<Tag color={one.passed === null ? "#874d00" : one.passed ? "#135200" : "#a8071a"}>{one.passed === null ? texts.waiting : one.passed ? texts.pass : texts.back}</Tag>}
              >
                <p>{one.summary}</p>
                {one.conclusion !== null && <p><strong>{texts.conclusion}</strong>{words.colon}{one.conclusion} <span className="clause">{one.reviewedByRole && texts.by(name(RoleNames, one.reviewedByRole), shanghai(one.reviewedAt))}</span></p>}
                {one.checks.length > 0 && (
                  <SheetTable
                    caption={`${texts.handedIn} ${shanghai(one.handedInAt)}`}
                    rowKey="item"
                    dataSource={one.checks}
                    columns={[
                      { title: texts.item, render: (_, check) => name(ReviewItemNames, check.item) },
                      { title: words.fields.outcome, render: (_, check) => <Tag color={check.met ? "#135200" : "#a8071a"}>{check.met ? texts.met : texts.notMet}</Tag> },
                      { title: texts.note, render: (_, check) => check.note ?? "—" },
                    ]}
                  />
                )}
              </Card>
            ))}
            <Written about={id} open={open === "handIn"} title={texts.handIn} close={() => setOpen(undefined)} fields={[{ name: "summary", label: texts.summary, help: texts.summaryHelp, rows: 4 }]} send={({ summary = "" }) => done(send(HAND_IN, { id, summary }))} />
            <Modal open={open === "review"} title={texts.review} onCancel={() => setOpen(undefined)} footer={null} width={640} destroyOnHidden>
              <p className="clause">{texts.other}</p>
              <KeptForm
                about={`review ${id}`}
                layout="vertical"
                onFinish={(given: Checked) =>
                  void done(send(REVIEW, {
                    id,
                    passed: ITEMS.every((item) => given[item].met),
                    checks: ITEMS.map((item) => ({ item, met: given[item].met, note: given[item].note || null })),
                    conclusion: given.conclusion,
                  }))
                }
              >
                {ITEMS.map((item) => (
                  <div key={item}>
                    <Form.Item name={[item, "met"]} label={name(ReviewItemNames, item)} rules={[{ required: true, message: words.signIn.missing }]} style={{ marginBottom: 4 }}>
                      <Radio.Group aria-label={name(ReviewItemNames, item)} options={[{ value: true, label: texts.met }, { value: false, label: texts.notMet }]} />
                    </Form.Item>
                    <Form.Item noStyle shouldUpdate>
                      {({ getFieldValue }) =>
                        getFieldValue([item, "met"]) === false && (
                          <Form.Item name={[item, "note"]} rules={[{ required: true, message: texts.needed }]}><Input aria-label={`${name(ReviewItemNames, item)} ${texts.note}`} placeholder={texts.needed} /></Form.Item>
                        )
                      }
                    </Form.Item>
                  </div>
                ))}
                <Form.Item name="conclusion" label={texts.conclusion} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={3} /></Form.Item>
                <Button type="primary" htmlType="submit">{words.send}</Button>
              </KeptForm>
            </Modal>
          </>
        );
      }}
    </Shown>
  );
}

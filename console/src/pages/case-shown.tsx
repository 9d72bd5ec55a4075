import { Alert, Button, Descriptions, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { CaseStudyStatusNames } from "../gql/enum-names";
import type { CaseStudyShownQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { CaseWrite } from "./case-write";

const CASE = graphql(`
  query CaseStudyShown($id: ID!, $office: Boolean!, $party: Boolean!, $changesAfter: String) {
    caseStudy(id: $id) {
      id status title situation done brought firm textSha256 publishedOn
      changes(first: 50, after: $changesAfter) { pageInfo { hasNextPage endCursor } nodes { name unit before after } } totals { edition first later } uplift { firstYear secondYear points low high }
      remark @include(if: $office)
      reason @include(if: $party) enterprise @include(if: $party) { id name } diagnosis @include(if: $party) { id caseNumber }
    }
  }
`);
const APPROVE = graphql(`mutation ApproveCaseStudy($id: ID!, $textSha256: String!) { approveCaseStudy(input: { caseStudy: $id, textSha256: $textSha256 }) { userErrors { code clause field bound message messageInEnglish } } }`);
const RETURN = graphql(`mutation ReturnCaseStudy($id: ID!, $textSha256: String!, $remark: String!) { returnCaseStudy(input: { caseStudy: $id, textSha256: $textSha256, remark: $remark }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CONSENT = graphql(`mutation ConsentToCaseStudy($id: ID!, $textSha256: String!, $named: Boolean) { consentToCaseStudy(input: { caseStudy: $id, textSha256: $textSha256, named: $named }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DECLINE = graphql(`mutation DeclineCaseStudy($id: ID!, $reason: String!) { declineCaseStudy(input: { caseStudy: $id, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const TAKE_BACK = graphql(`mutation WithdrawCaseStudyConsent($id: ID!, $reason: String!) { withdrawCaseStudyConsent(input: { caseStudy: $id, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const PUBLISH = graphql(`mutation PublishCaseStudy($id: ID!) { publishCaseStudy(input: { caseStudy: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const TAKE_DOWN = graphql(`mutation TakeDownCaseStudy($id: ID!, $reason: String!) { takeDownCaseStudy(input: { caseStudy: $id, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    back: "返回案例列表", gone: "没有此案例，或不在您的范围内。", situation: "改进前情况", done: "改进措施", brought: "改进成效", changes: "前后对比（企业自报）", what: "测量项目", before: "改进前", after: "改进后", totals: "两次核验总分", uplift: "全市提升幅度", points: (points: string, low: string, high: string, from: number, to: number) => `${from} 至 ${to} 年 ${points} 分（90% 区间 ${low} 至 ${high}）`, firm: "企业", unnamed: "不具名", case: "所依诊断", digest: "文稿摘要", remark: "审核意见", reason: "理由", on: "发布日",
    revise: "修改文稿", approve: "审核通过", approveText: "审核人不能是起草人；通过后请企业对这份文稿表示同意。", return: "退回", returnField: "需要修改之处", consent: "同意公开", consentText: "同意的是这一份文稿（以文稿摘要为准）；文稿改动后须重新同意，同意可随时撤回。", named: "同意署企业名称", decline: "不同意", takeBack: "撤回同意", takeBackText: "已发布的案例随即撤下，今后的汇编也不再收入。", publish: "发布", publishText: "发布后任何人可读。", takeDown: "撤下", why: "理由",
  },
  {
    back: "Back to the case studies", gone: "There is no such case study within what you see.", situation: "Where it started", done: "What was done", brought: "What it brought", changes: "Before and after, as the firm reported", what: "Measured", before: "Before", after: "After", totals: "Verified totals", uplift: "The city's uplift", points: (points: string, low: string, high: string, from: number, to: number) => `${points} points from ${from} to ${to} (90 % interval ${low} to ${high})`, firm: "Firm", unnamed: "not named", case: "Rests on", digest: "Digest of the text", remark: "What is to be changed", reason: "Why", on: "Published on",
    revise: "Revise the text", approve: "Approve", approveText: "Not by whoever wrote it; the firm is asked for its consent then.", return: "Return", returnField: "What is to be changed", consent: "Consent", consentText: "To exactly this text, by its digest; another text needs another consent, and it may be taken back.", named: "The firm may be named", decline: "Decline", takeBack: "Take the consent back", takeBackText: "The published text is taken down at once and left out of later collections.", publish: "Publish", publishText: "Anyone reads it from then on.", takeDown: "Take down", why: "Why",
  },
);
type Study = NonNullable<CaseStudyShownQuery["caseStudy"]>;

/** One case study: its text, and what its editors, reviewer and firm may do now. */
export function CaseShown({ id, back }: { id: string; back: () => void }) {
  const texts = useTexts();
  const { viewer } = useViewer();
  const office = ["CITY", "DISTRICT", "AUDITOR"].includes(viewer.role);
  const answer = useAsk(CASE, { id, office, party: office || ["ENTERPRISE", "CONFIRMER"].includes(viewer.role) });
  return (
    <>
      <Button onClick={back} style={{ marginBottom: 12 }}>{texts.back}</Button>
      <Shown answer={answer}>{({ caseStudy }) => (caseStudy ? <Whole study={caseStudy} again={answer.again} /> : <Alert type="info" title={texts.gone} />)}</Shown>
    </>
  );
}

function Whole({ study, again }: { study: Study; again: () => void }) {
  const texts = useTexts();
  const name = useNames();
  const send = useSend();
  const words = useWords();
  const { viewer } = useViewer();
  const [writing, setWriting] = useState(false);
  const { id, status, textSha256 } = study;
  const writes = ["CITY", "DISTRICT"].includes(viewer.role);
  const firm = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const city = viewer.role === "CITY";
  const why = [{ name: "reason", label: texts.why, kind: "rows" as const }];
  type Why = { reason: string };
  const said = (text: string) => <span style={{ whiteSpace: "pre-wrap" }}>{text}</span>;
  return (
    <>
      <h1>{words.nav.cases}</h1>
      <p style={{ fontSize: "1.15rem", fontWeight: 600, margin: "0 0 8px" }}>{study.title}</p>
      <div className="bar">
        <Tag color="#1252b3">{name(CaseStudyStatusNames, status)}</Tag>
        {writes && !["PUBLISHED", "WITHDRAWN"].includes(status) && <Button onClick={() => setWriting(true)}>{texts.revise}</Button>}
        <Acts about={id} done={again} acts={[
          writes && status === "DRAFTED" && { label: texts.approve, primary: true, says: texts.approveText, send: () => send(APPROVE, { id, textSha256 }) },
          writes && status === "DRAFTED" && { label: texts.return, fields: [{ name: "remark", label: texts.returnField, kind: "rows" }], send: (given: { remark: string }) => send(RETURN, { id, textSha256, ...given }) },
          firm && status === "REVIEWED" && { label: texts.consent, primary: true, says: texts.consentText, fields: [{ name: "named", label: texts.named, kind: "yes", initial: false }], send: (given: { named: boolean }) => send(CONSENT, { id, textSha256, ...given }) },
          firm && status === "REVIEWED" && { label: texts.decline, fields: why, send: (given: Why) => send(DECLINE, { id, ...given }) },
          firm && ["CONSENTED", "PUBLISHED"].includes(status) && { label: texts.takeBack, danger: true, says: texts.takeBackText, fields: why, send: (given: Why) => send(TAKE_BACK, { id, ...given }) },
          city && status === "CONSENTED" && { label: texts.publish, primary: true, says: texts.publishText, send: () => send(PUBLISH, { id }) },
          city && status === "PUBLISHED" && { label: texts.takeDown, danger: true, fields: why, send: (given: Why) => send(TAKE_DOWN, { id, ...given }) },
        ]} />
      </div>
      <Descriptions bordered size="small" column={1} styles={{ label: { width: 180 } }} items={[
        { key: 1, label: texts.situation, children: said(study.situation) },
        { key: 2, label: texts.done, children: said(study.done) },
        { key: 3, label: texts.brought, children: said(study.brought) },
        { key: 4, label: texts.firm, children: study.firm ?? study.enterprise?.name ?? texts.unnamed },
        ...(study.totals ? [{ key: 5, label: texts.totals, children: `${decimal(study.totals.first)} → ${decimal(study.totals.later)}` }] : []),
        ...(study.uplift ? [{ key: 6, label: texts.uplift, children: texts.points(decimal(study.uplift.points), decimal(study.uplift.low), decimal(study.uplift.high), study.uplift.firstYear, study.uplift.secondYear) }] : []),
        ...(study.diagnosis ? [{ key: 7, label: texts.case, children: <Link to={`/diagnoses/${encodeURIComponent(study.diagnosis.id)}`}>{study.diagnosis.caseNumber}</Link> }] : []),
        ...(study.publishedOn ? [{ key: 8, label: texts.on, children: study.publishedOn }] : []),
        ...(study.remark ? [{ key: 9, label: texts.remark, children: study.remark }] : []),
        ...(study.reason ? [{ key: 10, label: texts.reason, children: study.reason }] : []),
        { key: 11, label: texts.digest, children: <code style={{ overflowWrap: "anywhere" }}>{textSha256}</code> },
      ]} />
      {study.changes.nodes.length > 0 && (
        <>
          <h2>{texts.changes}</h2>
          <SheetTable rowKey="name" caption={texts.changes} dataSource={study.changes.nodes} columns={[{ title: texts.what, render: (_, one) => `${one.name}${words.aside(one.unit)}` }, { title: texts.before, align: "right", render: (_, one) => decimal(one.before) }, { title: texts.after, align: "right", render: (_, one) => decimal(one.after) }]} />
        </>
      )}
      {writes && <CaseWrite open={writing} study={study} close={() => setWriting(false)} done={() => { setWriting(false); again(); }} />}
    </>
  );
}

import { Alert, Button, Descriptions, Tag } from "antd";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { DutyStatusNames, StrengthNames } from "../gql/enum-names";
import type { DutyShownQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { isOwn, useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { NameLead } from "./duty-lead";

const DUTY = graphql(`
  query DutyShown($id: ID!, $contacts: Boolean!, $dayChangesAfter: String, $reportsAfter: String) {
    duty(id: $id) {
      id title clause deliverable strength since by status overdue askedBy askedFor delivery reason lead { id name } contact @include(if: $contacts) { name phone }
      dayChanges(first: 50, after: $dayChangesAfter) { pageInfo { hasNextPage endCursor } nodes { before askedBy askedFor by reason day } } reports(first: 50, after: $reportsAfter) { pageInfo { hasNextPage endCursor } nodes { day text } }
    }
  }
`);
const TAKE_ON = graphql(`mutation TakeOnDuty($duty: ID!) { takeOnDuty(input: { duty: $duty }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DECLINE = graphql(`mutation DeclineDuty($duty: ID!, $reason: String!) { declineDuty(input: { duty: $duty, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const RESIGN = graphql(`mutation ResignDuty($duty: ID!, $reason: String!) { resignDuty(input: { duty: $duty, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REPORT = graphql(`mutation ReportDuty($duty: ID!, $text: String!) { reportDuty(input: { duty: $duty, text: $text }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ASK = graphql(`mutation AskForLaterDutyDay($duty: ID!, $by: Date!, $reason: String!) { askForLaterDutyDay(input: { duty: $duty, by: $by, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DELIVER = graphql(`mutation DeliverDuty($duty: ID!, $text: String!) { deliverDuty(input: { duty: $duty, text: $text }) { userErrors { code clause field bound message messageInEnglish } } }`);
const RELEASE = graphql(`mutation ReleaseDutyLead($duty: ID!, $reason: String!) { releaseDutyLead(input: { duty: $duty, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const MOVE = graphql(`mutation MoveDutyDay($duty: ID!, $by: Date!, $reason: String!) { moveDutyDay(input: { duty: $duty, by: $by, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const KEEP = graphql(`mutation KeepDutyDay($duty: ID!, $reason: String!) { keepDutyDay(input: { duty: $duty, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ACCEPT = graphql(`mutation AcceptDutyDelivery($duty: ID!) { acceptDutyDelivery(input: { duty: $duty }) { userErrors { code clause field bound message messageInEnglish } } }`);
const SEND_BACK = graphql(`mutation SendBackDuty($duty: ID!, $reason: String!) { sendBackDuty(input: { duty: $duty, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const WITHDRAW = graphql(`mutation WithdrawDuty($duty: ID!, $reason: String!) { withdrawDuty(input: { duty: $duty, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    back: "返回任务列表", gone: "没有此任务，或不在您的范围内。", deliverable: "交付成果", clause: "所依条款", strength: "所需专长", any: "不限", days: "起止", lead: "牵头单位", nobody: "无，由市级部门指定", contact: "联络人", asked: "申请延期", askedFor: (day: string, why: string) => `延至 ${day}：${why}`, delivery: "已提交的成果", reason: "最近一次退回、谢绝或撤销的理由", reports: "进展", noReports: "尚无进展报告。", changes: "完成日变更",
    change: (from: string, to: string, why: string) => (from === to ? `不同意延期，仍为 ${to}：${why}` : `由 ${from} 改为 ${to}：${why}`), applied: (day: string, why: string) => `（申请延至 ${day}：${why}）`, take: "接受牵头", takeText: "接受后由本单位报告进展并提交成果。", decline: "谢绝牵头", resign: "退出牵头", report: "报告进展", reportField: "做了什么、还差什么", ask: "申请延期", askField: "申请的完成日", deliver: "提交成果", deliverField: "成果及其存放处", release: "解除牵头", move: "变更完成日", moveField: "完成日", keep: "不同意延期", accept: "验收成果", acceptText: "验收后任务办结；验收人与提交人不能是同一人。", sendBack: "退回成果", withdraw: "撤销任务", why: "理由",
  },
  {
    back: "Back to the duties", gone: "There is no such duty within what you see.", deliverable: "To be delivered", clause: "Clause", strength: "Strength needed", any: "any", days: "From and to", lead: "Lead", nobody: "Open: the city names who leads", contact: "Contact", asked: "Later day asked for", askedFor: (day: string, why: string) => `${day}: ${why}`, delivery: "Delivered", reason: "Why it was last declined, sent back or withdrawn", reports: "Reports", noReports: "Nothing is reported yet.", changes: "Changes of its day",
    change: (from: string, to: string, why: string) => (from === to ? `${to} was kept: ${why}` : `From ${from} to ${to}: ${why}`), applied: (day: string, why: string) => ` (asked for ${day}: ${why})`, take: "Take it on", takeText: "Your body reports how it goes and delivers.", decline: "Decline", resign: "Give it back", report: "Report", reportField: "What was done and what is open", ask: "Ask for a later day", askField: "Day asked for", deliver: "Deliver", deliverField: "What is delivered and where it is found", release: "Take the lead off", move: "Move the day", moveField: "Done by", keep: "Keep the day", accept: "Accept", acceptText: "The duty is done then; whoever delivered it cannot accept it.", sendBack: "Send back", withdraw: "Withdraw", why: "Why",
  },
);
type Duty = NonNullable<DutyShownQuery["duty"]>;

/** One duty: how it goes, and what its lead and the city may do now. */
export function DutyShown({ id, back }: { id: string; back: () => void }) {
  const texts = useTexts();
  const { viewer } = useViewer();
  const answer = useAsk(DUTY, { id, contacts: ["CITY", "DISTRICT"].includes(viewer.role) });
  return (
    <>
      <Button onClick={back} style={{ marginBottom: 12 }}>{texts.back}</Button>
      <Shown answer={answer}>{({ duty }) => (duty ? <Whole duty={duty} again={answer.again} /> : <Alert type="info" title={texts.gone} />)}</Shown>
    </>
  );
}

function Whole({ duty, again }: { duty: Duty; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const { id, status } = duty;
  const leads = isOwn(viewer, duty.lead?.id) && ["CITY", "DISTRICT", "PROVIDER", "SUPPORT"].includes(viewer.role);
  const city = viewer.role === "CITY";
  const going = !["DONE", "WITHDRAWN"].includes(status);
  const why = [{ name: "reason", label: texts.why, kind: "rows" as const }];
  type Why = { reason: string };
  type Day = Why & { by: string };
  return (
    <>
      <h1>{duty.title}</h1>
      <div className="bar">
        <Tag color="#1252b3">{name(DutyStatusNames, status)}</Tag>
        {duty.overdue && <Tag color="#a8071a">{words.diagnoses.late}</Tag>}
        {city && ["OPEN", "OFFERED"].includes(status) && <NameLead duty={id} strength={duty.strength} done={again} />}
        <Acts about={id} done={again} acts={[
          leads && status === "OFFERED" && { label: texts.take, primary: true, says: texts.takeText, send: () => send(TAKE_ON, { duty: id }) },
          leads && status === "OFFERED" && { label: texts.decline, fields: why, send: (given: Why) => send(DECLINE, { duty: id, ...given }) },
          leads && status === "LED" && { label: texts.report, primary: true, fields: [{ name: "text", label: texts.reportField, kind: "rows" }], send: (given: { text: string }) => send(REPORT, { duty: id, ...given }) },
          leads && status === "LED" && { label: texts.deliver, fields: [{ name: "text", label: texts.deliverField, kind: "rows" }], send: (given: { text: string }) => send(DELIVER, { duty: id, ...given }) },
          leads && status === "LED" && { label: texts.ask, fields: [{ name: "by", label: texts.askField, kind: "day" }, ...why], send: (given: Day) => send(ASK, { duty: id, ...given }) },
          leads && status === "LED" && { label: texts.resign, danger: true, fields: why, send: (given: Why) => send(RESIGN, { duty: id, ...given }) },
          city && status === "DELIVERED" && { label: texts.accept, primary: true, says: texts.acceptText, send: () => send(ACCEPT, { duty: id }) },
          city && status === "DELIVERED" && { label: texts.sendBack, fields: why, send: (given: Why) => send(SEND_BACK, { duty: id, ...given }) },
          city && going && { label: texts.move, primary: !!duty.askedBy, fields: [{ name: "by", label: texts.moveField, kind: "day", initial: duty.askedBy ?? undefined }, ...why], send: (given: Day) => send(MOVE, { duty: id, ...given }) },
          city && !!duty.askedBy && { label: texts.keep, fields: why, send: (given: Why) => send(KEEP, { duty: id, ...given }) },
          city && ["OFFERED", "LED"].includes(status) && { label: texts.release, danger: true, fields: why, send: (given: Why) => send(RELEASE, { duty: id, ...given }) },
          city && going && { label: texts.withdraw, danger: true, fields: why, send: (given: Why) => send(WITHDRAW, { duty: id, ...given }) },
        ]} />
      </div>
      <Descriptions size="small" bordered column={1} styles={{ label: { width: 200 } }} items={[
        { key: 1, label: texts.deliverable, children: duty.deliverable },
        { key: 2, label: texts.clause, children: duty.clause.replace("plan ", "") },
        { key: 3, label: texts.strength, children: duty.strength ? name(StrengthNames, duty.strength) : texts.any },
        { key: 4, label: texts.days, children: `${duty.since} – ${duty.by}` },
        { key: 5, label: texts.lead, children: duty.lead?.name ?? texts.nobody },
        ...(duty.contact ? [{ key: 6, label: texts.contact, children: `${duty.contact.name} ${duty.contact.phone ?? ""}` }] : []),
        ...(duty.askedBy ? [{ key: 7, label: texts.asked, children: texts.askedFor(duty.askedBy, duty.askedFor ?? "") }] : []),
        ...(duty.delivery ? [{ key: 8, label: texts.delivery, children: <span style={{ whiteSpace: "pre-wrap" }}>{duty.delivery}</span> }] : []),
        ...(duty.reason ? [{ key: 9, label: texts.reason, children: duty.reason }] : []),
      ]} />
      <h2>{texts.reports}</h2>
      {duty.reports.nodes.length ? <SheetTable caption={texts.reports} rowKey={(one) => `${one.day} ${one.text}`} dataSource={duty.reports.nodes} columns={[{ title: words.fields.at, className: "nowrap", dataIndex: "day" }, { title: texts.reports, dataIndex: "text" }]} /> : <p>{texts.noReports}</p>}
      {duty.dayChanges.nodes.length > 0 && (
        <>
          <h2>{texts.changes}</h2>
          <SheetTable caption={texts.changes} rowKey={(one) => `${one.day} ${one.before} ${one.by}`} dataSource={duty.dayChanges.nodes} columns={[{ title: words.fields.at, className: "nowrap", dataIndex: "day" }, { title: texts.changes, render: (_, one) => texts.change(one.before, one.by, one.reason) + (one.askedBy ? texts.applied(one.askedBy, one.askedFor ?? "") : "") }]} />
        </>
      )}
    </>
  );
}

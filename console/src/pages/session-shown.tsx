import { Alert, Button, Card, Descriptions, Popconfirm, Space, Statistic, Tag } from "antd";
import { useState } from "react";

import { opening } from "../api";
import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { AttendanceStatusNames, OutreachGroupNames, OutreachKindNames, OutreachStatusNames, SourceMarkNames } from "../gql/enum-names";
import type { OutreachSessionShownQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { Written } from "../written";
import { FirmInSession } from "./session-firm";
import { PlanSession } from "./session-plan";
import { SessionQuestions } from "./session-questions";

const SESSION = graphql(`
  query OutreachSessionShown($id: ID!, $organises: Boolean!) {
    outreachSession(id: $id) {
      id kind topic host status startsAt endsAt place link seats capacity reason announcedAt signInFrom signInUntil turnout { status firms }
      organiser { name }
      signInCode @include(if: $organises)
    }
  }
`);
const FOLLOW_UP = graphql(`query OutreachFollowUp($id: ID!) { outreachFollowUp(outreachSession: $id) { days until complete firmsAtLeast mark groups { group firms started percent low high } } }`);
const ANNOUNCE = graphql(`mutation AnnounceOutreachSession($session: ID!) { announceOutreachSession(input: { outreachSession: $session }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CANCEL = graphql(`mutation CancelOutreachSession($session: ID!, $reason: String!) { cancelOutreachSession(input: { outreachSession: $session, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const INVITE = graphql(`mutation InviteToOutreachSession($session: ID!) { inviteToOutreachSession(input: { outreachSession: $session, filter: {} }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    back: "返回场次列表", gone: "没有此场次，或不在您的范围内。", announce: "发布", announceText: "发布后企业可见，并可邀请企业参加。", invite: "邀请本辖企业", inviteText: "邀请本辖区名单内符合面向对象的全部企业；已邀请的不再重复。", move: "变更时间地点", cancel: "取消场次", reason: "取消理由", kind: "类别", host: "主办单位", organiser: "组织方", when: "时间", where: "地点", link: "会议链接", seats: "报名人数", unlimited: "不限", turnout: "参会情况", firms: (n: number) => `${n} 家`, none: "尚无企业",
    code: "签到码", codeText: (from: string, until: string) => `请在会场出示，企业凭此签到；${from} 至 ${until} 有效。`, changed: "变更或取消理由", followed: "会后启动诊断的情况", followedText: (days: number, until: string, mark: string) => `举办后 ${days} 天内启动诊断的企业，观察至 ${until}（${mark}）；括号内为 90% 区间。与未到会企业的差别不等于会议的效果。`, growing: "观察期未满，数字仍会增加。", group: (firms: number, started: number, low: string, high: string) => `${firms} 家中 ${started} 家（${low}–${high}%）`, few: (firms: number, least: number) => `${firms} 家，少于 ${least} 家，不说明比例`,
  },
  {
    back: "Back to the sessions", gone: "There is no such session within what you see.", announce: "Announce", announceText: "Firms see it from then on, and may be invited.", invite: "Invite our firms", inviteText: "Invites every firm of yours on the roster that it is for; who is invited already is not invited again.", move: "Move it", cancel: "Cancel it", reason: "Why it is cancelled", kind: "Kind", host: "Held by", organiser: "Organised by", when: "When", where: "Where", link: "Online meeting", seats: "People signed up", unlimited: "no limit", turnout: "How firms stand with it", firms: (n: number) => `${n} firms`, none: "no firm yet",
    code: "Sign-in code", codeText: (from: string, until: string) => `Show it in the room: firms sign in with it, from ${from} until ${until}.`, changed: "Why it was moved or cancelled", followed: "Diagnoses started afterwards", followedText: (days: number, until: string, mark: string) => `Firms that started a diagnosis within ${days} days, seen until ${until} (${mark}); 90 % intervals in brackets. How they differ from those absent is not what the session did.`, growing: "These days are not over yet; the numbers still grow.", group: (firms: number, started: number, low: string, high: string) => `${started} of ${firms} (${low}–${high} %)`, few: (firms: number, least: number) => `${firms}, fewer than ${least}: no share is told`,
  },
);
type Session = NonNullable<OutreachSessionShownQuery["outreachSession"]>;
const FIRM = ["ENTERPRISE", "FILLER", "DEPARTMENT_FILLER", "CONFIRMER"];

/** One session: what it is, who comes, what was asked and what followed. */
export function SessionShown({ id, back }: { id: string; back: () => void }) {
  const texts = useTexts();
  const { viewer } = useViewer();
  const answer = useAsk(SESSION, { id, organises: ["CITY", "DISTRICT", "PARK"].includes(viewer.role) });
  return (
    <>
      <Button onClick={back} style={{ marginBottom: 12 }}>{texts.back}</Button>
      <Shown answer={answer}>{({ outreachSession }) => (outreachSession ? <Whole session={outreachSession} again={answer.again} /> : <Alert type="info" title={texts.gone} />)}</Shown>
    </>
  );
}

function Whole({ session, again }: { session: Session; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState<"move" | "cancel">();
  const organises = ["CITY", "DISTRICT", "PARK"].includes(viewer.role);
  const going = session.status !== "CANCELLED";
  const done = (sent: Promise<unknown>) => void sent.then(again);
  return (
    <>
      <h1>{session.topic}</h1>
      <Space wrap style={{ marginBottom: 16 }}>
        <Tag color="#1252b3">{name(OutreachStatusNames, session.status)}</Tag>
        {organises && session.status === "PLANNED" && <Popconfirm title={texts.announceText} onConfirm={() => done(send(ANNOUNCE, { session: session.id }))}><Button type="primary">{texts.announce}</Button></Popconfirm>}
        {organises && session.status === "ANNOUNCED" && <Popconfirm title={texts.inviteText} onConfirm={() => done(send(INVITE, { session: session.id }))}><Button type="primary">{texts.invite}</Button></Popconfirm>}
        {organises && going && <Button onClick={() => setOpen("move")}>{texts.move}</Button>}
        {organises && going && <Button danger onClick={() => setOpen("cancel")}>{texts.cancel}</Button>}
      </Space>
      {session.reason && <Alert type="info" title={`${texts.changed}${words.colon}${session.reason}`} style={{ marginBottom: 16 }} />}
      <Descriptions size="small" bordered column={{ xs: 1, md: 2 }} items={[
        { key: 1, label: texts.kind, children: name(OutreachKindNames, session.kind) },
        { key: 2, label: texts.host, children: session.host },
        { key: 3, label: texts.organiser, children: session.organiser?.name ?? "—" },
        { key: 4, label: texts.when, children: `${shanghai(session.startsAt)} – ${shanghai(session.endsAt).slice(-5)}` },
        { key: 5, label: texts.where, children: session.place ?? "—" },
        { key: 6, label: texts.link, children: opening(session.link) ? <a href={opening(session.link)} rel="noreferrer noopener" target="_blank">{session.link}</a> : (session.link ?? "—") },
        { key: 7, label: texts.seats, children: `${session.seats} / ${session.capacity ?? texts.unlimited}` },
        { key: 8, label: texts.turnout, children: session.turnout.length ? session.turnout.map((one) => <Tag key={one.status}>{name(AttendanceStatusNames, one.status)} {texts.firms(one.firms)}</Tag>) : texts.none },
      ]} />
      {session.signInCode && <Card size="small" style={{ margin: "16px 0" }}><Statistic title={texts.code} value={session.signInCode} groupSeparator="" /><p className="clause">{texts.codeText(shanghai(session.signInFrom), shanghai(session.signInUntil))}</p></Card>}
      {FIRM.includes(viewer.role) && session.status === "ANNOUNCED" && <FirmInSession session={session.id} changed={again} />}
      <SessionQuestions session={session.id} />
      {!FIRM.includes(viewer.role) && session.announcedAt && going && <Followed session={session.id} />}
      <PlanSession open={open === "move"} session={session.id} close={() => setOpen(undefined)} done={() => { setOpen(undefined); again(); }} />
      <Written about={session.id} open={open === "cancel"} title={texts.cancel} close={() => setOpen(undefined)} fields={[{ name: "reason", label: texts.reason, rows: 3 }]} send={async ({ reason = "" }) => {
        const { data, errors } = await send(CANCEL, { session: session.id, reason });
        if (data && !errors.length) setOpen(undefined);
        again();
      }} />
    </>
  );
}

function Followed({ session }: { session: string }) {
  const texts = useTexts();
  const name = useNames();
  const answer = useAsk(FOLLOW_UP, { id: session });
  return (
    <Shown answer={answer}>
      {({ outreachFollowUp: found }) => found && (
        <section aria-label={texts.followed}>
          <h2>{texts.followed}</h2>
          <p className="clause">{texts.followedText(found.days, shanghai(found.until), name(SourceMarkNames, found.mark))}</p>
          {!found.complete && <p>{texts.growing}</p>}
          <Descriptions size="small" bordered column={1} items={found.groups.map((one) => ({
            key: one.group,
            label: name(OutreachGroupNames, one.group),
            children: one.started === null || one.low === null || one.high === null ? texts.few(one.firms, found.firmsAtLeast) : texts.group(one.firms, one.started, String(one.low), String(one.high)),
          }))} />
        </section>
      )}
    </Shown>
  );
}

import { Alert, App, Button, Card, DatePicker, Descriptions, Empty, Form, Input, Modal, Select, Space, Steps, Tag, Timeline } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { RoleNames, VisitStatusNames } from "../gql/enum-names";
import type { SiteVisitsQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetList } from "../sheet-list";
import { Written } from "../written";
import type { CaseOf } from "./case";

const VISITS = graphql(`
  query SiteVisits($id: ID!, $visitPlansAfter: String, $siteVisitsAfter: String) {
    datedRule(kind: PROCESS) { body { process { visitsByPlan diagnosticiansAtLeast functionsAtLeast } } }
    viewer { actor }
    diagnosis(id: $id) {
      visitPlans(first: 50, after: $visitPlansAfter) {
        pageInfo { hasNextPage endCursor }
        nodes {
          status day diagnosticians team functions agenda reason plannedAt plannedByRole changedAt
          signIns { place signedAt person }
          interviews { function notes recordedAt recordedByRole }
        }
      }
      siteVisits(first: 50, after: $siteVisitsAfter) { pageInfo { hasNextPage endCursor } nodes { visitedOn diagnosticians functions notes recordedAt } }
    }
  }
`);
const TEAM = graphql(`query TeamToVisit($certificatesAfter: String) { certificates(first: 100, after: $certificatesAfter) { pageInfo { hasNextPage endCursor } nodes { number status until endorsements { edition } person { id name } } } }`);
const PLAN = graphql(`
  mutation PlanSiteVisit($id: ID!, $day: Date!, $team: [ID!]!, $functions: [String!]!, $agenda: String!) {
    planSiteVisit(input: { diagnosis: $id, day: $day, team: $team, functions: $functions, agenda: $agenda }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const AGREE = graphql(`mutation AgreeToVisit($id: ID!) { agreeToVisit(input: { diagnosis: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DECLINE = graphql(`mutation DeclineVisit($id: ID!, $reason: String!) { declineVisit(input: { diagnosis: $id, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const CANCEL = graphql(`mutation CancelVisit($id: ID!, $reason: String!) { cancelVisit(input: { diagnosis: $id, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const SIGN_IN = graphql(`mutation SignInOnSite($id: ID!, $place: String!) { signInOnSite(input: { diagnosis: $id, place: $place }) { userErrors { code clause field bound message messageInEnglish } } }`);
const INTERVIEW = graphql(`
  mutation RecordInterview($id: ID!, $function: String!, $notes: String!) {
    recordInterview(input: { diagnosis: $id, function: $function, notes: $notes }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const CLOSE = graphql(`mutation CloseSiteVisit($id: ID!, $notes: String!) { closeSiteVisit(input: { diagnosis: $id, notes: $notes }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    plan: "制定现场诊断计划", replan: "修改计划", agree: "同意计划", decline: "不同意计划", cancel: "取消现场诊断", signIn: "到场签到", interview: "记录访谈", close: "完成现场诊断",
    day: "计划日期", team: "到场诊断师", teamHelp: "本机构持证诊断师，至少一名有本标准版本的签注", functions: "拟访谈部门", functionsHelp: "输入部门名称后按回车", agenda: "安排与须备材料",
    place: "签到地点", placeHelp: "如：一号厂区东门", function: "访谈部门", notes: "访谈记录", seen: "现场记录", reason: "理由", me: "本人", endorsed: "有签注", notEndorsed: "无签注", until: (day: string) => `有效至 ${day}`,
    least: (people: number, functions: number) => `至少 ${people} 名持证诊断师到场签到、访谈 ${functions} 个部门，方可完成。`, must: "规则已施行：现场诊断须按计划进行。",
    people: (count: number) => `${count} 名诊断师`, signed: "签到", interviews: "访谈", planned: (who: string, at: string) => `${who}于 ${at} 制定`, by: "制定", nobody: "尚无人签到", none: "尚无访谈记录",
    steps: ["制定计划", "企业同意", "到场签到", "访谈", "完成"], noPlan: "尚无现场诊断计划，由服务商制定后请企业同意。", toPlan: "尚无现场诊断计划，请先制定计划。",
    toAgree: "服务商提出了现场诊断计划，请确认日期与访谈部门。", records: "已完成的现场诊断", progress: (done: number, all: number) => `${done} / ${all}`,
    noDiagnostician: "请由服务商负责人制定计划。", visited: (day: string, count: number) => `${day}，${count} 名诊断师到场`,
  },
  {
    plan: "Plan a visit", replan: "Change the plan", agree: "Agree to the plan", decline: "Decline the plan", cancel: "Cancel the visit", signIn: "Sign in on site", interview: "Record an interview", close: "Close the visit",
    day: "Planned day", team: "Diagnosticians who come", teamHelp: "Certified people of your organisation, at least one endorsed for this edition", functions: "Functions to be interviewed", functionsHelp: "Type a function and press Enter", agenda: "What is to be seen and prepared",
    place: "Place", placeHelp: "Such as: plant 1, east gate", function: "Function", notes: "What was said and shown", seen: "What was seen", reason: "Reason", me: "myself", endorsed: "endorsed", notEndorsed: "not endorsed", until: (day: string) => `until ${day}`,
    least: (people: number, functions: number) => `At least ${people} certified diagnosticians sign in and ${functions} functions are interviewed before the visit is closed.`, must: "The rule is in force: visits are made by plan.",
    people: (count: number) => `${count} diagnosticians`, signed: "Signed in", interviews: "Interviews", planned: (who: string, at: string) => `Planned by ${who}, ${at}`, by: "Planned", nobody: "Nobody has signed in yet", none: "No interview recorded yet",
    steps: ["Planned", "Firm agrees", "Signed in", "Interviews", "Closed"], noPlan: "No visit is planned; the provider plans one, then the firm agrees.", toPlan: "No visit is planned; plan one first.",
    toAgree: "The provider plans a visit: please agree to its day and functions.", records: "Visits that were closed", progress: (done: number, all: number) => `${done} / ${all}`,
    noDiagnostician: "The provider's manager plans the visit.", visited: (day: string, count: number) => `${day}, ${count} diagnosticians on site`,
  },
);

type Plan = NonNullable<NonNullable<SiteVisitsQuery["diagnosis"]>["visitPlans"]>["nodes"][number];
type Least = { people: number; functions: number };
type Act = "plan" | "decline" | "cancel" | "signIn" | "interview" | "close";
const AT: Record<Plan["status"], number> = { PLANNED: 1, AGREED: 2, UNDER_WAY: 3, CLOSED: 5, DECLINED: 1, CANCELLED: 2, REPLACED: 1 };
const COLOURS: Record<Plan["status"], string> = { PLANNED: "#874d00", AGREED: "#006d75", UNDER_WAY: "#1252b3", CLOSED: "#135200", DECLINED: "#a8071a", CANCELLED: "#595959", REPLACED: "#595959" };
const OPEN: Plan["status"][] = ["PLANNED", "AGREED", "UNDER_WAY"];

/** Visits on site of a case: planned by two and more, agreed by the firm, signed in, interviewed and closed, each by whom it concerns. */
export function SiteVisits({ diagnosis, again }: { diagnosis: CaseOf; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const send = useSend();
  const { modal } = App.useApp();
  const [open, setOpen] = useState<Act>();
  const answer = useAsk(VISITS, { id: diagnosis.id });
  const { id, status } = diagnosis;
  const provider = ["PROVIDER", "DIAGNOSTICIAN"].includes(viewer.role);
  const firm = ["ENTERPRISE", "CONFIRMER", "FILLER"].includes(viewer.role);
  const visiting = ["ACCEPTED", "SCORED"].includes(status);

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) setOpen(undefined);
    answer.again();
    again();
  }

  return (
    <Shown answer={answer}>
      {({ datedRule, viewer: { actor }, diagnosis: found }) => {
        const rule = datedRule.body.process;
        const least = { people: rule?.diagnosticiansAtLeast ?? 2, functions: rule?.functionsAtLeast ?? 4 };
        const plans = [...(found?.visitPlans?.nodes ?? [])].reverse();
        const records = found?.siteVisits?.nodes ?? [];
        const current = plans.find((one) => OPEN.includes(one.status));
        const me = actor ? `person/${actor}` : "";
        const mine = current?.team?.includes(me) ?? false;
        const signed = current?.signIns.some((one) => one.person === me) ?? false;
        const agree = () => void modal.confirm({ title: texts.agree, content: current && `${current.day} · ${current.functions.join(words.comma)}`, onOk: () => done(send(AGREE, { id })) });
        return (
          <>
            {rule?.visitsByPlan && <Alert type="info" showIcon title={texts.must} style={{ marginBottom: 12 }} />}
            {visiting && provider && <p className="clause">{texts.least(least.people, least.functions)}</p>}
            {firm && current?.status === "PLANNED" && <Alert type="warning" showIcon title={texts.toAgree} style={{ marginBottom: 12 }} />}
            {visiting && (
              <Space wrap style={{ marginBottom: 16 }}>
                {firm && current?.status === "PLANNED" && <Button type="primary" onClick={agree}>{texts.agree}</Button>}
                {firm && current?.status === "PLANNED" && <Button danger onClick={() => setOpen("decline")}>{texts.decline}</Button>}
                {viewer.role === "PROVIDER" && current?.status !== "UNDER_WAY" && <Button type={current ? "default" : "primary"} onClick={() => setOpen("plan")}>{current ? texts.replan : texts.plan}</Button>}
                {mine && current && current.status !== "PLANNED" && <Button type={signed ? "default" : "primary"} onClick={() => setOpen("signIn")}>{texts.signIn}</Button>}
                {mine && signed && <Button type="primary" onClick={() => setOpen("interview")}>{texts.interview}</Button>}
                {mine && signed && <Button onClick={() => setOpen("close")}>{texts.close}</Button>}
                {provider && current && <Button danger onClick={() => setOpen("cancel")}>{texts.cancel}</Button>}
              </Space>
            )}
            {!plans.length && !records.length && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={visiting && viewer.role === "PROVIDER" ? texts.toPlan : visiting && viewer.role === "DIAGNOSTICIAN" ? texts.noDiagnostician : texts.noPlan} />}
            {plans.map((plan) => <ThePlan key={plan.plannedAt} plan={plan} me={me} least={least} />)}
            {records.length > 0 && <h2>{texts.records}</h2>}
            {records.length > 0 && (
              <SheetList
                caption={texts.records}
                rows={records}
                rowKey={(one) => `${one.visitedOn} ${one.notes}`}
                empty={null}
                columns={[{ title: texts.day, text: (one) => texts.visited(one.visitedOn, one.diagnosticians) }, { title: words.case.interviewed, text: (one) => one.functions.join(words.comma) }, { title: texts.seen, text: (one) => one.notes }]}
                render={(one) => <div className="listed"><div><strong>{texts.visited(one.visitedOn, one.diagnosticians)}</strong><div>{words.case.interviewed}{words.colon}{one.functions.join(words.comma)}</div><div>{one.notes}</div></div></div>}
              />
            )}
            <Modal open={open === "plan"} title={current ? texts.replan : texts.plan} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
              {open === "plan" && <PlanForm edition={diagnosis.edition.key} plan={current} send={(given) => done(send(PLAN, { id, ...given }))} />}
            </Modal>
            {(["decline", "cancel"] as const).map((act) => (
              <Written about={id} key={act} open={open === act} title={texts[act]} close={() => setOpen(undefined)} fields={[{ name: "reason", label: texts.reason, rows: 2 }]} send={({ reason = "" }) => done(act === "decline" ? send(DECLINE, { id, reason }) : send(CANCEL, { id, reason }))} />
            ))}
            <Written about={id} open={open === "signIn"} title={texts.signIn} close={() => setOpen(undefined)} fields={[{ name: "place", label: texts.place, help: texts.placeHelp }]} send={({ place = "" }) => done(send(SIGN_IN, { id, place }))} />
            <Written about={id}
              open={open === "interview"}
              title={texts.interview}
              close={() => setOpen(undefined)}
              fields={[{ name: "function", label: texts.function, options: current?.functions }, { name: "notes", label: texts.notes, rows: 5 }]}
              send={(given) => done(send(INTERVIEW, { id, function: given.function ?? "", notes: given.notes ?? "" }))}
            />
            <Written about={id} open={open === "close"} title={texts.close} close={() => setOpen(undefined)} fields={[{ name: "notes", label: texts.seen, rows: 5 }]} send={({ notes = "" }) => done(send(CLOSE, { id, notes }))} />
          </>
        );
      }}
    </Shown>
  );
}

function ThePlan({ plan, me, least }: { plan: Plan; me: string; least: Least }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const names = useTeam(viewer.role !== "PROVIDER");
  const who = (person: string | null) => (person === null ? "" : person === me ? texts.me : (names.get(person)?.name ?? ""));
  const team = plan.team?.map(who).filter(Boolean) ?? [];
  const open = OPEN.includes(plan.status);
  return (
    <Card size="small" title={`${texts.day} ${plan.day}`} extra={<Tag color={COLOURS[plan.status]}>{name(VisitStatusNames, plan.status)}</Tag>} style={{ marginBottom: 16 }}>
      {open && <Steps size="small" responsive current={AT[plan.status]} items={texts.steps.map((title) => ({ title }))} style={{ marginBottom: 16 }} />}
      <Descriptions size="small" bordered column={{ xs: 1, md: 2 }} items={[
        { key: 1, label: texts.team, children: `${texts.people(plan.diagnosticians)}${team.length ? `${words.colon}${team.join(words.comma)}` : ""}` },
        { key: 2, label: texts.functions, children: plan.functions.join(words.comma) },
        { key: 3, label: texts.agenda, children: plan.agenda },
        { key: 4, label: texts.by, children: texts.planned(name(RoleNames, plan.plannedByRole), shanghai(plan.plannedAt)) },
        ...(plan.reason === null ? [] : [{ key: 5, label: texts.reason, children: plan.reason }]),
      ]} />
      <h2>{texts.signed} <span className="clause">{texts.progress(new Set(plan.signIns.map((one) => one.person)).size, least.people)}</span></h2>
      {plan.signIns.length ? (
        <Timeline items={plan.signIns.map((one) => ({ key: `${one.person ?? ""}${one.signedAt}`, content: `${shanghai(one.signedAt)} ${one.place} ${who(one.person)}` }))} />
      ) : (
        <p className="clause">{texts.nobody}</p>
      )}
      <h2>{texts.interviews} <span className="clause">{texts.progress(plan.interviews.length, least.functions)}</span></h2>
      {plan.interviews.length ? (
        <SheetList
          caption={texts.interviews}
          rows={plan.interviews}
          rowKey={(one) => `${one.function} ${one.recordedAt}`}
          empty={null}
          columns={[{ title: texts.function, text: (one) => one.function }, { title: texts.notes, text: (one) => one.notes }, { title: words.fields.role, text: (one) => name(RoleNames, one.recordedByRole) }, { title: words.fields.at, text: (one) => shanghai(one.recordedAt) }]}
          render={(one) => <div className="listed"><div><strong>{one.function}</strong><div>{one.notes}</div><div className="clause">{name(RoleNames, one.recordedByRole)} {shanghai(one.recordedAt)}</div></div></div>}
        />
      ) : (
        <p className="clause">{texts.none}</p>
      )}
    </Card>
  );
}

/** The provider's people who hold a certificate in force, by their ids. */
function useTeam(pause: boolean) {
  const { data } = useAsk(TEAM, {}, pause);
  const held = (data?.certificates.nodes ?? []).filter((one) => one.status === "VALID" && one.person);
  return new Map(held.map((one) => [one.person?.id ?? "", { name: one.person?.name ?? "", until: one.until, editions: one.endorsements.map(({ edition }) => edition) }]));
}

function PlanForm({ edition, plan, send }: { edition: string; plan: Plan | undefined; send: (given: { day: string; team: string[]; functions: string[]; agenda: string }) => Promise<void> }) {
  const texts = useTexts();
  const words = useWords();
  const team = useTeam(false);
  const required = [{ required: true, message: words.signIn.missing }];
  return (
    <Form
      layout="vertical"
      initialValues={plan ? { day: dayjs(plan.day), team: plan.team ?? [], functions: plan.functions, agenda: plan.agenda } : {}}
      onFinish={(given: { day: Dayjs; team: string[]; functions: string[]; agenda: string }) => void send({ ...given, day: given.day.format("YYYY-MM-DD") })}
    >
      <Form.Item name="day" label={texts.day} rules={required}><DatePicker style={{ width: "100%" }} /></Form.Item>
      <Form.Item name="team" label={texts.team} extra={texts.teamHelp} rules={required}>
        <Select
          mode="multiple"
          optionFilterProp="label"
          options={[...team].map(([value, one]) => ({ value, label: `${one.name}（${one.editions.includes(edition) ? texts.endorsed : texts.notEndorsed}，${texts.until(one.until)}）` }))}
        />
      </Form.Item>
      <Form.Item name="functions" label={texts.functions} extra={texts.functionsHelp} rules={required}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
      <Form.Item name="agenda" label={texts.agenda} rules={required}><Input.TextArea rows={3} /></Form.Item>
      <Button type="primary" htmlType="submit">{words.send}</Button>
    </Form>
  );
}

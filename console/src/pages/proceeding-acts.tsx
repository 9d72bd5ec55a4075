import { Acts, useOptions } from "../acts";
import { useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { ProceedingKindNames, ProceedingOutcomeNames, SideNames } from "../gql/enum-names";
import type { ProceedingKind, ProceedingOutcome, ProceedingStatus, Role, Side } from "../gql/graphql";
import { spoken, useWords } from "../language";
import { useViewer } from "../session";

const PROVIDERS = graphql(`query ProceedingProviders($organisationsAfter: String) { organisations(kind: [PROVIDER], first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const OPEN = graphql(`mutation OpenProceeding($kind: ProceedingKind!, $provider: ID!, $about: ID!, $cause: ID!, $asked: String!, $grounds: String!) { openProceeding(input: { kind: $kind, provider: $provider, about: $about, cause: $cause, asked: $asked, grounds: $grounds }) { userErrors { code clause field bound message messageInEnglish } } }`);
const NOTICE = graphql(`mutation ServeNotice($id: ID!) { serveNotice(input: { proceeding: $id }) { userErrors { code clause field bound message messageInEnglish } } }`);
const MOVE = graphql(`mutation MoveDeadline($id: ID!, $until: Date!, $reason: String!) { moveDeadline(input: { proceeding: $id, until: $until, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);
const STATEMENT = graphql(`mutation GiveStatement($id: ID!, $text: String!, $asksHearing: Boolean!) { giveStatement(input: { proceeding: $id, text: $text, asksHearing: $asksHearing }) { userErrors { code clause field bound message messageInEnglish } } }`);
const HEARING = graphql(`mutation SetHearing($id: ID!, $day: Date!, $venue: String!) { setHearing(input: { proceeding: $id, day: $day, venue: $venue }) { userErrors { code clause field bound message messageInEnglish } } }`);
const HEARD = graphql(`mutation RecordHearing($id: ID!, $attended: [Side!]!, $minutes: String!) { recordHearing(input: { proceeding: $id, attended: $attended, minutes: $minutes }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DECIDE = graphql(`mutation DecideProceeding($id: ID!, $outcome: ProceedingOutcome!, $reasons: String!) { decideProceeding(input: { proceeding: $id, outcome: $outcome, reasons: $reasons }) { userErrors { code clause field bound message messageInEnglish } } }`);
const APPEAL = graphql(`mutation AppealDecision($id: ID!, $grounds: String!) { appealDecision(input: { proceeding: $id, grounds: $grounds }) { userErrors { code clause field bound message messageInEnglish } } }`);
const DECIDE_APPEAL = graphql(`mutation DecideAppeal($id: ID!, $outcome: ProceedingOutcome!, $reasons: String!) { decideAppeal(input: { proceeding: $id, outcome: $outcome, reasons: $reasons }) { userErrors { code clause field bound message messageInEnglish } } }`);
const WITHDRAW = graphql(`mutation WithdrawProceeding($id: ID!, $reason: String!) { withdrawProceeding(input: { proceeding: $id, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    open: "提起程序", openText: "对服务商采取措施须先经此程序：告知、陈述、听证、决定、申诉。", about: "所涉事项", aboutHelp: "对象标识，如 listing/p7，见留痕记录", cause: "起因", causeHelp: "所依事实，对象标识加版本，如 rating/2024/3", asked: "请求事项", grounds: "事实与理由", notice: "送达告知书", noticeText: "送达后陈述期限开始计算。", move: "延长期限", until: "新的截止日", reason: "理由", statement: "陈述申辩", text: "陈述申辩内容", hearingAsked: "是否要求听证", hearing: "确定听证日期", day: "听证日期", venue: "地点", heard: "记录听证", attended: "到场方", minutes: "听证笔录", decide: "作出决定", outcome: "处理结果", reasons: "决定理由", decideText: "决定人不能是提起人。", appeal: "提出申诉", appealGrounds: "申诉理由", decideAppeal: "作出申诉决定", thirdText: "由第三人决定，程序随即终结。", withdraw: "撤回程序",
  },
  {
    open: "Open a proceeding", openText: "What is done against a provider goes through it: notice, statement, hearing, decision, appeal.", about: "About", aboutHelp: "By the name of its stream, such as listing/p7, as the audit trail has it", cause: "Cause", causeHelp: "Fact that it follows from, stream and version, such as rating/2024/3", asked: "What is asked for", grounds: "Why", notice: "Serve the notice", noticeText: "The time to answer runs from it.", move: "Extend the time", until: "Last day from now on", reason: "Why", statement: "Answer", text: "What is answered", hearingAsked: "Ask for a hearing", hearing: "Set the hearing", day: "Day", venue: "Where", heard: "Record the hearing", attended: "Who came", minutes: "What was said", decide: "Decide", outcome: "Outcome", reasons: "Why", decideText: "Not by whoever opened it.", appeal: "Appeal", appealGrounds: "Why", decideAppeal: "Decide the appeal", thirdText: "By a third person; it is final then.", withdraw: "Withdraw",
  },
);

/** Opens a proceeding against a provider. */
export function OpenProceeding({ done }: { done: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const options = useOptions();
  const { viewer } = useViewer();
  const opens = ["CITY", "DISTRICT"].includes(viewer.role);
  const providers = useAsk(PROVIDERS, {}, !opens).data?.organisations.nodes ?? [];
  return <Acts about="proceedings" done={done} acts={[opens && {
    label: texts.open,
    primary: true,
    says: texts.openText,
    fields: [{ name: "kind", label: words.fields.kind, kind: "one", options: options(ProceedingKindNames) }, { name: "provider", label: words.fields.provider, kind: "one", options: providers.map((one) => ({ value: one.id, label: one.name })) }, { name: "about", label: texts.about, help: texts.aboutHelp }, { name: "cause", label: texts.cause, help: texts.causeHelp }, { name: "asked", label: texts.asked }, { name: "grounds", label: texts.grounds, kind: "rows" }],
    send: (given: { kind: ProceedingKind; provider: string; about: string; cause: string; asked: string; grounds: string }) => send(OPEN, given),
  }]} />;
}

/** What the reader may do next in a proceeding: its office step by step, its sides answer and appeal. */
export function ProceedingActs({ of, done }: { of: { id: string; status: ProceedingStatus; overdue: boolean; applicantRole: Role; provider: { id: string } | null }; done: () => void }) {
  const texts = useTexts();
  const send = useSend();
  const options = useOptions();
  const { viewer } = useViewer();
  const { id, status } = of;
  const city = viewer.role === "CITY";
  const office = city || viewer.role === "DISTRICT";
  const provider = viewer.role === "PROVIDER";
  const firm = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const applied = viewer.role === of.applicantRole;
  const answers = provider ? !applied : city && of.applicantRole === "PROVIDER";
  const decision = [{ name: "outcome", label: texts.outcome, kind: "one" as const, options: options(ProceedingOutcomeNames) }, { name: "reasons", label: texts.reasons, kind: "rows" as const }];
  type Decision = { outcome: ProceedingOutcome; reasons: string };
  const before = ["OPENED", "NOTIFIED", "ANSWERED", "HEARING_SET", "HEARD"].includes(status);
  const answered = ["ANSWERED", "HEARING_SET"].includes(status) || (status === "NOTIFIED" && of.overdue);
  return <Acts about={id} small done={done} acts={[
    city && status === "OPENED" && { label: texts.notice, primary: true, says: texts.noticeText, send: () => send(NOTICE, { id }) },
    answers && status === "NOTIFIED" && !of.overdue && { label: texts.statement, primary: true, fields: [{ name: "text", label: texts.text, kind: "rows" }, { name: "asksHearing", label: texts.hearingAsked, kind: "yes" }], send: (given: { text: string; asksHearing: boolean }) => send(STATEMENT, { id, ...given }) },
    city && answered && { label: texts.hearing, fields: [{ name: "day", label: texts.day, kind: "day" }, { name: "venue", label: texts.venue }], send: (given: { day: string; venue: string }) => send(HEARING, { id, ...given }) },
    city && status === "HEARING_SET" && { label: texts.heard, primary: true, fields: [{ name: "attended", label: texts.attended, kind: "several", options: options(SideNames) }, { name: "minutes", label: texts.minutes, kind: "rows" }], send: (given: { attended: Side[]; minutes: string }) => send(HEARD, { id, ...given }) },
    city && (status === "HEARD" || (answered && status !== "HEARING_SET")) && { label: texts.decide, primary: true, says: texts.decideText, fields: decision, send: (given: Decision) => send(DECIDE, { id, ...given }) },
    office && ["NOTIFIED", "DECIDED"].includes(status) && { label: texts.move, fields: [{ name: "until", label: texts.until, kind: "day" }, { name: "reason", label: texts.reason, kind: "rows" }], send: (given: { until: string; reason: string }) => send(MOVE, { id, ...given }) },
    (firm || provider) && status === "DECIDED" && !of.overdue && { label: texts.appeal, fields: [{ name: "grounds", label: texts.appealGrounds, kind: "rows" }], send: (given: { grounds: string }) => send(APPEAL, { id, ...given }) },
    city && status === "APPEALED" && { label: texts.decideAppeal, primary: true, says: texts.thirdText, fields: decision, send: (given: Decision) => send(DECIDE_APPEAL, { id, ...given }) },
    applied && before && { label: texts.withdraw, danger: true, fields: [{ name: "reason", label: texts.reason, kind: "rows" }], send: (given: { reason: string }) => send(WITHDRAW, { id, ...given }) },
  ]} />;
}

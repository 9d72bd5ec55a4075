"""Outreach sessions 宣讲交流 in the schema: sessions, firms' parts in them, questions and published answers. plan T2."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

import orjson
import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.filter_values import require_some, with_keys
from api.kit.ids import OrganisationID, OutreachSessionID, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.participants.enterprises import Enterprise, checked_filter, load_enterprises
from api.participants.organisations import Organisation, load_organisations
from api.participants.places import District
from domain.access import Nothing, Role, Scope
from domain.governance.rule_bodies.outreach import OutreachRule
from domain.instants import utc_moment
from domain.kernel import Command, IdOf, Refused, Rule
from domain.masks import OUTREACH, SIGNED_IN
from domain.programme.sessions.attendance import SignInToOutreachSession
from domain.programme.sessions.attendance_facts import AttendanceStatus
from domain.programme.sessions.question import AskOutreachQuestion, QuestionStatus
from domain.programme.sessions.session import (
    AT_ONCE,
    AnnounceOutreachSession,
    CancelOutreachSession,
    InviteToOutreachSession,
    MoveOutreachSession,
    PlanOutreachSession,
    RecordOutreachAttendance,
)
from domain.programme.sessions.state import (
    ORGANISERS,
    OutreachKind,
    OutreachStatus,
    SessionAudience,
    lies_with,
    sign_in_window,
)
from projections.engine.pages import BY_ID, Page
from projections.governance.dated_rules import body_on
from projections.participants.enterprises import EnterpriseFilter, enterprises
from projections.programme import outreach_sessions as rows
from projections.programme.outreach_sessions import (
    AttendanceFilter,
    AttendanceRow,
    OutreachSessionFilter,
    QuestionFilter,
    QuestionRow,
    SessionRow,
)

QuestionID = Annotated[strawberry.ID, IdOf("question")]
AttendanceID = Annotated[strawberry.ID, IdOf("attendance")]
SIGN_IN_CODE_WRONG = Rule(
    "SIGN_IN_CODE_WRONG",
    "plan T2",
    "签到码有误，请核对会场显示的六位数字；多次有误后只能由邀请单位登记",
    "The sign-in code is wrong; check the six digits shown in the room. After several wrong ones the unit that invited you "
    "records it",
)
FIRMS_OR_FILTER_OF_SESSION = Rule(
    "FIRMS_OR_FILTER_OF_SESSION",
    "plan T2",
    "请列出企业，或给出筛选条件（空条件即面向对象内的本单位全部企业），两者择一",
    "Name the firms, or give a filter, one of the two; an empty filter is every firm of the sender's own that it is for",
)
SESSION_FITS_TOO_MANY = Rule(
    "SESSION_FITS_TOO_MANY",
    "plan T2",
    "符合条件的企业超过 {at_most} 家，请缩小范围分次邀请",
    "More than {at_most} firms fit; narrow the filter and invite them in parts",
)
SESSION_FITS_NOBODY = Rule(
    "SESSION_FITS_NOBODY", "plan T2", "没有符合条件的企业，请核对筛选条件", "No firm fits; check the filter"
)
CODE, CODES = b"sign-in code of a session\n", 10**6


def sign_in_code(secret: bytes, session: str) -> str:
    """The code that is shown in the room 签到码: worked out of the installation's secret, so that no fact and no table tells it."""
    return f"{int.from_bytes(hmac.digest(secret, CODE + session.encode(), 'sha256')) % CODES:06d}"


@published(OUTREACH)
class OutreachTurnout:
    """How many firms of the caller's scope stand so with a session · 参会汇总. plan T2"""

    status: AttendanceStatus = field("How far they have come · 参会状态")
    firms: int = field("How many firms · 企业数")


@published(OUTREACH, row=SessionRow)
class OutreachSession(Node):
    """Outreach session: a briefing, an exchange or a reading of reports · 宣讲交流场次. plan T2"""

    id: OutreachSessionID = field("Its id · 场次标识")
    kind: OutreachKind = field("What it is · 类别")
    topic: str = field("What it is about · 主题")
    host: str = field("Body that holds it · 主办单位")
    organiser: Organisation | None = field("Unit that organises it · 组织方", by="organiser")
    organiser_role: Role = field("Role that it organises it in · 组织方角色")
    status: OutreachStatus = field("How far it has come, apart from the clock · 场次状态")
    held_on: date = field("Day in the city · 举办日")
    starts_at: datetime = field("When it begins, UTC · 开始时间")
    ends_at: datetime = field("When it ends, UTC · 结束时间")
    place: str | None = field("Where it is held; null where it is online alone · 地点")
    link: str | None = field("Address of the online meeting; null of none · 会议链接")
    district: District | None = field("District that it is for; null of any · 面向的区")
    subdistrict: OrganisationID | None = field("Subdistrict that it is for; null of any · 面向的街镇")
    park: OrganisationID | None = field("Park that it is for; null of any · 面向的园区")
    industry: str | None = field("Division of GB/T 4754 that it is for; null of any · 面向的行业大类")
    capacity: int | None = field("People who find room; null: no limit · 容纳人数")
    seats: int = field("People signed up · 报名人数")
    planned_at: datetime = field("When it was planned, UTC · 计划时间")
    announced_at: datetime | None = field("When it was announced, UTC; null before · 发布时间")
    reason: str | None = field("Why it was moved last, or cancelled; null where it was not · 变更或取消理由")
    turnout: list[OutreachTurnout] = field("How the firms in the caller's scope stand with it · 参会汇总", made=True)
    sign_in_from: datetime = field("From when firms sign in, UTC · 签到开始时间", made=True)
    sign_in_until: datetime = field("Until when firms sign in, UTC · 签到截止时间", made=True)
    sign_in_code: str | None = field(
        "Six digits to be shown in the room, to whoever organises it alone; null to others, and before it is announced · 签到码",
        roles=ORGANISERS,
        made=True,
    )


@published(OUTREACH)
class OutreachAttendees:
    """People of one function whom a firm sends · 参会人员. plan T2"""

    function: str = field("Function in the firm · 职能")
    people: int = field("How many of them come · 人数")


@published(OUTREACH, row=AttendanceRow)
class OutreachAttendance(Node):
    """Part of one firm in one outreach session · 参会. plan T2"""

    id: AttendanceID = field("Its id · 参会标识")
    session: OutreachSession | None = field("The session · 场次", by="session")
    enterprise: Enterprise | None = field("The firm · 企业", by="enterprise")
    status: AttendanceStatus = field("How far it has come · 参会状态")
    status_since: datetime = field("Since when, UTC · 进入该状态的时间")
    invited_at: datetime | None = field("When it was last invited, UTC; null where it came uninvited · 邀请时间")
    groups: list[OutreachAttendees] = field("Whom it sends, by function · 参会人员", made=True)
    people: int | None = field("People who came, by its sign-in; null where the organiser recorded it, and before · 到会人数")
    mistaken: int = field("Wrong sign-in codes that it gave · 签到码错误次数")
    reason: str | None = field("Why it declined, or its record was taken back · 理由")


@published(SIGNED_IN, row=QuestionRow)
class OutreachQuestion(Node):
    """Question about an outreach session; once published, open to all without who asked · 提问. plan T2"""

    id: QuestionID = field("Its id · 提问标识")
    session: OutreachSession | None = field("The session, where the caller sees it · 场次", by="session", roles=OUTREACH)
    enterprise: Enterprise | None = field("Who asked, where the caller sees that firm · 企业", by="enterprise", roles=OUTREACH)
    text: str | None = field("As it was asked, to who sees that firm or organises the session; else null · 问题", roles=OUTREACH)
    status: QuestionStatus = field("How far it has come · 提问状态")
    asked_at: datetime = field("When it was asked, UTC · 提问时间")
    answer: str | None = field("Answer; null before there is one · 答复")
    wording: str | None = field("The question as it was published; null before · 公开的问题")
    published_at: datetime | None = field("When it was published, UTC; null before · 公开时间")


published_filter(OutreachSessionFilter)
published_filter(AttendanceFilter)
published_filter(QuestionFilter)


def _code(context: Context, row: SessionRow) -> str | None:
    """The code, for whoever organises an announced session."""
    caller = context.caller
    if caller.role not in ORGANISERS or row.status is not OutreachStatus.ANNOUNCED:
        return None
    own = lies_with(Role(caller.role), caller.organisation, row.organiser_role, row.organiser)
    return sign_in_code(context.services.secret, row.id) if own else None


def _build_sessions(context: Context, found: Sequence[SessionRow], wanted: frozenset[str]) -> list[OutreachSession]:
    organiser = led_to(context, (OutreachSession, "organiser"), found, wanted)
    asked = found and "turnout" in wanted
    counts = rows.attendance_counts(context.snapshot, context.scope, [row.id for row in found]) if asked else {}
    made = []
    for row in found:
        row = row._replace(status=OutreachStatus(row.status))  # noqa: PLW2901 - the same row, typed
        rule = body_on(context.snapshot, OutreachRule, date.fromisoformat(row.held_on))
        opens, closes = sign_in_window(utc_moment(row.starts_at), utc_moment(row.ends_at), rule)
        stands = [(status, counts.get((row.id, status), 0)) for status in AttendanceStatus]
        told = OutreachSession(
            **shown(OutreachSession, row),
            organiser=organiser(row.organiser),
            turnout=[OutreachTurnout(status=status, firms=firms) for status, firms in stands if firms],
            sign_in_from=opens,
            sign_in_until=closes,
            sign_in_code=_code(context, row) if "signInCode" in wanted else None,
        )
        made.append(told)
    return made


def _build_attendances(context: Context, found: Sequence[AttendanceRow], wanted: frozenset[str]) -> list[OutreachAttendance]:
    session, enterprise = (led_to(context, (OutreachAttendance, name), found, wanted) for name in ("session", "enterprise"))
    return [
        OutreachAttendance(
            **shown(OutreachAttendance, row),
            session=session(row.session),
            enterprise=enterprise(row.enterprise),
            groups=[OutreachAttendees(**one) for one in orjson.loads(row.groups)],
        )
        for row in found
    ]


def _build_questions(context: Context, found: Sequence[QuestionRow], wanted: frozenset[str]) -> list[OutreachQuestion]:
    session, enterprise = (led_to(context, (OutreachQuestion, name), found, wanted) for name in ("session", "enterprise"))
    return [
        OutreachQuestion(
            **shown(OutreachQuestion, row), session=session(row.session), enterprise=enterprise(row.enterprise)
        )
        for row in found
    ]


def _asker_scope(context: Context) -> Scope:
    """Whose firms' questions are seen before they are published: of those alone who may know of attendance."""
    return context.scope if context.role in OUTREACH else Nothing()


SESSIONS: Listed[OutreachSessionFilter, SessionRow, OutreachSession] = Listed(
    name="outreachSessions",
    node=OutreachSession,
    order=rows.LATEST_FIRST,
    rows=rows.outreach_sessions,
    count=rows.outreach_session_count,
    by_id=rows.outreach_sessions_by_id,
    build=_build_sessions,
)
ATTENDANCES: Listed[AttendanceFilter, AttendanceRow, OutreachAttendance] = Listed(
    name="outreachAttendances",
    node=OutreachAttendance,
    rows=rows.attendances,
    count=rows.attendance_count,
    by_id=rows.attendances_by_id,
    build=_build_attendances,
)
QUESTIONS: Listed[QuestionFilter, QuestionRow, OutreachQuestion] = Listed(
    name="outreachQuestions",
    node=OutreachQuestion,
    order=rows.LATEST_ASKED,
    rows=rows.questions,
    count=rows.question_count,
    by_id=rows.questions_by_id,
    build=_build_questions,
    scope=_asker_scope,
)
load_sessions = SESSIONS.of_ids


@strawberry.type
class OutreachSessionQueries:
    """Query fields: outreach sessions."""

    @field("One outreach session; null when there is none that the caller sees · 宣讲交流场次. plan T2", roles=OUTREACH)
    def outreach_session(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 场次标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> OutreachSession | None:
        """A session."""
        return single(info, SESSIONS, key_of(id, "session"), at_least=at_least)

    @listing(
        SESSIONS,
        "Outreach sessions, the latest first: a unit's own, others' once announced, and a firm's that it is in · 场次列表. plan T2",
        roles=OUTREACH,
    )
    def outreach_sessions(
        self,
        filter: Annotated[OutreachSessionFilter | None, argument("Which to look for; none = all · 筛选条件")] = None,  # noqa: A002 - as above
    ) -> OutreachSessionFilter:
        """A page of sessions."""
        if filter is None:
            return OutreachSessionFilter()
        require_some(filter)
        return filter

    @listing(ATTENDANCES, "Parts of the firms in the caller's scope in outreach sessions · 参会列表. plan T2", roles=OUTREACH)
    def outreach_attendances(
        self,
        filter: Annotated[AttendanceFilter | None, argument("Which to look for; none = all in the scope · 筛选条件")] = None,  # noqa: A002 - as above
    ) -> AttendanceFilter:
        """A page of firms' parts."""
        if filter is None:
            return AttendanceFilter()
        require_some(filter)
        return with_keys(filter)

    @listing(
        QUESTIONS,
        "Questions of firms in the caller's scope or about its own sessions, and all that are published, the latest first "
        "· 提问列表. plan T2",
        roles=SIGNED_IN,
    )
    def outreach_questions(
        self,
        filter: Annotated[QuestionFilter | None, argument("Which to look for; none = all · 筛选条件")] = None,  # noqa: A002 - as above
    ) -> QuestionFilter:
        """A page of questions."""
        if filter is None:
            return QuestionFilter()
        require_some(filter)
        return with_keys(filter)


def _invited(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """The firms that are named, else those that a filter finds in the sender's scope among whom the session is for."""
    named, asked = data.pop("enterprises", None), data.pop("filter", None)
    if (named is None) is (asked is None):
        raise FIRMS_OR_FILTER_OF_SESSION.refuse(path="enterprises")
    if named is not None:
        return {**data, "enterprises": [key_of(one, "enterprise") for one in named]}
    where = replace(checked_filter(context, EnterpriseFilter(**asked)), day=context.today.isoformat())
    session = key_of(str(data["outreach_session"]), "session")
    row = rows.outreach_sessions_by_id(context.snapshot, context.scope, [session]).get(session)
    found = enterprises(context.snapshot, context.scope, where, Page(AT_ONCE + 1, BY_ID))
    if row is not None:
        audience = SessionAudience(**{name: getattr(row, name) for name in SessionAudience.model_fields})
        found = [one for one in found if audience.addresses(one.district, one.subdistrict, one.park, one.industry)]
    if len(found) > AT_ONCE:
        raise SESSION_FITS_TOO_MANY.refuse(path="filter", at_most=AT_ONCE)
    if not found:
        raise SESSION_FITS_NOBODY.refuse(path="filter")
    return {**data, "enterprises": [one.id for one in found]}


def _asking(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """With an id, and how many questions the firm has asked about the session."""
    about = key_of(str(data["outreach_session"]), "session"), key_of(str(data["enterprise"]), "enterprise")
    return {**new_id("outreach_question")(context, data), "others": rows.questions_asked(context.snapshot, *about)}


def _compared(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Whether the code that was given is that of the session; the code itself goes no further."""
    expected = sign_in_code(context.services.secret, key_of(str(data["outreach_session"]), "session"))
    given = str(data.pop("code")).strip()
    return {**data, "code_holds": hmac.compare_digest(given.encode(), expected.encode())}


def _mistaken(_context: Context, command: Command) -> tuple[Refused, ...]:
    assert isinstance(command, SignInToOutreachSession)  # noqa: S101 - the table below names it
    return () if command.code_holds else (SIGN_IN_CODE_WRONG.refuse(path="code"),)


NAMED = ("enterprises", list[strawberry.ID] | None, "Firms of the sender's own; null where a filter is given · 企业")
FOUND = ("filter", EnterpriseFilter | None, "Which firms of the sender's own that it is for, {} for all of them · 筛选条件")
GIVEN = ("code", str, "Six digits that are shown in the room · 签到码")


def _find_session(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> OutreachSession | None:
    return load_sessions(context, [key], wanted).get(key)


def _find_attendance(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> OutreachAttendance | None:
    return ATTENDANCES.of_ids(context, [key], wanted).get(key)


def _find_question(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> OutreachQuestion | None:
    return QUESTIONS.of_ids(context, [key], wanted).get(key)


QUERIES = OutreachSessionQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {
    "session": NodeKind(OutreachSession, load_sessions),
    "attendance": NodeKind(OutreachAttendance, ATTENDANCES.of_ids),
    "question": NodeKind(OutreachQuestion, QUESTIONS.of_ids),
}
EDGES: Mapping[Edge, Loader] = {
    (OutreachSession, "organiser"): load_organisations,
    (OutreachAttendance, "session"): load_sessions,
    (OutreachAttendance, "enterprise"): load_enterprises,
    (OutreachQuestion, "session"): load_sessions,
    (OutreachQuestion, "enterprise"): load_enterprises,
}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    **dict.fromkeys(
        (AnnounceOutreachSession, MoveOutreachSession, CancelOutreachSession, RecordOutreachAttendance),
        ServerFields(frozenset(), shows_version=False),
    ),
    PlanOutreachSession: ServerFields(
        frozenset({"outreach_session"}), fill=new_id("outreach_session"), shows_version=False
    ),
    InviteToOutreachSession: ServerFields(frozenset({"enterprises"}), (NAMED, FOUND), _invited, shows_version=False),
    SignInToOutreachSession: ServerFields(frozenset({"code_holds"}), (GIVEN,), _compared, tells=_mistaken),
    AskOutreachQuestion: ServerFields(frozenset({"outreach_question", "others"}), fill=_asking),
}
"""What the server completes 服务端补全. The version of a session would count other units' invitations and sign-ups."""
PAYLOADS: Mapping[str, Payload] = {
    "session": Payload("outreach_session", OutreachSession, _find_session),
    "attendance": Payload("outreach_attendance", OutreachAttendance, _find_attendance),
    "question": Payload("outreach_question", OutreachQuestion, _find_question),
}
"""Capability -> what its payloads carry 返回对象."""

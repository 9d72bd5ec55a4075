"""Outreach session 宣讲交流场次: planned, announced, moved or cancelled; firms are invited and recorded as having come. plan T2.

A district, a park or the city organises it. Firms are invited by whoever they live with, also to another unit's session.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.command_rights import require_right
from domain.instants import city_time
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EnterpriseRef,
    Facts,
    Label,
    OnStream,
    Refused,
    Rule,
    Stream,
    Text,
    Unscoped,
    refuse_step,
    refuse_together,
)
from domain.participants.enterprises import enterprise_stream, own_firms
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.sessions.attendance_facts import (
    ArrivalRecorded,
    Attendance,
    AttendanceInvited,
    AttendanceStatus,
)
from domain.programme.sessions.session_facts import (
    OutreachSessionAnnounced,
    OutreachSessionCancelled,
    OutreachSessionMoved,
    OutreachSessionPlanned,
    SessionAttendanceRecorded,
    SessionEvent,
    SessionFirmsInvited,
    evolve,
)
from domain.programme.sessions.state import (
    NEXT_STEPS,
    ORGANISERS,
    OUTREACH_RULE,
    ClockTime,
    OutreachKind,
    OutreachSession,
    OutreachStatus,
    SessionAudience,
    SessionRef,
    WebLink,
    attendance_stream,
    organiser_place,
    outreach_rule,
    require_announced,
    require_own,
    session_stream,
)
from domain.stated_dates import DateName, require_not_too_far_ahead

AT_ONCE = 10_000
"""Firms that one command may name: more than any district has."""
Firms = Annotated[tuple[EnterpriseRef, ...], Field(min_length=1, max_length=AT_ONCE)]

# Rules

SESSION_HOURS_REVERSED = Rule(
    "SESSION_HOURS_REVERSED",
    "plan T2",
    "结束时间须晚于开始时间 {begins}，请核对",
    "A session ends after it begins at {begins}; check its hours",
)
SESSION_IN_THE_PAST = Rule(
    "SESSION_IN_THE_PAST", "plan T2", "开始时间已过，请另定时间", "Its beginning is over already; set a later time"
)
SESSION_WITHOUT_PLACE = Rule(
    "SESSION_WITHOUT_PLACE", "plan T2", "请填写地点或线上会议链接", "Say where it is held, or the address of the online meeting"
)
SESSION_AUDIENCE_BEYOND = Rule(
    "SESSION_AUDIENCE_BEYOND",
    "plan T2",
    "面向对象超出本单位范围，或没有登记这样的区、街镇、园区，请核对",
    "It is for a district, subdistrict or park that is not registered or not of the organiser's own; check it",
)
SESSION_UNCHANGED = Rule(
    "SESSION_UNCHANGED",
    "plan T2",
    "所填时间和地点与现定的一致，没有需要变更的内容",
    "Hours and place are what is on record; there is nothing to change",
)
SESSION_STATUS = Rule(
    "SESSION_STATUS",
    "plan T2",
    "该场次的状态为“{status_name}”，此时不能办理这一步；{next_step}",
    "The session is {status}; this step does not follow from there; {next_step_in_english}",
)
SESSION_BEGUN = Rule(
    "SESSION_BEGUN",
    "plan T2",
    "该场次已经开始或结束，不能再变更、取消或邀请；到会情况请据名单登记",
    "The session has begun or is over: it is not moved or cancelled any more, and nobody is invited; record who came",
)
SESSION_NOT_BEGUN = Rule(
    "SESSION_NOT_BEGUN",
    "plan T2",
    "签到尚未开始，到会情况请在签到开始后登记",
    "Sign-in has not begun; record who came from then on",
)
FIRM_NOT_ADDRESSED = Rule(
    "FIRM_NOT_ADDRESSED",
    "plan T2",
    "该企业不属于本场次的面向对象，请删去该项",
    "The session is not for this enterprise; leave it out",
)

# Commands


class SessionCommand(Command):
    """A command about one outreach session 宣讲交流命令."""

    roles: ClassVar = ORGANISERS

    outreach_session: SessionRef = Field(description="Outreach session · 场次标识")


class SessionTimes(SessionCommand):
    """When and where 时间与地点, in the city's calendar."""

    held_on: date = Field(description="Day in the city · 举办日")
    begins: ClockTime = Field(description="When it begins, by Shanghai time, such as 09:30 · 开始时间")
    ends: ClockTime = Field(description="When it ends on that day, by Shanghai time · 结束时间")
    place: Label | None = Field(default=None, description="Where it is held; none where it is online alone · 地点")
    link: WebLink | None = Field(default=None, description="Address of the online meeting; none where there is none · 会议链接")


class PlanOutreachSession(SessionTimes):
    """Plan an outreach session: what, when, where, for whom · 计划宣讲交流."""

    kind: OutreachKind = Field(description="What it is · 类别")
    topic: Label = Field(description="What it is about · 主题")
    host: Label = Field(description="Body that holds it · 主办单位")
    audience: SessionAudience = Field(default=SessionAudience(), description="Whom it is for · 面向对象")
    capacity: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="People who find room; none = no limit · 容纳人数"
    )


class AnnounceOutreachSession(SessionCommand):
    """Announce a planned session, so that firms may be invited · 发布宣讲交流."""


class MoveOutreachSession(SessionTimes):
    """Give a session other hours or another place before it begins, with the reason · 变更时间地点."""

    reason: Text = Field(description="Why · 理由")


class CancelOutreachSession(SessionCommand):
    """Cancel a session before it begins, with the reason · 取消宣讲交流."""

    reason: Text = Field(description="Why · 理由")


class InviteToOutreachSession(SessionCommand):
    """Invite firms of the sender's own to an announced session; who is in it already stays as it is · 邀请企业参会."""

    enterprises: Firms = Field(description="Firms of the sender's own district or park · 企业")


class RecordOutreachAttendance(SessionCommand):
    """Record from a list that firms came, invited or not · 登记到会企业."""

    enterprises: Firms = Field(description="Firms of the sender's own that came · 企业")


# Decide: what may happen


def decide(command: SessionCommand, known: OutreachSession | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or those of stated dates."""
    require_right(command, context.role)
    match command:
        case PlanOutreachSession():
            return _plan(command, known, context)
        case InviteToOutreachSession():
            session = require_announced(_as_known(known, context))
            _require_before(session, context)
            facts = tuple(_invitations(command, session, context))
            return (SessionFirmsInvited(firms=len(facts)), *facts) if facts else ()
        case RecordOutreachAttendance():
            session = require_announced(_as_known(known, context))
            if context.at < session.window(outreach_rule(context, session.held_on))[0]:
                raise SESSION_NOT_BEGUN.refuse(path="outreach_session")
            facts = tuple(_recorded(command, context))
            return (SessionAttendanceRecorded(firms=len(facts)), *facts) if facts else ()
        case _:
            return _changed(command, require_own(known, context), context)


def _as_known(session: OutreachSession | None, context: DecisionContext) -> OutreachSession | None:
    """A session, where the sender knows of it: its organiser of a planned one, every other unit from its announcement on."""
    known = session is not None and (session.is_known or session.is_of(context.role, context.organisation))
    return session if known else None


def _plan(command: PlanOutreachSession, known: OutreachSession | None, context: DecisionContext) -> Facts:
    if known is not None:
        raise NOT_FOUND.refuse()
    _require_times(command, context)
    _require_audience(command.audience, context)
    stated = {name: getattr(command, name) for name in OutreachSessionPlanned.model_fields if name in type(command).model_fields}
    return (OutreachSessionPlanned(role=context.role, organiser=context.organisation, **stated),)


def _changed(command: SessionCommand, session: OutreachSession, context: DecisionContext) -> Facts:
    """An own session announced, moved or cancelled before it begins."""
    wanted = OutreachStatus.PLANNED if isinstance(command, AnnounceOutreachSession) else session.status
    if session.status is OutreachStatus.CANCELLED or session.status is not wanted:
        raise refuse_step(SESSION_STATUS, session.status, NEXT_STEPS)
    _require_before(session, context)
    match command:
        case AnnounceOutreachSession():
            return (OutreachSessionAnnounced(),)
        case CancelOutreachSession(reason=reason):
            return (OutreachSessionCancelled(reason=reason),)
        case MoveOutreachSession():
            _require_times(command, context)
            stated = {name: getattr(command, name) for name in ("held_on", "begins", "ends", "place", "link")}
            if all(getattr(session, name) == value for name, value in stated.items()):
                raise SESSION_UNCHANGED.refuse(path="held_on")
            return (OutreachSessionMoved(**stated, reason=command.reason),)
        case _:
            raise AssertionError(command)


def _require_before(session: OutreachSession, context: DecisionContext) -> None:
    if context.at >= session.starts_at:
        raise SESSION_BEGUN.refuse(path="outreach_session")


def _require_times(command: SessionTimes, context: DecisionContext) -> None:
    if command.ends <= command.begins:
        raise SESSION_HOURS_REVERSED.refuse(path="ends", begins=command.begins)
    if city_time(command.held_on, command.begins) <= context.at:
        raise SESSION_IN_THE_PAST.refuse(path="held_on")
    require_not_too_far_ahead("held_on", command.held_on, context, DateName("举办日", "day of the session"))
    if command.place is None and command.link is None:
        raise SESSION_WITHOUT_PLACE.refuse(path="place")


UNITS: Mapping[str, OrganisationKind] = {
    "district": OrganisationKind.DISTRICT,
    "subdistrict": OrganisationKind.SUBDISTRICT,
    "park": OrganisationKind.PARK,
}
"""Unit of an audience -> what it is registered as."""


def _require_audience(audience: SessionAudience, context: DecisionContext) -> None:
    """Units that are registered; a district's own and what lies below it, a park its own alone."""
    own = organiser_place(context.role, context.organisation)
    for name, kind in UNITS.items():
        unit: str | None = getattr(audience, name)
        if unit is None:
            continue
        found: Organisation | None = context.read.get(organisation_stream(unit))
        within = own.district in (None, unit, found.parent if found is not None else None)
        if found is None or found.kind is not kind or not within or (own.park is not None and own.park != unit):
            raise SESSION_AUDIENCE_BEYOND.refuse(path=f"audience.{name}")


def _invitations(command: InviteToOutreachSession, session: OutreachSession, context: DecisionContext) -> Iterator[OnStream]:
    """One a firm that is not in it, or declined before."""
    problems: list[Refused] = []
    for at, identity, firm in own_firms(command.enterprises, context):
        if not session.audience.addresses(firm.district, firm.subdistrict, firm.park, firm.industry):
            problems.append(FIRM_NOT_ADDRESSED.refuse(path=f"enterprises.{at}"))
            continue
        stream = attendance_stream(command.outreach_session, identity)
        known: Attendance | None = context.read.get(stream)
        if known is None or known.status is AttendanceStatus.DECLINED:
            yield OnStream(stream, AttendanceInvited(session=command.outreach_session, enterprise=identity))
    refuse_together(problems)


def _recorded(command: RecordOutreachAttendance, context: DecisionContext) -> Iterator[OnStream]:
    """One a firm that is not known to have come."""
    for _at, identity, _firm in own_firms(command.enterprises, context):
        stream = attendance_stream(command.outreach_session, identity)
        known: Attendance | None = context.read.get(stream)
        if known is None or known.status is not AttendanceStatus.CAME:
            yield OnStream(stream, ArrivalRecorded(session=command.outreach_session, enterprise=identity))


def _reads(command: SessionCommand, _known: OutreachSession | None) -> tuple[Stream, ...]:
    match command:
        case PlanOutreachSession(audience=audience):
            units = (getattr(audience, name) for name in UNITS)
            return tuple(organisation_stream(unit) for unit in dict.fromkeys(units) if unit is not None)
        case InviteToOutreachSession(enterprises=firms) | RecordOutreachAttendance(enterprises=firms):
            each = dict.fromkeys(firms)
            parts = (attendance_stream(command.outreach_session, firm) for firm in each)
            return (OUTREACH_RULE, *map(enterprise_stream, each), *parts)
        case _:
            return ()


def _place(command: SessionCommand, _known: OutreachSession | None, _read: Mapping[str, Any]) -> Unscoped:
    """The rules say whose a session is, and of each firm named whether it is the sender's."""
    return Unscoped.NOT_THERE_YET if isinstance(command, PlanOutreachSession) else Unscoped.KNOWN_BY_RULES


SESSIONS = Capability(
    name="session",
    commands=(
        PlanOutreachSession,
        AnnounceOutreachSession,
        MoveOutreachSession,
        CancelOutreachSession,
        InviteToOutreachSession,
        RecordOutreachAttendance,
    ),
    events=tuple(SessionEvent.__args__),
    stream=lambda command: session_stream(command.outreach_session),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)

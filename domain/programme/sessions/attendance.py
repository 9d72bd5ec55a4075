"""Attendance 参会: a firm signs up for an outreach session or declines, and signs in by the code shown in the room. plan T2.

The code is worked out of a key of the installation whenever it is needed: no fact and no table holds it. A wrong one is a fact, so
that guessing ends on every process alike.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.access import Role, admits, scope_of
from domain.command_rights import require_right
from domain.instants import city_minute
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EnterpriseRef,
    Facts,
    OnStream,
    Rule,
    Stream,
    Text,
)
from domain.participants.enterprises import Firm, enterprise_stream, place_of, place_of_named
from domain.programme.sessions.attendance_facts import (
    Attendance,
    AttendanceDeclined,
    AttendanceEvent,
    AttendanceSignedUp,
    AttendanceStatus,
    AttendanceStruck,
    AttendeeGroup,
    FirmSignedIn,
    People,
    SignInCodeMistaken,
    evolve,
)
from domain.programme.sessions.session import SESSION_BEGUN
from domain.programme.sessions.session_facts import SessionSeatsTaken
from domain.programme.sessions.state import (
    FIRMS_PEOPLE,
    ORGANISERS,
    OUTREACH_RULE,
    OutreachSession,
    SessionRef,
    attendance_stream,
    outreach_rule,
    require_announced,
    session_stream,
)

# Rules

SESSION_FULL = Rule(
    "SESSION_FULL",
    "plan T2",
    "余位只有 {at_most} 个，请减少人数，或报名其他场次",
    "There is room for {at_most} more; send fewer people or sign up for another session",
)
ATTENDANCE_ANSWERED = Rule(
    "ATTENDANCE_ANSWERED",
    "plan T2",
    "所填内容与已报名或已谢绝的一致，无须再次提交",
    "This is what was answered already; there is nothing to send again",
)
SIGN_IN_CLOSED = Rule(
    "SIGN_IN_CLOSED",
    "plan T2",
    "签到时段为 {earliest} 至 {latest}（北京时间），此时不能签到；到会而未签到的请联系邀请本企业的单位登记",
    "Sign-in is open from {earliest} to {latest}, Shanghai time; whoever came and did not sign in asks the unit that invited it to "
    "record it",
)
SIGN_IN_CODE_SPENT = Rule(
    "SIGN_IN_CODE_SPENT",
    "plan T2",
    "签到码错误次数已达 {at_most} 次，请联系邀请本企业的单位据名单登记",
    "{at_most} wrong codes were given; ask the unit that invited you to record from the list that you came",
)
ATTENDANCE_STANDS = Rule(
    "ATTENDANCE_STANDS",
    "plan T2",
    "到会已经登记，无须再签到、报名或谢绝",
    "It is on record that the enterprise came; there is no need to sign in, sign up or decline",
)
DID_NOT_COME = Rule(
    "DID_NOT_COME",
    "plan T2",
    "该企业没有到会登记，无可撤销，请核对企业",
    "It is not on record that the enterprise came, so there is nothing to take back; check which one is meant",
)

# Commands


class AttendanceCommand(Command):
    """A command about one firm's part in one session 参会命令."""

    outreach_session: SessionRef = Field(description="Outreach session · 场次标识")
    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")


class SignUpForOutreachSession(AttendanceCommand):
    """Sign up for a session, or say anew who comes, before it begins; functions and numbers, no names · 报名参会."""

    roles: ClassVar = FIRMS_PEOPLE

    groups: Annotated[tuple[AttendeeGroup, ...], Field(min_length=1, max_length=20)] = Field(
        description="Who comes, by function · 参会人员"
    )


class DeclineOutreachSession(AttendanceCommand):
    """Decline to come, with the reason, before the session begins · 谢绝参会."""

    roles: ClassVar = FIRMS_PEOPLE

    reason: Text = Field(description="Why · 理由")


class SignInToOutreachSession(AttendanceCommand):
    """Sign in by the code that is shown in the room · 签到."""

    roles: ClassVar = FIRMS_PEOPLE

    people: People = Field(description="People of the firm who came · 到会人数")
    code_holds: bool = Field(description="Whether the code given is that of the session · 签到码是否正确")


class StrikeOutreachAttendance(AttendanceCommand):
    """Take back that a firm came, as where another was meant, with the reason · 撤销到会登记."""

    roles: ClassVar = ORGANISERS

    reason: Text = Field(description="Why · 理由")


# Decide: what may happen


def decide(command: AttendanceCommand, known: Attendance | None, context: DecisionContext) -> Facts:
    """A firm that is not in the session is told that there is none.

    Raises:
        Refused: any rule above, SESSION_BEGUN, SESSION_NOT_ANNOUNCED.
    """
    require_right(command, context.role)
    session: OutreachSession | None = context.read.get(session_stream(command.outreach_session))
    if isinstance(command, StrikeOutreachAttendance):
        return _struck(command, known, session, context)
    if known is None:
        raise NOT_FOUND.refuse()
    held = require_announced(session)
    if isinstance(command, SignInToOutreachSession):
        return _signed_in(command, known, held, context)
    if context.at >= held.starts_at:
        raise SESSION_BEGUN.refuse(path="outreach_session")
    if known.status is AttendanceStatus.CAME:
        raise ATTENDANCE_STANDS.refuse(path="outreach_session")
    match command:
        case SignUpForOutreachSession(groups=groups):
            return _signed_up(command, groups, known, held)
        case DeclineOutreachSession(reason=reason):
            if known.status is AttendanceStatus.DECLINED:
                raise ATTENDANCE_ANSWERED.refuse(path="reason")
            return (AttendanceDeclined(reason=reason), *_seats(command, held, -known.seats))
        case _:
            raise AssertionError(command)


def _seats(command: AttendanceCommand, session: OutreachSession, more: int) -> tuple[OnStream, ...]:
    """How many are signed up from now on, where that changes."""
    return (OnStream(session_stream(command.outreach_session), SessionSeatsTaken(seats=session.seats + more)),) if more else ()


def _signed_up(
    command: SignUpForOutreachSession, groups: tuple[AttendeeGroup, ...], known: Attendance, session: OutreachSession
) -> Facts:
    if known.status is AttendanceStatus.SIGNED_UP and known.groups == groups:
        raise ATTENDANCE_ANSWERED.refuse(path="groups")
    people = sum(one.people for one in groups)
    room = session.capacity - session.seats + known.seats if session.capacity is not None else people
    if people > room:
        raise SESSION_FULL.refuse(path="groups", at_most=max(room, 0))
    return (AttendanceSignedUp(people=people, groups=groups), *_seats(command, session, people - known.seats))


def _signed_in(command: SignInToOutreachSession, known: Attendance, session: OutreachSession, context: DecisionContext) -> Facts:
    rule = outreach_rule(context, session.held_on)
    opens, closes = session.window(rule)
    if not opens <= context.at <= closes:
        raise SIGN_IN_CLOSED.refuse(path="outreach_session", earliest=city_minute(opens), latest=city_minute(closes))
    if known.status is AttendanceStatus.CAME:
        raise ATTENDANCE_STANDS.refuse(path="outreach_session")
    if known.mistaken >= rule.wrong_codes:
        raise SIGN_IN_CODE_SPENT.refuse(path="code", at_most=rule.wrong_codes)
    return (FirmSignedIn(people=command.people),) if command.code_holds else (SignInCodeMistaken(),)


def _struck(
    command: StrikeOutreachAttendance, known: Attendance | None, session: OutreachSession | None, context: DecisionContext
) -> Facts:
    firm: Firm | None = context.read.get(enterprise_stream(command.enterprise))
    own = firm is not None and admits(scope_of(Role(context.role), context.organisation), place_of(command.enterprise, firm))
    if known is None or not own:
        raise NOT_FOUND.refuse()
    require_announced(session)
    if known.status is not AttendanceStatus.CAME:
        raise DID_NOT_COME.refuse(path="enterprise")
    return (AttendanceStruck(reason=command.reason),)


def _reads(command: AttendanceCommand, _known: Attendance | None) -> tuple[Stream, ...]:
    return (enterprise_stream(command.enterprise), session_stream(command.outreach_session), OUTREACH_RULE)


ATTENDANCES = Capability(
    name="attendance",
    key_names=("", "enterprise"),
    commands=(SignUpForOutreachSession, DeclineOutreachSession, SignInToOutreachSession, StrikeOutreachAttendance),
    events=tuple(AttendanceEvent.__args__),
    stream=lambda command: attendance_stream(command.outreach_session, command.enterprise),
    reads=_reads,
    place=place_of_named,
    decide=decide,
    evolve=evolve,
)

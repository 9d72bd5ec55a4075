"""Facts of an outreach session 场次事实: planned, announced, moved, cancelled; how many were invited, came, signed up. plan T2."""

from datetime import date
from typing import ClassVar, Literal, assert_never

from domain.kernel import Count, Event
from domain.programme.sessions.state import OutreachKind, OutreachSession, OutreachStatus, SessionAudience


class OutreachSessionPlanned(Event):
    """A session has its topic, hours and place 场次已计划."""

    type: Literal["session.planned.v1"] = "session.planned.v1"
    says: ClassVar = "计划了{kind:term}“{topic}”，{held_on} {begins} 至 {ends}"
    says_in_english: ClassVar = "planned the session “{topic}” ({kind:term}) on {held_on} from {begins} to {ends}"
    role: str
    organiser: str
    kind: OutreachKind
    topic: str
    host: str
    held_on: date
    begins: str
    ends: str
    place: str | None
    link: str | None
    audience: SessionAudience
    capacity: int | None


class OutreachSessionAnnounced(Event):
    """A session was announced 场次已发布."""

    type: Literal["session.announced.v1"] = "session.announced.v1"
    says: ClassVar = "发布了场次"
    says_in_english: ClassVar = "announced the session"


class OutreachSessionMoved(Event):
    """A session has other hours or another place 场次已变更."""

    type: Literal["session.moved.v1"] = "session.moved.v1"
    says: ClassVar = "将场次改为 {held_on} {begins} 至 {ends}：{reason}"
    says_in_english: ClassVar = "moved the session to {held_on} from {begins} to {ends}: {reason}"
    held_on: date
    begins: str
    ends: str
    place: str | None
    link: str | None
    reason: str


class OutreachSessionCancelled(Event):
    """A session was cancelled 场次已取消."""

    type: Literal["session.cancelled.v1"] = "session.cancelled.v1"
    says: ClassVar = "取消了场次：{reason}"
    says_in_english: ClassVar = "cancelled the session: {reason}"
    reason: str


class SessionFirmsInvited(Event):
    """Firms were invited 企业已邀请; which ones, each one's own stream says."""

    type: Literal["session.firms_invited.v1"] = "session.firms_invited.v1"
    says: ClassVar = "邀请了 {firms} 家企业"
    says_in_english: ClassVar = "invited firms: {firms}"
    firms: Count


class SessionAttendanceRecorded(Event):
    """Firms were recorded as having come 到会已登记; which ones, each one's own stream says."""

    type: Literal["session.attendance_recorded.v1"] = "session.attendance_recorded.v1"
    says: ClassVar = "登记了 {firms} 家企业到会"
    says_in_english: ClassVar = "recorded firms that came: {firms}"
    firms: Count


class SessionSeatsTaken(Event):
    """People signed up, or fewer than before 席位已变动; whose, each firm's own stream says."""

    type: Literal["session.seats_taken.v1"] = "session.seats_taken.v1"
    says: ClassVar = "将场次的报名人数改为 {seats} 人"
    says_in_english: ClassVar = "changed the number of people who signed up to {seats}"
    seats: Count


SessionEvent = (
    OutreachSessionPlanned
    | OutreachSessionAnnounced
    | OutreachSessionMoved
    | OutreachSessionCancelled
    | SessionFirmsInvited
    | SessionAttendanceRecorded
    | SessionSeatsTaken
)


def evolve(known: OutreachSession | None, event: SessionEvent) -> OutreachSession:
    """The session after one more fact."""
    if isinstance(event, OutreachSessionPlanned):
        return OutreachSession(**event.model_dump(exclude={"type", "kind", "topic", "host"}))
    assert known is not None, "a history starts with OutreachSessionPlanned"  # noqa: S101 - guards replay, not input
    match event:
        case OutreachSessionAnnounced():
            return known.model_copy(update={"status": OutreachStatus.ANNOUNCED, "is_known": True})
        case OutreachSessionMoved():
            return known.model_copy(update=event.model_dump(exclude={"type", "reason"}))
        case OutreachSessionCancelled():
            return known.model_copy(update={"status": OutreachStatus.CANCELLED})
        case SessionSeatsTaken(seats=seats):
            return known.model_copy(update={"seats": seats})
        case SessionFirmsInvited() | SessionAttendanceRecorded():
            return known
        case never:
            assert_never(never)

"""State of an outreach session 宣讲交流: what it is, when, whose, for whom; what its other files share. plan T2, T3."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.access import POSITIONS, Place, Role, admits, scope_of
from domain.diagnosis.participations import PARTICIPATION_READERS
from domain.governance.dated_rules import DatedRules, rule_in_force, rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.outreach import OutreachRule
from domain.instants import city_time
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    DecisionContext,
    Identifier,
    IdOf,
    OrganisationRef,
    Part,
    Rule,
    Stream,
    stream_of,
)
from domain.participants.organisations import Division
from standards.described import DescribedEnum

SessionRef = Annotated[Identifier, IdOf("session")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of the city's clock 时刻, such as 09:30."""
WebLink = Annotated[str, StringConstraints(pattern=r"^https://[^\s]{4,500}$")]
"""Address of an online meeting 会议链接."""

ORGANISERS = frozenset({Role.CITY, Role.DISTRICT, Role.PARK})
"""Who plans and holds sessions 组织方."""
FIRMS_PEOPLE = POSITIONS[Role.ENTERPRISE] - {Role.DEPARTMENT_FILLER}
"""Who answers an invitation for the firm 企业人员."""
SESSION_READERS = PARTICIPATION_READERS
"""Who may know which firm was invited and came 宣讲知情角色: the firm, whoever it lives with, its group, the auditor."""
OUTREACH_RULE = rule_stream(RuleKind.OUTREACH)


class OutreachKind(DescribedEnum):
    """What an outreach session is · 宣讲交流类别."""

    BRIEFING = "briefing", "Briefing on policy, process, staffing and filling in · 宣讲"
    EXCHANGE = "exchange", "Exchange between firms · 交流"
    REPORT_READING = "report_reading", "Reading of reports · 读报告"


class OutreachStatus(DescribedEnum):
    """How far an outreach session has come, apart from the clock · 宣讲交流状态."""

    PLANNED = "planned", "Planned; only its organiser sees it · 已计划"
    ANNOUNCED = "announced", "Announced; firms are invited to it · 已发布"
    CANCELLED = "cancelled", "Cancelled, with the reason · 已取消"


NEXT_STEPS: Mapping[OutreachStatus, tuple[str, str]] = {
    OutreachStatus.PLANNED: ("须先由主办单位发布", "first its organiser announces it"),
    OutreachStatus.ANNOUNCED: ("该场次已发布；需要时请变更或取消", "it is announced; move or cancel it where that is needed"),
    OutreachStatus.CANCELLED: ("该场次已取消；需要时请另行计划", "it is cancelled; plan another where one is needed"),
}


SESSION_NOT_YOURS = Rule(
    "SESSION_NOT_YOURS",
    "plan T2",
    "该场次由其他单位组织，请由组织方办理这一步",
    "The session is another unit's; its organiser takes this step",
)
SESSION_NOT_ANNOUNCED = Rule(
    "SESSION_NOT_ANNOUNCED",
    "plan T2",
    "该场次尚未发布或已取消，此时不能办理这一步；请先发布或另选场次",
    "The session is not announced, or it is cancelled; announce it first or choose another",
)


class SessionAudience(Part):
    """Whom an outreach session is for; what is not stated limits nothing · 面向对象."""

    district: OrganisationRef | None = Field(default=None, description="District, GB/T 2260 code; none = any · 区代码")
    subdistrict: OrganisationRef | None = Field(default=None, description="Subdistrict; none = any · 街镇")
    park: OrganisationRef | None = Field(default=None, description="Park; none = any · 产业园区")
    industry: Division | None = Field(default=None, description="Division of GB/T 4754, such as C34; none = any · 行业大类")

    def addresses(self, district: str, subdistrict: str | None, park: str | None, industry: str) -> bool:
        """Whether a firm of these is among them: in each unit that is stated, and in the division or a part of it."""
        stated = (self.district, self.subdistrict, self.park)
        lies = all(unit in (None, own) for unit, own in zip(stated, (district, subdistrict, park), strict=True))
        return lies and industry.startswith(self.industry or "")


class OutreachSession(BaseModel):
    """An outreach session as it stands 宣讲交流场次. seats: people signed up. is_known: other units were told of it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    role: str
    organiser: str
    status: OutreachStatus = OutreachStatus.PLANNED
    is_known: bool = False
    held_on: date
    begins: str
    ends: str
    place: str | None
    link: str | None
    audience: SessionAudience
    capacity: int | None
    seats: int = 0

    @property
    def starts_at(self) -> datetime:
        """When it begins, UTC 开始时间."""
        return city_time(self.held_on, self.begins)

    @property
    def ends_at(self) -> datetime:
        """When it ends, UTC 结束时间."""
        return city_time(self.held_on, self.ends)

    def window(self, rule: OutreachRule) -> tuple[datetime, datetime]:
        """From when to when one signs in 签到时段."""
        return sign_in_window(self.starts_at, self.ends_at, rule)

    def is_of(self, role: str, organisation: str) -> bool:
        """Whether it lies in the scope of a role's unit: its organiser's own, and the city's all 是否其组织的场次."""
        return lies_with(Role(role), organisation, self.role, self.organiser)


def sign_in_window(starts_at: datetime, ends_at: datetime, rule: OutreachRule) -> tuple[datetime, datetime]:
    """From when to when one signs in to a session of these hours 签到时段."""
    return starts_at - timedelta(minutes=rule.opens_before), ends_at + timedelta(minutes=rule.closes_after)


def lies_with(role: Role, organisation: str, organiser_role: str, organiser: str) -> bool:
    """Whether what a unit organises is in the scope of another, or its own 是否在其范围."""
    return admits(scope_of(role, organisation), organiser_place(organiser_role, organiser))


def organiser_place(role: str, unit: str) -> Place:
    """Where that lies which a unit organises: in a district or a park; the city's lies nowhere."""
    match role:
        case Role.DISTRICT:
            return Place(district=unit)
        case Role.PARK:
            return Place(park=unit)
        case _:
            return NOWHERE


def session_stream(session: str) -> Stream:
    """Stream of one outreach session."""
    return stream_of("session", session)


def attendance_stream(session: str, enterprise: str) -> Stream:
    """Stream of one firm's part in one session; the id of a session has no point."""
    return stream_of("attendance", f"{session}.{enterprise}")


def require_own(session: OutreachSession | None, context: DecisionContext) -> OutreachSession:
    """The session, where it is the sender's; one that was never announced is hidden from others.

    Raises:
        Refused: NOT_FOUND, SESSION_NOT_YOURS (plan T2).
    """
    if session is None:
        raise NOT_FOUND.refuse()
    if not session.is_of(context.role, context.organisation):
        raise (SESSION_NOT_YOURS.refuse(path="outreach_session") if session.is_known else NOT_FOUND.refuse())
    return session


def require_announced(session: OutreachSession | None) -> OutreachSession:
    """The session, where it is announced and not cancelled.

    Raises:
        Refused: NOT_FOUND, SESSION_NOT_ANNOUNCED (plan T2).
    """
    if session is None:
        raise NOT_FOUND.refuse()
    if session.status is not OutreachStatus.ANNOUNCED:
        raise SESSION_NOT_ANNOUNCED.refuse(path="outreach_session")
    return session


def outreach_rule(context: DecisionContext, day: date) -> OutreachRule:
    """The rule in force on a day 当日规则."""
    rules: DatedRules | None = context.read.get(OUTREACH_RULE)
    return rule_in_force(rules, OutreachRule, day)

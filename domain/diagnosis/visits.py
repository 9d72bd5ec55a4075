"""Visit by plan 现场诊断计划: planned with a team, agreed by the firm, signed in on site, interviewed, closed. plan P5, T1.

Each of these is a fact as it happens: a visit that is interrupted goes on where it stood, on another day too.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import Field

from domain.access import Mask, Role
from domain.command_rights import CONFIRMERS, DIAGNOSTICIANS
from domain.diagnosis.on_site import PROCESS_RULE, SiteVisitRecorded
from domain.diagnosis.provider import require_own_work
from domain.diagnosis.state import (
    PROCEEDINGS_READERS,
    Diagnosis,
    DiagnosisCommand,
    OnSiteSignIn,
    PlannedVisit,
    Status,
    require_status,
)
from domain.diagnosis.visit_team import TEAM_NOT_CERTIFIED, certificate_of, require_endorsed, require_team
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.process import ProcessRule
from domain.instants import city_day
from domain.kernel import DecisionContext, Event, Facts, Label, PersonRef, Rule, Text
from domain.person_id_fields import PersonId
from domain.stated_dates import DateName, require_not_too_far_ahead
from standards.described import DescribedEnum


class VisitStatus(DescribedEnum):
    """What became of a planned visit · 现场诊断计划状态."""

    PLANNED = "planned", "Waits for the firm's agreement · 待企业同意"
    AGREED = "agreed", "Agreed by the firm · 已同意"
    UNDER_WAY = "under_way", "Somebody has signed in · 进行中"
    CLOSED = "closed", "Closed and recorded · 已完成"
    DECLINED = "declined", "Declined by the firm · 企业未同意"
    CANCELLED = "cancelled", "Cancelled by the provider · 已取消"
    REPLACED = "replaced", "Another plan took its place · 已另行计划"


# Rules

VISIT_NOT_PLANNED = Rule(
    "VISIT_NOT_PLANNED",
    "plan P5",
    "目前没有现场诊断计划；请先由服务商制定计划",
    "No visit is planned; the provider plans one first",
)
VISIT_DAY_PAST = Rule(
    "VISIT_DAY_PAST", "plan P5", "计划日期最早为今天（{earliest}）", "A visit is planned for today, {earliest}, or later"
)
VISIT_UNDER_WAY = Rule(
    "VISIT_UNDER_WAY",
    "plan P5",
    "已有人到场签到，该计划不能再改；请完成本次现场诊断，或写明理由取消后另行计划",
    "Somebody has signed in, so the plan stands; close the visit, or cancel it with the reason and plan another",
)
VISIT_NOT_AGREED = Rule(
    "VISIT_NOT_AGREED",
    "plan P5",
    "企业尚未同意该现场诊断计划；请先请企业确认日期和访谈部门",
    "The firm has not agreed to the plan yet; ask it to agree to day and functions first",
)
VISIT_AGREED_ALREADY = Rule(
    "VISIT_AGREED_ALREADY",
    "plan P5",
    "该现场诊断计划企业已经同意，无须再次同意",
    "The firm has agreed to the plan already; there is no need to agree again",
)
NOT_OF_THE_TEAM = Rule(
    "NOT_OF_THE_TEAM",
    "plan P5",
    "您不在本次现场诊断的人员之列；请由计划中的诊断师办理，或请机构调整计划",
    "You are not of the team of this visit; let one of the team do it, or have the plan changed",
)
VISIT_NOT_YET = Rule(
    "VISIT_NOT_YET",
    "plan P5",
    "现场诊断计划于 {earliest} 进行，在此之前不能签到",
    "The visit is planned for {earliest}; nobody signs in before",
)
NOT_SIGNED_IN = Rule("NOT_SIGNED_IN", "plan P5", "请先到场签到，再记录访谈", "Sign in on site first, then record interviews")
VISIT_INCOMPLETE = Rule(
    "VISIT_INCOMPLETE",
    "plan P5",
    "现场诊断尚不完整：到场签到 {signed} 人（至少 {people}），已访谈 {interviewed} 个部门（至少 {functions}）；"
    "已记录的内容保留，补齐后再完成",
    "The visit is not complete: {signed} signed in (at least {people}), {interviewed} functions interviewed (at least "
    "{functions}); what is recorded stays, close it once the rest is there",
)

# Commands

Team = Annotated[tuple[PersonRef, ...], Field(min_length=1, max_length=20)]
Functions = Annotated[tuple[Label, ...], Field(min_length=1, max_length=50)]


class PlanSiteVisit(DiagnosisCommand):
    """Plan a visit, or plan it anew before anybody has signed in; the firm then agrees to it · 制定现场诊断计划."""

    roles: ClassVar = DIAGNOSTICIANS

    day: date = Field(description="First day of the visit in the city's calendar · 计划日期")
    team: Team = Field(description="Diagnosticians who come, certified on that day, one with the edition's endorsement · 诊断师")
    functions: Functions = Field(description="Functions to be interviewed · 拟访谈部门")
    agenda: Text = Field(description="What is to be seen and prepared · 安排")


class AgreeToVisit(DiagnosisCommand):
    """Agree to the planned visit · 同意现场诊断计划."""

    roles: ClassVar = CONFIRMERS | {Role.FILLER}


class DeclineVisit(DiagnosisCommand):
    """Decline the planned visit, with the reason, so that another is planned · 不同意现场诊断计划."""

    roles: ClassVar = CONFIRMERS | {Role.FILLER}

    reason: Text = Field(description="Why, and which day suits · 理由")


class CancelVisit(DiagnosisCommand):
    """Cancel the visit that is planned or under way, with the reason · 取消现场诊断."""

    roles: ClassVar = DIAGNOSTICIANS

    reason: Text = Field(description="Why · 理由")


class SignInOnSite(DiagnosisCommand):
    """Sign in on site, each for himself, at the moment · 到场签到."""

    roles: ClassVar = DIAGNOSTICIANS

    place: Label = Field(description="Where, such as plant and gate · 签到地点")


class RecordInterview(DiagnosisCommand):
    """Record what was said in one function; said again, it takes the place of what was said before · 记录访谈."""

    roles: ClassVar = DIAGNOSTICIANS

    function: Label = Field(description="Function interviewed · 访谈部门")
    notes: Text = Field(description="What was said and shown · 访谈记录")


class CloseSiteVisit(DiagnosisCommand):
    """Close the visit, once enough signed in and enough functions were interviewed · 完成现场诊断."""

    roles: ClassVar = DIAGNOSTICIANS

    notes: Text = Field(description="What was seen · 现场记录")


# Events


class VisitFact(Event):
    """A fact of a visit by plan 现场诊断计划事实."""

    told_to: ClassVar = PROCEEDINGS_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})


class SiteVisitPlanned(VisitFact):
    """A visit is planned 现场诊断已计划."""

    type: Literal["diagnosis.site_visit_planned.v1"] = "diagnosis.site_visit_planned.v1"
    says: ClassVar = "计划于 {day} 现场诊断，诊断师 {team:count} 人，访谈 {functions:count} 个部门"
    says_in_english: ClassVar = (
        "planned a visit on site for {day}; diagnosticians: {team:count}, functions to interview: {functions:count}"
    )
    day: date
    team: tuple[PersonId, ...]
    functions: tuple[str, ...]
    agenda: str


class SiteVisitAgreed(VisitFact):
    """The firm agreed 现场诊断计划已同意."""

    type: Literal["diagnosis.site_visit_agreed.v1"] = "diagnosis.site_visit_agreed.v1"
    says: ClassVar = "同意了 {day} 的现场诊断计划"
    says_in_english: ClassVar = "agreed to the plan of the visit on {day}"
    day: date


class SiteVisitDeclined(VisitFact):
    """The firm did not agree 现场诊断计划未获同意."""

    type: Literal["diagnosis.site_visit_declined.v1"] = "diagnosis.site_visit_declined.v1"
    says: ClassVar = "未同意现场诊断计划：{reason}"
    says_in_english: ClassVar = "did not agree to the plan of the visit: {reason}"
    reason: str


class SiteVisitCancelled(VisitFact):
    """The visit was cancelled 现场诊断已取消."""

    type: Literal["diagnosis.site_visit_cancelled.v1"] = "diagnosis.site_visit_cancelled.v1"
    says: ClassVar = "取消了现场诊断：{reason}"
    says_in_english: ClassVar = "cancelled the visit on site: {reason}"
    reason: str


class SignedInOnSite(VisitFact):
    """A diagnostician is on site 已到场签到; `at` by the server's clock."""

    type: Literal["diagnosis.signed_in_on_site.v1"] = "diagnosis.signed_in_on_site.v1"
    says: ClassVar = "在{place}到场签到"
    says_in_english: ClassVar = "signed in on site at {place}"
    person: PersonId
    signed: OnSiteSignIn

    @property
    def place(self) -> str:
        """Where 签到地点."""
        return self.signed.place


class InterviewRecorded(VisitFact):
    """A function was interviewed 访谈已记录."""

    type: Literal["diagnosis.interview_recorded.v1"] = "diagnosis.interview_recorded.v1"
    says: ClassVar = "记录了对{function}的访谈"
    says_in_english: ClassVar = "recorded the interview of {function}"
    function: str
    notes: str


VisitEvent = (
    SiteVisitPlanned | SiteVisitAgreed | SiteVisitDeclined | SiteVisitCancelled | SignedInOnSite | InterviewRecorded
)

# Decide: what may happen


def plan_visit(command: PlanSiteVisit, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """With the provider's own certified people, at least as many as the rule of the day asks 制定计划; the same again is none."""
    _require_visiting(diagnosis, context)
    if diagnosis.visit is not None and diagnosis.visit.signed_in:
        raise VISIT_UNDER_WAY.refuse()
    if command.day < context.day:
        raise VISIT_DAY_PAST.refuse(path="day", earliest=context.day)
    require_not_too_far_ahead("day", command.day, context, DateName("计划日期", "first day of the visit"))
    require_team(command.team, command.day, _rule_of(command.day, context).diagnosticians_at_least, context)
    require_endorsed(command.team, command.day, diagnosis.edition, context)
    planned = SiteVisitPlanned(**command.model_dump(exclude={"diagnosis"}))
    stands = diagnosis.visit is not None and all(
        getattr(diagnosis.visit, name) == getattr(planned, name) for name in ("day", "team", "functions", "agenda")
    )
    return () if stands else (planned,)


def _rule_of(day: date, context: DecisionContext) -> ProcessRule:
    return rule_in_force(context.read.get(PROCESS_RULE), ProcessRule, day)


def _require_visiting(diagnosis: Diagnosis, context: DecisionContext) -> None:
    require_status(diagnosis, Status.ACCEPTED, Status.SCORED)
    require_own_work(diagnosis, context)


def _planned(diagnosis: Diagnosis) -> PlannedVisit:
    require_status(diagnosis, Status.ACCEPTED, Status.SCORED)
    if diagnosis.visit is None:
        raise VISIT_NOT_PLANNED.refuse()
    return diagnosis.visit


def agree_to_visit(_command: AgreeToVisit, diagnosis: Diagnosis, _context: DecisionContext) -> Facts:
    """Once a plan 同意计划."""
    plan = _planned(diagnosis)
    return () if plan.agreed else (SiteVisitAgreed(day=plan.day),)


def decline_visit(command: DeclineVisit, diagnosis: Diagnosis, _context: DecisionContext) -> Facts:
    """Before it is agreed to 不同意计划; the plan is gone then."""
    if _planned(diagnosis).agreed:
        raise VISIT_AGREED_ALREADY.refuse()
    return (SiteVisitDeclined(reason=command.reason),)


def cancel_visit(command: CancelVisit, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Also of a visit that has begun 取消; what was signed in and said stays on record."""
    _planned(diagnosis)
    require_own_work(diagnosis, context)
    return (SiteVisitCancelled(reason=command.reason),)


def sign_in(command: SignInOnSite, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """By one of the team, certified on the day, from the planned day on 到场签到; on one day at one place once."""
    plan = _planned(diagnosis)
    require_own_work(diagnosis, context)
    if not plan.agreed:
        raise VISIT_NOT_AGREED.refuse()
    if context.by not in plan.team:
        raise NOT_OF_THE_TEAM.refuse()
    if context.day < plan.day:
        raise VISIT_NOT_YET.refuse(earliest=plan.day)
    if certificate_of(context.by, context).grade_on(context.day) is None:
        raise TEAM_NOT_CERTIFIED.refuse(number=plan.team.index(context.by) + 1, day=context.day)
    before = plan.signed_in.get(context.by)
    if before is not None and (before.place, city_day(before.at)) == (command.place, context.day):
        return ()
    return (SignedInOnSite(person=context.by, signed=OnSiteSignIn(place=command.place, at=context.at)),)


def record_interview(command: RecordInterview, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """By who has signed in 记录访谈; the same again changes nothing."""
    plan = _planned(diagnosis)
    require_own_work(diagnosis, context)
    if context.by not in plan.team:
        raise NOT_OF_THE_TEAM.refuse()
    if context.by not in plan.signed_in:
        raise NOT_SIGNED_IN.refuse()
    if plan.interviews.get(command.function) == command.notes:
        return ()
    return (InterviewRecorded(function=command.function, notes=command.notes),)


def close_visit(command: CloseSiteVisit, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """By one of the team; who signed in and what was said is the record 完成现场诊断."""
    plan = _planned(diagnosis)
    require_own_work(diagnosis, context)
    if context.by not in plan.team:
        raise NOT_OF_THE_TEAM.refuse()
    rule = _rule_of(plan.day, context)
    signed, said = len(plan.signed_in), len(plan.interviews)
    if signed < rule.diagnosticians_at_least or said < rule.functions_at_least:
        least = {"people": rule.diagnosticians_at_least, "functions": rule.functions_at_least}
        raise VISIT_INCOMPLETE.refuse(signed=signed, interviewed=said, **least)
    first = min(plan.signed_in.values(), key=lambda one: one.at)
    day = city_day(first.at)
    require_endorsed(tuple(plan.signed_in), day, diagnosis.edition, context)
    return (
        SiteVisitRecorded(
            visited_on=day,
            diagnosticians=signed,
            functions=tuple(plan.interviews),
            notes=command.notes,
            plan=plan.version,
            team=tuple(plan.signed_in),
            place=first.place,
            began_at=first.at,
        ),
    )


# Evolve: what has happened


def visit_after(diagnosis: Diagnosis, event: VisitEvent, version: int) -> PlannedVisit | None:
    """The visit that is planned or under way, after one more fact."""
    if isinstance(event, SiteVisitPlanned):
        return PlannedVisit(version=version, day=event.day, team=event.team, functions=event.functions, agenda=event.agenda)
    plan = diagnosis.visit
    assert plan is not None, "a visit begins with its plan"  # noqa: S101 - guards replay, not input
    match event:
        case SiteVisitAgreed():
            return plan.model_copy(update={"agreed": True})
        case SiteVisitDeclined() | SiteVisitCancelled():
            return None
        case SignedInOnSite(person=person, signed=signed):
            return plan.model_copy(update={"signed_in": {**plan.signed_in, person: signed}})
        case InterviewRecorded(function=function, notes=notes):
            return plan.model_copy(update={"interviews": {**plan.interviews, function: notes}})
        case never:
            assert_never(never)

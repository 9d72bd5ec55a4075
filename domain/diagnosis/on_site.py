"""On site 现场诊断: the provider's visit, and its verification of the firm's answers. plan P5, P6."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask
from domain.command_rights import DIAGNOSTICIANS
from domain.diagnosis.answers import IndicatorKey, refusal_of, wrong_with
from domain.diagnosis.provider import require_own_work
from domain.diagnosis.sections import require_section_of
from domain.diagnosis.state import (
    PROCEEDINGS_READERS,
    SECTION_LENGTH,
    Diagnosis,
    DiagnosisCommand,
    Status,
    VerifiedAnswer,
    diagnosis_stream,
    pinned_edition,
    require_status,
)
from domain.governance.dated_rules import rule_in_force, rule_stream
from domain.governance.qualification import require_qualified
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.process import ProcessRule
from domain.kernel import (
    EVERYONE,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    Label,
    Refused,
    Rule,
    Text,
    refuse_together,
)
from domain.person_id_fields import PersonId

PROCESS_RULE = rule_stream(RuleKind.PROCESS)
"""Stream of the rule that says which steps a diagnosis goes through."""

# Rules

VISIT_NEEDS_PLAN = Rule(
    "VISIT_NEEDS_PLAN",
    "plan P5",
    "自规则施行之日起，{given} 的现场诊断须先制定计划、经企业同意、到场签到并按计划完成，不能直接补记；请改用现场诊断计划",
    "Since the rule is in force, a visit on {given} is planned, agreed by the firm, signed in on site and closed; plan it "
    "instead of recording it afterwards",
)

VISIT_BEFORE_OPENING = Rule(
    "VISIT_BEFORE_OPENING",
    "plan P5",
    "现场诊断日期 {given} 早于诊断开启之日 {earliest}，不属于本次诊断；请填本次诊断期间的走访日期",
    "The visit on {given} lies before the diagnosis was opened on {earliest}; say the day of a visit within this diagnosis",
)
VISIT_IN_FUTURE = Rule(
    "VISIT_IN_FUTURE", "plan P5", "现场诊断日期最晚为今天（{latest}）", "A visit lies on {latest}, today, at the latest"
)
DIFFERENCE_UNEXPLAINED = Rule(
    "DIFFERENCE_UNEXPLAINED",
    "plan P5",
    "指标 {indicator} 的核验结果与自评不同，须说明理由",
    "The verified answer to {indicator} differs from the firm's; give the reason",
)
VERIFICATION_CLOSED = Rule(
    "VERIFICATION_CLOSED",
    "plan P6",
    "报告出具后只能重新核验异议成立的指标，{indicator} 不在其中",
    "After a report only upheld objections are verified again; {indicator} is not among them",
)


# Commands


class RecordSiteVisit(DiagnosisCommand):
    """Record a visit on site: the day in the city, diagnosticians present, functions interviewed · 记录现场诊断."""

    roles: ClassVar = DIAGNOSTICIANS

    visited_on: date = Field(description="Day of the visit in the city's calendar · 现场日期")
    diagnosticians: Annotated[int, Field(ge=1, le=1000)] = Field(
        description="Diagnosticians present · 到场诊断师人数"
    )
    functions: Annotated[tuple[Label, ...], Field(min_length=1, max_length=50)] = Field(
        description="Functions interviewed · 访谈部门"
    )
    notes: Text = Field(description="What was seen · 现场记录")


class VerifyAnswers(DiagnosisCommand):
    """Verify a section; after a report, only the indicators whose objection was upheld · 核验答案."""

    roles: ClassVar = DIAGNOSTICIANS

    section: Identifier = Field(description="Dimension whose answers these are · 维度编号")
    answers: Annotated[dict[IndicatorKey, VerifiedAnswer], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator · 各指标的答案或答复"
    )


# Events


class SiteVisitRecorded(Event):
    """The provider was on site 现场诊断已记录.

    Of a visit by plan: plan, the version at which it was planned; team, who signed in; place and began_at, of the first of them.
    """

    type: Literal["diagnosis.site_visit_recorded.v2"] = "diagnosis.site_visit_recorded.v2"
    told_to: ClassVar = PROCEEDINGS_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "记录了 {visited_on} 的现场诊断，诊断师 {diagnosticians} 人"
    says_in_english: ClassVar = "recorded the visit on site of {visited_on}; diagnosticians: {diagnosticians}"
    visited_on: date
    diagnosticians: int
    functions: tuple[str, ...]
    notes: str
    plan: int | None
    team: tuple[PersonId, ...]
    place: str | None
    began_at: datetime | None


class AnswersVerified(Event):
    """Answers of a section were verified 答案已核验."""

    type: Literal["diagnosis.answers_verified.v1"] = "diagnosis.answers_verified.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "核验了 {section:section} 的 {answers:count} 项，{answers:compared}"
    says_in_english: ClassVar = "verified {answers:count} of the answers of {section:section}, {answers:compared}"
    section: str
    answers: dict[str, VerifiedAnswer]


# Decide: what may happen


def record_visit(command: RecordSiteVisit, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """On a day from the opening to today, by who was certified on that day 记录现场诊断."""
    require_status(diagnosis, Status.ACCEPTED, Status.SCORED)
    require_own_work(diagnosis, context)
    opened = context.first_day_of(diagnosis_stream(command.diagnosis))
    if command.visited_on > context.day:
        raise VISIT_IN_FUTURE.refuse(path="visited_on", latest=context.day)
    if command.visited_on < opened:
        raise VISIT_BEFORE_OPENING.refuse(path="visited_on", given=command.visited_on, earliest=opened)
    if rule_in_force(context.read.get(PROCESS_RULE), ProcessRule, command.visited_on).visits_by_plan:
        raise VISIT_NEEDS_PLAN.refuse(path="visited_on", given=command.visited_on)
    require_qualified(context.by, diagnosis.edition, command.visited_on, context, path="visited_on")
    return (SiteVisitRecorded(**command.model_dump(exclude={"diagnosis"}), plan=None, team=(), place=None, began_at=None),)


def verify_answers(command: VerifyAnswers, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Keep what the provider found 核验; a difference is explained, and after a report only upheld objections are open."""
    require_status(diagnosis, Status.ACCEPTED, Status.SCORED)
    require_own_work(diagnosis, context)
    require_qualified(context.by, diagnosis.edition, context.day, context)
    edition = pinned_edition(diagnosis, context)
    require_section_of(edition, command.section)
    changed = {i: found for i, found in sorted(command.answers.items()) if diagnosis.verified.get(i) != found}
    problems: list[Refused | None] = []
    for indicator, found in sorted(command.answers.items()):
        if wrong := wrong_with(edition, diagnosis, command.section, indicator, found.answer):
            problems.append(wrong)
            continue
        if indicator in changed:
            problems.append(refusal_of(indicator, edition.unshown(indicator, found.answer)))
        if not found.answer.agrees_with(diagnosis.answers[indicator]) and not (found.reason or "").strip():
            problems.append(DIFFERENCE_UNEXPLAINED.refuse(path=f"answers.{indicator}.reason", indicator=indicator))
        if diagnosis.reports and indicator in changed and indicator not in diagnosis.upheld:
            path = f"answers.{indicator}.indicator"
            problems.append(VERIFICATION_CLOSED.refuse(path=path, indicator=indicator, allowed=tuple(sorted(diagnosis.upheld))))
    refuse_together(filter(None, problems))
    return (AnswersVerified(section=command.section, answers=changed),) if changed else ()

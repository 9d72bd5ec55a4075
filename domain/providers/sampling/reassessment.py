"""Re-assessment 复评: a drawn job is assessed again, blind, by another under its edition; what differs goes to a third. plan V5.

A second opinion is not the truth: a material difference is looked at by a third blind assessor, and the median of the three decides
(method e, E7 and E19). Only then the job counts; what was found opens a hearing and never ends one.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Mask, Place, Role, Term
from domain.command_rights import CITY, require_right
from domain.diagnosis.answers import IndicatorKey, measured, named_by_dimension, refusal_of, wrong_with
from domain.diagnosis.assignments import ASSIGNMENT_HELD, Assignments, ExpertAssigned
from domain.diagnosis.scoring import VERIFICATION_MISSING
from domain.diagnosis.state import (
    SECTION_LENGTH,
    Diagnosis,
    VerifiedAnswer,
    assignment_stream,
    diagnosis_stream,
    pinned_edition,
)
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    Command,
    DecisionContext,
    DiagnosisRef,
    Event,
    Facts,
    OnStream,
    PersonRef,
    Read,
    Rule,
    Stream,
    Unscoped,
    cause_of,
    refuse_step,
    refuse_together,
    stream_of,
)
from domain.participants.people.state import Person, person_stream
from domain.person_id_fields import PersonId
from domain.providers.sampling.draw import SAMPLING_RULE, DrawMonth, sampling_plan
from domain.providers.sampling.state import Draw, SampleAdjudicated, draw_stream, first_day_of
from domain.standard.editions import edition_stream
from standards import Process
from standards.described import DescribedEnum

THIRD = 2
"""Assessments after which the median of these and the issued total decides."""
OPEN_FOR = timedelta(days=90)
"""How long the case's evidence is open to who assesses it again; the city may assign anew."""


class ReassessmentStatus(DescribedEnum):
    """How far a re-assessment has come · 复评状态."""

    ASSIGNED = "assigned", "Waits for its assessor · 待评"
    THIRD_NEEDED = "third_needed", "Differs materially; a third assessor is to be named · 待第三人评"
    ADJUDICATED = "adjudicated", "Settled · 已裁定"


NEXT_STEPS: Mapping[ReassessmentStatus, tuple[str, str]] = {
    ReassessmentStatus.ASSIGNED: ("须先由复评人提交意见", "first its assessor hands in"),
    ReassessmentStatus.THIRD_NEEDED: ("须先另派第三位复评人", "first a third assessor is named"),
    ReassessmentStatus.ADJUDICATED: ("该复评已裁定，不再更改", "it is settled and stays"),
}
# Rules

JOB_NOT_DRAWN = Rule(
    "JOB_NOT_DRAWN",
    "plan V5",
    "该诊断不在这一月份的样本中，请从样本中选取",
    "The diagnosis is not in the sample of this month; take one that was drawn",
)
REASSESSMENT_STATUS = Rule(
    "REASSESSMENT_STATUS",
    "plan V5",
    "该复评目前为“{status_name}”，此时不能办理这一步；{next_step}",
    "The re-assessment is {status}; this step does not follow from there; {next_step_in_english}",
)
ASSESSOR_UNFIT = Rule(
    "ASSESSOR_UNFIT",
    "plan V5",
    "该人员今日未任抽评专家，请另选或先授予任职",
    "The person is no assessor of samples today; choose another, or grant the role first",
)
ASSESSOR_IN_CONFLICT = Rule(
    "ASSESSOR_IN_CONFLICT",
    "plan V5",
    "该人员在该服务商或该企业任职，须另选抽评专家",
    "The person holds a role of the provider or of the firm; another assesses the job",
)
ASSESSOR_AGAIN = Rule(
    "ASSESSOR_AGAIN",
    "plan V5",
    "该人员已评过这一样本，第三次须由另一人评",
    "The person has assessed this job already; the third assessment is another's",
)
NOT_ITS_ASSESSOR = Rule(
    "NOT_ITS_ASSESSOR",
    "plan V5",
    "该样本未指派给您，请从指派给您的样本中选取",
    "The job was not given to you; take one that was",
)

# Commands


class AssignReassessment(Command):
    """Give a drawn job to an assessor of samples, who sees no earlier score of it · 指派复评."""

    roles: ClassVar = CITY

    diagnosis: DiagnosisRef = Field(description="Job that was drawn · 诊断标识")
    draw: DrawMonth = Field(description="Month of the draw, such as 2024.06 · 抽样月份")
    assessor: PersonRef = Field(description="Person who assesses it · 抽评专家标识")


class GiveReassessment(Command):
    """Assess a job again: every indicator of its form, as one finds it; final once given · 提交复评."""

    roles: ClassVar = frozenset({Role.SAMPLER})

    diagnosis: DiagnosisRef = Field(description="Job that was given to one · 诊断标识")
    answers: Annotated[dict[IndicatorKey, VerifiedAnswer], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator · 各指标的答案或答复"
    )


ReassessmentCommand = AssignReassessment | GiveReassessment

# Events


class ReassessmentAssigned(Event):
    """A drawn job was given to an assessor 复评已指派. turn: 1, or 2 of the third opinion."""

    type: Literal["reassessment.assigned.v1"] = "reassessment.assigned.v1"
    says: ClassVar = "指派了第 {turn} 次盲评"
    says_in_english: ClassVar = "assigned blind re-assessment {turn}"
    draw: str
    assessor: PersonId
    turn: int


class ReassessmentGiven(Event):
    """An assessor assessed a job again 复评已提交. settled: the job is adjudicated by it; else a third opinion is heard."""

    type: Literal["reassessment.given.v1"] = "reassessment.given.v1"
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "提交了第 {turn} 次盲评"
    says_in_english: ClassVar = "handed in blind re-assessment {turn}"
    assessor: PersonId
    turn: int
    answers: dict[str, VerifiedAnswer]
    total: Decimal
    grade: int
    settled: bool


ReassessmentEvent = ReassessmentAssigned | ReassessmentGiven

# State


class GivenAssessment(BaseModel):
    """An assessment as it counts 复评结果. version: of the fact that holds it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    total: Decimal
    grade: int
    version: int


class Reassessment(BaseModel):
    """A job's re-assessment 复评. assessors: in turn; given: what they found."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    draw: str
    status: ReassessmentStatus = ReassessmentStatus.ASSIGNED
    assessors: tuple[str, ...] = ()
    given: tuple[GivenAssessment, ...] = ()
    version: int = 0


def reassessment_stream(diagnosis: str) -> Stream:
    """Stream of one job's re-assessment."""
    return stream_of("reassessment", diagnosis)


# Decide: what may happen


def decide(command: ReassessmentCommand, known: Reassessment | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or those of answers."""
    require_right(command, context.role)
    diagnosis: Diagnosis | None = context.read.get(diagnosis_stream(command.diagnosis))
    if diagnosis is None:
        raise NOT_FOUND.refuse()
    match command:
        case AssignReassessment():
            return _assigned(command, known, diagnosis, context)
        case GiveReassessment():
            if known is None:
                raise NOT_FOUND.refuse()
            return _given(command, known, diagnosis, context)
        case never:
            assert_never(never)


def _require_status(known: Reassessment, allowed: ReassessmentStatus) -> None:
    if known.status is not allowed:
        raise refuse_step(REASSESSMENT_STATUS, known.status, NEXT_STEPS)


def _assigned(
    command: AssignReassessment, known: Reassessment | None, diagnosis: Diagnosis, context: DecisionContext
) -> Facts:
    draw: Draw | None = context.read.get(draw_stream(command.draw))
    if draw is None or command.diagnosis not in draw.drawn:
        raise JOB_NOT_DRAWN.refuse(path="diagnosis")
    if known is not None:
        _require_status(known, ReassessmentStatus.THIRD_NEEDED)
    before = known.assessors if known is not None else ()
    if command.assessor in before:
        raise ASSESSOR_AGAIN.refuse(path="assessor")
    person: Person | None = context.read.get(person_stream(command.assessor))
    held = [one for one in person.memberships.values() if one.holds_on(context.day)] if person is not None else []
    if not any(one.role is Role.SAMPLER for one in held):
        raise ASSESSOR_UNFIT.refuse(path="assessor")
    if any(one.organisation in (diagnosis.provider, diagnosis.enterprise) for one in held):
        raise ASSESSOR_IN_CONFLICT.refuse(path="assessor")
    assigned: Assignments = context.read.get(assignment_stream(command.diagnosis)) or Assignments()
    until = context.day + OPEN_FOR
    if any(term.party == command.assessor and term.meets(context.day, until) for term in assigned.terms.values()):
        raise ASSIGNMENT_HELD.refuse(path="assessor")
    turn = len(before) + 1
    opened = ExpertAssigned(
        assignment=f"reassessment-{turn}", expert=command.assessor, role=Role.SAMPLER, since=context.day, until=until
    )
    given = ReassessmentAssigned(draw=command.draw, assessor=command.assessor, turn=turn)
    return (given, OnStream(assignment_stream(command.diagnosis), opened))


def _given(command: GiveReassessment, known: Reassessment, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Measured as the job itself was: the same edition, form and gates."""
    if known.assessors[-1] != context.by:
        raise NOT_ITS_ASSESSOR.refuse(path="diagnosis")
    _require_status(known, ReassessmentStatus.ASSIGNED)
    edition = pinned_edition(diagnosis, context)
    problems = []
    for indicator, found in sorted(command.answers.items()):
        section = edition.by_id[indicator].dimension if indicator in edition.by_id else ""
        wrong = wrong_with(edition, diagnosis, section, indicator, found.answer)
        problems.append(wrong or refusal_of(indicator, edition.unshown(indicator, found.answer)))
    refuse_together(filter(None, problems))
    if missing := edition.missing(diagnosis.form, command.answers.keys()):
        raise VERIFICATION_MISSING.refuse(indicators=list(missing), **named_by_dimension(edition, missing))
    result = measured(edition, diagnosis, {one: answer.answer for one, answer in command.answers.items()})
    process = Process(site_visit=diagnosis.visits > 0, expert_review=diagnosis.expert_review)
    total, grade, turn = result.total, edition.issue(result, process).grade, len(known.assessors)
    every = (*known.given, GivenAssessment(total=total, grade=grade, version=known.version + 1))
    settled = _adjudicated(command.diagnosis, known.draw, diagnosis, every, context)
    fact = ReassessmentGiven(
        assessor=context.by, turn=turn, answers=command.answers, total=total, grade=grade, settled=settled is not None
    )
    return (fact,) if settled is None else (fact, OnStream(draw_stream(known.draw), settled))


def _adjudicated(
    job: str, month: str, diagnosis: Diagnosis, every: tuple[GivenAssessment, ...], context: DecisionContext
) -> SampleAdjudicated | None:
    """What the job comes to; None where the first opinion differs materially and a third is to be heard."""
    assert diagnosis.verified_measured is not None and diagnosis.issued is not None  # noqa: S101, PT018 - it was confirmed
    issued_total, issued_grade = diagnosis.verified_measured.total, diagnosis.issued.grade
    cause, since, plan = sampling_plan(first_day_of(month), context)

    def is_material(total: Decimal, grade: int) -> bool:
        return grade != issued_grade and abs(total - issued_total) > plan.material_points

    first = every[0]
    if len(every) < THIRD and is_material(first.total, first.grade):
        return None
    opinions = [(issued_total, issued_grade), *((one.total, one.grade) for one in every)]
    total, grade = sorted(opinions)[1] if len(every) == THIRD else (first.total, first.grade)
    draw: Draw | None = context.read.get(draw_stream(month))
    assert draw is not None, "a job is assigned out of its draw"  # noqa: S101 - guards replay, not input
    drawn = draw.drawn[job]
    return SampleAdjudicated(
        diagnosis=job,
        provider=drawn.provider,
        issued_total=issued_total,
        issued_grade=issued_grade,
        totals=tuple(one.total for one in every),
        adjudicated_total=total,
        adjudicated_grade=grade,
        material=is_material(total, grade),
        numerator=drawn.numerator,
        denominator=drawn.denominator,
        plan=cause,
        plan_since=since,
        causes=tuple(cause_of(reassessment_stream(job), one.version) for one in every),
    )


# Evolve: what has happened


def evolve(known: Reassessment | None, event: ReassessmentEvent) -> Reassessment:
    """The re-assessment after one more fact."""
    match event:
        case ReassessmentAssigned(draw=draw, assessor=assessor):
            before = known or Reassessment(draw=draw)
            made = {"status": ReassessmentStatus.ASSIGNED, "assessors": (*before.assessors, assessor)}
            return before.model_copy(update=made | {"version": before.version + 1})
        case ReassessmentGiven(total=total, grade=grade, settled=settled):
            assert known is not None, "a history starts with ReassessmentAssigned"  # noqa: S101 - guards replay, not input
            given = (*known.given, GivenAssessment(total=total, grade=grade, version=known.version + 1))
            status = ReassessmentStatus.ADJUDICATED if settled else ReassessmentStatus.THIRD_NEEDED
            return known.model_copy(update={"status": status, "given": given, "version": known.version + 1})
        case never:
            assert_never(never)


# What the decider reads, and where its subject lies


def _reads(command: ReassessmentCommand, known: Reassessment | None) -> tuple[Stream, ...]:
    streams = [SAMPLING_RULE, diagnosis_stream(command.diagnosis), assignment_stream(command.diagnosis)]
    if isinstance(command, AssignReassessment):
        streams += [draw_stream(command.draw), person_stream(command.assessor)]
    elif known is not None:
        streams.append(draw_stream(known.draw))
    return tuple(streams)


def _reads_further(command: ReassessmentCommand, _known: Reassessment | None, read: Read) -> tuple[Stream, ...]:
    diagnosis: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis))
    return () if diagnosis is None else (edition_stream(diagnosis.edition),)


def _place(command: ReassessmentCommand, _known: Reassessment | None, read: Read) -> Place | Unscoped:
    """With those to whom the job is open: an assessor learns of no other."""
    diagnosis: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis))
    assigned: Assignments | None = read.get(assignment_stream(command.diagnosis))
    terms: tuple[Term, ...] = tuple(assigned.terms.values()) if assigned is not None else ()
    return NOWHERE if diagnosis is None else Place(assignments=terms)


REASSESSMENTS = Capability(
    name="reassessment",
    commands=tuple(ReassessmentCommand.__args__),
    events=tuple(ReassessmentEvent.__args__),
    stream=lambda command: reassessment_stream(command.diagnosis),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)

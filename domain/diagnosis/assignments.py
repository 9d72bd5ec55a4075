"""Assignment 专家指派: a diagnosis is given to an expert to work on, for a period. plan V5, R2.

An expert sees the diagnoses assigned by name and no other, for as long as the assignment holds. Nobody but the city and
the auditor learns who is assigned: an assignment lies nowhere, except for the arbiter who stands back from it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar, Literal, Self, assert_never

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.access import EXPERTS, ROLE_NAMES, Place, Role, Term
from domain.command_rights import CITY, require_right
from domain.diagnosis.arbitration import ARBITER_CONFLICTED, ArbiterOpinionStruck, is_conflicted
from domain.diagnosis.state import Diagnosis, assignment_stream, diagnosis_stream
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
    PartRef,
    PersonRef,
    Rule,
    Stream,
    Text,
)
from domain.participants.people.state import Person, person_stream
from domain.person_id_fields import PersonId
from domain.stated_dates import require_not_too_far_ahead

# Rules

EXPERT_UNKNOWN = Rule(
    "EXPERT_UNKNOWN",
    "plan V5",
    "该人员在 {day} 未任“{role_name}”；请先授予任职，或改为其任职期内的日期",
    "The person does not hold the role of {role_in_english} on {day}; grant it first, or choose days on which it holds",
)
ASSIGNMENT_BEFORE_OPENING = Rule(
    "ASSIGNMENT_BEFORE_OPENING",
    "plan V5",
    "指派起始日 {given} 早于诊断开启之日 {earliest}；请填 {earliest} 或以后",
    "The assignment from {given} begins before the diagnosis was opened, {earliest}; say {earliest} or later",
)
ASSIGNMENT_OVER = Rule(
    "ASSIGNMENT_OVER",
    "plan V5",
    "指派应于今日或以后结束，{until} 已过",
    "An assignment ends today or later; {until} is over",
)
ASSIGNMENT_EXISTS = Rule(
    "ASSIGNMENT_EXISTS", "plan V5", "该标识的指派已存在，请另取标识", "An assignment of this id exists already; take another"
)
ASSIGNMENT_HELD = Rule(
    "ASSIGNMENT_HELD",
    "plan V5",
    "该专家在这一时段内已被指派到该诊断，无须再次指派；要改期限，请先解除原指派",
    "The expert is already assigned to the diagnosis on a day of this period; to change the period, release the former first",
)
ASSIGNMENT_UNKNOWN = Rule(
    "ASSIGNMENT_UNKNOWN",
    "plan V5",
    "该诊断没有这项指派，请从其指派清单中选取",
    "The diagnosis has no such assignment; take one of those it lists",
)
ARBITER_STOOD_BACK = Rule(
    "ARBITER_STOOD_BACK",
    "plan P6",
    "该专家已就该诊断申明回避；请改派其他专家",
    "The expert has declared a conflict in the diagnosis; name another expert",
)
OPINION_STANDS = Rule(
    "OPINION_STANDS",
    "plan P6",
    "已就该诊断提交仲裁意见，不能再申明回避；请书面告知市级部门，由其决定",
    "An opinion on the diagnosis is given already, so no conflict is declared here; tell the city department, which decides",
)

# Commands


class AssignExpert(Command):
    """Give a diagnosis to an expert, from `since` to `until`, both days included · 指派专家.

    expert: the person. role: marker, arbiter, sampler or reader.
    """

    roles: ClassVar = CITY

    diagnosis: DiagnosisRef = Field(description="Diagnosis · 诊断标识")
    assignment: PartRef = Field(description="Id of the assignment · 指派标识")
    expert: PersonRef = Field(description="Person who is the expert · 专家标识")
    role: Role = Field(description="Role · 角色")
    since: date = Field(description="First day · 起始日")
    until: date = Field(description="Last day, itself included · 截止日")

    @model_validator(mode="after")
    def _is_an_expert_for_a_period(self) -> Self:
        if self.until < self.since:
            raise ValueError("until lies before since")
        if self.role not in EXPERTS:
            raise ValueError("the role is no expert's")
        return self


class ReleaseExpert(Command):
    """Take an assignment back, at once; an arbiter's opinion counts no more unless it is decided already · 解除指派."""

    roles: ClassVar = CITY

    diagnosis: DiagnosisRef = Field(description="Diagnosis · 诊断标识")
    assignment: PartRef = Field(description="Id of the assignment · 指派标识")


class DeclareArbiterConflict(Command):
    """Say that one knows a side or has an interest in the case: it closes to the arbiter, another is named · 仲裁专家申明回避."""

    roles: ClassVar = frozenset({Role.ARBITER})

    diagnosis: DiagnosisRef = Field(description="Diagnosis · 诊断标识")
    reason: Text = Field(description="What the conflict is, for the city department · 回避事由")


AssignmentCommand = AssignExpert | ReleaseExpert | DeclareArbiterConflict

# Events


class ExpertAssigned(Event):
    """An expert works on a diagnosis 专家已指派."""

    type: Literal["assignment.made.v1"] = "assignment.made.v1"
    says: ClassVar = "指派了{role:role}，自 {since} 至 {until}"
    says_in_english: ClassVar = "assigned an expert ({role:role}) from {since} to {until}"
    assignment: str
    expert: PersonId
    role: Role
    since: date
    until: date


class ExpertReleased(Event):
    """An assignment ended early 专家指派已解除; `last` is the last day it held, perhaps before its first."""

    type: Literal["assignment.ended.v1"] = "assignment.ended.v1"
    says: ClassVar = "解除了一项专家指派"
    says_in_english: ClassVar = "ended the assignment of an expert"
    assignment: str
    last: date


class ArbiterConflictDeclared(Event):
    """An arbiter stood back 仲裁专家已申明回避; `last` is the last day the assignment held, perhaps before its first."""

    type: Literal["assignment.conflict_declared.v1"] = "assignment.conflict_declared.v1"
    says: ClassVar = "申明回避：{reason}"
    says_in_english: ClassVar = "stood back for a conflict of interest: {reason}"
    assignment: str
    last: date
    reason: str


AssignmentEvent = ExpertAssigned | ExpertReleased | ArbiterConflictDeclared

# State


class Assignments(BaseModel):
    """All assignments of one diagnosis 指派: id -> expert and period, those that are over included.

    stood_back: arbiters who have declared a conflict.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    terms: dict[str, Term] = {}
    stood_back: frozenset[str] = frozenset()


# Decide: what may happen


def decide(command: AssignmentCommand, assignments: Assignments | None, context: DecisionContext) -> Facts:
    """One assignment an expert and day; a released one ends yesterday, so that today's next read sees nothing.

    Raises:
        Refused: any rule above.
    """
    require_right(command, context.role)
    if context.read.get(diagnosis_stream(command.diagnosis)) is None:
        raise NOT_FOUND.refuse()
    terms, stream = assignments.terms if assignments is not None else {}, diagnosis_stream(command.diagnosis)
    match command:
        case AssignExpert(expert=expert, role=role):
            diagnosis: Diagnosis = context.read[diagnosis_stream(command.diagnosis)]
            if role is Role.ARBITER and assignments is not None and expert in assignments.stood_back:
                raise ARBITER_STOOD_BACK.refuse(path="expert")
            if role is Role.ARBITER and is_conflicted(context.read.get(person_stream(expert)), diagnosis, context.day):
                raise ARBITER_CONFLICTED.refuse(path="expert")
            return (expert_assigned(command, terms, context),)
        case ReleaseExpert(assignment=assignment):
            if assignment not in terms:
                raise ASSIGNMENT_UNKNOWN.refuse(path="assignment", assignment=assignment)
            term, last = terms[assignment], context.day - timedelta(days=1)
            if term.until is not None and term.until <= last:
                return ()
            return (ExpertReleased(assignment=assignment, last=last), *_struck(term, context.read[stream], stream))
        case DeclareArbiterConflict(reason=reason):
            in_hand = context.read[diagnosis_stream(command.diagnosis)].arbitration
            if in_hand is not None and context.by in in_hand.opinions:
                raise OPINION_STANDS.refuse()
            last = context.day - timedelta(days=1)
            held = (i for i, term in terms.items() if term.party == context.by and term.holds_on(context.day))
            return tuple(ArbiterConflictDeclared(assignment=one, last=last, reason=reason) for one in held)
        case never:
            assert_never(never)


def _struck(term: Term, diagnosis: Diagnosis, stream: Stream) -> tuple[OnStream, ...]:
    """What an arbiter who goes leaves behind: no opinion in an arbitration that is not decided yet."""
    in_hand = diagnosis.arbitration
    if term.role is not Role.ARBITER or in_hand is None or in_hand.decided or term.party not in in_hand.opinions:
        return ()
    return (OnStream(stream, ArbiterOpinionStruck(arbiter=term.party)),)


def expert_assigned(command: AssignExpert, terms: Mapping[str, Term], context: DecisionContext) -> ExpertAssigned:
    """The assignment of an expert who holds the role on its days; one an expert and day 指派.

    terms: those of the diagnosis so far. context: with the person's stream read, and when the diagnosis began.
    """
    role, since, until = command.role, command.since, command.until
    if command.assignment in terms:
        raise ASSIGNMENT_EXISTS.refuse(path="assignment", assignment=command.assignment)
    person: Person | None = context.read.get(person_stream(command.expert))
    held = person.memberships.values() if person is not None else ()
    for day in (since, until):
        if not any(one.role is role and one.holds_on(day) for one in held):
            name, name_in_english = ROLE_NAMES[role]
            raise EXPERT_UNKNOWN.refuse(role=role.value, role_name=name, role_in_english=name_in_english, day=day)
    if until < context.day:
        raise ASSIGNMENT_OVER.refuse(path="until", until=until, earliest=context.day)
    require_not_too_far_ahead("until", until, context)
    if since < (opened := context.first_day_of(diagnosis_stream(command.diagnosis))):
        raise ASSIGNMENT_BEFORE_OPENING.refuse(path="since", given=since, earliest=opened)
    if any(term.party == command.expert and term.meets(since, until) for term in terms.values()):
        raise ASSIGNMENT_HELD.refuse()
    return ExpertAssigned(**command.model_dump(exclude={"diagnosis"}))


# Evolve: what has happened


def evolve(assignments: Assignments | None, event: AssignmentEvent) -> Assignments:
    """The assignments after one more fact."""
    terms = assignments.terms if assignments is not None else {}
    stood_back = assignments.stood_back if assignments is not None else frozenset()
    match event:
        case ExpertAssigned(assignment=assignment, expert=expert, role=role, since=since, until=until):
            return Assignments(terms={**terms, assignment: Term(expert, since, until, role)}, stood_back=stood_back)
        case ExpertReleased(assignment=assignment, last=last):
            return Assignments(terms={**terms, assignment: replace(terms[assignment], until=last)}, stood_back=stood_back)
        case ArbiterConflictDeclared(assignment=assignment, last=last):
            ended = replace(terms[assignment], until=last)
            return Assignments(terms={**terms, assignment: ended}, stood_back=stood_back | {ended.party})
        case never:
            assert_never(never)


def _reads(command: AssignmentCommand, _assignments: Assignments | None) -> tuple[Stream, ...]:
    expert = (person_stream(command.expert),) if isinstance(command, AssignExpert) else ()
    return (diagnosis_stream(command.diagnosis), *expert)


def _place(command: AssignmentCommand, assignments: Assignments | None, _read: Mapping[str, Any]) -> Place:
    """An arbiter speaks of what is assigned to them today; the rest is the city's."""
    if not isinstance(command, DeclareArbiterConflict) or assignments is None:
        return NOWHERE
    return Place(assignments=tuple(assignments.terms.values()))


ASSIGNMENTS = Capability(
    name="assignment",
    commands=tuple(AssignmentCommand.__args__),
    events=tuple(AssignmentEvent.__args__),
    stream=lambda command: assignment_stream(command.diagnosis),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)

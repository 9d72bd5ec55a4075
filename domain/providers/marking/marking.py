"""Marking 评分: one marker marks one application without its name, and nobody reads the mark before marking is closed. plan V1.

What is marked is sealed before it is written: the entry holds ciphertext and the SHA-256 of a salt and the mark. When the city
closes marking, salt and mark are opened beside it, and the rule here, as anyone later, checks that they are those sealed.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal, Self, assert_never

from pydantic import BaseModel, Field, model_validator

from domain.access import Place, Role
from domain.command_rights import require_right
from domain.governance.rule_bodies.selection import SelectionRule
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    IdOf,
    OnStream,
    Part,
    Refused,
    Rule,
    Stream,
    Text,
    Unfinished,
    Unscoped,
    refuse_together,
    stream_of,
)
from domain.participants.organisations import Division
from domain.person_id_fields import PersonId
from domain.providers.applications.state import SelectionDimension
from domain.providers.calls.events import CITY_ALONE, MarkerReleased
from domain.providers.calls.state import Call, call_stream
from standards.described import DescribedEnum

# Rules

MARK_OUT_OF_RANGE = Rule(
    "MARK_OUT_OF_RANGE",
    "plan V1",
    "“{name}”的得分应在 0 至 {at_most} 之间，而非 {given}",
    "Points for {name_in_english} lie between 0 and {at_most}, not {given}",
)
MARK_INCOMPLETE = Rule(
    "MARK_INCOMPLETE",
    "plan V1",
    "五个维度须各评一次，所申请的行业 {expected} 也须各评一次",
    "Each of the five dimensions is marked once, and each industry applied for, {expected}, once",
)
MARKING_OVER = Rule(
    "MARKING_OVER",
    "plan V1",
    "评分已于 {until} 截止，不能再评；如有特殊情况，请联系市级部门延期",
    "Marking ended on {until}; ask the city to extend the call where there is cause",
)
MARK_OPEN_ALREADY = Rule(
    "MARK_OPEN_ALREADY", "plan V1", "该评分已公开，不能更改", "The mark is open and is not changed any more"
)
MARKING_IN_CONFLICT = Rule(
    "MARKING_IN_CONFLICT",
    "plan V1",
    "您已申明与该申报有利害关系，不再评分",
    "You declared a conflict with this application and mark it no more",
)
MARKING_TAKEN_BACK = Rule(
    "MARKING_TAKEN_BACK",
    "plan V1",
    "该评分任务已由市级部门收回，不再评分；如有疑问请联系市级部门",
    "The city took this application back and gives it to another; ask the city where there is a question",
)
MARK_NOT_THE_SEALED_ONE = Rule(
    "MARK_NOT_THE_SEALED_ONE",
    "plan V1",
    "打开的评分与封存的不符，未作任何变更；请由运维核对密库",
    "The mark opened is not the one that was sealed; nothing was changed, have the operator check the vault",
)

DIMENSION_NAMES = {one: tuple(reversed(one.description.split(" · "))) for one in SelectionDimension}

# Commands

MarkingRef = Annotated[Identifier, IdOf("marking")]
WholePoints = Annotated[int, Field(ge=0, le=100)]


class DimensionMark(Part):
    """What a marker gives one dimension, and why · 维度评分."""

    dimension: SelectionDimension = Field(description="Dimension · 遴选维度")
    points: WholePoints = Field(description="Whole points, from 0 to the weight of the dimension · 分数")
    reason: Text = Field(description="Why so many · 评分理由")


class IndustryMark(Part):
    """What a marker gives the experience in one industry applied for · 行业评分."""

    industry: Division = Field(description="GB/T 4754 division, such as C34 · 行业大类")
    points: WholePoints = Field(description="Whole points, from 0 to the weight of industry experience · 分数")


class Mark(Part):
    """A mark 评分: every dimension, and every industry applied for."""

    dimensions: tuple[DimensionMark, ...]
    industries: tuple[IndustryMark, ...]

    @property
    def total(self) -> int:
        """Points of the five dimensions together."""
        return sum(one.points for one in self.dimensions)

    def of(self, dimension: SelectionDimension) -> int:
        """Points of one dimension."""
        return next(one.points for one in self.dimensions if one.dimension is dimension)

    def of_industry(self, industry: str) -> int:
        """Points of one industry; none where it was not applied for then."""
        return next((one.points for one in self.industries if one.industry == industry), 0)


class MarkingCommand(Command):
    """A command about one's own marking of one application 评分命令."""

    roles: ClassVar = frozenset({Role.MARKER})

    marking: MarkingRef = Field(description="Id of the marking, as `markings` lists it · 评分标识")


class SealMark(MarkingCommand):
    """Mark an application: sealed at once, another until marking is closed takes its place · 提交评分."""

    dimensions: Annotated[tuple[DimensionMark, ...], Field(min_length=1, max_length=5)] = Field(
        description="Each of the five dimensions once · 各维度评分"
    )
    industries: Annotated[tuple[IndustryMark, ...], Field(min_length=1, max_length=31)] = Field(
        description="Each industry applied for once · 各行业评分"
    )

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        dimensions = [one.dimension for one in self.dimensions]
        industries = [one.industry for one in self.industries]
        if len(set(dimensions)) < len(dimensions) or len(set(industries)) < len(industries):
            raise ValueError("a dimension or an industry is marked twice")
        return self

    @property
    def mark(self) -> Mark:
        """What is sealed."""
        return Mark(dimensions=self.dimensions, industries=self.industries)


class DeclareConflict(MarkingCommand):
    """Say that one knows the applicant or has an interest in it: another marker takes the application · 申明回避."""

    reason: Text = Field(description="What the conflict is · 回避事由")


AnyMarkingCommand = SealMark | DeclareConflict

# Events


class MarkingAssigned(Event):
    """A marker was given an application 评分已分配, by its number. industries: those applied for."""

    type: Literal["marking.assigned.v1"] = "marking.assigned.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "向一名评分专家分配了第 {number} 号申报"
    says_in_english: ClassVar = "gave application {number} to a marker"
    year: int
    number: int
    marker: PersonId
    industries: tuple[str, ...]


class MarkSealed(Event):
    """A mark was sealed 评分已封存. sealed: ciphertext. digest: SHA-256, hexadecimal, of the salt and the mark."""

    type: Literal["marking.sealed.v1"] = "marking.sealed.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "封存了一份评分"
    says_in_english: ClassVar = "sealed a mark"
    sealed: str
    digest: str


class ConflictDeclared(Event):
    """The marker stands back 评分人已申明回避."""

    type: Literal["marking.conflict_declared.v1"] = "marking.conflict_declared.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "申明回避：{reason}"
    says_in_english: ClassVar = "stood back for a conflict of interest: {reason}"
    reason: str


class MarkingTakenBack(Event):
    """The city took the application back from the marker, who had not marked it 评分任务已收回."""

    type: Literal["marking.taken_back.v1"] = "marking.taken_back.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "收回了一份未完成的评分任务：{reason}"
    says_in_english: ClassVar = "took an unfinished marking back: {reason}"
    reason: str


class MarkOpened(Event):
    """The mark can be read 评分已公开: what was sealed, and the salt that proves it."""

    type: Literal["marking.opened.v1"] = "marking.opened.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "公开了一份评分，总分 {mark.total}"
    says_in_english: ClassVar = "opened a mark, total {mark.total}"
    salt: str
    mark: Mark


MarkingEvent = MarkingAssigned | MarkSealed | ConflictDeclared | MarkingTakenBack | MarkOpened

# State


class MarkingStage(DescribedEnum):
    """How far a marking has come · 评分状态."""

    ASSIGNED = "assigned", "Waits for the marker · 待评"
    SEALED = "sealed", "Marked and sealed · 已封存"
    CONFLICT = "conflict", "The marker stands back · 已回避"
    TAKEN_BACK = "taken_back", "Taken back by the city, unmarked · 已收回"
    OPENED = "opened", "Open · 已公开"


KEPT_AWAY = frozenset({MarkingStage.CONFLICT, MarkingStage.TAKEN_BACK})
"""Stages in which the application is not shown to the marker any more 不再展示: it is another's to mark."""


class Marking(Part):
    """One marker's marking of one application 评分. digest: of the mark sealed last; None = none yet."""

    version: int
    year: int
    number: int
    marker: str
    industries: tuple[str, ...]
    stage: MarkingStage
    sealed: str | None = None
    digest: str | None = None
    mark: Mark | None = None


def digest_of(salt: str, mark: Mark) -> str:
    """SHA-256 that a mark is sealed under 封存摘要, hexadecimal: of the salt, a line feed, and the mark as JSON in its order."""
    return sha256(f"{salt}\n{mark.model_dump_json()}".encode()).hexdigest()


def marking_id(year: int, number: int, marker: str) -> str:
    """Id of a marking 评分标识: it names the application by its number alone."""
    return f"{year}.{number}.{marker}"


def marking_stream(marking: str) -> Stream:
    """Stream of one marking."""
    return stream_of("marking", marking)


# Decide: what may happen


def decide(command: AnyMarkingCommand, marking: Marking | None, context: DecisionContext) -> Facts:
    """Another's marking and none at all answer alike.

    Raises:
        Refused: any rule above.
    """
    require_right(command, context.role)
    if marking is None or marking.marker != context.by:
        raise NOT_FOUND.refuse()
    if marking.stage is MarkingStage.OPENED:
        raise MARK_OPEN_ALREADY.refuse()
    if marking.stage is MarkingStage.CONFLICT:
        raise MARKING_IN_CONFLICT.refuse()
    if marking.stage is MarkingStage.TAKEN_BACK:
        raise MARKING_TAKEN_BACK.refuse()
    call: Call | None = context.read.get(call_stream(marking.year))
    assert call is not None, "a marking is assigned by its call"  # noqa: S101 - guards replay, not input
    match command:
        case SealMark():
            until = call.dates.marking_until
            if context.day > until:
                raise MARKING_OVER.refuse(until=until, latest=until)
            require_in_range(command, marking.industries, call.rule)
            return (Unfinished(MarkSealed, {}),)
        case DeclareConflict(reason=reason):
            released = MarkerReleased(number=marking.number, marker=marking.marker)
            return (ConflictDeclared(reason=reason), OnStream(call_stream(marking.year), released))
        case never:
            assert_never(never)


def require_in_range(command: SealMark, industries: tuple[str, ...], rule: SelectionRule) -> None:
    """All that the rule asks for, each within its weight 评分范围.

    Raises:
        Refused: MARK_INCOMPLETE; MARK_OUT_OF_RANGE, all at once.
    """
    expected = sorted(industries)
    if len(command.dimensions) != len(SelectionDimension) or sorted(one.industry for one in command.industries) != expected:
        raise MARK_INCOMPLETE.refuse(expected="、".join(expected))
    wrong = list[Refused]()
    for place, one in enumerate(command.dimensions):
        at_most = getattr(rule.weights, one.dimension.value)
        if one.points > at_most:
            name, english = DIMENSION_NAMES[one.dimension]
            path = f"dimensions.{place}.points"
            wrong.append(
                MARK_OUT_OF_RANGE.refuse(path=path, name=name, name_in_english=english, at_most=at_most, given=one.points)
            )
    at_most = rule.weights.industry_experience
    for place, of in enumerate(command.industries):
        if of.points > at_most:
            said = {"name": f"行业 {of.industry}", "name_in_english": f"industry {of.industry}"}
            path = f"industries.{place}.points"
            wrong.append(MARK_OUT_OF_RANGE.refuse(path=path, **said, at_most=at_most, given=of.points))
    refuse_together(wrong)


class OpenedMark(BaseModel):
    """A mark as the program opens it 启封评分: of which marking, with the salt that it was sealed with."""

    marking: Annotated[str, Field(max_length=64)]
    salt: Annotated[str, Field(max_length=64)]
    dimensions: Annotated[tuple[DimensionMark, ...], Field(max_length=5)]
    industries: Annotated[tuple[IndustryMark, ...], Field(max_length=31)]

    @property
    def mark(self) -> Mark:
        """What was marked."""
        return Mark(dimensions=self.dimensions, industries=self.industries)


def open_mark(marking: Marking, opened: OpenedMark) -> MarkOpened:
    """The fact that a sealed mark is open 启封.

    Raises:
        Refused: MARK_NOT_THE_SEALED_ONE.
    """
    if marking.digest != digest_of(opened.salt, opened.mark):
        raise MARK_NOT_THE_SEALED_ONE.refuse()
    return MarkOpened(salt=opened.salt, mark=opened.mark)


# Evolve: what has happened


def evolve(marking: Marking | None, event: MarkingEvent) -> Marking:
    """The marking after one more fact."""
    if isinstance(event, MarkingAssigned):
        return Marking(version=1, stage=MarkingStage.ASSIGNED, **event.model_dump(exclude={"type"}))
    assert marking is not None, "a history starts with MarkingAssigned"  # noqa: S101 - guards replay, not input
    changed: dict[str, object] = {"version": marking.version + 1}
    match event:
        case MarkSealed(sealed=sealed, digest=digest):
            changed |= {"stage": MarkingStage.SEALED, "sealed": sealed, "digest": digest}
        case ConflictDeclared():
            changed |= {"stage": MarkingStage.CONFLICT}
        case MarkingTakenBack():
            changed |= {"stage": MarkingStage.TAKEN_BACK}
        case MarkOpened(mark=mark):
            changed |= {"stage": MarkingStage.OPENED, "mark": mark}
        case never:
            assert_never(never)
    return marking.model_copy(update=changed)


def _reads(_command: AnyMarkingCommand, marking: Marking | None) -> tuple[Stream, ...]:
    return (call_stream(marking.year),) if marking is not None else ()


def _place(_command: AnyMarkingCommand, _marking: Marking | None, _read: Mapping[str, Any]) -> Place | Unscoped:
    return Unscoped.KNOWN_BY_RULES


MARKINGS = Capability(
    name="marking",
    commands=tuple(AnyMarkingCommand.__args__),
    events=tuple(MarkingEvent.__args__),
    stream=lambda command: marking_stream(command.marking),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)

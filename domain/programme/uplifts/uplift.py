"""Uplift 提升幅度 between two years: asked for by the city, worked out by the program from one snapshot, kept. plan G4, R2.

One stream a pair of years and edition; asked for again, it is worked out again, and the former result stays in its history.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, NamedTuple, assert_never

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.command_rights import CITY, require_right
from domain.governance.computations import RecordComputation
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Cause,
    Command,
    Count,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Rule,
    Stream,
    stream_of,
)
from domain.person_id_fields import PersonId
from domain.programme.uplifts.numbers import UpliftShare
from domain.standard.editions import PublishedEdition, edition_stream
from standards.described import DescribedEnum

# Rules

UPLIFT_YEARS = Rule(
    "UPLIFT_YEARS",
    "plan R2",
    "后一年度须晚于前一年度且已开始，请更正年度",
    "The second year lies after the first and has begun; correct the years",
)
UPLIFT_EDITION_UNKNOWN = Rule(
    "UPLIFT_EDITION_UNKNOWN",
    "plan R2",
    "所引标准尚未发布，请填已发布的标准版本",
    "The standard that is named is not published; name one that is",
)
UPLIFT_UNDER_WAY = Rule(
    "UPLIFT_UNDER_WAY",
    "plan R2",
    "该测算正在进行，请待完成后再申请",
    "This is being worked out; ask again once it is done",
)

# Commands

Year = Annotated[int, Field(ge=2023, le=2100)]


class UpliftCommand(Command):
    """A command about the uplift between two years 提升幅度命令."""

    first_year: Year = Field(description="Year by whose end the first diagnosis was reported · 前一年度")
    second_year: Year = Field(description="Year by whose end the second one was reported · 后一年度")
    edition: EditionRef = Field(description="Edition of the standard that both are scored under · 标准版本")


class RequestUplift(UpliftCommand):
    """Ask how totals moved between the ends of two years, which the program works out · 申请测算提升幅度."""

    roles: ClassVar = CITY


class RecordUplift(RecordComputation, UpliftCommand):
    """Record what an uplift came to 记录提升幅度. requested: version of the request. left_out: not scored under the edition."""

    requested: Annotated[int, Field(ge=1)]
    rule: Cause | None
    shares: Annotated[tuple[UpliftShare, ...], Field(max_length=100)]
    left_out: Count


class UpliftOutcome(NamedTuple):
    """What an uplift came to, by names of the command that records it 计算结果."""

    position: int
    input_digest: str
    shares: tuple[UpliftShare, ...]
    left_out: int


UPLIFT_OUTCOME: TypeAdapter[UpliftOutcome] = TypeAdapter(UpliftOutcome)

AnyUpliftCommand = RequestUplift | RecordUplift

# Events


class UpliftRequested(Event):
    """An uplift was asked for 提升幅度已申请."""

    type: Literal["uplift.requested.v1"] = "uplift.requested.v1"
    says: ClassVar = "申请测算 {first_year} 至 {second_year} 年度的提升幅度（标准 {edition}）"
    says_in_english: ClassVar = "asked for the uplift from {first_year} to {second_year} (edition {edition})"
    first_year: int
    second_year: int
    edition: str
    requested_by: PersonId


class UpliftComputed(Event):
    """An uplift was worked out 提升幅度已得出. position: of the journal, up to which facts were read."""

    type: Literal["uplift.computed.v1"] = "uplift.computed.v1"
    says: ClassVar = "按方法 {method} 得出 {shares:count} 项提升幅度"
    says_in_english: ClassVar = "computed uplifts by method {method}: {shares:count}"
    method: str
    rule: str | None
    position: int
    input_digest: str
    day: date
    shares: tuple[UpliftShare, ...]
    left_out: int


UpliftEvent = UpliftRequested | UpliftComputed

# State


class UpliftStatus(DescribedEnum):
    """How far an uplift has come · 测算状态."""

    REQUESTED = "requested", "Asked for; the program works it out · 计算中"
    COMPUTED = "computed", "Worked out · 已得出"


class Uplift(BaseModel):
    """An uplift as it stands 提升幅度. requested: version of the fact that asked for it last. computed: the latest result."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int
    status: UpliftStatus
    first_year: int
    second_year: int
    edition: str
    requested: int
    computed: UpliftComputed | None = None


# Decide: what may happen


def decide(command: AnyUpliftCommand, uplift: Uplift | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case RequestUplift():
            if not command.first_year < command.second_year <= context.day.year:
                raise UPLIFT_YEARS.refuse(path="second_year")
            published: PublishedEdition | None = context.read.get(edition_stream(command.edition))
            if published is None:
                raise UPLIFT_EDITION_UNKNOWN.refuse(path="edition")
            if uplift is not None and uplift.status is UpliftStatus.REQUESTED:
                raise UPLIFT_UNDER_WAY.refuse()
            return (UpliftRequested(**command.model_dump(), requested_by=context.by),)
        case RecordUplift():
            if uplift is None:
                raise NOT_FOUND.refuse()
            if uplift.status is not UpliftStatus.REQUESTED or uplift.requested != command.requested:
                return ()
            told = command.model_dump(include={"method", "rule", "position", "input_digest", "left_out"})
            return (UpliftComputed(**told, shares=command.shares, day=context.day),)
        case never:
            assert_never(never)


# Evolve: what has happened


def evolve(uplift: Uplift | None, event: UpliftEvent) -> Uplift:
    """The uplift after one more fact."""
    if isinstance(event, UpliftRequested):
        version, last = (1, None) if uplift is None else (uplift.version + 1, uplift.computed)
        told = event.model_dump(include={"first_year", "second_year", "edition"})
        return Uplift(version=version, status=UpliftStatus.REQUESTED, requested=version, computed=last, **told)
    assert uplift is not None, "a history starts with UpliftRequested"  # noqa: S101 - guards replay, not input
    return uplift.model_copy(update={"version": uplift.version + 1, "status": UpliftStatus.COMPUTED, "computed": event})


# What the decider reads, and where its subject lies


def uplift_stream(first_year: int, second_year: int, edition: str) -> Stream:
    """Stream of the uplift between two years under an edition."""
    return stream_of("uplift", f"{first_year}.{second_year}.{edition}")


def _reads(command: AnyUpliftCommand, _uplift: Uplift | None) -> tuple[Stream, ...]:
    return (edition_stream(command.edition),) if isinstance(command, RequestUplift) else ()


UPLIFTS = Capability(
    name="uplift",
    commands=tuple(AnyUpliftCommand.__args__),
    events=tuple(UpliftEvent.__args__),
    stream=lambda command: uplift_stream(command.first_year, command.second_year, command.edition),
    reads=_reads,
    decide=decide,
    evolve=evolve,
)

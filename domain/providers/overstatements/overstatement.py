"""Over-statement 自评偏高 in a year's self-assessments: asked for by the city, worked out by the program, kept. plan P3, G4.

One stream a year and edition; asked for again, it is worked out again, and the former result stays in its history.
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
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Rule,
    Stream,
    stream_of,
)
from domain.person_id_fields import PersonId
from domain.providers.overstatements.numbers import OverstatementShare, OverstatementVerdict
from domain.standard.editions import PublishedEdition, edition_stream
from standards.described import DescribedEnum

# Rules

OVERSTATEMENT_YEAR_AHEAD = Rule(
    "OVERSTATEMENT_YEAR_AHEAD",
    "plan P3",
    "{given} 年尚未到来，最晚可测算 {latest} 年诊断的自评偏高",
    "The year {given} has not come; over-statement can be worked out up to {latest}",
)
OVERSTATEMENT_EDITION_UNKNOWN = Rule(
    "OVERSTATEMENT_EDITION_UNKNOWN",
    "plan P3",
    "没有发布这个标准版本，不能测算自评偏高，请从已发布的标准版本中选取",
    "There is no such published edition to work over-statement out by; take one that is published",
)
OVERSTATEMENT_UNDER_WAY = Rule(
    "OVERSTATEMENT_UNDER_WAY",
    "plan P3",
    "该年度的自评偏高正在测算，请待完成后再申请",
    "Over-statement of this year is being worked out; ask again once it is done",
)

# Commands


class OverstatementCommand(Command):
    """A command about over-statement in a year 自评偏高命令."""

    year: Annotated[int, Field(ge=2023, le=2100)] = Field(description="Year in which the cases were opened · 年度")
    edition: EditionRef = Field(description="Edition that they follow · 标准版本")


class RequestOverstatement(OverstatementCommand):
    """Ask how far firms assess themselves above what is verified, by district and provider · 申请测算自评偏高."""

    roles: ClassVar = CITY


class RecordOverstatement(RecordComputation, OverstatementCommand):
    """Record what over-statement came to 记录自评偏高. requested: version of the request. rule, rating_rule: as stream/version."""

    requested: Annotated[int, Field(ge=1)]
    rule: Cause | None
    rating_rule: Cause | None
    shares: Annotated[tuple[OverstatementShare, ...], Field(max_length=2000)]


class OverstatementOutcome(NamedTuple):
    """What over-statement came to, by names of the command that records it 计算结果."""

    position: int
    input_digest: str
    shares: tuple[OverstatementShare, ...]


OVERSTATEMENT_OUTCOME: TypeAdapter[OverstatementOutcome] = TypeAdapter(OverstatementOutcome)

AnyOverstatementCommand = RequestOverstatement | RecordOverstatement

# Events


class OverstatementRequested(Event):
    """Over-statement was asked for 自评偏高已申请测算."""

    type: Literal["overstatement.requested.v1"] = "overstatement.requested.v1"
    says: ClassVar = "申请测算 {year} 年标准版本 {edition} 的自评偏高"
    says_in_english: ClassVar = "asked for the over-statement of self-assessments under the edition {edition} in {year}"
    year: int
    edition: str
    requested_by: PersonId


class OverstatementComputed(Event):
    """Over-statement was worked out 自评偏高已测算. position: of the journal, up to which facts were read.

    rule: by which it is told; rating_rule: by which means are adjusted and shrunk; None = the default.
    """

    type: Literal["overstatement.computed.v1"] = "overstatement.computed.v1"
    says: ClassVar = "按方法 {method} 测算了自评偏高，可判断 {estimated} 项"
    says_in_english: ClassVar = "computed the over-statement by method {method}; can be told: {estimated}"
    method: str
    rule: str | None
    rating_rule: str | None
    position: int
    input_digest: str
    day: date
    shares: tuple[OverstatementShare, ...]

    @property
    def estimated(self) -> int:
        """How many indices can be estimated 可判断项数."""
        return sum(one.verdict is OverstatementVerdict.ESTIMATED for one in self.shares)


OverstatementEvent = OverstatementRequested | OverstatementComputed

# State


class OverstatementStatus(DescribedEnum):
    """How far over-statement of a year has come · 自评偏高测算状态."""

    REQUESTED = "requested", "Asked for; the program works it out · 测算中"
    COMPUTED = "computed", "Worked out · 已测算"


class OverstatementStudy(BaseModel):
    """Over-statement as it stands 自评偏高测算. requested: version of the fact that asked last. computed: the latest result."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int
    status: OverstatementStatus
    year: int
    edition: str
    requested: int
    computed: OverstatementComputed | None = None


# Decide: what may happen


def decide(command: AnyOverstatementCommand, known: OverstatementStudy | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case RequestOverstatement(year=year, edition=edition):
            if year > context.day.year:
                raise OVERSTATEMENT_YEAR_AHEAD.refuse(path="year", given=year, latest=context.day.year)
            published: PublishedEdition | None = context.read.get(edition_stream(edition))
            if published is None:
                raise OVERSTATEMENT_EDITION_UNKNOWN.refuse(path="edition")
            if known is not None and known.status is OverstatementStatus.REQUESTED:
                raise OVERSTATEMENT_UNDER_WAY.refuse()
            return (OverstatementRequested(year=year, edition=edition, requested_by=context.by),)
        case RecordOverstatement():
            if known is None:
                raise NOT_FOUND.refuse()
            if known.status is not OverstatementStatus.REQUESTED or known.requested != command.requested:
                return ()
            told = command.model_dump(include={"method", "rule", "rating_rule", "position", "input_digest"})
            return (OverstatementComputed(**told, shares=command.shares, day=context.day),)
        case never:
            assert_never(never)


# Evolve: what has happened


def evolve(known: OverstatementStudy | None, event: OverstatementEvent) -> OverstatementStudy:
    """Over-statement after one more fact."""
    if isinstance(event, OverstatementRequested):
        version, last = (1, None) if known is None else (known.version + 1, known.computed)
        of = {"year": event.year, "edition": event.edition}
        return OverstatementStudy(version=version, status=OverstatementStatus.REQUESTED, requested=version, computed=last, **of)
    assert known is not None, "a history starts with OverstatementRequested"  # noqa: S101 - guards replay, not input
    return known.model_copy(
        update={"version": known.version + 1, "status": OverstatementStatus.COMPUTED, "computed": event}
    )


# What the decider reads


def overstatement_stream(year: int, edition: str) -> Stream:
    """Stream of the over-statement of a year under an edition."""
    return stream_of("overstatement", f"{year}.{edition}")


def _reads(command: AnyOverstatementCommand, _known: OverstatementStudy | None) -> tuple[Stream, ...]:
    return (edition_stream(command.edition),) if isinstance(command, RequestOverstatement) else ()


OVERSTATEMENTS = Capability(
    name="overstatement",
    commands=tuple(AnyOverstatementCommand.__args__),
    events=tuple(OverstatementEvent.__args__),
    stream=lambda command: overstatement_stream(command.year, command.edition),
    reads=_reads,
    decide=decide,
    evolve=evolve,
)

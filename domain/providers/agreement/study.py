"""Agreement study 一致性测算: how far a year's assessments agree on each indicator of an edition; the low ones are to be revised.

One stream a study. It speaks of indicators and never of persons: what a person assessed is not in it. plan S5, V5, P3.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import CITY, require_right
from domain.governance.computations import RecordComputation
from domain.governance.dated_rules import dated_rule_on, rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Identifier,
    IdOf,
    Rule,
    Stream,
    stream_of,
)
from domain.providers.agreement.numbers import IndicatorOutcome
from domain.standard.editions import PublishedEdition, edition_stream
from standards.described import DescribedEnum

AGREEMENT_RULE = rule_stream(RuleKind.AGREEMENT)

AgreementRef = Annotated[Identifier, IdOf("agreement")]

# Rules

AGREEMENT_EXISTS = Rule(
    "AGREEMENT_EXISTS",
    "plan S5",
    "该一致性测算已存在，无须再次申请",
    "This agreement study exists already; it need not be asked for again",
)
AGREEMENT_YEAR_AHEAD = Rule(
    "AGREEMENT_YEAR_AHEAD",
    "plan S5",
    "{given} 年尚未到来，最晚可测算 {latest} 年的诊断",
    "The year {given} has not come; cases of {latest} are the latest that can be studied",
)
AGREEMENT_EDITION_UNKNOWN = Rule(
    "AGREEMENT_EDITION_UNKNOWN",
    "plan S5",
    "没有发布这个标准版本，请从已发布的标准版本中选取",
    "There is no such published edition; take one that is published",
)

# Commands


class AgreementCommand(Command):
    """A command about one agreement study 一致性测算命令."""

    agreement: AgreementRef = Field(description="Agreement study, by its id · 一致性测算标识")


class RequestAgreement(AgreementCommand):
    """Have it worked out how far assessments of a year agree on each indicator of an edition · 申请一致性测算."""

    roles: ClassVar = CITY

    year: Annotated[int, Field(ge=2023, le=2100)] = Field(description="Year in which the cases were opened · 年度")
    edition: EditionRef = Field(description="Edition that they follow · 标准版本")


class RecordAgreement(RecordComputation, AgreementCommand):
    """Record what a study came to 记录一致性测算结果."""

    indicators: Annotated[tuple[IndicatorOutcome, ...], Field(max_length=1000)]


AnyAgreementCommand = RequestAgreement | RecordAgreement

# Events


class AgreementRequested(Event):
    """A study was asked for 一致性测算已申请."""

    type: Literal["agreement.requested.v1"] = "agreement.requested.v1"
    says: ClassVar = "申请测算 {year} 年标准版本 {edition} 各指标的一致性"
    says_in_english: ClassVar = "asked for the agreement on each indicator of the edition {edition} in {year}"
    year: int
    edition: str


class AgreementComputed(Event):
    """What a study came to 一致性已测算. rule: as stream/version; None = the default."""

    type: Literal["agreement.computed.v1"] = "agreement.computed.v1"
    says: ClassVar = "按方法 {method} 测算了一致性，列入修订 {queued} 项"
    says_in_english: ClassVar = "computed the agreement by method {method}; indicators queued for revision: {queued}"
    method: str
    rule: str | None
    rule_since: date
    position: int
    input_digest: str
    indicators: tuple[IndicatorOutcome, ...]

    @property
    def queued(self) -> int:
        """How many indicators are queued for revision under either comparison 列入修订指标数."""
        return len({one.indicator for one in self.indicators if one.queued})


AgreementEvent = AgreementRequested | AgreementComputed

# State


class AgreementStatus(DescribedEnum):
    """How far an agreement study has come · 一致性测算状态."""

    REQUESTED = "requested", "Asked for; the program works it out · 测算中"
    COMPUTED = "computed", "Worked out · 已测算"


class AgreementStudy(BaseModel):
    """An agreement study as it stands 一致性测算. result: None before it is worked out."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int = 1
    year: int
    edition: str
    result: AgreementComputed | None = None

    @property
    def status(self) -> AgreementStatus:
        """How far it has come."""
        return AgreementStatus.REQUESTED if self.result is None else AgreementStatus.COMPUTED


# Decide: what may happen


def decide(command: AnyAgreementCommand, known: AgreementStudy | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case RequestAgreement(year=year, edition=edition):
            if known is not None:
                raise AGREEMENT_EXISTS.refuse(path="agreement")
            if year > context.day.year:
                raise AGREEMENT_YEAR_AHEAD.refuse(path="year", given=year, latest=context.day.year)
            published: PublishedEdition | None = context.read.get(edition_stream(edition))
            if published is None:
                raise AGREEMENT_EDITION_UNKNOWN.refuse(path="edition")
            return (AgreementRequested(year=year, edition=edition),)
        case _ if known is None:
            raise NOT_FOUND.refuse()
        case RecordAgreement():
            if known.result is not None:
                return ()
            rule = dated_rule_on(context.read.get(AGREEMENT_RULE), RuleKind.AGREEMENT, context.day)
            told = command.model_dump(exclude={"agreement", "indicators"})
            return (AgreementComputed(**told, rule=rule.cause, rule_since=rule.since, indicators=command.indicators),)
        case never:
            assert_never(never)


# Evolve: what has happened


def evolve(known: AgreementStudy | None, event: AgreementEvent) -> AgreementStudy:
    """The study after one more fact."""
    match event:
        case AgreementRequested(year=year, edition=edition):
            return AgreementStudy(year=year, edition=edition)
        case AgreementComputed():
            assert known is not None, "a history starts with AgreementRequested"  # noqa: S101 - guards replay, not input
            return known.model_copy(update={"version": known.version + 1, "result": event})
        case never:
            assert_never(never)


# What the decider reads


def agreement_stream(agreement: str) -> Stream:
    """Stream of one agreement study."""
    return stream_of("agreement", agreement)


def _reads(command: AnyAgreementCommand, _known: AgreementStudy | None) -> tuple[Stream, ...]:
    return (edition_stream(command.edition),) if isinstance(command, RequestAgreement) else (AGREEMENT_RULE,)


AGREEMENTS = Capability(
    name="agreement",
    commands=tuple(AnyAgreementCommand.__args__),
    events=tuple(AgreementEvent.__args__),
    stream=lambda command: agreement_stream(command.agreement),
    reads=_reads,
    decide=decide,
    evolve=evolve,
)

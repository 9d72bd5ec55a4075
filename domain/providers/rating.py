"""Yearly rating 年度评价 of providers: inputs fixed, computed, published for objection, recomputed, final. plan V5.

One stream a year. The table of inputs is a fact, and so is all that the rule makes of it: both are written at once, with the
rule, the position of the journal and the digest that they rest on. Who objects opens a proceeding; no rating is final while
one is open.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import CITY, MANAGER, require_right
from domain.governance.dated_rules import DatedRules, dated_rule_on, rule_stream
from domain.governance.proceedings.state import ENDED, Proceeding, ProceedingKind, calendar_of, proceeding_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.working_calendar import CALENDAR_STREAM, Deadline, deadline, due_on
from domain.kernel import (
    Capability,
    Command,
    Count,
    DecisionContext,
    Event,
    Facts,
    ProceedingRef,
    Rule,
    Stream,
    Unscoped,
    stream_of,
)
from domain.providers.rating_numbers import CityComponent, ProviderInputs, ProviderRating, Tier, compute, digest_of
from methods.yearly_rating import METHOD
from standards.described import DescribedEnum

# Rules

RATING_YEAR_OPEN = Rule(
    "RATING_YEAR_OPEN",
    "plan V5",
    "{year} 年尚未结束，请在年度结束后评价",
    "{year} is not over; rate it once it is",
)
RATING_STATUS = Rule(
    "RATING_STATUS",
    "plan V5",
    "该年度评价目前为“{status_name}”，此时不能办理这一步",
    "The rating of this year is {status}; this step does not follow from there",
)
RATING_OBJECTIONS_RUNNING = Rule(
    "RATING_OBJECTIONS_RUNNING",
    "plan V5",
    "异议期限至 {due}，期满后方可定案",
    "Objections may be made until {due}; the rating becomes final after that day",
)
RATING_OBJECTION_OPEN = Rule(
    "RATING_OBJECTION_OPEN",
    "plan V5",
    "尚有 {count} 件异议未办结，请先办结本年度的评价异议程序",
    "{count} objections are still open; conclude this year's proceedings of objection first",
)
RATING_OBJECTION_LATE = Rule(
    "RATING_OBJECTION_LATE",
    "plan V5",
    "异议期限已于 {due} 届满",
    "The time to object ended on {due}",
)
RATING_OBJECTION_UNFIT = Rule(
    "RATING_OBJECTION_UNFIT",
    "plan V5",
    "请先就本年度评价提起本单位的评价异议程序，再据以提出异议",
    "Open a proceeding of your own on this year's rating first, and object by its id",
)

# Commands

RATED_YEARS = range(2023, 2101)
"""Years that can be rated 可评价年度: since the programme began, and within what a calendar holds."""
Year = Annotated[int, Field(ge=RATED_YEARS[0], le=RATED_YEARS[-1], description="Year that is rated · 年度")]


class RatingCommand(Command):
    """A command about the rating of one year 年度评价命令."""

    year: Year


class FixRatingInputs(RatingCommand):
    """Fix the inputs of a year's rating as they stand now, and compute it; again after objections · 锁定输入并评价."""

    roles: ClassVar = CITY

    position: Count
    inputs: Annotated[tuple[ProviderInputs, ...], Field(max_length=1000)]


class PublishRating(RatingCommand):
    """Publish a computed rating for objection: each provider sees its own with all its parts · 公示评价."""

    roles: ClassVar = CITY


class ObjectToRating(RatingCommand):
    """Object to one's own rating by the proceeding that was opened on it · 对评价提出异议."""

    roles: ClassVar = MANAGER

    proceeding: ProceedingRef = Field(description="Proceeding that was opened on this rating · 程序标识")


class FinishRating(RatingCommand):
    """Make a published rating final, once the time to object is over and no objection is open · 评价定案."""

    roles: ClassVar = CITY


AnyRatingCommand = FixRatingInputs | PublishRating | ObjectToRating | FinishRating

# Events


class RatingInputsFixed(Event):
    """The table that a rating rests on 评价输入已锁定. round: counts from 1. position.

    Of the journal, up to which facts were read.
    """

    type: Literal["rating.inputs_fixed.v1"] = "rating.inputs_fixed.v1"
    says: ClassVar = "锁定了第 {round} 轮年度评价的输入，涉及 {inputs:count} 家服务商"
    round: int
    position: int
    input_digest: str
    inputs: tuple[ProviderInputs, ...]


class RatingComputed(Event):
    """What the rule makes of the inputs 年度评价已得出.

    rule: the rating rule, as stream/version; None = the default on file. rule_since: its first day. rests_on: share of the weight
    whose components were seen of anybody; the others are missing and stand in every error.
    """

    type: Literal["rating.computed.v1"] = "rating.computed.v1"
    says: ClassVar = "按 {method} 得出了第 {round} 轮年度评价，涉及 {providers:count} 家服务商"
    round: int
    method: str
    rule: str | None
    rule_since: date
    input_digest: str
    rests_on: Decimal
    components: tuple[CityComponent, ...]
    providers: tuple[ProviderRating, ...]


class RatingPublished(Event):
    """A rating is open to objection 评价已公示. round: the one that is shown."""

    type: Literal["rating.published.v1"] = "rating.published.v1"
    says: ClassVar = "公示了第 {round} 轮年度评价，异议期限至 {objections.due}"
    round: int
    objections: Deadline


class RatingObjected(Event):
    """A provider objects to its rating 服务商已提出异议."""

    type: Literal["rating.objected.v1"] = "rating.objected.v1"
    says: ClassVar = "由{provider:organisation}对年度评价提出了异议"
    provider: str
    proceeding: str


class RatingFinal(Event):
    """A rating holds 评价已定案. round: the one that does."""

    type: Literal["rating.final.v1"] = "rating.final.v1"
    says: ClassVar = "年度评价定案（第 {round} 轮）"
    round: int


RatingEvent = RatingInputsFixed | RatingComputed | RatingPublished | RatingObjected | RatingFinal

# State


class RatingStatus(DescribedEnum):
    """How far the rating of a year has come · 评价状态."""

    COMPUTED = "computed", "Computed; seen by the city alone · 待公示"
    PUBLISHED = "published", "Published and open to objection · 公示中"
    FINAL = "final", "Final · 已定案"


class YearOfRating(BaseModel):
    """The rating of a year as it stands 年度评价.

    computed: the latest round. published: version of the fact that published it, 0 = none. objections: proceeding -> its provider.
    """

    model_config = ConfigDict(frozen=True)

    status: RatingStatus = RatingStatus.COMPUTED
    round: int = 0
    version: int = 0
    published: int = 0
    position: int = 0
    computed: RatingComputed | None = None
    period: Deadline | None = None
    objections: dict[str, str] = Field(default_factory=dict)

    @property
    def tiers(self) -> dict[str, Tier]:
        """Tiers that hold after it 定案档次: of a rating that is final, those that have one."""
        if self.status is not RatingStatus.FINAL or self.computed is None:
            return {}
        return {one.provider: one.tier for one in self.computed.providers if one.tier is not None}


# Decide: what may happen


def decide(command: AnyRatingCommand, known: YearOfRating | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case FixRatingInputs():
            return _fixed(command, known, context)
        case PublishRating():
            rating = _in(known, RatingStatus.COMPUTED)
            days = _rule(command.year, context)[1].objection_days
            return (RatingPublished(round=rating.round, objections=deadline(context.day, days, calendar_of(context))),)
        case ObjectToRating():
            if known is None or known.status is RatingStatus.COMPUTED:  # whether it is computed is the city's to know
                raise RATING_STATUS.refuse(status="not published", status_name="未公示")
            return _objected(command, _in(known, RatingStatus.PUBLISHED), context)
        case FinishRating():
            return _finished(_in(known, RatingStatus.PUBLISHED), context)
        case never:
            assert_never(never)


def _in(known: YearOfRating | None, *allowed: RatingStatus) -> YearOfRating:
    if known is None or known.status not in allowed:
        if known is None:
            raise RATING_STATUS.refuse(status="none", status_name="尚未评价")
        raise RATING_STATUS.refuse(status=known.status.value, status_name=known.status.description.rpartition(" · ")[2])
    return known


def _rule(year: int, context: DecisionContext) -> tuple[tuple[str | None, date], RatingRule]:
    """The rule that the year was lived under: the one in force on its last day."""
    rules: DatedRules | None = context.read.get(rule_stream(RuleKind.RATING))
    found = dated_rule_on(rules, RuleKind.RATING, date(year, 12, 31))
    assert isinstance(found.body, RatingRule)  # noqa: S101 - of its kind
    return (found.cause, found.since), found.body


def _fixed(command: FixRatingInputs, known: YearOfRating | None, context: DecisionContext) -> Facts:
    if context.day.year <= command.year:
        raise RATING_YEAR_OPEN.refuse(path="year", year=command.year)
    rating = _in(known, RatingStatus.COMPUTED, RatingStatus.PUBLISHED) if known is not None else YearOfRating()
    before: YearOfRating | None = context.read.get(rating_stream(command.year - 1))
    (cause, since), rule = _rule(command.year, context)
    inputs = tuple(sorted(command.inputs, key=lambda one: one.provider))
    components, rests_on, providers = compute(inputs, before.tiers if before is not None else {}, rule)
    digest, number = digest_of(inputs), rating.round + 1
    return (
        RatingInputsFixed(round=number, position=command.position, input_digest=digest, inputs=inputs),
        RatingComputed(
            round=number,
            method=METHOD,
            rule=cause,
            rule_since=since,
            input_digest=digest,
            rests_on=rests_on,
            components=components,
            providers=providers,
        ),
    )


def _objected(command: ObjectToRating, rating: YearOfRating, context: DecisionContext) -> Facts:
    assert rating.period is not None, "published with its period"  # noqa: S101
    last = due_on(rating.period, calendar_of(context))
    if context.day > last:
        raise RATING_OBJECTION_LATE.refuse(due=last)
    opened: Proceeding | None = context.read.get(proceeding_stream(command.proceeding))
    wanted = (ProceedingKind.RATING_OBJECTION, rating_stream(command.year), context.organisation)
    if opened is None or (opened.kind, opened.about, opened.provider) != wanted:
        raise RATING_OBJECTION_UNFIT.refuse(path="proceeding")
    if command.proceeding in rating.objections:
        return ()
    return (RatingObjected(provider=context.organisation, proceeding=command.proceeding),)


def _finished(rating: YearOfRating, context: DecisionContext) -> Facts:
    assert rating.period is not None, "published with its period"  # noqa: S101
    last = due_on(rating.period, calendar_of(context))
    if context.day <= last:
        raise RATING_OBJECTIONS_RUNNING.refuse(due=last)
    pending = 0
    for proceeding in rating.objections:
        opened: Proceeding | None = context.read.get(proceeding_stream(proceeding))
        pending += opened is None or opened.status not in ENDED
    if pending:
        raise RATING_OBJECTION_OPEN.refuse(count=pending)
    return (RatingFinal(round=rating.round),)


# Evolve: what has happened


def evolve(known: YearOfRating | None, event: RatingEvent) -> YearOfRating:
    """The rating after one more fact."""
    rating = known or YearOfRating()
    changed: dict[str, object] = {"version": rating.version + 1}
    match event:
        case RatingInputsFixed(round=number, position=position):
            changed |= {"round": number, "position": position}
        case RatingComputed():
            changed["computed"] = event
        case RatingPublished(objections=period):
            changed |= {"status": RatingStatus.PUBLISHED, "period": period, "published": rating.version + 1}
        case RatingObjected(provider=provider, proceeding=proceeding):
            changed["objections"] = {**rating.objections, proceeding: provider}
        case RatingFinal():
            changed["status"] = RatingStatus.FINAL
        case never:
            assert_never(never)
    return rating.model_copy(update=changed)


def rating_stream(year: int) -> Stream:
    """Stream of the rating of one year."""
    return stream_of("rating", year)


def _reads(command: AnyRatingCommand, known: YearOfRating | None) -> tuple[Stream, ...]:
    streams = [rule_stream(RuleKind.RATING), CALENDAR_STREAM]
    if isinstance(command, FixRatingInputs):
        streams.append(rating_stream(command.year - 1))
    if isinstance(command, ObjectToRating):
        streams.append(proceeding_stream(command.proceeding))
    if isinstance(command, FinishRating) and known is not None:
        streams += [proceeding_stream(one) for one in sorted(known.objections)]
    return tuple(streams)


RATINGS = Capability(
    name="rating",
    commands=(FixRatingInputs, PublishRating, ObjectToRating, FinishRating),
    events=tuple(RatingEvent.__args__),
    stream=lambda command: rating_stream(command.year),
    reads=_reads,
    place=lambda _command, _rating, _read: Unscoped.KNOWN_BY_RULES,
    decide=decide,
    evolve=evolve,
)

"""Yearly rating 年度评价 of providers: inputs fixed, computed, published for objection, recomputed, final. plan V5.

One stream a year. The table of inputs is a fact, and so is all that the rule makes of it, with the rule, the position of the
journal and the digest that they rest on; the program computes it from the inputs, apart, since it takes seconds. Each computation
is a round, and a round that is not published holds for nobody: after objections the former one is shown until the new one is
published with a time to object of its own. Who objects opens a proceeding; while one is open no rating is final (decision 0043),
and no further round is begun or published in place of what is objected to (decision 0138).
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, assert_never

from pydantic import Field

from domain.command_rights import BY_THE_PROGRAM, CITY, MANAGER, require_right
from domain.governance.dated_rules import DatedRules, dated_rule_on, rule_stream
from domain.governance.proceedings.state import (
    ENDED,
    Proceeding,
    ProceedingKind,
    calendar_of,
    proceeding_stream,
)
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.working_calendar import CALENDAR_STREAM, deadline, due_on
from domain.kernel import (
    Capability,
    Cause,
    Command,
    Count,
    DecisionContext,
    Facts,
    Label,
    ProceedingRef,
    Rule,
    Sha256,
    Stream,
    Unscoped,
)
from domain.providers.ratings.events import (
    RatingComputed,
    RatingEvent,
    RatingFinal,
    RatingInputsFixed,
    RatingObjected,
    RatingPublished,
)
from domain.providers.ratings.numbers import CityComponent, LevelEffect, ProviderInputs, ProviderRating, digest_of
from domain.providers.ratings.objection import require_objection_open
from domain.providers.ratings.state import RATING_STATUS, RUNNING, YearOfRating, in_status, rating_stream, wrong_status
from domain.providers.ratings.status import NOT_PUBLISHED, RatingStatus
from domain.stated_dates import PROGRAMME_YEARS

# Rules

RATING_YEAR_OPEN = Rule(
    "RATING_YEAR_OPEN",
    "plan V5",
    "{year} 年尚未结束，请在年度结束后评价",
    "{year} is not over; rate it once it is",
)
RATING_OF_NOBODY = Rule(
    "RATING_OF_NOBODY",
    "plan V5",
    "{year} 年开启的诊断都没有服务商承担，没有可评价的服务商；请核对年度",
    "No provider did a diagnosis that was opened in {year}, so that there is nobody to rate; check the year",
)
RATING_HOLDS_NOBODY = Rule(
    "RATING_HOLDS_NOBODY",
    "plan V5",
    "第 {round} 轮评价没有列出任何服务商，无人可以异议；请重新锁定输入，由系统重新算出",
    "Round {round} of the rating holds no provider, so that nobody could object; fix the inputs anew and let it be computed again",
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
RATING_ROUND_UNPUBLISHED = Rule(
    "RATING_ROUND_UNPUBLISHED",
    "plan V5",
    "已有第 {round} 轮评价尚未公示，请先公示并给予异议期限，再行定案",
    "Round {round} was begun and is not published; publish it, with its time to object, before the rating becomes final",
)
RATING_INPUTS_OTHER = Rule(
    "RATING_INPUTS_OTHER",
    "plan V5",
    "所得结果不是依最近一轮输入、现行规则与上年档次得出的，请重新计算",
    "This does not follow from the latest inputs, the rule in force and last year's tiers; compute it anew",
)
RATING_OBJECTION_UNFIT = Rule(
    "RATING_OBJECTION_UNFIT",
    "plan V5",
    "请先就本年度评价提起本单位的评价异议程序，再据以提出异议",
    "Open a proceeding of your own on this year's rating first, and object by its id",
)

# Commands

RATED_YEARS = PROGRAMME_YEARS
"""Years that can be rated 可评价年度: since the programme began, and within what a calendar holds."""
Year = Annotated[int, Field(ge=RATED_YEARS[0], le=RATED_YEARS[-1], description="Year that is rated · 年度")]


class RatingCommand(Command):
    """A command about the rating of one year 年度评价命令."""

    year: Year


Objections = Annotated[tuple[ProceedingRef, ...], Field(max_length=10_000)]
"""Every proceeding of objection about the year's rating on record; one that was opened after the time counts for nothing."""


class FixRatingInputs(RatingCommand):
    """Fix the inputs of a year's rating as they stand now; the program computes it; again after objections · 锁定评价输入."""

    roles: ClassVar = CITY

    position: Count
    inputs: Annotated[tuple[ProviderInputs, ...], Field(max_length=1000)]
    effects: Annotated[tuple[LevelEffect, ...], Field(max_length=1000)] = ()
    proceedings: Objections = ()


class RecordRating(RatingCommand):
    """Record what the rule makes of the latest inputs · 记录评价结果.

    round: whose inputs. rule: that it was computed by, as stream/version; None = the default on file.
    """

    roles: ClassVar = BY_THE_PROGRAM

    round: Annotated[int, Field(ge=1)]
    method: Label
    rule: Cause | None
    input_digest: Sha256
    rests_on: Decimal
    components: Annotated[tuple[CityComponent, ...], Field(max_length=5)]
    providers: Annotated[tuple[ProviderRating, ...], Field(max_length=1000)]


class PublishRating(RatingCommand):
    """Publish the round that was computed last for objection, in place of a former one · 公示评价."""

    roles: ClassVar = CITY

    proceedings: Objections = ()


class ObjectToRating(RatingCommand):
    """Object to one's own rating by the proceeding that was opened on it · 对评价提出异议."""

    roles: ClassVar = MANAGER

    proceeding: ProceedingRef = Field(description="Proceeding that was opened on this rating · 程序标识")


class FinishRating(RatingCommand):
    """Make a published rating final, once the time to object is over and no objection is open · 评价定案."""

    roles: ClassVar = CITY

    proceedings: Objections


AnyRatingCommand = FixRatingInputs | RecordRating | PublishRating | ObjectToRating | FinishRating
WithObjections = FixRatingInputs | PublishRating | FinishRating
"""Commands that wait until whoever objected has been answered 须待异议办结的命令."""

# Decide: what may happen


def decide(command: AnyRatingCommand, known: YearOfRating | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case FixRatingInputs():
            return _fixed(command, known, context)
        case RecordRating():
            return _recorded(command, in_status(known, *RUNNING), context)
        case PublishRating():
            rating = in_status(known, RatingStatus.COMPUTED, RatingStatus.PUBLISHED)
            if rating.unpublished is None:
                raise wrong_status(RatingStatus.FIXED if rating.awaited else rating.status)
            _require_lines(rating.unpublished)
            _require_decided(command, rating, context)
            days = _rule(command.year, context)[1].objection_days
            return (RatingPublished(round=rating.round, objections=deadline(context.day, days, calendar_of(context))),)
        case ObjectToRating():
            if known is None or known.published is None:  # whether it is computed is the city's to know
                raise RATING_STATUS.refuse(**NOT_PUBLISHED)
            return _objected(command, in_status(known, RatingStatus.PUBLISHED), context)
        case FinishRating():
            return _finished(command, in_status(known, RatingStatus.PUBLISHED), context)
        case never:
            assert_never(never)


def _rule(year: int, context: DecisionContext) -> tuple[tuple[str | None, date], RatingRule]:
    """The rule that the year was lived under: the one in force on its last day."""
    rules: DatedRules | None = context.read.get(rule_stream(RuleKind.RATING))
    found = dated_rule_on(rules, RuleKind.RATING, date(year, 12, 31))
    assert isinstance(found.body, RatingRule)  # noqa: S101 - of its kind
    return (found.cause, found.since), found.body


def _fixed(command: FixRatingInputs, known: YearOfRating | None, context: DecisionContext) -> Facts:
    if context.day.year <= command.year:
        raise RATING_YEAR_OPEN.refuse(path="year", year=command.year)
    if not command.inputs:
        raise RATING_OF_NOBODY.refuse(path="year", year=command.year)
    number = 1
    if known is not None:
        number = in_status(known, *RUNNING).round + 1
        _require_decided(command, known, context)
    inputs = tuple(sorted(command.inputs, key=lambda one: one.provider))
    told = {"position": command.position, "input_digest": digest_of(inputs), "effects": command.effects}
    return (RatingInputsFixed(round=number, inputs=inputs, **told),)


def _recorded(command: RecordRating, rating: YearOfRating, context: DecisionContext) -> Facts:
    """Once a round; nothing that was computed from other inputs, by another rule or on other tiers of the year before."""
    if not rating.awaited:
        return ()
    before: YearOfRating | None = context.read.get(rating_stream(command.year - 1))
    tiers = before.tiers if before is not None else {}
    (cause, since), _ = _rule(command.year, context)
    follows = (command.round, command.input_digest, command.rule) == (rating.round, rating.input_digest, cause)
    if not follows or any(one.last_tier != tiers.get(one.provider) for one in command.providers):
        raise RATING_INPUTS_OTHER.refuse()
    told = command.model_dump(include={"round", "method", "rule", "input_digest", "rests_on"})
    return (RatingComputed(**told, rule_since=since, components=command.components, providers=command.providers),)


def _objected(command: ObjectToRating, rating: YearOfRating, context: DecisionContext) -> Facts:
    assert rating.period is not None and rating.published is not None  # noqa: S101, PT018 - its status says so
    require_objection_open(rating.period, {one.provider for one in rating.published.providers}, context.organisation, context)
    opened: Proceeding | None = context.read.get(proceeding_stream(command.proceeding))
    wanted = (ProceedingKind.RATING_OBJECTION, rating_stream(command.year), context.organisation)
    if opened is None or (opened.kind, opened.about, opened.provider) != wanted:
        raise RATING_OBJECTION_UNFIT.refuse(path="proceeding")
    if command.proceeding in rating.objections:
        return ()
    return (RatingObjected(provider=context.organisation, proceeding=command.proceeding),)


def _finished(command: FinishRating, rating: YearOfRating, context: DecisionContext) -> Facts:
    """An objection that was opened in time holds it up, whether or not it was made known here."""
    assert rating.period is not None, "published with its period"  # noqa: S101
    if rating.published is None or rating.published.round != rating.round:
        raise RATING_ROUND_UNPUBLISHED.refuse(round=rating.round)
    _require_lines(rating.published)
    last = due_on(rating.period, calendar_of(context))
    if context.day <= last:
        raise RATING_OBJECTIONS_RUNNING.refuse(due=last)
    _require_decided(command, rating, context)
    return (RatingFinal(round=rating.round),)


def _require_decided(command: WithObjections, rating: YearOfRating, context: DecisionContext) -> None:
    """Whoever objected in time is answered on the round objected to, before another takes its place or it is final 异议未决."""
    if rating.period is None:
        return
    last, pending = due_on(rating.period, calendar_of(context)), 0
    for proceeding in sorted({*rating.objections, *command.proceedings}):
        opened: Proceeding | None = context.read.get(proceeding_stream(proceeding))
        made_known = proceeding in rating.objections
        pending += (made_known or _in_time(opened, command.year, last)) and (opened is None or opened.status not in ENDED)
    if pending:
        raise RATING_OBJECTION_OPEN.refuse(count=pending)


def _require_lines(computed: RatingComputed) -> None:
    """Before decision 0114 a year without two jobs of anybody was computed to no lines."""
    if not computed.providers:
        raise RATING_HOLDS_NOBODY.refuse(round=computed.round)


def _in_time(opened: Proceeding | None, year: int, last: date) -> bool:
    """Whether a proceeding is an objection to the rating of a year, opened on its last day or before."""
    if opened is None or opened.opened_on > last:
        return False
    return (opened.kind, opened.about) == (ProceedingKind.RATING_OBJECTION, rating_stream(year))


# Evolve: what has happened


def evolve(known: YearOfRating | None, event: RatingEvent) -> YearOfRating:
    """The rating after one more fact."""
    rating = known or YearOfRating()
    changed: dict[str, object] = {"version": rating.version + 1}
    match event:
        case RatingInputsFixed(round=number, position=position, input_digest=digest):
            changed |= {"round": number, "position": position, "input_digest": digest}
            changed["positions"] = rating.positions | {number: position}
            changed["effects"] = rating.effects | ({number: event.effects} if event.effects else {})
            if rating.status is RatingStatus.COMPUTED:
                changed["status"] = RatingStatus.FIXED
        case RatingComputed():
            changed["computed"] = event
            if rating.status is RatingStatus.FIXED:
                changed["status"] = RatingStatus.COMPUTED
        case RatingPublished(objections=period):
            now = {"published": rating.computed, "published_at": rating.version + 1}
            changed |= {"status": RatingStatus.PUBLISHED, "period": period, **now}
        case RatingObjected(provider=provider, proceeding=proceeding):
            changed["objections"] = {**rating.objections, proceeding: provider}
        case RatingFinal(round=number):  # before decision 0043 one that was never published could become final
            this = rating.computed is not None and rating.computed.round == number
            changed |= {"status": RatingStatus.FINAL, "published": rating.computed if this else rating.published}
        case never:
            assert_never(never)
    return rating.model_copy(update=changed)


def _reads(command: AnyRatingCommand, known: YearOfRating | None) -> tuple[Stream, ...]:
    streams = [rule_stream(RuleKind.RATING), CALENDAR_STREAM]
    streams += [rating_stream(command.year - 1)] if isinstance(command, RecordRating) else []
    if isinstance(command, ObjectToRating):
        streams.append(proceeding_stream(command.proceeding))
    if isinstance(command, WithObjections):
        objections = known.objections if known is not None else {}
        streams += [proceeding_stream(one) for one in sorted({*command.proceedings, *objections})]
    return tuple(streams)


RATINGS = Capability(
    name="rating",
    commands=(FixRatingInputs, RecordRating, PublishRating, ObjectToRating, FinishRating),
    events=tuple(RatingEvent.__args__),
    stream=lambda command: rating_stream(command.year),
    reads=_reads,
    place=lambda _command, _rating, _read: Unscoped.KNOWN_BY_RULES,
    decide=decide,
    evolve=evolve,
)

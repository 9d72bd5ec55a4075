"""Rated years of the demo city 示例年度评价: 2023 and 2024 by one simulated rule, final; subsidy of the second. plan V5, I1."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from api.kit.services import Services
from domain.access import Everything, Role
from domain.governance.dated_rules import ProposeRule, SetRule, rule_in_force
from domain.governance.proceedings.decision import DecideProceeding, EndTimeToAppeal
from domain.governance.proceedings.hearing import GiveStatement
from domain.governance.proceedings.opening import OpenProceeding, ServeNotice
from domain.governance.proceedings.state import ProceedingKind, ProceedingOutcome
from domain.governance.rule_bodies.rating import RatingRule, RatingWeights
from domain.instants import city_day
from domain.kernel import Command, cause_of
from domain.providers.ratings.rating import FinishRating, FixRatingInputs, ObjectToRating, PublishRating
from domain.providers.ratings.state import rating_stream
from domain.providers.subsidies.subsidy import ApproveSubsidy, ComputeSubsidy
from journal import Caller
from projections.governance.dated_rules import body_on
from projections.providers.rating_inputs import rating_inputs
from projections.providers.subsidies import subsidy_of
from projections.providers.subsidy_jobs import confirmed_jobs
from zhenduan.demo.people import People, draw_id
from zhenduan.demo.proceedings import SYSTEM

FIRST_YEAR, YEAR = 2023, 2024
"""The two rated years; of the second more is told."""
JOINED = date(2025, 1, 2)
RULE_SINCE = date(2023, 12, 1)
PUBLISHED_AT = 3
"""Version of the rating's stream at which it is published: after its inputs and what was computed of them."""
Played = tuple[date, Caller, Command]


def rated_years(people: People, provider: Caller) -> Iterator[Played]:
    """Both years from their inputs on, each act with its day 评价经过. provider: who objects to the second, in vain."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    stated = {"since": RULE_SINCE, "body": few_jobs(), "source": SOURCE, "mark": "I"}
    yield date(2024, 1, 2), city, ProposeRule(**stated)
    yield date(2024, 1, 3), city, SetRule(**stated)
    yield date(2024, 1, 4), city, FixRatingInputs(year=FIRST_YEAR, position=0, inputs=())
    yield date(2024, 1, 8), city, PublishRating(year=FIRST_YEAR)
    yield date(2024, 1, 29), city, FinishRating(year=FIRST_YEAR, proceedings=())
    yield from _second_year(people, city, provider)


def _second_year(people: People, city: Caller, provider: Caller) -> Iterator[Played]:
    """From its inputs to its subsidy."""
    chief = Caller(draw_id(people.chance), Role.CITY, city.organisation, Everything())
    for command in people.joining(chief, JOINED):
        yield JOINED, city, command
    proceeding, stream = draw_id(people.chance), rating_stream(YEAR)
    yield date(2025, 1, 6), city, FixRatingInputs(year=YEAR, position=0, inputs=())
    yield date(2025, 1, 8), city, PublishRating(year=YEAR)
    opening = OpenProceeding(
        proceeding=proceeding,
        kind=ProceedingKind.RATING_OBJECTION,
        provider=provider.organisation,
        about=stream,
        cause=cause_of(stream, PUBLISHED_AT),
        asked="重新计算工作成果得分（示例）",
        grounds="停产企业的项目不应计入（示例）",
    )
    yield date(2025, 1, 10), provider, opening
    yield date(2025, 1, 10), provider, ObjectToRating(year=YEAR, proceeding=proceeding)
    yield date(2025, 1, 13), city, ServeNotice(proceeding=proceeding)
    yield date(2025, 1, 14), city, GiveStatement(proceeding=proceeding, text="撤回的项目均未计入（示例）", asks_hearing=False)
    reasons = "经核对，所列项目已按撤回处理（示例）"
    decision = DecideProceeding(proceeding=proceeding, outcome=ProceedingOutcome.DISMISSED, reasons=reasons)
    yield date(2025, 1, 16), chief, decision
    yield date(2025, 2, 14), SYSTEM, EndTimeToAppeal(proceeding=proceeding)
    yield date(2025, 2, 17), city, FinishRating(year=YEAR, proceedings=(proceeding,))
    yield date(2025, 2, 18), city, ComputeSubsidy(year=YEAR, position=0, jobs=(), left_out=())
    yield date(2025, 2, 19), chief, ApproveSubsidy(year=YEAR, input_digest="0" * 64)


SOURCE = "示例城市任务较少，放宽参与排名的条件，以企业反馈为主（示例）"
WEIGHTS = RatingWeights(work=10, feedback=60, records=10, report=10, sampled=10)


def few_jobs() -> RatingRule:
    """The rule of the demo's years: whoever has a job is ranked, by what firms say above all, since few have a report."""
    body = rule_in_force(None, RatingRule, date(YEAR, 12, 31))
    ranked = {"jobs_at_least": 1, "reliability_at_least": Decimal(0), "alone_at_most": Decimal(1)}
    return body.model_copy(update={**ranked, "weights": WEIGHTS})


def completed(services: Services, command: Command) -> Command:
    """A command with what the server completes over HTTP 补全: what is on record when it is sent."""
    fill = COMPLETED.get(type(command))
    if fill is None:
        return command
    services.models.catch_up()
    return fill(services, command)


def _inputs(services: Services, command: Command) -> Command:
    today = city_day(services.clock())
    with services.models.reading() as snapshot:
        year = command.year  # type: ignore[attr-defined] # as the table below names it
        inputs = rating_inputs(snapshot, Everything(), year, body_on(snapshot, RatingRule, date(year, 12, 31)), today)
        return command.model_copy(update={"position": snapshot.position, "inputs": inputs.rows, "effects": inputs.effects})


def _jobs(services: Services, command: Command) -> Command:
    with services.models.reading() as snapshot:
        jobs = confirmed_jobs(snapshot, Everything(), YEAR)
        return command.model_copy(update={"position": snapshot.position, "jobs": jobs})


def _digest(services: Services, command: Command) -> Command:
    with services.models.reading() as snapshot:
        found = subsidy_of(snapshot, YEAR)
    assert found is not None and found.computed is not None  # noqa: S101, PT018 - it was computed the day before
    return command.model_copy(update={"input_digest": found.computed.input_digest})


COMPLETED: dict[type[Command], Callable[[Services, Command], Command]] = {
    FixRatingInputs: _inputs,
    ComputeSubsidy: _jobs,
    ApproveSubsidy: _digest,
}

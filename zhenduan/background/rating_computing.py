"""Rating computing 评价计算: every rating whose inputs are fixed and that is not computed from them yet. plan V5."""

from collections.abc import Iterator
from datetime import date

from api.kit.services import Services
from domain.events import CAPABILITIES
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.rating import RatingRule
from domain.kernel import cause_of
from domain.providers.ratings.events import RatingInputsFixed
from domain.providers.ratings.numbers import COMPUTED_YEAR
from domain.providers.ratings.rating import RecordRating
from domain.providers.ratings.state import rating_stream
from journal.codec import decode
from methods.yearly_rating import METHOD
from projections import Snapshot
from projections.governance.dated_rules import body_on, rule_on
from projections.providers.ratings import rated_years
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "domain.providers.ratings.numbers:rating_bytes"
REASON = "评价输入已锁定"


def latest_inputs(services: Services, year: int) -> RatingInputsFixed | None:
    """The inputs of a year that were fixed last 最近输入; None where none were."""
    entries = services.journal.read(rating_stream(year))
    facts = [decode(CAPABILITIES["rating"], one.type, one.state) for one in entries]
    return next((one for one in reversed(facts) if isinstance(one, RatingInputsFixed)), None)


def fixed_ratings(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Ratings that wait to be computed 待计算的评价."""
    years = rated_years(snapshot)
    for year, rating in years.items():
        fixed = latest_inputs(services, year) if rating.awaited else None
        if fixed is not None:
            last = years[year - 1].tiers if year - 1 in years else {}
            day = date(year, 12, 31)
            yield Computation(
                function=COMPUTE,
                arguments=(fixed.inputs, last, body_on(snapshot, RatingRule, day)),
                command=recorded_as(
                    RecordRating,
                    COMPUTED_YEAR,
                    year=year,
                    round=fixed.round,
                    method=METHOD,
                    rule=rule_on(snapshot, RuleKind.RATING, day).rule.cause,
                    input_digest=fixed.input_digest,
                ),
                key=f"compute/{rating_stream(year)}/{fixed.round}",
                cause=cause_of(rating_stream(year), rating.version),
                reason=REASON,
            )

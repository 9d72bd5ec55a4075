"""Former 前次: a repeat beside the result before it, indicator by indicator. Pure. plan P4."""

from dataclasses import dataclass
from decimal import Decimal

from domain.diagnosis.case_numbers import case_number
from projections.report.archive import Former
from standards import Edition, Indicator, Measured


@dataclass(frozen=True, slots=True)
class MovedIndicator:
    """An indicator whose level is another than in the former result 升降指标. None: not applicable."""

    indicator: Indicator
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class ResultComparison:
    """A repeat beside the former result 与前次比较.

    dimensions: (name, former score, score), None where the former edition has no such dimension. risen, fallen: indicators
    asked both times whose level is higher or lower now; otherwise: those not applicable once.
    """

    former: Former
    number: str
    dimensions: tuple[tuple[str, Decimal | None, Decimal], ...]
    risen: tuple[MovedIndicator, ...]
    fallen: tuple[MovedIndicator, ...]
    otherwise: tuple[MovedIndicator, ...]


def compared(former: Former, edition: Edition, verified: Measured) -> ResultComparison:
    """A repeat beside the former result."""
    scores = {score.id: score.score for score in former.verified.dimensions}
    levels = {score.id: score.level for score in former.verified.indicators}
    moved = [
        MovedIndicator(edition.by_id[score.id], levels[score.id], score.level)
        for score in verified.indicators
        if score.id in levels and score.level != levels[score.id]
    ]
    known = [one for one in moved if one.before is not None and one.after is not None]
    return ResultComparison(
        former=former,
        number=case_number(former.diagnosis),
        dimensions=tuple(
            (f"{dimension.id} {dimension.name}", scores.get(dimension.id), score.score)
            for dimension, score in zip(edition.dimensions, verified.dimensions, strict=True)
        ),
        risen=tuple(one for one in known if (one.after or 0) > (one.before or 0)),
        fallen=tuple(one for one in known if (one.after or 0) < (one.before or 0)),
        otherwise=tuple(one for one in moved if one.before is None or one.after is None),
    )

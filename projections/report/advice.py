"""Findings and recommendations 发现与建议, by rule from the scores: every line says why it is there. plan R2, I4.

Nothing here is written by hand: a weak indicator is recommended the standard's own description of its next level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from projections.report.wording import described
from standards import Edition, Gate, Indicator, IndicatorScore, Issued, Measured
from standards.scoring.measure import rounded

WEAKEST = 6
"""How many of the weakest indicators the findings name."""
RECOMMENDED = 8
"""How many indicators are recommended at most: more than a firm can take up at once is no advice."""
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Weakness:
    """An indicator that costs points 弱项. loss: points of the total that it leaves, 0–100, exact."""

    indicator: Indicator
    level: Decimal
    points: Decimal
    loss: Decimal


@dataclass(frozen=True, slots=True)
class Overstatement:
    """An indicator that the firm saw higher than the provider did 高估项. gap: points of the indicator, 0–100."""

    indicator: Indicator
    own: Decimal
    verified: Decimal
    gap: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A next step 建议: one indicator, one level up.

    gain: points that the total rises by, two decimals half up. gates: codes of the gates that name the indicator.
    """

    indicator: Indicator
    level: Decimal
    goal: int
    asks: str
    gain: Decimal
    gates: tuple[str, ...]


def weaknesses(edition: Edition, verified: Measured) -> tuple[Weakness, ...]:
    """Applicable indicators below full points 弱项: fewest points first, then the largest loss, then the edition's order."""
    found = [
        Weakness(edition.by_id[score.id], score.level, score.points, score.weight - score.contribution)
        for score in verified.indicators
        if score.level is not None and score.points is not None and score.points < HUNDRED
    ]
    return tuple(sorted(found, key=lambda weakness: (weakness.points, -weakness.loss)))


def overstatements(
    edition: Edition, own: Measured, verified: Measured, reasons: Mapping[str, str]
) -> tuple[Overstatement, ...]:
    """Indicators whose self-assessed level was not confirmed 高估项, largest gap first."""
    claimed = {score.id: score for score in own.indicators}
    found = []
    for score in verified.indicators:
        before = claimed[score.id]
        if before.level is None or before.points is None or score.level is None or score.points is None:
            continue
        if before.level > score.level:
            gap = before.points - score.points
            reason = reasons.get(score.id, "")
            found.append(Overstatement(edition.by_id[score.id], before.level, score.level, gap, reason))
    return tuple(sorted(found, key=lambda overstated: -overstated.gap))


def obstacles(measured: Measured, issued: Issued) -> tuple[Gate, ...]:
    """The gates that hold the grade back at the very next step 当前卡点; empty when only points are missing.

    The gates of the answers come first: those of the process look at what the answers have already reached.
    """
    if issued.grade < measured.grade:
        return _nearest([gate for gate in issued.gates if not gate.holds])
    return _nearest([gate for gate in measured.gates if not gate.holds])


def _nearest(failed: Sequence[Gate]) -> tuple[Gate, ...]:
    lowest = min((gate.level for gate in failed), default=0)
    return tuple(gate for gate in failed if gate.level == lowest)


def recommendations(edition: Edition, verified: Measured, issued: Issued) -> tuple[Recommendation, ...]:
    """What to do next 改进建议: indicators that a failed gate names, then those that gain most; one level up each."""
    named: dict[str, tuple[str, ...]] = {}
    for gate in obstacles(verified, issued):
        for lift in gate.lift:
            identity = lift.split(" ", 1)[0]
            named[identity] = (*named.get(identity, ()), gate.code)
    found = [
        _one_level_up(edition, score, named.get(score.id, ()))
        for score in verified.indicators
        if score.level is not None and score.points is not None and score.points < HUNDRED
    ]
    found.sort(key=lambda step: (not step.gates, -step.gain))
    return tuple(found[:RECOMMENDED])


def _one_level_up(edition: Edition, score: IndicatorScore, gates: tuple[str, ...]) -> Recommendation:
    assert score.level is not None and score.points is not None, "asked of applicable indicators only"  # noqa: S101, PT018
    indicator = edition.by_id[score.id]
    goal = min(int(score.level) + 1, len(indicator.levels))
    rise = edition.points[Decimal(goal)] - score.points
    gain = rounded(Fraction(score.weight) * Fraction(rise) / 100)
    return Recommendation(indicator, score.level, goal, described(indicator, goal), gain, gates)

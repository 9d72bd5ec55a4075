"""Findings and recommendations 发现与建议, by rule from the scores: every line says why it is there. plan R2, I4.

Nothing here is written by hand: a weak indicator is recommended the standard's own description of its next level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from projections.report.wording import described
from standards import Answer, Edition, Form, Gate, Indicator, Issued, Lifting, Measured, Rung, lifting
from standards.improvement.lifting import ALIKE
from standards.improvement.steps import rungs
from standards.scoring.measure import effective_weights, rounded

WEAKEST = 6
"""How many of the weakest indicators the findings name."""
RECOMMENDED = 8
"""How many indicators are recommended, unless more are needed to lift a gate: more than can be taken up at once is no advice."""
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
    """A next step 建议: one indicator, as far up as lifts the gates in the way, or else to the next place there is.

    gain: points that the total rises by, two decimals half up. gates: codes of the gates that need it.
    """

    indicator: Indicator
    before: Rung
    after: Rung
    gain: Decimal
    gates: tuple[str, ...]

    @property
    def asks(self) -> str:
        """What the standard asks for there: the options to add, or the description of the level."""
        if self.after.options:
            labels = {option.name: option.label for option in self.indicator.options}
            return "补齐" + "、".join(labels[name] for name in self.after.options)
        return described(self.indicator, self.after.level)


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


def lifting_of(
    edition: Edition, form: Form, answers: Mapping[str, Answer], verified: Measured, issued: Issued
) -> Lifting | None:
    """The fewest indicators that lift the gates of the answers that stand in the way 解除方案; None where none of them does."""
    stands = obstacles(verified, issued)
    if not stands or issued.grade < verified.grade:
        return None
    return lifting(edition, form, answers, stands[0].level)


def recommendations(
    edition: Edition, form: Form, answers: Mapping[str, Answer], verified: Measured, lifted: Lifting | None
) -> tuple[Recommendation, ...]:
    """What to do next 改进建议: all of what lifts the gates in the way, then the next step of those that gain most.

    answers: the verified ones. Where an indicator leads to and what that brings is what the scoring says of a raised answer.
    """
    weights = effective_weights(edition, form, frozenset(s.id for s in verified.indicators if s.level is not None))

    def step(identity: str, before: Rung, after: Rung, gates: tuple[str, ...]) -> Recommendation:
        gain = rounded(weights[identity] * (Fraction(after.points) - Fraction(before.points)) / 100)
        return Recommendation(edition.by_id[identity], before, after, gain, gates)

    first = [
        step(one.indicator.id, one.before, one.after, one.gates) for one in (lifted.raises if lifted else None) or ()
    ]
    named = {one.indicator.id for one in first}
    rest = [
        step(item.id, ladder[0], ladder[1], ())
        for item in edition.of(form)
        if item.id in weights and item.id not in named
        if len(ladder := rungs(edition, item, answers[item.id], ALIKE)) > 1
    ]
    rest.sort(key=lambda found: -found.gain)
    return (*first, *rest[: max(RECOMMENDED - len(first), 0)])


def total_after(
    edition: Edition, form: Form, answers: Mapping[str, Answer], taken: Sequence[Recommendation]
) -> Measured:
    """What the scoring says once every recommendation is done 建议完成后测评."""
    return edition.measure(form, {**answers, **{step.indicator.id: step.after.answer for step in taken}})

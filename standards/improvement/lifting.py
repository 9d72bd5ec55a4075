"""Lifting 门槛解除: the fewest indicators that lift every gate of a level at once, found and proven by the what-if's own search.

What falls short of a gate is stated by the scoring and kept with the result; what would do is worked out here when it is read.
plan S4, R2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from standards.edition.edition import Edition
from standards.edition.text import Form, Indicator, Source
from standards.improvement.costs import CostUnit, StepCosts
from standards.improvement.cover_search import InTime, whenever
from standards.improvement.needs import WORK, cheapest, goal_of, needed_for_gates
from standards.improvement.steps import Rung, rungs
from standards.scoring.answers import Answer
from standards.scoring.measure import effective_weights

ALIKE = StepCosts(
    since=date.min,
    unit=CostUnit.EFFORT,
    source=Source(document="每一步计一", mark="I"),
    choice=(1, 1, 1, 1, 1),
    ratio=(1, 1, 1, 1, 1),
    count=(1, 1, 1, 1, 1),
    outcome=(1, 1, 1, 1, 1),
    option=1,
)
"""Every step alike: a set of indicators is smaller or larger whatever its steps cost."""


@dataclass(frozen=True)
class Raise:
    """One indicator to raise 提升项: from where, to where. gates: codes of the gates of the level that need it."""

    indicator: Indicator
    before: Rung
    after: Rung
    gates: tuple[str, ...]


@dataclass(frozen=True)
class Lifting:
    """How the gates of a level are lifted 门槛解除方案.

    raises: the fewest indicators that lift every gate of the level at once, in the fewest steps; those first that gain most of
    the total. None when nothing lifts them all. proven: no set is smaller, and none of that size takes fewer steps.
    """

    level: int
    raises: tuple[Raise, ...] | None
    proven: bool

    def of(self, gate: str) -> tuple[Raise, ...]:
        """The fewest of the raises that lift one gate by themselves; empty where it holds or nothing lifts them all."""
        return tuple(one for one in self.raises or () if gate in one.gates)


def lifting(
    edition: Edition,
    form: Form,
    answers: Mapping[str, Answer],
    level: int,
    work: int = WORK,
    in_time: InTime = whenever,
) -> Lifting:
    """The smallest set that lifts every gate of a level 2–5 of the answers 门槛解除方案; the total is not looked at.

    Args:
        edition: the edition that the result rests on.
        form: which questionnaire was filled in.
        answers: indicator id -> checked answer, every indicator of the form.
        level: whose gates are to hold.
        work: partial sets that may be looked at; the same input gives the same answer on every machine.
        in_time: see `cheapest_improvement`.
    """
    ladders = {
        item.id: tuple(replace(rung, cost=min(rung.steps, 1)) for rung in rungs(edition, item, answers[item.id], ALIKE))
        for item in edition.of(form)
        if not answers[item.id].not_applicable
    }
    goal = replace(goal_of(edition, 2 * level - 1), total=Decimal(0))
    found = cheapest(edition, form, goal, ladders, work, in_time)
    if found is None:
        return Lifting(level, None, proven=True)
    needed = needed_for_gates(edition, form, goal, ladders, found.taken)
    weights = effective_weights(edition, form, frozenset(ladders))

    def gain(identity: str) -> Fraction:
        return weights[identity] * (Fraction(found.taken[identity].points) - Fraction(ladders[identity][0].points))

    ordered = sorted((item.id for item in edition.of(form) if item.id in found.taken), key=lambda identity: -gain(identity))
    raises = tuple(
        Raise(
            edition.by_id[identity],
            ladders[identity][0],
            found.taken[identity],
            needed[identity],
        )
        for identity in ordered
    )
    return Lifting(level, raises, found.proven)

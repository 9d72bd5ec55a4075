"""Improvement 最低成本提升: the cheapest set of steps by which one firm reaches a wanted grade, with its proof. plan S4, R2.

The wanted grade is a measured one. Gates rise with the level, so it is reached exactly when the total reaches the grade's band
and every gate holds at the grade's level; each of them is a bound on sums of points, on levels, or on a number of key
indicators. What the search finds is measured by the real scoring before it is told. Steps of the process are conditions.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from itertools import combinations

from standards.edition.edition import GRADES, Edition, Form, Indicator
from standards.improvement.costs import StepCosts
from standards.improvement.cover import Choice, Cover, Covering, NoCover, cheapest_cover
from standards.improvement.steps import Rung, rungs
from standards.scoring.answers import Answer
from standards.scoring.measure import effective_weights, gates_at, level_of, rounded
from standards.scoring.results import Gate, Issued, Measured, Process

WORK = 400_000
"""Partial plans looked at before the search gives up its claim: about a second, where the hardest known need a ninth."""
PERCENT = 100


@dataclass(frozen=True)
class Improvement:
    """One indicator of the plan 改进项: from where, to where, and the total once everything up to it is done.

    gates: codes of the gates that stand in the way today and name it.
    """

    indicator: Indicator
    before: Rung
    after: Rung
    total_after: Decimal
    gates: tuple[str, ...]


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way of a grade whatever is improved 障碍: the band (code BAND) or a gate, at the best reachable."""

    code: str
    says: str
    says_in_english: str


@dataclass(frozen=True)
class CheapestImprovement:
    """The answer to "what is the cheapest way to this grade" 最低成本提升方案.

    cost: of all steps, None when nothing found reaches the grade. bound: proven, no plan costs less. proven: whether cost ==
    bound and no plan of that cost has fewer steps. conditions: process gates still to pass before the grade can be issued.
    obstacles: why the grade cannot be reached; `before` and `after` are then what is and what the best improvement gives.
    """

    wanted: int
    before: Measured
    issued_before: Issued
    after: Measured
    issued_after: Issued
    improvements: tuple[Improvement, ...]
    cost: int | None
    bound: int | None
    proven: bool
    conditions: tuple[Gate, ...]
    obstacles: tuple[Obstacle, ...]
    examined: int


def cheapest_improvement(
    edition: Edition,
    form: Form,
    answers: Mapping[str, Answer],
    process: Process,
    wanted: int,
    costs: StepCosts,
    *,
    kept: Container[str] = (),
    work: int = WORK,
) -> CheapestImprovement:
    """The cheapest set of steps that reaches a measured grade 最低成本提升; of those the one with the fewest steps.

    Args:
        edition: the edition that the result rests on.
        form: which questionnaire was filled in.
        answers: indicator id -> checked answer, every indicator of the form.
        process: steps of the process that have taken place.
        wanted: grade 1–10.
        costs: of every step, in one unit.
        kept: indicators that stay as they are.
        work: partial plans that may be looked at; the same input gives the same answer on every machine.

    Raises:
        NothingToScore: every indicator of a dimension is not applicable.
        ValueError: no such grade.
    """
    if not 1 <= wanted <= GRADES:
        raise ValueError(f"there is no grade {wanted}")
    before = edition.measure(form, answers)
    issued = edition.issue(before, process)
    conditions = _conditions(edition, wanted, process)
    if before.grade >= wanted:
        return CheapestImprovement(
            wanted, before, issued, before, issued, (), 0, 0, proven=True, conditions=conditions, obstacles=(), examined=0
        )
    ladders = {
        item.id: rungs(edition, item, answers[item.id], costs)
        for item in edition.of(form)
        if not answers[item.id].not_applicable
    }
    ladders = {identity: found[:1] if identity in kept else found for identity, found in ladders.items()}
    allowed = above_floors(edition, form, wanted, ladders)
    cover: Cover | None = None
    if all(allowed.values()):
        try:
            cover = cheapest_cover(covering_of(edition, form, wanted, allowed), work)
        except NoCover:
            cover = None
    if cover is None:
        best = edition.measure(form, {**answers, **{identity: found[-1].answer for identity, found in ladders.items()}})
        return CheapestImprovement(
            wanted,
            before,
            issued,
            best,
            edition.issue(best, process),
            (),
            None,
            None,
            proven=True,
            conditions=conditions,
            obstacles=tuple(_obstacles(edition, form, wanted, best)),
            examined=0,
        )
    taken = _taken(edition, form, allowed, cover)
    improvements = _in_order(edition, form, before, wanted, taken, ladders)
    after = edition.measure(form, {**answers, **{identity: rung.answer for identity, rung in taken.items()}})
    if after.grade < wanted:
        raise AssertionError("a plan that the scoring does not confirm is a bug")
    return CheapestImprovement(
        wanted,
        before,
        issued,
        after,
        edition.issue(after, process),
        improvements,
        cover.cost // steps_unit(ladders),
        cover.bound // steps_unit(ladders),
        cover.is_cheapest,
        conditions,
        (),
        cover.examined,
    )


def _conditions(edition: Edition, wanted: int, process: Process) -> tuple[Gate, ...]:
    """Process gates that stand before the level of a grade and are not passed 过程条件."""
    level = level_of(wanted)
    steps = (
        (edition.gates.site_visit, process.site_visit, "现场诊断", "a site visit"),
        (edition.gates.expert_review, process.expert_review, "专家评审", "an expert review"),
    )
    return tuple(
        Gate(
            code=gate.code,
            level=gate.from_level,
            holds=False,
            says=f"{edition.level_names[gate.from_level - 1]}及以上须经{chinese}，尚未进行",
            says_in_english=f"Level {gate.from_level} and above needs {english}, which has not taken place",
            lift=(chinese,),
        )
        for gate, done, chinese, english in steps
        if level >= gate.from_level and not done
    )


def steps_unit(ladders: Mapping[str, Sequence[Rung]]) -> int:
    """What one unit of cost counts in, so that plans of one cost are told apart by their number of steps."""
    return 1 + sum(max(rung.steps for rung in found) for found in ladders.values())


def above_floors(
    edition: Edition, form: Form, wanted: int, ladders: Mapping[str, tuple[Rung, ...]]
) -> dict[str, tuple[Rung, ...]]:
    """The rungs that the floors of a grade's level leave: of key indicators, and of the security gates."""
    level = level_of(wanted)
    floors = dict.fromkeys(ladders, Decimal(0))
    if level > 1:  # the first level has no gates
        for item in edition.of(form):
            if item.key and item.id in floors:
                floors[item.id] = Decimal(level - edition.gates.key_indicators.levels_below)
        for gate in edition.gates.security:
            if level >= gate.from_level and gate.indicator in floors:
                floors[gate.indicator] = max(floors[gate.indicator], gate.at_least)
    return {identity: tuple(r for r in found if r.level >= floors[identity]) for identity, found in ladders.items()}


def _exact_floor(score: Decimal) -> Fraction:
    """The least exact score that is shown as at least this: shown scores are rounded to two decimals, half up."""
    return (Fraction((score * PERCENT).to_integral_value(ROUND_CEILING)) - Fraction(1, 2)) / PERCENT


def covering_of(
    edition: Edition, form: Form, wanted: int, allowed: Mapping[str, Sequence[Rung]]
) -> Covering:
    """Bands and gates of a grade as a covering problem in integers, a block a dimension."""
    level, gates = level_of(wanted), edition.gates
    weights = effective_weights(edition, form, frozenset(allowed))
    floor = _exact_floor(edition.bands[wanted - 1])
    floors = {d.id: Fraction(0) for d in edition.dimensions}
    wide: dict[str, Fraction] = {}
    if level > 1:
        lowest = level - gates.weakest_dimension.levels_below
        for dimension in edition.dimensions:
            share = Fraction(dimension.weight) / PERCENT
            if dimension.base and lowest > 0:
                floors[dimension.id] = _exact_floor(edition.bands[2 * lowest - 2]) * share
            if dimension.base:
                wide[dimension.id] = _exact_floor(edition.bands[2 * level - 2]) * share
    values = {
        identity: [weights[identity] * Fraction(rung.points) / PERCENT for rung in found]
        for identity, found in allowed.items()
    }
    scale = _common_denominator(
        [*(value for found in values.values() for value in found), floor, *floors.values(), *wide.values()]
    )
    unit = steps_unit(allowed)
    stars = {item.id for item in edition.of(form) if item.key and item.id in allowed and level > 1}
    blocks = tuple(
        tuple(
            tuple(
                Choice(rung.cost * unit + rung.steps, int(value * scale), int(item.id in stars and rung.level >= level))
                for rung, value in zip(allowed[item.id], values[item.id], strict=True)
            )
            for item in edition.of(form)
            if item.dimension == dimension.id and item.id in allowed
        )
        for dimension in edition.dimensions
    )
    needs = [
        tuple(int(max(floors[d.id], wide[d.id] if d.id in broad else 0) * scale) for d in edition.dimensions)
        for broad in _broad(edition, level)
    ]
    count = -(-gates.key_indicators.share_percent * len(stars) // PERCENT)
    return Covering(blocks, tuple(needs), int(floor * scale), count)


def _broad(edition: Edition, level: int) -> Iterator[frozenset[str]]:
    """Every least set of base dimensions that satisfies the breadth gate; one empty set where no gate stands."""
    if level == 1:
        yield frozenset()
        return
    rule = edition.gates.breadth
    others = [d.id for d in edition.dimensions if d.base and d.id != rule.including]
    for chosen in combinations(others, max(rule.at_least - 1, 0)):
        yield frozenset({rule.including, *chosen})


def _common_denominator(values: Sequence[Fraction]) -> int:
    found = 1
    for value in values:
        found *= Fraction(value.denominator, found).numerator
    return found


def _taken(edition: Edition, form: Form, allowed: Mapping[str, Sequence[Rung]], cover: Cover) -> dict[str, Rung]:
    """The rungs that a cover took, of indicators that move."""
    found: dict[str, Rung] = {}
    for dimension, picks in zip(edition.dimensions, cover.picks, strict=True):
        mine = [item.id for item in edition.of(form) if item.dimension == dimension.id and item.id in allowed]
        for identity, pick in zip(mine, picks, strict=True):
            if allowed[identity][pick].steps:
                found[identity] = allowed[identity][pick]
    return found


def _in_order(
    edition: Edition,
    form: Form,
    before: Measured,
    wanted: int,
    taken: Mapping[str, Rung],
    ladders: Mapping[str, Sequence[Rung]],
) -> tuple[Improvement, ...]:
    """The plan in the order to take it up: what lifts a gate first, then what gains most for its cost, then the edition's."""
    named = _named_by_gates(edition, form, before, wanted)
    weights = effective_weights(edition, form, frozenset(ladders))

    def gain(identity: str) -> Fraction:
        rise = Fraction(taken[identity].points) - Fraction(ladders[identity][0].points)
        return weights[identity] * rise / max(taken[identity].cost, 1)

    order = sorted((item.id for item in edition.of(form) if item.id in taken), key=lambda i: (i not in named, -gain(i)))
    total = sum((weights[identity] * Fraction(found[0].points) for identity, found in ladders.items()), Fraction(0))
    improvements = []
    for identity in order:
        here, there = ladders[identity][0], taken[identity]
        total += weights[identity] * (Fraction(there.points) - Fraction(here.points))
        gates = named.get(identity, ())
        improvements.append(Improvement(edition.by_id[identity], here, there, rounded(total / PERCENT), gates))
    return tuple(improvements)


def _named_by_gates(edition: Edition, form: Form, before: Measured, wanted: int) -> dict[str, tuple[str, ...]]:
    """Indicators that a gate at the wanted level names today -> codes of those gates."""
    level = level_of(wanted)
    named: dict[str, tuple[str, ...]] = {}
    for gate in _gates(edition, form, before, level) if level > 1 else ():
        for lift in gate.lift:
            identity = lift.split(" ", 1)[0]
            named[identity] = (*named.get(identity, ()), gate.code)
    return named


def _gates(edition: Edition, form: Form, measured: Measured, level: int) -> list[Gate]:
    levels = {score.id: score.level for score in measured.indicators if score.level is not None}
    return gates_at(edition, form, level, measured.dimensions, levels)


def _obstacles(edition: Edition, form: Form, wanted: int, best: Measured) -> Iterator[Obstacle]:
    """What fails even when everything that can be improved is: each falls short by itself."""
    band, level = edition.bands[wanted - 1], level_of(wanted)
    if best.total < band:
        name = edition.grade_names[wanted - 1]
        yield Obstacle(
            "BAND",
            f"{name}要求总分不低于 {band} 分，可改进项全部做到最好也只有 {best.total} 分",
            f"Grade {wanted} asks for a total of {band}; the best that can be reached is {best.total}",
        )
    for gate in _gates(edition, form, best, level) if level > 1 else ():
        if not gate.holds:
            yield Obstacle(gate.code, gate.says, gate.says_in_english)

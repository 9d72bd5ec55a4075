"""Improvement 最低成本提升: the cheapest set of steps by which one firm reaches a wanted grade, with its proof. plan S4, R2.

The wanted grade is a measured one. Gates rise with the level, so it is reached exactly when the total reaches the grade's band
and every gate holds at the grade's level (`needs`). What the search finds is measured by the real scoring before it
is told. Steps of the process are conditions.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from standards.edition.edition import Edition
from standards.edition.text import GRADES, Form, Indicator
from standards.improvement.costs import StepCosts
from standards.improvement.cover_search import InTime, whenever
from standards.improvement.needs import PERCENT, WORK, Goal, Ladders, cheapest, goal_of, needed_for_gates
from standards.improvement.steps import Rung, rungs
from standards.scoring.answers import Answer
from standards.scoring.measure import effective_weights, gates_at, level_of, rounded
from standards.scoring.results import Gate, Issued, Measured, Process


@dataclass(frozen=True)
class Improvement:
    """One indicator of the plan 改进项: from where, to where, and the total once everything up to it is done.

    gates: codes of the gates at the wanted level that need it: of each, the fewest of the plan that lift it by themselves.
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
    in_time: InTime = whenever,
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
        in_time: asked before each step of the search; what it raises ends it without an answer.

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
    goal = goal_of(edition, wanted)
    found = cheapest(edition, form, goal, ladders, work, in_time)
    if found is None:
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
    improvements = _in_order(edition, form, goal, found.taken, ladders)
    after = edition.measure(form, {**answers, **{identity: rung.answer for identity, rung in found.taken.items()}})
    if after.grade < wanted:
        raise AssertionError("a plan that the scoring does not confirm is a bug")
    return CheapestImprovement(
        wanted,
        before,
        issued,
        after,
        edition.issue(after, process),
        improvements,
        found.cost,
        found.bound,
        found.proven,
        conditions,
        (),
        found.examined,
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


def _in_order(
    edition: Edition, form: Form, goal: Goal, taken: Mapping[str, Rung], ladders: Ladders
) -> tuple[Improvement, ...]:
    """The plan in the order to take it up: what lifts a gate first, then what gains most for its cost, then the edition's."""
    needed = needed_for_gates(edition, form, goal, ladders, taken)
    weights = effective_weights(edition, form, frozenset(ladders))

    def gain(identity: str) -> Fraction:
        rise = Fraction(taken[identity].points) - Fraction(ladders[identity][0].points)
        return weights[identity] * rise / max(taken[identity].cost, 1)

    order = sorted((item.id for item in edition.of(form) if item.id in taken), key=lambda i: (not needed[i], -gain(i)))
    total = sum((weights[identity] * Fraction(found[0].points) for identity, found in ladders.items()), Fraction(0))
    improvements = []
    for identity in order:
        here, there = ladders[identity][0], taken[identity]
        total += weights[identity] * (Fraction(there.points) - Fraction(here.points))
        improvements.append(
            Improvement(edition.by_id[identity], here, there, rounded(total / PERCENT), needed[identity])
        )
    return tuple(improvements)


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

"""What-if measured: the exact plan on the real questionnaire against a greedy one, its own relaxation and trying everything.

Greedy: the step that brings the most points for its cost, of those that a failing gate names first, until the grade is
reached. Relaxation: the bound of the continuous problem, how close a plan could come at best. Everything: small editions of
six indicators, every plan measured by the scoring. Prices are drawn in fen, so that no two plans cost the same by accident.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from random import Random
from statistics import median

from benchmarks.measuring import Bench, Compared, say
from standards import (
    Answer,
    CostUnit,
    Edition,
    Form,
    Process,
    StepCost,
    StepCosts,
    cheapest_improvement,
    cost_tables,
    load,
    published_editions,
)
from standards.improvement.cover_relaxation import relaxed
from standards.improvement.needs import above_floors, covering_of, goal_of, steps_unit
from standards.improvement.steps import Rung, rungs
from tests.rules.firms import answer_at


@dataclass(frozen=True)
class Sizes:
    """firms: on the real questionnaires. whole: of six indicators, for which every plan is tried."""

    firms: int = 40
    whole: int = 8


SIZES = Sizes()
SMOKE = Sizes(firms=1, whole=1)
DONE = Process(site_visit=True, expert_review=True)
DEFAULT = cost_tables().tables[0]


def firm(edition: Edition, chance: Random) -> dict[str, Answer]:
    """A firm around a level, a few indicators not applicable."""
    base = chance.randint(1, 4)
    answers = {
        item.id: answer_at(item, min(5, max(1, base + chance.choice((-1, 0, 0, 1))))) for item in edition.indicators
    }
    for item in chance.sample([item for item in edition.indicators if not item.key], 4):
        answers[item.id] = Answer(not_applicable=True, reason="无此业务")
    return answers


def priced(edition: Edition, chance: Random) -> StepCosts:
    """Every step priced by itself, in fen."""
    singles = [
        StepCost(indicator=item.id, to_level=level, cost=chance.randint(1_000_000, 9_999_999) * level)
        for item in edition.indicators
        if item.kind != "multi"
        for level in range(1, 6)
    ]
    singles += [
        StepCost(indicator=item.id, option=option.name, cost=chance.randint(1_000_000, 9_999_999))
        for item in edition.indicators
        for option in item.options
    ]
    return DEFAULT.model_copy(update={"unit": CostUnit.FEN}).with_singles(singles)


def ladders_of(edition: Edition, answers: Mapping[str, Answer], costs: StepCosts) -> dict[str, tuple[Rung, ...]]:
    """Where every applicable indicator can be taken."""
    return {
        item.id: rungs(edition, item, answers[item.id], costs)
        for item in edition.indicators
        if not answers[item.id].not_applicable
    }


def greedy(edition: Edition, answers: Mapping[str, Answer], wanted: int, costs: StepCosts) -> int:
    """Cost of the plan that takes the best next step again and again."""
    ladders, at = ladders_of(edition, answers, costs), dict.fromkeys(answers, 0)
    while True:
        now = {i: ladders[i][at[i]].answer if i in ladders else answer for i, answer in answers.items()}
        measured = edition.measure(Form.FULL, now)
        if measured.grade >= wanted:
            return sum(ladders[i][at[i]].cost for i in ladders)
        failing = [gate for gate in measured.gates if not gate.holds]
        named = {lift.split(" ", 1)[0] for gate in failing if measured.band_grade >= wanted for lift in gate.lift}
        named |= {item.id for item in edition.indicators if item.dimension in named}
        weights = {score.id: score.weight for score in measured.indicators}
        steps = []
        for identity, ladder in ladders.items():
            if at[identity] + 1 < len(ladder):
                here, there = ladder[at[identity]], ladder[at[identity] + 1]
                price = max(there.cost - here.cost, 1)
                steps.append((identity in named, weights[identity] * (there.points - here.points) / price, identity))
        at[max(steps)[2]] += 1


def on_the_real_questionnaire(number: int) -> str:
    """Costs against the greedy plan and the relaxation; seconds are said."""
    chance, seconds, dearer, above, unproven, examined = Random(4), [], [], [], 0, []  # noqa: S311 - a benchmark repeats
    for _ in range(number):
        edition = load(chance.choice(published_editions()))
        answers, costs = firm(edition, chance), chance.choice((DEFAULT, priced(edition, chance)))
        wanted = min(edition.measure(Form.FULL, answers).grade + chance.randint(1, 4), 10)
        begun = time.perf_counter()
        found = cheapest_improvement(edition, Form.FULL, answers, DONE, wanted, costs)
        seconds.append(time.perf_counter() - begun)
        examined.append(found.examined)
        unproven += not found.proven
        if found.cost:
            dearer.append(greedy(edition, answers, wanted, costs) / found.cost)
            ladders = ladders_of(edition, answers, costs)
            goal = goal_of(edition, wanted)
            problem = covering_of(edition, Form.FULL, goal, above_floors(edition, Form.FULL, goal, ladders))
            bounds = [bound.bound for needs in problem.needs if (bound := relaxed(problem, needs)) is not None]
            above.append(found.cost * steps_unit(ladders) / max(min(bounds), 1))
    say(f"{number} firms, 52 to 61 indicators, all published editions, wanted 1 to 4 grades up")
    say(f"  seconds: median {median(seconds):.2f}, worst {max(seconds):.2f}; not proven: {unproven}")
    say(f"  partial plans looked at: median {median(examined):,.0f}, worst {max(examined):,}")
    if not dearer:
        return "no firm had to improve"
    return f"greedy plan {median(dearer):.3f} × the cost, worst {max(dearer):.3f}; relaxation exceeded by {median(above):.4f} ×"


def against_everything(number: int) -> Iterator[float]:
    """How many times as long as the search it takes to measure every plan, on the first indicators of the real edition."""
    whole, chance = load("2023"), Random(7)  # noqa: S311 - a benchmark repeats
    few = [next(item for item in whole.indicators if item.dimension == d.id) for d in whole.dimensions]
    edition = whole.model_copy(
        update={
            "indicators": tuple(item.model_copy(update={"weight_in_dimension": 100, "in_brief": True}) for item in few),
            "gates": whole.gates.model_copy(update={"security": ()}),
        }
    )
    plans = 0
    for _ in range(number):
        answers = {item.id: answer_at(item, chance.randint(1, 3)) for item in few}
        costs = priced(edition, chance)
        wanted = min(edition.measure(Form.FULL, answers).grade + chance.randint(1, 3), 10)
        begun = time.perf_counter()
        found = cheapest_improvement(edition, Form.FULL, answers, DONE, wanted, costs)
        searched = time.perf_counter() - begun
        begun = time.perf_counter()
        ladders = ladders_of(edition, answers, costs)
        prices = []
        for plan in product(*ladders.values()):
            plans += 1
            taken = dict(zip(ladders, (rung.answer for rung in plan), strict=True))
            if edition.measure(Form.FULL, taken).grade >= wanted:
                prices.append(sum(rung.cost for rung in plan))
        tried = time.perf_counter() - begun
        if min(prices) != found.cost:
            raise AssertionError("a cheaper plan was found by trying everything")
        yield tried / searched
    say(f"{number} firms of {len(few)} indicators, {plans:,} plans tried: every cost the same")


def compare(_: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Both; no database has a part in it."""
    note = on_the_real_questionnaire(sizes.firms)
    yield Compared(
        "cheapest improvement, six indicators",
        "trying everything",
        median(against_everything(sizes.whole)),
        note=f"{sizes.firms} real questionnaires: {note}",
    )

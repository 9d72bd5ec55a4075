"""What the tests of improvements ask with: the default costs, small tables of costs, a process that is done."""

from collections.abc import Mapping
from datetime import date

from hypothesis import strategies as st

from standards import (
    Answer,
    CheapestImprovement,
    CostUnit,
    Edition,
    Form,
    Process,
    StepCost,
    StepCosts,
    cheapest_improvement,
    cost_tables,
)
from standards.edition.text import Source
from tests.rules.firms import EDITION

DEFAULT = cost_tables().tables[0]
EVERYTHING_DONE = Process(site_visit=True, expert_review=True)


def asked(
    answers: Mapping[str, Answer], wanted: int, edition: Edition = EDITION, costs: StepCosts = DEFAULT, **rest: object
) -> CheapestImprovement:
    return cheapest_improvement(edition, Form.FULL, answers, EVERYTHING_DONE, wanted, costs, **rest)  # type: ignore[arg-type]

prices = st.integers(0, 9)
kinds = st.tuples(prices, prices, prices, prices, prices)


@st.composite
def tables(draw: st.DrawFn) -> StepCosts:
    """Small prices, so that many plans cost the same."""
    return StepCosts(
        since=date(2023, 1, 1),
        unit=CostUnit.FEN,
        source=Source(document="试验", mark="I"),
        choice=draw(kinds),
        ratio=draw(kinds),
        count=draw(kinds),
        outcome=draw(kinds),
        option=draw(prices),
        singles=tuple(StepCost(indicator=name, to_level=4, cost=draw(prices)) for name in ("A01", "B02")),
    )

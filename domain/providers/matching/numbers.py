"""Numbers of a matching 派单数值: what each firm would cost whom, and the plan of least cost with its proof. Method o. plan V3.

Whole numbers throughout; what a provider sells is no part of them.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter

from domain.kernel import Count, Label, Part
from methods.digests import digest_of_lines
from methods.matching import moves, plan, price_of_moving

METHOD = "o/1"
"""Id and version of the method, as results cite it."""
MOST_OTHERS = 5
"""Other providers that a plan tells of a firm at most."""


class OtherProvider(Part):
    """Another provider that may take the firm 其他可选: what the whole plan would cost more, everybody moved for it counted.

    price: None where somebody else would be left without a provider for it.
    """

    provider: Label
    price: Count | None


class PlannedFirm(Part):
    """A firm in a plan 派单项: its provider and what the assignment costs; None = nobody can take it.

    others: the cheapest other choices, in order of price.
    """

    enterprise: Label
    provider: Label | None
    cost: Count | None
    others: Annotated[tuple[OtherProvider, ...], Field(max_length=MOST_OTHERS)]


class MatchingInputs(NamedTuple):
    """What a plan is worked out from 派单输入. costs: firm -> provider -> cost, of those alone that may take it."""

    costs: Mapping[str, Mapping[str, int]]
    capacities: Mapping[str, int]


class PlanOutcome(NamedTuple):
    """A plan 派单结果. optimal: no chain of moves lowers its cost, shown without the solver; cost: of the assigned."""

    firms: tuple[PlannedFirm, ...]
    cost: int
    optimal: bool
    input_digest: str


PLAN_OUTCOME: TypeAdapter[PlanOutcome] = TypeAdapter(PlanOutcome)


def compute_plan(inputs: MatchingInputs) -> PlanOutcome:
    """The plan of least cost among those that leave the fewest firms out, and its certificate of optimality."""
    found = plan(inputs.costs, inputs.capacities)
    chains = moves(inputs.costs, inputs.capacities, found)
    firms = []
    for firm in sorted(inputs.costs):
        own, now = inputs.costs[firm], found.assigned.get(firm)
        others = [
            OtherProvider(provider=one, price=price_of_moving(firm, one, inputs.costs, found, chains))
            for one in own
            if one != now and inputs.capacities.get(one, 0) > 0
        ]
        others.sort(key=lambda one: (one.price is None, one.price, one.provider))
        cost = own[now] if now is not None else None
        firms.append(PlannedFirm(enterprise=firm, provider=now, cost=cost, others=tuple(others[:MOST_OTHERS])))
    return PlanOutcome(tuple(firms), found.cost, chains.is_optimal, digest_of(inputs))


def plan_bytes(inputs: MatchingInputs) -> bytes:
    """`compute_plan` as JSON, for a process of its own."""
    return PLAN_OUTCOME.dump_json(compute_plan(inputs))


def digest_of(inputs: MatchingInputs) -> str:
    """SHA-256 of what a plan is worked out from 输入摘要: a line a firm and provider with the cost, then a line a provider."""
    return digest_of_lines(_lines(inputs))


def _lines(inputs: MatchingInputs) -> Iterable[str]:
    for firm in sorted(inputs.costs):
        yield firm
        yield from (f"{firm} {provider} {cost}" for provider, cost in sorted(inputs.costs[firm].items()))
    yield from (f"{provider} {places}" for provider, places in sorted(inputs.capacities.items()))

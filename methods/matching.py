"""Matching 匹配派单: firms to providers at the least whole cost, within capacities, with a proof. Method o. plan V3.

A minimum-cost flow in whole numbers. A tie-break from a hash makes the optimum unique in practice, so that any exact solver
gives it, in any order of firms. Whom nobody can take is left out at a price above all others. The certificate does not rely
on the solver: no cycle of moves lowers the cost. A provider's own products are never an argument here: costs are distance,
load, tier and repetition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

TIE_BITS = 20
_SINK = (2, "")
_TIE_DIGITS = TIE_BITS // 4
UNASSIGNED = ""
"""The virtual provider of those whom nobody can take; no provider's id is empty."""

Costs = Mapping[str, Mapping[str, int]]
"""firm -> provider -> whole cost, 0 or more, of those only that may be assigned: tag held, no conflict."""


def tie_break(firm: str, provider: str) -> int:
    """First 20 bits of SHA-256("match LF firm|provider"): decides between plans of one cost, and nobody can choose it."""
    return int(sha256(f"match\n{firm}|{provider}".encode()).hexdigest()[:_TIE_DIGITS], 16)


def weight(firm: str, provider: str, cost: int) -> int:
    """Cost and tie-break in one whole number."""
    return (cost << TIE_BITS) + tie_break(firm, provider)


@dataclass(frozen=True)
class AssignmentPlan:
    """An assignment 派单方案: firm -> provider, of those that got one. cost: of the assigned, without tie-breaks."""

    assigned: Mapping[str, str]
    unassigned: tuple[str, ...]
    cost: int


def plan(costs: Costs, capacities: Mapping[str, int]) -> AssignmentPlan:
    """The plan of least cost among those that leave the fewest firms out.

    Firms that no chain of shared providers joins are solved apart, which changes nothing of the optimum.
    """
    found: dict[str, str] = {}
    for firms in _components(costs, capacities):
        found |= _solved({firm: costs[firm] for firm in firms}, capacities)
    assigned = {firm: found[firm] for firm in sorted(found)}
    left = tuple(sorted(costs.keys() - found.keys()))
    return AssignmentPlan(assigned, left, sum(costs[firm][provider] for firm, provider in assigned.items()))


def _components(costs: Costs, capacities: Mapping[str, int]) -> list[list[str]]:
    """Firms that compete with each other, directly or through others, for a provider with a place; each sorted."""
    import networkx as nx  # noqa: PLC0415 - by need: 285 modules and 10 MB of a server, most of which never match

    graph: nx.Graph[tuple[int, str]] = nx.Graph()
    graph.add_nodes_from((0, firm) for firm in costs)
    graph.add_edges_from(
        ((0, firm), (1, provider)) for firm, own in costs.items() for provider in own if capacities.get(provider, 0) > 0
    )
    return sorted(
        firms for one in nx.connected_components(graph) if (firms := sorted(name for side, name in one if side == 0))
    )


def _penalty(costs: Costs) -> int:
    """Twice what any chain of moves could save: a firm is left out only where no plan can take it."""
    dearest = max((cost for own in costs.values() for cost in own.values()), default=0)
    return 2 * (dearest + 1) * (len(costs) + 1) << TIE_BITS


def _solved(costs: Costs, capacities: Mapping[str, int]) -> dict[str, str]:
    """One component by the network simplex, whole numbers throughout."""
    import networkx as nx  # noqa: PLC0415 - as above

    penalty = _penalty(costs)
    flow: nx.DiGraph[tuple[int, str]] = nx.DiGraph()
    flow.add_node(_SINK, demand=len(costs))
    for firm in sorted(costs):
        flow.add_node((0, firm), demand=-1)
        flow.add_edge((0, firm), _SINK, weight=penalty)
        for provider, cost in sorted(costs[firm].items()):
            if capacities.get(provider, 0) > 0:
                flow.add_edge((0, firm), (1, provider), weight=weight(firm, provider, cost))
    for provider in sorted({provider for own in costs.values() for provider in own if capacities.get(provider, 0) > 0}):
        flow.add_edge((1, provider), _SINK, capacity=capacities[provider], weight=0)
    _, sent = nx.network_simplex(flow)
    return {
        firm: node[1] for firm in costs for node, amount in sent[0, firm].items() if amount and node != _SINK
    }


Price = tuple[int, int]
"""What a chain of moves costs: with tie-breaks, which is what decides, and without, which is what is told."""
_NEVER: Price = (1 << 200, 1 << 200)


@dataclass(frozen=True)
class Moves:
    """The cheapest chain of moves between any two providers under a plan 调整代价.

    between: (from, to) -> price of a firm's leaving the one for the other, and whoever it displaces moving on; to be left out
    and to take a spare place are moves too. left_out: the price from which on a chain leaves one firm more without a provider.
    """

    between: Mapping[tuple[str, str], Price]
    left_out: int

    @property
    def is_optimal(self) -> bool:
        """The certificate: no chain of moves that ends where it began lowers the cost, tie-breaks included."""
        return all(price[0] >= 0 for (start, end), price in self.between.items() if start == end)


def moves(costs: Costs, capacities: Mapping[str, int], of: AssignmentPlan) -> Moves:
    """What every move would cost, exactly, without the solver (Floyd and Warshall over the providers)."""
    providers = sorted({UNASSIGNED, *(provider for own in costs.values() for provider in own)})
    penalty = _penalty(costs)
    between = {(start, end): (0, 0) if start == end else _NEVER for start in providers for end in providers}

    def offer(start: str, end: str, price: Price) -> None:
        between[start, end] = min(between[start, end], price)

    used = dict.fromkeys(providers, 0)
    for firm, own in costs.items():
        now = of.assigned.get(firm, UNASSIGNED)
        used[now] += 1
        here = (penalty, 0) if now == UNASSIGNED else (weight(firm, now, own[now]), own[now])
        choices = {provider: (weight(firm, provider, cost), cost) for provider, cost in own.items()}
        for provider, there in [*choices.items(), (UNASSIGNED, (penalty, 0))]:
            if provider != now and (provider == UNASSIGNED or capacities.get(provider, 0) > 0):
                offer(now, provider, (there[0] - here[0], there[1] - here[1]))
    for start in providers:
        if start == UNASSIGNED or used[start] < capacities.get(start, 0):
            for end in providers:
                offer(start, end, (0, 0))
    for middle in providers:
        for start in providers:
            first = between[start, middle]
            if first[0] < _NEVER[0] // 2:
                for end in providers:
                    second = between[middle, end]
                    offer(start, end, (first[0] + second[0], first[1] + second[1]))
    return Moves(between, penalty // 2)


def price_of_moving(firm: str, provider: str, costs: Costs, of: AssignmentPlan, found: Moves) -> int | None:
    """How much dearer the best plan becomes that sends a firm to this provider: "moving you to p7 costs 30 more".

    Counts everybody who has to move for it. None where the firm may not go there, or only if another is left out for it.
    """
    now = of.assigned.get(firm)
    if now is None or provider not in costs[firm]:
        return None
    room = found.between.get((provider, now), _NEVER)
    return costs[firm][provider] - costs[firm][now] + room[1] if room[0] < found.left_out else None

"""Covering 覆盖求解: one choice for every item so that all needs are covered, at the least cost, exact. plan S4, R2.

A multiple-choice covering problem in integers. A round looks at every cover that may cost no more than a cutoff: if it finds
one, the cheapest it finds is the cheapest there is; if not, everything costs more than the cutoff, which is raised. So an
answer carries its proof, and a search that is cut short still knows a bound. How bounds are made: `cover_relaxation`; how a
round goes: `cover_search`.
"""

from dataclasses import dataclass

from standards.improvement.cover_problem import Covering, Picks
from standards.improvement.cover_relaxation import relaxed, rounded_up
from standards.improvement.cover_search import InTime, Search, Work, WorkDone, whenever


@dataclass(frozen=True)
class Cover:
    """A cover 覆盖方案. bound: proven, nothing costs less than it.

    It is the cheapest where bound == cost. examined: partial covers looked at.
    """

    picks: Picks
    cost: int
    bound: int
    examined: int

    @property
    def is_cheapest(self) -> bool:
        """Whether it is proven that nothing costs less 是否已证明最优."""
        return self.bound == self.cost


class NoCover(ValueError):  # noqa: N818 - a finding about the problem
    """Nothing covers every need 无法覆盖."""


def cheapest_cover(problem: Covering, work: int, in_time: InTime = whenever) -> Cover:
    """The cheapest cover 最低成本覆盖.

    Args:
        problem: what must be covered.
        work: partial covers that may be examined; the same problem and work give the same answer on every machine.
        in_time: asked before each step of the search; what it raises ends it without an answer.

    Returns:
        The cheapest cover with its proof, or, where the work did not do, the best one found and how much less it could cost.

    Raises:
        NoCover: nothing covers every need.
    """
    in_time()
    relaxations = [found for needs in problem.needs if (found := relaxed(problem, needs)) is not None]
    if not relaxations:
        raise NoCover
    relaxations.sort(key=lambda relaxation: relaxation.bound)
    picks, best = min(map(rounded_up, relaxations), key=lambda found: found[1])
    searches = list(map(Search, relaxations))
    budget = Work(work, in_time)
    proven = searches[0].bound
    width = max(proven >> 6, 1)
    try:
        while proven < best:
            cutoff = min(proven + width, best) - 1
            for search in searches:
                if search.bound <= cutoff:
                    search.strengthen(budget)
                if search.bound > cutoff:
                    continue
                cheaper = search.within(cutoff, budget)
                if cheaper is not None:
                    picks, best = cheaper
                    cutoff = best - 1
            proven = cutoff + 1
            width *= 2
    except WorkDone:
        pass  # no error: the budget is used up, and what was found by then is told with how much of it is proven
    return Cover(picks, best, min(proven, best), budget.examined)

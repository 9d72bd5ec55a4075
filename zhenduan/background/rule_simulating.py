"""Rule simulating 规则测算: what each proposed rule would do to the facts on record, beside the rule in force. plan V5, I1.

Rating and subsidy rules are set only once this is a fact.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from api.kit.services import Services
from domain.access import Everything
from domain.governance.dated_rules import RecordRuleSimulation, rule_stream
from domain.governance.rule_bodies import BODIES
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.rule_bodies.subsidy import SubsidyRule
from domain.instants import city_day
from domain.kernel import cause_of
from domain.providers.rule_simulations import RULE_SIMULATION
from methods.payments import METHOD as PAYMENTS
from methods.yearly_rating import METHOD as RATING
from projections import Snapshot
from projections.governance.dated_rules import Proposed, body_on, proposals
from projections.providers.rating_inputs import rating_inputs
from projections.providers.ratings import rated_years
from projections.providers.subsidy_jobs import confirmed_jobs
from zhenduan.background.computation import Computation, recorded_as
from zhenduan.background.rating_computing import latest_inputs

REASON = "拟设规则须先测算"


class SimulatedFrom(NamedTuple):
    """What a simulation is made from 测算依据. position: of the journal, up to which facts were looked at."""

    function: str
    arguments: tuple[object, ...]
    method: str
    position: int


def _rating(services: Services, snapshot: Snapshot, proposed: Proposed) -> SimulatedFrom:
    """The latest inputs that were fixed, where both rules count alike; else what is on record of the year as each counts it.

    Where none ever were fixed it is the year before.
    """
    today = city_day(services.clock())
    now, then = body_on(snapshot, RatingRule, today), proposed.rule.body
    assert isinstance(then, RatingRule)  # noqa: S101 - of its kind
    years = rated_years(snapshot)
    year = max(years, default=today.year - 1)
    fixed = latest_inputs(services, year)
    if fixed is not None and now.counts_as(then):
        counted, position = (fixed.inputs, fixed.inputs), fixed.position
    else:
        one, other = (rating_inputs(snapshot, Everything(), year, rule, today).rows for rule in (now, then))
        counted, position = (one, other), snapshot.position
    last = years[year - 1].tiers if year - 1 in years else {}
    function = "domain.providers.rule_simulations:rating_simulation_bytes"
    return SimulatedFrom(function, (*counted, last, now, then), RATING, position)


def _subsidy(services: Services, snapshot: Snapshot, proposed: Proposed) -> SimulatedFrom:
    """Jobs and tiers of the latest year whose rating is final; where there is none, of the year before, unrated."""
    today = city_day(services.clock())
    tiers = {year: found for year, one in rated_years(snapshot).items() if (found := one.tiers)}
    year = max(tiers, default=today.year - 1)
    jobs = confirmed_jobs(snapshot, Everything(), year)
    now = body_on(snapshot, SubsidyRule, today)
    function = "domain.providers.rule_simulations:subsidy_simulation_bytes"
    return SimulatedFrom(function, (jobs, tiers.get(year, {}), now, proposed.rule.body), PAYMENTS, snapshot.position)


SIMULATED: Mapping[RuleKind, Callable[[Services, Snapshot, Proposed], SimulatedFrom]] = {
    RuleKind.RATING: _rating,
    RuleKind.SUBSIDY: _subsidy,
}
"""Kind of rule -> what a proposal of it is simulated from; every kind that needs a simulation has one, or a test says so."""


def proposed_rules(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Proposals that wait to be simulated 待测算的草案."""
    for kind, body in BODIES.items():
        for proposed in proposals(snapshot, kind) if body.needs_simulation else ():
            if proposed.outcomes is None:
                yield _simulation(kind, proposed, SIMULATED[kind](services, snapshot, proposed))


def _simulation(kind: RuleKind, proposed: Proposed, made: SimulatedFrom) -> Computation:
    stream = rule_stream(kind)
    return Computation(
        function=made.function,
        arguments=made.arguments,
        command=recorded_as(
            RecordRuleSimulation,
            RULE_SIMULATION,
            kind=kind,
            proposal=proposed.number,
            method=made.method,
            position=made.position,
        ),
        key=f"simulate/{stream}/{proposed.number}",
        cause=cause_of(stream, proposed.rule.version or 1),
        reason=REASON,
    )

"""Policy simulating 政策测算: how all firms stand to every draft that is not simulated yet. plan I2.

A draft is published only once this is a fact.
"""

from collections.abc import Iterator

from api.kit.services import Services
from domain.access import Everything
from domain.instants import city_day
from domain.kernel import cause_of
from domain.programme.policies.policy import PolicyStatus, RecordPolicySimulation, policy_stream
from domain.programme.policies.simulation import METHOD, SIMULATION, SimulationInputs
from projections import Snapshot
from projections.programme.policies import all_policies, policies_beside
from projections.programme.policy_firms import firm_facts
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "domain.programme.policies.simulation:simulation_bytes"
REASON = "政策草案须先就全部企业测算"


def drafted_policies(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Drafts that wait to be simulated 待测算的政策草案; firms are held against them today, or on the first day that is to come."""
    for row in all_policies(snapshot):
        state = row.state()
        if state.draft is None or state.simulation is not None or state.status is PolicyStatus.ENDED:
            continue
        terms = state.draft.terms
        day = terms.day_of_simulation(city_day(services.clock()))
        facts = firm_facts(snapshot, Everything(), day)
        yield Computation(
            function=COMPUTE,
            arguments=(SimulationInputs(state.district, terms, policies_beside(snapshot, row.id), facts, day),),
            command=recorded_as(
                RecordPolicySimulation,
                SIMULATION,
                policy=row.id,
                number=state.number,
                method=METHOD,
                position=snapshot.position,
            ),
            key=f"simulate/{policy_stream(row.id)}/{state.number}",
            cause=cause_of(policy_stream(row.id), state.version),
            reason=REASON,
        )

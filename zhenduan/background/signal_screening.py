"""Signal screening 筛查: every screening that was asked for and is not done yet. plan V5."""

from collections.abc import Iterator

from api.kit.services import Services
from domain.governance.rule_bodies.signals import SignalRule
from domain.instants import city_day
from domain.kernel import cause_of
from domain.providers.signals.numbers import METHOD, SCREENING_OUTCOME
from domain.providers.signals.screening import RecordScreening, screening_stream
from projections import Snapshot
from projections.governance.dated_rules import body_on
from projections.providers.signal_inputs import screening_inputs
from projections.providers.signals import requested_screenings as waiting
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "domain.providers.signals.numbers:screening_bytes"
REASON = "筛查已申请"


def requested_screenings(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Screenings that wait to be done 待办筛查."""
    rule = body_on(snapshot, SignalRule, city_day(services.clock()))
    for row in waiting(snapshot):
        state = row.state()
        yield Computation(
            function=COMPUTE,
            arguments=(screening_inputs(snapshot, state), rule),
            command=recorded_as(
                RecordScreening, SCREENING_OUTCOME, screening=row.id, method=METHOD, position=snapshot.position
            ),
            key=f"compute/{screening_stream(row.id)}",
            cause=cause_of(screening_stream(row.id), state.version),
            reason=REASON,
        )

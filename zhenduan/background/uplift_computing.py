"""Uplift computing 提升幅度计算: every uplift that was asked for. plan R2."""

from collections.abc import Iterator

from api.kit.services import Services
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.publication import PublicationRule
from domain.instants import city_day
from domain.kernel import cause_of
from domain.programme.uplifts.numbers import METHOD
from domain.programme.uplifts.uplift import UPLIFT_OUTCOME, RecordUplift, UpliftStatus, uplift_stream
from projections import Snapshot
from projections.governance.dated_rules import body_on, rule_on
from projections.programme.uplifts.read_model import all_uplifts
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "projections.programme.uplifts.outcome:outcome_bytes"
REASON = "提升幅度已申请测算"


def requested_uplifts(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Uplifts that wait to be worked out 待测算的提升幅度."""
    day = city_day(services.clock())
    for one in all_uplifts(snapshot):
        state = one.state()
        if state.status is UpliftStatus.REQUESTED:
            of = state.first_year, state.second_year, state.edition
            stream = uplift_stream(*of)
            yield Computation(
                function=COMPUTE,
                arguments=(services.models.address, *of, body_on(snapshot, PublicationRule, day)),
                command=recorded_as(
                    RecordUplift,
                    UPLIFT_OUTCOME,
                    first_year=state.first_year,
                    second_year=state.second_year,
                    edition=state.edition,
                    requested=state.requested,
                    method=METHOD,
                    rule=rule_on(snapshot, RuleKind.PUBLICATION, day).rule.cause,
                ),
                key=f"compute/{stream}/{state.requested}",
                cause=cause_of(stream, state.requested),
                reason=REASON,
            )

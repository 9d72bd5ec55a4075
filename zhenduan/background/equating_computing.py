"""Equating computing 等值测算: every equating that was asked for. plan P8."""

from collections.abc import Iterator

from api.kit.services import Services
from domain.diagnosis.equatings.equating import EQUATING_OUTCOME, EquatingStatus, RecordEquating, equating_stream
from domain.diagnosis.equatings.numbers import METHOD
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.equating import EquatingRule
from domain.instants import city_day
from domain.kernel import cause_of
from projections import Snapshot
from projections.diagnosis.equatings import all_equatings
from projections.governance.dated_rules import body_on, rule_on
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "projections.diagnosis.equating_inputs:outcome_bytes"
REASON = "等值已申请测算"


def requested_equatings(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Equatings that wait to be worked out 待测算的等值."""
    day = city_day(services.clock())
    for one in all_equatings(snapshot):
        state = one.state()
        if state.status is EquatingStatus.REQUESTED:
            of = state.external_edition, state.edition
            former = state.computed.result if state.computed is not None else None
            yield Computation(
                function=COMPUTE,
                arguments=(services.models.address, *of, day, body_on(snapshot, EquatingRule, day), former),
                command=recorded_as(
                    RecordEquating,
                    EQUATING_OUTCOME,
                    external_edition=state.external_edition,
                    edition=state.edition,
                    requested=state.requested,
                    method=METHOD,
                    rule=rule_on(snapshot, RuleKind.EQUATING, day).rule.cause,
                ),
                key=f"compute/{equating_stream(*of)}/{state.requested}",
                cause=cause_of(equating_stream(*of), state.requested),
                reason=REASON,
            )

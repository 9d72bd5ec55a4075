"""Over-statement computing 自评偏高测算: every year that was asked for. plan P3."""

from collections.abc import Iterator

from api.kit.services import Services
from domain.governance.rule_bodies.agreement import AgreementRule
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.exam import ExamRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.instants import city_day
from domain.kernel import cause_of
from domain.providers.overstatements.numbers import METHOD, parameters
from domain.providers.overstatements.overstatement import (
    OVERSTATEMENT_OUTCOME,
    OverstatementStatus,
    RecordOverstatement,
    overstatement_stream,
)
from projections import Snapshot
from projections.governance.dated_rules import body_on, rule_on
from projections.providers.overstatements import all_overstatements
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "projections.providers.overstatement_inputs:outcome_bytes"
REASON = "自评偏高已申请测算"


def requested_overstatements(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Years whose over-statement waits to be worked out 待测算的自评偏高."""
    day = city_day(services.clock())
    agreement, rating = body_on(snapshot, AgreementRule, day), body_on(snapshot, RatingRule, day)
    by = parameters(agreement, rating, body_on(snapshot, ExamRule, day))
    for one in all_overstatements(snapshot):
        state = one.state()
        if state.status is OverstatementStatus.REQUESTED:
            former = state.computed.shares if state.computed is not None else ()
            stream = overstatement_stream(state.year, state.edition)
            yield Computation(
                function=COMPUTE,
                arguments=(services.models.address, state.year, state.edition, by, former),
                command=recorded_as(
                    RecordOverstatement,
                    OVERSTATEMENT_OUTCOME,
                    year=state.year,
                    edition=state.edition,
                    requested=state.requested,
                    method=METHOD,
                    rule=rule_on(snapshot, RuleKind.AGREEMENT, day).rule.cause,
                    rating_rule=rule_on(snapshot, RuleKind.RATING, day).rule.cause,
                ),
                key=f"compute/{stream}/{state.requested}",
                cause=cause_of(stream, state.requested),
                reason=REASON,
            )

"""Matching computing 派单计算: every plan that was asked for and is not worked out yet. plan V3."""

from collections.abc import Iterator

from api.kit.services import Services
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.matching import MatchingRule
from domain.instants import city_day
from domain.kernel import cause_of
from domain.providers.matching.matching import RecordPlan, matching_stream
from domain.providers.matching.numbers import METHOD, PLAN_OUTCOME
from projections import Snapshot
from projections.governance.dated_rules import body_on, rule_on
from projections.providers.matching_inputs import matching_inputs
from projections.providers.matchings import requested
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "domain.providers.matching.numbers:plan_bytes"
REASON = "派单方案已申请"


def requested_matchings(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Batches that wait to be worked out 待计算的派单."""
    day = city_day(services.clock())
    for row in requested(snapshot):
        inputs = matching_inputs(snapshot, row.state().enterprises, body_on(snapshot, MatchingRule, day), day)
        yield Computation(
            function=COMPUTE,
            arguments=(inputs,),
            command=recorded_as(
                RecordPlan,
                PLAN_OUTCOME,
                matching=row.id,
                method=METHOD,
                rule=rule_on(snapshot, RuleKind.MATCHING, day).rule.cause,
                position=snapshot.position,
            ),
            key=f"compute/{matching_stream(row.id)}",
            cause=cause_of(matching_stream(row.id), row.state().version),
            reason=REASON,
        )

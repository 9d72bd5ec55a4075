"""Agreement computing 一致性测算: every study that was asked for and is not worked out yet. plan S5."""

from collections.abc import Iterator

from api.kit.services import Services
from domain.governance.rule_bodies.agreement import AgreementRule
from domain.instants import city_day
from domain.kernel import cause_of
from domain.providers.agreement.numbers import METHOD, STUDY_OUTCOME
from domain.providers.agreement.study import RecordAgreement, agreement_stream
from projections import Snapshot
from projections.governance.dated_rules import body_on
from projections.providers.agreement import requested_studies
from projections.providers.agreement_inputs import agreement_inputs
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "domain.providers.agreement.numbers:study_bytes"
REASON = "一致性测算已申请"


def requested_agreements(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Studies that wait to be worked out 待测算的一致性."""
    rule = body_on(snapshot, AgreementRule, city_day(services.clock()))
    for row in requested_studies(snapshot):
        yield Computation(
            function=COMPUTE,
            arguments=(agreement_inputs(snapshot, row.year, row.edition), rule),
            command=recorded_as(RecordAgreement, STUDY_OUTCOME, agreement=row.id, method=METHOD, position=snapshot.position),
            key=f"compute/{agreement_stream(row.id)}",
            cause=cause_of(agreement_stream(row.id), row.version),
            reason=REASON,
        )

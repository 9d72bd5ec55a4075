"""Standard implementation (plan I4, I5): from a report to the gap list, the application and the certificate, step by step."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.state import diagnosis_stream
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.kernel import NOT_FOUND
from domain.participants.enterprises import enterprise_stream
from domain.programme.implementation_facts import (
    ImplementationStandard,
    ImplementationStep,
    NextImplementationStep,
    StandardGap,
    next_step,
)
from domain.programme.implementations import (
    CERTIFICATE_DAYS_REVERSED,
    IMPLEMENTATION_DAY_OUT_OF_RANGE,
    IMPLEMENTATION_STEP_WRONG,
    IMPLEMENTATION_WITHOUT_REPORT,
    IMPLEMENTATIONS,
    ApplyForStandardCertificate,
    ListStandardGaps,
    RecordStandardCertificate,
    RecordStandardRefusal,
    StopStandardImplementation,
)
from tests.rules.cases import FIRM, WORLD, issued, scored
from tests.rules.given import AT, Given, given

TODAY, DAY = AT.date(), timedelta(days=1)
OF = {"enterprise": "e1", "standard": ImplementationStandard.DCMM}
GAPS = ListStandardGaps(**OF, diagnosis="d1", gaps=(StandardGap(indicator="Z01", text="无数据管理制度"),))
APPLY = ApplyForStandardCertificate(**OF, applied_on=TODAY, body="示例评定机构")
CERTIFY = RecordStandardCertificate(**OF, certified_on=TODAY, achieved="受管理级", source="证书", mark="I")
REFUSAL = RecordStandardRefusal(**OF, reason="未建立数据标准")
STOP = StopStandardImplementation(**OF, reason="企业搬迁")
SENDERS = {RecordStandardCertificate: ("district", "310117"), RecordStandardRefusal: ("district", "310117")}


def diagnosed(case: Given | None = None) -> Given:
    """The firm with its diagnosis, before any standard."""
    stands = (case or issued()).state
    return given(IMPLEMENTATIONS).having_read({**WORLD, diagnosis_stream("d1"): stands})


def sent(case: Given, *commands: Any, days: int = 0) -> Given:
    for command in commands:
        case.when(command, *SENDERS.get(type(command), ("enterprise", "e1")), at=AT + days * DAY)
    return case


def test_a_diagnosed_firm_lists_its_gaps_applies_and_is_certified() -> None:
    case = sent(diagnosed(), GAPS).happened("implementation.gaps_listed.v1")
    sent(case, GAPS).then()
    sent(case, APPLY).happened("implementation.applied.v1")
    sent(case, CERTIFY).happened("implementation.certified.v1")
    assert case.state.standards[ImplementationStandard.DCMM].step is ImplementationStep.CERTIFIED
    sent(case, GAPS).happened("implementation.gaps_listed.v1")


def test_a_gap_list_rests_on_a_report_of_the_firm_s_own_and_names_its_indicators() -> None:
    for case, changes in (
        (diagnosed(scored()), {}),
        (diagnosed(issued().when(WithdrawDiagnosis(diagnosis="d1", reason="企业停产"), "district", "310117").accepted), {}),
        (diagnosed(), {"diagnosis": "d2"}),
        (diagnosed().having_read({enterprise_stream("e2"): FIRM}), {"enterprise": "e2"}),
    ):
        sent(case, GAPS.model_copy(update=changes)).refused(IMPLEMENTATION_WITHOUT_REPORT, path="diagnosis")
    unknown = (*GAPS.gaps, StandardGap(indicator="Z99", text="无"))
    sent(diagnosed(), GAPS.model_copy(update={"gaps": unknown})).refused(INDICATOR_UNKNOWN, path="gaps.1.indicator")


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ((), APPLY),
        ((), CERTIFY),
        ((), REFUSAL),
        ((), STOP),
        ((GAPS,), CERTIFY),
        ((GAPS,), REFUSAL),
        ((GAPS, APPLY), GAPS),
        ((GAPS, APPLY), APPLY),
        ((GAPS, APPLY, CERTIFY), STOP),
        ((GAPS, APPLY, CERTIFY), CERTIFY),
        ((GAPS, STOP), APPLY),
    ],
)
def test_no_step_follows_but_from_the_one_before_it(before: tuple[Any, ...], then: Any) -> None:
    sent(diagnosed(), *before, then).refused(IMPLEMENTATION_STEP_WRONG)


def test_a_refused_application_leaves_the_gap_list_and_a_stopped_one_begins_anew() -> None:
    case = sent(diagnosed(), GAPS, APPLY, REFUSAL).happened("implementation.refused.v1")
    assert case.state.standards[ImplementationStandard.DCMM].listed.gaps == GAPS.gaps
    sent(case, APPLY, STOP).happened("implementation.stopped.v1")
    sent(case, GAPS).happened("implementation.gaps_listed.v1")


def test_another_standard_of_the_firm_goes_its_own_way() -> None:
    case = sent(diagnosed(), GAPS, APPLY)
    other = {"standard": ImplementationStandard.INTEGRATION}
    sent(case, APPLY.model_copy(update=other)).refused(IMPLEMENTATION_STEP_WRONG, status="diagnosed")
    sent(case, GAPS.model_copy(update=other)).happened("implementation.gaps_listed.v1")
    assert case.state.standards[ImplementationStandard.DCMM].step is ImplementationStep.APPLIED


def test_days_follow_the_steps_and_none_lies_ahead() -> None:
    for day in (TODAY - DAY, TODAY + 3 * DAY):
        case = sent(diagnosed(), GAPS)
        sent(case, APPLY.model_copy(update={"applied_on": day}), days=2).refused(
            IMPLEMENTATION_DAY_OUT_OF_RANGE, path="applied_on", earliest=TODAY, latest=TODAY + 2 * DAY
        )
        sent(case, APPLY, days=2)
        sent(case, CERTIFY.model_copy(update={"certified_on": day}), days=2).refused(
            IMPLEMENTATION_DAY_OUT_OF_RANGE, path="certified_on", earliest=TODAY
        )
    sent(case, CERTIFY.model_copy(update={"until": TODAY - DAY})).refused(CERTIFICATE_DAYS_REVERSED, path="until")


def test_the_firm_says_what_it_does_and_the_administration_what_was_granted() -> None:
    for role in ("district", "provider", "department_filler", "group"):
        diagnosed().when(GAPS, role).refused(ROLE_NOT_ALLOWED)
    for command in (CERTIFY, REFUSAL):
        for role in ("enterprise", "subdistrict", "provider"):
            sent(diagnosed(), GAPS, APPLY).when(command, role).refused(ROLE_NOT_ALLOWED)
    given(IMPLEMENTATIONS).when(CERTIFY, "city").refused(NOT_FOUND)


@pytest.mark.parametrize(
    ("step", "until", "expected"),
    [
        ("diagnosed", None, "list_gaps"),
        ("gaps_listed", None, "apply"),
        ("applied", None, "await_certificate"),
        ("certified", None, "none"),
        ("certified", TODAY, "none"),
        ("certified", TODAY - DAY, "renew"),
        ("stopped", None, "none"),
    ],
)
def test_each_step_says_what_is_next(step: str, until: date | None, expected: str) -> None:
    assert next_step(ImplementationStep(step), until, TODAY) is NextImplementationStep(expected)

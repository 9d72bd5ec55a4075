"""Who works on site (plan T1): from the day the city sets, a certified diagnostician with the edition's endorsement alone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.diagnosis.on_site import RecordSiteVisit
from domain.diagnosis.report import IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.governance.dated_rules import DATED_RULES, SetRule
from domain.governance.qualification import (
    CERTIFICATE_EXPIRED,
    CERTIFICATE_SUSPENDED,
    EDITION_NOT_ENDORSED,
    NOT_CERTIFIED,
    QUALIFICATION_RULE,
)
from domain.kernel import Command
from domain.providers.certificates import CertificateEndorsed, CertificateRestored, CertificateSuspended
from tests.rules.cases import VISIT, accepted, by_section, provider, uniform, verified, verify
from tests.rules.given import AT, Given, given
from tests.rules.qualified import DEFAULT, SINCE, certified_only, granted, holding

DAY = timedelta(days=1)
ANSWERS = verify("D1", by_section(uniform(3))["D1"])


def asked_of(*read: Mapping[str, Any], rule: Mapping[str, Any] | None = None) -> Given:
    case = accepted().having_read(certified_only() if rule is None else rule)
    for one in read:
        case.having_read(one)
    return case


@pytest.mark.parametrize("command", [VISIT, ANSWERS])
def test_where_the_city_asks_for_no_certificate_everything_is_as_before(command: Command) -> None:
    assert not DEFAULT.certified_only
    provider(accepted(), command).accepted  # noqa: B018 - refuses to be read where it was refused
    provider(accepted().having_read(certified_only(date(2024, 5, 7))), command).accepted  # noqa: B018 - as above


@pytest.mark.parametrize("command", [VISIT, ANSWERS])
def test_from_that_day_on_nobody_visits_or_verifies_without_a_certificate(command: Command) -> None:
    provider(asked_of(), command).refused(NOT_CERTIFIED, day=SINCE)
    provider(asked_of(holding("wang", granted())), command).refused(NOT_CERTIFIED)
    assert provider(asked_of(holding("li", granted())), command).facts


@pytest.mark.parametrize("command", [VISIT, ANSWERS])
def test_a_certificate_without_the_editions_endorsement_is_not_enough(command: Command) -> None:
    other = granted("2023-automotive")
    provider(asked_of(holding("li", other)), command).refused(EDITION_NOT_ENDORSED, edition="2023")
    tomorrow = CertificateEndorsed(edition="2023", since=SINCE + DAY, causes=(), recognised=None)
    provider(asked_of(holding("li", other, tomorrow)), command).refused(EDITION_NOT_ENDORSED)
    today = CertificateEndorsed(edition="2023", since=SINCE, causes=(), recognised=None)
    assert provider(asked_of(holding("li", other, today)), command).facts


def visit(day: date) -> RecordSiteVisit:
    return RecordSiteVisit.model_validate(VISIT.model_dump() | {"visited_on": day})


def test_a_certificate_that_ran_out_before_the_visit_does_not_cover_it() -> None:
    """Recorded on a later day, with a new certificate: the day of the visit decides, not that of the record."""
    short = granted(since=date(2024, 1, 1), until=SINCE)
    renewed = granted(since=date(2024, 5, 8), until=date(2026, 5, 7), number="ZDS-2024-000000000002")
    case = asked_of(holding("li", short, renewed))
    later = datetime(2024, 5, 9, 8, tzinfo=UTC)
    case.when(visit(date(2024, 5, 7)), "provider", "p1", at=later).refused(
        CERTIFICATE_EXPIRED, path="visited_on", until=SINCE, day=date(2024, 5, 7)
    )
    assert case.when(visit(date(2024, 5, 6)), "provider", "p1", at=later).facts
    assert case.when(visit(date(2024, 5, 8)), "provider", "p1", at=later).facts


def test_answers_are_verified_with_a_certificate_of_the_day_of_the_act() -> None:
    case = asked_of(holding("li", granted(until=SINCE)))
    case.when(ANSWERS, "provider", "p1", at=AT + DAY).refused(CERTIFICATE_EXPIRED, until=SINCE, day=SINCE + DAY)
    assert case.when(ANSWERS, "provider", "p1").facts


def test_a_suspended_diagnostician_does_neither_and_a_restored_one_both() -> None:
    suspended = CertificateSuspended(since=SINCE, reason="代签", cause=None)
    for command in (VISIT, ANSWERS):
        provider(asked_of(holding("li", granted(), suspended)), command).refused(CERTIFICATE_SUSPENDED, since=SINCE)
    restored = CertificateRestored(last=date(2024, 5, 8), reason="整改完成", cause=None)
    case = asked_of(holding("li", granted(), suspended, restored))
    later = datetime(2024, 5, 9, 8, tzinfo=UTC)
    case.when(visit(date(2024, 5, 8)), "provider", "p1", at=later).refused(CERTIFICATE_SUSPENDED, day=date(2024, 5, 8))
    assert case.when(ANSWERS, "provider", "p1", at=later).facts


def test_a_visit_of_before_the_rule_needs_none_and_work_done_stays() -> None:
    rule = certified_only(date(2024, 5, 7))
    later = datetime(2024, 5, 7, 8, tzinfo=UTC)
    assert asked_of(rule=rule).when(visit(SINCE), "provider", "p1", at=later).facts
    case = verified().having_read(certified_only())
    provider(case, verify("D1", by_section(uniform(2))["D1"], "复核")).refused(NOT_CERTIFIED)
    assert provider(provider(case, ScoreDiagnosis(diagnosis="d1")), IssueReport(diagnosis="d1")).facts


def test_the_rule_may_be_lifted_again_from_a_day_on() -> None:
    strict = SetRule(since=SINCE, body=DEFAULT.model_copy(update={"certified_only": True}), source="通知", mark="I")
    case = given(DATED_RULES).when(strict, "city").accepted
    lifted = SetRule(since=SINCE + DAY, body=DEFAULT, source="通知", mark="I")
    rules = {QUALIFICATION_RULE: case.when(lifted, "city").accepted.state}
    provider(asked_of(rule=rules), ANSWERS).refused(NOT_CERTIFIED)
    assert asked_of(rule=rules).when(ANSWERS, "provider", "p1", at=AT + DAY).facts

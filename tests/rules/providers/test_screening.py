"""Screening for signals (plan V5): what it finds is raised once, with its reason and the time to answer, whoever asks again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.campaigns import Campaign, campaign_stream
from domain.diagnosis.state import Purpose
from domain.kernel import NOT_FOUND
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.providers.signals.numbers import METHOD, Compared, SignalFinding, SignalKind
from domain.providers.signals.screening import (
    SCREENING_CAMPAIGN_UNKNOWN,
    SCREENING_DISTRICT_UNKNOWN,
    SCREENING_EXISTS,
    SCREENING_YEAR_AHEAD,
    SCREENINGS,
    RecordScreening,
    RequestScreening,
)
from tests.rules.given import Given, given

DISTRICT = "310117"
WORLD = {
    organisation_stream(DISTRICT): Organisation(kind=OrganisationKind.DISTRICT, name="松江区"),
    organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例服务商"),
    campaign_stream("2024"): Campaign(purpose=Purpose.INITIAL, since=date(2024, 1, 1), until=date(2024, 12, 31)),
}
REQUEST = RequestScreening(screening="s1", year=2024, campaign="2024", district=DISTRICT)
FINDING = SignalFinding(
    signal="g1",
    kind=SignalKind.COPIED_FINDINGS,
    diagnosis="d1",
    enterprise="e1",
    provider="p1",
    section="findings",
    value=Decimal("0.8123"),
    threshold=Decimal("0.1500"),
    evidence=("diagnosis/d1/7",),
    counterparts=("diagnosis/d2/9",),
)
COMPARED = Compared(texts=12, files=5, self_assessments=7, not_judged=1, stays=4)


def asked(**changed: Any) -> Given:
    return given(SCREENINGS).having_read(WORLD).when(REQUEST.model_copy(update=changed), "district", DISTRICT)


def recording(*findings: SignalFinding, screening: str = "s1", known: int = 0) -> RecordScreening:
    told = {"method": METHOD, "position": 42, "input_digest": "a" * 64, "compared": COMPARED, "known": known, "left_out": 0}
    return RecordScreening(screening=screening, findings=findings, **told)


def test_each_finding_is_raised_with_its_rule_the_expected_rate_and_ten_working_days_to_answer() -> None:
    straight = FINDING.model_copy(update={"signal": "g2", "kind": SignalKind.STRAIGHT_LINE, "counterparts": ()})
    case = asked().accepted.when(recording(FINDING, straight), "system")
    case.happened("screening.computed.v1", "signal.raised.v1", "signal.raised.v1")
    computed, copied, line = case.facts
    assert (computed.raised, computed.known) == (2, 0)  # type: ignore[union-attr]
    assert copied.event.screening == "screening/s1/1"  # type: ignore[union-attr]
    assert copied.event.answer_by.due == date(2024, 5, 17)  # type: ignore[union-attr]
    assert (copied.event.expected, line.event.expected) == (Decimal(0), Decimal("0.001"))  # type: ignore[union-attr]
    case.when(recording(FINDING), "system").then()


def test_a_finding_that_is_a_signal_already_is_counted_and_not_raised_again() -> None:
    first = asked().accepted.when(recording(FINDING), "system").accepted
    again = given(SCREENINGS).having_read(first.read).when(REQUEST.model_copy(update={"screening": "s2"}), "city")
    again.accepted.when(recording(FINDING, screening="s2", known=3), "system").happened("screening.computed.v1")
    [computed] = again.facts
    assert (computed.raised, computed.known) == (0, 4)  # type: ignore[union-attr]


def test_a_screening_names_a_year_that_has_come_and_a_district_and_a_campaign_that_are_there() -> None:
    asked(year=2025).refused(SCREENING_YEAR_AHEAD, path="year", latest=2024)
    asked(campaign="2019").refused(SCREENING_CAMPAIGN_UNKNOWN, path="campaign")
    for unfit in ("310999", "p1"):
        asked(district=unfit).refused(SCREENING_DISTRICT_UNKNOWN, path="district")
    asked().accepted.when(REQUEST, "city").refused(SCREENING_EXISTS)
    given(SCREENINGS).when(recording(), "system").refused(NOT_FOUND)


@pytest.mark.parametrize("role", ["provider", "enterprise", "auditor"])
def test_nobody_else_asks_for_a_screening_and_the_program_alone_records_it(role: str) -> None:
    given(SCREENINGS).having_read(WORLD).when(REQUEST, role).refused(ROLE_NOT_ALLOWED)
    asked().accepted.when(recording(), role).refused(ROLE_NOT_ALLOWED)

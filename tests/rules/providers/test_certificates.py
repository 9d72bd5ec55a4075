"""Certificates (plan T1): granted in three grades by the city, endorsed per edition, suspended, restored; a date ends them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.proceedings.state import PROCEEDING_NOT_CONCLUDED, ProceedingOutcome, proceeding_stream
from domain.governance.qualification import CertificateGrade, NameShown, Suspension, certificate_stream
from domain.instants import months_after
from domain.kernel import NOT_FOUND
from domain.participants.people.state import PERSON_ERASED, Person, person_stream
from domain.providers.certificates import (
    CERTIFICATE_BACKDATED,
    CERTIFICATE_NOT_HELD,
    CERTIFICATE_NOT_ON_HOLD,
    CERTIFICATE_ON_HOLD,
    CERTIFICATE_REPEATED,
    CERTIFICATES,
    ENDORSED_ALREADY,
    EXAM_NOT_PASSED,
    CertificateEndorsed,
    CertificateRestored,
    CertificateSuspended,
    EndorseCertificate,
    GrantCertificate,
    HolderNameShown,
    RestoreCertificate,
    ShowHolderName,
    SuspendCertificate,
)
from domain.providers.exams.state import Exam, ExamTry, exam_stream
from domain.standard.editions import EDITION_UNKNOWN, edition_stream
from domain.stated_dates import DATE_TOO_FAR_AHEAD
from tests.rules.cases import WORLD
from tests.rules.given import AT, Given, given
from tests.rules.qualified import SINCE, certified_only, concluded, granted

GRANT = GrantCertificate(
    person="wang",
    number="ZDS-2024-000000000001",
    grade=CertificateGrade.DIAGNOSTICIAN,
    editions=("2023",),
    since=SINCE,
    recognised="试点期间考核合格",
)
SUSPEND = SuspendCertificate(person="wang", proceeding="r1", reason="代签现场记录，经查属实")
RESTORE = RestoreCertificate(person="wang", reason="整改完成")
READ = {
    **concluded("wang"),
    person_stream("wang"): Person(),
    edition_stream("2023"): WORLD[edition_stream("2023")],
    edition_stream("2023-automotive"): WORLD[edition_stream("2023")],
}


def beginning(*facts: Any) -> Given:
    return given(CERTIFICATES, *facts).having_read(READ)


def asked(**changes: Any) -> GrantCertificate:
    return GrantCertificate.model_validate(GRANT.model_dump() | changes)


def test_a_certificate_holds_for_the_months_of_the_rule_from_its_first_day() -> None:
    beginning().when(GRANT, "city").then(granted())
    set_by_the_city = certified_only(certificate_months=12)
    cited = granted(until=date(2025, 5, 5), rule="rule/exam/1")
    beginning().having_read(set_by_the_city).when(GRANT, "city").then(cited)


@pytest.mark.parametrize("grade", CertificateGrade)
def test_there_are_three_grades(grade: CertificateGrade) -> None:
    assert len(CertificateGrade) == 3
    case = beginning().when(asked(grade=grade), "city").accepted
    assert case.state.grade_on(SINCE) is grade
    assert case.state.grade_on(SINCE - timedelta(days=1)) is None


def test_a_renewal_or_another_grade_takes_its_place_and_the_same_again_does_not() -> None:
    held = beginning().when(GRANT, "city").accepted
    held.when(asked(number="ZDS-2024-000000000002"), "city").refused(CERTIFICATE_REPEATED, until=date(2026, 5, 5))
    higher = asked(number="ZDS-2024-000000000002", grade="senior")
    case = beginning(granted()).when(higher, "city").accepted
    assert case.state.grade_on(SINCE) is CertificateGrade.SENIOR
    later = asked(number="ZDS-2024-000000000002", since=date(2024, 6, 1))
    case = beginning(granted()).when(later, "city").accepted
    assert case.state.term_on(date(2026, 5, 31)).number == "ZDS-2024-000000000002"
    assert case.state.term_on(SINCE).number == "ZDS-2024-000000000001"


def test_a_certificate_covers_no_day_before_it_was_granted() -> None:
    beginning().when(asked(since=date(2024, 5, 5)), "city").refused(CERTIFICATE_BACKDATED, earliest=SINCE)
    beginning().when(asked(since=date(2098, 5, 6)), "city").refused(DATE_TOO_FAR_AHEAD, path="since")


def test_it_is_granted_to_people_who_take_part_for_editions_that_are_published() -> None:
    given(CERTIFICATES).when(GRANT, "city").refused(NOT_FOUND)
    gone = {person_stream("wang"): Person(erased=True)}
    beginning().having_read(gone).when(GRANT, "city").refused(PERSON_ERASED)
    beginning().when(asked(editions=("2023", "2099")), "city").refused(EDITION_UNKNOWN, edition="2099")
    held = beginning(granted())
    held.when(EndorseCertificate(person="wang", edition="2099", recognised="x"), "city").refused(EDITION_UNKNOWN)


@pytest.mark.parametrize("command", [GRANT, SUSPEND, RESTORE])
@pytest.mark.parametrize("role", ["provider", "diagnostician", "district", "auditor"])
def test_the_city_alone_grants_suspends_and_restores(command: Any, role: str) -> None:
    beginning(granted()).when(command, role, "p1").refused(ROLE_NOT_ALLOWED, role=role)


ENDORSE = EndorseCertificate(person="wang", edition="2023-automotive", recognised="汽车版考核合格")


def test_an_endorsement_holds_from_its_day_and_is_given_once() -> None:
    fact = CertificateEndorsed(edition="2023-automotive", since=SINCE, causes=(), recognised="汽车版考核合格")
    case = beginning(granted()).when(ENDORSE, "city").then(fact)
    assert case.state.latest.endorsed == {"2023": SINCE, "2023-automotive": SINCE}
    case.when(ENDORSE, "city").refused(ENDORSED_ALREADY, since=SINCE)
    beginning().when(ENDORSE, "city").refused(CERTIFICATE_NOT_HELD)


def test_an_endorsement_goes_over_to_a_renewal_that_was_granted_before_it() -> None:
    renewal = granted(since=date(2026, 5, 6), until=date(2028, 5, 5), number="ZDS-2024-000000000002")
    case = beginning(granted(), renewal).when(ENDORSE, "city").accepted
    assert case.state.term_on(date(2027, 1, 1)).endorsed == {"2023": date(2026, 5, 6), "2023-automotive": SINCE}
    over = granted(since=date(2021, 1, 1), until=date(2022, 12, 31), number="ZDS-2024-000000000000")
    case = beginning(over, granted()).when(ENDORSE, "city").accepted
    assert case.state.terms[0].endorsed == {"2023": date(2021, 1, 1)}


@pytest.mark.parametrize(
    ("day", "refused"), [(datetime(2026, 5, 5, 15, 59, tzinfo=UTC), False), (datetime(2026, 5, 5, 16, tzinfo=UTC), True)]
)
def test_a_certificate_ends_by_its_date_at_midnight_in_the_city(day: datetime, refused: bool) -> None:  # noqa: FBT001 - a case
    case = beginning(granted()).when(SUSPEND, "city", at=day)
    if refused:
        case.refused(CERTIFICATE_NOT_HELD)
    else:
        assert case.accepted.state.grade_on(date(2026, 5, 5)) is None


def test_nobody_is_suspended_without_a_concluded_proceeding_about_this_certificate() -> None:
    for read in ({proceeding_stream("r1"): None}, concluded("li"), concluded("wang", ProceedingOutcome.DISMISSED)):
        beginning(granted()).having_read(read).when(SUSPEND, "city").refused(PROCEEDING_NOT_CONCLUDED)


def test_a_suspension_lasts_until_it_is_restored_and_leaves_the_history_whole() -> None:
    fact = CertificateSuspended(since=SINCE, reason=SUSPEND.reason, cause="proceeding/r1/2")
    case = beginning(granted()).when(SUSPEND, "city").then(fact)
    assert case.state.grade_on(SINCE) is None
    case.when(SUSPEND, "city").refused(CERTIFICATE_ON_HOLD, since=SINCE)
    case.when(asked(number="ZDS-2024-000000000002", grade="senior"), "city").refused(CERTIFICATE_ON_HOLD)
    case.when(ENDORSE, "city").refused(CERTIFICATE_ON_HOLD)
    week = AT + timedelta(days=7)
    restored = CertificateRestored(last=date(2024, 5, 12), reason="整改完成", cause=None)
    case = case.when(RESTORE, "city", at=week).then(restored)
    assert case.state.suspensions == (Suspension(since=SINCE, until=date(2024, 5, 12), reason=SUSPEND.reason),)
    assert (case.state.grade_on(date(2024, 5, 12)), case.state.latest.until) == (None, date(2026, 5, 5))
    assert case.state.grade_on(date(2024, 5, 13)) is CertificateGrade.DIAGNOSTICIAN
    case.when(RESTORE, "city", at=week).refused(CERTIFICATE_NOT_ON_HOLD)


def test_a_certificate_has_one_status_on_every_day() -> None:
    renewal = granted(since=date(2026, 5, 1), until=date(2028, 4, 30), number="ZDS-2024-000000000002")
    suspended = CertificateSuspended(since=date(2026, 6, 1), reason="代签", cause=None)
    held = given(CERTIFICATES, granted(), renewal, suspended).state
    days = (date(2024, 5, 5), SINCE, date(2026, 4, 30), date(2026, 5, 1), date(2026, 6, 1), date(2028, 5, 1))
    first, second = ([held.status_of(term, day).value for day in days] for term in held.terms)
    assert first == ["not_yet_valid", "valid", "valid", "replaced", "replaced", "expired"]
    assert second == ["not_yet_valid", "not_yet_valid", "not_yet_valid", "valid", "suspended", "expired"]


SHOW = ShowHolderName(person="wang", shown=NameShown.FULL)


def test_the_holder_alone_says_how_the_name_is_shown_and_until_then_it_is_not() -> None:
    case = beginning(granted())
    assert case.state.name_shown is NameShown.HIDDEN
    case.when(SHOW, "diagnostician", "p1", by="wang").then(HolderNameShown(shown=NameShown.FULL))
    case.when(SHOW, "diagnostician", "p1", by="wang").then()
    beginning(granted()).when(SHOW, "provider", "p1", by="boss").refused(NOT_FOUND)
    beginning(granted()).when(SHOW, "city", by="clerk").refused(ROLE_NOT_ALLOWED)
    beginning().when(SHOW, "diagnostician", "p1", by="wang").refused(CERTIFICATE_NOT_HELD)


def test_the_stream_is_of_the_person_and_not_of_the_number() -> None:
    assert CERTIFICATES.stream(GRANT) == certificate_stream("wang") == "certificate/wang"


@drawn(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_so_many_months_on_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


EXAMINED = GRANT.model_copy(update={"recognised": None})
PASSED = ExamTry(nonce="", commitment="", enrolled_on=SINCE, passed=True, marked=6)


def having_passed(*tries: ExamTry, edition: str = "2023") -> dict[str, Any]:
    return {exam_stream(edition, "wang"): Exam(tries=tries)}


def test_a_certificate_rests_on_an_examination_of_each_edition_and_cites_it() -> None:
    beginning().when(EXAMINED, "city").refused(EXAM_NOT_PASSED, edition="2023", path="editions")
    not_yet = having_passed(PASSED.model_copy(update={"passed": False}))
    beginning().having_read(not_yet).when(EXAMINED, "city").refused(EXAM_NOT_PASSED)
    cited = granted(causes=("exam/2023.wang/6",), recognised=None)
    beginning().having_read(having_passed(PASSED)).when(EXAMINED, "city").then(cited)
    both = EXAMINED.model_copy(update={"editions": ("2023", "2023-automotive")})
    beginning().having_read(having_passed(PASSED)).when(both, "city").refused(EXAM_NOT_PASSED, edition="2023-automotive")


def test_an_endorsement_rests_on_one_too_and_each_is_used_once() -> None:
    endorse = EndorseCertificate(person="wang", edition="2023-automotive")
    case = beginning(granted()).having_read(having_passed(PASSED, edition="2023-automotive"))
    fact = CertificateEndorsed(edition="2023-automotive", since=SINCE, causes=("exam/2023-automotive.wang/6",), recognised=None)
    case.when(endorse, "city").then(fact)
    beginning(granted()).when(endorse, "city").refused(EXAM_NOT_PASSED, path="edition")
    first = granted(causes=("exam/2023.wang/6",), recognised=None)
    renewal = EXAMINED.model_copy(update={"number": "ZDS-2024-000000000002", "since": date(2024, 6, 1)})
    beginning(first).having_read(having_passed(PASSED)).when(renewal, "city").refused(EXAM_NOT_PASSED)
    again = having_passed(PASSED, PASSED.model_copy(update={"marked": 12}))
    case = beginning(first).having_read(again).when(renewal, "city").accepted
    assert case.state.causes == ("exam/2023.wang/6", "exam/2023.wang/12")

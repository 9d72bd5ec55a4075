"""Submission of a tablet (plan P3, P5): verified answers and evidence, whole or not at all, once, and never over what is newer."""

from typing import Any

from domain.diagnosis.evidence import EvidenceAttached
from domain.diagnosis.on_site import DIFFERENCE_UNEXPLAINED, AnswersVerified
from domain.diagnosis.provider import NOT_ASSIGNED
from domain.diagnosis.state import VerifiedAnswer
from domain.diagnosis.submission import (
    SUBMISSION_EDITION_DIFFERS,
    SUBMISSION_FILE_MISSING,
    SUBMISSION_FINDING_NEWER,
    SUBMISSION_OF_ANOTHER_CASE,
    SUBMISSION_VALUE_UNREADABLE,
    MissingFile,
    SubmissionTakenIn,
    SubmittedFile,
    TakeInSubmission,
)
from tests.rules.cases import accepted, by_section, provider, uniform, verified
from tests.rules.firms import EDITION

SECTIONS = by_section(uniform(3))
FIRST = min(uniform(3))
PHOTOGRAPH = SubmittedFile(sha256="f" * 64, filename="1.jpg", media_type="image/jpeg", size=9, indicators=(FIRST,))


def submission(level: int = 3, reason: str | None = None, **changes: Any) -> TakeInSubmission:
    findings = {name: VerifiedAnswer(answer=answer, reason=reason) for name, answer in uniform(level).items()}
    stated: dict[str, Any] = {
        "sha256": "a" * 64,
        "instance": "i1",
        "of_case": "d1",
        "edition_digest": EDITION.digest,
        "of_version": 99,
        "findings": findings,
    }
    return TakeInSubmission(diagnosis="d1", **stated | changes)


def test_a_form_filled_in_on_site_verifies_every_section_with_its_evidence() -> None:
    *facts, taken = provider(accepted(), submission(files=(PHOTOGRAPH,))).accepted.facts
    assert [one.section for one in facts if isinstance(one, AnswersVerified)] == sorted(SECTIONS)
    assert [one.sha256 for one in facts if isinstance(one, EvidenceAttached)] == ["f" * 64]
    assert isinstance(taken, SubmissionTakenIn)
    assert (taken.instance, taken.indicators, taken.files) == ("i1", tuple(sorted(uniform(3))), ("f" * 64,))


def test_the_same_form_again_changes_nothing() -> None:
    case = provider(accepted(), submission()).accepted
    assert provider(case, submission()).facts == ()


def test_a_form_that_was_put_right_on_the_tablet_is_never_passed_over_in_silence() -> None:
    case = provider(accepted(), submission()).accepted
    corrected = {"sha256": "c" * 64, "level": 4, "reason": "现场所见不同", "of_version": 1}
    provider(case, submission(**corrected)).refused(SUBMISSION_FINDING_NEWER)
    taken = provider(case, submission(**corrected, overwrite=tuple(uniform(3)))).accepted.facts[-1]
    assert isinstance(taken, SubmissionTakenIn)
    assert (taken.instance, set(taken.overwritten)) == ("i1", set(uniform(3)))


def test_the_former_form_again_is_judged_beside_what_stands_now() -> None:
    case = provider(accepted(), submission(of_version=1)).accepted
    provider(case, submission(4, "复核", sha256="c" * 64, of_version=1, overwrite=tuple(uniform(3)))).accepted  # noqa: B018 - refuses to be read where it was refused
    provider(case, submission(of_version=1)).refused(SUBMISSION_FINDING_NEWER)


def test_what_was_verified_since_stays_unless_it_is_named() -> None:
    case = verified(uniform(4))
    provider(case, submission(reason="复核", of_version=1)).refused(SUBMISSION_FINDING_NEWER)
    taken = provider(case, submission(reason="复核", of_version=1, overwrite=tuple(uniform(3)))).accepted.facts[-1]
    assert isinstance(taken, SubmissionTakenIn)
    assert set(taken.overwritten) == set(uniform(3))


def test_a_difference_without_a_reason_a_missing_photograph_or_an_odd_value_and_nothing_is_taken() -> None:
    case = accepted()
    provider(case, submission(level=4)).refused(DIFFERENCE_UNEXPLAINED)
    assert provider(case, submission(level=4, reason="现场所见不同")).facts
    missing = (MissingFile(indicator=FIRST, filename="2.jpg"),)
    provider(accepted(), submission(missing=missing)).refused(SUBMISSION_FILE_MISSING, indicator=FIRST, filename="2.jpg")
    provider(accepted(), submission(unread=("Z01_level",))).refused(SUBMISSION_VALUE_UNREADABLE)


def test_a_form_is_of_this_case_its_edition_and_its_provider() -> None:
    provider(accepted(), submission(of_case="d2")).refused(SUBMISSION_OF_ANOTHER_CASE)
    provider(accepted(), submission(edition_digest="b" * 64)).refused(SUBMISSION_EDITION_DIFFERS)
    accepted().when(submission(), "provider", "p2").refused(NOT_ASSIGNED)

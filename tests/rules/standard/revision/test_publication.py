"""A revision of the standard 标准修订 (plan S5): published as editions, or given up."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND, Event, OnStream, fold
from domain.standard.editions import (
    EDITIONS,
    EditionPutInForce,
    EditionRetired,
    edition_stream,
)
from domain.standard.revision.draft import KEY_TAKEN, RevisionDrafted
from domain.standard.revision.publication import (
    NEVER_CONSULTED,
    NOT_AFTER_TODAY,
    NOT_APPROVED,
    UNANSWERED,
    RevisionPublished,
)
from domain.standard.revision.revision import OVER, REVISIONS
from domain.standard.revision.state import (
    DRAFT_STALE,
    Verdict,
)
from standards import composed, retitled
from standards.revising.changes import (
    IndicatorText,
)
from tests.rules.given import given
from tests.rules.revisions import (
    AFTERWARDS,
    CLOSING,
    IN_FORCE,
    KEYS,
    LAST_DAY,
    LEAVING,
    OPENING,
    TODAY,
    WORLD,
    answering,
    approved,
    changed,
    changing,
    city,
    commented,
    commenting,
    consulted,
    consulting,
    drafted,
    drafting,
    erratum,
    in_review,
    naming,
    published,
    publishing,
    reviewed_by,
    reviewing,
    shifted,
)


def test_publishing_puts_every_edition_into_its_own_stream_from_a_day_on_and_retires_those_before() -> None:
    case = city(approved(), publishing(), at=AFTERWARDS)
    own, *others = case.facts
    compositions = composed(case.state.standard).compositions
    assert own == RevisionPublished(
        draft_version=2, since=IN_FORCE, editions={one.edition.key: one.edition.digest for one in compositions}
    )
    told = [(fact.stream, fact.event) for fact in others if isinstance(fact, OnStream)]
    assert [stream for stream, _ in told[:6]] == [
        stream for key in ("2025", "2025-automotive", "2025-electronics") for stream in [edition_stream(key)] * 2
    ]
    assert [event.edition for _, event in told[0:6:2]] == [one.edition for one in compositions]  # type: ignore[attr-defined]
    assert {event for _, event in told[1:6:2]} == {EditionPutInForce(since=IN_FORCE)}
    assert told[6:] == [
        (edition_stream(key), EditionRetired(since=IN_FORCE, reason="由版本 2025 代替")) for key in KEYS
    ]
    city(case, LEAVING, at=AFTERWARDS).refused(OVER, status="published")
    city(case, changing(*shifted(), version=2), at=AFTERWARDS).refused(OVER)


def test_the_next_revision_begins_from_what_was_published_as_the_first_began_from_the_files() -> None:
    case = city(approved(), publishing(), at=AFTERWARDS)
    told: dict[str, list[Event]] = {fact.stream: [] for fact in case.facts if isinstance(fact, OnStream)}
    for fact in case.facts:
        if isinstance(fact, OnStream):
            told[fact.stream].append(fact.event)
    new = {stream: fold(EDITIONS.evolve, events) for stream, events in told.items() if stream.startswith("edition/2025")}
    again = given(REVISIONS).having_read(new)
    (fact,) = city(again, drafting(revision="r2", base="2025", key="2027")).facts
    assert isinstance(fact, RevisionDrafted)
    drafted_before = retitled(case.state.standard, fact.key, fact.title)
    assert fact.standard == drafted_before
    assert list(fact.bases) == ["2025", "2025-automotive", "2025-electronics"]


def test_what_retires_earlier_anyway_stays_as_it_was() -> None:
    early = published("2023").model_copy(update={"retired": IN_FORCE - timedelta(days=1)})
    case = city(approved().having_read({edition_stream("2023"): early}), publishing(), at=AFTERWARDS)
    retired = {fact.stream for fact in case.facts if isinstance(fact, OnStream) and isinstance(fact.event, EditionRetired)}
    assert retired == {edition_stream(key) for key in KEYS[1:]}


def test_nothing_is_published_before_every_comment_is_answered() -> None:
    case = city(commented(), CLOSING, at=AFTERWARDS).accepted
    assert city(case, naming(), at=AFTERWARDS).accepted
    case = reviewed_by(reviewed_by(case, "zhou").accepted, "wu").accepted
    city(case, publishing(), at=AFTERWARDS).refused(UNANSWERED, count=1, comments=["c1"])


def test_nothing_is_published_before_all_named_reviewers_approve_the_draft_as_it_stands() -> None:
    city(consulted(), publishing(), at=AFTERWARDS).refused(NOT_APPROVED, count=0)
    half = reviewed_by(in_review(), "zhou").accepted
    city(half, publishing(), at=AFTERWARDS).refused(NOT_APPROVED, count=1, reviewers=["wu"])
    returned = reviewed_by(approved(), "wu", reviewing(Verdict.RETURN)).accepted
    city(returned, publishing(), at=AFTERWARDS).refused(NOT_APPROVED, reviewers=["wu"])


def test_a_change_after_the_review_voids_it() -> None:
    case = city(approved(), changing(*shifted(2), version=2), at=AFTERWARDS).accepted
    city(case, publishing(), at=AFTERWARDS).refused(DRAFT_STALE, current=3)
    city(case, publishing(3), at=AFTERWARDS).refused(NOT_APPROVED, reviewers=["zhou", "wu"])


@pytest.mark.parametrize("since", [LAST_DAY + timedelta(days=1), TODAY])
def test_an_edition_comes_into_force_after_today(since: date) -> None:
    city(approved(), publishing(since=since), at=AFTERWARDS).refused(NOT_AFTER_TODAY, since=since)


def test_a_key_that_was_taken_meanwhile_is_refused_at_publication() -> None:
    case = approved().having_read({edition_stream("2025-electronics"): published("2023-electronics")})
    city(case, publishing(), at=AFTERWARDS).refused(KEY_TAKEN, key="2025-electronics")


def test_a_revision_is_never_published_without_a_consultation_and_an_erratum_may_be_but_not_without_review() -> None:
    plain = city(city(drafted(), changing(*shifted())).accepted, naming("zhou")).accepted
    assert reviewed_by(plain, "zhou").accepted
    city(plain, publishing(), at=AFTERWARDS).refused(NEVER_CONSULTED)
    case = city(given(REVISIONS).having_read(WORLD), erratum()).accepted
    text = IndicatorText(indicator="Z01", member="evidence", text="规划文件与年度评估", reason="漏字")
    assert city(case, changing(text)).accepted
    city(case, publishing()).refused(NOT_APPROVED, count=0)
    assert city(case, naming("zhou")).accepted
    assert reviewed_by(case, "zhou").accepted
    assert city(case, publishing(), at=AFTERWARDS).accepted


def test_a_revision_may_be_given_up_and_stays_so() -> None:
    case = city(consulting(), LEAVING).happened("revision.abandoned.v1")
    case.when(commenting(), "park", "p").refused(OVER, status="abandoned")


@pytest.mark.parametrize("command", [changing(*shifted()), OPENING, answering(), naming(), publishing(), LEAVING, drafting()])
def test_the_city_alone_drives_a_revision(command: Any) -> None:
    changed().when(command, "district", "310117").refused(ROLE_NOT_ALLOWED, role="district")
    changed().when(command, "auditor", "audit").refused(ROLE_NOT_ALLOWED, role="auditor")


def test_what_does_not_exist_is_not_found() -> None:
    city(given(REVISIONS), LEAVING).refused(NOT_FOUND)

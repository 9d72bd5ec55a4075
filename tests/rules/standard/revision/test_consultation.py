"""A revision of the standard 标准修订 (plan S5): the text on consultation, the comments and what becomes of them."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from domain.access import Role, admits, scope_of
from domain.command_rights import HELD_BY_PEOPLE, ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND, NOWHERE, Unscoped
from domain.standard.revision.consultation import (
    COMMENT_EXISTS,
    COMMENTS_AT_MOST,
    COMMENTS_CLOSED,
    COMMENTS_TOO_MANY,
    CONSULTATION_DATES,
    CONSULTATION_NOT_OPEN,
    CONSULTATION_NOT_OVER,
    CONSULTATION_TOO_SHORT,
    DraftCommentedOn,
    OpenConsultation,
)
from domain.standard.revision.draft import CLAUSE_UNKNOWN
from domain.standard.revision.revision import REVISIONS
from domain.standard.revision.state import (
    COMMENT_UNKNOWN,
    DRAFT_ON_CONSULTATION,
    DRAFT_STALE,
    Disposition,
)
from tests.rules.given import AT
from tests.rules.revisions import (
    AFTERWARDS,
    CLOSING,
    LAST_DAY,
    OPENING,
    TODAY,
    answering,
    changed,
    changing,
    city,
    commented,
    commenting,
    consulted,
    consulting,
    publishing,
    shifted,
)


def test_the_text_is_frozen_while_it_is_open_to_comments() -> None:
    case = consulting()
    city(case, changing(*shifted(2), version=2)).refused(DRAFT_ON_CONSULTATION)
    city(case, OPENING).refused(DRAFT_ON_CONSULTATION)
    city(case, publishing()).refused(DRAFT_ON_CONSULTATION)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (TODAY - timedelta(days=1), LAST_DAY),
        (LAST_DAY, TODAY),
        (TODAY, TODAY + timedelta(days=366)),
    ],
)
def test_a_consultation_begins_today_or_later_and_lasts_a_year_at_most(since: date, until: date) -> None:
    opening = OPENING.model_copy(update={"since": since, "until": until})
    city(changed(), opening).refused(CONSULTATION_DATES, since=since, until=until)


def test_a_consultation_gives_people_the_time_that_the_dated_rule_names() -> None:
    """Thirty days by 地方标准管理办法, first and last day included; the refusal says until when, and where that comes from."""
    for days in (0, 28):
        opening = OPENING.model_copy(update={"until": TODAY + timedelta(days=days)})
        bound = {"at_least": 30, "earliest": TODAY + timedelta(days=29), "mark": "V-2", "path": "until"}
        city(changed(), opening).refused(CONSULTATION_TOO_SHORT, days=days + 1, **bound)
    assert city(changed(), OPENING.model_copy(update={"until": TODAY + timedelta(days=29)})).accepted


def test_the_consultation_is_on_the_draft_that_was_seen() -> None:
    city(changed(), OPENING.model_copy(update={"draft_version": 1})).refused(DRAFT_STALE, current=2)


@pytest.mark.parametrize("role", sorted(HELD_BY_PEOPLE))
def test_every_role_that_people_hold_may_comment(role: str) -> None:
    (fact,) = consulting().when(commenting(), role, "unit").facts
    assert isinstance(fact, DraftCommentedOn)
    assert (fact.role, fact.organisation, fact.clause) == (role, "unit", "dimensions.F")


@pytest.mark.parametrize("role", ["partner", "public", "system"])
def test_machines_and_the_public_do_not(role: str) -> None:
    consulting().when(commenting(), role, "unit").refused(ROLE_NOT_ALLOWED, role=role)


@pytest.mark.parametrize("clause", ["", "indicators.Z01", "indicators.Z01.levels.3", "gates.security", "points.1.5", "bands"])
def test_a_comment_is_on_a_clause_or_on_the_whole(clause: str) -> None:
    assert consulting().when(commenting(clause=clause), "enterprise", "e1").accepted


@pytest.mark.parametrize(
    ("clause", "industry"), [("indicators.C99", None), ("indicators.A01", None), ("indicators.Z01", "energy")]
)
def test_a_comment_on_a_clause_that_the_text_has_not_is_refused(clause: str, industry: str | None) -> None:
    comment = commenting(clause=clause, industry=industry)
    consulting().when(comment, "enterprise", "e1").refused(CLAUSE_UNKNOWN, clause=clause, industry=industry)


def test_a_comment_may_be_on_an_industrys_own_clause() -> None:
    assert consulting().when(commenting(clause="indicators.A01", industry="automotive"), "enterprise", "e1").accepted


def test_comments_are_taken_on_the_days_that_were_named_and_on_no_other() -> None:
    case = city(changed(), OPENING.model_copy(update={"since": TODAY + timedelta(days=1)})).accepted
    case.when(commenting(), "park", "p").refused(COMMENTS_CLOSED, since=TODAY + timedelta(days=1), until=LAST_DAY)
    assert case.when(commenting(), "park", "p", at=AT + timedelta(days=1)).accepted
    assert case.when(commenting("c2"), "park", "p", at=AT + timedelta(days=30)).accepted
    case.when(commenting("c3"), "park", "p", at=AFTERWARDS).refused(COMMENTS_CLOSED)


def test_no_comment_is_taken_once_it_is_closed() -> None:
    consulted().when(commenting("c2"), "park", "p", at=AFTERWARDS).refused(CONSULTATION_NOT_OPEN)


def test_it_is_closed_when_its_last_day_is_over_and_not_before() -> None:
    city(consulting(), CLOSING, at=AT + timedelta(days=30)).refused(CONSULTATION_NOT_OVER, until=LAST_DAY)
    case = consulting().when(CLOSING, "system", at=AFTERWARDS).happened("revision.consultation_closed.v1")
    city(case, CLOSING, at=AFTERWARDS).refused(CONSULTATION_NOT_OPEN)
    assert city(case, changing(*shifted(2), version=2), at=AFTERWARDS).accepted


def test_a_second_consultation_may_follow_on_another_text() -> None:
    case = city(consulted(), changing(*shifted(2), version=2), at=AFTERWARDS).accepted
    since = LAST_DAY + timedelta(days=1)
    again = OpenConsultation(revision="r1", draft_version=3, since=since, until=since + timedelta(days=29))
    assert city(case, again, at=AFTERWARDS).accepted
    assert case.when(commenting("c2"), "park", "p", at=AFTERWARDS).accepted


def test_one_id_one_comment_and_an_organisation_makes_a_bounded_number() -> None:
    case = commented()
    case.when(commenting(), "enterprise", "e1").refused(COMMENT_EXISTS, comment="c1")
    for number in range(COMMENTS_AT_MOST - 1):
        assert case.when(commenting(f"x{number}", ""), "enterprise", "e1").accepted
    case.when(commenting("last", ""), "enterprise", "e1").refused(COMMENTS_TOO_MANY, most=COMMENTS_AT_MOST)
    assert case.when(commenting("last", ""), "enterprise", "e2").accepted


@pytest.mark.parametrize("wrong", [{"text": " "}, {"text": "x" * 2001}, {"clause": "a b"}, {"clause": "x" * 121}])
def test_a_comment_without_text_too_long_or_on_no_path_is_malformed(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        commenting(**wrong)


def test_a_comment_is_answered_with_why_and_the_answer_may_be_revised_by_a_further_fact() -> None:
    case = commented()
    city(case, answering("c9")).refused(COMMENT_UNKNOWN, comment="c9")
    city(case, answering()).happened("revision.comment_answered.v1")
    city(case, answering()).then()
    city(case, answering(disposition=Disposition.REJECTED)).happened("revision.comment_answered.v1")
    assert case.state.comments["c1"].disposition is Disposition.REJECTED


def test_a_draft_that_was_never_put_to_consultation_does_not_exist_for_others() -> None:
    changed().when(commenting(), "support", "s1").refused(NOT_FOUND)
    place = REVISIONS.place(commenting(), changed().state, {})
    assert place == NOWHERE
    assert not admits(scope_of(Role.DISTRICT, "310117"), place)
    assert REVISIONS.place(commenting(), consulting().state, {}) is Unscoped.OPEN_TO_ALL

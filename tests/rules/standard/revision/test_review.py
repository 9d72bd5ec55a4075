"""A revision of the standard 标准修订 (plan S5): reviewed by named experts."""

import pytest

from domain.access import Everything, Nothing, Place, Role, admits, scope_of
from domain.standard.revision.review import REVIEWER_NOT_NAMED, REVIEWER_UNKNOWN
from domain.standard.revision.revision import REVISIONS
from domain.standard.revision.state import (
    DRAFT_ON_CONSULTATION,
    DRAFT_STALE,
    draft_scope,
)
from tests.rules.revisions import (
    TODAY,
    changed,
    city,
    consulting,
    in_review,
    naming,
    reviewed_by,
    reviewing,
)


def test_a_draft_lies_with_its_named_reviewers_and_nowhere_else() -> None:
    place = REVISIONS.place(reviewing(), in_review().state, {})
    assert isinstance(place, Place)
    assert admits(scope_of(Role.READER, "experts", "zhou", TODAY), place)
    for role, organisation in ((Role.DISTRICT, "310117"), (Role.READER, "experts"), (Role.ENTERPRISE, "e1"), (Role.BANK, "zhou")):
        assert not admits(scope_of(role, organisation, "li", TODAY), place)
    assert draft_scope("city", Everything()) == Everything()
    assert draft_scope("support", Everything()) == draft_scope("partner", Everything()) == Nothing()


@pytest.mark.parametrize("reviewer", ["nobody", "official", "former"])
def test_a_reviewer_holds_an_experts_role_today(reviewer: str) -> None:
    city(changed(), naming("zhou", reviewer)).refused(REVIEWER_UNKNOWN, reviewer=reviewer)


def test_all_reviewers_that_are_none_are_told_at_once_each_with_its_place() -> None:
    assert city(changed(), naming("zhou", "nobody", "no-one")).told == {
        ("REVIEWER_UNKNOWN", f"reviewers.{place}") for place in (1, 2)
    }


def test_naming_the_same_reviewers_again_changes_nothing_and_others_replace_them() -> None:
    case = city(changed(), naming()).accepted
    city(case, naming("zhou", "wu", "zhou")).then()
    city(case, naming("wu")).happened("revision.reviewers_named.v1")
    reviewed_by(case, "zhou").refused(REVIEWER_NOT_NAMED)


def test_only_a_named_reviewer_reviews_and_only_the_draft_as_it_stands_outside_a_consultation() -> None:
    reviewed_by(in_review(), "li").refused(REVIEWER_NOT_NAMED)
    reviewed_by(in_review(), "zhou", reviewing(version=1)).refused(DRAFT_STALE, current=2)
    reviewed_by(city(consulting(), naming()).accepted, "zhou").refused(DRAFT_ON_CONSULTATION)

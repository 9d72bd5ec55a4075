"""Access 访问权限, as the plan's P7 has it."""

import pytest

from domain.access import AllOf, AnyOf, Attribute, Everything, Is, Nothing, Place, Role, admits, scope_of, sentence

SONGJIANG = Place(enterprise="e1", district="310117", provider="p1")


@pytest.mark.parametrize("role", [Role.CITY, Role.AUDITOR])
def test_city_and_auditor_see_every_thing(role: Role) -> None:
    assert admits(scope_of(role, ""), SONGJIANG)


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        (Role.DISTRICT, "310117", "310115"),
        (Role.ENTERPRISE, "e1", "e2"),
        (Role.PROVIDER, "p1", "p2"),
        (Role.PARTNER, "310117", "310115"),
    ],
)
def test_every_other_role_sees_its_own_unit_only(role: Role, own: str, other: str) -> None:
    assert admits(scope_of(role, own), SONGJIANG)
    assert not admits(scope_of(role, other), SONGJIANG)


def test_a_thing_without_the_coordinate_is_outside() -> None:
    assert not admits(Is(Attribute.PARK, "zhangjiang"), SONGJIANG)


def test_an_empty_union_admits_nothing_and_an_empty_intersection_everything() -> None:
    assert not admits(AnyOf(()), SONGJIANG)
    assert admits(AllOf(()), SONGJIANG)
    assert not admits(Nothing(), SONGJIANG)


def test_a_scope_says_in_both_languages_why_a_thing_is_seen() -> None:
    scope = AnyOf((Is(Attribute.DISTRICT, "310117"), Everything()))
    assert sentence(scope, {"310117": "松江区"}) == ("（区为“松江区” 或 全市）", "(district is “松江区” or the whole city)")
    assert sentence(scope) == ("（某一区（不具名） 或 全市）", "(one district (not named) or the whole city)"), "never by its code"

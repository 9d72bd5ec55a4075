"""Partner keys 伙伴密钥: what one opens, for how long, and how it is rotated. plan P7, P8."""

from datetime import timedelta

import pytest

from domain.access import Role, scope_of
from domain.kernel import Refused
from tests.e2e.accounts_house import House, house

__all__ = ["house"]


def test_a_partner_key_sees_its_district_or_the_city(house: House) -> None:
    one = house.accounts.issue_partner_key("data-platform", "310117", timedelta(days=90))
    city = house.accounts.issue_partner_key("data-platform", "*", timedelta(days=90))
    known = house.accounts.identify(one.token)
    assert known is not None
    assert (known.caller.actor, known.caller.role) == ("partner-data-platform", "partner")
    assert (known.caller.scope, known.membership, known.expires_at) == (
        scope_of(Role.PARTNER, "310117"),
        "",
        one.expires_at,
    )
    whole = house.accounts.identify(city.token)
    assert whole is not None
    assert whole.caller.scope == scope_of(Role.PARTNER, "*")


def test_a_partner_key_ends_when_its_time_is_up_or_it_is_revoked(house: House) -> None:
    one = house.accounts.issue_partner_key("bank", "*", timedelta(days=1))
    other = house.accounts.issue_partner_key("bank", "*", timedelta(days=2))
    house.accounts.revoke_partner_key(other.id)
    assert house.accounts.identify(other.token) is None
    assert house.accounts.identify(one.token) is not None
    house.clock.now += timedelta(days=1)
    assert house.accounts.identify(one.token) is None


def test_a_rotated_key_overlaps_with_the_old_one_and_keeps_its_scope(house: House) -> None:
    old = house.accounts.issue_partner_key("bank", "310117", timedelta(days=30))
    new = house.accounts.rotate_partner_key(old.id, timedelta(hours=1))
    before, after = house.accounts.identify(old.token), house.accounts.identify(new.token)
    assert before is not None
    assert after is not None
    assert before.caller == after.caller
    house.clock.now += timedelta(hours=1)
    assert house.accounts.identify(old.token) is None
    assert house.accounts.identify(new.token) is not None
    with pytest.raises(Refused) as caught:
        house.accounts.rotate_partner_key(old.id, timedelta(hours=1))
    assert caught.value.rule.code == "PARTNER_KEY_UNKNOWN"


def test_the_secret_of_one_key_does_not_open_another(house: House) -> None:
    one = house.accounts.issue_partner_key("bank", "*", timedelta(days=1))
    other = house.accounts.issue_partner_key("bank", "*", timedelta(days=1))
    mixed = one.token.rsplit("_", 1)[0] + "_" + other.token.rsplit("_", 1)[1]
    assert house.accounts.identify(mixed) is None


@pytest.mark.parametrize(
    ("organisation", "days", "code"),
    [
        ("310101", 1, "PARTNER_SCOPE_UNKNOWN"),
        ("p1", 1, "PARTNER_SCOPE_UNKNOWN"),
        ("*", 0, "PARTNER_KEY_LIFETIME"),
        ("*", 367, "PARTNER_KEY_LIFETIME"),
    ],
)
def test_a_partner_key_is_refused_with_its_reason(house: House, organisation: str, days: int, code: str) -> None:
    with pytest.raises(Refused) as caught:
        house.accounts.issue_partner_key("bank", organisation, timedelta(days=days))
    assert caught.value.rule.code == code

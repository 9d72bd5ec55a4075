"""Contacts 联络人 (plan O2): a contact is confirmed as still true by itself or by who may name it, once a day."""

from datetime import timedelta

import pytest

from domain.access import Role
from domain.kernel import NOT_FOUND
from domain.participants.people.contacts import CONTACT_NOT_SERVING, ConfirmContact, ContactConfirmed
from domain.participants.people.memberships import MEMBERSHIP_UNKNOWN, HandOverMembership
from domain.participants.people.state import Person, person_stream
from tests.rules.given import AT
from tests.rules.participants.test_people import UNITS, serving

CONFIRM = ConfirmContact(person="li", membership="m1")
DAY = AT.date()


def test_a_unit_confirms_its_own_contact_and_the_city_any() -> None:
    of = serving(role=Role.SUBDISTRICT, contact=True)
    of.when(CONFIRM, "city", by="chen").then(ContactConfirmed(membership="m1", on=DAY))
    own = serving(role=Role.DISTRICT, contact=True).when(CONFIRM, "district", "district", by="chen")
    own.then(ContactConfirmed(membership="m1", on=DAY))


def test_a_contact_confirms_itself_and_twice_a_day_is_once() -> None:
    once = serving(role=Role.PROVIDER, contact=True).when(CONFIRM, "provider", "another").accepted
    once.when(CONFIRM, "provider", "another").then()


def test_nobody_confirms_a_contact_that_is_not_theirs_to_name() -> None:
    serving(role=Role.DISTRICT, contact=True).when(CONFIRM, "district", "another", by="chen").refused(NOT_FOUND)
    unknown = ConfirmContact(person="li", membership="m9")
    serving(contact=True).when(unknown, "city").refused(MEMBERSHIP_UNKNOWN, membership="m9")


@pytest.mark.parametrize("how", [{"contact": False}, {"contact": True, "since": DAY + timedelta(days=1)}])
def test_who_is_no_contact_today_is_not_confirmed(how: dict[str, object]) -> None:
    serving(**how).when(CONFIRM, "city").refused(CONTACT_NOT_SERVING, path="membership")


def test_who_takes_a_role_over_begins_unconfirmed() -> None:
    confirmed = serving(contact=True).having_read({**UNITS, person_stream("wang"): Person()}).when(CONFIRM, "city").accepted
    passed = HandOverMembership(person="li", membership="m1", to="wang", successor="m2", on=DAY)
    confirmed.when(passed, "city").happened("person.membership_ended.v1", "person.membership_granted.v2")

"""Contact reminders 联络人提醒 (plan O2): the program reminds once before a confirmation runs out and reports once after."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.access import Role
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.contact_reminders import (
    CONTACT_REMINDERS,
    ContactEscalated,
    ContactReminded,
    EscalateContact,
    RemindOfContact,
)
from domain.governance.dated_rules import rule_in_force
from domain.governance.proceedings.hearing import TIME_NOT_OVER
from domain.governance.rule_bodies.liaison import LiaisonRule
from domain.participants.people.state import Membership, Person, person_stream
from tests.rules.given import AT, BEFORE, Given, given

RULE = rule_in_force(None, LiaisonRule, AT.date())
CONFIRMED = date(2024, 5, 6)
BY = CONFIRMED + timedelta(days=RULE.confirmed_days)
FIRST = BY - timedelta(days=RULE.notice_days - 1)
FACT = {"person": "li", "membership": "m1", "confirmed_on": CONFIRMED, "by": BY}
OF = {name: FACT[name] for name in ("person", "membership", "confirmed_on")}
REMIND, ESCALATE = RemindOfContact(**OF), EscalateContact(**OF)
PROGRAM = Role.SYSTEM


def at(day: date) -> datetime:
    return datetime.combine(day, AT.timetz())


def contact(**changes: Any) -> Given:
    held = {"role": Role.DISTRICT, "organisation": "310117", "since": date(2024, 1, 1), "contact": True, "confirmed_on": CONFIRMED}
    person = Person(memberships={"m1": Membership(**held | changes)})
    return given(CONTACT_REMINDERS).having_read({person_stream("li"): person})


def test_a_contact_is_reminded_of_once_from_so_many_days_before_its_confirmation_runs_out() -> None:
    early = contact().when(REMIND, PROGRAM, at=at(FIRST - timedelta(days=1)))
    early.refused(TIME_NOT_OVER, latest=FIRST)
    reminded = contact().when(REMIND, PROGRAM, at=at(FIRST)).accepted
    contact().when(REMIND, PROGRAM, at=at(BY)).then(ContactReminded(**FACT))
    reminded.when(REMIND, PROGRAM, at=at(FIRST + timedelta(days=1))).then()


def test_once_it_has_run_out_it_is_reported_once_and_reminded_of_no_more() -> None:
    contact().when(ESCALATE, PROGRAM, at=at(BY)).refused(TIME_NOT_OVER, latest=BY)
    over = at(BY + timedelta(days=1))
    contact().when(REMIND, PROGRAM, at=over).then()
    escalated = contact().when(ESCALATE, PROGRAM, at=over).accepted
    contact().when(ESCALATE, PROGRAM, at=over).then(ContactEscalated(**FACT))
    escalated.when(ESCALATE, PROGRAM, at=over).then()


def test_whoever_confirms_is_reminded_anew_of_that_confirmation() -> None:
    reminded = contact().when(REMIND, PROGRAM, at=at(FIRST)).accepted
    again = Person(
        memberships={
            "m1": Membership(role=Role.DISTRICT, organisation="310117", since=CONFIRMED, contact=True, confirmed_on=FIRST)
        }
    )
    confirmed = reminded.having_read({person_stream("li"): again})
    later = at(FIRST + timedelta(days=RULE.confirmed_days))
    confirmed.when(REMIND, PROGRAM, at=later).then()
    anew = RemindOfContact(person="li", membership="m1", confirmed_on=FIRST)
    told = ContactReminded(**FACT | {"confirmed_on": FIRST, "by": FIRST + timedelta(days=RULE.confirmed_days)})
    confirmed.when(anew, PROGRAM, at=later).then(told)


@pytest.mark.parametrize("changes", [{"contact": False}, {"until": BY}, {"confirmed_on": CONFIRMED + timedelta(days=1)}])
def test_of_who_is_no_contact_any_more_or_was_confirmed_since_nothing_is_said(changes: dict[str, Any]) -> None:
    contact(**changes).when(ESCALATE, PROGRAM, at=at(BY + timedelta(days=1))).then()


def test_a_contact_never_confirmed_holds_from_its_grant() -> None:
    """The grant lies no earlier than the person, whom nobody has said to be true before."""
    early = BEFORE.date() - timedelta(days=1)
    before = EscalateContact(person="li", membership="m1", confirmed_on=early)
    contact(confirmed_on=None).when(before, PROGRAM, at=at(BY + timedelta(days=1))).then()
    for ahead in (BY + timedelta(days=2), date.max):  # no contact was confirmed on a day that has not come
        later = RemindOfContact(person="li", membership="m1", confirmed_on=ahead)
        contact(confirmed_on=None).when(later, PROGRAM, at=at(BY + timedelta(days=1))).then()
    contact(confirmed_on=None).when(ESCALATE, PROGRAM, at=at(BY + timedelta(days=1))).then(ContactEscalated(**FACT))


def test_the_program_alone_reminds() -> None:
    contact().when(REMIND, Role.CITY, at=at(FIRST)).refused(ROLE_NOT_ALLOWED)

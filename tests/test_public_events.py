"""Other systems are told of few stored events, each under a name of its own; all others are kept inside (plan P8)."""

import re
from collections.abc import Iterable

import pytest

from domain.access import Role
from domain.events import EVENTS
from domain.kernel import Event, name_of
from domain.public_events import KEPT_INSIDE, PUBLIC_EVENTS, PublicEvent, Sight
from projections.diagnosis.issued import SHOWN_OUTSIDE


def undecided(names: Iterable[str]) -> set[str]:
    """Stored events of a kind of which something is told that neither are told nor named as kept inside."""
    published = {name_of(event) for event in PUBLIC_EVENTS}
    told = {name.partition(".")[0] for name in published}
    return {name for name in names if name.partition(".")[0] in told} - published - KEPT_INSIDE


def test_of_a_kind_of_which_something_is_told_every_event_has_a_decision() -> None:
    assert undecided(EVENTS) == set(), "say in domain/public_events.py whether other systems may know of them"
    assert undecided(["diagnosis.handed_to_the_press.v1", "duty.stated.v1"]) == {"diagnosis.handed_to_the_press.v1"}


def test_what_is_kept_inside_is_an_event_and_is_not_told() -> None:
    published = {name_of(event) for event in PUBLIC_EVENTS}
    assert published <= set(EVENTS)
    assert published & KEPT_INSIDE == set()
    assert KEPT_INSIDE - set(EVENTS) == set(), "what is no event any more leaves the list"
    of_told_kinds = {name.partition(".")[0] for name in published}
    assert {name.partition(".")[0] for name in KEPT_INSIDE} <= of_told_kinds, "of another kind nothing need be said"


def test_a_public_name_is_its_own_and_says_its_version() -> None:
    names = [one.name for one in PUBLIC_EVENTS.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*", name) for name in names)
    assert not set(names) & set(EVENTS), "a stored name may get a new version without the public one"


@pytest.mark.parametrize(("event", "public"), PUBLIC_EVENTS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_what_is_published_may_be_told_to_a_partner(event: type[Event], public: PublicEvent) -> None:
    assert Role.PARTNER in public.readers
    assert Role.PUBLIC not in public.readers
    if public.sight is Sight.PLACED:
        assert public.readers <= event.told_to, "of a thing that lies somewhere no role is told more than its trail tells it"
    if public.thing == "diagnosis":
        assert event in SHOWN_OUTSIDE, "outside a case only that is told as it happens"

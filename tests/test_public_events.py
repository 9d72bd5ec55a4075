"""Every stored event has a decision: other systems are told of it under a name of its own, or it is kept inside (plan P8)."""

import re

import pytest

from domain.access import Role
from domain.events import EVENTS
from domain.kernel import Event, name_of
from domain.public_events import KEPT_INSIDE, PUBLIC_EVENTS, PublicEvent, Sight
from projections.diagnosis.issued import SHOWN_OUTSIDE


def test_every_stored_event_is_published_or_kept_inside() -> None:
    published = {name_of(event) for event in PUBLIC_EVENTS}
    undecided = set(EVENTS) - published - KEPT_INSIDE
    assert undecided == set(), "say in domain/public_events.py whether other systems may know of them"
    assert published & KEPT_INSIDE == set()
    assert KEPT_INSIDE - set(EVENTS) == set(), "what is no event any more leaves the list"


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

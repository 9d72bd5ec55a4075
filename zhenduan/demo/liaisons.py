"""Liaison network of the demo city 示例联络网络: contacts and deputies, confirmed twice a year; gaps are left. plan O2, O3."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from domain.access import Role, scope_of
from domain.kernel import Command
from domain.participants.people.contacts import ConfirmContact
from domain.participants.people.memberships import GrantMembership, HandOverMembership
from domain.participants.people.registration import InvitePerson, RegisterPerson
from interop.code_lists import districts
from journal import Caller
from zhenduan.demo.office_hours import later, office_time
from zhenduan.demo.people import SHOWN_DISTRICT, People, draw_id

EVERY = 165
"""Days between two confirmations, fewer than the liaison rule allows."""
RECENT, DUE, OVER = 30, 176, 200
"""Days before the present on which a contact was last confirmed: most, the shown town's, which is reminded of, and one district's,
which let the time pass."""
LATE_DISTRICT = "310107"
WITH_DEPUTY = 12
"""So many districts have named a deputy; the others are gaps."""
HANDED_OVER_AGO = 240
FIRMS_NAMED = 6
"""So many firms of the shown group have a contact that their group named."""
FIRST_MINUTE, LAST_TIMES = 20, 2


def liaisons(people: People, firms: Sequence[str], since: date, present: date) -> Iterator[tuple[datetime, Caller, Command]]:
    """What the network's units did from a day on, each act with its moment.

    Args:
        people: of the demo, who name the contacts.
        firms: of the shown group, in the order in which it names their contacts.
        since: the day on which the network was set up.
        present: no act lies after it.
    """
    network = _Network(people, since, present)
    city, town = people.data.organisations.city.id, people.data.organisations.subdistricts[0].id
    codes = [one.code for one in districts().districts]
    yield from network.named(Role.CITY, city, RECENT)
    yield from network.named(Role.CITY, city, RECENT)
    for number, code in enumerate(codes):
        yield from network.named(Role.DISTRICT, code, OVER if code == LATE_DISTRICT else RECENT)
        if code == SHOWN_DISTRICT:
            yield from network.handed_over(Role.DISTRICT, code)
        elif number < WITH_DEPUTY:
            yield from network.named(Role.DISTRICT, code, RECENT)
    for one in people.data.organisations.subdistricts[:-1]:  # the last town is a gap
        yield from network.named(Role.SUBDISTRICT, one.id, DUE if one.id == town else RECENT)
    for park in people.data.organisations.parks:
        yield from network.named(Role.PARK, park.id, RECENT)
    for group in people.data.organisations.groups:
        yield from network.named(Role.GROUP, group.id, RECENT)
    lead = people.callers[Role.GROUP, people.data.owner_firm.group]
    for firm in firms[:FIRMS_NAMED]:
        yield from network.named(Role.ENTERPRISE, firm, RECENT, by=lead)


class _Network:
    """Who is named, and when each was confirmed; its people are drawn apart from those of everything else."""

    def __init__(self, people: People, since: date, present: date) -> None:
        self._people, self._since, self._present = people, since, present
        self._chance = Random(f"liaisons of {people.data.seed}")  # noqa: S311 - a demo is drawn
        self._city = people.callers[Role.CITY, people.data.organisations.city.id]
        self._minutes = dict[date, int]()
        self._whole = {self._city.organisation, SHOWN_DISTRICT}

    def named(
        self, role: Role, unit: str, last_ago: int, by: Caller | None = None
    ) -> Iterator[tuple[datetime, Caller, Command]]:
        """A contact is named, by the city or whom it is told, and confirms itself until so many days before the present."""
        who, membership = self._person(role, unit), draw_id(self._chance)
        day = later(self._since, 2)
        given = {"person": who.actor, "membership": membership, "role": role, "organisation": unit, "since": day, "contact": True}
        if by is not None:
            yield self._at(day), by, InvitePerson(name=self._name(), **given)
        else:
            yield self._at(day), self._city, RegisterPerson(person=who.actor, name=self._name())
            yield self._at(day), self._city, GrantMembership(**given)
        yield from self._confirmed(who, membership, day, self._present - timedelta(days=last_ago))

    def handed_over(self, role: Role, unit: str) -> Iterator[tuple[datetime, Caller, Command]]:
        """A deputy is named and hands the role over to another, who has confirmed it since."""
        first, second = self._person(role, unit), self._person(role, unit)
        held, followed = draw_id(self._chance), draw_id(self._chance)
        day, over = later(self._since, 2), later(self._present - timedelta(days=HANDED_OVER_AGO), 0)
        yield self._at(day), self._city, RegisterPerson(person=first.actor, name=self._name())
        given = {"person": first.actor, "membership": held, "role": role, "organisation": unit, "since": day}
        yield self._at(day), self._city, GrantMembership(**given, contact=True)
        yield from self._confirmed(first, held, day, over - timedelta(days=1))
        yield self._at(over), self._city, RegisterPerson(person=second.actor, name=self._name())
        passed = {"person": first.actor, "membership": held, "to": second.actor, "successor": followed, "on": over}
        yield self._at(over), self._city, HandOverMembership(**passed)
        yield from self._confirmed(second, followed, over + timedelta(days=1), self._present - timedelta(days=RECENT))

    def _confirmed(self, who: Caller, membership: str, since: date, last: date) -> Iterator[tuple[datetime, Caller, Command]]:
        """From the last day back as often as the network asks, in working hours; of most units the last times alone are shown."""
        times = count() if who.organisation in self._whole else range(LAST_TIMES)
        for _, back in zip(times, range(0, (last - since).days, EVERY), strict=False):
            yield self._at(later(last - timedelta(days=back), 0)), who, ConfirmContact(person=who.actor, membership=membership)

    def _person(self, role: Role, unit: str) -> Caller:
        return Caller(draw_id(self._chance), role, unit, scope_of(role, unit))

    def _name(self) -> str:
        data = self._people.data
        return f"示例·{self._chance.choice(data.surnames)}{self._chance.choice(data.given_names)}"

    def _at(self, day: date) -> datetime:
        self._minutes[day] = minute = self._minutes.get(day, FIRST_MINUTE) + 1
        return office_time(day, minute)

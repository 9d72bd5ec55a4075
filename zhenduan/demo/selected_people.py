"""Who takes part in the selection of the demo city 示例遴选参与者: providers with their people, markers, office. plan V1, T1."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from domain.access import Everything, Role, scope_of
from domain.governance.qualification import CertificateGrade
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.ownership import Ownership
from domain.providers.certificates import GrantCertificate
from journal import Caller
from zhenduan.demo.certificates import RECOGNISED
from zhenduan.demo.people import SHOWN_DISTRICT, People, draw_id, owned
from zhenduan.demo.proceedings import Played
from zhenduan.demo.training import EDITION

REGISTERED, JOINED, CERTIFIED = date(2023, 11, 20), date(2023, 11, 21), date(2023, 11, 24)
OWNERS = (Ownership.PRIVATE, Ownership.STATE, Ownership.PRIVATE, Ownership.COLLECTIVE, Ownership.PRIVATE, Ownership.FOREIGN)
"""Who controls the providers, in turn."""
MARKERS = 6
MOST_INDUSTRIES = 3


@dataclass(frozen=True)
class SelectedProvider:
    """A provider that applies 申报服务商: who acts for it, and who is to diagnose firms."""

    id: str
    industries: tuple[str, ...]
    manager: Caller
    staff: tuple[Caller, ...]


@dataclass(frozen=True)
class SelectionOffice:
    """Who runs the calls 遴选办公室, and the markers. put_forward, returned: places of applicants of whom something is told."""

    clerk: Caller
    chief: Caller
    director: Caller
    district: Caller
    markers: tuple[Caller, ...]
    chance: Random
    put_forward: int = 8
    returned: int = 10


def office(people: People) -> SelectionOffice:
    """The office: who opens something does not decide it, nor who decides the appeal."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    chief, director = (_person(people, Role.CITY, city.organisation) for _ in range(2))
    shown = next(who for (role, _), who in people.callers.items() if role == Role.MARKER)
    others = (_person(people, Role.MARKER, shown.organisation) for _ in range(MARKERS - 1))
    district = people.callers[Role.DISTRICT, SHOWN_DISTRICT]
    return SelectionOffice(city, chief, director, district, (shown, *others), people.chance)


def _person(people: People, role: Role, organisation: str) -> Caller:
    """One more person in a role, beside the one whom `People` knows."""
    scope = Everything() if role == Role.CITY else scope_of(role, organisation)
    return Caller(draw_id(people.chance), role, organisation, scope)


def selected_providers(people: People) -> tuple[SelectedProvider, ...]:
    """Those of the demo's data, which take its diagnoses, then as many more as there are brands 申报服务商."""
    found = []
    for one in people.data.organisations.providers:
        manager = people.callers[Role.PROVIDER, one.id]
        known = people.callers.get((Role.DIAGNOSTICIAN, one.id))
        second = known or _person(people, Role.DIAGNOSTICIAN, one.id)
        found.append(SelectedProvider(one.id, one.industries, manager, (manager, second)))
    divisions = sorted(people.data.industries)
    for number in range(1, len(people.data.brands) + 1):
        identity = f"provider-{number:02}"
        served = people.chance.sample(divisions, people.chance.randint(1, MOST_INDUSTRIES))
        staff = (_person(people, Role.PROVIDER, identity), _person(people, Role.DIAGNOSTICIAN, identity))
        found.append(SelectedProvider(identity, tuple(sorted(served)), staff[0], staff))
    return tuple(found)


def founded(people: People, who: SelectionOffice, providers: Sequence[SelectedProvider]) -> Iterator[Played]:
    """Everyone who is not there yet is registered, let in and certified 登记与持证."""
    known = {one.actor for one in people.callers.values()}
    there = {one.id for one in people.data.organisations.providers}
    names = dict(zip((one.id for one in providers if one.id not in there), people.data.brands, strict=True))
    homes = sorted(people.data.districts)
    for identity, brand in names.items():
        place = int(identity.rpartition("-")[2])
        home = homes[place % len(homes)]
        named = {"organisation": identity, "kind": OrganisationKind.PROVIDER, "name": f"示例{brand}数字化服务中心", "parent": home}
        yield REGISTERED, who.clerk, RegisterOrganisation(**named)
        yield REGISTERED, who.clerk, owned(identity, OWNERS[place % len(OWNERS)])
    staff = [one for provider in providers for one in provider.staff if one.actor not in known]
    for one in (who.chief, who.director, *who.markers[1:], *staff):
        for command in people.joining(one, JOINED):
            yield JOINED, who.clerk, command
    for one in staff:
        grade = CertificateGrade.SENIOR if one.role == Role.PROVIDER else CertificateGrade.DIAGNOSTICIAN
        number = f"ZDS-{CERTIFIED.year}-{people.chance.getrandbits(48):012X}"
        stated = {"number": number, "grade": grade, "editions": (EDITION,), "since": CERTIFIED, "recognised": RECOGNISED}
        yield CERTIFIED, who.clerk, GrantCertificate(person=one.actor, **stated)


FIRST_YEAR = 24
"""So many apply in the first year; in the second all but those below, and who is retired by then."""
NOT_AGAIN = ("provider-printing", "provider-01", "provider-16")
"""Retired, removed, and one that does not apply again: so one lapses."""
SIX = ("provider-02", "provider-01", "provider-06", "provider-09", "provider-11", "provider-12")
"""Of the listed, those of whom `directory_moves` tells."""


def taking_part(
    providers: Sequence[SelectedProvider],
) -> tuple[Sequence[SelectedProvider], Sequence[SelectedProvider], Sequence[SelectedProvider]]:
    """(Applicants of the first year, of the second, the six that move) 参加者."""
    named = {one.id: one for one in providers}
    again = [one for one in providers if one.id not in NOT_AGAIN]
    return providers[:FIRST_YEAR], again, [named[one] for one in SIX]

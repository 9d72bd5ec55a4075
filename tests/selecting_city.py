"""A directory in a small city 遴选过的城市: its one provider applied, was marked and is listed, by a clock of the past."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from domain.access import Role
from domain.instants import city_day
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from domain.providers.applications.commands import (
    AcceptApplication,
    SaveApplication,
    SubmitApplication,
)
from domain.providers.applications.state import SelectionDimension
from domain.providers.calls.commands import (
    AdoptDirectory,
    CloseCall,
    CloseMarking,
    DrawMarking,
    EndObjections,
    OpenCall,
    PublishOutcome,
)
from domain.providers.marking.marking import OpenedMark, digest_of, marking_id
from journal import Journal
from tests.rules.given import SEED
from tests.rules.providers.calls import SALT, document, mark
from tests.small_city import CITY, PROVIDER, City, caller

MARKERS = ("marker1", "marker2")
APPLYING, CLOSING, ADOPTING = timedelta(days=1), timedelta(days=4), timedelta(days=20)
COMMITTED = {"seed_digest": sha256(SEED.encode()).hexdigest()}


class SelectingCity(City):
    """A small city whose clock is set by hand."""

    def __init__(self, journal: Journal, began: datetime) -> None:
        self.moment = began
        super().__init__(journal, lambda: self.moment)

    def at(self, moment: datetime) -> None:
        """The moment of all that is sent from here on."""
        self.moment = moment


def adopt(city: SelectingCity) -> None:
    """From the call to a directory in which the provider stands with the tag of the firm's industry; twenty days go by."""
    began, day = city.moment, city_day(city.moment)
    year = day.year
    names = ("applications_until", "mending_until", "marking_until", "objections_until")
    dates = {name: day + timedelta(days=days) for name, days in zip(names, (2, 3, 5, 19), strict=True)}
    _let_in(city, day)
    city.send(CITY, OpenCall(year=year, **dates), finish=lambda _accepted: COMMITTED)
    city.at(began + APPLYING)
    staff = [{"person": f"knows-{number}", "industries": ("C34",)} for number in range(2)]
    own = {"year": year, "provider": "p1"}
    city.send(PROVIDER, SaveApplication.model_validate({**own, "industries": ("C34",), "staff": staff, "links": ()}))
    for dimension in SelectionDimension:
        city.send(PROVIDER, document("p1", dimension).model_copy(update=own))
    city.send(PROVIDER, SubmitApplication(**own))
    city.send(CITY, AcceptApplication(**own))
    city.at(began + CLOSING)
    city.send(CITY, CloseCall(year=year))
    city.send(CITY, DrawMarking(year=year, markers=MARKERS, seed=SEED))
    opened = []
    for marker in MARKERS:
        given = mark(marking_id(year, 1, marker), industries={"C34": 20})
        sealed = {"sealed": "c2VhbGVk", "digest": digest_of(SALT, given.mark)}
        who = replace(caller(Role.MARKER, "experts"), actor=marker)
        city.send(who, given, finish=lambda _accepted, sealed=sealed: sealed)
        opened.append(OpenedMark(marking=given.marking, salt=SALT, **given.mark.model_dump()))
    city.send(CITY, CloseMarking(year=year, opened=tuple(opened)))
    city.send(CITY, PublishOutcome(year=year))
    city.at(began + ADOPTING)
    city.send(CITY, EndObjections(year=year))
    city.send(CITY, AdoptDirectory(year=year))


def _let_in(city: SelectingCity, since: date) -> None:
    city.send(CITY, RegisterOrganisation(organisation="experts", kind=OrganisationKind.EXPERT_GROUP, name="示例专家组"))
    people = {**dict.fromkeys(MARKERS, (Role.MARKER, "experts"))}
    people |= dict.fromkeys(("knows-0", "knows-1"), (Role.DIAGNOSTICIAN, "p1"))
    for person, (role, organisation) in people.items():
        city.send(CITY, RegisterPerson(person=person, name="x"))
        grant = {"membership": f"m-{person}", "role": role, "organisation": organisation, "since": since}
        city.send(CITY, GrantMembership(person=person, **grant))

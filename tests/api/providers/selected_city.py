"""The small city in which providers are called and selected, by a clock that the tests move on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from domain.access import Role
from domain.instants import city_day
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from tests.live_city import PASSWORD, LiveCity, Tokens

MARKERS = ("marker1", "marker2", "marker3")
DIMENSIONS = ("BASIC_CAPABILITY", "STANDARDS_WORK", "STAFF", "INDUSTRY_EXPERIENCE", "PRODUCTS")
FULL = (16, 12, 20, 20, 12)
"""A mark of eighty."""
SECRET = "哨兵评语"
"""Stands in every reason that a marker gives: found anywhere before marking is closed, a mark has leaked."""
CALL = "call { year stage disputed drawn { nodes { number provider markers disputed } } }"
APPLICATION = "application { id stage version toMend { part what } }"


@dataclass
class Clock:
    """What time it is in the city."""

    moment: datetime

    def __call__(self) -> datetime:
        """As the program asks for it, a little later each time."""
        self.moment += timedelta(milliseconds=1)
        return self.moment


class Selecting:
    """A city at a day of its call, so many days after the first."""

    def __init__(self, city: LiveCity, clock: Clock) -> None:
        self.city, self.clock, self.began = city, clock, clock.moment
        self.year = self.day(0).year
        self.links: dict[str, list[dict[str, str]]] = {}

    def joined(self) -> "Selecting":
        """Those who mark, and a rival's diagnostician, are known and signed in."""
        for person in MARKERS:
            self._join(person, Role.MARKER, "experts")
        self._join("colleague", Role.DIAGNOSTICIAN, "p2")
        return self

    def _join(self, person: str, role: Role, organisation: str) -> None:
        city, accounts = self.city, self.city.installation.accounts
        city.send(RegisterPerson(person=person, name=f"示例专家{person}"))
        grant = GrantMembership(
            person=person, membership=f"m-{person}", role=role, organisation=organisation, since=date(2024, 1, 1)
        )
        city.send(grant)
        accounts.register(person, PASSWORD, person)
        city.installation.services.models.catch_up()
        signed_in = accounts.sign_in(person, PASSWORD)
        assert signed_in is not None
        city.tokens[person] = signed_in.token

    def day(self, days: int) -> date:
        """The day so many days after the first."""
        return city_day(self.began + timedelta(days=days))

    def later(self, days: int) -> "Selecting":
        """So many days after the first; whoever acts signs in anew."""
        self.clock.moment = self.began + timedelta(days=days)
        assert isinstance(self.city.tokens, Tokens)
        self.city.tokens.run_out()
        return self

    def opened(self) -> "Selecting":
        dates = {
            name: self.day(days).isoformat()
            for name, days in (("applicationsUntil", 10), ("mendingUntil", 15), ("markingUntil", 30), ("objectionsUntil", 50))
        }
        self.city.done("city", "openCall", CALL, year=self.year, **dates)
        return self

    def save(self, who: str = "provider", provider: str = "p1", **rest: Any) -> None:
        person = {"provider": "diagnostician", "rival": "colleague"}[who]
        given = {
            "year": self.year,
            "provider": provider,
            "industries": ["C34"],
            "staff": [{"person": person, "industries": ["C34"]}, {"person": who, "industries": ["C34"]}],
            "links": self.links.get(provider, []),
        }
        self.city.done(who, "saveApplication", APPLICATION, **given | rest)

    def attach(self, who: str = "provider", provider: str = "p1") -> None:
        for name in DIMENSIONS:
            sha256 = self.city.uploaded(who, f"{name}.txt", f"{provider} {name}".encode())
            given = {"year": self.year, "provider": provider, "dimension": name, "sha256": sha256}
            self.city.done(who, "attachApplicationDocument", APPLICATION, **given)

    def applied(self) -> "Selecting":
        """Two applications, complete."""
        self.opened().later(2)
        for who, provider in (("provider", "p1"), ("rival", "p2")):
            self.save(who, provider)
            self.attach(who, provider)
            self.city.done(who, "submitApplication", APPLICATION, year=self.year, provider=provider)
            self.city.done("city", "acceptApplication", APPLICATION, year=self.year, provider=provider)
        return self

    def drawn(self) -> "Selecting":
        self.applied().later(16)
        self.city.done("city", "closeCall", CALL, year=self.year)
        self.city.done("city", "drawMarking", CALL, year=self.year, markers=list(MARKERS))
        return self

    def markings(self, who: str) -> list[dict[str, Any]]:
        query = "{ markings { nodes { id number stage application { industries { code } } mark { total } } } }"
        found: list[dict[str, Any]] = self.city.data(who, query)["markings"]["nodes"]
        return found

    def seal(self, who: str, marking: str, points: Sequence[int] = FULL) -> Any:
        return self.city.do(who, "sealMark", "marking { id stage mark { total } }", **mark(marking, points))

    def sealed(self, points: Mapping[str, Sequence[int]] | None = None) -> "Selecting":
        """Every marking that waits is marked; points: marker -> what it gives."""
        for who in MARKERS:
            for one in self.markings(who):
                if one["stage"] == "ASSIGNED":
                    assert self.seal(who, one["id"], (points or {}).get(who, FULL))["userErrors"] == []
        return self

    def adopted(self) -> "Selecting":
        self.drawn().sealed()
        self.city.done("city", "closeMarking", CALL, year=self.year)
        self.city.done("city", "publishOutcome", CALL, year=self.year)
        self.later(51)
        self.city.done("city", "endObjections", CALL, year=self.year)
        self.city.done("city", "adoptDirectory", CALL, year=self.year)
        return self


def mark(marking: str, points: Sequence[int] = FULL) -> dict[str, Any]:
    dimensions = [
        {"dimension": name, "points": given, "reason": f"{SECRET}{given}"} for name, given in zip(DIMENSIONS, points, strict=True)
    ]
    return {"marking": marking, "dimensions": dimensions, "industries": [{"industry": "C34", "points": points[3]}]}

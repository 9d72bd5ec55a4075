"""A year's call as rules alone play it: every stream's state in one place, each command decided on what it declares to read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.access import Role
from domain.events import CAPABILITIES
from domain.kernel import Command, Refused
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.participants.people.state import Membership, Person, person_stream
from domain.providers.applications.commands import (
    AcceptApplication,
    AttachApplicationDocument,
    SaveApplication,
    SubmitApplication,
)
from domain.providers.applications.state import Application, SelectionDimension, application_stream
from domain.providers.calls.commands import (
    AdoptDirectory,
    CloseCall,
    CloseMarking,
    DrawMarking,
    EndObjections,
    OpenCall,
    PublishOutcome,
)
from domain.providers.calls.state import Call, call_stream
from domain.providers.marking.marking import Marking, MarkingStage, OpenedMark, SealMark, digest_of
from tests.rules.given import SEED, Given, given

SALT = "5a" * 16
YEAR = 2024
OPENING = datetime(2024, 1, 8, 1, 0, tzinfo=UTC)
"""The morning, in the city, on which the call opens."""
DATES = {
    "applications_until": date(2024, 1, 31),
    "mending_until": date(2024, 2, 9),
    "marking_until": date(2024, 2, 29),
    "objections_until": date(2024, 3, 15),
}
APPLYING, CLOSING = datetime(2024, 1, 20, 2, tzinfo=UTC), datetime(2024, 2, 10, 2, tzinfo=UTC)
MARKING, PUBLISHING = datetime(2024, 2, 20, 2, tzinfo=UTC), datetime(2024, 3, 1, 2, tzinfo=UTC)
ADOPTING = datetime(2024, 3, 18, 2, tzinfo=UTC)
MARKERS = ("m1", "m2", "m3")
FULL = {"basic_capability": 16, "standards_work": 12, "staff": 20, "industry_experience": 20, "products": 12}
"""A mark of eighty."""
OPEN_CALL = OpenCall(year=YEAR, **DATES)
DRAW = DrawMarking(year=YEAR, markers=MARKERS, seed=SEED)


class Played:
    """Streams as they stand, and what was decided last."""

    def __init__(self, *providers: str) -> None:
        self.states: dict[str, Any] = {}
        for name in providers:
            self.states[organisation_stream(name)] = Organisation(kind=OrganisationKind.PROVIDER, name=f"服务商 {name}")
            for number in range(3):
                self.add_person(f"{name}-{number}", Role.DIAGNOSTICIAN, name)
        for marker in MARKERS:
            self.add_person(marker, Role.MARKER, "experts")
        self.last: Given | None = None

    def add_person(self, person: str, role: Role, organisation: str) -> None:
        held = {f"{role}-{organisation}": Membership(role=role, organisation=organisation, since=date(2023, 9, 1))}
        known: Person | None = self.states.get(person_stream(person))
        self.states[person_stream(person)] = Person(memberships={**(known.memberships if known else {}), **held})

    def asked(self, command: Command, role: str, organisation: str = "city", by: str = "li", at: datetime = OPENING) -> Given:
        """A command decided, and if accepted, written."""
        capability = CAPABILITIES.deciding(command)
        own = capability.stream(command)
        versions = {name: getattr(one, "version", 1) for name, one in self.states.items()}
        case = given(capability).having_read(self.states).having_facts(versions)
        case.state = self.states.get(own)
        case.when(command, role, organisation, by, at)
        self.last = case
        if not isinstance(case.outcome, Refused):
            self.states |= case.read
            self.states[own] = case.state
            if isinstance(command, SealMark):
                marked = {"digest": digest_of(SALT, command.mark), "mark": command.mark}
                self.kept = {**getattr(self, "kept", {}), command.marking: command.mark}
                self.states[own] = case.state.model_copy(update={"digest": marked["digest"]})
        return case

    def city(self, command: Command, at: datetime) -> Given:
        return self.asked(command, "city", at=at).accepted

    @property
    def call(self) -> Call:
        found: Call = self.states[call_stream(YEAR)]
        return found

    def application(self, provider: str) -> Application:
        found: Application = self.states[application_stream(YEAR, provider)]
        return found

    def markings(self) -> dict[str, Marking]:
        """Id -> every marking."""
        return {name.split("/", 1)[1]: one for name, one in self.states.items() if isinstance(one, Marking)}

    def opened(self) -> tuple[OpenedMark, ...]:
        """What the program would open."""
        waiting = [name for name, one in self.markings().items() if one.stage is MarkingStage.SEALED]
        return tuple(OpenedMark(marking=name, salt=SALT, **self.kept[name].model_dump()) for name in waiting)


def saving(provider: str, **rest: Any) -> SaveApplication:
    values = {
        "year": YEAR,
        "provider": provider,
        "industries": ("C34", "C35"),
        "staff": [{"person": f"{provider}-{number}", "industries": ("C34", "C35")} for number in range(3)],
        "links": (),
    }
    return SaveApplication.model_validate(values | rest)


def document(provider: str, dimension: SelectionDimension) -> AttachApplicationDocument:
    return AttachApplicationDocument(
        year=YEAR,
        provider=provider,
        dimension=dimension,
        sha256=dimension.value.encode().hex().ljust(64, "0")[:64],
        filename="说明.pdf",
        media_type="application/pdf",
        size=9,
    )


def mark(marking: str, points: Mapping[str, int] = FULL, industries: Mapping[str, int] | None = None) -> SealMark:
    given_points = industries if industries is not None else {"C34": 20, "C35": 20}
    return SealMark.model_validate(
        {
            "marking": marking,
            "dimensions": [{"dimension": name, "points": value, "reason": "材料充分"} for name, value in points.items()],
            "industries": [{"industry": name, "points": value} for name, value in given_points.items()],
        }
    )


def opened(*providers: str) -> Played:
    played = Played(*providers)
    played.city(OPEN_CALL, OPENING)
    return played


def applied(*providers: str, **rest: Any) -> Played:
    """Applications that are complete."""
    played = opened(*providers)
    for name in providers:
        submit(played, name, **rest)
        played.city(AcceptApplication(year=YEAR, provider=name), APPLYING)
    return played


def submit(played: Played, name: str, **rest: Any) -> None:
    own = {"role": "provider", "organisation": name, "at": APPLYING}
    played.asked(saving(name, **rest), **own)
    for dimension in SelectionDimension:
        played.asked(document(name, dimension), **own)
    assert played.asked(SubmitApplication(year=YEAR, provider=name), **own).accepted


def drawn(*providers: str, **rest: Any) -> Played:
    """Markers are drawn."""
    played = applied(*providers, **rest)
    played.city(CloseCall(year=YEAR), CLOSING)
    played.city(DRAW, CLOSING)
    return played


def seal(played: Played, totals: Mapping[str, Sequence[Mapping[str, int]]] | None = None) -> None:
    """Every marking that waits gets a mark; totals: provider -> points of its markers, in the order they were given."""
    for one in played.call.drawn:
        for place, marker in enumerate(one.markers):
            name = f"{YEAR}.{one.number}.{marker}"
            if played.markings()[name].stage is MarkingStage.ASSIGNED:
                points = (totals or {}).get(one.provider, [FULL] * 3)[place]
                assert played.asked(mark(name, points), "marker", "experts", marker, MARKING).accepted


def marked(*providers: str, totals: Mapping[str, Sequence[Mapping[str, int]]] | None = None) -> Played:
    played = drawn(*providers)
    seal(played, totals)
    played.city(CloseMarking(year=YEAR, opened=played.opened()), PUBLISHING)
    return played


def published(*providers: str, totals: Mapping[str, Sequence[Mapping[str, int]]] | None = None) -> Played:
    played = marked(*providers, totals=totals)
    played.city(PublishOutcome(year=YEAR), PUBLISHING)
    return played


def adopted(*providers: str, totals: Mapping[str, Sequence[Mapping[str, int]]] | None = None) -> Played:
    played = published(*providers, totals=totals)
    played.city(EndObjections(year=YEAR), ADOPTING)
    played.city(AdoptDirectory(year=YEAR), ADOPTING)
    return played


def later(at: datetime, days: int) -> datetime:
    return at + timedelta(days=days)

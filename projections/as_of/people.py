"""The past of people 人员往期: who held which role then, and who answered for a unit; folded anew as in `replay`. plan P5, O2.

A membership outside today's scope is in no answer: neither its role, nor that it was given or taken away later.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from sqlalchemy import select

from domain.access import Scope
from domain.participants.organisations import organisation_stream
from domain.participants.people.registration import PersonErased
from domain.participants.people.state import person_stream
from journal import Entry
from projections.as_of.replay import Later, Past, history, later_of
from projections.engine.read_model import data, event_of, key
from projections.engine.snapshot import Snapshot
from projections.participants import people as people_rows
from projections.participants.organisations import ORGANISATION_READ_MODEL, node_ids
from projections.participants.people import MEMBERSHIPS, PEOPLE_READ_MODEL

Held = tuple[str, str]
"""(person, membership) 任职."""


def of_people(snapshot: Snapshot, scope: Scope, people: Sequence[str], position: int) -> Past:
    """People at a position, with the memberships that lie in the scope today 人员往期; the caller has judged the people."""
    found = people_rows.held_by(snapshot, scope, people) if people else {}
    seen = {(person, membership.id) for person, held in found.items() for membership in held}
    known, afterwards = _known_and_later(snapshot, people, seen, position)
    return Past(position, {PEOPLE_READ_MODEL.name: known}, _counted(afterwards, lambda entry: (entry.stream,)))


def of_nodes(snapshot: Snapshot, scope: Scope, above: Sequence[str], position: int) -> Past:
    """Nodes of the liaison network at a position 联络节点往期: those in today's scope, and those above one's own unit."""
    streams = [organisation_stream(identity) for identity in node_ids(snapshot, scope, above)]
    known = {ORGANISATION_READ_MODEL.name: history(snapshot, streams, position)}
    return Past(position, known, later_of(snapshot, streams, position, scope))


def of_contacts(snapshot: Snapshot, units: Sequence[str], position: int) -> Past:
    """The contacts of some units at a position 联络人往期, and what came later of each, under "contacts/" and the unit.

    The caller has judged the units.
    """
    held = snapshot[MEMBERSHIPS]
    query = select(held.c.person, held.c.id, held.c.organisation).where(snapshot.among(held.c.organisation, units), held.c.contact)
    unit_of = {(str(person), str(one)): f"contacts/{unit}" for person, one, unit in (snapshot.rows(query) if units else ())}
    units_of: dict[str, set[str]] = {}
    for (person, _), unit in unit_of.items():
        units_of.setdefault(person, set()).add(unit)
    known, afterwards = _known_and_later(snapshot, sorted(units_of), unit_of, position)

    def concerned(entry: Entry) -> Iterable[str]:
        if event_of(entry) is PersonErased:
            return units_of[key(entry)]
        of = _membership(entry)
        return () if of is None else (unit_of[of],)

    return Past(position, {PEOPLE_READ_MODEL.name: known}, _counted(afterwards, concerned))


def _known_and_later(
    snapshot: Snapshot, people: Sequence[str], seen: Collection[Held], position: int
) -> tuple[list[Entry], list[Entry]]:
    """Entries of some people up to a position, and those beyond it, without the memberships that are not to be seen."""
    entries = history(snapshot, [person_stream(person) for person in people], snapshot.position)
    told = [entry for entry in entries if (of := _membership(entry)) is None or of in seen]
    return [e for e in told if e.position <= position], [e for e in told if e.position > position]


def _membership(entry: Entry) -> Held | None:
    """The membership that an entry of a person speaks of; None for what is the person's own."""
    found = data(entry).get("membership")
    return (key(entry), found) if found is not None else None


def _counted(entries: Iterable[Entry], concerned: Callable[[Entry], Iterable[str]]) -> Mapping[str, Later]:
    """How often each thing changed, and when for the first time; entries in the order of the journal."""
    found: dict[str, Later] = {}
    for entry in entries:
        for name in concerned(entry):
            before = found.get(name, Later())
            found[name] = Later(before.changes + 1, before.first_at if before.first_at is not None else entry.at)
    return found

"""Memberships 任职 as the journal has them at this moment: what a person may act in, however far the read models have come.

A role that was taken away opens nothing from the moment its mutation has returned, in every process. plan P7.
"""

from datetime import UTC, date, datetime, timedelta

from api.kit.ports import Identified
from domain.access import Role, scope_of
from domain.instants import city_day, city_midnight
from domain.participants.people.person import PEOPLE
from domain.participants.people.state import Person, person_stream
from journal import Caller, Journal
from journal.codec import folded
from projections.participants.people import MembershipRow

KEPT_PEOPLE = 4_096


class Memberships:
    """What people hold 任职查询: each history is folded once a process, and asked in every request for what came after."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[str, tuple[int, Person | None]] = {}

    def every(self, person: str) -> frozenset[str]:
        """Ids of all memberships of a person, past and future ones too; none of one who is erased."""
        _, now = self._now(person)
        return frozenset(now.memberships) if now is not None else frozenset()

    def held(self, person: str, day: date) -> list[MembershipRow]:
        """The memberships of a person that hold on a day, in order of id; none once the person is erased."""
        return self.held_as_of(person, day)[0]

    def held_as_of(self, person: str, day: date) -> tuple[list[MembershipRow], int]:
        """As `held`, and the version of the person's stream that they are of."""
        version, now = self._now(person)
        if now is None:
            return [], version
        return [
            MembershipRow(
                identity,
                one.role,
                one.organisation,
                one.since.isoformat(),
                one.until.isoformat() if one.until is not None else None,
                one.sections,
                one.contact,
            )
            for identity, one in sorted(now.memberships.items())
            if one.holds_on(day)
        ], version

    def _now(self, person: str) -> tuple[int, Person | None]:
        """A person as of the last entry in the journal, and its version; None for whom it does not know."""
        version, known = self._known.get(person, (0, None))
        later = self._journal.read(person_stream(person), version)
        if later:
            if len(self._known) >= KEPT_PEOPLE:
                self._known.clear()
            known = folded(PEOPLE, later, known)
            version = later[-1].version
            self._known[person] = (version, known)
        return version, known


def identified(person: str, held: MembershipRow, now: datetime, ends: datetime) -> Identified:
    """A person who acts in a membership, for whom it was shown until when."""
    role = Role(held.role)
    scope = scope_of(role, held.organisation, person, city_day(now))
    sections = frozenset(held.sections) if role is Role.DEPARTMENT_FILLER else None
    return Identified(Caller(person, role, held.organisation, scope, sections), held.id, ends)


def end_of(held: MembershipRow) -> datetime:
    """The midnight after a membership's last day, in the city."""
    if held.until is None:
        return datetime.max.replace(tzinfo=UTC)
    last = date.fromisoformat(held.until)
    return city_midnight(last + timedelta(days=1))

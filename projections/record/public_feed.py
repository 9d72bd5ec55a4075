"""Feed of public events 公开事件流: the entries of which a caller is told now, in the order of the journal. plan P7, P8.

Three reads with one order, each as the subscription of its kind judges it. Nothing is kept of who was told what: a place in the
journal is asked for anew, through the scope of the moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge

from sqlalchemy import select

from domain.access import AllOf, AnyOf, Attribute, Everything, Is, Role, Scope
from domain.kernel import Event
from domain.public_events import PUBLIC_EVENTS, Sight
from journal.codec import stored_names
from projections.engine.places import ENTERPRISES
from projections.engine.snapshot import Snapshot
from projections.record.audit_trail import ENTRIES, SUBJECTS, EntryFilter, EntryRow, entries
from projections.standard.revisions import standards_events


@dataclass(frozen=True)
class FeedFilter:
    """Which events a follower wants 订阅筛选; None = all.

    names: public names. districts, enterprises: of the firm of an event. editions: keys of those that its case is measured by, or
    that it is of. What lies nowhere, such as a move of the directory, is of no district, firm or edition.
    """

    names: frozenset[str] | None = None
    districts: frozenset[str] | None = None
    enterprises: frozenset[str] | None = None
    editions: frozenset[str] | None = None

    def holds(self, event: type[Event]) -> bool:
        """Whether it is of a kind that is wanted."""
        return self.names is None or PUBLIC_EVENTS[event].name in self.names

    @property
    def of_a_place(self) -> bool:
        """Whether only what is of a firm is wanted."""
        return self.districts is not None or self.enterprises is not None

    def within(self, scope: Scope) -> Scope:
        """The part of a scope that is wanted."""
        parts = [scope]
        if self.districts is not None:
            parts.append(AnyOf(tuple(Is(Attribute.DISTRICT, one) for one in sorted(self.districts))))
        if self.enterprises is not None:
            parts.append(AnyOf(tuple(Is(Attribute.ENTERPRISE, one) for one in sorted(self.enterprises))))
        return AllOf(tuple(parts))


def _stored(role: Role, sight: Sight, where: FeedFilter) -> tuple[str, ...]:
    """Names, as they are stored, of the events of a sight that a role may be told of and that are wanted."""
    found = (event for event, one in PUBLIC_EVENTS.items() if one.sight is sight and role in one.readers and where.holds(event))
    return tuple(sorted(stored_names(found)))


def public_entries(
    snapshot: Snapshot, scope: Scope, drafts: Scope, role: Role, where: FeedFilter, first: int, *, after: int, kept: bool = False
) -> list[EntryRow]:
    """Public entries beyond a position 公开条目, `first` at most.

    scope: the caller's. drafts: those drafts of the standard that are open to it (`draft_scope`). kept: as of `entries`.
    """
    parts: list[Sequence[EntryRow]] = []
    if names := _stored(role, Sight.PLACED, where):
        wanted = EntryFilter(types=names, live=True, editions=where.editions)
        parts.append(entries(snapshot, where.within(scope), role, first, wanted, after=after, kept=kept))
    if not where.of_a_place:
        if where.editions is None and (names := _stored(role, Sight.DIRECTORY, where)):
            parts.append(entries(snapshot, Everything(), role, first, EntryFilter(types=names), after=after, kept=kept))
        if names := _stored(role, Sight.STANDARD, where):
            told = standards_events(snapshot, drafts, first, after=after, types=names, editions=where.editions)
            parts.append(_at(snapshot, [row.position for row in told]))
    return list(merge(*parts, key=lambda row: row.position))[:first]


def _at(snapshot: Snapshot, positions: Sequence[int]) -> list[EntryRow]:
    """Entries at positions that were judged by the caller."""
    if not positions:
        return []
    table = snapshot[ENTRIES]
    query = select(table).where(table.c.position.in_(positions)).order_by(table.c.position)
    return [EntryRow._make(row) for row in snapshot.rows(query)]


def districts_of(snapshot: Snapshot, streams: Sequence[str]) -> dict[str, str]:
    """The district where the firm of each subject lies now 所在区; of no firm, none. The caller has judged the subjects."""
    subjects, firms = snapshot[SUBJECTS], snapshot[ENTERPRISES]
    joined = subjects.join(firms, firms.c.id == subjects.c.enterprise)
    among = snapshot.among(subjects.c.stream, list(dict.fromkeys(streams)))
    found = snapshot.rows(select(subjects.c.stream, firms.c.district).select_from(joined).where(among))
    return {str(stream): str(district) for stream, district in found}

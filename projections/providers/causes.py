"""Causes 依据链: from an entry of the directory down to the facts it rests on, each as it stands in the journal. plan V4."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from domain.events import CAPABILITIES
from domain.kernel import Event, cited, kind_of
from journal.codec import EVENT_OF, decode
from projections.engine.columns import chosen
from projections.engine.snapshot import Snapshot
from projections.record.audit_trail import ENTRIES, EntryRow

DEPTH = 6
MOST = 300
"""Facts that one answer walks to at most."""


@dataclass(frozen=True)
class CauseRow:
    """A fact in the chain 依据. parent: the fact above it, which cites it first; depth: 0 for those asked for."""

    id: str
    parent: str | None
    depth: int
    entry: EntryRow
    event: Event


def causes_of(event: Event) -> Iterator[str]:
    """The facts that a fact cites, in the order of its fields 所引事实: whatever of it has the shape of a cause."""
    for name in ("rule", "rule_cause", "call", "causes", "marks"):
        value = getattr(event, name, None)
        yield from (value if isinstance(value, tuple) else (value,) if isinstance(value, str) and "/" in value else ())


Below = Callable[[str, Event], Iterable[str]]
"""What a fact rests on without citing it, for whoever may know 未写明的依据."""


def chain(snapshot: Snapshot, causes: Sequence[str], below: Below = lambda _cause, _event: ()) -> list[CauseRow]:
    """The facts that some facts rest on, themselves first, level by level; each once, below the first that cites it."""
    found: list[CauseRow] = []
    seen: set[str] = set()
    level: list[tuple[str, str | None]] = [(cause, None) for cause in causes]
    for depth in range(DEPTH):
        wanted = [(cause, parent) for cause, parent in dict.fromkeys(level) if cause not in seen][: MOST - len(found)]
        if not wanted:
            break
        entries = entries_of(snapshot, [cause for cause, _ in wanted])
        level = []
        for cause, parent in wanted:
            entry = entries.get(cause)
            if entry is None or cause in seen:
                continue
            seen.add(cause)
            event = event_of(entry)
            found.append(CauseRow(cause, parent, depth, entry, event))
            level += [(one, cause) for one in (*causes_of(event), *below(cause, event))]
    return found


def event_of(entry: EntryRow) -> Event:
    """The fact that an entry holds 条目所载事实."""
    return decode(CAPABILITIES[kind_of(entry.stream)], entry.type, entry.data.encode())


def entries_of(snapshot: Snapshot, causes: Sequence[str]) -> dict[str, EntryRow]:
    """The entries of some facts, by how they are cited; those that are not there are absent 所引条目."""
    table = snapshot[ENTRIES]
    named = [and_(table.c.stream == stream, table.c.version == version) for stream, version in map(cited, causes)]
    rows = snapshot.rows(select(*chosen(table, EntryRow)).where(or_(*named)))
    made = (EntryRow._make(row) for row in rows)
    return {f"{row.stream}/{row.version}": row for row in made if row.type in EVENT_OF}

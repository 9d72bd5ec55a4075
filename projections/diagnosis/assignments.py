"""Assignments 专家指派: to which experts a diagnosis is open, and for which days. plan V5.

Read models' scopes read these rows: an assignment that is over opens nothing from that day on. They are kept with consents,
which end by the day as well.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, select

from domain.access import Role
from domain.diagnosis.assignments import ArbiterConflictDeclared, ExpertAssigned, ExpertReleased
from domain.kernel import Event
from journal import Entry
from projections.engine.columns import columns
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot
from projections.participants import consents
from projections.participants.consents import CONSENT_FACTS, CONSENTS

META = MetaData()


class AssignmentRow(NamedTuple):
    """An assignment of an expert 专家指派; days as ISO text, both included. conflict: what an arbiter declared."""

    diagnosis: str
    id: str
    expert: str
    role: Role
    since: str
    until: str
    conflict: str | None


ASSIGNMENTS = Table(
    "assignments",
    META,
    *columns(AssignmentRow, "diagnosis", "id"),
    Index("ix_expert", "expert", "diagnosis"),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Consents, and assignments as made, their last day as ended."""
    consents.fold(tables, [entry for entry in entries if event_of(entry) in CONSENT_FACTS])
    assignments = tables[ASSIGNMENTS]
    for entry in entries:
        found, diagnosis = data(entry), key(entry)
        match event_of(entry):
            case event if event is ExpertAssigned:
                values = {name: found[name] for name in ("expert", "role", "since", "until")}
                assignments.put({"diagnosis": diagnosis, "id": found["assignment"], **values, "conflict": None})
            case event if event is ExpertReleased:
                assignments.change(diagnosis, found["assignment"], until=found["last"])
            case event if event is ArbiterConflictDeclared:
                assignments.change(diagnosis, found["assignment"], until=found["last"], conflict=found["reason"])


ASSIGNMENT_FACTS: frozenset[type[Event]] = frozenset({ExpertAssigned, ExpertReleased, ArbiterConflictDeclared})

TERMS = ReadModel("terms", (CONSENTS, ASSIGNMENTS), fold, CONSENT_FACTS | ASSIGNMENT_FACTS)
"""Its generations are kept under the name that they began with."""


def assigned_to(snapshot: Snapshot, expert: str, day: str, role: str | None = None) -> Select[tuple[str]]:
    """Ids of the diagnoses that an expert is assigned to on a day, as a subquery. role: in which; None = in any."""
    assignments = snapshot[ASSIGNMENTS]
    found = select(assignments.c.diagnosis).where(
        assignments.c.expert == expert, assignments.c.since <= day, assignments.c.until >= day
    )
    return found if role is None else found.where(assignments.c.role == role)

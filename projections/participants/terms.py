"""Terms 期限: to which banks a firm's results, and to which experts a diagnosis, are open, and for which days. plan R4, V5.

Every read model's scope reads these rows, as it reads the enterprise's: a term that is over opens nothing from that day on.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Column, Index, MetaData, Select, String, Table, exists, select
from sqlalchemy.sql import ColumnElement

from domain.access import Role
from domain.diagnosis.assignments import ExpertAssigned, ExpertReleased
from domain.participants.consents import ConsentGranted, ConsentRevoked
from journal import Entry
from projections.engine.columns import chosen, columns
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class ConsentRow(NamedTuple):
    """A consent 授权; days as ISO text, both included."""

    id: str
    bank: str
    purpose: str
    since: str
    until: str


CONSENTS = Table(
    "consents",
    META,
    Column("enterprise", String, primary_key=True),
    *columns(ConsentRow, "id"),
    Index("ix_bank", "bank", "enterprise"),
)


class AssignmentRow(NamedTuple):
    """An assignment of an expert 专家指派; days as ISO text, both included."""

    diagnosis: str
    id: str
    expert: str
    role: Role
    since: str
    until: str


ASSIGNMENTS = Table(
    "assignments",
    META,
    *columns(AssignmentRow, "diagnosis", "id"),
    Index("ix_expert", "expert", "diagnosis"),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Consents and assignments as granted, their last day as revoked."""
    consents, assignments = tables[CONSENTS], tables[ASSIGNMENTS]
    for entry in entries:
        found, subject = data(entry), key(entry)
        event = event_of(entry)
        if event is ConsentGranted:
            values = {name: found[name] for name in ("bank", "purpose", "since", "until")}
            consents.put({"enterprise": subject, "id": found["consent"], **values})
        elif event is ConsentRevoked:
            consents.change(subject, found["consent"], until=found["last"])
        elif event is ExpertAssigned:
            values = {name: found[name] for name in ("expert", "role", "since", "until")}
            assignments.put({"diagnosis": subject, "id": found["assignment"], **values})
        else:
            assignments.change(subject, found["assignment"], until=found["last"])


TERMS = ReadModel(
    "terms",
    (CONSENTS, ASSIGNMENTS),
    fold,
    frozenset({ConsentGranted, ConsentRevoked, ExpertAssigned, ExpertReleased}),
)


def has_consent(
    snapshot: Snapshot, enterprise: ColumnElement[str], bank: str, day: str
) -> ColumnElement[bool]:
    """Whether an enterprise lets a bank see its results on a day."""
    terms = snapshot[CONSENTS]
    return exists().where(
        terms.c.enterprise == enterprise, terms.c.bank == bank, terms.c.since <= day, terms.c.until >= day
    )


def assigned_to(snapshot: Snapshot, expert: str, day: str) -> Select[tuple[str]]:
    """Ids of the diagnoses that an expert is assigned to on a day, as a subquery."""
    terms = snapshot[ASSIGNMENTS]
    return select(terms.c.diagnosis).where(terms.c.expert == expert, terms.c.since <= day, terms.c.until >= day)


def consents_of(snapshot: Snapshot, enterprises: Sequence[str]) -> dict[str, list[ConsentRow]]:
    """Every consent of many enterprises, those that are over included; the caller has judged the enterprises."""
    terms = snapshot[CONSENTS]
    query = (
        select(terms.c.enterprise, *chosen(terms, ConsentRow))
        .where(snapshot.among(terms.c.enterprise, enterprises))
        .order_by(terms.c.enterprise, terms.c.since, terms.c.id)
    )
    found: dict[str, list[ConsentRow]] = {}
    for enterprise, *rest in snapshot.rows(query):
        found.setdefault(enterprise, []).append(ConsentRow._make(rest))
    return found

"""Consents 授权: to which banks a firm's results are open, and for which days. plan R4.

Read models' scopes read these rows, as they read the enterprise's: a consent that is over opens nothing from that day on.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Column, Index, MetaData, String, Table, exists, select
from sqlalchemy.sql import ColumnElement

from domain.kernel import Event
from domain.participants.consents import ConsentGranted, ConsentRevoked
from journal import Entry
from projections.engine.columns import chosen, columns
from projections.engine.read_model import Tables, data, event_of, key
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
CONSENT_FACTS: frozenset[type[Event]] = frozenset({ConsentGranted, ConsentRevoked})


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Consents as granted, their last day as revoked."""
    consents = tables[CONSENTS]
    for entry in entries:
        found, enterprise = data(entry), key(entry)
        if event_of(entry) is ConsentGranted:
            values = {name: found[name] for name in ("bank", "purpose", "since", "until")}
            consents.put({"enterprise": enterprise, "id": found["consent"], **values})
        else:
            consents.change(enterprise, found["consent"], until=found["last"])


def has_consent(
    snapshot: Snapshot, enterprise: ColumnElement[str], bank: str, day: str
) -> ColumnElement[bool]:
    """Whether an enterprise lets a bank see its results on a day."""
    consents = snapshot[CONSENTS]
    return exists().where(
        consents.c.enterprise == enterprise, consents.c.bank == bank, consents.c.since <= day, consents.c.until >= day
    )


def consents_of(snapshot: Snapshot, enterprises: Sequence[str]) -> dict[str, list[ConsentRow]]:
    """Every consent of many enterprises, those that are over included; the caller has judged the enterprises."""
    consents = snapshot[CONSENTS]
    query = (
        select(consents.c.enterprise, *chosen(consents, ConsentRow))
        .where(snapshot.among(consents.c.enterprise, enterprises))
        .order_by(consents.c.enterprise, consents.c.since, consents.c.id)
    )
    found: dict[str, list[ConsentRow]] = {}
    for enterprise, *rest in snapshot.rows(query):
        found.setdefault(enterprise, []).append(ConsentRow._make(rest))
    return found

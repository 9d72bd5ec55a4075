"""The past 往期: what was known of a few subjects at an earlier position, as rows that every read model's reads work on. plan P5.

A subject's own streams are folded anew, up to the position, into tables in memory: about 150 entries a diagnosis. So the state
of any past day is by construction what a replay to that point gives. Whose things may be seen is judged before, by where they
lie today; nothing that is not admitted is put into these tables.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

import orjson
from sqlalchemy import MetaData, NullPool, Table, create_engine, func, or_, select
from sqlalchemy.engine import Engine

from domain.access import Everything, Scope, sees_only_issued
from domain.diagnosis.follow_up_facts import follow_up_stream
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.provider import DiagnosisAccepted, ProviderAssigned
from domain.diagnosis.stages import stage_stream
from domain.diagnosis.state import assignment_stream, diagnosis_stream
from domain.kernel import key_of, stream_of
from domain.participants.consents import consent_stream
from domain.participants.enterprises import enterprise_stream
from domain.participants.organisations import organisation_stream
from domain.standard.editions import MAPPING_STREAM, edition_stream
from domain.standard.revision.state import revision_stream
from journal import Entry
from journal.codec import current, stored_names
from projections.diagnosis import diagnoses as diagnoses_rows
from projections.diagnosis.assignments import TERMS
from projections.diagnosis.diagnoses_fold import DIAGNOSIS_READ_MODEL
from projections.diagnosis.equatings import EQUATING_READ_MODEL
from projections.diagnosis.firms import ENTERPRISE_READ_MODEL
from projections.diagnosis.issued import SHOWN_OUTSIDE
from projections.engine.generations import make
from projections.engine.read_model import ReadModel, Tables, event_of
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprises_by_id
from projections.participants.headquarters import HEADQUARTERS_READ_MODEL
from projections.participants.organisations import ORGANISATION_READ_MODEL
from projections.participants.people import PEOPLE_READ_MODEL
from projections.record.audit_trail import ENTRIES, SUBJECTS
from projections.standard import revisions
from projections.standard.crosswalks import CROSSWALK_READ_MODEL
from projections.standard.edition_mapping import EDITION_MAPPING_READ_MODEL
from projections.standard.editions import EDITIONS_READ_MODEL
from projections.standard.revisions_fold import REVISIONS_READ_MODEL

SHOWN = (
    ENTERPRISE_READ_MODEL,
    ORGANISATION_READ_MODEL,
    DIAGNOSIS_READ_MODEL,
    EDITIONS_READ_MODEL,
    EDITION_MAPPING_READ_MODEL,
    HEADQUARTERS_READ_MODEL,
    REVISIONS_READ_MODEL,
    CROSSWALK_READ_MODEL,
    EQUATING_READ_MODEL,
    TERMS,
)
"""Read models whose tables the past has; a table without entries is empty. The people's only where it is a past of people."""
NAMING = frozenset({DiagnosisOpened, ProviderAssigned, DiagnosisAccepted})
"""Facts of a diagnosis that name another subject, whose own past is told beside it."""


@dataclass(frozen=True)
class Later:
    """What happened to a subject after the moment 事后变更: how many entries, and when the first (microseconds of UTC)."""

    changes: int = 0
    first_at: int | None = None


@dataclass(frozen=True)
class Past:
    """What may be shown of the past 往期快照: read model -> its entries up to a position, and what came later, by stream."""

    position: int
    entries: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    later: Mapping[str, Later] = field(default_factory=dict)


def position_at(snapshot: Snapshot, moment: int) -> int:
    """The last position at or before a moment 时点所在位置, microseconds of UTC; 0 before the first entry."""
    table = snapshot[ENTRIES]
    query = select(table.c.position).where(table.c.at <= moment)
    rows = snapshot.rows(query.order_by(table.c.at.desc(), table.c.position.desc()).limit(1))
    return int(rows[0][0]) if rows else 0


def recorded_at(snapshot: Snapshot, position: int) -> int | None:
    """When a position was written, microseconds of UTC; None when it is not there."""
    table = snapshot[ENTRIES]
    rows = snapshot.rows(select(table.c.at).where(table.c.position == position))
    return int(rows[0][0]) if rows else None


def history(snapshot: Snapshot, streams: Sequence[str], position: int) -> list[Entry]:
    """Entries of some streams up to a position, in order and in today's shape; what no fold looks at is left empty."""
    table = snapshot[ENTRIES]
    query = select(table).where(table.c.stream.in_(list(streams)), table.c.position <= position)
    return [current(_entry(row)) for row in snapshot.rows(query.order_by(table.c.position))]


def _entry(row: Sequence[object]) -> Entry:
    found = dict(zip((column.name for column in ENTRIES.columns), row, strict=True))
    data = str(found.pop("data")).encode()
    del found["told"]
    return Entry(**found, state=data, correlation="", causation="", idempotency_key="", leaf=b"")  # type: ignore[arg-type]


def _streams(snapshot: Snapshot, kind: str) -> list[str]:
    table = snapshot[SUBJECTS]
    return [str(row[0]) for row in snapshot.rows(select(table.c.stream).where(table.c.stream.startswith(stream_of(kind, ""))))]


def later_of(snapshot: Snapshot, streams: Sequence[str], position: int, scope: Scope) -> dict[str, Later]:
    """What happened to some streams after a position 事后变更; outside a case of what is told there."""
    table = snapshot[ENTRIES]
    outside = or_(table.c.stream.not_like(diagnosis_stream("%")), table.c.type.in_(sorted(stored_names(SHOWN_OUTSIDE))))
    told = [outside] if sees_only_issued(scope) else []
    query = (
        select(table.c.stream, func.count(), func.min(table.c.at))
        .where(table.c.stream.in_(list(streams)), table.c.position > position, *told)
        .group_by(table.c.stream)
    )
    changed = {str(stream): Later(int(count), int(at)) for stream, count, at in snapshot.rows(query)}
    return {stream: changed.get(stream, Later()) for stream in streams}


def of_enterprise(snapshot: Snapshot, scope: Scope, enterprise: str, position: int) -> Past | None:
    """An enterprise at a position, with its diagnoses then 企业往期; None when it lies outside the scope today."""
    if enterprise not in enterprises_by_id(snapshot, scope, [enterprise]):
        return None
    return of_enterprises(snapshot, scope, [enterprise], position)


def of_enterprises(
    snapshot: Snapshot, scope: Scope, enterprises: Sequence[str], position: int, *, diagnoses: bool = True
) -> Past:
    """Enterprises at a position 企业往期, those that lie in the scope today; the caller has judged which.

    A diagnosis outside the scope leaves the trace that it has today: the enterprise's latest one may be it. diagnoses: theirs
    too, which have many more entries than the firms themselves.
    """
    streams = [enterprise_stream(identity) for identity in enterprises]
    consents = history(snapshot, [consent_stream(identity) for identity in enterprises], position)
    if not diagnoses:
        told = history(snapshot, streams, position)
        banks = history(snapshot, _banks(consents), position)
        known = {ENTERPRISE_READ_MODEL.name: told, TERMS.name: consents, ORGANISATION_READ_MODEL.name: banks}
        return Past(position, known, later_of(snapshot, streams, position, scope))
    every = _cases_of(snapshot, enterprises)
    seen = diagnoses_rows.diagnoses_by_id(snapshot, scope, every) if every else {}
    cases = [named(identity) for identity in every for named in (diagnosis_stream, stage_stream, follow_up_stream)]
    told = history(snapshot, [*streams, *cases], position)
    admitted = [entry for entry in told if key_of(entry.stream) in seen]
    facts = [orjson.loads(entry.state) for entry in admitted if event_of(entry) in NAMING]
    keys = {fact["edition"] for fact in facts if "edition" in fact}
    editions = {edition_stream(key) for key in keys} | {edition_stream(key.partition("-")[0]) for key in keys}
    providers = {organisation_stream(fact["provider"]) for fact in facts if fact.get("provider")}
    assignments = {assignment_stream(identity) for identity in seen}
    beside = history(snapshot, sorted({*editions, *providers, *assignments, *_banks(consents)}), position)
    return Past(
        position,
        {
            ENTERPRISE_READ_MODEL.name: told,
            ORGANISATION_READ_MODEL.name: beside,
            DIAGNOSIS_READ_MODEL.name: admitted,
            EDITIONS_READ_MODEL.name: beside,
            CROSSWALK_READ_MODEL.name: history(snapshot, _streams(snapshot, "crosswalk"), position),
            EQUATING_READ_MODEL.name: history(snapshot, _streams(snapshot, "equating"), position),
            TERMS.name: consents + beside,
        },
        later_of(
            snapshot, [*streams, *(diagnosis_stream(one) for one in sorted(seen)), *sorted(providers | editions)], position, scope
        ),
    )


def _banks(consents: Sequence[Entry]) -> list[str]:
    """Streams of the banks that consents name."""
    facts = [orjson.loads(entry.state) for entry in consents]
    return sorted({organisation_stream(fact["bank"]) for fact in facts if "bank" in fact})


def _cases_of(snapshot: Snapshot, enterprises: Sequence[str]) -> list[str]:
    """Ids of all diagnoses of some enterprises, those outside the scope included."""
    subjects = snapshot[SUBJECTS]
    query = select(subjects.c.diagnosis).where(subjects.c.enterprise.in_(list(enterprises)), subjects.c.diagnosis.is_not(None))
    return sorted(str(row[0]) for row in snapshot.rows(query))


def of_diagnosis(snapshot: Snapshot, scope: Scope, diagnosis: str, position: int) -> Past | None:
    """A diagnosis at a position, with its enterprise then 诊断往期; None when it lies outside the scope today."""
    found = diagnoses_rows.diagnoses_by_id(snapshot, scope, [diagnosis])
    return of_diagnoses(snapshot, scope, [diagnosis], position) if found else None


def of_diagnoses(snapshot: Snapshot, scope: Scope, diagnoses: Sequence[str], position: int) -> Past:
    """Diagnoses at a position, with their enterprises then 诊断往期; the caller has judged which."""
    rows = diagnoses_rows.diagnoses_by_id(snapshot, scope, diagnoses) if diagnoses else {}
    firms = sorted({row.enterprise for row in rows.values()})
    return of_enterprises(snapshot, scope, firms, position)


def of_applicable(snapshot: Snapshot, scope: Scope, enterprise: str, position: int) -> Past | None:
    """An enterprise at a position, with all that tells which edition applied to it 适用标准往期; None as `of_enterprise`."""
    found = of_enterprise(snapshot, scope, enterprise, position)
    if found is None:
        return None
    mappings = history(snapshot, [MAPPING_STREAM], position)
    editions = history(snapshot, _streams(snapshot, "edition"), position)
    seats = history(snapshot, _streams(snapshot, "headquarters"), position)
    beside = {EDITION_MAPPING_READ_MODEL.name: mappings, EDITIONS_READ_MODEL.name: editions, HEADQUARTERS_READ_MODEL.name: seats}
    return replace(found, entries={**found.entries, **beside})


def of_kind(snapshot: Snapshot, kind: str, read_model: ReadModel, position: int) -> Past:
    """Every subject of a kind that is open to all signed-in roles 公开对象往期: organisations, editions."""
    streams = _streams(snapshot, kind)
    found = history(snapshot, streams, position) if streams else []
    return Past(position, {read_model.name: found}, later_of(snapshot, streams, position, Everything()))


def of_revision(snapshot: Snapshot, scope: Scope, revision: str, position: int) -> Past | None:
    """A revision at a position 修订往期, with the editions published then; None when it is not visible through the scope today.

    Its draft is among these rows, whoever asks: whether it is shown is judged by today's scope, and so is whether it was
    public then.
    """
    if revisions.revision(snapshot, scope, revision) is None:
        return None
    stream = revision_stream(revision)
    beside = history(snapshot, _streams(snapshot, "edition"), position)
    told = {REVISIONS_READ_MODEL.name: history(snapshot, [stream], position), EDITIONS_READ_MODEL.name: beside}
    return Past(position, told, later_of(snapshot, [stream], position, scope))


@cache
def _engine() -> Engine:
    """Every connection is a database of its own, in memory."""
    return create_engine("sqlite://", poolclass=NullPool)


@cache
def _tables(read_model: ReadModel) -> Mapping[str, Table]:
    """A read model's tables without indexes: they hold a few subjects."""
    metadata = MetaData()
    named = {table.name: table.to_metadata(metadata) for table in read_model.tables}
    for table in named.values():
        table.indexes.clear()
    return named


@contextmanager
def replayed(past: Past) -> Iterator[Snapshot]:
    """The rows of the past, to be read through `Everything`: what is not admitted is not in them 重演."""
    tables: dict[str, Table] = {}
    with _engine().connect() as connection:
        people = (PEOPLE_READ_MODEL,) if PEOPLE_READ_MODEL.name in past.entries else ()
        for read_model in (*SHOWN, *people):
            named = _tables(read_model)
            for table in named.values():
                make(connection, table)
            tables |= named
            entries = past.entries.get(read_model.name, ())
            if heard := read_model.heard(entries):
                rows = Tables(named, fresh=True)
                with rows.within(connection):
                    read_model.fold(rows, heard)
                    rows.flush()
        yield Snapshot(connection, tables, past.position)
        connection.rollback()

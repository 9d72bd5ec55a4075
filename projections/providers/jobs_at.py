"""Jobs at a position 某一时点的任务: which jobs of a year a provider had when the journal was so long. plan V5.

A rating rests on them as they were when its inputs were fixed, whatever became of them since: withdrawn, or another's.
"""

from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import select

from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.provider import ProviderAssigned
from domain.diagnosis.state import diagnosis_stream
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from journal.codec import stored_names
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.snapshot import Snapshot
from projections.providers.year_jobs import opened_in
from projections.record.audit_trail import ENTRIES

NAMING = (DiagnosisOpened, ProviderAssigned)
"""Facts that say which provider a job has."""


def jobs_at(snapshot: Snapshot, year: int, provider: str, position: int) -> list[str]:
    """Streams of a provider's jobs of a city's year by a position, in their order; the caller has judged who is told."""
    cases, (first, after) = snapshot[DIAGNOSES], opened_in(year)
    in_year = (cases.c.opened_at >= first, cases.c.opened_at < after)
    now = _streams(snapshot.rows(select(cases.c.id).where(*in_year, cases.c.provider == provider)))
    named_since = _named_since(snapshot, position)
    moved = _streams(snapshot.rows(select(cases.c.id).where(*in_year, snapshot.among(cases.c.id, named_since))))
    then = {stream for stream, named in _providers_at(snapshot, sorted(moved), position).items() if named == provider}
    had = (now - moved) | then
    return sorted(had - _withdrawn_by(snapshot, sorted(had), position))


def _streams(rows: Iterable[Sequence[object]]) -> set[str]:
    return {diagnosis_stream(str(identity)) for (identity,) in rows}


def _named_since(snapshot: Snapshot, position: int) -> list[str]:
    """Diagnoses that were given another provider after a position."""
    entries = snapshot[ENTRIES]
    given = entries.c.type.in_(sorted(stored_names([ProviderAssigned])))
    rows = snapshot.rows(select(entries.c.stream).where(given, entries.c.position > position).distinct())
    return sorted(str(stream).partition("/")[2] for (stream,) in rows)


def _providers_at(snapshot: Snapshot, streams: Sequence[str], position: int) -> dict[str, str | None]:
    """Of some diagnoses the provider that each had by a position."""
    entries = snapshot[ENTRIES]
    naming = entries.c.type.in_(sorted(stored_names(NAMING)))
    query = select(entries.c.stream, entries.c.data).where(
        naming, entries.c.position <= position, snapshot.among(entries.c.stream, streams)
    )
    rows = snapshot.rows(query.order_by(entries.c.stream, entries.c.version)) if streams else ()
    return {str(stream): orjson.loads(data).get("provider") for stream, data in rows}


def _withdrawn_by(snapshot: Snapshot, streams: Sequence[str], position: int) -> set[str]:
    """Those of some diagnoses that were withdrawn by a position."""
    entries = snapshot[ENTRIES]
    ended = entries.c.type.in_(sorted(stored_names([DiagnosisWithdrawn])))
    query = select(entries.c.stream).where(
        ended, entries.c.position <= position, snapshot.among(entries.c.stream, streams)
    )
    return {str(stream) for (stream,) in snapshot.rows(query)} if streams else set()

"""Cases that a provider was ever named for 曾承担诊断, whoever has them now. plan V5."""

from sqlalchemy import select

from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.provider import DiagnosisAccepted, ProviderAssigned
from journal.codec import stored_names
from projections.engine.snapshot import Snapshot
from projections.record.audit_trail import ENTRIES


def cases_of_provider(snapshot: Snapshot, provider: str) -> tuple[str, ...]:
    """Streams of the diagnoses that a provider was named for or took on, in their order; the caller has judged who is told."""
    entries = snapshot[ENTRIES]
    named = entries.c.data.contains(f'"provider":"{provider}"', autoescape=True)
    of = entries.c.type.in_(list(stored_names([DiagnosisOpened, ProviderAssigned, DiagnosisAccepted])))
    query = select(entries.c.stream).where(of, named).distinct().order_by(entries.c.stream)
    return tuple(str(stream) for (stream,) in snapshot.rows(query))

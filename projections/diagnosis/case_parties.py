"""Parties of cases 诊断各方: which firm and provider each case within a scope is of, for what is taken away of many. plan P5."""

from typing import NamedTuple

from sqlalchemy import select

from domain.access import Scope
from projections.diagnosis.diagnoses import DiagnosisFilter, matching
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.snapshot import Snapshot


class CaseParties(NamedTuple):
    """The firm and the provider of a case 诊断各方; provider: the one that is named now, None before there is one."""

    enterprise: str
    provider: str | None


def case_parties(snapshot: Snapshot, scope: Scope) -> dict[str, CaseParties]:
    """Diagnosis -> its parties, of all within a scope."""
    cases = snapshot[DIAGNOSES]
    query = select(cases.c.id, cases.c.enterprise, cases.c.provider).where(*matching(snapshot, scope, DiagnosisFilter()))
    return {identity: CaseParties(*parties) for identity, *parties in snapshot.rows(query)}

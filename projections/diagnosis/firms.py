"""Firms by their cases 企业的诊断: a firm's latest, who sees a firm because of one, which firms have those that a filter asks for.

Enterprises lie in an area before this one, which therefore adds its part to their rows and to their reads.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from domain.diagnosis.opening import DiagnosisOpened
from journal import Entry
from projections.diagnosis.assignments import assigned_to
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.diagnosis.issued import holds_a_result
from projections.engine.filters import is_so, one_of
from projections.engine.pages import Page
from projections.engine.places import ENTERPRISES, PRESENT_FACTS
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants import enterprises
from projections.participants.enterprises import BIGRAMS, EnterpriseFilter, JudgedByCases


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Enterprises as rosters state them, the latest diagnosis from its opening."""
    enterprises.fold(tables, [entry for entry in entries if event_of(entry) in PRESENT_FACTS])
    for entry in entries:
        if event_of(entry) is DiagnosisOpened:
            tables[ENTERPRISES].change(data(entry)["enterprise"], latest_diagnosis=key(entry))


ENTERPRISE_READ_MODEL = ReadModel("directory", (ENTERPRISES, BIGRAMS), fold, PRESENT_FACTS | {DiagnosisOpened})
"""Its generations are kept under the name that they began with."""


def case_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads an enterprise by who works on its cases."""
    firms, cases = snapshot[ENTERPRISES], snapshot[DIAGNOSES]
    return {
        Attribute.PROVIDER: lambda value: firms.c.id.in_(select(cases.c.enterprise).where(cases.c.provider == value)),
        Attribute.ASSIGNMENT: lambda *expert: firms.c.id.in_(
            select(cases.c.enterprise).where(cases.c.id.in_(assigned_to(snapshot, *expert)))
        ),
    }


def case_conditions(snapshot: Snapshot, scope: Scope, where: EnterpriseFilter) -> Iterator[ColumnElement[bool]]:
    """Whether a firm has a case, one that the scope admits, with a report or with one of some providers."""
    firms, cases = snapshot[ENTERPRISES], snapshot[DIAGNOSES]
    seen = (cases.c.enterprise == firms.c.id, to_sql(scope, diagnosis_columns(snapshot)))
    has_result = cases.c.issued_version.is_not(None), holds_a_result(cases)
    yield from is_so(exists(select(cases.c.id).where(*seen, *has_result)), where.diagnosed)
    if where.provider is not None:
        yield exists(select(cases.c.id).where(*seen, *one_of(snapshot, cases.c.provider, where.provider)))


def page_of_provider(snapshot: Snapshot, provider: str, page: Page) -> Select[Any]:
    """Ids of the firms whose cases a provider has, those of one page of them by id: an index holds them in that order."""
    cases = snapshot[DIAGNOSES]
    mine = select(cases.c.enterprise).distinct().where(cases.c.provider == provider)
    return page.of(mine, lambda _id: cases.c.enterprise)


FIRMS_BY_CASES = JudgedByCases(case_columns, case_conditions, page_of_provider)

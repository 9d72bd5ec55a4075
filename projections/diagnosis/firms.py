"""Firms by their cases 企业的诊断: who sees a firm because of a case, and which firms have the cases that a filter asks for.

Enterprises lie in an area before this one, which therefore adds its part to their reads.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.filters import is_so, one_of
from projections.engine.pages import Page
from projections.engine.places import ENTERPRISES
from projections.engine.scope import Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import EnterpriseFilter, JudgedByCases
from projections.participants.terms import assigned_to


def case_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads an enterprise by who works on its cases."""
    firms, cases = snapshot[ENTERPRISES], snapshot[DIAGNOSES]
    return {
        Attribute.PROVIDER: lambda value: firms.c.id.in_(select(cases.c.enterprise).where(cases.c.provider == value)),
        Attribute.ASSIGNMENT: lambda expert, day: firms.c.id.in_(
            select(cases.c.enterprise).where(cases.c.id.in_(assigned_to(snapshot, expert, day)))
        ),
    }


def case_conditions(snapshot: Snapshot, scope: Scope, where: EnterpriseFilter) -> Iterator[ColumnElement[bool]]:
    """Whether a firm has a case, one that the scope admits, with a report or with one of some providers."""
    firms, cases = snapshot[ENTERPRISES], snapshot[DIAGNOSES]
    seen = (cases.c.enterprise == firms.c.id, to_sql(scope, diagnosis_columns(snapshot)))
    yield from is_so(exists(select(cases.c.id).where(*seen, cases.c.issued_version.is_not(None))), where.diagnosed)
    if where.provider is not None:
        yield exists(select(cases.c.id).where(*seen, *one_of(snapshot, cases.c.provider, where.provider)))


def page_of_provider(snapshot: Snapshot, provider: str, page: Page) -> Select[Any]:
    """Ids of the firms whose cases a provider has, those of one page of them by id: an index holds them in that order."""
    cases = snapshot[DIAGNOSES]
    mine = select(cases.c.enterprise).distinct().where(cases.c.provider == provider)
    return page.of(mine, lambda _id: cases.c.enterprise)


FIRMS_BY_CASES = JudgedByCases(case_columns, case_conditions, page_of_provider)

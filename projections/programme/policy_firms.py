"""Firms held against policies 企业政策比对: what is on record of each firm of a scope, and how it stands. plan I2, I3."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import orjson
from sqlalchemy import and_, case, select

from domain.access import Scope
from domain.instants import city_day, utc_moment
from domain.programme.policies.conditions import ClauseVerdict, FirmFacts, PolicyVerdict, explain
from domain.programme.policies.simulation import overlaps
from domain.programme.policies.terms import PolicyTerms
from projections.diagnosis.diagnoses_fold import DIAGNOSES, REPORTS
from projections.diagnosis.issued import CONTESTED_STATUSES, holds_a_result
from projections.engine.pages import Page
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns
from projections.participants.rosters import on_latest_roster
from projections.programme.policies import DESIGNATIONS, policies_beside


def firm_facts(snapshot: Snapshot, scope: Scope, day: date, enterprise: str | None = None) -> list[FirmFacts]:
    """What is on record of each firm of a scope that a policy may ask about on a day, in order of id. enterprise: of one alone.

    Firms are those on the roster of the day's year, or while it has none of the latest before: who was taken off is held against
    nothing.
    """
    return [facts for facts, _ in _known(snapshot, scope, day, enterprise)]


def _known(snapshot: Snapshot, scope: Scope, day: date, enterprise: str | None) -> Iterator[tuple[FirmFacts, bool]]:
    """What is on record of each firm, and whether its latest report is contested."""
    firms = snapshot[ENTERPRISES]
    columns = (firms.c.id, firms.c.district, firms.c.industry, firms.c.size_class, firms.c.park)
    query = select(*columns).where(to_sql(scope, enterprise_columns(snapshot)))
    query = query.where(on_latest_roster(snapshot, day.year, firms)).order_by(firms.c.id)
    if enterprise is not None:
        query = query.where(firms.c.id == enterprise)
    rows = snapshot.rows(query)
    reports, held = _reports(snapshot, enterprise), _designations(snapshot, day, enterprise)
    for firm, district, industry, size_class, park in rows:
        grade, total, dimensions, issued_on, contested = reports.get(firm, _Report())
        result = (grade, total, dimensions, issued_on)
        yield FirmFacts(firm, district, industry, size_class, *result, held.get(firm, {}), park), contested


class _Report(NamedTuple):
    grade: int | None = None
    total: Decimal | None = None
    dimensions: dict[str, Decimal] | None = None
    issued_on: date | None = None
    contested: bool = False


def _reports(snapshot: Snapshot, enterprise: str | None) -> dict[str, _Report]:
    """Firm -> what its latest report holds, of all its diagnoses but those withdrawn; a case that is begun anew hides none.

    Of a report that is contested nothing is known until it is decided: neither met nor failed.
    """
    cases, reports = snapshot[DIAGNOSES], snapshot[REPORTS]
    same = and_(reports.c.diagnosis == cases.c.id, reports.c.version == cases.c.issued_version)
    names = ("outside_status", "issued_grade", "issued_verified_total", "issued_result")
    query = (
        select(cases.c.enterprise, reports.c.issued_at, *(cases.c[name] for name in names))
        .select_from(cases.join(reports, same))
        .where(holds_a_result(cases))
        .order_by(cases.c.enterprise, reports.c.issued_at)
    )
    if enterprise is not None:
        query = query.where(cases.c.enterprise == enterprise)
    found = {}
    for firm, at, status, grade, total, result in snapshot.rows(query):
        if status in CONTESTED_STATUSES:
            found[str(firm)] = _Report(contested=True)
            continue
        told = orjson.loads(result)["verified"]["dimensions"] if result is not None else None
        scores = {one["id"]: Decimal(one["score"]) for one in told} if told is not None else None
        found[str(firm)] = _Report(grade, Decimal(total) if total is not None else None, scores, city_day(utc_moment(at)))
    return found


def _designations(snapshot: Snapshot, day: date, enterprise: str | None) -> dict[str, dict[str, tuple[date, date | None]]]:
    """Firm -> each designation on record of it with its term that began last by a day, else with the first that is to come."""
    table = snapshot[DESIGNATIONS]
    to_come = table.c.since > day.isoformat()
    query = select(table.c.enterprise, table.c.designation, table.c.since, table.c.until)
    query = query.order_by(to_come.desc(), case((to_come, table.c.since)).desc(), table.c.since)
    if enterprise is not None:
        query = query.where(table.c.enterprise == enterprise)
    found: dict[str, dict[str, tuple[date, date | None]]] = defaultdict(dict)
    for firm, designation, since, until in snapshot.rows(query):
        found[firm][designation] = (date.fromisoformat(since), date.fromisoformat(until) if until is not None else None)
    return found


class PolicyCheckRow(NamedTuple):
    """How a firm stands to a policy 政策比对. overlapping: ids of policies that it may not be taken beside.

    contested: whether its latest report is, so that nothing of it is known until that is decided.
    """

    id: str
    verdict: PolicyVerdict
    clauses: tuple[ClauseVerdict, ...]
    overlapping: tuple[str, ...]
    contested: bool


@dataclass(frozen=True)
class PolicyCheckFilter:
    """Which firms are looked for, against what 比对筛选.

    draft: whether against its draft. district, terms, day: of what is found; terms None = there is none, and no firm is held
    against it.
    """

    policy: str
    enterprise: str | None = None
    verdict: PolicyVerdict | None = None
    draft: bool = False
    district: str | None = None
    terms: PolicyTerms | None = None
    day: date = date.min


def _checked(snapshot: Snapshot, scope: Scope, where: PolicyCheckFilter) -> Iterator[PolicyCheckRow]:
    if where.terms is None:
        return
    clauses, beside = where.terms.clauses_for(where.district), policies_beside(snapshot, where.policy)
    for firm, contested in _known(snapshot, scope, where.day, where.enterprise):
        found = explain(clauses, firm, where.day)
        if where.verdict in (None, found.verdict):
            twice = overlaps(where.terms, beside, firm, where.day) if found.verdict is PolicyVerdict.MEETS else ()
            yield PolicyCheckRow(firm.enterprise, found.verdict, found.clauses, twice, contested)


def policy_checks(snapshot: Snapshot, scope: Scope, where: PolicyCheckFilter, page: Page) -> Sequence[PolicyCheckRow]:
    """A page of the firms of a scope held against a policy 政策比对列表."""
    return page.cut(list(_checked(snapshot, scope, where)), lambda row: (row.id,))


def policy_check_count(snapshot: Snapshot, scope: Scope, where: PolicyCheckFilter) -> int:
    """How many firms that are 比对企业数."""
    return sum(1 for _ in _checked(snapshot, scope, where))

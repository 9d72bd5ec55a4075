"""Gaps of a chain leader's suppliers 链上企业薄弱指标: weak indicators of the firms that consent, never one firm's. plan R2, R4.

From as many consenting firms as the rule of published aggregates says, each indicator by as many again. A mean is told to the
nearest five points: so the difference between two days, when one firm joins or leaves, tells nobody that firm's own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Select, and_, func, select

from domain.access import Scope
from domain.diagnosis.state import Purpose, Status
from domain.programme.policies.conditions import Designation
from methods.rounding import rounded
from projections.diagnosis.diagnoses_fold import DIAGNOSES, REPORTS
from projections.engine.columns import chosen
from projections.engine.pages import Page
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns
from projections.programme.demands.read_model import GAP_CONSENTS, GapConsentRow
from projections.programme.policies import DESIGNATIONS
from standards import Edition

STEP = 5
"""Points to which a mean is told."""


class StandingResult(NamedTuple):
    """A firm's result that stands 有效结果. result: JSON of it."""

    edition: str
    result: str


class SupplierGap(NamedTuple):
    """An indicator by what consenting firms reach in it 薄弱指标. points: mean, to the nearest five; firms: behind it."""

    indicator: str
    name: str
    firms: int
    points: Decimal


def leads_a_chain(whole: Snapshot, enterprise: str, day: str) -> bool:
    """Whether a firm is designated a chain leader on a day 是否链主."""
    held = whole[DESIGNATIONS]
    query = select(held.c.until).where(
        held.c.enterprise == enterprise, held.c.designation == Designation.CHAIN_LEADER.value, held.c.since <= day
    )
    return any(until is None or until >= day for (until,) in whole.rows(query))


def gaps_of(results: Sequence[StandingResult], editions: Mapping[str, Edition], k: int, most: int) -> list[SupplierGap]:
    """The weakest indicators of firms that consent; none of fewer than k firms. most: indicators that are told."""
    points: defaultdict[tuple[str, str], list[Fraction]] = defaultdict(list)
    for edition, result in results if len(results) >= k else ():
        names = editions[edition].by_id
        for one in orjson.loads(result)["verified"]["indicators"]:
            if one["points"] is not None:
                points[one["id"], names[one["id"]].name].append(Fraction(one["points"]))
    told = [
        SupplierGap(*named, len(reached), rounded(sum(reached) / len(reached) / STEP, 0) * STEP)
        for named, reached in points.items()
        if len(reached) >= k
    ]
    return sorted(told, key=lambda one: (one.points, one.indicator, one.name))[:most]


def consenting_results(whole: Snapshot, leader: str, day: str) -> list[StandingResult]:
    """The latest report that stands of each firm that consents to a chain leader.

    whole: read by the program, for the leader sees none of these firms. Members of a group that leads are left out: it reads
    their results one by one, and what it knows of them would tell those of the others.
    """
    consents, cases, reports, firms = (whole[table] for table in (GAP_CONSENTS, DIAGNOSES, REPORTS, ENTERPRISES))
    given = and_(consents.c.leader == leader, consents.c.since <= day, consents.c.until >= day)
    stands = cases.c.outside_status.in_((Status.ISSUED.value, Status.CONFIRMED.value))
    query = (
        select(cases.c.enterprise, cases.c.edition, cases.c.issued_result)
        .where(given, cases.c.enterprise == consents.c.enterprise, stands, cases.c.purpose != Purpose.SAMPLE.value)
        .where(reports.c.diagnosis == cases.c.id, firms.c.id == cases.c.enterprise, firms.c.group.is_distinct_from(leader))
        .group_by(cases.c.id, cases.c.enterprise, cases.c.edition, cases.c.issued_result)
        .order_by(func.min(reports.c.issued_at), cases.c.id)
    )
    latest = {enterprise: StandingResult(edition, result) for enterprise, edition, result in whole.rows(query)}
    return [latest[one] for one in sorted(latest)]


def _consents(snapshot: Snapshot, scope: Scope) -> list[Any]:
    table = snapshot[GAP_CONSENTS]
    return [snapshot[ENTERPRISES].c.id == table.c.enterprise, to_sql(scope, enterprise_columns(snapshot))]


def gap_consents(snapshot: Snapshot, scope: Scope, _where: None, page: Page) -> list[GapConsentRow]:
    """A page of the consents to chain leaders of the firms of a scope 链主授权列表."""
    table = snapshot[GAP_CONSENTS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, GapConsentRow)).where(*_consents(snapshot, scope)), table.c.__getitem__)

    return [GapConsentRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def gap_consent_count(snapshot: Snapshot, scope: Scope, _where: None) -> int:
    """How many consents those are 链主授权数."""
    query = select(func.count()).select_from(snapshot[GAP_CONSENTS]).where(*_consents(snapshot, scope))
    return int(snapshot.rows(query)[0][0])


def gap_consents_by_id(snapshot: Snapshot, scope: Scope, identity: str) -> list[GapConsentRow]:
    """The consent of an id, where a scope admits its firm."""
    table = snapshot[GAP_CONSENTS]
    query = select(*chosen(table, GapConsentRow)).where(table.c.id == identity, *_consents(snapshot, scope))
    return [GapConsentRow._make(row) for row in snapshot.rows(query)]

"""Demands and offers 需求与报价: a firm's own, and as sellers see them: what is open, and what they take part in. plan R2, R3.

Sellers read through the scope of their own organisation, as a provider does. Where a firm lies is read from its current row, and
shown to sellers only as far as enough firms are alike, or once the firm accepted their offer.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Everything, Scope
from domain.programme.demands.demand_facts import DemandStatus
from domain.programme.demands.offer_facts import OfferStatus
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.columns import chosen
from projections.engine.filters import one_of, sought
from projections.engine.pages import By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns, enterprises_by_id
from projections.programme.demands.read_model import (
    DEMAND_INDICATORS,
    DEMANDS,
    OFFER_PARTIES,
    OFFERS,
    SOLUTIONS,
    DemandRow,
    OfferRow,
)
from standards.edition.mapping import DIVISION, SizeClass


@dataclass(frozen=True)
class DemandFilter:
    """Which demands are looked for; of a list any of its values · 需求筛选."""

    status: list[DemandStatus] | None = sought("How far they have come · 需求状态")


@dataclass(frozen=True)
class OfferFilter:
    """Which offers are looked for; of a list any of its values · 报价筛选."""

    demand: list[str] | None = sought("Demands that they are for · 需求", of="demand")
    status: list[OfferStatus] | None = sought("How far they have come · 报价状态")


LATEST_DEMANDS: Order = (By("published_at", descending=True), By("id"))
LATEST_OFFERS: Order = (By("made_at", descending=True), By("id"))


def _demand_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads a demand: the firm its own, a seller what is open and what it offered for."""
    table, parties = snapshot[DEMANDS], snapshot[OFFER_PARTIES]

    def in_the_market(organisation: str) -> ColumnElement[bool]:
        taken = select(parties.c.demand).where(parties.c.organisation == organisation, parties.c.holds)
        return or_(table.c.status == DemandStatus.OPEN.value, table.c.id.in_(taken))

    return {**NOWHERE, Attribute.ENTERPRISE: lambda value: table.c.enterprise == value, Attribute.PROVIDER: in_the_market}


def _demands(snapshot: Snapshot, scope: Scope, where: DemandFilter) -> Iterator[ColumnElement[bool]]:
    yield to_sql(scope, _demand_columns(snapshot))
    yield from one_of(snapshot, snapshot[DEMANDS].c.status, where.status)


def demands(snapshot: Snapshot, scope: Scope, where: DemandFilter, page: Page) -> list[DemandRow]:
    """A page of the demands that a scope sees 需求列表."""
    table = snapshot[DEMANDS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, DemandRow)).where(*_demands(snapshot, scope, where)), table.c.__getitem__)

    return [DemandRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def demand_count(snapshot: Snapshot, scope: Scope, where: DemandFilter) -> int:
    """How many demands a scope sees 需求数."""
    query = select(func.count()).select_from(snapshot[DEMANDS]).where(*_demands(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])


def demands_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, DemandRow]:
    """Demands of many ids that a scope sees; others are absent."""
    table = snapshot[DEMANDS]
    conditions = (snapshot.among(table.c.id, ids), *_demands(snapshot, scope, DemandFilter()))
    found = {row.id: row for row in map(DemandRow._make, snapshot.rows(select(*chosen(table, DemandRow)).where(*conditions)))}
    return {identity: found[identity] for identity in ids if identity in found}


def open_demands(snapshot: Snapshot, day: str) -> list[DemandRow]:
    """Every demand for which suppliers may offer on a day, the earliest first; what is shown of it the caller judges."""
    table = snapshot[DEMANDS]
    query = select(*chosen(table, DemandRow)).where(table.c.status == DemandStatus.OPEN.value, table.c.by >= day)
    return [DemandRow._make(row) for row in snapshot.rows(query.order_by(table.c.published_at, table.c.id))]


def _offers(snapshot: Snapshot, scope: Scope, where: OfferFilter) -> Iterator[ColumnElement[bool]]:
    table, parties = snapshot[OFFERS], snapshot[OFFER_PARTIES]

    def takes_part(organisation: str) -> ColumnElement[bool]:
        return table.c.id.in_(select(parties.c.offer).where(parties.c.organisation == organisation, parties.c.holds))

    own: Columns = {Attribute.ENTERPRISE: lambda value: table.c.enterprise == value, Attribute.PROVIDER: takes_part}
    yield to_sql(scope, {**NOWHERE, **own})
    for name in ("demand", "status"):
        yield from one_of(snapshot, table.c[name], getattr(where, name))


def offers(snapshot: Snapshot, scope: Scope, where: OfferFilter, page: Page) -> list[OfferRow]:
    """A page of the offers that a scope sees 报价列表."""
    table = snapshot[OFFERS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, OfferRow)).where(*_offers(snapshot, scope, where)), table.c.__getitem__)

    return [OfferRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def offer_count(snapshot: Snapshot, scope: Scope, where: OfferFilter) -> int:
    """How many offers a scope sees 报价数."""
    query = select(func.count()).select_from(snapshot[OFFERS]).where(*_offers(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])


def offers_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, OfferRow]:
    """Offers of many ids that a scope sees; others are absent."""
    table = snapshot[OFFERS]
    conditions = (snapshot.among(table.c.id, ids), *_offers(snapshot, scope, OfferFilter()))
    found = {row.id: row for row in map(OfferRow._make, snapshot.rows(select(*chosen(table, OfferRow)).where(*conditions)))}
    return {identity: found[identity] for identity in ids if identity in found}


class FirmShown(NamedTuple):
    """What is shown of the firm behind a demand 所示企业情况; None: not shown. industry: division."""

    name: str | None = None
    district: str | None = None
    industry: str | None = None
    size_class: SizeClass | None = None


def firms_behind(
    whole: Snapshot, rows: Sequence[DemandRow], k: int | None, seller: str = ""
) -> Mapping[str, FirmShown]:
    """Demand -> what is shown of its firm 需求企业. whole: read by the program. k: firms that must be alike; None = all is shown.

    District, industry and size class are shown together where so many firms share all three, else industry and size, else the
    industry, else nothing; the name where the firm says so. seller: is shown all of a firm that accepted its offer.
    """
    firms = enterprises_by_id(whole, Everything(), list({row.enterprise for row in rows}))
    counts = _alike(whole, {one.industry[:DIVISION] for one in firms.values()}) if k is not None and firms else Counter()
    agreed = _agreed(whole, seller) if seller else frozenset()
    shown = {}
    for row in rows:
        if (firm := firms.get(row.enterprise)) is None:
            shown[row.id] = FirmShown()
            continue
        place = (firm.district, firm.industry[:DIVISION], firm.size_class)
        known = k is None or row.id in agreed
        ways = (place, (None, *place[1:]), (None, place[1], None))
        district, industry, size = next((way for way in ways if known or counts[way] >= (k or 0)), (None, None, None))
        size_class = SizeClass(size) if size is not None else None
        shown[row.id] = FirmShown(firm.name if row.named or known else None, district, industry, size_class)
    return shown


def _agreed(whole: Snapshot, seller: str) -> frozenset[str]:
    """Demands whose firm accepted an offer that a seller takes part in."""
    offered, parties = whole[OFFERS], whole[OFFER_PARTIES]
    accepted = offered.c.status.in_((OfferStatus.ACCEPTED.value, OfferStatus.DELIVERED.value))
    query = select(offered.c.demand).where(
        accepted, offered.c.id == parties.c.offer, parties.c.organisation == seller, parties.c.holds
    )
    return frozenset(str(demand) for (demand,) in whole.rows(query))


def _alike(whole: Snapshot, divisions: set[str]) -> Counter[tuple[str | None, str, str | None]]:
    """How many firms lie alike, by district, division and size class, and by less of these."""
    firms = whole[ENTERPRISES]
    lies = (firms.c.district, firms.c.industry, firms.c.size_class)
    begins = or_(*(firms.c.industry.startswith(one, autoescape=True) for one in sorted(divisions)))
    counts: Counter[tuple[str | None, str, str | None]] = Counter()
    for district, industry, size, number in whole.rows(select(*lies, func.count()).where(begins).group_by(*lies)):
        division = industry[:DIVISION]
        for way in ((district, division, size), (None, division, size), (None, division, None)):
            counts[way] += number
    return counts


def of_the_diagnosing_provider(snapshot: Snapshot, rows: Sequence[OfferRow]) -> frozenset[str]:
    """Offers by which the provider that diagnosed the firm gains 诊断方自有或关联产品: as made, or by a tie known since."""
    demands, solutions = snapshot[DEMANDS], snapshot[SOLUTIONS]
    ids = sorted({one for row in rows for one in orjson.loads(row.solutions)})
    query = select(solutions.c.id, solutions.c.ties, solutions.c.found).where(snapshot.among(solutions.c.id, ids))
    tied = {
        str(identity): {one["provider"] for text in (ties, found) for one in orjson.loads(text)}
        for identity, ties, found in snapshot.rows(query)
    }
    asked = select(demands.c.id, demands.c.provider).where(snapshot.among(demands.c.id, sorted({row.demand for row in rows})))
    provider: dict[str, str | None] = {str(demand): name for demand, name in snapshot.rows(asked)}
    return frozenset(
        row.id
        for row in rows
        if row.own_of != "[]"
        or any(provider.get(row.demand) in tied.get(one, ()) for one in orjson.loads(row.solutions))
    )


def diagnosing(whole: Snapshot, enterprises: Sequence[str]) -> dict[str, frozenset[str]]:
    """Firm -> providers that were given a diagnosis of it 诊断过本企业的服务商; for ranking, and shown to nobody."""
    cases = whole[DIAGNOSES]
    query = select(cases.c.enterprise, cases.c.provider).where(
        whole.among(cases.c.enterprise, enterprises), cases.c.provider.is_not(None)
    )
    found: dict[str, frozenset[str]] = {}
    for enterprise, provider in whole.rows(query.distinct()):
        found[enterprise] = found.get(enterprise, frozenset()) | {provider}
    return found


class DemandCell(NamedTuple):
    """Demands of one district for one indicator that stand alike 需求统计单元. demands: None where too few firms are behind."""

    district: str
    indicator: str
    status: DemandStatus
    demands: int | None


def demand_cells(snapshot: Snapshot, scope: Scope, k: int | None) -> list[DemandCell]:
    """Demands of the firms of a scope by district, indicator and status 需求统计. k: firms behind a count; None = all are told.

    No sums are told beside them, so that none tells what is withheld.
    """
    table, of, firms = snapshot[DEMANDS], snapshot[DEMAND_INDICATORS], snapshot[ENTERPRISES]
    by = (firms.c.district, of.c.indicator, table.c.status)
    query = (
        select(*by, func.count(), func.count(table.c.enterprise.distinct()))
        .where(and_(of.c.demand == table.c.id, firms.c.id == table.c.enterprise), to_sql(scope, enterprise_columns(snapshot)))
        .group_by(*by)
        .order_by(*by)
    )
    return [
        DemandCell(district, indicator, DemandStatus(status), demands if k is None or behind >= k else None)
        for district, indicator, status, demands, behind in snapshot.rows(query)
    ]

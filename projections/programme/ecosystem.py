"""Ecosystem of the programme 产业生态: who belongs to, supplies, diagnoses and equips whom, read of what is on record. plan R1.

Nothing is kept for it: each kind of link is a query of the rows that say so. A list goes through the kinds in order, and of each
through an index, so that a page costs the same in a large city. Of the past, firms and reports are told by their periods and
all else by the days that it bears; who may see them is judged by today's scope.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, and_, func, literal_column, null, or_, select, union
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Role, Scope
from domain.diagnosis.state import Purpose, Status
from domain.programme.demands.offer_facts import OfferStatus
from domain.programme.demands.solution_facts import SolutionStatus
from domain.programme.demands.state import DEMAND_READERS, SELLERS
from domain.programme.policies.conditions import Designation
from projections.as_of.validity import DIAGNOSIS_PERIODS, ENTERPRISE_PERIODS, held_at
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.filters import one_of, sought
from projections.engine.pages import By, Order, Page, Place
from projections.engine.places import ENTERPRISES
from projections.engine.scope import NEVER, NOWHERE, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns
from projections.programme.demands.read_model import GAP_CONSENTS, NAMED_SUPPLIERS, OFFER_PARTIES, OFFERS, SOLUTIONS
from projections.programme.policies import DESIGNATIONS
from projections.providers.directory import DirectoryFilter, directory
from standards.described import DescribedEnum
from standards.edition.mapping import DIVISION


class LinkKind(DescribedEnum):
    """In which way firms, units and places are linked · 生态关系类别."""

    DESIGNATED = "designated", "A firm holds a designation today, such as chain leader · 企业具有称号"
    DIAGNOSED_BY = "diagnosed_by", "A provider diagnosed a firm, and the report is out · 服务商诊断企业"
    IN_DISTRICT = "in_district", "A firm lies in a district · 企业位于区"
    IN_INDUSTRY = "in_industry", "A firm is of a division of industry · 企业属于行业"
    IN_PARK = "in_park", "A firm lies in a park · 企业位于园区"
    LISTED_IN = "listed_in", "The directory lists a provider with a division of industry · 服务商名录行业"
    MEMBER_OF = "member_of", "A firm is a member of a group · 企业属于集团"
    OFFERS = "offers", "A supplier or provider offers a solution · 供给单位提供解决方案"
    SOLVED_BY = "solved_by", "A firm accepted the offer of a supplier or provider · 供需成交"
    SUPPLIES_TO = "supplies_to", "A firm consents to a chain leader as its supplier · 企业供应链主"


class LinkEndKind(DescribedEnum):
    """What a link begins or ends at · 关系端点类别."""

    ENTERPRISE = "enterprise", "Firm · 企业"
    ORGANISATION = "organisation", "Group, park, provider or solution supplier · 组织"
    DISTRICT = "district", "District, by its GB/T 2260 code · 区"
    INDUSTRY = "industry", "Division of industry, by its GB/T 4754 code · 行业大类"
    DESIGNATION = "designation", "Designation that firms hold · 企业称号"
    SOLUTION = "solution", "Solution · 解决方案"
    LEADER = "leader", "Chain leader: a group, or a firm that is designated one · 链主"


ENDS: Mapping[LinkKind, tuple[LinkEndKind, LinkEndKind]] = {
    LinkKind.DESIGNATED: (LinkEndKind.ENTERPRISE, LinkEndKind.DESIGNATION),
    LinkKind.DIAGNOSED_BY: (LinkEndKind.ENTERPRISE, LinkEndKind.ORGANISATION),
    LinkKind.IN_DISTRICT: (LinkEndKind.ENTERPRISE, LinkEndKind.DISTRICT),
    LinkKind.IN_INDUSTRY: (LinkEndKind.ENTERPRISE, LinkEndKind.INDUSTRY),
    LinkKind.IN_PARK: (LinkEndKind.ENTERPRISE, LinkEndKind.ORGANISATION),
    LinkKind.LISTED_IN: (LinkEndKind.ORGANISATION, LinkEndKind.INDUSTRY),
    LinkKind.MEMBER_OF: (LinkEndKind.ENTERPRISE, LinkEndKind.ORGANISATION),
    LinkKind.OFFERS: (LinkEndKind.ORGANISATION, LinkEndKind.SOLUTION),
    LinkKind.SOLVED_BY: (LinkEndKind.ENTERPRISE, LinkEndKind.ORGANISATION),
    LinkKind.SUPPLIES_TO: (LinkEndKind.ENTERPRISE, LinkEndKind.LEADER),
}
"""Kind of link -> what stands at its beginning and at its end 关系两端."""


class LinkRow(NamedTuple):
    """A link 关系. since: first day or moment as it is kept, ISO day; None = not kept."""

    kind: LinkKind
    source: str
    target: str
    since: str | None


@dataclass(frozen=True)
class LinkFilter:
    """Which links are looked for; what is left out is any, of a list any of its values · 生态关系筛选.

    day: as ISO text, on which designations, consents and the directory hold. position: up to which firms and reports are read, and
    by_then its moment in microseconds of UTC; None = now. role, organisation: of whoever asks. readable: kinds that the role may
    read. today: as day, where that is of the past.
    """

    kind: list[LinkKind] | None = sought("What links the two · 关系类别")
    source: list[str] | None = sought("Ids of what it begins at · 起点")
    target: list[str] | None = sought("Ids or codes of what it ends at · 终点")
    day: str = ""
    today: str = ""
    position: int | None = None
    by_then: int = 0
    role: str = ""
    organisation: str = ""
    readable: frozenset[LinkKind] = frozenset()

    def kinds(self) -> list[LinkKind]:
        """Kinds that are looked for and may be read, in order."""
        return [one for one in LinkKind if one in self.readable and (self.kind is None or one in self.kind)]


class _Links(NamedTuple):
    """Links of one kind as a query of source, target and since. once: a source has one of them at most."""

    query: Select[Any]
    once: bool = False

    @property
    def ends(self) -> Mapping[str, ColumnElement[Any]]:
        """The columns that its order names."""
        source, target, _ = self.query.column_descriptions
        return {"source": source["expr"], "target": target["expr"]}

    @property
    def order(self) -> Order:
        """Order within the kind."""
        return (By("source"),) if self.once else (By("source"), By("target"))


def _holds(since: ColumnElement[str], until: ColumnElement[str | None], day: str) -> ColumnElement[bool]:
    return and_(since <= day, or_(until.is_(None), until >= day))


def _of_firms(snapshot: Snapshot, scope: Scope, where: LinkFilter, column: str) -> tuple[_Links, ColumnElement[Any]]:
    """Firms with what a column says of each, now or as it was stated then; and that column."""
    firms = snapshot[ENTERPRISES]
    stated = firms if where.position is None else snapshot[ENTERPRISE_PERIODS]
    within = [to_sql(scope, enterprise_columns(snapshot))]
    if where.position is not None:
        within += [stated.c.enterprise == firms.c.id, *held_at(stated, where.position)]
    return _Links(select(firms.c.id, stated.c[column], null()).where(*within), once=True), stated.c[column]


def _in_district(snapshot: Snapshot, scope: Scope, where: LinkFilter) -> _Links:
    return _of_firms(snapshot, scope, where, "district")[0]


def _in_industry(snapshot: Snapshot, scope: Scope, where: LinkFilter) -> _Links:
    part: list[ColumnElement[Any]] = [literal_column(str(number)) for number in (1, DIVISION)]
    found, industry = _of_firms(snapshot, scope, where, "industry")
    firm, _, since = (one["expr"] for one in found.query.column_descriptions)
    return found._replace(query=found.query.with_only_columns(firm, func.substr(industry, *part), since))


def _in_unit(name: str) -> Callable[[Snapshot, Scope, LinkFilter], _Links]:
    def links_to(snapshot: Snapshot, scope: Scope, where: LinkFilter) -> _Links:
        found, unit = _of_firms(snapshot, scope, where, name)
        return found._replace(query=found.query.where(unit.is_not(None)))

    return links_to


def _designated(snapshot: Snapshot, scope: Scope, where: LinkFilter) -> _Links:
    held, firms = snapshot[DESIGNATIONS], snapshot[ENTERPRISES]
    within = and_(firms.c.id == held.c.enterprise, to_sql(scope, enterprise_columns(snapshot)))
    query = select(held.c.enterprise, held.c.designation, held.c.since)
    return _Links(query.where(within, _holds(held.c.since, held.c.until, where.day)))


def _diagnosed_by(snapshot: Snapshot, scope: Scope, where: LinkFilter) -> _Links:
    """Of reports that are out; who assessed a sample again is told to nobody."""
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    seen = cases if where.position is None else snapshot[DIAGNOSIS_PERIODS]
    out = seen.c.outside_status.in_((Status.ISSUED.value, Status.CONFIRMED.value))
    told = and_(out, cases.c.purpose != Purpose.SAMPLE.value, seen.c.provider.is_not(None))
    within = [firms.c.id == cases.c.enterprise, to_sql(scope, diagnosis_columns(snapshot))]
    if where.position is not None:
        within += [seen.c.diagnosis == cases.c.id, *held_at(seen, where.position)]
    query = select(cases.c.enterprise, seen.c.provider, null()).where(*within, told)
    return _Links(query.group_by(cases.c.enterprise, seen.c.provider))


def _offers(snapshot: Snapshot, _scope: Scope, where: LinkFilter) -> _Links:
    """Of what is still offered, what was by then: what was withdrawn is shown to nobody."""
    solutions = snapshot[SOLUTIONS]
    query = select(solutions.c.supplier, solutions.c.id, null())
    by_then = [] if where.position is None else [solutions.c.published_at <= where.by_then]
    return _Links(query.where(solutions.c.status == SolutionStatus.PUBLISHED.value, *by_then))


def _solved_by(snapshot: Snapshot, scope: Scope, where: LinkFilter) -> _Links:
    """To a seller what it takes part in; to others the deals of their own firms."""
    made, parties = snapshot[OFFERS], snapshot[OFFER_PARTIES]
    own = select(parties.c.offer).where(parties.c.organisation == where.organisation, parties.c.holds)
    within = to_sql(scope, {**NOWHERE, Attribute.ENTERPRISE: lambda value: made.c.enterprise == value})
    done = and_(made.c.status.in_((OfferStatus.ACCEPTED.value, OfferStatus.DELIVERED.value)), made.c.accepted_on <= where.day)
    query = select(made.c.enterprise, parties.c.organisation, func.min(made.c.accepted_on))
    told = made.c.id.in_(own) if where.role in SELLERS else within
    query = query.where(parties.c.offer == made.c.id, parties.c.holds, done, told)
    return _Links(query.group_by(made.c.enterprise, parties.c.organisation))


def _supplies_to(snapshot: Snapshot, scope: Scope, where: LinkFilter) -> _Links:
    """To a firm its own consents, to the city all; to a leader, while it is one, the suppliers that are named to it.

    Of a past day whoever consented then and still does: the past of a consent that ended is nobody's to read.
    """
    given, named, held, firms = (snapshot[one] for one in (GAP_CONSENTS, NAMED_SUPPLIERS, DESIGNATIONS, ENTERPRISES))
    days = sorted({where.day, where.today})

    def holds(table: Table) -> ColumnElement[bool]:
        return and_(*(_holds(table.c.since, table.c.until, day) for day in days))

    leads = select(held.c.enterprise).where(held.c.designation == Designation.CHAIN_LEADER.value, holds(held))
    leading = [named.c.leader == where.organisation, *([named.c.leader.in_(leads)] if where.role != Role.GROUP else [])]
    to_me = select(named.c.enterprise, named.c.leader, named.c.since).where(*leading, holds(named))
    within = to_sql(scope, enterprise_columns(snapshot)) if where.role in DEMAND_READERS else NEVER
    by_me = select(given.c.enterprise, given.c.leader, given.c.since).where(
        firms.c.id == given.c.enterprise, within, holds(given)
    )
    found = union(to_me, by_me).subquery()
    return _Links(select(found.c.enterprise, found.c.leader, found.c.since))


QUERIED: Mapping[LinkKind, Callable[[Snapshot, Scope, LinkFilter], _Links]] = {
    LinkKind.DESIGNATED: _designated,
    LinkKind.DIAGNOSED_BY: _diagnosed_by,
    LinkKind.IN_DISTRICT: _in_district,
    LinkKind.IN_INDUSTRY: _in_industry,
    LinkKind.IN_PARK: _in_unit("park"),
    LinkKind.MEMBER_OF: _in_unit("group"),
    LinkKind.OFFERS: _offers,
    LinkKind.SOLVED_BY: _solved_by,
    LinkKind.SUPPLIES_TO: _supplies_to,
}
"""Kind -> its query 各类关系的查询; the directory's is a fold of its moves, and small."""


def _queried(snapshot: Snapshot, scope: Scope, where: LinkFilter, kind: LinkKind) -> _Links:
    found = QUERIED[kind](snapshot, scope, where)
    conditions = [
        *one_of(snapshot, found.ends["source"], where.source),
        *one_of(snapshot, found.ends["target"], where.target),
    ]
    return found._replace(query=found.query.where(*conditions))


def _listed(snapshot: Snapshot, where: LinkFilter) -> list[LinkRow]:
    """Providers that the directory lists on the day, each with its divisions."""
    rows = [
        LinkRow(LinkKind.LISTED_IN, row.id, tag, held.since.isoformat())
        for row in directory(snapshot, DirectoryFilter(on=where.day))
        for tag, held in sorted(row.listing.tags.items())
        if where.source is None or row.id in where.source
    ]
    return [row for row in rows if where.target is None or row.target in where.target]


BY_KIND: Order = (By("kind"), By("source"), By("target"))


def links(snapshot: Snapshot, scope: Scope, where: LinkFilter, page: Page) -> list[LinkRow]:
    """A page of the links of a scope 生态关系列表, kind by kind."""
    rows: list[LinkRow] = []
    kinds = where.kinds()
    for kind in reversed(kinds) if page.backwards else kinds:
        beyond: Place | None = None
        if page.beyond is not None and kind != page.beyond[0]:
            if (kind < str(page.beyond[0])) is not page.backwards:
                continue
        elif page.beyond is not None:
            beyond = page.beyond[1:]
        if len(rows) < page.size:
            rest = Page(page.size - len(rows), BY_KIND[1:], beyond, page.backwards, page.included)
            rows.extend(_page_of(snapshot, scope, where, kind, rest))
    return rows


def _page_of(snapshot: Snapshot, scope: Scope, where: LinkFilter, kind: LinkKind, page: Page) -> list[LinkRow]:
    if kind is LinkKind.LISTED_IN:
        return page.cut(_listed(snapshot, where), lambda row: (row.source, row.target))
    found = _queried(snapshot, scope, where, kind)
    part = replace(page, order=found.order, beyond=page.beyond[: len(found.order)] if page.beyond is not None else None)
    rows = snapshot.prepared(None, lambda: part.of(found.query, found.ends.__getitem__), **part.values)
    return [LinkRow(kind, *row) for row in rows]


class LinkCount(NamedTuple):
    """Links of one kind 关系数. sources, targets: different things at either end."""

    kind: LinkKind
    links: int
    sources: int
    targets: int


def link_counts(snapshot: Snapshot, scope: Scope, where: LinkFilter) -> list[LinkCount]:
    """How many links of each kind a scope sees, in order; a kind of which there are none counts none 各类关系数."""
    return [LinkCount(kind, *_counted(snapshot, scope, where, kind)) for kind in where.kinds()]


def _counted(snapshot: Snapshot, scope: Scope, where: LinkFilter, kind: LinkKind) -> tuple[int, int, int]:
    if kind is LinkKind.LISTED_IN:
        rows = _listed(snapshot, where)
        return len(rows), len({row.source for row in rows}), len({row.target for row in rows})
    query = _queried(snapshot, scope, where, kind).query
    source, target, _ = query.column_descriptions
    ends = query.with_only_columns(source["expr"].label("source"), target["expr"].label("target")).subquery()
    counts: list[Any] = [func.count(), *(func.count(ends.c[name].distinct()) for name in ("source", "target"))]
    ((number, sources, targets),) = snapshot.rows(select(*counts).select_from(ends))
    return number, sources, targets


def count(snapshot: Snapshot, scope: Scope, where: LinkFilter) -> int:
    """How many links a scope sees 关系总数."""
    return sum(one.links for one in link_counts(snapshot, scope, where))


def sources(snapshot: Snapshot, scope: Scope, where: LinkFilter, kind: LinkKind) -> frozenset[str]:
    """What links of one kind begin at, each once; of any but the directory's 关系起点."""
    query = _queried(snapshot, scope, where, kind).query
    source, target, _ = query.column_descriptions
    return frozenset(str(row[0]) for row in snapshot.rows(query.with_only_columns(source["expr"], target["expr"])))

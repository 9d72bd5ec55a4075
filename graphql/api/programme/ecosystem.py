"""Ecosystem of the programme 产业生态 in the schema: links, each caller those of its scope. plan R1.

The public reads of it what white papers count: firms with a link by district and industry, guarded as every published cell.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

import strawberry

from api.kit.as_of import NOW, AsOfMoment, Then, position_of
from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.filter_values import require_some
from api.kit.ids import id_of, keys_of
from api.kit.lists import Listed, Occasion, UpToPosition, listing
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import all_shown, shown
from api.participants.places import industry_of
from api.programme.demands import district_of
from domain.access import Everything, Role, Scope
from domain.instants import city_day, microseconds
from domain.kernel import IdOf
from domain.masks import CHAIN_LEADERS, DEMANDS_READ, DESIGNATIONS_READ, ECOSYSTEM, FIRMS, MARKET
from domain.programme.policies.conditions import Designation
from journal import Caller
from projections import Snapshot
from projections.participants.enterprises import enterprises_by_id
from projections.participants.organisations import organisations_by_id
from projections.programme import ecosystem as rows
from projections.programme.demands.solutions import solutions_by_id
from projections.programme.ecosystem import ENDS, LinkCount, LinkEndKind, LinkFilter, LinkKind, LinkRow

LINK_READERS: Mapping[str, frozenset[Role]] = {
    "designated": ECOSYSTEM & DESIGNATIONS_READ,
    "diagnosed_by": ECOSYSTEM & FIRMS,
    "in_district": ECOSYSTEM & FIRMS,
    "in_industry": ECOSYSTEM & FIRMS,
    "in_park": ECOSYSTEM & FIRMS,
    "listed_in": ECOSYSTEM,
    "member_of": ECOSYSTEM & FIRMS,
    "offers": ECOSYSTEM,
    "solved_by": MARKET,
    "supplies_to": DEMANDS_READ | CHAIN_LEADERS,
}
"""Kind of link -> who may read it 生态关系知情角色: the readers of what says so. From whom a firm buys, and whom it supplies, its
district is not told. plan R1, R2."""
published_filter(LinkFilter)
for _enum in (LinkKind, LinkEndKind):
    enum_type(_enum)


@published(ECOSYSTEM)
class LinkEnd:
    """What a link begins or ends at · 关系端点. plan R1"""

    kind: LinkEndKind = field("What it is · 端点类别")
    id: Annotated[strawberry.ID, IdOf("")] = field("Id, or the code of a district, an industry or a designation · 标识")
    name: str | None = field("What people call it; null: no name is on record · 名称")


@published(ECOSYSTEM, row=LinkRow)
class EcosystemLink:
    """Link of the ecosystem, today or as it stood on the day asked for · 生态关系. plan R1"""

    kind: LinkKind = field("What links them · 关系类别")
    source: LinkEnd = field("What it begins at · 起点", made=True)
    target: LinkEnd = field("What it ends at · 终点", made=True)
    since: date | None = field("First day; null: it is not kept for links of this kind · 起始日")


@published(ECOSYSTEM, row=LinkCount)
class EcosystemCount:
    """Links of one kind within the scope, each of which `ecosystemLinks` of that kind shows · 生态关系数. plan R1"""

    kind: LinkKind = field("What links them · 关系类别")
    links: int = field("Links · 关系数")
    sources: int = field("Different firms or units that they begin at · 起点数")
    targets: int = field("Different firms, units, places or solutions that they end at · 终点数")


NAMED = ("enterprise", "organisation", "solution")
"""Kinds of things that have an id of their own; a district, an industry and a designation are named by their codes."""
Named = Mapping[tuple[LinkEndKind, str], LinkEnd]


def ends_of(snapshot: Snapshot, whole: Snapshot, scope: Scope, found: Sequence[LinkRow]) -> Named:
    """What stands at the ends of some links, by name 关系两端的主体. whole: read by the program.

    A firm at the end of a link that the caller may read is told by its name, also where the firm itself lies outside the scope: a
    chain leader, a supplier that is named to it, a buyer that accepted the caller's offer.
    """
    keys: defaultdict[LinkEndKind, set[str]] = defaultdict(set)
    for row in found:
        for kind, key in zip(ENDS[row.kind], (row.source, row.target), strict=True):
            keys[kind].add(key)
    return ends_by_key(snapshot, whole, scope, keys)


def ends_by_key(snapshot: Snapshot, whole: Snapshot, scope: Scope, keys: Mapping[LinkEndKind, set[str]]) -> Named:
    """The same of what keys name, by its kind 按类别取名."""
    keys = defaultdict(set, keys)
    units = sorted(keys[LinkEndKind.ORGANISATION] | keys[LinkEndKind.LEADER])
    organisations = organisations_by_id(snapshot, units)
    asked = sorted(keys[LinkEndKind.ENTERPRISE] | (keys[LinkEndKind.LEADER] - organisations.keys()))
    firms = enterprises_by_id(whole, Everything(), asked)
    solutions = solutions_by_id(snapshot, scope, sorted(keys[LinkEndKind.SOLUTION]))
    names: Mapping[LinkEndKind, Mapping[str, str | None]] = {
        LinkEndKind.ENTERPRISE: {key: row.name for key, row in firms.items()},
        LinkEndKind.ORGANISATION: {key: row.name for key, row in organisations.items()},
        LinkEndKind.DISTRICT: {key: district_of(key).name for key in keys[LinkEndKind.DISTRICT]},
        LinkEndKind.INDUSTRY: {key: industry_of(key).name for key in keys[LinkEndKind.INDUSTRY]},
        LinkEndKind.DESIGNATION: {key: Designation(key).names[0] for key in keys[LinkEndKind.DESIGNATION]},
        LinkEndKind.SOLUTION: {key: row.title for key, row in solutions.items()},
    }

    def thing(kind: LinkEndKind, key: str) -> LinkEnd:
        if kind is LinkEndKind.LEADER:
            kind = LinkEndKind.ORGANISATION if key in organisations else LinkEndKind.ENTERPRISE
        return LinkEnd(kind=kind, id=id_of(kind.value if kind.value in NAMED else "", key), name=names[kind].get(key))

    return {(kind, key): thing(kind, key) for kind, of in keys.items() for key in of}


def _build(context: Context, found: Sequence[LinkRow], _wanted: frozenset[str]) -> list[EcosystemLink]:
    named = ends_of(context.snapshot, context.whole, context.scope, found)
    return [
        EcosystemLink(
            **shown(EcosystemLink, row),
            source=named[ENDS[row.kind][0], row.source],
            target=named[ENDS[row.kind][1], row.target],
        )
        for row in found
    ]


def asked_by(caller: Caller, today: date, where: LinkFilter, past: datetime | None = None) -> LinkFilter:
    """What is looked for, as far as the caller may read it 按角色筛选. past: the moment asked for; None = now."""
    readable = frozenset(LinkKind(kind) for kind, roles in LINK_READERS.items() if caller.role in roles)
    day = today if past is None else city_day(past)
    of = replace(where, day=day.isoformat(), today=today.isoformat(), by_then=0 if past is None else microseconds(past))
    return replace(of, role=caller.role, organisation=caller.organisation, readable=readable)


def _on(where: LinkFilter, then: Occasion) -> LinkFilter:
    past = then.time if then.then.position is not None else None
    return asked_by(then.context.caller, then.context.today, where, past)


LINKS: Listed[LinkFilter, LinkRow, EcosystemLink] = Listed(
    name="ecosystemLinks",
    node=EcosystemLink,
    order=rows.BY_KIND,
    rows=rows.links,
    count=rows.count,
    build=_build,
    on=_on,
    past=UpToPosition(lambda where, position: replace(where, position=position)),
)


@strawberry.type
class EcosystemQueries:
    """Query fields: ecosystem of the programme."""

    @listing(
        LINKS,
        "Links of the ecosystem, kind by kind: to the city all, to everyone else those of its scope, to a chain leader the "
        "suppliers that are named to it, to a seller whom it sold to. Of a past day firms and reports as they were known then, "
        "everything else by the days that it bears, of what is withdrawn or ended since nothing · 生态图谱. plan R1",
        roles=ECOSYSTEM,
    )
    def ecosystem_links(
        self,
        filter: Annotated[LinkFilter | None, argument("Which to look for; none = all · 筛选条件")] = None,  # noqa: A002 - the argument's published name
    ) -> LinkFilter:
        """A page of links."""
        if filter is None:
            return LinkFilter()
        require_some(filter)
        return replace(filter, source=keys_of(filter.source, *NAMED), target=keys_of(filter.target, *NAMED))

    @field(
        "How many links of each kind the caller sees, today or on a past day · 生态图谱汇总. plan R1", roles=ECOSYSTEM
    )
    def ecosystem_counts(
        self, info: strawberry.Info[Context, None], at_least: AtLeast = None, as_of: AsOfMoment = None
    ) -> list[EcosystemCount]:
        """Counts, kind by kind."""
        context = info.context
        snapshot = context.at_least(at_least)
        where = _on(LinkFilter(), Occasion(context, NOW))
        if as_of is not None:
            then = Then(*position_of(context, as_of))
            snapshot, where = context.snapshot, replace(_on(LinkFilter(), Occasion(context, then)), position=then.position)
        return all_shown(EcosystemCount, rows.link_counts(snapshot, context.scope, where))


QUERIES = EcosystemQueries

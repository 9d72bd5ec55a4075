"""Clusters 产业集群 in the schema: how far industries, parks, groups and chains are diagnosed. plan I3, I5."""

from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.filter_values import districts_in
from api.kit.ids import key_of
from api.kit.paging import AtLeast
from api.kit.parts import parts
from api.kit.published import argument, field, published, published_input
from api.kit.years import require_year
from api.programme.ecosystem import NAMED, ends_by_key
from domain.governance.rule_bodies.publication import PublicationRule
from domain.kernel import IdOf, Rule
from domain.masks import APPRAISALS
from domain.programme.demands.state import DEMAND_READERS
from projections.governance.dated_rules import body_on
from projections.programme import clusters as rows
from projections.programme.appraisal import percent
from projections.programme.clusters import Cluster, ClusterKind
from projections.programme.ecosystem import LinkEndKind

CHAINS = APPRAISALS & DEMAND_READERS
"""Firms by the chain leader that they consent to 产业链集群: whom a firm supplies, its district is not told. plan R2, I3."""
enum_type(ClusterKind)
END_OF = {
    ClusterKind.INDUSTRY: LinkEndKind.INDUSTRY,
    ClusterKind.PARK: LinkEndKind.ORGANISATION,
    ClusterKind.GROUP: LinkEndKind.ORGANISATION,
    ClusterKind.CHAIN: LinkEndKind.LEADER,
}
"""Kind of cluster -> what names it, as in the map of the ecosystem 集群名称来源."""
CHAIN_NOT_TOLD = Rule(
    "CHAIN_NOT_TOLD",
    "plan R2",
    "企业授权了哪家链主只告知市级部门与审计；请改按行业、园区或集团查看集群覆盖",
    "To which chain leader a firm consents is shown to the city and the auditor alone; look by industry, park or group instead",
)


@published_input
class ClusterInput:
    """Cluster that is meant, as `clusterCoverage` names it · 集群. plan I3"""

    kind: ClusterKind = strawberry.field(description="By what its firms are a cluster · 集群类别")
    id: strawberry.ID = strawberry.field(description="Code of the division, or id of the park, group or leader · 标识")


@published(APPRAISALS)
class ClusterShare:
    """Firms of a cluster on the year's roster and those diagnosed, each opened by `appraisalFirms` · 集群覆盖. plan I3"""

    id: Annotated[strawberry.ID, IdOf("")] = field("Code of the division, or id of the park, group or leader · 标识")
    name: str | None = field("What people call it; null: no name is on record · 名称")
    total: int = field("Firms on the roster of the year · 名单企业数")
    diagnosed: int = field("Firms with an issued report · 已诊断企业数")
    not_diagnosed: int = field("Firms without one · 未诊断企业数")
    diagnosed_percent: Decimal | None = field(
        "`diagnosed` over `total`, rounded down; null: fewer firms than `firmsAtLeast` · 诊断覆盖率"
    )


@published(APPRAISALS)
class ClusterCoverage:
    """Coverage of the clusters of a scope in a year, as it stands today · 集群覆盖. plan I3, I5"""

    year: int = field("Year of the roster · 年度")
    kind: ClusterKind = field("By what firms are a cluster · 集群类别")
    firms_at_least: int = field("Firms of a cluster without which nothing is said of its share · 最少企业数")
    clusters: list[ClusterShare] = parts(
        ClusterShare, "Clusters that have firms on the roster, in order of id · 各集群", place=lambda one: (one.id,)
    )


def _require_told(context: Context, kind: ClusterKind) -> None:
    if kind is ClusterKind.CHAIN and context.role not in CHAINS:
        raise CHAIN_NOT_TOLD.refuse(path="kind")


def cluster_named(context: Context, given: ClusterInput | None) -> Cluster | None:
    """The cluster that a client names 所指集群; None names none.

    Raises:
        Refused: CHAIN_NOT_TOLD (plan R2).
    """
    if given is None:
        return None
    _require_told(context, given.kind)
    return Cluster(given.kind, key_of(given.id, *NAMED))


@strawberry.type
class ClusterQueries:
    """Query fields: clusters."""

    @field(
        "How far the clusters of the scope are diagnosed: industries, parks and groups by the year's roster; chains, to the city "
        "and the auditor, by who consents to a leader today · 集群覆盖. plan I3, I5",
        roles=APPRAISALS,
    )
    def cluster_coverage(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year of the roster · 年度")],
        kind: Annotated[ClusterKind, argument("By what firms are a cluster · 集群类别")],
        district: Annotated[str | None, argument("District, GB/T 2260 code; none = all of the scope · 区代码")] = None,
        at_least: AtLeast = None,
    ) -> ClusterCoverage:
        """Coverage by cluster.

        Raises:
            Refused: YEAR_OUT_OF_RANGE, FILTER_VALUE_UNKNOWN, CHAIN_NOT_TOLD.
        """
        require_year(year)
        context = info.context
        _require_told(context, kind)
        named = districts_in("district", None if district is None else [district])
        snapshot = context.at_least(at_least)
        least = body_on(snapshot, PublicationRule, context.today).firms_at_least
        day = context.today.isoformat()
        found = rows.by_cluster(snapshot, context.scope, kind, year, day, named[0] if named else None)
        ends = ends_by_key(snapshot, context.whole, context.scope, {END_OF[kind]: {one.id for one in found}})
        shares = [
            ClusterShare(
                id=ends[END_OF[kind], one.id].id,
                name=ends[END_OF[kind], one.id].name,
                total=one.total,
                diagnosed=one.diagnosed,
                not_diagnosed=one.total - one.diagnosed,
                diagnosed_percent=percent(one.diagnosed, one.total) if one.total >= least else None,
            )
            for one in found
        ]
        return ClusterCoverage(year=year, kind=kind, firms_at_least=least, clusters=shares)


QUERIES = ClusterQueries

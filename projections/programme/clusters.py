"""Clusters of a year's roster 产业集群: industries, parks, groups and chains, and how far each is diagnosed. plan I3, I5.

A cluster is what is on record: a division of industry, a park or a group as the year's roster states each firm; a chain as its
leader and the firms that consent to it today. A firm of two chains counts in both, so that the clusters of a kind have no sum.
"""

from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, literal_column, or_, select, union
from sqlalchemy.sql import ColumnElement, FromClause

from domain.access import Scope
from domain.programme.policies.conditions import Designation
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.organisations import ORGANISATIONS
from projections.participants.rosters import MEMBERS, held, member_columns
from projections.programme.coverage import FIRST_REPORTS
from projections.programme.demands.read_model import GAP_CONSENTS
from projections.programme.policies import DESIGNATIONS
from standards.described import DescribedEnum
from standards.edition.mapping import DIVISION


class ClusterKind(DescribedEnum):
    """By what firms are a cluster · 集群类别."""

    INDUSTRY = "industry", "Firms of one division of industry · 行业大类"
    PARK = "park", "Firms in one park · 园区"
    GROUP = "group", "Firms of one group · 集团"
    CHAIN = "chain", "A chain leader and the firms that consent to it as its suppliers today · 产业链"


class Cluster(NamedTuple):
    """One cluster 集群. id: code of the division, or key of the park, the group, or the chain's leader."""

    kind: ClusterKind
    id: str


class ClusterRow(NamedTuple):
    """A cluster's firms on a year's roster, and those of them with an issued report 集群覆盖."""

    id: str
    total: int
    diagnosed: int


def clustered(snapshot: Snapshot, kind: ClusterKind, year: int, day: str) -> tuple[FromClause, ColumnElement[str | None]]:
    """A year's roster, and the cluster of each of its firms; None = of none. day: ISO day on which a chain holds."""
    members = snapshot[MEMBERS]
    if kind is ClusterKind.CHAIN:
        chains = _chains(snapshot, year, day)
        return members.join(chains, chains.c.firm == members.c.enterprise), chains.c.leader
    if kind is ClusterKind.INDUSTRY:
        return members, func.substr(members.c.industry, *(literal_column(str(number)) for number in (1, DIVISION)))
    return members, members.c[kind.value]


def _chains(snapshot: Snapshot, year: int, day: str) -> FromClause:
    """Leader and firm: who consents, the leader itself, and the members of a group that leads."""
    given, stated, of = snapshot[GAP_CONSENTS], snapshot[DESIGNATIONS], snapshot[MEMBERS].alias()
    holds = and_(given.c.since <= day, given.c.until >= day)
    designated = and_(
        stated.c.designation == Designation.CHAIN_LEADER.value,
        stated.c.since <= day,
        or_(stated.c.until.is_(None), stated.c.until >= day),
    )
    groups = select(snapshot[ORGANISATIONS].c.id)
    leads = or_(given.c.leader.in_(select(stated.c.enterprise).where(designated)), given.c.leader.in_(groups))
    return union(
        select(given.c.leader.label("leader"), given.c.enterprise.label("firm")).where(holds, leads),
        select(stated.c.enterprise, stated.c.enterprise).where(designated),
        select(of.c.group, of.c.enterprise).where(of.c.year == year, of.c.group.in_(select(given.c.leader).where(holds))),
    ).subquery()


def by_cluster(
    snapshot: Snapshot, scope: Scope, kind: ClusterKind, year: int, day: str, district: str | None = None
) -> list[ClusterRow]:
    """Coverage by cluster within a scope 集群覆盖, in order of id; a firm counts where the year's roster states it.

    Args:
        snapshot: of the read models.
        scope: whose firms count.
        kind: by what they are a cluster.
        year: of the roster; diagnosed is who had an issued report by its end.
        day: as of `clustered`.
        district: that alone; None = all.
    """
    members, reports = snapshot[MEMBERS], snapshot[FIRST_REPORTS]
    source, cluster = clustered(snapshot, kind, year, day)
    counted = and_(reports.c.enterprise == members.c.enterprise, reports.c.issued_year <= year, held(reports, None))
    named = cluster.label("cluster")
    chosen: list[Any] = [named, func.count(), func.sum(case((reports.c.enterprise.is_not(None), 1), else_=0))]
    query: Select[Any] = (
        select(*chosen)
        .select_from(source.outerjoin(reports, counted))
        .where(members.c.year == year, held(members, None), members.c.off_reason.is_(None), cluster.is_not(None))
        .where(to_sql(scope, member_columns(snapshot)))
        .group_by(named)
        .order_by(named)
    )
    if district is not None:
        query = query.where(members.c.district == district)
    return [ClusterRow(str(one), int(total), int(diagnosed)) for one, total, diagnosed in snapshot.rows(query)]

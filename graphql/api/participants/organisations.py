"""Organisations 组织 in the schema: districts, parks, groups, providers. plan O1–O3, V2."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import strawberry

from api.kit.as_of import AsOf, known_then
from api.kit.context import Context
from api.kit.filter_values import require_values
from api.kit.ids import OrganisationID
from api.kit.lists import FoldedAnew, Listed, listing
from api.kit.mutations import Payload
from api.kit.nodes import Node, NodeKind
from api.kit.orders import order_enum
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from domain.access import Role
from domain.kernel import Command
from domain.masks import RATINGS_READ, SIGNED_IN
from domain.participants.organisations import OrganisationKind
from domain.participants.ownership import OWNERSHIPS, Ownership
from projections.as_of import replay
from projections.participants import organisations as organisation_rows
from projections.participants.organisations import ORGANISATION_READ_MODEL, OrganisationFilter, OrganisationRow


@published(SIGNED_IN, placed=False, row=OrganisationRow)
class Organisation(Node):
    """Organisation: a district, park, group, provider or body of the city · 组织. plan O1–O3"""

    id: OrganisationID = field("Its id; of a district or subdistrict the GB/T 2260 code · 组织标识")
    kind: OrganisationKind = field("What it is in the programme · 组织类别")
    name: str = field("Its name · 名称")
    parent: OrganisationID | None = field("Organisation above · 上级组织标识. plan O2")
    industries: list[str] = field("GB/T 4754 divisions a provider serves · 服务行业. plan V2")
    last: date | None = field("Last day of its part in the programme; null while it stays · 退出日")
    ownership: Ownership | None = field("Who controls it; null where nobody declared that · 控股情况. plan V5", made=True)
    ownership_since: date | None = field("First day of that ownership · 控股情况起始日", made=True)
    ownership_source: str | None = field("Document that it is known from · 控股情况依据来源", roles=RATINGS_READ, made=True)
    ownership_declared_by: Role | None = field("Role that declared it · 控股情况登记角色", roles=RATINGS_READ, made=True)
    as_of: AsOf | None = field("Whether it changed after the moment asked for; null for now · 事后变更")


def build_organisation(context: Context, row: OrganisationRow) -> Organisation:
    """The organisation of a row."""
    declared = next(reversed(OWNERSHIPS.validate_json(row.ownerships)), None)
    return Organisation(
        **shown(Organisation, row),
        ownership=declared.ownership if declared is not None else None,
        ownership_since=declared.since if declared is not None else None,
        ownership_source=declared.source if declared is not None else None,
        ownership_declared_by=declared.by if declared is not None else None,
        as_of=known_then(context, "organisation", row.id),
    )


ORGANISATIONS: Listed[OrganisationFilter, OrganisationRow, Organisation] = Listed(
    name="organisations",
    node=Organisation,
    orders=order_enum(
        "OrganisationOrder",
        "What organisations may be ordered by · 组织排序",
        kind="By kind · 组织类别",
        name="By name, letter by letter · 名称",
    ),
    rows=lambda snapshot, _scope, where, page: organisation_rows.organisations(snapshot, where, page),
    count=lambda snapshot, _scope, where: organisation_rows.organisation_count(snapshot, where),
    build=lambda context, rows, _wanted: [build_organisation(context, row) for row in rows],
    by_id=lambda snapshot, _scope, ids: organisation_rows.organisations_by_id(snapshot, ids),
    stored=True,
    on=lambda where, then: where if where.taking_part_on is None else where.on(then.day.isoformat()),
    past=FoldedAnew(
        lambda context, _where, position: replay.of_kind(
            context.snapshot, "organisation", ORGANISATION_READ_MODEL, position
        )
    ),
)


load_organisations = ORGANISATIONS.of_ids


TakingPart = Annotated[
    bool | None, argument("True for those that take part today, without the retired ones · 在册")
]


@strawberry.type
class OrganisationQueries:
    """Query fields: organisations."""

    @listing(ORGANISATIONS, "Organisations, in order of id, of some kinds or all · 组织列表. plan O2, P2, V2", roles=SIGNED_IN)
    def organisations(
        self,
        info: strawberry.Info[Context, None],
        kind: Annotated[list[OrganisationKind] | None, argument("Kinds to look for; none = all · 组织类别")] = None,
        taking_part: TakingPart = None,
    ) -> OrganisationFilter:
        """A page of organisations, now or as they were known then."""
        require_values(kind=kind)
        return OrganisationFilter(kind, info.context.today.isoformat() if taking_part else None)


def _find_organisation(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Organisation | None:
    return load_organisations(context, [key], wanted).get(key)


QUERIES = OrganisationQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"organisation": NodeKind(Organisation, load_organisations)}
PAYLOADS: Mapping[str, Payload] = {
    "organisation": Payload("organisation", Organisation, _find_organisation),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""

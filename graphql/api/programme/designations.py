"""Designations 企业称号 in the schema: what lists a firm is on, as a policy may ask for it. plan I3."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.edges import Loader, led_to
from api.kit.ids import key_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.participants.enterprises import Enterprise, load_enterprises
from domain.kernel import Command
from domain.masks import DESIGNATIONS_READ
from domain.programme.designations import RecordDesignation
from domain.programme.policies.conditions import Designation
from projections.engine.pages import Page
from projections.programme import policies as rows
from projections.programme.policies import DesignationFilter, DesignationRow
from standards.edition.text import SourceMark


@published(DESIGNATIONS_READ, row=DesignationRow)
class FirmDesignation:
    """A term of a designation of a firm; at most one holds on a day · 企业称号. plan I3"""

    enterprise: Enterprise | None = field("Firm · 企业", by="enterprise")
    designation: Designation = field("What it holds · 称号")
    since: date = field("First day · 起始日")
    until: date | None = field("Last day; null: it holds on · 截止日")
    document: str = field("Where it comes from · 来源")
    mark: SourceMark = field("Mark of the source · 来源标记")


def _build(context: Context, found: Sequence[DesignationRow], wanted: frozenset[str]) -> list[FirmDesignation]:
    enterprise = led_to(context, (FirmDesignation, "enterprise"), found, wanted)
    return [FirmDesignation(**shown(FirmDesignation, row), enterprise=enterprise(row.enterprise)) for row in found]


DESIGNATIONS: Listed[DesignationFilter, DesignationRow, FirmDesignation] = Listed(
    name="designations", node=FirmDesignation, rows=rows.designations, count=rows.designation_count, build=_build
)


@strawberry.type
class DesignationQueries:
    """Query fields: designations."""

    @listing(DESIGNATIONS, "Designations of the firms in the scope · 企业称号列表. plan I3", roles=DESIGNATIONS_READ)
    def designations(
        self,
        designation: Annotated[Designation | None, argument("Of this kind; none = any · 称号")] = None,
        enterprise: Annotated[strawberry.ID | None, argument("Of this firm; none = any · 企业标识")] = None,
    ) -> DesignationFilter:
        """A page of designations."""
        return DesignationFilter(designation, key_of(enterprise, "enterprise"))


def _find(context: Context, key: str, command: Command, wanted: frozenset[str]) -> FirmDesignation | None:
    assert isinstance(command, RecordDesignation)  # noqa: S101 - the capability has no other commands
    where = DesignationFilter(command.designation, key, command.since)
    found = rows.designations(context.snapshot, context.scope, where, Page(1))
    return next(iter(_build(context, found, wanted)), None)


QUERIES = DesignationQueries
EDGES: Mapping[tuple[type, str], Loader] = {(FirmDesignation, "enterprise"): load_enterprises}
PAYLOADS: Mapping[str, Payload] = {"designation": Payload("designation", FirmDesignation, _find)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""

"""Liaison network 联络网络 in the schema: city → district → subdistrict, a named contact at every node. plan O2, O3."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

import strawberry

from api.kit.as_of import AsOf, day_then, known_then, past_context
from api.kit.context import Context
from api.kit.filter_values import require_unit
from api.kit.ids import PersonID, key_of
from api.kit.lists import FoldedAnew, Listed, listing
from api.kit.paging import below
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.participants.organisations import Organisation, build_organisation
from domain.access import Mask, Role, head_of
from domain.kernel import Rule
from domain.masks import CONTACTS, GAPS_READ, NETWORK
from projections.as_of import people as people_then
from projections.participants import liaison_gaps, people
from projections.participants import organisations as organisation_rows
from projections.participants.enterprises import enterprises_by_id
from projections.participants.liaison_gaps import GapFilter
from projections.participants.organisations import NodeFilter, OrganisationRow
from projections.participants.people import ContactRow

ERASED = "已删除"
MOST_CONTACTS = 10
CONTACTS_OUT_OF_RANGE = Rule(
    "CONTACTS_OUT_OF_RANGE",
    "plan O2",
    "应有联络人数须在 1 至 {at_most} 之间",
    "The contacts that a unit is to have are 1 to {at_most}",
)


@published(CONTACTS, mask=Mask.CONTACTS, row=ContactRow)
class Contact:
    """Named contact of a unit · 联络人. plan O2, O3"""

    person: PersonID = field("Id of the person · 人员标识")
    role: Role = field("Role held for the unit · 角色")
    name: str = field("Name; once erased, a word that says so · 姓名")
    phone: str | None = field("Phone · 电话")
    membership: strawberry.ID = field("Id of the membership as a contact · 任职标识")
    since: date = field("First day as a contact · 起始日")
    until: date | None = field("Last day, as where it is handed over; null = open-ended · 截止日")
    confirmed_on: date = field("Day on which it was last confirmed, first that of its grant · 最近确认日")


@published(NETWORK, placed=False)
class LiaisonNode:
    """Node of the liaison network · 联络节点. plan O2"""

    organisation: Organisation = field("The unit · 组织")
    contacts: list[Contact] = field("Its named contacts · 联络人")
    confirmed_on: date | None = field("Day by which all of them were last confirmed; null without a contact · 最近确认日")
    as_of: AsOf | None = field(
        "Whether its contacts changed after the moment asked for; null for now. The unit says so of itself · 事后变更"
    )


def contacts_context(context: Context, units: Sequence[str]) -> Context:
    """The context that contacts of some units are read in: of the past, one that holds these units' contacts then."""
    if context.past is None or context.present is None:
        return context
    found = people_then.of_contacts(context.present.snapshot, units, context.past.position)
    return past_context(context, found, context.asked)


def load_contacts(context: Context, units: Sequence[str], wanted: frozenset[str]) -> Mapping[str, list[Contact]]:
    """Contacts of many units on the day of the answer, which the caller has judged; a name is decrypted only where wanted.

    context: as `contacts_context` gives it.
    """
    rows = people.contacts(context.snapshot, units, day_then(context).isoformat()) if units else {}
    return {unit: [_contact(context, row, wanted) for row in found] for unit, found in rows.items()}


def _contact(context: Context, row: ContactRow, wanted: frozenset[str]) -> Contact:
    keys = context.services.keys

    def opened(field: str, sealed: str | None) -> str | None:
        return keys.open(row.person, field, sealed) if sealed is not None and field in wanted else None

    return Contact(
        **shown(Contact, row),
        name=opened("name", row.sealed_name) or ERASED,
        phone=opened("phone", row.sealed_phone),
    )


def _above(context: Context) -> list[str]:
    """The nodes above the caller's own unit: whoever reports upwards may know to whom."""
    organisation, snapshot = context.caller.organisation, context.snapshot
    if head_of(Role(context.role)) is Role.ENTERPRISE:
        firm = enterprises_by_id(snapshot, context.scope, [organisation]).get(organisation)
        units = [] if firm is None else [firm.district, firm.subdistrict, firm.park, firm.reporting_unit, firm.group]
        found = [unit for unit in units if unit is not None]
    else:
        found = [organisation]
    for unit in found:
        row = organisation_rows.organisations_by_id(snapshot, [unit]).get(unit)
        if row is not None and row.parent is not None and row.parent not in found:
            found.append(row.parent)
    return found


def build_nodes(context: Context, rows: Sequence[OrganisationRow], wanted: frozenset[str]) -> list[LiaisonNode]:
    """Nodes of rows, each with its contacts."""
    ids = [row.id for row in rows]
    known = contacts_context(context, ids)
    contacts = load_contacts(known, ids, below(wanted, "contacts"))
    confirmed = {unit: min(one.confirmed_on for one in found) for unit, found in contacts.items() if found}
    return [
        LiaisonNode(
            organisation=build_organisation(context, row),
            contacts=contacts.get(row.id, []),
            confirmed_on=confirmed.get(row.id),
            as_of=known_then(known, "contacts", row.id),
        )
        for row in rows
    ]


NODES: Listed[NodeFilter, OrganisationRow, LiaisonNode] = Listed(
    name="liaisons",
    node=LiaisonNode,
    rows=organisation_rows.nodes,
    count=organisation_rows.node_count,
    build=build_nodes,
    past=FoldedAnew(
        lambda context, where, position: people_then.of_nodes(context.snapshot, context.scope, where.also, position)
    ),
)
GAPS: Listed[GapFilter, OrganisationRow, LiaisonNode] = Listed(
    name="liaisonGaps",
    node=LiaisonNode,
    rows=liaison_gaps.gaps,
    count=liaison_gaps.gap_count,
    build=build_nodes,
    on=lambda where, then: replace(where, day=then.day.isoformat()),
)


@strawberry.type
class LiaisonQueries:
    """Query fields: the liaison network."""

    @listing(
        NODES,
        "Units and their named contacts, in order of id: those in the scope and those above one's own unit. above: only the "
        "units right below this one. asOf: the units known by then, with their contacts of that day · 联络网络. plan O2, "
        "O3, P5",
        roles=NETWORK,
    )
    def liaison_network(
        self,
        info: strawberry.Info[Context, None],
        above: Annotated[strawberry.ID | None, argument("Unit right above those asked for; none = all · 上级组织")] = None,
    ) -> NodeFilter:
        """A page of nodes, now or as they were known then."""
        unit = key_of(above, "organisation")
        require_unit(info.context.snapshot, "above", unit)
        return NodeFilter(tuple(_above(info.context)), unit)

    @listing(
        GAPS,
        "Units of the scope with fewer named contacts today than so many, in order of id: 1 finds those without a contact, 2 those "
        "without a deputy too · 联络缺口. plan O2",
        roles=GAPS_READ,
    )
    def liaison_gaps(
        self,
        contacts_below: Annotated[int, argument("Contacts that a unit is to have at least, 1–10 · 应有联络人数")] = 2,
    ) -> GapFilter:
        """A page of the units that a contact is to be named for.

        Raises:
            Refused: CONTACTS_OUT_OF_RANGE.
        """
        if not 1 <= contacts_below <= MOST_CONTACTS:
            raise CONTACTS_OUT_OF_RANGE.refuse(path="contactsBelow", at_most=MOST_CONTACTS)
        return GapFilter(contacts_below)


QUERIES = LiaisonQueries

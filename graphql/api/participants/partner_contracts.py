"""Partner contracts 合作方约定 in the schema: which partner's events carry their object, agreed and ended by the city. plan P8.

A partner sees its own, by the name of its keys; the city and the auditor see all.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from domain.kernel import Command, IdOf
from domain.participants.partner_contracts import CONTRACT_READERS, FullEventKind, GrantPartnerContract
from domain.participants.partner_keys import actor_of, partner_of
from projections.participants import partner_contracts as rows
from projections.participants.partner_contracts import PartnerContractFilter, PartnerContractRow

CONTRACTS = CONTRACT_READERS
"""Contracts on events with their object 全量告知约定: each partner of its own, the city and the auditor all."""
enum_type(FullEventKind)


@published(CONTRACTS, row=PartnerContractRow)
class PartnerContract(Node):
    """Agreement that a partner's events carry their object, as its key may read it then · 合作方约定. plan P8"""

    id: Annotated[strawberry.ID, IdOf("partnercontract")] = field("Its id · 约定标识")
    partner: str = field("Name of the partner · 合作方")
    purpose: str = field("What the partner may use the objects for · 用途")
    kinds: list[FullEventKind] = field("Kinds of events that carry their object · 事件类别", made=True)
    granted_at: datetime = field("When it was agreed, UTC · 约定时间")
    until: date = field("Last day that was agreed, itself included · 截止日")
    in_force: bool = field("Whether it holds today · 是否有效", made=True)
    ended_at: datetime | None = field("When the city ended it, UTC; null unless it did · 终止时间")
    why: str | None = field("Why it was ended; null unless it was · 终止理由")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")


def _contract(context: Context, row: PartnerContractRow) -> PartnerContract:
    kinds = [FullEventKind(one) for one in row.kinds.split()]
    return PartnerContract(**shown(PartnerContract, row), kinds=kinds, in_force=row.last >= context.today.isoformat())


def _build(context: Context, found: Sequence[PartnerContractRow], _wanted: frozenset[str]) -> list[PartnerContract]:
    return [_contract(context, row) for row in found]


CONTRACT_LIST: Listed[PartnerContractFilter, PartnerContractRow, PartnerContract] = Listed(
    name="partnerContracts",
    node=PartnerContract,
    order=rows.OLDEST_FIRST,
    rows=rows.partner_contracts,
    count=rows.partner_contract_count,
    build=_build,
)


def _own(context: Context) -> str | None:
    """Whose contracts the caller sees, by name; None = everyone's."""
    return partner_of(context.partner[0]) if context.partner is not None else None


def _of_ids(context: Context, keys: Sequence[str], _wanted: frozenset[str]) -> dict[str, PartnerContract]:
    found = rows.partner_contracts_by_id(context.snapshot, PartnerContractFilter(_own(context)), keys)
    return {key: _contract(context, row) for key, row in found.items()}


@strawberry.type
class PartnerContractQueries:
    """Query fields: contracts with partners."""

    @listing(
        CONTRACT_LIST,
        "Agreements that events carry their object, the oldest first: a partner's own, all for city and auditor · "
        "合作方约定列表. plan P8",
        roles=CONTRACTS,
    )
    def partner_contracts(
        self,
        info: strawberry.Info[Context, None],
        in_force: Annotated[bool, argument("Those alone that hold today · 仅有效")] = False,  # noqa: FBT002 - an argument of the schema
    ) -> PartnerContractFilter:
        """A page of contracts."""
        return PartnerContractFilter(_own(info.context), info.context.today if in_force else None)


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> PartnerContract | None:
    return _of_ids(context, [key], wanted).get(key)


def _granting(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """With its id, whether there is such a partner, and what is agreed with it already."""
    partner = data["partner"].strip()
    known = context.services.accounts.has_partner_key(actor_of(partner), None)
    held = rows.contracts_in_force(context.snapshot, partner, context.today)
    return {**new_id("contract")(context, data), "is_known": known, "held": held}


QUERIES = PartnerContractQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"partnercontract": NodeKind(PartnerContract, _of_ids)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    GrantPartnerContract: ServerFields(frozenset({"contract", "is_known", "held"}), fill=_granting)
}
PAYLOADS: Mapping[str, Payload] = {"partnercontract": Payload("partnerContract", PartnerContract, _find)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""

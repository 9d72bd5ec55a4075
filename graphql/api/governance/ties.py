"""Ties 服务商关联 in the schema: who is bound to whom, so that nobody judges its own customer. plan V3."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.edges import Loader, led_to
from api.kit.filter_values import require_some, require_units, with_keys
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.participants.enterprises import Enterprise, load_enterprises
from api.participants.organisations import Organisation, load_organisations
from domain.access import Role
from domain.governance.ties import TIE_READERS, DeclareTie, EndTie, TieKind
from domain.kernel import Command, IdOf
from domain.participants.organisations import OrganisationKind
from projections.governance.ties import TieFilter, TieRow, latest_between, tie_count, ties

TIES_READ = TIE_READERS
"""Ties of providers 服务商关联: the two sides, the firm's district, the city, the auditor."""
published_filter(TieFilter)


@published(TIES_READ, row=TieRow)
class Tie:
    """Tie of a provider with a firm or group, or with the platform's operator · 服务商关联. plan V3"""

    id: Annotated[strawberry.ID, IdOf("tie")] = field("Its id · 关联标识")
    kind: TieKind = field("What ties them · 关联类型")
    provider: Organisation | None = field("Provider that is tied · 服务商", by="provider")
    enterprise: Enterprise | None = field(
        "Firm at the other end; null: it is a group, every firm, or not within the scope · 企业", by="party"
    )
    group: Organisation | None = field("Group at the other end; null where it is none · 集团", by="party")
    since: date = field("First day · 起始日")
    last: date | None = field("Last day, of a supply its last delivery; null while it goes on · 最后一日")
    source: str = field("Document that it is known from · 依据来源")
    declared_by: Role = field("Role that declared it · 申明角色")
    declared_at: datetime = field("When it was declared, UTC · 申明时间")
    cause: strawberry.ID | None = field("Application that declares it, stream and version; null where none does · 所在申报")


def _build(context: Context, rows: Sequence[TieRow], wanted: frozenset[str]) -> list[Tie]:
    provider = led_to(context, (Tie, "provider"), rows, wanted)
    enterprise = led_to(context, (Tie, "enterprise"), rows, wanted)
    group = led_to(context, (Tie, "group"), rows, wanted)
    return [
        Tie(**shown(Tie, row), provider=provider(row.provider), enterprise=enterprise(row.party), group=group(row.party))
        for row in rows
    ]


TIES: Listed[TieFilter, TieRow, Tie] = Listed(name="ties", node=Tie, rows=ties, count=tie_count, build=_build)


@strawberry.type
class TieQueries:
    """Query fields: ties."""

    @listing(
        TIES,
        "Ties of providers in the scope: a provider's own, a firm's own, a district's with its firms · 服务商关联列表. plan V3",
        roles=TIES_READ,
    )
    def ties(
        self,
        info: strawberry.Info[Context, None],
        filter: Annotated[TieFilter | None, argument("What to look for; none = all · 筛选")] = None,  # noqa: A002 - the argument's published name
    ) -> TieFilter:
        """A page of ties."""
        if filter is None:
            return TieFilter()
        require_some(filter)
        where = with_keys(filter)
        require_units(info.context.snapshot, where, {"provider": OrganisationKind.PROVIDER})
        return where


def _find_tie(context: Context, key: str, command: Command, wanted: frozenset[str]) -> Tie | None:
    assert isinstance(command, DeclareTie | EndTie)  # noqa: S101 - the capability has no other commands
    row = latest_between(context.snapshot, context.scope, key, command.kind, command.party)
    return _build(context, [row], wanted)[0] if row is not None else None


QUERIES = TieQueries
EDGES: Mapping[tuple[type, str], Loader] = {
    (Tie, "provider"): load_organisations,
    (Tie, "enterprise"): load_enterprises,
    (Tie, "group"): load_organisations,
}
PAYLOADS: Mapping[str, Payload] = {"tie": Payload("tie", Tie, _find_tie)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""

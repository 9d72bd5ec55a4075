"""Matchings 批量派单 in the schema: a plan for a district's batch, why it is so, and what a person made of it. plan V3."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import EnterpriseID, OrganisationID, id_of, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from domain.kernel import Command, IdOf
from domain.masks import AUDIT, MATCHINGS_READ
from domain.providers.matching.matching import Matching as MatchingState
from domain.providers.matching.matching import MatchingStatus, RequestMatching
from domain.providers.matching.numbers import PlannedFirm as PlannedState
from projections.providers import matchings as rows
from projections.providers.matchings import MatchingFilter, MatchingRow

MatchingID = Annotated[strawberry.ID, IdOf("matching")]
enum_type(MatchingStatus)


@published(MATCHINGS_READ)
class OtherChoice:
    """Another provider that may take the firm · 其他可选服务商. plan V3"""

    provider: OrganisationID = field("Provider · 服务商标识")
    price: int | None = field(
        "How much dearer the whole plan becomes with it; null: another firm would be left without a provider · 改派代价"
    )


@published(MATCHINGS_READ)
class PlannedFirm:
    """A firm in a plan · 派单项. plan V3"""

    enterprise: EnterpriseID = field("Firm · 企业标识")
    provider: OrganisationID | None = field("Provider that the plan proposes; null: nobody can take it · 拟派服务商")
    cost: int | None = field("What the assignment costs by the rule; null without one · 成本")
    others: list[OtherChoice] = field("Cheapest other choices, up to five · 其他可选")
    adopted: OrganisationID | None = field("Provider of the adopted plan, changed or not; null before · 采纳后服务商")
    reason: str | None = field("Why it was changed; null where it was not · 改动理由")


@published(MATCHINGS_READ, row=MatchingRow)
class Matching(Node):
    """Plan of who diagnoses which of a district's firms: a proposal, until a person adopts it · 批量派单. plan V3"""

    id: MatchingID = field("Its id; pass it to `adoptPlan` · 派单标识")
    district: OrganisationID = field("District · 区", made=True)
    status: MatchingStatus = field("How far it has come · 派单状态")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本", made=True)
    requested_at: datetime = field("When it was asked for, UTC · 申请时间")
    method: str | None = field("Method and its version; null until it is worked out · 方法", made=True)
    rule_since: date | None = field("First day of the rule that it was worked out by · 规则起始日", made=True)
    position: int | None = field("Journal position up to which facts were looked at · 截止位置", roles=AUDIT, made=True)
    input_digest: str | None = field("SHA-256 of costs and places · 输入摘要", made=True)
    cost: int | None = field("What the plan costs in all · 总成本", made=True)
    optimal: bool | None = field("Whether it is proven that no chain of moves is cheaper · 是否最优", made=True)
    left_out: int | None = field("Firms that nobody can take · 未派企业数", made=True)
    firms: list[PlannedFirm] = parts(
        PlannedFirm, "Firms with what the plan proposes, in order of id · 派单明细", place=lambda one: (one.enterprise,), made=True
    )


def _build(_context: Context, found: Sequence[MatchingRow], _wanted: frozenset[str]) -> list[Matching]:
    return [_matching(row, row.state()) for row in found]


def _matching(row: MatchingRow, state: MatchingState) -> Matching:
    plan = state.plan
    return Matching(
        **shown(Matching, row),
        district=id_of("organisation", state.district),
        version=state.version,
        method=plan.method if plan is not None else None,
        rule_since=plan.rule_since if plan is not None else None,
        position=plan.position if plan is not None else None,
        input_digest=plan.input_digest if plan is not None else None,
        cost=plan.cost if plan is not None else None,
        optimal=plan.optimal if plan is not None else None,
        left_out=sum(one.provider is None for one in plan.firms) if plan is not None else None,
        firms=[_firm(one, state) for one in plan.firms] if plan is not None else [],
    )


def _firm(one: PlannedState, state: MatchingState) -> PlannedFirm:
    change = next((change for change in state.changes if change.enterprise == one.enterprise), None)
    is_adopted = state.status is MatchingStatus.ADOPTED
    adopted = (one.provider if change is None else change.provider) if is_adopted else None
    return PlannedFirm(
        enterprise=id_of("enterprise", one.enterprise),
        provider=id_of("organisation", one.provider) if one.provider is not None else None,
        cost=one.cost,
        others=[OtherChoice(provider=id_of("organisation", other.provider), price=other.price) for other in one.others],
        adopted=id_of("organisation", adopted) if adopted is not None else None,
        reason=change.reason if change is not None else None,
    )


MATCHINGS: Listed[MatchingFilter, MatchingRow, Matching] = Listed(
    name="matchings",
    node=Matching,
    order=rows.NEWEST_FIRST,
    rows=rows.matchings,
    count=rows.matching_count,
    by_id=rows.matchings_by_id,
    build=_build,
)


@strawberry.type
class MatchingQueries:
    """Query fields: matchings."""

    @field("One matching; null when it does not exist or lies outside the scope · 批量派单. plan V3", roles=MATCHINGS_READ)
    def matching(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 派单标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Matching | None:
        """A matching in the caller's scope."""
        return single(info, MATCHINGS, key_of(id, "matching"), at_least=at_least)

    @listing(MATCHINGS, "Matchings within the scope, the newest first · 批量派单列表. plan V3", roles=MATCHINGS_READ)
    def matchings(
        self,
        status: Annotated[MatchingStatus | None, argument("How far it has come; none = any · 派单状态")] = None,
    ) -> MatchingFilter:
        """A page of matchings."""
        return MatchingFilter(status)


def _find_matching(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Matching | None:
    return MATCHINGS.of_ids(context, [key], wanted).get(key)


QUERIES = MatchingQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"matching": NodeKind(Matching, MATCHINGS.of_ids)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    RequestMatching: ServerFields(frozenset({"matching"}), fill=new_id("matching")),
}
PAYLOADS: Mapping[str, Payload] = {"matching": Payload("matching", Matching, _find_matching)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""

"""Offers 报价 in the schema: what suppliers offer for a demand, alone or together, and what a deal brought. plan R2, R3."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import orjson
import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.filter_values import require_some, with_keys
from api.kit.ids import key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast, below
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.participants.organisations import Organisation, load_organisations
from api.programme.demands import Demand, load_demands, market_scope
from api.programme.solutions import Solution, load_solutions
from domain.kernel import Command, IdOf
from domain.masks import MARKET
from domain.programme.demands.offer_facts import OfferStatus
from domain.programme.demands.state import SELLERS
from projections.programme.demands import demands as rows
from projections.programme.demands.demands import OfferFilter
from projections.programme.demands.read_model import OfferRow

OfferID = Annotated[strawberry.ID, IdOf("offer")]


@published(MARKET)
class OfferMember:
    """Member of a consortium, beside whoever leads it · 联合体成员. plan R3"""

    organisation: Organisation | None = field("Supplier or provider · 单位")
    share: str = field("What it takes on · 承担内容")
    agreed: bool = field("Whether it agreed to the offer · 是否同意")


@published(MARKET)
class DealChange:
    """What was measured before and after, as the firm states it; it counts for no score · 成效对比. plan R2"""

    indicator: str = field("Id of the indicator · 指标编号")
    name: str = field("What was measured · 测量项目")
    unit: str = field("Unit of both numbers · 计量单位")
    before: Decimal = field("Before · 改进前")
    after: Decimal = field("After · 改进后")


@published(MARKET, row=OfferRow)
class Offer(Node):
    """Offer of one supplier, or of a consortium that it leads, for a demand · 报价. plan R2, R3"""

    id: OfferID = field("Its id · 报价标识")
    demand: Demand | None = field("Demand that it is for, where the caller sees it · 需求", by="demand")
    supplier: Organisation | None = field("Supplier or provider that leads it · 牵头供给单位", by="supplier")
    solutions: list[Solution] = field("Solutions that are offered · 解决方案", made=True)
    members: list[OfferMember] = field("Members beside it; empty: it offers alone · 联合体成员", made=True)
    text: str = field("What is offered · 报价说明")
    price: Decimal = field("Price of all, in fen · 报价金额（分）")
    ready_by: date = field("Day by which it is delivered · 交付日")
    own_product: bool | None = field(
        "Whether a provider that diagnosed the firm gains by it; null to sellers before it is accepted · 是否诊断方自有或关联产品",
        made=True,
    )
    status: OfferStatus = field("How far it has come · 报价状态")
    status_since: datetime = field("Since when, UTC · 进入该状态的时间")
    made_at: datetime = field("When it was made, UTC · 提出时间")
    accepted_on: date | None = field("Day on which the firm accepted it; null before · 成交日")
    delivered_on: date | None = field("Day of the delivery; null before · 交付日期")
    changes: list[DealChange] = field("What it brought, once the firm reports it · 成效对比", made=True)
    reason: str | None = field("Why it was declined, withdrawn, left or ended; null where it was not · 理由")


published_filter(OfferFilter)


def _build(context: Context, found: Sequence[OfferRow], wanted: frozenset[str]) -> list[Offer]:
    demand, supplier = (led_to(context, (Offer, name), found, wanted) for name in ("demand", "supplier"))
    own = rows.of_the_diagnosing_provider(context.snapshot, found) if "ownProduct" in wanted else frozenset[str]()
    ids = {one for row in found for one in orjson.loads(row.solutions)} if "solutions" in wanted else set()
    solutions = load_solutions(context, sorted(ids), below(wanted, "solutions"))
    named = {one["organisation"] for row in found for one in orjson.loads(row.members)} if "members" in wanted else set()
    members = load_organisations(context, sorted(named), below(wanted, "members.organisation")) if named else {}
    return [
        Offer(
            **shown(Offer, row),
            demand=demand(row.demand),
            supplier=supplier(row.supplier),
            solutions=[solutions[one] for one in orjson.loads(row.solutions) if one in solutions],
            members=[
                OfferMember(
                    organisation=members.get(one["organisation"]),
                    share=one["share"],
                    agreed=one["organisation"] not in orjson.loads(row.waiting),
                )
                for one in orjson.loads(row.members)
            ],
            own_product=row.id in own if context.role not in SELLERS or row.accepted_on is not None else None,
            changes=[
                DealChange(**{**one, "before": Decimal(one["before"]), "after": Decimal(one["after"])})
                for one in orjson.loads(row.changes)
            ],
        )
        for row in found
    ]


OFFERS: Listed[OfferFilter, OfferRow, Offer] = Listed(
    name="offers",
    node=Offer,
    order=rows.LATEST_OFFERS,
    rows=rows.offers,
    count=rows.offer_count,
    by_id=rows.offers_by_id,
    build=_build,
    scope=market_scope,
)
load_offers = OFFERS.of_ids


@strawberry.type
class OfferQueries:
    """Query fields: offers."""

    @field("One offer; null when there is none that the caller sees · 报价. plan R2", roles=MARKET)
    def offer(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 报价标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Offer | None:
        """An offer."""
        return single(info, OFFERS, key_of(id, "offer"), at_least=at_least)

    @listing(
        OFFERS,
        "Offers, the latest first: for a firm's own demands; to sellers those that they take part in · 报价列表. plan R2, R3",
        roles=MARKET,
    )
    def offers(
        self,
        filter: Annotated[OfferFilter | None, argument("Which to look for; none = all · 筛选条件")] = None,  # noqa: A002 - as above
    ) -> OfferFilter:
        """A page of offers."""
        if filter is None:
            return OfferFilter()
        require_some(filter)
        return with_keys(filter)


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Offer | None:
    return load_offers(context, [key], wanted).get(key)


QUERIES = OfferQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"offer": NodeKind(Offer, load_offers)}
EDGES: Mapping[Edge, Loader] = {(Offer, "demand"): load_demands, (Offer, "supplier"): load_organisations}
PAYLOADS: Mapping[str, Payload] = {"offer": Payload("offer", Offer, _find)}
"""Capability -> what its payloads carry 返回对象."""

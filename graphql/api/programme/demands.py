"""Demands 需求 in the schema: a firm's own, and as sellers see them, without the firm; counts for the administration. plan R2."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.filter_values import require_some
from api.kit.ids import DemandID, DiagnosisID, EditionID, id_of, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.parts import parts
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import CONVERSIONS, shown
from api.participants.enterprises import Enterprise, load_enterprises
from api.participants.places import District, Industry, industry_of
from api.programme.solutions import SolutionIndicator, indicators_of
from domain.access import Attribute, Is, Nothing, Role, Scope
from domain.governance.rule_bodies.publication import PublicationRule
from domain.kernel import Command
from domain.masks import DEMANDS_READ, MARKET, TARGET_SPLITS
from domain.programme.demands.demand import PublishDemand
from domain.programme.demands.demand_facts import DemandStatus
from domain.programme.demands.state import SELLERS
from projections.governance.dated_rules import body_on
from projections.programme.demands import demands as rows
from projections.programme.demands.demands import DemandFilter
from projections.programme.demands.read_model import DemandRow
from standards.edition.mapping import SizeClass

DEMAND_COUNTS = TARGET_SPLITS
"""Counts of demands 需求统计: to a district those of its own firms, none that tells of few. plan R2."""


@published(MARKET, row=DemandRow)
class Demand(Node):
    """Demand of a firm for solutions; to sellers without the firm unless it says so · 需求. plan R2"""

    id: DemandID = field("Its id · 需求标识")
    enterprise: Enterprise | None = field("Firm that looks for it · 企业", by="enterprise", roles=DEMANDS_READ)
    diagnosis: DiagnosisID | None = field("Diagnosis whose result it rests on · 诊断标识", roles=DEMANDS_READ, made=True)
    firm_name: str | None = field("Name of the firm, where it is shown · 企业名称", made=True)
    district: District | None = field("Its district; null where too few firms are alike · 区", made=True)
    industry: Industry | None = field("Its division of industry; null where too few firms are alike · 行业大类", made=True)
    size_class: SizeClass | None = field("Its size class; null where too few firms are alike · 规模类型", made=True)
    edition: EditionID | None = field("Edition of the result; null where no industry is shown · 标准版本", made=True)
    indicators: list[SolutionIndicator] = field("Indicators that are to be raised · 需提升的指标", made=True)
    text: str = field("What is looked for · 需求内容")
    budget_from: Decimal | None = field("Budget from, in fen; null: not said · 预算下限（分）")
    budget_to: Decimal | None = field("Budget up to, in fen; null: not said · 预算上限（分）")
    by: date = field("Day by which it is to be done, and until which suppliers may offer · 完成日")
    named: bool = field("Whether sellers are shown the firm's name · 是否具名")
    status: DemandStatus = field("How far it has come, apart from the clock · 需求状态")
    status_since: datetime = field("Since when, UTC · 进入该状态的时间")
    published_at: datetime = field("When it was published, UTC · 发布时间")
    reason: str | None = field("Why it was withdrawn; null where it was not · 撤回理由", roles=DEMANDS_READ, made=True)


@published(DEMAND_COUNTS)
class DemandCell:
    """Demands of one district for one indicator that stand alike · 需求统计单元. plan R2"""

    district: District = field("District · 区")
    indicator: str = field("Id of the indicator · 指标编号")
    status: DemandStatus = field("How far they have come · 需求状态")
    demands: int | None = field("How many; null to a district: too few firms are behind it · 需求数")


@published(DEMAND_COUNTS)
class DemandCounts:
    """Demands of the firms in the scope, counted · 需求统计. plan R2"""

    firms_at_least: int = field("Firms behind a count that a district is shown · 最少企业数")
    cells: list[DemandCell] = parts(DemandCell, "By district, indicator and status, without sums · 分项统计")


published_filter(DemandFilter)


def market_scope(context: Context) -> Scope:
    """Through which demands and offers are read: sellers, each for its own organisation; of others those who may know the firm."""
    if context.role in SELLERS:
        return Is(Attribute.PROVIDER, context.caller.organisation)
    return context.scope if context.role in DEMANDS_READ else Nothing()


def firms_alike(context: Context) -> int | None:
    """How many firms must be alike so that a seller is shown where one lies; None to whoever may know the firm."""
    return body_on(context.snapshot, PublicationRule, context.today).firms_at_least if context.role in SELLERS else None


def _build(context: Context, found: Sequence[DemandRow], wanted: frozenset[str]) -> list[Demand]:
    enterprise, own = led_to(context, (Demand, "enterprise"), found, wanted), context.role in DEMANDS_READ
    behind: Mapping[str, rows.FirmShown] = {}
    if found and wanted & {"firmName", "district", "industry", "sizeClass", "edition"}:
        seller = "" if own else context.caller.organisation
        behind = rows.firms_behind(context.whole, found, firms_alike(context), seller)
    made = []
    for row in found:
        firm = behind.get(row.id, rows.FirmShown())
        one = Demand(
            **shown(Demand, row),
            enterprise=enterprise(row.enterprise),
            diagnosis=id_of("diagnosis", row.diagnosis) if own else None,
            firm_name=firm.name,
            district=district_of(firm.district) if firm.district is not None else None,
            industry=industry_of(firm.industry) if firm.industry is not None else None,
            size_class=firm.size_class,
            edition=id_of("edition", row.edition) if firm.industry is not None else None,
            indicators=indicators_of(row.indicators),
            reason=row.reason if own else None,
        )
        made.append(one)
    return made


def district_of(code: str) -> District:
    """A district by its code."""
    found: District = CONVERSIONS[str, District](code)
    return found


DEMANDS: Listed[DemandFilter, DemandRow, Demand] = Listed(
    name="demands",
    node=Demand,
    order=rows.LATEST_DEMANDS,
    rows=rows.demands,
    count=rows.demand_count,
    by_id=rows.demands_by_id,
    build=_build,
    scope=market_scope,
)
load_demands = DEMANDS.of_ids


@strawberry.type
class DemandQueries:
    """Query fields: demands."""

    @field("One demand; null when there is none that the caller sees · 需求. plan R2", roles=MARKET)
    def demand(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 需求标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Demand | None:
        """A demand."""
        return single(info, DEMANDS, key_of(id, "demand"), at_least=at_least)

    @listing(
        DEMANDS,
        "Demands, the latest first: a firm's own; to sellers what is open and what they offer for · 需求列表. plan R2",
        roles=MARKET,
    )
    def demands(
        self,
        filter: Annotated[DemandFilter | None, argument("Which to look for; none = all · 筛选条件")] = None,  # noqa: A002 - as above
    ) -> DemandFilter:
        """A page of demands."""
        if filter is None:
            return DemandFilter()
        require_some(filter)
        return filter

    @field("Demands of the firms in the scope, counted by district, indicator and status · 需求统计. plan R2", roles=DEMAND_COUNTS)
    def demand_counts(self, info: strawberry.Info[Context, None], at_least: AtLeast = None) -> DemandCounts:
        """Counts without sums."""
        context = info.context
        snapshot = context.at_least(at_least)
        k = body_on(snapshot, PublicationRule, context.today).firms_at_least
        guarded = k if context.role == Role.DISTRICT else None
        found = rows.demand_cells(snapshot, context.scope, guarded)
        cells = [
            DemandCell(district=district_of(one.district), indicator=one.indicator, status=one.status, demands=one.demands)
            for one in found
        ]
        return DemandCounts(firms_at_least=k, cells=cells)


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Demand | None:
    return load_demands(context, [key], wanted).get(key)


QUERIES = DemandQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"demand": NodeKind(Demand, load_demands)}
EDGES: Mapping[Edge, Loader] = {(Demand, "enterprise"): load_enterprises}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    PublishDemand: ServerFields(frozenset({"demand"}), fill=new_id("demand")),
}
PAYLOADS: Mapping[str, Payload] = {"demand": Payload("demand", Demand, _find)}
"""Capability -> what its payloads carry 返回对象."""

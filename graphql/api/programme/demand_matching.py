"""Matching 供需匹配 in the schema: solutions for a demand and demands for a solution, each with its reasons. plan R2."""

from typing import Annotated

import orjson
import strawberry

from api.kit.context import Context
from api.kit.ids import DemandID, SolutionID, key_of
from api.kit.paging import AtLeast, below, wanted_fields
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published
from api.programme.demands import Demand, firms_alike, load_demands, market_scope
from api.programme.solutions import Solution, load_solutions
from domain.masks import DEMANDS_READ, MARKET
from domain.programme.demands.ranking import RANKING, MatchReason, Need, fit, ranked
from domain.programme.demands.solution_facts import SolutionStatus
from domain.programme.demands.state import SELLERS
from projections.programme.demands import demands as rows
from projections.programme.demands.read_model import DemandRow
from projections.programme.demands.solutions import offered, offered_of, service_lists, solutions_by_id


@published(MARKET)
class MatchReasonSaid:
    """Why something stands where it does in a matching · 匹配理由说明. plan R2"""

    reason: MatchReason = field("Reason · 匹配理由")
    says: str = field("The reason as a Chinese sentence · 说明")
    says_in_english: str = field("The same in English · 英文说明")


@published(DEMANDS_READ)
class SolutionMatch:
    """Solution that fits a demand, in its place · 匹配方案. plan R2"""

    rank: int = field("Its place, from 1 · 名次")
    solution: Solution | None = field("The solution · 解决方案")
    indicators: list[str] = field("Indicators of the demand that it raises · 覆盖指标")
    own_product: bool = field("Whether a provider that diagnosed the firm owns it or is tied to it; it comes last · 是否诊断方产品")
    reasons: list[MatchReasonSaid] = field("What speaks for it, and what puts it last · 匹配理由")


@published(DEMANDS_READ)
class DemandMatching:
    """Solutions that fit a demand, in an order that says itself · 需求匹配结果. plan R2"""

    ordered: str = field("How they are ordered, in Chinese · 排序规则")
    ordered_in_english: str = field("The same in English · 英文排序规则")
    matches: list[SolutionMatch] = parts(SolutionMatch, "Solutions, the best first · 匹配方案")


@published(SELLERS)
class DemandMatch:
    """Open demand that a solution fits · 匹配需求. plan R2"""

    demand: Demand | None = field("The demand, as the caller sees it · 需求")
    indicators: list[str] = field("Indicators of the demand that the solution raises · 覆盖指标")
    reasons: list[MatchReasonSaid] = field("What speaks for it · 匹配理由")


@published(SELLERS)
class SolutionMatching:
    """Open demands that an own solution fits, those of more indicators first, then the earlier · 方案匹配结果. plan R2"""

    matches: list[DemandMatch] = parts(DemandMatch, "Demands · 匹配需求")


def _said(reasons: tuple[MatchReason, ...]) -> list[MatchReasonSaid]:
    said = []
    for one in reasons:
        english, chinese = one.description.split(" · ")
        said.append(MatchReasonSaid(reason=one, says=chinese, says_in_english=english))
    return said


def _need(row: DemandRow, firm: rows.FirmShown, providers: frozenset[str]) -> Need:
    asked = [(one["id"], one["name"]) for one in orjson.loads(row.indicators)]
    return Need(asked, firm.industry, firm.size_class, providers)


@strawberry.type
class DemandMatchingQueries:
    """Query fields: matching of demands and solutions."""

    @field("Published solutions that fit a demand, ranked; null where there is none · 需求匹配. plan R2", roles=DEMANDS_READ)
    def demand_matching(
        self,
        info: strawberry.Info[Context, None],
        demand: Annotated[DemandID, argument("Demand · 需求标识")],
        at_least: AtLeast = None,
    ) -> DemandMatching | None:
        """Every fitting solution; a diagnosing provider's own product stands last, whatever else speaks for it."""
        context, identity = info.context, key_of(demand, "demand")
        context.at_least(at_least)
        row = rows.demands_by_id(context.snapshot, market_scope(context), [identity]).get(identity)
        if row is None:
            return None
        whole = context.whole
        firm = rows.firms_behind(whole, [row], None)[row.id]
        providers = rows.diagnosing(whole, [row.enterprise]).get(row.enterprise, frozenset())
        found = ranked(_need(row, firm, providers), offered(context.snapshot, context.today.year))
        wanted = wanted_parts(wanted_fields(info), "matches")
        shown = load_solutions(context, [one.id for one in found], below(wanted, "solution"))
        matches = [
            SolutionMatch(
                rank=rank,
                solution=shown.get(one.id),
                indicators=list(one.indicators),
                own_product=one.is_own_product,
                reasons=_said(one.reasons),
            )
            for rank, one in enumerate(found, 1)
        ]
        return DemandMatching(ordered=RANKING[0], ordered_in_english=RANKING[1], matches=matches)

    @field("Open demands that an own published solution fits; null of another's · 方案匹配. plan R2", roles=SELLERS)
    def solution_matching(
        self,
        info: strawberry.Info[Context, None],
        solution: Annotated[SolutionID, argument("Own solution · 解决方案标识")],
        at_least: AtLeast = None,
    ) -> SolutionMatching | None:
        """Judged by what the caller is shown of each demand alone, so that an answer tells no more than the demand does."""
        context, identity = info.context, key_of(solution, "solution")
        snapshot = context.at_least(at_least)
        row = solutions_by_id(snapshot, context.scope, [identity]).get(identity)
        own = row is not None and (row.supplier_role, row.supplier) == (context.role, context.caller.organisation)
        if row is None or not own or row.status != SolutionStatus.PUBLISHED:
            return None
        found = rows.open_demands(snapshot, context.today.isoformat())
        firms = rows.firms_behind(context.whole, found, firms_alike(context), context.caller.organisation)
        year = context.today.year
        lists = (one for one in service_lists(snapshot) if one.year in (year, year - 1))
        mine = offered_of(row, is_listed=any(row.supplier in orjson.loads(one.suppliers) for one in lists))
        fitting = [(one, fits) for one in found if (fits := fit(_need(one, firms[one.id], frozenset()), mine)) is not None]
        fitting.sort(key=lambda pair: -len(pair[1].indicators))
        wanted = wanted_parts(wanted_fields(info), "matches")
        shown = load_demands(context, [one.id for one, _ in fitting], below(wanted, "demand"))
        return SolutionMatching(
            matches=[
                DemandMatch(demand=shown.get(one.id), indicators=list(fits.indicators), reasons=_said(fits.reasons))
                for one, fits in fitting
            ]
        )


QUERIES = DemandMatchingQueries

"""Solutions 解决方案 in the schema: what suppliers offer, with cases, ties to providers and yearly lists. plan R2, R3."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.filter_values import require_some, require_unit, with_keys
from api.kit.ids import EditionID, SolutionID, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast, below
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.participants.organisations import Organisation, load_organisations
from api.participants.places import Industry, industry_of
from domain.access import Everything, Role
from domain.governance.ties import TieKind
from domain.kernel import Command
from domain.masks import SIGNED_IN
from domain.programme.demands.solution import (
    AgreeToSolutionCase,
    EndSolutionCaseConsent,
    PublishSolution,
    ReviseSolution,
    WithdrawSolution,
)
from domain.programme.demands.solution_facts import SolutionStatus
from projections.participants.enterprises import enterprises_by_id
from projections.programme.demands import solutions as rows
from projections.programme.demands.read_model import ServiceListRow, SolutionRow
from projections.programme.demands.solutions import SolutionFilter
from standards.edition.mapping import SizeClass
from standards.edition.text import SourceMark


@published(SIGNED_IN, placed=False)
class SolutionIndicator:
    """Indicator that a solution raises or a demand asks for · 针对的指标. plan R2"""

    indicator: str = field("Id of the indicator · 指标编号")
    name: str = field("Its name in the edition · 指标名称")


@published(SIGNED_IN, placed=False)
class SolutionCase:
    """Case in which a solution was used · 方案案例. plan R2"""

    number: int = field("Its number in the solution, from 1 · 案例序号")
    industry: Industry | None = field("Division of the firm; null: not said · 行业大类")
    text: str = field("What was done and what it brought · 案例内容")
    firm_name: str | None = field("The firm, where it agreed itself to be named; else null · 具名企业")


@published(SIGNED_IN, placed=False)
class SolutionTie:
    """Provider of diagnoses that a solution is tied to · 方案关联服务商. plan R2"""

    provider: Organisation | None = field("Provider · 服务商")
    kind: TieKind = field("What ties them · 关联类型")
    found: bool = field("Whether the city found it, and the supplier did not state it · 是否市级认定")


@published(SIGNED_IN, row=ServiceListRow, placed=False)
class ServiceListing:
    """Yearly list of service firms that a supplier is on · 年度名录. plan R3"""

    year: int = field("Year of the list · 年度")
    document: str = field("Where it comes from · 来源")
    mark: SourceMark = field("Mark of the source · 来源标记")


@published(SIGNED_IN, row=SolutionRow, placed=False)
class Solution(Node):
    """Solution of a supplier, or a provider's own product · 解决方案. plan R2"""

    id: SolutionID = field("Its id · 解决方案标识")
    supplier: Organisation | None = field("Organisation that published it · 供给单位", by="supplier")
    supplier_role: Role = field("Role that it was published in: a provider's is its own product · 供给方角色")
    status: SolutionStatus = field("Whether it is offered · 解决方案状态")
    title: str = field("What it is called · 方案名称")
    summary: str = field("What it does · 方案简介")
    edition: EditionID = field("Edition whose indicators it names · 标准版本")
    indicators: list[SolutionIndicator] = field("Indicators that it raises · 针对的指标", made=True)
    industries: list[Industry] = field("Divisions that it is for; empty: any · 适用行业大类", made=True)
    sizes: list[SizeClass] = field("Size classes that it is for; empty: any · 适用规模", made=True)
    cases: list[SolutionCase] = field("Cases in which it was used · 案例", made=True)
    ties: list[SolutionTie] = field("Providers of diagnoses that own it or are tied to it · 关联服务商", made=True)
    listings: list[ServiceListing] = field("Yearly lists that its supplier is on, the latest first · 列入名录", made=True)
    published_at: datetime = field("When it was published, UTC · 发布时间")
    changed_at: datetime = field("When it last changed, UTC · 变更时间")
    reason: str | None = field("Why it was withdrawn; null where it was not · 撤回理由")


published_filter(SolutionFilter)


def indicators_of(text: str) -> list[SolutionIndicator]:
    """Indicators as a row holds them."""
    return [SolutionIndicator(indicator=one["id"], name=one["name"]) for one in orjson.loads(text)]


def _named_firms(context: Context, found: Sequence[SolutionRow]) -> Mapping[str, str]:
    """Names of the firms that agreed to be named; whoever reads a solution may know them, wherever they lie."""
    firms = {firm for row in found for firm in orjson.loads(row.named).values()}
    if not firms:
        return {}
    return {firm.id: firm.name for firm in enterprises_by_id(context.whole, Everything(), sorted(firms)).values()}


def _cases(row: SolutionRow, names: Mapping[str, str]) -> Iterator[SolutionCase]:
    named = orjson.loads(row.named)
    for number, one in enumerate(orjson.loads(row.cases), 1):
        industry = industry_of(one["industry"]) if one["industry"] is not None else None
        yield SolutionCase(number=number, industry=industry, text=one["text"], firm_name=names.get(named.get(str(number), "")))


def _ties(row: SolutionRow) -> list[tuple[dict[str, str], bool]]:
    return [(one, False) for one in orjson.loads(row.ties)] + [(one, True) for one in orjson.loads(row.found)]


def _build(context: Context, found: Sequence[SolutionRow], wanted: frozenset[str]) -> list[Solution]:
    supplier = led_to(context, (Solution, "supplier"), found, wanted)
    names = _named_firms(context, found) if "cases" in wanted else {}
    lists = rows.service_lists(context.snapshot) if found and "listings" in wanted else []
    providers = sorted({tie["provider"] for row in found for tie, _ in _ties(row)}) if "ties" in wanted else []
    tied = load_organisations(context, providers, below(wanted, "ties.provider")) if providers else {}
    return [
        Solution(
            **shown(Solution, row),
            supplier=supplier(row.supplier),
            indicators=indicators_of(row.indicators),
            industries=[industry_of(one) for one in orjson.loads(row.industries)],
            sizes=[SizeClass(one) for one in orjson.loads(row.sizes)],
            cases=list(_cases(row, names)),
            ties=[
                SolutionTie(provider=tied.get(one["provider"]), kind=TieKind(one["kind"]), found=by_city)
                for one, by_city in _ties(row)
            ],
            listings=[
                ServiceListing(**shown(ServiceListing, one)) for one in lists if row.supplier in orjson.loads(one.suppliers)
            ],
        )
        for row in found
    ]


SOLUTIONS: Listed[SolutionFilter, SolutionRow, Solution] = Listed(
    name="solutions",
    node=Solution,
    order=rows.LATEST_SOLUTIONS,
    rows=rows.solutions,
    count=rows.solution_count,
    by_id=rows.solutions_by_id,
    build=_build,
)
load_solutions = SOLUTIONS.of_ids


@strawberry.type
class SolutionQueries:
    """Query fields: solutions."""

    @field("One solution; null when there is none · 解决方案. plan R2", roles=SIGNED_IN)
    def solution(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 解决方案标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Solution | None:
        """A solution."""
        return single(info, SOLUTIONS, key_of(id, "solution"), at_least=at_least)

    @listing(SOLUTIONS, "Solutions that were published, the latest first · 解决方案列表. plan R2, R3", roles=SIGNED_IN)
    def solutions(
        self,
        info: strawberry.Info[Context, None],
        filter: Annotated[SolutionFilter | None, argument("Which to look for; none = all · 筛选条件")] = None,  # noqa: A002 - as above
    ) -> SolutionFilter:
        """A page of solutions."""
        if filter is None:
            return SolutionFilter()
        require_some(filter)
        where = with_keys(filter)
        for one in where.supplier or ():
            require_unit(info.context.snapshot, "filter.supplier", one)
        return where


def _publishing(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """With an id of its own, and of the sender's organisation."""
    return {**new_id("solution")(context, data), "seller": context.caller.organisation}


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Solution | None:
    return load_solutions(context, [key], wanted).get(key)


QUERIES = SolutionQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"solution": NodeKind(Solution, load_solutions)}
EDGES: Mapping[Edge, Loader] = {(Solution, "supplier"): load_organisations}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    **dict.fromkeys(  # firms agree to be named one by one, and would count each other
        (ReviseSolution, WithdrawSolution, AgreeToSolutionCase, EndSolutionCaseConsent),
        ServerFields(frozenset(), shows_version=False),
    ),
    PublishSolution: ServerFields(frozenset({"solution", "seller"}), fill=_publishing, shows_version=False),
}
PAYLOADS: Mapping[str, Payload] = {"solution": Payload("solution", Solution, _find)}
"""Capability -> what its payloads carry 返回对象."""

"""Calls 征集 in the schema: a call's dates and rule, open to all; who applied and who marks, the city's. plan V1, V2."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import OrganisationID, PersonID, id_of
from api.kit.mutations import Payload, ServerFields
from api.kit.paging import AtLeast
from api.kit.parts import parts
from api.kit.published import field, published
from domain.governance.rule_bodies.selection import SelectionRule
from domain.kernel import Command
from domain.masks import ANYONE, SELECTION_OFFICE
from domain.providers.applications.state import SelectionDimension
from domain.providers.calls.commands import CloseMarking, DrawMarking
from domain.providers.calls.state import Call, CallStage
from journal.secrets.sealed_marks import SealedMarks
from projections.providers import selection
from projections.providers.selection import CallRow

for _kind in (CallStage, SelectionDimension):
    enum_type(_kind)


@published(ANYONE, placed=False)
class SelectionWeight:
    """Points that a dimension of selection is worth · 维度分值. plan V1"""

    dimension: SelectionDimension = field("Dimension · 遴选维度")
    points: int = field("Points at most · 满分")


@published(ANYONE, placed=False)
class CallRule:
    """Selection rule that a call keeps to from its opening to its end · 征集所依规则. plan V1"""

    weights: list[SelectionWeight] = field("What each dimension is worth, a hundred together · 各维度分值")
    pass_mark: int = field("Total from which a provider is listed · 入选分数线")
    industry_share: int = field("Percent of the points of industry experience from which a tag is earned · 行业标签得分率")
    certified_at_least: int = field("Certified diagnosticians at least · 持证诊断师最低人数")
    senior_at_least: int = field("Of these senior ones at least · 高级诊断师最低人数")
    certified_per_industry: int = field("Certified diagnosticians for each tag at least · 每一行业最低人数")
    marker_gap: int = field("Points by which two marks may differ before a third is asked · 评分分差上限")
    listed_at_most: int | None = field("Places of the year; null = no limit · 入选名额")
    cause: str | None = field("Where it was set, as stream/version; null of the default on file · 规则出处")


@published(SELECTION_OFFICE)
class NumberedApplication:
    """Application under its anonymous number, with its markers · 匿名编号. plan V1"""

    number: int = field("Number that markers know it by · 匿名编号")
    provider: OrganisationID = field("Provider · 服务商标识")
    markers: list[PersonID] = field("People who mark it, in the order they were given · 评分专家")
    disputed: bool = field("Whether its two marks differed by more than the rule says · 是否须第三人评分")


@published(ANYONE, placed=False)
class ProviderCall:
    """A year's call for providers · 服务商征集. plan V1"""

    year: int = field("Year of the directory that it is for · 年度")
    stage: CallStage = field("How far it has come · 阶段")
    applications_until: date = field("Last day on which an application is taken · 申报截止日")
    mending_until: date = field("Last day on which a returned application is mended · 补正截止日")
    marking_until: date = field("Last day of marking · 评分截止日")
    objections_until: date = field("Last day for objections to the outcome · 异议截止日")
    rule: CallRule = field("Rule that it keeps to · 所依规则")
    seed_digest: str = field("SHA-256 of the seed of the marking order, committed at the opening · 抽签种子承诺")
    version: int | None = field("Version of its stream; pass it as `expectedVersion` · 版本", roles=SELECTION_OFFICE)
    received: int | None = field("Providers that applied · 申报家数", roles=SELECTION_OFFICE)
    seed: str | None = field("The seed, once drawn from: SHA-256 of it is the commitment · 抽签种子", roles=SELECTION_OFFICE)
    disputed: int | None = field("Applications for which a third marker was asked · 须第三人评分份数", roles=SELECTION_OFFICE)
    drawn: list[NumberedApplication] | None = parts(
        NumberedApplication,
        "Applications as they were numbered · 抽签结果",
        place=lambda one: (one.number,),
        nullable=True,
        roles=SELECTION_OFFICE,
    )


def rule_of(rule: SelectionRule, cause: str | None) -> CallRule:
    """A selection rule as a call shows it."""
    told = {name: getattr(rule, name) for name in SelectionRule.model_fields if name in CallRule.__annotations__}
    weights = [SelectionWeight(dimension=one, points=getattr(rule.weights, one.value)) for one in SelectionDimension]
    return CallRule(**{**told, "weights": weights}, cause=cause)


def build_call(row: CallRow) -> ProviderCall:
    """The call of a row."""
    call: Call = row.state()
    return ProviderCall(
        year=call.year,
        stage=call.stage,
        applications_until=call.dates.applications_until,
        mending_until=call.dates.mending_until,
        marking_until=call.dates.marking_until,
        objections_until=call.dates.objections_until,
        rule=rule_of(call.rule, call.rule_cause),
        seed_digest=call.seed_digest,
        version=call.version,
        received=len(call.applicants),
        seed=call.seed,
        disputed=sum(one.third for one in call.drawn),
        drawn=[
            NumberedApplication(
                number=one.number,
                provider=id_of("organisation", one.provider),
                markers=[id_of("person", marker) for marker in one.markers],
                disputed=one.third,
            )
            for one in call.drawn
        ],
    )


@strawberry.type
class CallQueries:
    """Query fields: calls."""

    @field("Calls for providers, the latest year first; open to all · 历年征集. plan V1", roles=ANYONE)
    def provider_calls(self, info: strawberry.Info[Context, None], at_least: AtLeast = None) -> list[ProviderCall]:
        """Every call."""
        context = info.context
        context.at_least(at_least)
        return [build_call(row) for row in selection.calls(context.snapshot, context.scope)]


def _find_call(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> ProviderCall | None:
    row = selection.call_of(context.snapshot, int(key))
    return build_call(row) if row is not None else None


def _with_seed(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "seed": SealedMarks(context.services.keys).seed(data["year"])}


def _with_marks(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Every mark that waits, opened: they are looked for in the journal, so none that was sealed by now is left out."""
    waiting = SealedMarks(context.services.keys).waiting(context.services.journal, data["year"])
    return {**data, "opened": [one.model_dump() for one in waiting]}


QUERIES = CallQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    DrawMarking: ServerFields(frozenset({"seed"}), fill=_with_seed),
    CloseMarking: ServerFields(frozenset({"opened"}), fill=_with_marks),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"call": Payload("call", ProviderCall, _find_call)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""

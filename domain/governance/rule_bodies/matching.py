"""Matching rule 服务商匹配规则: how long a supply bars a provider, and what an assignment costs. plan V3."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import AtLeastOne, Months, RuleBody, RuleKind
from domain.kernel import Part

CostPoints = Annotated[int, Field(ge=0, le=1000)]
"""What speaks against an assignment 匹配成本: whole points, 0 to 1,000; only their proportions matter."""


class TierCosts(Part):
    """Cost of a provider of each tier of the latest rating · 各档成本."""

    a: CostPoints = Field(description="Cost of tier A · Ａ档成本")
    b: CostPoints = Field(description="Cost of tier B · Ｂ档成本")
    c: CostPoints = Field(description="Cost of tier C · Ｃ档成本")
    d: CostPoints = Field(description="Cost of tier D · Ｄ档成本")
    unrated: CostPoints = Field(description="Cost of a provider without a rating yet · 未评价的成本")


class MatchingRule(RuleBody):
    """Matching of firms and providers: bar by supply, capacity, costs · 服务商匹配规则."""

    clause: ClassVar = "plan V3"

    kind: Literal[RuleKind.MATCHING] = RuleKind.MATCHING
    vendor_months: Months = Field(
        description="Months after its last supply for which a vendor may not diagnose the firm · 供货回避期（月）"
    )
    slots_each: AtLeastOne = Field(description="Diagnoses under way that one certified person carries · 每名持证人员在办上限")
    other_district: CostPoints = Field(description="Cost where the provider has not worked in the firm's district · 跨区成本")
    full_load: CostPoints = Field(description="Cost of a provider that is at its capacity, less in proportion · 满负荷成本")
    tiers: TierCosts = Field(description="Cost by tier of the latest rating · 评价档次成本")
    repeat: CostPoints = Field(description="Cost where it diagnosed the firm the last time · 连续承担成本")

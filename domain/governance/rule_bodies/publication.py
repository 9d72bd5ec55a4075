"""Publication rule 公开统计规则: from how many firms a number is published, and how an uplift is estimated. plan R1, R5."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import AtLeastOne, Percent, Points, RuleBody, RuleKind

Shown = Annotated[int, Field(ge=2, le=1000)]
"""Firms behind a published number: of one alone it would be that firm's 企业数."""


class PublicationRule(RuleBody):
    """Guards of published aggregates, and parameters of the uplift · 公开统计规则."""

    clause: ClassVar = "plan R5"

    kind: Literal[RuleKind.PUBLICATION] = RuleKind.PUBLICATION
    firms_at_least: Shown = Field(description="Firms behind a published number at least · 最少企业数")
    group_percent_at_most: Percent = Field(
        description="Share of a cell's firms that one group may have at most, in percent · 单一集团最高占比"
    )
    interval_firms_at_least: Shown = Field(
        description="Firms from which on a mean has an interval · 给出区间的最少企业数"
    )
    weakest_indicators: Annotated[int, Field(ge=1, le=50)] = Field(
        description="Weakest indicators that are published of each edition at most · 薄弱指标数"
    )
    caliper: Points = Field(
        description="Points of the first total by which a matched firm may differ, in tenths · 匹配卡尺（十分之一分）"
    )
    controls_at_most: Annotated[int, Field(ge=1, le=10)] = Field(
        description="Firms without an action that one firm is matched to at most · 每家最多匹配企业数"
    )
    matched_at_least: AtLeastOne = Field(description="Matched firms without which no uplift is published · 最少匹配企业数")

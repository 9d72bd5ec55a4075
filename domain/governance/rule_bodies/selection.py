"""Selection rule 遴选规则: weights, thresholds and periods of the yearly selection of providers. plan V1, V2."""

from typing import ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import (
    AtLeastOne,
    PartsOfHundred,
    Percent,
    Points,
    RuleBody,
    RuleKind,
    Some,
    WorkingDays,
)


class SelectionWeights(PartsOfHundred):
    """Points of the five dimensions of selection, one hundred together · 遴选各项分值."""

    basic_capability: Points = Field(description="Basic capability · 基础能力")
    standards_work: Points = Field(description="Part taken in standards work · 标准制定参与程度")
    staff: Points = Field(description="Staff, its qualifications and number · 人员资质及数量")
    industry_experience: Points = Field(description="Industry experience and focus · 行业经验和聚焦度")
    products: Points = Field(description="Products and results · 产品成果")


class SelectionRule(RuleBody):
    """Selection of providers: weights, pass mark, people, tags, marking and periods · 遴选规则."""

    clause: ClassVar = "plan V1"

    kind: Literal[RuleKind.SELECTION] = RuleKind.SELECTION
    weights: SelectionWeights = Field(description="Points of the five dimensions · 各项分值")
    pass_mark: Points = Field(description="Total from which a provider enters the directory · 入选分数线")
    industry_share: Percent = Field(
        description="Percent of the points of industry experience from which a tag of an industry is earned · 行业标签得分率"
    )
    certified_at_least: Some = Field(description="Certified diagnosticians a provider has at least · 持证诊断师最低人数")
    senior_at_least: Some = Field(description="Of these senior ones at least · 高级诊断师最低人数")
    certified_per_industry: Some = Field(description="Certified diagnosticians for each tag at least · 每一行业标签最低人数")
    marker_gap: Points = Field(description="Points by which two markers may differ before a third is asked · 评分分差上限")
    listed_at_most: AtLeastOne | None = Field(
        default=None, description="Providers the directory of the year takes at most; none = no limit · 入选名额"
    )
    mending_days: WorkingDays = Field(description="Working days to mend an incomplete application · 补正期限")
    objection_days: WorkingDays = Field(description="Working days for which the outcome is open to objection · 公示异议期限")

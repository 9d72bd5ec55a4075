"""Sampling plan 抽样评估方案: how many diagnoses are assessed again, and which difference matters. plan V5, G1."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import AtLeastOne, RuleBody, RuleKind

Share = Annotated[Decimal, Field(gt=0, le=1, max_digits=5, decimal_places=4)]
"""Share of jobs 比例: more than 0, at most 1, to four places."""
Margin = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]


class SamplingPlan(RuleBody):
    """Sampled re-assessment: inclusion probabilities, material difference, stop rule of the year · 抽样评估方案."""

    clause: ClassVar = "plan V5"

    kind: Literal[RuleKind.SAMPLING] = RuleKind.SAMPLING
    base_probability: Share = Field(description="Probability with which every filed job is drawn at least · 基本入样概率")
    jobs_per_provider: AtLeastOne = Field(description="Jobs of each provider that a year draws, as expected · 每家服务商期望样本数")
    risk_probability: Share = Field(description="Probability of a job in a class of risk at least · 风险类入样概率")
    material_points: Margin = Field(
        description="Points of the total by which an adjudicated grade must differ to be a material misgrade · 重大误评分差"
    )
    limit_share: Share = Field(description="Share of material misgrades that a year may have at most · 误评率上限")
    confirmed_at: AtLeastOne = Field(
        description="Value of the martingale from which the limit is confirmed, the reciprocal of the risk · 确认阈值"
    )
    assumed_share: Share = Field(description="Share of misgrades that the test bets on · 检验假定误评率")
    pairs_at_least: AtLeastOne = Field(
        default=30,
        description="Jobs of the base sample assessed twice without which no probability of a grade is given · 档次概率最低对数",
    )
    expand_by: Share = Field(description="By how much the base probability rises where it is not confirmed · 扩大抽样步长")

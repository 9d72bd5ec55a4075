"""Rating rule 年度评价规则: components, tiers and the certainty that a move between tiers asks for. plan V5."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from domain.governance.rule_bodies.body import (
    AtLeastOne,
    PartsOfHundred,
    Percent,
    Points,
    RuleBody,
    RuleKind,
    WorkingDays,
)
from domain.kernel import Part

Probability = Annotated[Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4)]
"""Probability or reliability 概率: 0 to 1, to four places."""
HalfPoints = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
"""Points with a fraction 分值."""


class RatingWeights(PartsOfHundred):
    """Points of the five components of a rating, one hundred together · 评价各项分值."""

    work: Points = Field(description="Work done · 工作成果")
    feedback: Points = Field(description="Feedback of the firms · 企业反馈")
    records: Points = Field(description="Records of the process · 过程记录")
    report: Points = Field(description="Quality of the reports · 报告质量")
    sampled: Points = Field(description="Sampled re-assessment · 抽样评估")


class TierFloors(Part):
    """Lowest totals of tiers A, B and C; below lies D · 各档最低分."""

    a: Points = Field(description="Lowest total of tier A · Ａ档最低分")
    b: Points = Field(description="Lowest total of tier B · Ｂ档最低分")
    c: Points = Field(description="Lowest total of tier C · Ｃ档最低分")

    @model_validator(mode="after")
    def _fall(self) -> Self:
        if not self.a > self.b > self.c:
            raise ValueError("the floors of the tiers do not fall from A to C")
        return self


class WorkParts(Part):
    """Points of the parts of the work done; what is not on record is left out of them · 工作成果各部分分值."""

    delivery: Points = Field(description="Confirmed jobs of those assigned · 完成占比")
    punctuality: Points = Field(description="Stages on time of those due · 按期占比")
    volume: Points = Field(description="Confirmed jobs of the declared capacity · 承载占比")

    @model_validator(mode="after")
    def _count(self) -> Self:
        if not self.delivery:
            raise ValueError("delivery counts nothing, and of a year it may be all that is on record")
        return self


class RecordParts(Part):
    """Points of what is to be on record of a finished job · 过程记录各项分值."""

    visit: Points = Field(description="A visit on site · 现场诊断记录")
    two_diagnosticians: Points = Field(description="At least two diagnosticians at a visit · 两名以上诊断师到场")
    evidence: Points = Field(description="Evidence on file · 佐证材料")
    reasons: Points = Field(description="A reason for every answer that was corrected · 核验调整理由")

    @model_validator(mode="after")
    def _count(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("no record counts anything")
        return self


class ReportParts(Part):
    """Points of the parts of a report's quality; what is not on record is left out of them · 报告质量各部分分值."""

    checks: Points = Field(description="Automatic checks that were passed · 自动校验")
    reading: Points = Field(description="Expert's reading · 专家评阅")
    upheld: Points = Field(description="Items that survived objection · 经异议维持的指标")

    @model_validator(mode="after")
    def _count(self) -> Self:
        if not self.upheld:
            raise ValueError("items upheld count nothing, and of a year they may be all that is on record")
        return self


class FairnessLimits(Part):
    """What counts as a tilt in the report on fairness · 公平性判定标准."""

    significance: Probability = Field(description="Corrected probability below which a difference is sure · 显著性水平")
    least_ratio: Probability = Field(description="Least ratio of two shares that is fair, such as 0.80 · 比例下限")


WORK_PARTS = WorkParts(delivery=50, punctuality=30, volume=20)
RECORD_PARTS = RecordParts(visit=30, two_diagnosticians=30, evidence=20, reasons=20)
REPORT_PARTS = ReportParts(checks=50, reading=30, upheld=20)
FAIRNESS_LIMITS = FairnessLimits(significance=Decimal("0.05"), least_ratio=Decimal("0.80"))


class RatingRule(RuleBody):
    """Rating of providers: weights, tiers, and how sure a move must be · 年度评价规则."""

    clause: ClassVar = "plan V5"
    needs_simulation: ClassVar = True

    kind: Literal[RuleKind.RATING] = RuleKind.RATING
    weights: RatingWeights = Field(description="Points of the five components · 各项分值")
    floors: TierFloors = Field(description="Lowest totals of the tiers · 各档最低分")
    up_at_least: Probability = Field(description="Probability of a better tier from which a provider moves up · 升档概率")
    down_at_least: Probability = Field(
        description="Probability of lying below the present tier from which a provider moves down one · 降档概率"
    )
    reliability_at_least: Probability = Field(description="Reliability of the total from which a provider is ranked · 信度下限")
    jobs_at_least: AtLeastOne = Field(description="Jobs from which a provider is ranked · 排名最低项目数")
    providers_at_least: AtLeastOne = Field(description="Providers from which there is a ranking at all · 排名最低服务商数")
    removal_at_least: Probability = Field(
        description="Probability of tier D that, in consecutive years, is a reason for a hearing on removal · 移出听证概率"
    )
    removal_years: AtLeastOne = Field(description="Consecutive years of it · 连续年数")
    thin_below: Percent = Field(description="Percent of firms that answered, below which feedback is marked thin · 反馈不足比例")
    full_within: HalfPoints = Field(description="Points of difference up to which a sampled job scores in full · 满分差值")
    none_from: HalfPoints = Field(description="Points of difference from which a sampled job scores nothing · 零分差值")
    cell_jobs: AtLeastOne = Field(description="Jobs below which a cell of the case mix joins the others · 分组最低项目数")
    cell_providers: AtLeastOne = Field(description="Providers below which it does · 分组最低服务商数")
    objection_days: WorkingDays = Field(description="Working days for which a rating is open to objection · 异议期限")
    prior_degrees: AtLeastOne = Field(
        default=20, description="Degrees of freedom by which a provider's own variance is drawn to the pooled one · 方差收缩自由度"
    )
    interval_level: Probability = Field(default=Decimal("0.90"), description="Level of the intervals of ranks · 区间置信水平")
    unseen_variance: Annotated[Decimal, Field(ge=0, le=2500, max_digits=8, decimal_places=4)] = Field(
        default=Decimal(100), description="Variance between providers of a component that was seen of nobody · 未见项方差"
    )
    work_parts: WorkParts = Field(default=WORK_PARTS, description="Points of the parts of the work done · 工作成果各部分分值")
    record_parts: RecordParts = Field(default=RECORD_PARTS, description="Points of what is to be on record · 过程记录各项分值")
    report_parts: ReportParts = Field(
        default=REPORT_PARTS, description="Points of the parts of a report's quality · 报告质量各部分分值"
    )
    feedback_counts: bool = Field(
        default=False, description="Whether what firms said by the end of the year counts · 是否计入企业反馈"
    )
    sampled_counts: bool = Field(
        default=False, description="Whether the adjudicated samples of the year count · 是否计入抽样评估"
    )
    case_mix: bool = Field(
        default=False,
        description="Whether what industry, size and district do to feedback, reports and samples is taken off · 是否调整个案组合",
    )
    case_mix_ridge: AtLeastOne = Field(
        default=1, description="Ridge by which the effects of the case mix are drawn to nothing · 个案组合效应收缩量"
    )
    alone_at_most: Probability = Field(
        default=Decimal("0.80"),
        description="Share of jobs where nobody else works, above which a provider is not compared · 独有项目占比上限",
    )
    fairness: FairnessLimits = Field(default=FAIRNESS_LIMITS, description="What counts as a tilt · 公平性判定标准")

    def counts_as(self, other: "RatingRule") -> bool:
        """Whether another rule counts the facts of record alike, whatever it makes of them then · 计数口径是否相同."""
        return all(getattr(self, name) == getattr(other, name) for name in COUNTING)


COUNTING = (
    *("full_within", "none_from", "cell_jobs", "cell_providers", "work_parts", "record_parts", "report_parts"),
    *("feedback_counts", "sampled_counts", "case_mix", "case_mix_ridge", "alone_at_most"),
)
"""Fields of a rule that the inputs of a year follow from 计数字段; the others judge them."""

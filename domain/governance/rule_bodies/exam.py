"""Exam rule 考试与证书规则: how diagnosticians are examined, certified and calibrated. plan T1."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import (
    AtLeastOne,
    Months,
    PartsOfHundred,
    Percent,
    Points,
    RuleBody,
    RuleKind,
    Some,
)


class PaperDifficulty(PartsOfHundred):
    """Percent of a paper's questions of each difficulty, one hundred together · 试卷难度分布."""

    basic: Percent = Field(description="Percent of basic questions · 基础题比例")
    applied: Percent = Field(description="Percent of applied questions · 应用题比例")
    advanced: Percent = Field(description="Percent of advanced questions · 综合题比例")


class ExamRule(RuleBody):
    """Examination of diagnosticians: paper, pass mark, waits, practical part, certificate · 考试与证书规则."""

    clause: ClassVar = "plan T1"

    kind: Literal[RuleKind.EXAM] = RuleKind.EXAM
    certified_only: bool = Field(description="Whether certified diagnosticians alone visit and verify · 是否须持证上岗")
    questions: AtLeastOne = Field(description="Questions on a paper · 试题数")
    difficulty: PaperDifficulty = Field(description="Shares of the difficulties on a paper · 试卷难度分布")
    minutes: AtLeastOne = Field(description="Minutes for a paper, by the server's clock · 考试时长（分钟）")
    pass_mark: Points = Field(description="Points from which a paper is passed · 及格分数线")
    retries: Some = Field(description="Further tries before a wait · 补考次数")
    wait_days: Some = Field(description="Days of the calendar to wait after these · 再考等待（日）")
    agreement_at_least: Annotated[Decimal, Field(ge=0, le=1, max_digits=3, decimal_places=2)] = Field(
        description="Weighted kappa with the gold case from which the practical part is passed · 实操一致性下限"
    )
    certificate_months: Months = Field(description="Months for which a certificate holds · 证书有效期（月）")
    calibration_cases: AtLeastOne = Field(description="Calibration cases a quarter · 每季校准案例数")
    severity_degrees: AtLeastOne = Field(
        description="Degrees of freedom by which each one's noise is drawn to the pooled one · 宽严度合并自由度"
    )

"""Stage limits 诊断环节时限: how long each stage of a diagnosis takes at most. plan P3–P6."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import Months, RuleBody, RuleKind, WorkingDays


class StageLimits(RuleBody):
    """Longest time of each stage of a diagnosis, in Shanghai working days · 诊断环节时限."""

    clause: ClassVar = "plan P5"

    kind: Literal[RuleKind.STAGES] = RuleKind.STAGES
    self_assessment: WorkingDays = Field(description="From the opening to the submitted self-assessment · 自评期限")
    evidence_check: WorkingDays = Field(description="From the submission to the provider's check of the evidence · 资料核验期限")
    site_visit: WorkingDays = Field(description="From the check to the visit on site · 现场诊断期限")
    report: WorkingDays = Field(description="From the visit to the report · 报告编制期限")
    internal_review: WorkingDays = Field(description="From the report to the provider's internal review · 机构内审期限")
    sampled_check: WorkingDays = Field(description="From the draw to the sampled re-assessment · 抽样评估期限")
    confirmation: WorkingDays = Field(description="From the issue to the firm's confirmation or objection · 企业确认期限")
    objection: WorkingDays = Field(description="From an objection to its decision · 异议处理期限")
    filing: WorkingDays = Field(description="From the confirmation to the district's filing · 区级备案期限")
    reading: WorkingDays = Field(description="From the filing to the reading with experts · 专家解读期限")
    follow_up_months: Annotated[tuple[Months, ...], Field(min_length=1, max_length=12)] = Field(
        description="Months after the filing at which is followed up · 跟踪回访月数"
    )
    follow_up: WorkingDays = Field(
        default=20, description="From the end of such a month to the firm's report of it · 回访报告期限"
    )
    remind_before: WorkingDays = Field(description="Working days before a limit at which is reminded · 提醒提前量")

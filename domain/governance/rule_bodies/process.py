"""Process rule 诊断过程规则: which steps of a diagnosis the city asks for, and from which day on. plan P3–P6, V5, R2."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import RuleBody, RuleKind

Few = Annotated[int, Field(ge=1, le=20)]
"""How many, of a team or of the functions of a firm 少量计数."""


class ProcessRule(RuleBody):
    """Steps that a diagnosis must go through; one that is not asked for may still be taken · 诊断过程规则."""

    clause: ClassVar = "plan P5"

    kind: Literal[RuleKind.PROCESS] = RuleKind.PROCESS
    visits_by_plan: bool = Field(
        description="Whether a visit counts only where it was planned, agreed and signed in on site · 现场诊断是否须按计划进行"
    )
    diagnosticians_at_least: Few = Field(description="Certified diagnosticians at a planned visit at least · 到场诊断师最低人数")
    functions_at_least: Few = Field(description="Functions interviewed at a planned visit at least · 访谈部门最低数")
    reviewed_only: bool = Field(
        description="Whether a report is issued only after the provider's internal review · 报告是否须经内审后出具"
    )
    arbiters_at_least: Few = Field(description="Arbiters whose opinions an arbitration needs at least · 仲裁专家最低人数")
    filed: bool = Field(description="Whether a confirmed diagnosis waits for the district's filing · 确认后是否须备案")
    read: bool = Field(
        default=False, description="Whether a filed diagnosis waits for an expert's reading with the firm · 备案后是否须专家解读"
    )
    pause_minutes: Annotated[int, Field(ge=1, le=240)] = Field(
        default=30, description="Minutes between two savings above which nobody was filling in · 填报中断分钟数"
    )

"""Agreement rule 一致性规则: from how many cases agreement is shown, and which indicator is to be revised. plan S5, V5."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import RuleBody, RuleKind
from domain.governance.rule_bodies.sampling import Share


class AgreementRule(RuleBody):
    """Agreement of assessments: how many cases it takes, and which is low; never by alpha alone · 一致性规则."""

    clause: ClassVar = "plan S5"

    kind: Literal[RuleKind.AGREEMENT] = RuleKind.AGREEMENT
    shown_from: Annotated[int, Field(ge=5, le=1_000_000)] = Field(
        description="Cases from which on the agreement on an indicator is shown · 公布最低案件数"
    )
    queued_from: Annotated[int, Field(ge=5, le=1_000_000)] = Field(
        description="Cases from which on a low agreement queues the indicator for revision · 列入修订最低案件数"
    )
    cell_from: Annotated[int, Field(ge=5, le=1000)] = Field(
        description="Cases from which on a number of a table is shown · 对照表单元最低案件数"
    )
    low_alpha: Share = Field(description="Alpha that the upper end of the interval stays below where it is low · 阿尔法上限阈值")
    within_step: Share = Field(description="Share of pairs within one step below which it is low · 一档以内比例下限")
    overstatement_from: Annotated[int, Field(ge=5, le=1_000_000)] = Field(
        default=10, description="Firms from which on an index of over-statement is shown · 自评偏高指数最低企业数"
    )
    overstated_at_most: Annotated[int, Field(ge=1, le=50)] = Field(
        default=10, description="Indicators over-stated most that are shown of each · 偏高指标数"
    )

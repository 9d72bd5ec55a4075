"""Equating rule 等值规则: from how many firms totals are equated with others' levels, and what makes a pair. plan P8."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import RuleBody, RuleKind


class EquatingRule(RuleBody):
    """Equating of totals with the levels of another body's model: how many firms with both it takes · 等值规则."""

    clause: ClassVar = "plan P8"

    kind: Literal[RuleKind.EQUATING] = RuleKind.EQUATING
    pairs_at_least: Annotated[int, Field(ge=11, le=1_000_000)] = Field(
        description="Firms with a reported diagnosis and an accepted result, below which nothing is equated · 最少配对企业数"
    )
    step_at_least: Annotated[int, Field(ge=5, le=1000)] = Field(
        description="Firms behind a step at least, and by how many more it is worked out anew · 每级台阶最少企业数"
    )
    days_apart_at_most: Annotated[int, Field(ge=1, le=3660)] = Field(
        description="Days between report and assessment at most, for both to tell of one state of the firm · 评估与报告最大间隔天数"
    )

"""Transformation rule 数字化转型比例规则: which firms count as digitally transforming, and what share is asked for. plan G3."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import Percent, RuleBody, RuleKind

Grade = Annotated[int, Field(ge=1, le=10)]
"""Grade of the standard 档."""


class TransformationRule(RuleBody):
    """Formula of the share of firms that count as digitally transforming · 数字化转型比例规则."""

    clause: ClassVar = "plan G3"

    kind: Literal[RuleKind.TRANSFORMATION] = RuleKind.TRANSFORMATION
    grade_at_least: Grade = Field(description="Issued grade from which on a firm counts · 最低档")
    percent_at_least: Percent = Field(description="Share that is asked for, in percent · 比例要求")

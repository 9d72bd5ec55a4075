"""Ladder of the directory 名录调整规则: from notice to removal and back, step by step. plan V4."""

from typing import ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import Months, ProcedureDays, RuleKind, WorkingDays


class LadderRule(ProcedureDays):
    """Moves of the directory: notice, time to correct, hearing, decision, appeal, re-entry · 名录调整规则."""

    clause: ClassVar = "plan V4"

    kind: Literal[RuleKind.LADDER] = RuleKind.LADDER
    correction_days: WorkingDays = Field(description="Working days to correct what a warning is about · 整改期限")
    re_entry_months: Months = Field(description="Months after a removal until the provider may apply again · 重新申请间隔")

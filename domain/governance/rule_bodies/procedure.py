"""Procedure rule 办理程序规则: periods of objections, complaints, findings and clawbacks. plan P6, V5, I1."""

from typing import ClassVar, Literal

from domain.governance.rule_bodies.body import ProcedureDays, RuleKind


class ProcedureRule(ProcedureDays):
    """Periods of every proceeding that does not move the directory · 办理程序规则."""

    clause: ClassVar = "plan P6"

    kind: Literal[RuleKind.PROCEDURE] = RuleKind.PROCEDURE

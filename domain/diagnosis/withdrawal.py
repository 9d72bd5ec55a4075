"""Withdrawal 撤销诊断: a diagnosis ends without result, by the city or the firm's district. plan P3, G2."""

from typing import ClassVar, Literal

from pydantic import Field

from domain.command_rights import GOVERNMENT
from domain.diagnosis.state import Diagnosis, DiagnosisCommand, Status, release, require_status
from domain.kernel import EVERYONE, DecisionContext, Event, Facts, Text

# Commands


class WithdrawDiagnosis(DiagnosisCommand):
    """End a diagnosis without result · 撤销诊断."""

    roles: ClassVar = GOVERNMENT

    reason: Text = Field(description="Why · 理由")


# Events


class DiagnosisWithdrawn(Event):
    """The diagnosis ended without result 诊断已撤销."""

    type: Literal["diagnosis.withdrawn.v1"] = "diagnosis.withdrawn.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "撤销了诊断：{reason}"
    says_in_english: ClassVar = "withdrew the diagnosis: {reason}"
    reason: str


# Decide: what may happen


def withdraw(command: WithdrawDiagnosis, diagnosis: Diagnosis, _context: DecisionContext) -> Facts:
    """Before it is confirmed, with the reason 撤销诊断."""
    require_status(diagnosis, *(set(Status) - {Status.CONFIRMED, Status.WITHDRAWN}))
    return (DiagnosisWithdrawn(reason=command.reason), release(diagnosis, command.diagnosis))

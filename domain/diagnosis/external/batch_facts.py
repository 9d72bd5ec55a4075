"""Facts of a batch 批次事实: that a file is held apart, and which of its rows a person accepted or rejected. plan P8."""

from datetime import date
from typing import ClassVar, Literal

from domain.access import Mask
from domain.diagnosis.external.rows import WaitingResult
from domain.kernel import KEEPERS, Event, Part
from standards.described import DescribedEnum


class RowDecision(DescribedEnum):
    """What became of a row of a batch · 批次行状态."""

    WAITING = "waiting", "It waits for a person, and counts for nothing · 待裁定"
    ACCEPTED = "accepted", "It was accepted · 已接受"
    REJECTED = "rejected", "It was rejected, with a reason · 已退回"


# Events


class ResultBatchHeld(Event):
    """A file of others' assessments came in and is held apart 外部评估结果批次已隔离.

    sender: "city", or the partner as it acts. organisation: code of the district whose firms it may state, or "*". rows: those
    proposed. refused_rows: those that were not. report: SHA-256 of the report per row, a file of its own. refused, warned,
    to_confirm: findings of each kind.
    """

    type: Literal["batch.held.v1"] = "batch.held.v1"
    told_to: ClassVar = KEEPERS
    masks: ClassVar = frozenset({Mask.OUTCOME})
    says: ClassVar = "收到外部评估结果批次“{filename}”（口径日 {stated_on}）并隔离：退回 {refused_rows} 行，其余待裁定"
    says_in_english: ClassVar = (
        "received the batch of external results “{filename}” (as of {stated_on}) and held it apart: rows refused: "
        "{refused_rows}; the rest is to be decided"
    )
    sender: str
    organisation: str
    model: str
    stated_on: date
    digest: str
    filename: str
    rows: tuple[WaitingResult, ...]
    refused_rows: int
    report: str
    refused: int
    warned: int
    to_confirm: int


class BatchRowsAccepted(Event):
    """Rows of a batch were accepted 批次行已接受; what each states is a fact of its own where it changes anything."""

    type: Literal["batch.rows_accepted.v1"] = "batch.rows_accepted.v1"
    told_to: ClassVar = KEEPERS
    says: ClassVar = "接受了外部评估结果批次的若干行：{reason}"
    says_in_english: ClassVar = "accepted rows of the batch of external results: {reason}"
    rows: tuple[int, ...]
    reason: str


class BatchRowsRejected(Event):
    """Rows of a batch were rejected 批次行已退回."""

    type: Literal["batch.rows_rejected.v1"] = "batch.rows_rejected.v1"
    told_to: ClassVar = KEEPERS
    says: ClassVar = "退回了外部评估结果批次的若干行：{reason}"
    says_in_english: ClassVar = "rejected rows of the batch of external results: {reason}"
    rows: tuple[int, ...]
    reason: str


BatchEvent = ResultBatchHeld | BatchRowsAccepted | BatchRowsRejected

# State


class ResultBatch(Part):
    """A batch as it stands 批次现状: how it came in, and which rows are decided."""

    held: ResultBatchHeld
    accepted: frozenset[int] = frozenset()
    rejected: frozenset[int] = frozenset()

    @property
    def waiting(self) -> dict[int, WaitingResult]:
        """Rows that wait 待裁定行."""
        return {one.row: one for one in self.held.rows if one.row not in self.accepted | self.rejected}

"""Batch reading 批次读数: what a file with others' assessments says, as it comes from the process that read it. plan P8."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.diagnosis.external.rows import ReadRow
from domain.participants.rosters.findings import RosterFinding


@dataclass(frozen=True)
class BatchReading:
    """What a file says 批次读数. rows: those not refused. refused_rows: the others. titles: field -> header as written."""

    rows: tuple[ReadRow, ...]
    findings: tuple[RosterFinding, ...]
    refused_rows: int
    titles: Mapping[str, str]

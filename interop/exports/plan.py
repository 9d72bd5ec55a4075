"""Plan of a bulk export 导出计划: what is to be written where, and who writes it; the writing is done by a process apart. plan P8.

What loads a writer's library stays in that process. One snapshot is read for all tables, so they stand at one place of the journal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from domain.access import Scope
from domain.kernel import Rule
from interop.exports.tables import Column
from isolation import Bounds, ProcessOverBounds, preload, run

WORKER = "interop.exports.worker"
BOUNDS = Bounds(memory_mib=1_024, cpu_seconds=60, wall_seconds=120.0, written_mib=512)
"""2026-11-29: 10,000 firms and 6,000 cases take 0.3 s of a core, in each format."""
preload(WORKER)

EXPORT_TOO_COSTLY = Rule(
    "EXPORT_TOO_COSTLY",
    "plan P8",
    "导出超出限额（{seconds} 秒处理器时间、单个文件 {mebibytes} MiB），已中止；请用 of 减少所取的表，或按区导出",
    "The export takes more than it may ({seconds} seconds of the processor, {mebibytes} MiB a file) and was stopped; "
    "ask for fewer tables by `of`, or district by district",
)


@dataclass(frozen=True)
class Plan:
    """What is exported 导出计划. models: address of the read models. folder: of the files. ending: the format.

    tables: name -> its columns. held: tables of which is to be told whose data they hold: name -> column of the firm.
    """

    models: str
    folder: Path
    ending: str
    scope: Scope
    tables: Mapping[str, tuple[Column, ...]]
    held: Mapping[str, str]


class ExportedFile(BaseModel):
    """A file that was written 导出文件. sha256: in hexadecimal. held: (firm, id) of each row, where that was asked for."""

    count: int
    size: int
    sha256: str
    held: list[tuple[str, str]]


class MadeExport(BaseModel):
    """What a process wrote 导出结果. position: of the journal, at which every table stands."""

    position: int
    tables: dict[str, ExportedFile]


MADE = TypeAdapter(MadeExport)


def made_apart(plan: Plan, charge: Callable[[float], None]) -> MadeExport:
    """Write the files of a plan in a process apart 隔离导出.

    Raises:
        Refused: EXPORT_TOO_COSTLY.
    """
    try:
        return MADE.validate_json(run(f"{WORKER}:write", plan, bounds=BOUNDS, charge=charge))
    except ProcessOverBounds:
        raise EXPORT_TOO_COSTLY.refuse(seconds=BOUNDS.cpu_seconds, mebibytes=BOUNDS.written_mib) from None

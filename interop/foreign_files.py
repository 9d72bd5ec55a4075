"""Foreign files 外来文件: what others made, read in processes of its own and counted for whoever sent it. plan P1, P5.

A workbook of 7 kB can ask for minutes of work and one far cell for all memory. What a reader makes of a file comes back as
JSON and is checked like any other input: it was made in a process that strangers' bytes have gone through.
"""

from collections.abc import Callable, Mapping

import orjson
from pydantic import TypeAdapter

from domain.kernel import Refused, Rule
from domain.participants.rosters import RosterReport
from interop.editions.workbook_reading import read_workbook
from interop.rosters import files
from interop.rosters.annotated import SeenSheet, annotated, seen_sheet
from interop.rosters.roster import Progress, RosterReading, read_roster
from isolation import Bounds, ProcessOverBounds, Turns, preload, run
from standards import AnyEdition, EditionMalformed, edition_of_json

BOUNDS = Bounds(memory_mib=1_024, cpu_seconds=60, wall_seconds=180.0)
"""Of one file. 2026-11-28: 50,000 rows, the most that a roster may have, of six columns take 5 s of a core and 230 MiB."""

FILE_TOO_COSTLY = Rule(
    "FILE_TOO_COSTLY",
    "plan P5",
    "读取该文件超出限额（{seconds} 秒处理器时间、{mebibytes} MiB 内存），已中止；请删除空白行列和多余工作表后重试",
    "Reading the file takes more than it may ({seconds} seconds of the processor, {mebibytes} MiB of memory) and was stopped; "
    "remove empty rows and columns and spare sheets, then try again",
)

_ROSTER = TypeAdapter(RosterReading)
_SHEET: TypeAdapter[SeenSheet | None] = TypeAdapter(SeenSheet | None)
RULES: Mapping[str, Rule] = {one.code: one for one in vars(files).values() if isinstance(one, Rule)}
"""Code -> rule, of all that a workbook as a whole is refused by."""


def usual_turns() -> Turns:
    """Two files at a time, one of an organisation besides the one that waits, and of each organisation 3 minutes in ten."""
    return Turns(at_once=2, waiting=3, of_holder=2, wait_seconds=20.0, share_seconds=180.0, every_seconds=600.0)


def roster_bytes(data: bytes, filename: str, progress: Progress | None = None) -> bytes:
    """What a roster file says 名单读数, as JSON; see `read_roster`."""
    return _ROSTER.dump_json(read_roster(data, filename, progress=progress))


def sheet_bytes(data: bytes, filename: str) -> bytes:
    """The sheet that a roster stands in 名单原表, as JSON; see `seen_sheet`."""
    return _SHEET.dump_json(seen_sheet(data, filename))


def workbook_bytes(data: bytes) -> bytes:
    """The edition of a workbook 标准工作簿, or why it holds none, as JSON; see `read_workbook`."""
    try:
        return b'{"edition":' + read_workbook(data).model_dump_json().encode() + b"}"
    except EditionMalformed as malformed:
        return orjson.dumps({"malformed": str(malformed)})
    except Refused as refused:
        return orjson.dumps({"refused": refused.rule.code, "facts": refused.facts})


preload(__name__)


class ForeignFiles:
    """Readers of what others made 外来文件读取. turns: who reads now and who waits; all organisations share them."""

    def __init__(self, turns: Turns | None = None, bounds: Bounds = BOUNDS) -> None:
        self._turns = turns or usual_turns()
        self._bounds = bounds

    def roster(self, data: bytes, filename: str, holder: str, progress: Progress | None = None) -> RosterReading:
        """As `read_roster`, for a holder that the work is counted for.

        Raises:
            Refused: FILE_TOO_COSTLY, WORK_BUSY, WORK_SHARE_USED.
        """
        return _ROSTER.validate_json(self.read(roster_bytes, data, filename, holder=holder, progress=progress))

    def annotated(self, data: bytes | None, filename: str, report: RosterReport, holder: str) -> bytes:
        """As `interop.rosters.annotated.annotated`; where the file is not kept, the list of findings alone.

        Raises:
            Refused: as `roster`.
        """
        seen = _SHEET.validate_json(self.read(sheet_bytes, data, filename, holder=holder)) if data is not None else None
        return annotated(seen, report)

    def workbook(self, data: bytes, holder: str) -> AnyEdition:
        """As `read_workbook`.

        Raises:
            Refused: as `roster`, and as `read_workbook`.
            EditionMalformed: likewise.
        """
        said = orjson.loads(self.read(workbook_bytes, data, holder=holder))
        if "malformed" in said:
            raise EditionMalformed(said["malformed"])
        if "refused" in said:
            raise RULES[said["refused"]].refuse(**said["facts"])
        return edition_of_json(orjson.dumps(said["edition"]))

    def read(
        self,
        function: Callable[..., bytes],
        *arguments: bytes | str,
        holder: str,
        progress: Progress | None = None,
    ) -> bytes:
        """What a function makes of a file in a process of its own, when its holder's turn has come.

        Raises:
            Refused: as `roster`.
        """
        with self._turns.turn(holder) as charge:
            try:
                return run(function, *arguments, bounds=self._bounds, progress=progress, charge=charge)
            except ProcessOverBounds:
                seconds, mebibytes = self._bounds.cpu_seconds, self._bounds.memory_mib
                raise FILE_TOO_COSTLY.refuse(seconds=seconds, mebibytes=mebibytes) from None

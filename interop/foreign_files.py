"""Foreign files 外来文件: what others made, read in processes of its own and counted for whoever sent it. plan P1, P5.

A workbook of 7 kB can ask for minutes of work and one far cell for all memory. What a reader makes of a file comes back as
JSON and is checked like any other input: it was made in a process that strangers' bytes have gone through.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from domain.kernel import Rule
from interop.external_results.batch_reading import BatchReading
from interop.questionnaires.reading import QuestionnaireReading, SubmissionReading
from interop.rosters import file_rules
from interop.rosters.roster import Progress, RosterReading
from interop.rosters.source_sheet import SeenSheet
from isolation import Bounds, ProcessOverBounds, Turns, preload, run
from standards import AnyEdition, EditionMalformed, Form, edition_of_json

BOUNDS = Bounds(memory_mib=1_024, cpu_seconds=60, wall_seconds=180.0)
"""Of one file. 2026-11-28: 50,000 rows, the most that a roster may have, of six columns take 5 s of a core and 230 MiB."""

FILE_TOO_COSTLY = Rule(
    "FILE_TOO_COSTLY",
    "plan P5",
    "读取该文件超出限额（{seconds} 秒处理器时间、{mebibytes} MiB 内存），已中止；请删除空白行列和多余工作表后重试",
    "Reading the file takes more than it may ({seconds} seconds of the processor, {mebibytes} MiB of memory) and was stopped; "
    "remove empty rows and columns and spare sheets, then try again",
)

WRITTEN_MIB = 256
"""Of each sheet that is written: the library keeps it in a file of its own until the workbook is whole."""
ENCLOSED_MIB = 128
"""Of a dossier with its files: 64 MiB of them are 86 in base64."""
ROSTER_SHEET, RESULT_SHEET = "名单", "评估结果"
"""What the copied sheet of an annotated file is called."""
WORKER = "interop.worker"
"""The module of the functions that are named below; it is loaded in processes apart and nowhere else."""
ROSTER = TypeAdapter(RosterReading)
BATCH = TypeAdapter(BatchReading)
SHEET: TypeAdapter[SeenSheet | None] = TypeAdapter(SeenSheet | None)
RULES: Mapping[str, Rule] = {one.code: one for one in vars(file_rules).values() if isinstance(one, Rule)}
"""Code -> rule, of all that a workbook as a whole is refused by."""


def usual_turns() -> Turns:
    """Two files at a time, one of an organisation besides the one that waits, and of each organisation 3 minutes in ten."""
    return Turns(at_once=2, waiting=3, of_holder=2, wait_seconds=20.0, share_seconds=180.0, every_seconds=600.0)


preload(WORKER)


class ForeignFiles:
    """Readers of what others made 外来文件读取. turns: who reads now and who waits; all organisations share them."""

    def __init__(self, turns: Turns | None = None, bounds: Bounds = BOUNDS) -> None:
        self._turns = turns or usual_turns()
        self._bounds = bounds
        self._writing = replace(bounds, written_mib=WRITTEN_MIB)
        self._enclosing = replace(bounds, result_mib=ENCLOSED_MIB)

    def roster(self, data: bytes, filename: str, holder: str, progress: Progress | None = None) -> RosterReading:
        """As `read_roster`, for a holder that the work is counted for.

        Raises:
            Refused: FILE_TOO_COSTLY, WORK_BUSY, WORK_SHARE_USED.
        """
        return ROSTER.validate_json(self.read(f"{WORKER}:roster_bytes", data, filename, holder=holder, progress=progress))

    def annotated(self, data: bytes | None, filename: str, report: bytes, holder: str) -> bytes:
        """A roster's sheet with its findings as comments 批注名单; where the file is not kept, the list of findings alone.

        Args:
            data: the file that was sent. One process reads it, and another, which it can't have spoilt, writes the answer.
            filename: of it.
            report: its report as JSON.
            holder: whom the work is counted for.

        Raises:
            Refused: as `roster`.
        """
        return self._annotated("sheet_bytes", ROSTER_SHEET, data, filename, report, holder)

    def results(self, data: bytes, filename: str, model: str, holder: str) -> BatchReading:
        """As `read_results`, for a holder that the work is counted for.

        Raises:
            Refused: as `roster`.
        """
        return BATCH.validate_json(self.read(f"{WORKER}:results_bytes", data, filename, model, holder=holder))

    def annotated_results(self, data: bytes | None, filename: str, report: bytes, holder: str) -> bytes:
        """The sheet of others' assessments with its findings as comments 批注批次; otherwise as `annotated`."""
        return self._annotated("results_sheet_bytes", RESULT_SHEET, data, filename, report, holder)

    def _annotated(self, reader: str, title: str, data: bytes | None, filename: str, report: bytes, holder: str) -> bytes:
        sheet = b"null" if data is None else self.read(f"{WORKER}:{reader}", data, filename, holder=holder)
        return self.read(f"{WORKER}:annotated_bytes", sheet, report, title, holder=holder, bounds=self._writing)

    @cached_property
    def template(self) -> bytes:
        """The template of a roster 名单模板, made once."""
        return run(f"{WORKER}:template_bytes", bounds=self._writing)

    def dossier(self, content: bytes, folder: Path, holder: str) -> bytes:
        """A dossier with the files of a folder put in 卷宗附文件.

        Raises:
            Refused: as `roster`.
        """
        return self.read(f"{WORKER}:dossier_bytes", content, str(folder), holder=holder, bounds=self._enclosing)

    def workbook(self, data: bytes, holder: str) -> AnyEdition:
        """As `read_workbook`.

        Raises:
            Refused: as `roster`, and as `read_workbook`.
            EditionMalformed: likewise.
        """
        said = orjson.loads(self.read(f"{WORKER}:workbook_bytes", data, holder=holder))
        if "malformed" in said:
            raise EditionMalformed(said["malformed"])
        if "refused" in said:
            raise RULES[said["refused"]].refuse(**said["facts"])
        return edition_of_json(orjson.dumps(said["edition"]))

    def questionnaire(self, edition: AnyEdition, told: bytes, holder: str) -> bytes:
        """The workbook of a case 离线问卷, for a holder that the work is counted for.

        Raises:
            Refused: as `roster`.
        """
        stated = edition.model_dump_json().encode()
        return self.read(f"{WORKER}:questionnaire_bytes", stated, told, holder=holder, bounds=self._writing)

    def filled(self, data: bytes, edition: AnyEdition, form: Form, holder: str) -> QuestionnaireReading:
        """What a workbook of a case says 离线问卷读数.

        Raises:
            Refused: as `roster`, and as `read_questionnaire`.
        """
        return QuestionnaireReading.model_validate(self._of_case("filled_bytes", data, edition, form, holder))

    def site_form(self, edition: AnyEdition, told: bytes, holder: str) -> bytes:
        """The XLSForm of a case 现场核验表单, for a holder that the work is counted for.

        Raises:
            Refused: as `roster`.
        """
        stated = edition.model_dump_json().encode()
        return self.read(f"{WORKER}:site_form_bytes", stated, told, holder=holder, bounds=self._writing)

    def submission(self, data: bytes, edition: AnyEdition, form: Form, holder: str) -> SubmissionReading:
        """What a tablet's form says 现场核验数据读数.

        Raises:
            Refused: as `roster`, and as `read_submission`.
        """
        return SubmissionReading.model_validate(self._of_case("submission_bytes", data, edition, form, holder))

    def _of_case(self, reader: str, data: bytes, edition: AnyEdition, form: Form, holder: str) -> object:
        """What a reader makes of a form that came back, by the edition of its case."""
        stated = edition.model_dump_json().encode()
        said = orjson.loads(self.read(f"{WORKER}:{reader}", data, stated, form.value, holder=holder))
        if "refused" in said:
            raise RULES[said["refused"]].refuse(**said["facts"])
        return said["read"]

    def read(
        self,
        function: str,
        *arguments: bytes | str,
        holder: str,
        progress: Progress | None = None,
        bounds: Bounds | None = None,
    ) -> bytes:
        """What a function makes of a file in a process of its own, when its holder's turn has come.

        Raises:
            Refused: as `roster`.
        """
        with self._turns.turn(holder) as charge:
            try:
                return run(function, *arguments, bounds=bounds or self._bounds, progress=progress, charge=charge)
            except ProcessOverBounds:
                seconds, mebibytes = self._bounds.cpu_seconds, self._bounds.memory_mib
                raise FILE_TOO_COSTLY.refuse(seconds=seconds, mebibytes=mebibytes) from None

"""Reports made again in processes of their own 批量重新生成, on as many cores as are given. plan P4."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

from domain.diagnosis.report import ReportFile
from interop.code_lists import names_of_codes
from isolation import ProcessBroken, ProcessOverBounds
from journal import Journal, is_demo, open_journal
from projections import open_read_models
from projections.report import Archive, reprint
from projections.report.printing import ALONE
from zhenduan.report_archive import archive_over
from zhenduan.settings import Settings


@dataclass(frozen=True, slots=True)
class ReportToWrite:
    """The latest report of a case 待写报告. file: as its fact cites it."""

    diagnosis: str
    version: int
    name: str
    file: ReportFile


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a printing process works with, opened once."""

    journal: Journal
    archive: Archive
    names: Mapping[str, str]
    demo: bool


def reprinted(
    settings: Settings, reports: Sequence[ReportToWrite], processes: int
) -> Iterator[tuple[ReportToWrite, bytes | str]]:
    """Each report made again from the journal, or why it was not, as they come; none is held longer than it takes to write.

    Whoever ends early leaves no process behind: those that print end too, also where this one is killed.
    """
    if not reports:
        return
    context = get_context("spawn")
    line, held = context.Pipe(duplex=False)
    given = (line, settings.journal_url, settings.models_url, names_of_codes())
    pool = ProcessPoolExecutor(min(processes, len(reports)), context, initializer=_begin, initargs=given)
    try:
        waiting: dict[Future[bytes], ReportToWrite] = {pool.submit(_print, one.diagnosis, one.version): one for one in reports}
        for future in as_completed(waiting):
            one = waiting.pop(future)
            try:
                yield one, future.result()
            except (ProcessBroken, ProcessOverBounds, LookupError) as error:
                yield one, f"{type(error).__name__} {error}"
            except BrokenExecutor:
                yield one, "打印进程中断，请重新运行 a printing process was ended; run it again"
    finally:
        held.close()
        pool.shutdown(cancel_futures=True)
        line.close()


_OPENED: list[_Opened] = []
"""Of this process, once it prints."""


def _begin(line: Connection, journal_url: str, models_url: str, names: Mapping[str, str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the program that waits for us
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    journal = open_journal(journal_url)
    archive = archive_over(journal, open_read_models(models_url, None))
    _OPENED.append(_Opened(journal, archive, names, is_demo(journal)))


def _end_with(line: Connection) -> None:
    """End when the other end of a line is let go, or dies: else one waits for ever for what it is to print next."""
    with suppress(EOFError):
        line.recv_bytes()
    os._exit(1)


def _print(diagnosis: str, version: int) -> bytes:
    (own,) = _OPENED
    again = reprint(
        own.journal, diagnosis, version, demo=own.demo, names=own.names, turns=ALONE, archive=own.archive
    )
    return again.pdf

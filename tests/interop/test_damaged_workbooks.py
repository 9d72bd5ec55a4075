"""Workbooks of a case as they arrive (plan P3, P5): damage on the way is called damage, whatever byte it met."""

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook

from domain.diagnosis.workbook import CellFault
from domain.kernel import Refused
from interop.questionnaires.layout import InputLine, lines_of, title_of
from interop.questionnaires.reading import QuestionnaireReading
from interop.questionnaires.stamp import Stamp, sealed
from interop.questionnaires.workbook import workbook_of
from interop.questionnaires.workbook_reading import read_questionnaire
from standards import Form, load

EDITION = load("2023")
TEXT, SEAL = sealed(Stamp(case="d1", edition_digest=EDITION.digest, version=1, given={}), b"s" * 32)
MADE = workbook_of(EDITION, Form.BRIEF, tuple(one.id for one in EDITION.dimensions), {}, TEXT, SEAL)
LINES = [line for one in EDITION.dimensions for line in lines_of(EDITION, Form.BRIEF, one.id)]
NUMBER = next(line for line in LINES if line.field.startswith("numbers."))
LEVEL = next(line for line in LINES if line.field == "level")
REASON = next(line for line in LINES if line.field == "reason")


def read(data: bytes) -> QuestionnaireReading:
    return read_questionnaire(data, EDITION, Form.BRIEF)


def told(data: bytes) -> str:
    """By which rule it is refused; whether it is read as it was made."""
    try:
        return "read" if read(data) == read(MADE) else "something else"
    except Refused as refused:
        return refused.rule.code


def member(change: Callable[[str, bytes], bytes]) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(MADE)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return changed.getvalue()


def encrypted() -> bytes:
    data = bytearray(MADE)
    for sign, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = -1
        while (at := MADE.find(sign, at + 1)) >= 0:
            data[at + place] |= 1
    return bytes(data)


def packed_otherwise(method: int) -> bytes:
    data = bytearray(MADE)
    for sign, place in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        at = -1
        while (at := MADE.find(sign, at + 1)) >= 0:
            struct.pack_into("<H", data, at + place, method)
    return bytes(data)


def test_a_byte_that_turned_over_on_its_way_is_damage_or_does_no_harm() -> None:
    seen = set()
    for at in range(0, len(MADE), max(1, len(MADE) // 150)):
        data = bytearray(MADE)
        data[at] ^= 0xFF
        seen.add(told(bytes(data)))
    assert seen <= {"FILE_DAMAGED", "FILE_NOT_XLSX", "read"}
    assert "FILE_DAMAGED" in seen


@pytest.mark.parametrize(
    "data",
    [
        MADE[: len(MADE) // 2],
        encrypted(),
        packed_otherwise(9),
        member(lambda name, content: content[: len(content) // 2] if name.endswith("sheet2.xml") else content),
        member(lambda name, content: content.replace(b"<c r=", b'<c s="99999" r=', 1) if name.endswith("sheet2.xml") else content),
        member(lambda name, content: b"" if name.endswith("sheet1.xml") else content),
    ],
    ids=["cut", "encrypted", "packed otherwise", "half a sheet", "no such style", "empty sheet"],
)
def test_what_cannot_be_read_is_said_to_be_damaged_and_never_forged(data: bytes) -> None:
    assert told(data) == "FILE_DAMAGED"


@pytest.mark.parametrize(
    ("line", "value", "fault"),
    [
        (NUMBER, "1_0", CellFault.NO_NUMBER),
        (NUMBER, "1E+99999999999", CellFault.NO_NUMBER),
        (LEVEL, "1E+9999999", CellFault.NO_NUMBER),
        (LEVEL, "0." + "1" * 40, CellFault.NO_NUMBER),
        (REASON, "现场\ufffd\ufffd", CellFault.HOLDS_CONTROL),
        (REASON, "现场\u202e所见", CellFault.HOLDS_CONTROL),
    ],
)
def test_a_cell_that_states_no_number_or_a_destroyed_text_is_told(line: InputLine, value: Any, fault: CellFault) -> None:
    book = load_workbook(io.BytesIO(MADE))
    section = next(one.id for one in EDITION.dimensions if line in lines_of(EDITION, Form.BRIEF, one.id))
    book[title_of(EDITION, section)][line.cell] = value  # type: ignore[index] # it is a sheet of cells
    saved = io.BytesIO()
    book.save(saved)
    assert [(one.cell, one.fault) for one in read(saved.getvalue()).unread] == [(line.cell, fault)]

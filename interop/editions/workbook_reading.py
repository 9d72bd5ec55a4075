"""Workbook reader 标准工作簿读取: the edition that a workbook states; a fault is named by sheet, row, column. plan S1–S4."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count, zip_longest
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from pydantic import ValidationError

from interop.editions import sheets, workbook_faults
from interop.editions.sheets import SheetColumn, SheetLayout
from interop.editions.workbook_faults import Place, fault
from interop.rosters.files import require_workbook
from standards import Edition, EditionMalformed, EditionText, IndustryEdition
from standards.edition.punctuation import punctuated

MOST_ROWS = 1_000
"""Far above any questionnaire; a sheet that goes on is another kind of file."""
MOST_COLUMNS = 60
DECIMALS = re.compile(r"^0(?:\.(0+))?$")
"""Number format of a number that was stated with so many decimals."""
ONE_OF_A_KIND: Mapping[str, str] = {
    "短板门槛": "weakest_dimension",
    "广度门槛": "breadth",
    "关键指标门槛": "key_indicators",
    "现场门槛": "site_visit",
    "评审门槛": "expert_review",
}
GATE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "weakest_dimension": ("levels_below",),
    "breadth": ("count", "including"),
    "key_indicators": ("levels_below", "share_percent"),
    "security": ("indicator", "from_level", "at_least"),
    "site_visit": ("from_level",),
    "expert_review": ("from_level",),
}
SEVERAL, SEVERAL_NAME = "security", "单项门槛"


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell as it stands; decimals: how many its number format shows, 0 where it says nothing of them."""

    value: object
    formula: bool
    decimals: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with what its columns hold, by field, and where each stands."""

    sheet: str
    number: int
    values: Mapping[str, Any]
    letters: Mapping[str, str]

    def at(self, field: str = "") -> str:
        """The place of a field, or of the row."""
        return f"{self.sheet}!{self.letters.get(field, '')}{self.number}"


DAMAGED = "工作簿已损坏，无法读取；请用表格软件另存后重试 / the workbook is damaged and cannot be read; save it anew and try again"


def read_workbook(data: bytes) -> Edition:
    """The edition of a workbook 读取标准工作簿, as `workbook_of` writes it or as someone edited it.

    Raises:
        Refused: it is no workbook, damaged or too large.
        EditionMalformed: by sheet, column and row, or by the rule that the whole breaks.
    """
    require_workbook(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        names = set(book.sheetnames)
        tables = {name: _cells(book[name]) for name in names}
        book.close()
    except EditionMalformed:
        raise
    except Exception as error:
        # a damaged file makes the library raise whatever its parts raise; all of it means the same here
        raise EditionMalformed(DAMAGED) from error
    return _edition(tables)


def as_stated(edition: Edition, base: Edition) -> Edition:
    """An edition with each text that is shown as one of `base` stated as there 还原原文: marks of printing alone change nothing."""
    stated = base.model_dump()
    shown = {punctuated(text): text for text in _texts(stated)}
    return type(edition).model_validate(_restated(edition.model_dump(), stated, shown))


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)


def _restated(value: Any, stated: Any, shown: Mapping[str, str]) -> Any:  # noqa: ANN401 - any part of an edition
    """stated: what stands at the same place of the other edition; it goes before what stands elsewhere in it."""
    match value:
        case str():
            at_place = isinstance(stated, str) and punctuated(stated) == value
            return stated if at_place else shown.get(value, value)
        case Mapping():
            beside = stated if isinstance(stated, Mapping) else {}
            return {name: _restated(inner, beside.get(name), shown) for name, inner in value.items()}
        case list() | tuple():
            places = stated if isinstance(stated, list | tuple) else ()
            return [_restated(inner, there, shown) for inner, there in zip_longest(value, places[: len(value)])]
        case _:
            return value


def _edition(tables: Mapping[str, Sequence[Sequence[_Cell]]]) -> Edition:
    places: dict[Place, str] = {}
    fields = _head(tables, places)
    dimensions = _rows(tables, sheets.DIMENSIONS)
    levels = _by(_rows(tables, sheets.LEVELS), "indicator")
    options: dict[str, list[_Row]] = {}
    for row in _rows(tables, sheets.OPTIONS):
        options.setdefault(row.values["indicator"], []).append(row)
    indicators = _rows(tables, sheets.INDICATORS)
    known = _by(indicators, "id").keys()
    for row in (*levels.values(), *(row for found in options.values() for row in found)):
        if row.values["indicator"] not in known:
            raise fault(row.at("indicator"), "没有这项指标", "no such indicator")
    for place, row in enumerate(dimensions):
        _note(places, ("dimensions", place), row)
    for place, row in enumerate(indicators):
        _note(places, ("indicators", place), row)
    made: dict[str, Any] = {
        **fields,
        "dimensions": [row.values for row in dimensions],
        "indicators": [_indicator(row, levels, options) for row in indicators],
        "points": _points(_rows(tables, sheets.POINTS)),
        **_bands(_rows(tables, sheets.BANDS), places),
        "gates": _gates(_rows(tables, sheets.GATES), places),
    }
    key = str(made["key"])
    try:
        plain = EditionText.model_validate({**made, "key": key.split("-", 1)[0]})
        if plain.problems:
            raise workbook_faults.of_whole(plain.problems, _cells_of(tables, dimensions, indicators, options, places))
        return (IndustryEdition if "-" in key else Edition).model_validate(made)
    except ValidationError as error:
        raise workbook_faults.of_value(error, places, key) from error


def _cells_of(
    tables: Mapping[str, Sequence[Sequence[_Cell]]],
    dimensions: Sequence[_Row],
    indicators: Sequence[_Row],
    options: Mapping[str, Sequence[_Row]],
    places: Mapping[Place, str],
) -> dict[tuple[str, str], list[str]]:
    """Where each rule of the whole is broken, if it is: (place of the problem, its rule or "") -> cells."""
    known = {row.values["id"] for row in dimensions}
    cells = {
        ("dimensions", "WEIGHTS_NOT_100"): [row.at("weight") for row in dimensions],
        ("dimensions", "IDS_REPEAT"): [row.at("id") for row in dimensions],
        ("indicators", ""): [row.at("dimension") for row in indicators if row.values["dimension"] not in known],
        ("bands", ""): [row.at("lowest") for row in _rows(tables, sheets.BANDS)],
        ("points", ""): [row.at("points") for row in _rows(tables, sheets.POINTS)],
    }
    for identity in known:
        mine = [row for row in indicators if row.values["dimension"] == identity]
        cells[f"dimensions.{identity}", "WEIGHTS_NOT_100"] = [row.at("weight_in_dimension") for row in mine]
        cells[f"dimensions.{identity}", "BRIEF_FORM_EMPTY"] = [row.at("in_brief") for row in mine]
    for identity, rows in options.items():
        cells[f"indicators.{identity}.options", ""] = [row.at("points") for row in rows]
    securities = [row for row in _rows(tables, sheets.GATES) if row.values["gate"] == SEVERAL_NAME]
    for row in securities:
        cells[f"gates.security.{row.values['code']}.indicator", ""] = [row.at("indicator")]
    for at, place in places.items():
        if at[0] == "gates" and SEVERAL not in at:
            cells[".".join(map(str, at)), ""] = [place]
    return cells


def _note(places: dict[Place, str], at: Place, row: _Row) -> None:
    """Where the members of a line stand, so that a rule that one breaks is told by its cell."""
    places[at] = row.at()
    for field in row.letters:
        name, _, member = field.partition(".")
        if name == "bound":
            places[(*at, "upper_bounds", int(member) - 1)] = row.at(field)
        elif member:
            places[(*at, "numbers", int(name) - 1, member)] = row.at(field)
        elif name in ("document", "mark"):
            places[(*at, "source", name)] = row.at(field)
        else:
            places[(*at, name)] = row.at(field)


def _head(tables: Mapping[str, Sequence[Sequence[_Cell]]], places: dict[Place, str]) -> dict[str, Any]:
    name = sheets.HEAD.name
    rows = tables.get(name)
    if rows is None:
        raise fault(name, "缺少此工作表", "the sheet is missing")
    titles = {row.title: row for row in sheets.HEAD_ROWS}
    found: dict[str, Any] = {}
    for number, cells in enumerate(rows, 1):
        column = titles.get(str(cells[0].value)) if cells else None
        if column is None:
            continue
        place = f"{name}!B{number}"
        if column.field in found:
            raise fault(place, f"“{column.title}”重复", "given twice")
        found[column.field] = _value(column, cells[1] if len(cells) > 1 else _Cell(None, formula=False, decimals=0), place)
        places[(column.field,)] = place
    for column in sheets.HEAD_ROWS:
        if column.field not in found:
            raise fault(name, f"缺少“{column.title}”", f"{column.field} is missing")
    source = {field: found.pop(field) for field in ("document", "mark")}
    places |= {("source", field): places.pop((field,)) for field in source}
    return {**found, "source": source}


def _rows(tables: Mapping[str, Sequence[Sequence[_Cell]]], layout: SheetLayout) -> list[_Row]:
    """The rows of a sheet, blank ones left out, its columns found by their titles in any order."""
    found = tables.get(layout.name)
    if found is None:
        raise fault(layout.name, "缺少此工作表", "the sheet is missing")
    titles = [str(cell.value).strip() if cell.value is not None else "" for cell in (found[0] if found else ())]
    known = {column.title for column in layout.columns}
    for place, title in enumerate(titles):
        if title and (title not in known or titles.index(title) != place):
            letter = get_column_letter(place + 1)
            raise fault(f"{layout.name}!{letter}1", f"列“{title}”不认识或重复", "the column is unknown or repeated")
    columns = [column for column in layout.columns if column.field]
    for column in columns:
        if column.title not in titles:
            raise fault(layout.name, f"缺少列“{column.title}”", "the column is missing")
    places = {column.field: titles.index(column.title) for column in columns}
    letters = {field: get_column_letter(place + 1) for field, place in places.items()}
    rows = []
    for number, cells in enumerate(found[1:], 2):
        if all(_blank(cell) for cell in cells):
            continue
        values = {}
        for column in columns:
            place = places[column.field]
            cell = cells[place] if place < len(cells) else _Cell(None, formula=False, decimals=0)
            values[column.field] = _value(column, cell, f"{layout.name}!{letters[column.field]}{number}")
        rows.append(_Row(layout.name, number, values, letters))
    return rows


def _cells(sheet: Any) -> list[list[_Cell]]:  # noqa: ANN401 - the stubs have no name for a sheet read this way
    sheet.reset_dimensions()
    rows: list[list[_Cell]] = []
    for row in sheet.iter_rows(max_col=MOST_COLUMNS):
        if len(rows) > MOST_ROWS:
            raise fault(sheet.title, f"超过 {MOST_ROWS} 行", f"more than {MOST_ROWS} rows")
        rows.append(
            [
                _Cell(cell.value, cell.data_type == "f", _decimals(getattr(cell, "number_format", "")))
                for cell in row
            ]
        )
    while rows and all(_blank(cell) for cell in rows[-1]):
        rows.pop()
    return rows


def _decimals(number_format: str) -> int:
    found = DECIMALS.match(number_format or "")
    return len(found.group(1) or "") if found else 0


def _blank(cell: _Cell) -> bool:
    return cell.value is None or (isinstance(cell.value, str) and not cell.value.strip())


def _value(column: SheetColumn, cell: _Cell, place: str) -> Any:  # noqa: ANN401 - by what the column holds
    if cell.formula:
        raise fault(place, "不接受公式", "a formula is not taken")
    if _blank(cell):
        if column.optional:
            return "" if column.field == "maps_to" else None
        raise fault(place, f"“{column.title}”未填", f"{column.field} is missing")
    value = cell.value
    match column.holds:
        case "flag":
            if value not in (sheets.YES, sheets.NO):
                raise fault(place, f"应填“{sheets.YES}”或“{sheets.NO}”", "是 or 否 is asked for")
            return value == sheets.YES
        case "number" | "whole":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise fault(place, "应填数值", "a number is asked for")
            exact = Decimal(repr(value))
            if column.holds == "whole":
                if exact != exact.to_integral_value():
                    raise fault(place, "应填整数", "a whole number is asked for")
                return int(exact)
            return _stated(exact, cell.decimals)
        case _:
            if not isinstance(value, str):
                raise fault(place, "应填文字（单元格格式设为文本）", "a text is asked for")
    if not column.words:
        return value
    codes = {word: code for code, word in column.words.items()}
    if value not in codes:
        raise fault(place, f"应为：{'、'.join(codes)}", f"one of: {', '.join(codes.values())}")
    return codes[value]


def _stated(value: Decimal, decimals: int) -> Decimal:
    """A number with the decimals that its cell shows; those that it has beyond are kept."""
    whole = value.to_integral_value()
    if value == whole:
        value = Decimal(int(whole))
    shown = max(decimals, -int(value.as_tuple().exponent))
    return value.quantize(Decimal(1).scaleb(-shown))


def _by(rows: Sequence[_Row], field: str) -> dict[str, _Row]:
    found: dict[str, _Row] = {}
    for row in rows:
        if row.values[field] in found:
            raise fault(row.at(field), "指标重复", "the indicator repeats")
        found[row.values[field]] = row
    return found


def _indicator(row: _Row, levels: Mapping[str, _Row], options: Mapping[str, Sequence[_Row]]) -> dict[str, Any]:
    said = dict(row.values)
    if said["id"] not in levels:
        raise fault(row.at("id"), f"“{sheets.LEVELS.name}”中没有这项指标", "its level descriptors are missing")
    numbers = []
    for place in range(1, sheets.NUMBERS + 1):
        number = {field: said.pop(f"{place}.{field}") for field in ("name", "label", "unit", "at_most")}
        if any(value is not None for value in number.values()):
            numbers.append(number)
    bounds = [said.pop(f"bound.{level}") for level in range(1, 5)]
    described = levels[said["id"]].values
    source = {field: said.pop(field) for field in ("document", "mark")}
    return {
        **said,
        "numbers": numbers,
        "upper_bounds": [bound for bound in bounds if bound is not None],
        "options": [
            {field: option.values[field] for field in ("name", "label", "points")}
            for option in options.get(said["id"], ())
        ],
        "levels": [described[f"level.{level}"] for level in range(1, 6)],
        "source": source,
    }


def _points(rows: Sequence[_Row]) -> dict[Decimal, Decimal]:
    found: dict[Decimal, Decimal] = {}
    for row in rows:
        if row.values["level"] in found:
            raise fault(row.at("level"), "等级重复", "the level repeats")
        found[row.values["level"]] = row.values["points"]
    return found


def _bands(rows: Sequence[_Row], places: dict[Place, str]) -> dict[str, Any]:
    levels: dict[int, str] = {}
    for expected, row in zip(count(1), rows, strict=False):
        said = row.values
        if said["grade"] != expected:
            raise fault(row.at("grade"), f"应为第 {expected} 档", f"grade {expected} is expected")
        if said["level"] != (expected + 1) // 2:
            raise fault(row.at("level"), f"应为第 {(expected + 1) // 2} 级", "two grades make a level")
        if levels.setdefault(said["level"], said["level_name"]) != said["level_name"]:
            raise fault(row.at("level_name"), "同一等级名称不一", "one level has two names")
        places[("bands", expected - 1)] = row.at("lowest")
    return {
        "bands": [row.values["lowest"] for row in rows],
        "grade_names": [row.values["name"] for row in rows],
        "level_names": list(levels.values()),
    }


def _gates(rows: Sequence[_Row], places: dict[Place, str]) -> dict[str, Any]:
    found: dict[str, Any] = {SEVERAL: []}
    for row in rows:
        said = row.values
        kind = SEVERAL if said["gate"] == SEVERAL_NAME else ONE_OF_A_KIND.get(said["gate"], "")
        if not kind or (kind != SEVERAL and kind in found):
            raise fault(row.at("gate"), "门槛不认识或重复", "the gate is unknown or repeated")
        gate = {"code": said["code"]}
        for field in (column.field for column in sheets.GATES.columns if column.optional):
            if (said[field] is None) == (field in GATE_FIELDS[kind]):
                missing = said[field] is None
                raise fault(
                    row.at(field), "未填" if missing else "此门槛没有这一项", "is missing" if missing else "is not of this gate"
                )
            if said[field] is not None:
                gate["at_least" if field == "count" else field] = said[field]
        at: Place = ("gates", kind, len(found[SEVERAL])) if kind == SEVERAL else ("gates", kind)
        places[at] = row.at()
        places |= {(*at, "at_least" if field == "count" else field): row.at(field) for field in row.letters}
        if kind == SEVERAL:
            found[SEVERAL].append(gate)
        else:
            found[kind] = gate
    for name, kind in ONE_OF_A_KIND.items():
        if kind not in found:
            raise fault(sheets.GATES.name, f"缺少{name}", f"{kind} is missing")
    return found

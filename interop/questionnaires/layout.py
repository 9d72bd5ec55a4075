"""Layout 版式 of a questionnaire's workbook: a sheet a section, a line an input, each at a place that the edition alone decides.

Written by `workbook`, read back by `workbook_reading`: both follow from the same lines, so a cell means one thing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from standards import Edition, Form, Indicator
from standards.edition.indicator_help import help_of
from standards.edition.punctuation import punctuated
from standards.edition.terms_zh import BETTER, KINDS

HEADER_ROW = 4
FIRST_ROW = HEADER_ROW + 1
HEADERS = ("指标", "名称", "填报项", "填写", "单位", "填报说明")
PLACE, NAME, ITEM, GIVEN, UNIT, HELP = range(1, len(HEADERS) + 1)
"""Columns, from 1."""
STAMP_SHEET = "_stamp"
"""The hidden sheet that says what the workbook is of."""
YES, NO = "是", "否"
LONGEST_TITLE = 31
NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
COMPUTED = "computed"
"""Field of a line that a formula fills."""


@dataclass(frozen=True, slots=True)
class InputLine:
    """An input of an indicator 填报行. field: of the answer, such as `level`, `numbers.x`, `choices.x`, `reason`; or `computed`.

    allowed: what may stand there, where that is a list. at_most: of a whole number. formula: of what is computed.
    """

    row: int
    indicator: str
    field: str
    label: str
    unit: str = ""
    help: str = ""
    allowed: tuple[str, ...] = ()
    at_most: int | None = None
    formula: str = ""

    @property
    def cell(self) -> str:
        """Where it is filled in, such as D7."""
        return f"D{self.row}"


def title_of(edition: Edition, section: str) -> str:
    """The name of a section's sheet 工作表名: its id, then its name."""
    name = punctuated(next(one.name for one in edition.dimensions if one.id == section))
    return NOT_IN_TITLES.sub(" ", f"{section} {name}")[:LONGEST_TITLE]


def lines_of(edition: Edition, form: Form, section: str) -> tuple[InputLine, ...]:
    """The lines of a section's sheet, from top to bottom 填报行."""
    found: list[InputLine] = []
    for item in edition.of(form):
        if item.dimension == section:
            found += _of(edition, item, FIRST_ROW + len(found))
    return tuple(found)


def levels_of(edition: Edition) -> tuple[str, ...]:
    """The levels that may be stated 可填等级."""
    return tuple(f"{level.normalize():f}" for level in sorted(map(Decimal, edition.points)))


def _of(edition: Edition, item: Indicator, row: int) -> Iterator[InputLine]:
    filled = help_of(item)
    said = [f"{KINDS[item.kind]}。{filled.says}", filled.example, f"佐证：{edition.evidence_of(item.id)}"]
    described = "\n".join((*said, *(f"{level} 级：{text}" for level, text in enumerate(item.levels, 1))))
    rows = iter(range(row, row + 100))
    first = row
    if item.kind in ("choice", "outcome"):
        levels = levels_of(edition)
        yield InputLine(next(rows), item.id, "level", "等级", "级", described, levels)
    for number in item.numbers:
        place = next(rows)
        bound = f"0–{number.at_most} 的整数" if number.at_most is not None else "不小于 0 的数"
        way = f"；{BETTER[item.better]}" if item.better is not None else ""
        help_ = described if place == first else f"填{bound}{way}；不填计算结果，只填原始数值"
        label = punctuated(number.label)
        yield InputLine(place, item.id, f"numbers.{number.name}", label, number.unit, help_, at_most=number.at_most)
    if item.kind == "ratio":
        place = next(rows)
        part, whole = f"D{place - 2}", f"D{place - 1}"
        formula = f'=IF(COUNT({part}:{whole})<2,"",IF({whole}=0,"",ROUND({part}/{whole}*100,2)))'
        label = " ÷ ".join(punctuated(number.label) for number in item.numbers)
        yield InputLine(place, item.id, COMPUTED, label, "%", "由上面两项自动计算，不用填写", formula=formula)
    for option in item.options:
        place = next(rows)
        help_ = described if place == first else "选“是”或“否”；本指标各项全空为未填"
        yield InputLine(place, item.id, f"choices.{option.name}", punctuated(option.label), "", help_, (YES, NO))
    yield InputLine(next(rows), item.id, "reason", "不适用理由", "", "本指标确实不适用时才填，并把上面各格留空")

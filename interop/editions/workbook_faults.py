"""Workbook faults 标准工作簿问题: what does not hold, told by the cells that say it, in two whole sentences. plan S1–S4."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from standards import LIMITS, EditionMalformed, Problem, said_of

Place = tuple[str | int, ...]


def fault(place: str, chinese: str, english: str) -> EditionMalformed:
    """A fault at a place, in both languages."""
    return EditionMalformed(f"{place}：{chinese} / {english}")


def of_value(error: ValidationError, places: Mapping[Place, str], key: str) -> EditionMalformed:
    """The first value that cannot be, by its cell: what stands there, and what may."""
    first = error.errors(include_url=False)[0]
    at = first["loc"]
    where = next((places[at[:size]] for size in range(len(at), 0, -1) if at[:size] in places), "")
    chinese, english = _limit(dict(first))
    return fault(where or ".".join(map(str, at)) or key, chinese, english)


def _limit(error: Mapping[str, Any]) -> tuple[str, str]:
    chinese, english = said_of(error)
    if error["type"] not in LIMITS:
        return chinese, english
    found = str(error["input"])
    shown = f"“{found}”" if isinstance(error["input"], str | int | float) or found.replace(".", "", 1).isdigit() else ""
    return f"{shown}{chinese}", f"{shown and found + ' '}{english}"


def of_whole(problems: Iterable[Problem], cells: Mapping[tuple[str, str], Sequence[str]]) -> EditionMalformed:
    """Every rule that the whole breaks, each by the cells that break it together.

    cells: (place of a problem, its rule or "") -> the cells.
    """
    told = []
    for problem in problems:
        where = cells.get((problem.place, problem.rule)) or cells.get((problem.place, "")) or [problem.place]
        told.append(f"{ranged(where)}：{problem.says} / {problem.says_in_english}")
    return EditionMalformed("\n".join(told))


def ranged(cells: Sequence[str]) -> str:
    """Cells of one column as a person writes them: "指标!F2:F7" where they follow each other, else one by one."""
    if len(cells) < 2:  # noqa: PLR2004 - one cell is no range
        return "".join(cells)
    sheet, first = cells[0].split("!", 1)
    letter = first.rstrip("0123456789")
    rows = [int(cell.split("!", 1)[1].removeprefix(letter)) for cell in cells]
    if rows == list(range(rows[0], rows[0] + len(rows))):
        return f"{sheet}!{letter}{rows[0]}:{letter}{rows[-1]}"
    return f"{sheet}!" + "、".join(f"{letter}{row}" for row in rows)

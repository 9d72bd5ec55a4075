"""One clock: the journal's time and the city's days are told in one file, by names that say the zone."""

import ast
import re
from pathlib import Path

import pytest

from tests.test_architecture import ROOMS, ROOT, STANDS_ALONE, files, imports

INSTANTS = ROOT / "domain" / "instants.py"
TELLING = re.compile(r"zoneinfo|1970|Asia/Shanghai|timestamp|def (?:microseconds|moment|utc_moment|city_moment|city_day)\b")
"""What a file holds that converts time: no other need be parsed."""


def conversions(path: Path, source: str) -> list[str]:
    """Where a file converts the journal's time, or knows the city's zone, by itself, as path:line what."""
    found = []
    tells_seconds = "timestamp" in source
    for node in ast.walk(ast.parse(source)) if TELLING.search(source) else ():
        what = ""
        if isinstance(node, ast.Import | ast.ImportFrom) and any(module == "zoneinfo" for _, module in imports(node)):
            what = "zoneinfo"
        elif isinstance(node, ast.Constant) and node.value in (1970, "Asia/Shanghai"):
            what = str(node.value)
        elif tells_seconds and isinstance(node, ast.BinOp | ast.Call):
            inside = list(ast.walk(node))
            scaled = any(isinstance(one, ast.Constant) and one.value in (1_000_000, 1e6, 1e-6) for one in inside)
            epoch = any(isinstance(one, ast.Attribute) and one.attr in ("timestamp", "fromtimestamp") for one in inside)
            what = "seconds since 1970 times a million" if scaled and epoch else ""
        elif isinstance(node, ast.FunctionDef) and node.name in ("microseconds", "moment", "utc_moment", "city_moment", "city_day"):
            what = f"def {node.name}"
        if what:
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} {what}")  # type: ignore[attr-defined]
    return found


def test_the_journals_time_is_converted_in_one_place_whose_names_say_the_zone() -> None:
    assert conversions(INSTANTS, INSTANTS.read_text("utf-8"))
    elsewhere = [path for room in ROOMS for path in files(room) if path not in (INSTANTS, STANDS_ALONE)]
    elsewhere += sorted((ROOT / "benchmarks").rglob("*.py"))
    assert [line for path in elsewhere for line in conversions(path, path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        "EPOCH = datetime(1970, 1, 1, tzinfo=UTC)",
        "from zoneinfo import ZoneInfo",
        "import zoneinfo",
        "at = int(now.timestamp() * 1_000_000)",
        "at = datetime.fromtimestamp(entry.at / 1e6, UTC)",
        "def moment(at: int) -> datetime: ...",
    ],
)
def test_the_guard_sees_a_second_clock(line: str) -> None:
    assert conversions(ROOT / "projections" / "report" / "wording.py", line)


def days_of_greenwich(path: Path, source: str) -> list[str]:
    """Where a file takes the day of UTC for the day of the city, as path:line: for eight hours of each day it is another."""
    found = []
    for node in ast.walk(ast.parse(source)) if ".date()" in source else ():
        match node:
            case ast.Call(func=ast.Attribute(attr="date", value=ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)))):
                if name in ("now", "clock", "_clock", "utc_moment"):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def test_today_is_the_citys_day_in_product_tests_and_benchmarks() -> None:
    everywhere = [path for room in ROOMS for path in files(room)]
    everywhere += [path for folder in ("tests", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]
    assert [line for path in everywhere for line in days_of_greenwich(path, path.read_text("utf-8"))] == []
    assert days_of_greenwich(INSTANTS, "datetime.now(UTC).date(), services.clock().date(), utc_moment(1).date()")

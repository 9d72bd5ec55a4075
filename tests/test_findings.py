"""What trials found (docs/trials/findings.md): every finding has its row, and the tests named there exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/trials/findings.md").read_text("utf-8")
ROWS = [line.split(" | ", 1) for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line][1:]


def test_every_finding_has_a_row() -> None:
    told = {one for first, _ in ROWS for one in re.findall(r"\d+|\b[a-g]\b", first.removeprefix("| ")[:5])}
    assert {str(number) for number in range(1, 31)} | set("abcdefg") <= told


def test_every_test_that_holds_a_finding_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) >= len(ROWS) - 1
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}, (path, name)

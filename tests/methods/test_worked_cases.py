"""No worked case lies unheld: each is taken by name in one of these files."""

import ast
from pathlib import Path

from tests.methods.worked_cases import CASES


def test_every_worked_case_is_held_by_a_test() -> None:
    taken = set[tuple[str, str]]()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "cases":
                method, name = node.args
                names = ("no more spread", "missing mean") if isinstance(name, ast.Name) else (ast.literal_eval(name),)
                taken |= {(ast.literal_eval(method), one) for one in names}
    left = [case for case in CASES if not any(case["method"] == m and case["name"].startswith(n) for m, n in taken)]
    assert left == []
    assert len(CASES) == 70

"""An operation holds one connection of the read models, which it lets go of before it waits for anything else."""

import ast
from pathlib import Path

import pytest

API = Path(__file__).parents[3] / "graphql" / "api"
IN_AN_OPERATION = {"context", "info"}
"""Parameters of what works within an operation, which holds a snapshot."""
ONE_SNAPSHOT = {("kit/context.py", "snapshot")}
"""Where an operation takes its connection: once; the looks of subscriptions are of no operation."""


def taken(node: ast.AST) -> int:
    """How many connections of the read models are taken below a node."""
    calls = (one for one in ast.walk(node) if isinstance(one, ast.Attribute) and one.attr == "reading")
    return sum(ast.unparse(one.value).endswith("models") for one in calls)


def second_snapshots(source: str) -> list[str]:
    """Functions that take a connection of the read models though they may hold one, or take two at once."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            attributes = (node for node in ast.walk(function) if isinstance(node, ast.Attribute))
            within = IN_AN_OPERATION & {one.arg for one in function.args.args} or "self._program" in map(ast.unparse, attributes)
            at_once = max((taken(node) for node in ast.walk(function) if isinstance(node, ast.With)), default=0)
            if taken(function) and (within or at_once > 1):
                found.append(function.name)
    return found


def test_an_operation_holds_one_connection_of_the_read_models() -> None:
    """Who waits for a second one while it holds the first waits for ever, once there are as many such as connections."""
    sources = {str(path.relative_to(API)): path.read_text("utf-8") for path in API.rglob("*.py")}
    assert {(path, name) for path, source in sources.items() for name in second_snapshots(source)} == ONE_SNAPSHOT


@pytest.mark.parametrize(
    "line",
    [
        "def f(context):\n with context.services.models.reading() as whole: pass",
        "def f(self, info):\n with info.context.services.models.reading() as whole: pass",
        "def f(models):\n with models.reading(a) as one, models.reading() as other: pass",
    ],
)
def test_the_guard_sees_a_second_connection(line: str) -> None:
    assert second_snapshots(line) == ["f"]

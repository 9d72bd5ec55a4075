"""Exceptions 例外: whatever lint or the type checker is told to overlook says which rule it is, and why."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("standards", "methods", "domain", "isolation", "journal", "projections", "interop", "graphql", "zhenduan")
FOLDERS = (*PRODUCT, "tests", "benchmarks")
OVERLOOKED = re.compile(r"#\s*noqa\b(?!: [A-Z]+\d+(?:, [A-Z]+\d+)* - \S)")
SAYS_ITSELF = re.compile(r"^\s*assert .*, f?\".*  # noqa: S101$")
"""An assertion whose message is the reason."""
IGNORED = re.compile(r"#\s*type:\s*ignore(?!\[)")


def unexplained(source: str) -> list[int]:
    """Lines on which something is overlooked and nobody says why."""
    lines = enumerate(source.splitlines(), 1)
    return [at for at, line in lines if IGNORED.search(line) or (OVERLOOKED.search(line) and not SAYS_ITSELF.match(line))]


def test_whatever_is_overlooked_says_why() -> None:
    own = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if path != Path(__file__)]
    assert len(own) > len(FOLDERS)
    found = {path.relative_to(ROOT).as_posix(): unexplained(path.read_text("utf-8")) for path in own}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("x = Any  # noqa: ANN401 - of any shape", True),
        ("x = Any  # noqa: ANN401, A002 - of any shape", True),
        ('assert found, "somebody has a mean"  # noqa: S101', True),
        ("assert found  # noqa: S101", False),
        ("x = Any  # noqa: ANN401", False),
        ("x = Any  # noqa", False),
        ("x = f()  # type: ignore[arg-type]", True),
        ("x = f()  # type: ignore", False),
    ],
)
def test_the_guard_sees_what_is_overlooked_without_a_reason(line: str, *, holds: bool) -> None:
    assert (unexplained(line) == []) is holds

"""Every mutation of the schema is sent by a test over the API: what only its pure rule was tried on may still not be doable."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.live_city import SCHEMA

TESTS = Path(__file__).parents[2]
OVER_THE_API = ("api", "e2e")
MUTATION = SCHEMA._schema.mutation_type  # noqa: SLF001 - it has no public name
REFUSED_ALONE = "refused"
"""What is only refused was never done."""


def sent(source: str) -> Iterator[str]:
    """Names that a file of tests sends: in a document, or as an argument of whatever is called but what expects a refusal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\b(\w+)\s*[({]", node.value)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            given = node.args if name != "parametrize" else [one for arg in node.args for one in ast.walk(arg)]
            if name != REFUSED_ALONE:
                yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def unsent(sources: Iterator[str]) -> list[str]:
    assert MUTATION is not None
    return sorted(MUTATION.fields.keys() - {name for source in sources for name in sent(source)})


def test_every_mutation_is_done_by_a_test_over_the_api() -> None:
    files = (path for folder in OVER_THE_API for path in (TESTS / folder).rglob("*.py") if path != Path(__file__))
    assert unsent(path.read_text("utf-8") for path in files) == []


def test_a_mutation_that_is_only_refused_counts_as_none() -> None:
    refused = 'city.refused("city", "gainTag"); city.done("city", "loseTag"); city.data("city", "mutation { signOut { x } }")'
    missing = unsent(iter([refused]))
    assert "gainTag" in missing
    assert not {"loseTag", "signOut"} & set(missing)

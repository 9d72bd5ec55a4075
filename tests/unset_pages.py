"""Pages that are not set 不排版的页面: in tests of other things, what leaves as a PDF holds the page that it would be set from.

To set a report takes a second of a core, seven tenths of what the tests that issue one took, and all but a few of them look at
everything but its pages. The page itself is made as ever, to its last word, so that what a template lacks is still a fault, and
equal pages are equal bytes. In `tests/api` pages are not set, elsewhere they are; `@pytest.mark.pages("set")` and
`@pytest.mark.pages("unset")` say otherwise, of a test or of a file.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from isolation import run as run_apart
from projections.report import printing

API = Path(__file__).with_name("api")
MARKER = 'pages(how): "set" where a test looks at a PDF, "unset" where it looks at all else'
SETS = f"{printing.PDF}:pdf_bytes"

_unset: list[bool] = []


def are_set(item: pytest.Item) -> bool:
    """Whether a test has its pages set."""
    marked = item.get_closest_marker("pages")
    return marked.args[0] == "set" if marked is not None else not item.path.is_relative_to(API)


def now_set() -> bool:
    """Whether pages are set in the test that runs."""
    return not (_unset and _unset[-1])


@contextmanager
def pages(*, are_set: bool) -> Iterator[None]:
    """Pages that are set in the block, or not: of a test, its fixtures of whatever scope included."""
    _unset.append(not are_set)
    try:
        yield
    finally:
        _unset.pop()


def run(function: Callable[..., bytes] | str, *arguments: Any, **how: Any) -> bytes:
    """As `isolation.run`; a page that is not set is returned as it is, in what begins and ends as a PDF does."""
    if function != SETS or now_set():
        return run_apart(function, *arguments, **how)
    how["charge"](0.0)
    return b"\n".join([b"%PDF-1.7", *(str(one).encode() for one in arguments), b"%%EOF"])


setattr(printing, "run", run)  # noqa: B010 - what it imported, which no other module has from it

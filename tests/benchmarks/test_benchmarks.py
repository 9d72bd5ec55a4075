"""Every benchmark runs 基准可用: at small sizes, on both engines, so that none rots between two days of measuring."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite

import pytest

from benchmarks.__main__ import NAMES, as_table, rows
from benchmarks.measuring import Bench


@pytest.fixture
def bench(new_database: Callable[..., str], drop_database: Callable[[str], None]) -> Bench:
    @contextmanager
    def lent() -> Iterator[str]:
        address = new_database()
        yield address
        drop_database(address)

    return Bench(postgres=lent, small=True)


SET = {"reports", "standard_documents"}
"""Benchmarks of how pages are set; in the others' cities they are not."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.pages("set" if name in SET else "unset")) for name in NAMES]
)
def test_a_benchmark_compares_something_with_something(name: str, bench: Bench) -> None:
    found = list(rows(name, bench, {}))
    assert found
    for row in found:
        assert row.what
        assert row.against
        assert isfinite(row.wall)
        assert row.wall > 0
    assert all(row.what in as_table([(name, row) for row in found], (0.0, 0.0)) for row in found)

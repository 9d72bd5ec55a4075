"""A small demo city, whose clock may be one of the past, on each engine in turn."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.api.providers.selected_city import Clock, Selecting
from tests.live_city import build_city, followed, open_city

BEGAN = datetime(2026, 1, 8, 2, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def selecting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Selecting]:
    """A city whose markers are known and whose call is not open yet, its read models followed."""
    address = "sqlite" if request.param == "sqlite" else request.getfixturevalue("new_database")()
    clock = Clock(BEGAN)
    tokens = build_city(tmp_path / "data", address, demo=True, clock=clock)
    with open_city(tmp_path / "data", address, tokens, demo=True, clock=clock) as city, followed(city):
        yield Selecting(city, clock)

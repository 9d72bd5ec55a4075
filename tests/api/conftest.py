"""The small city behind the API, on each engine in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_city import LiveCity, live_city


@pytest.fixture
def city(url: str, tmp_path: Path) -> Iterator[LiveCity]:
    with live_city(tmp_path / "data", url) as opened:
        yield opened

"""The small city behind the API, on each engine in turn, its read models followed as they are in the program."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_city import LiveCity, live_city


@pytest.fixture
def city(url: str, tmp_path: Path) -> Iterator[LiveCity]:
    with live_city(tmp_path / "data", url) as opened:
        stop = threading.Event()
        projector = threading.Thread(target=opened.installation.program.models.run, args=(stop,))
        projector.start()
        yield opened
        stop.set()
        projector.join()

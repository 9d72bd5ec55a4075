"""The small city behind the API, on each engine in turn, its read models followed as they are in the program."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.live_city import LiveCity, build_city, open_city

Built = tuple[Path, str, dict[str, str]]


@pytest.fixture(scope="session")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    """The city of an engine, built once and never opened again: each test has a copy of it."""
    known: dict[str, Built] = {}

    def of(engine: str) -> Built:
        if engine not in known:
            folder = tmp_path_factory.mktemp("built")
            address = engine if engine == "sqlite" else request.getfixturevalue("new_database")()
            known[engine] = (folder, address, build_city(folder, address))
        return known[engine]

    return of


@pytest.fixture(params=["sqlite", "postgres"])
def city(request: pytest.FixtureRequest, tmp_path: Path, built: Callable[[str], Built]) -> Iterator[LiveCity]:
    folder, address, tokens = built(request.param)
    data = tmp_path / "data"
    shutil.copytree(folder, data)
    drop = None
    if request.param == "postgres":
        address = request.getfixturevalue("new_database")(urlsplit(address).path.strip("/"))
        drop = request.getfixturevalue("drop_database")
    with open_city(data, address, tokens) as opened:
        stop = threading.Event()
        projector = threading.Thread(target=opened.installation.services.models.run, args=(stop,))
        projector.start()
        yield opened
        stop.set()
        projector.join()
    if drop is not None:
        drop(address)

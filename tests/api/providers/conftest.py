"""A small demo city, whose clock may be one of the past, on each engine in turn."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.api.conftest import Built
from tests.api.providers.selected_city import Clock, Selecting
from tests.live_city import build_city, followed, open_city

BEGAN = datetime(2026, 1, 8, 2, tzinfo=UTC)
Begun = Callable[[str], tuple[Built, datetime]]


@pytest.fixture(scope="session")
def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """The city of an engine whose markers are known, built once and never opened again, and when that was done by its clock."""

    @cache
    def of(engine: str) -> tuple[Built, datetime]:
        folder, clock = tmp_path_factory.mktemp("begun") / "city", Clock(BEGAN)
        address = engine if engine == "sqlite" else request.getfixturevalue("new_database")()
        tokens = build_city(folder, address, demo=True, clock=clock)
        with open_city(folder, address, tokens, demo=True, clock=clock) as city:
            Selecting(city, clock).joined()
            return Built(folder, address, city.tokens), clock.moment

    return of


@pytest.fixture(params=["sqlite", "postgres"])
def selecting(
    request: pytest.FixtureRequest, tmp_path: Path, begun: Begun, copied: Callable[[Built, Path], Built]
) -> Iterator[Selecting]:
    """A city whose markers are known and whose call is not open yet, its read models followed."""
    drop = request.getfixturevalue("drop_database") if request.param == "postgres" else None
    built, moment = begun(request.param)
    copy, clock = copied(built, tmp_path / "data"), Clock(moment)
    with open_city(copy.folder, copy.address, copy.tokens, demo=True, clock=clock) as city, followed(city):
        yield Selecting(city, clock)
    if drop is not None:
        drop(copy.address)

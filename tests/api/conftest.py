"""The small city behind the API, on each engine in turn, its read models followed as they are in the program."""

import inspect
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.live_city import LiveCity, build_city, followed, open_city
from tests.unset_pages import now_set

ENGINES = ["sqlite", "postgres"]
Past = Callable[[LiveCity], str] | None
"""What happened in a city before the tests, done once: it tells the diagnosis whose report it issued, if any; None = nothing."""


@dataclass(frozen=True)
class Built:
    """A city that nobody has open: its folder, the address of its databases, the token of each login.

    ready: a diagnosis whose report is issued; empty = there is none.
    """

    folder: Path
    address: str
    tokens: dict[str, str]
    ready: str = ""


@contextmanager
def lived_in(built: Built) -> Iterator[LiveCity]:
    """A city opened, its read models followed."""
    with open_city(built.folder, built.address, built.tokens) as city:
        city.ready = built.ready
        with followed(city):
            yield city


@pytest.fixture(scope="session")
def copied(request: pytest.FixtureRequest) -> Callable[[Built, Path], Built]:
    """Copies a built city into a folder, and on PostgreSQL into a database of its own."""

    def copy(built: Built, folder: Path) -> Built:
        shutil.copytree(built.folder, folder)
        if built.address == "sqlite":
            return replace(built, folder=folder)
        made = request.getfixturevalue("new_database")(urlsplit(built.address).path.strip("/"))
        return replace(built, folder=folder, address=made)

    return copy


@pytest.fixture(scope="session")
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, copied: Callable[[Built, Path], Built]
) -> Callable[[str, Past], Built]:
    """The city of an engine with a past, built once and never opened again: each test has a copy of it.

    One whose report was set is another than one whose report was not.
    """
    known: dict[tuple[str, Past, bool], Built] = {}

    def of(engine: str, past: Past) -> Built:
        key = (engine, past, past is None or now_set())
        if key not in known:
            folder = tmp_path_factory.mktemp("built") / "city"
            if past is not None:
                made = copied(of(engine, None), folder)
                with lived_in(made) as city:
                    made = replace(made, ready=past(city))
            else:
                address = engine if engine == "sqlite" else request.getfixturevalue("new_database")()
                made = Built(folder, address, build_city(folder, address))
            known[key] = made
        return known[key]

    return of


def asks_for_a_report(function: Callable[..., object], seen: set[Callable[..., object]]) -> bool:
    """Whether a test, or a function of the tests that it calls, asks for the report that a built city has ready."""
    if function in seen or not function.__module__.startswith("tests."):
        return False
    seen.add(function)
    if ".issued()" in inspect.getsource(function):
        return True
    called = (function.__globals__.get(name) for name in function.__code__.co_names)
    return any(asks_for_a_report(one, seen) for one in called if inspect.isfunction(one))


@pytest.fixture
def past(request: pytest.FixtureRequest) -> Past:
    """Of a test that asks for an issued report, that it was issued; a file of tests may say another."""
    return LiveCity.issued if asks_for_a_report(request.function, set()) else None


@pytest.fixture(params=ENGINES)
def city(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    built: Callable[[str, Past], Built],
    copied: Callable[[Built, Path], Built],
    past: Past,
) -> Iterator[LiveCity]:
    """The small city with its past, followed."""
    drop = request.getfixturevalue("drop_database") if request.param == "postgres" else None
    copy = copied(built(request.param, past), tmp_path / "data")
    with lived_in(copy) as opened:
        yield opened
    if drop is not None:
        drop(copy.address)

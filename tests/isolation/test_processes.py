"""Processes 隔离执行: whatever a call does to its own process, the program goes on and is told that it took too much."""

import base64
import builtins
import errno
import itertools
import os
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from isolation import Bounds, ProcessBroken, ProcessOverBounds, processes, run
from isolation.fork_server import LARGEST_CALL

BOUNDS = Bounds(memory_mib=200, cpu_seconds=2, wall_seconds=60.0)


def test_a_call_gives_its_bytes_and_charges_what_it_took() -> None:
    charged: list[float] = []
    assert run(base64.b64encode, b"abc" * 1_000_000, bounds=BOUNDS, charge=charged.append) == b"YWJj" * 1_000_000
    (seconds,) = charged
    assert 0 < seconds < 2


def test_a_call_that_takes_too_much_memory_is_ended() -> None:
    with pytest.raises(ProcessOverBounds):
        run(bytes, 1 << 30, bounds=BOUNDS)


def refused_memory_by_the_system() -> bytes:
    raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))


def refused_memory_in_a_library() -> bytes:
    try:
        return bytes(1 << 30)
    except MemoryError as error:
        raise ImportError("a library could not be loaded") from error


def without_memory_left() -> bytes:
    taken = []
    with suppress(MemoryError):
        while True:
            taken.append(bytes(1 << 18))
    raise LookupError("whatever comes of it", len(taken))


@pytest.mark.parametrize(
    "call", [refused_memory_by_the_system, refused_memory_in_a_library, without_memory_left], ids=lambda call: call.__name__
)
def test_whatever_a_call_says_when_memory_is_refused_it_took_too_much(call: Callable[[], bytes]) -> None:
    with pytest.raises(ProcessOverBounds):
        run(call, bounds=BOUNDS)


def test_a_loop_that_no_signal_handler_could_stop_is_ended_and_charged() -> None:
    charged: list[float] = []
    with pytest.raises(ProcessOverBounds):
        run(builtins.sum, itertools.count(), bounds=BOUNDS, charge=charged.append)  # type: ignore[arg-type] # no bytes will come
    assert charged == [2.0]


def test_a_call_that_waits_too_long_is_ended() -> None:
    with pytest.raises(ProcessOverBounds):
        run(time.sleep, 600, bounds=Bounds(200, 2, 0.2))  # type: ignore[arg-type] # as above


def test_a_call_that_kills_its_process_kills_no_other() -> None:
    with pytest.raises(ProcessOverBounds):
        run(os.abort, bounds=BOUNDS)
    assert run(bytes, b"x", bounds=BOUNDS) == b"x"


def test_a_call_that_raises_is_a_fault_with_its_traceback() -> None:
    with pytest.raises(ProcessBroken, match="ZeroDivisionError"):
        run(divmod, 1, 0, bounds=BOUNDS)  # type: ignore[arg-type] # it raises


def test_a_result_beyond_its_bound_is_not_taken_in() -> None:
    with pytest.raises(ProcessOverBounds):
        run(bytes, 2 << 20, bounds=Bounds(200, 2, 60.0, result_mib=1))


def test_a_call_that_brings_more_than_it_may_is_not_taken_on() -> None:
    with pytest.raises(ProcessOverBounds):
        run(len, bytes(LARGEST_CALL), bounds=BOUNDS)  # type: ignore[arg-type] # as above


def test_the_nursery_is_started_again_when_it_was_killed() -> None:
    run(bytes, b"x", bounds=BOUNDS)
    assert processes._STARTED is not None  # noqa: SLF001 - the test kills it
    processes._STARTED[0].kill()  # noqa: SLF001 - as said
    processes._STARTED[0].wait()  # noqa: SLF001 - as said
    assert run(bytes, b"y", bounds=BOUNDS) == b"y"


def test_no_secret_of_the_environment_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    processes._stop()  # noqa: SLF001 - the next one starts in this environment
    monkeypatch.setenv("ZHENDUAN_OIDC_SECRET", "hunter2")
    assert run(os.getenvb, b"ZHENDUAN_OIDC_SECRET", b"none", bounds=BOUNDS) == b"none"
    assert run(os.getenvb, b"PATH", b"", bounds=BOUNDS) != b""

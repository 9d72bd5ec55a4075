"""Processes 子进程: a function of ours called in a process that is made for the call and ends with it.

A library that reads what strangers sent may take all memory, loop for ever or crash; in a thread of the program each of these
is everybody's. The child returns bytes and nothing else: what it says is read as strangers' data too, never unpickled.
"""

import atexit
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from isolation import frames

GRACE_SECONDS = 5.0
"""Beyond a call's own time: the fork, and on a busy machine the way to the processor."""


@dataclass(frozen=True)
class Bounds:
    """What one call may take 限额.

    memory_mib: beyond what the code itself takes. cpu_seconds: of the processor. wall_seconds: in all. niceness: 0–19, how far
    it stands behind the program's own work. result_mib: what it may return. written_mib: of each file that it writes, into a
    folder that goes with the call; 0 = it may write none.
    """

    memory_mib: int
    cpu_seconds: int
    wall_seconds: float
    niceness: int = 10
    result_mib: int = 64
    written_mib: int = 0


class ProcessOverBounds(Exception):  # noqa: N818 - what the work came to, for the caller to say
    """A call took more than it may, or its process died of it 超出限额. cpu_seconds: what it is to be charged."""

    def __init__(self, cpu_seconds: float) -> None:
        super().__init__("over its bounds")
        self.cpu_seconds = cpu_seconds


class ProcessBroken(Exception):  # noqa: N818 - a fault of ours that was met in a child
    """The function raised 子进程出错; the text is its traceback."""


_PRELOADED: list[str] = []
_LOCK = threading.Lock()
_STARTED: tuple[subprocess.Popen[bytes], socket.socket] | None = None


def preload(module: str) -> None:
    """Load a module before the first call, so that calls do not each load it 预载模块."""
    if module not in _PRELOADED:
        _PRELOADED.append(module)


def run(
    function: Callable[..., bytes] | str,
    *arguments: Any,  # noqa: ANN401 - as the function takes them
    bounds: Bounds,
    progress: Callable[[int], None] | None = None,
    charge: Callable[[float], None] = lambda _seconds: None,
) -> bytes:
    """Call a function of a module in a process of its own 隔离执行, and wait for its bytes.

    Args:
        function: of a module's top level, or its name as `module:function`, so that this process need not load what it is
            made of; it returns bytes, and where `progress` is given takes that as an argument.
        arguments: its arguments, which can be pickled.
        bounds: what it may take.
        progress: told the numbers that the function tells on its way.
        charge: told the seconds of the processor that it took, however it ended.

    Raises:
        ProcessOverBounds: it took more than it may, or died.
        ProcessBroken: it raised.
    """
    ours, theirs = socket.socketpair()
    with ours, tempfile.TemporaryDirectory() if bounds.written_mib else nullcontext() as folder:
        with theirs:
            _hand_over(theirs)
        limits = (bounds.memory_mib, bounds.cpu_seconds, bounds.wall_seconds, bounds.niceness, bounds.written_mib)
        module, name = function.split(":") if isinstance(function, str) else (function.__module__, function.__qualname__)
        call = (limits, folder, module, name, arguments, progress is not None)
        ours.settimeout(bounds.wall_seconds + GRACE_SECONDS)
        cost = float(bounds.cpu_seconds)
        try:
            frames.send(ours, frames.RESULT, pickle.dumps(call))
            while (found := frames.receive(ours, bounds.result_mib << 20)) is not None:
                kind, payload = found
                if kind == frames.PROGRESS and progress is not None:
                    progress(int(payload))
                elif kind == frames.COST:
                    cost = min(int(payload) / 1e6, cost)
                elif kind == frames.RESULT:
                    return payload
                elif kind == frames.FAULT:
                    raise ProcessBroken(payload.decode(errors="replace"))
                else:
                    break
        except (OSError, ValueError):  # it was ended while it was spoken to, took too long, or says what no code of ours says
            raise ProcessOverBounds(cost) from None
        finally:
            charge(cost)
    raise ProcessOverBounds(cost)


def _hand_over(line: socket.socket) -> None:
    """Give a line to the fork server, which is started at first and again whenever it was killed."""
    with _LOCK:
        for _ in range(2):
            try:
                socket.send_fds(_control(), [b"c"], [line.fileno()])
            except OSError:
                _stop()
            else:
                return
    raise ProcessOverBounds(0)


def _control() -> socket.socket:
    global _STARTED  # noqa: PLW0603 - one fork server a process, as there is one interpreter
    if _STARTED is None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "isolation.fork_server", str(theirs.fileno())]
        process = subprocess.Popen(  # noqa: S603 - our own code
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=_environment()
        )
        theirs.close()
        frames.send(ours, frames.RESULT, pickle.dumps((sys.path, _PRELOADED)))
        _STARTED = (process, ours)
    return _STARTED[1]


def _environment() -> dict[str, str]:
    """What the fork server needs of our environment: addresses and secrets of the installation are not among it."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path)}


def _stop() -> None:
    """Let go of the fork server; it ends as its line does."""
    global _STARTED  # noqa: PLW0603 - as above
    if _STARTED is not None:
        process, control = _STARTED
        control.close()
        process.kill()
        process.wait()
        _STARTED = None


atexit.register(_stop)

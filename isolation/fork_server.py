"""Nursery 孵化进程: loads the code once and forks a child for each call. It ends when the program that started it does.

It has one thread and no connection of the program's, so that a fork of it is safe, cheap and owns nothing that matters.
"""

import errno
import gc
import os
import pickle
import resource
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from isolation import frames

MIB = 1 << 20
STATUS = Path("/proc/self/statm")
LARGEST_CALL = 128 * MIB
"""Bytes that a call may bring along: what an upload may have, and room for the rest."""

UNMAPPED = "failed to map segment"
"""What the system's loader says of a library for which there is no memory left; it has no number for it."""
LEAST_LEFT = 2 * MIB
"""Bytes below which a process has no memory left: the interpreter and the C library ask for about a MiB at a time."""


def serve(control: socket.socket) -> None:
    """Fork a child for each line that is handed over, until the program is gone. First come search path and modules."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is the program's to act on
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for children: their lines say how they ended
    first = frames.receive(control, LARGEST_CALL)
    if first is None:
        return
    sys.path[:], modules = pickle.loads(first[1])  # noqa: S301 - from the program itself
    for module in modules:
        import_module(module)
    gc.freeze()  # what is loaded stays shared between the children
    while True:
        message, handed, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        for handle in handed:
            if os.fork() == 0:
                control.close()
                with socket.socket(fileno=handle) as line:
                    _answer(line)
                os._exit(0)
            os.close(handle)


def _answer(line: socket.socket) -> None:
    """One call. Its code is loaded without bounds, which are for what the code does, and they hold before it does anything."""
    call = frames.receive(line, LARGEST_CALL)
    if call is None:
        return
    limits, tempfile.tempdir, module, name, arguments, reports = pickle.loads(call[1])  # noqa: S301 - from the program itself
    try:
        function = getattr(import_module(module), name)
        _confine(*limits)
        told = {"progress": lambda done: frames.send(line, frames.PROGRESS, str(done).encode())} if reports else {}
        kind, payload = frames.RESULT, function(*arguments, **told)
    except Exception as error:  # noqa: BLE001 - whatever it is, the program logs it as a fault of its own
        if _for_want_of_memory(error):
            kind, payload = frames.MEMORY, b""
        else:
            kind, payload = frames.FAULT, traceback.format_exc(limit=-20).encode(errors="replace")
    with suppress(OSError):
        used = resource.getrusage(resource.RUSAGE_SELF)
        frames.send(line, frames.COST, str(int((used.ru_utime + used.ru_stime) * 1e6)).encode())
        frames.send(line, kind, payload)


def _for_want_of_memory(error: BaseException) -> bool:
    """Whether a call failed of its bound of memory.

    What is refused memory says so in many ways: a MemoryError, the system's own error, one of a library that was raised from
    these, or, where all is used up, whatever it likes.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError) or (isinstance(seen, OSError) and seen.errno == errno.ENOMEM):
            return True
        if isinstance(seen, ImportError) and UNMAPPED in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    bound, _ = resource.getrlimit(resource.RLIMIT_AS)
    return bound != resource.RLIM_INFINITY and bound - _address_space() < LEAST_LEFT


def _address_space() -> int:
    """Bytes of address space that this process takes."""
    return int(STATUS.read_text("ascii").split()[0]) * resource.getpagesize()


def _confine(memory_mib: int, cpu_seconds: int, wall_seconds: float, niceness: int, written_mib: int) -> None:
    """Bounds of this process, which it can't lift again: the system ends it, whatever it is doing at that moment."""
    if STATUS.exists():  # else the system does not keep count of a process's memory in a way that could be bounded
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory_mib * MIB,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written_mib * MIB,) * 2)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, wall_seconds)
    os.nice(niceness)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        serve(given)

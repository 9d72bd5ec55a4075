"""Bounds 限额 of a command that reads a file of somebody else's: memory and processor, by the system's own limits."""

import math
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

LARGEST_MEMORY = 4 << 30
"""Bytes beyond what the process has already: it does nothing else. A trail is read line by line, a dossier whole."""
LEAST_SECONDS = 120
SECONDS_OF_MIB = 60
"""Of the processor: ours, several times what the ten thousand entries of a packed MiB take to be checked, written and folded."""


class ProcessorOverBound(Exception):  # noqa: N818 - what the work came to
    """The work took more of the processor than it may 处理器超限."""


def run_bounded(work: Callable[[], int], file: Path) -> int:
    """What a command that reads a file comes to 限额运行; 2 where it takes more than it may, which is said."""
    mib = file.stat().st_size / 2**20 if file.exists() else 0
    seconds = LEAST_SECONDS + math.ceil(mib * SECONDS_OF_MIB)
    try:
        with _memory(LARGEST_MEMORY), _processor(seconds):
            return work()
    except MemoryError:
        sys.stderr.write(f"该文件所需内存超出限额 the file takes more memory than it may: {LARGEST_MEMORY >> 20} MiB\n")
    except ProcessorOverBound:
        sys.stderr.write(f"该文件所需处理器时间超出限额 the file takes more of the processor than it may: {seconds} s\n")
    return 2


@contextmanager
def _memory(largest: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_within(_address_space() + largest, before[1]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def _processor(seconds: int) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # which alone is told of signals
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise ProcessorOverBound

    used = resource.getrusage(resource.RUSAGE_SELF)
    before = resource.getrlimit(resource.RLIMIT_CPU)
    told = signal.signal(signal.SIGXCPU, stop)
    resource.setrlimit(resource.RLIMIT_CPU, (_within(math.ceil(used.ru_utime + used.ru_stime) + seconds, before[1]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, before)
        signal.signal(signal.SIGXCPU, told)


def _address_space() -> int:
    """Bytes of addresses that the process has; 0 where the system does not tell it this way."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[0]) * resource.getpagesize() if told.exists() else 0


def _within(wanted: int, hard: int) -> int:
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)

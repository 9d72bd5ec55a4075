"""Intervals 定时执行: what the program looks for again and again, in a thread of its own, beside whatever else the process does."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from journal.outages import say_failed

log = logging.getLogger(__name__)


@contextmanager
def at_intervals(
    look: Callable[[threading.Event], object], seconds: float, *, name: str, failing: str, at_once: bool = False
) -> Iterator[None]:
    """Look at an interval while the block lasts; one look that fails is logged, and the next one comes.

    look: is given what is set when the block ends. failing: the line of the log, in both languages. at_once: look now, too.
    """
    stop = threading.Event()

    def run() -> None:
        wait = 0.0 if at_once else seconds
        while not stop.wait(wait):
            wait = seconds
            try:
                look(stop)
            except Exception as fault:  # noqa: BLE001 - the log has it, and the next look comes
                say_failed(log, fault, failing)

    thread = threading.Thread(target=run, name=name)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()

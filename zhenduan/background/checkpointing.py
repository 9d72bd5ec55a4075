"""Checkpointing 定时签署: a checkpoint at an interval, beside whatever else the process does. plan P5."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from journal.transparency.transparency_log import SigningRefused, TransparencyLog

SECONDS = 600.0
"""Ten minutes: so long may a rewrite of the newest entries go unseen, and so old is a proof's checkpoint at most."""

log = logging.getLogger(__name__)


@contextmanager
def signing(transparency: TransparencyLog, seconds: float = SECONDS) -> Iterator[None]:
    """Sign a checkpoint now and at every interval while the block lasts, where the journal has grown.

    A refusal is logged and tried again: the journal may be written to, but no proof of what follows is given until an
    operator has looked.
    """
    stop = threading.Event()

    def run() -> None:
        while True:
            try:
                transparency.checkpoint()
            except SigningRefused as refused:
                log.critical("检查点未签署 no checkpoint was signed: %s", refused)
            except Exception:
                log.exception("检查点未签署 no checkpoint was signed")
            if stop.wait(seconds):
                return

    thread = threading.Thread(target=run, name="checkpoints")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()

"""Checkpointing 定时签署: a checkpoint at an interval, beside whatever else the process does. plan P5."""

import logging
import threading
from contextlib import AbstractContextManager

from journal.transparency.transparency_log import SigningRefused, TransparencyLog
from zhenduan.background.intervals import at_intervals

SECONDS = 600.0
"""Ten minutes: so long may a rewrite of the newest entries go unseen, and so old is a proof's checkpoint at most."""

log = logging.getLogger(__name__)


def signing(transparency: TransparencyLog, seconds: float = SECONDS) -> AbstractContextManager[None]:
    """Sign a checkpoint now and at every interval while the block lasts, where the journal has grown.

    A refusal is logged and tried again: the journal may be written to, but no proof of what follows is given until an
    operator has looked.
    """

    def sign(_stop: threading.Event) -> None:
        try:
            transparency.checkpoint()
        except SigningRefused as refused:
            log.critical("检查点未签署 no checkpoint was signed: %s", refused)

    return at_intervals(sign, seconds, name="checkpoints", failing="检查点未签署 no checkpoint was signed", at_once=True)

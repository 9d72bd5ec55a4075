"""Delivering apart 另行推送: what is sent to partners leaves from a process of its own, behind the program. decision 0126.

A burst of deliveries takes most of a core for as long as it lasts. Its process is made where there is an endpoint to serve, and
again where it ends, however it ends: what it was at is a row that is not yet delivered, and is sent again under the same id.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from api.kit.services import Services
from isolation import Bounds, ProcessBroken, ProcessOverBounds
from isolation import run as run_apart
from projections.participants.endpoints import to_serve
from zhenduan.background.intervals import at_intervals
from zhenduan.settings import Settings

WORKER = "zhenduan.delivery"
"""Loaded there and not here, nor before it is needed: most programs send to nobody."""
LOOK_SECONDS = 0.5
AGAIN_SECONDS = 5.0
"""Before another process is made after one that failed."""
BOUNDS = Bounds(memory_mib=16_384, cpu_seconds=3_600, wall_seconds=2_400.0, niceness=5, written_mib=1 << 20)
"""Of one process. Its memory is address space: 256 threads have a stack each, of which they use little. It stands behind readers
and what is folded for them: a partner is told a second later, a person who waits for a page sees it."""

log = logging.getLogger(__name__)


class _ToldToStop(Exception):  # noqa: N818 - not a fault
    """The program ends, and what is to be sent stays written down."""


@contextmanager
def delivering_apart(services: Services, settings: Settings, seconds: float = LOOK_SECONDS) -> Iterator[None]:
    """Have every endpoint served while the block lasts, by a process that is looked after at an interval."""
    needed = replace(settings, provider=None, digest=None, transports={})  # it signs nobody in and sends no packages

    def look(stop: threading.Event) -> None:
        with services.models.reading() as snapshot:
            if not to_serve(snapshot):
                return

        def report(_endpoints: int) -> None:
            if stop.is_set():
                raise _ToldToStop

        try:
            run_apart(f"{WORKER}:deliver", needed, bounds=BOUNDS, progress=report)
        except _ToldToStop:
            return
        except (ProcessOverBounds, ProcessBroken) as failed:
            log.error("推送进程中断 a process that delivers was broken off: %s", failed)  # noqa: TRY400 - its traceback is its message
            stop.wait(AGAIN_SECONDS)

    failing = "推送未能进行 endpoints could not be looked for"
    with at_intervals(look, seconds, name="delivering", failing=failing):
        yield

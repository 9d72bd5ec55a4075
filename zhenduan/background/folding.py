"""Folding apart 另行追赶: a server that is far behind its journal has a process of its own fold the read models. plan P5.

In the server's process folding and answering take the interpreter from one another: after a roster of a whole city neither
got on. Batches of both take turns under the projector's lock, so that it does not matter who folds, nor who is killed.
"""

import logging
import threading
from collections.abc import Callable

from isolation import Bounds, ProcessBroken, ProcessOverBounds, preload
from isolation import run as run_apart

WORKER = "zhenduan.catch_up"
"""Loaded there and not here; and once, else each process loads for a second and a half what the rows are folded with."""
MOST = 100_000
"""Entries that one process folds; the next goes on."""
BOUNDS = Bounds(memory_mib=2_048, cpu_seconds=600, wall_seconds=1_800.0, niceness=0, written_mib=1 << 20)
"""Of one process. It stands behind nobody: reads are old until it is done."""

log = logging.getLogger(__name__)
preload(WORKER)


class _ToldToStop(Exception):  # noqa: N818 - not a fault
    """The server ends, and what is folded is kept."""


class FoldingApart:
    """Folds what lies far behind in a process of its own 追赶进程, as `ReadModels.run` asks for it."""

    def __init__(self, models: str, journal: str) -> None:
        """Addresses of both."""
        self._models = models
        self._journal = journal

    def __call__(self, stop: threading.Event, moved: Callable[[], None]) -> None:
        """Fold until nothing is left, `MOST` entries were folded or `stop` is set.

        A process that fails is told of in the log, and leaves the rest to the caller.
        """

        def report(_position: int) -> None:
            moved()
            if stop.is_set():
                raise _ToldToStop

        try:
            run_apart(f"{WORKER}:catch_up", self._models, self._journal, MOST, bounds=BOUNDS, progress=report)
        except _ToldToStop:
            return
        except (ProcessOverBounds, ProcessBroken) as failed:
            log.error("读模型追赶进程中断 a process that folds was broken off: %s", failed)  # noqa: TRY400 - its traceback is its message

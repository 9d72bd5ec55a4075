"""Delivery 推送进程: what a process made for it sends to partners' endpoints, as long as somebody waits for it. plan P8."""

import gc
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from zhenduan import logs
from zhenduan.background.delivering import AT_ONCE, LOOK_SECONDS, Delivering
from zhenduan.settings import Settings
from zhenduan.wiring import opened

LONGEST_SECONDS = 1_800.0
"""After so long the next process goes on: whatever a library holds on to is let go of."""
IDLE_SECONDS = 60.0
"""It ends where for so long there was no endpoint to serve."""


def deliver(settings: Settings, progress: Callable[[int], None]) -> bytes:
    """Serve every endpoint; how many looks were taken, in decimal.

    Args:
        settings: of the installation.
        progress: told after each look how many endpoints there are; where it raises, nobody waits for it any more.
    """
    logs.configure(settings.log)
    progress(0)  # it takes seconds to open, and whoever waits may be told to stop
    looks, stop, began = 0, threading.Event(), time.monotonic()
    with opened(settings) as installation, ThreadPoolExecutor(AT_ONCE, "delivering") as pool:
        delivering, served = Delivering(installation.services, settings.egress), began
        gc.freeze()  # what is loaded stays
        try:
            while (now := time.monotonic()) < began + LONGEST_SECONDS and now < served + IDLE_SECONDS:
                found = delivering.look(pool, stop)
                served = time.monotonic() if found else served
                looks += 1
                progress(found)
                time.sleep(LOOK_SECONDS)
        finally:
            stop.set()  # what is under way is sent to its end, and nothing after it
    return str(looks).encode()

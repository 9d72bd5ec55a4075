"""A process that follows a journal into read models while a test looks on; importable, so that a process can start it."""

import threading
import traceback
from typing import Any

from journal import open_journal
from projections import open_read_models


def follows(url: str, models_url: str, started: Any, stop: Any, told: Any) -> None:
    """Follows until told to stop, then tells how it went."""
    try:
        journal = open_journal(url)
        models = open_read_models(models_url, journal)
        ends = threading.Event()
        running = threading.Thread(target=models.run, args=(ends,))
        running.start()
        started.release()
        stop.wait(60)
        ends.set()
        running.join()
        models.close()
        journal.close()
        told.put("")
    except BaseException:  # noqa: BLE001 - shown by the test
        told.put(traceback.format_exc())

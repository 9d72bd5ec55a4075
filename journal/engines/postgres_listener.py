"""Listener 监听: one connection that hears of appends, for every thread of the process that waits for them."""

import logging
import os
import select
import time
from contextlib import closing
from threading import Condition, Thread
from typing import Any

import psycopg2

from journal.engines.postgres_schema import CHANNEL

HEARTBEAT_SECONDS = 1.0
"""A NOTIFY may be lost; so the listener looks again this often."""
RECONNECT_SECONDS = 0.5

log = logging.getLogger(__name__)


class Listener:
    """Knows the size of the journal soon after it grows 监听; its thread starts with the first who waits."""

    def __init__(self, dsn: str, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self.dsn = dsn
        self.heartbeat = heartbeat
        self._size = 0
        self._wakes = 0
        self._grown = Condition()
        self._thread: Thread | None = None
        self._closing = False
        self._woken, self._wake = os.pipe()

    def notify(self, size: int) -> None:
        """The journal has at least this size: wake whoever waits for it."""
        with self._grown:
            if size > self._size:
                self._size = size
                self._grown.notify_all()

    def wake(self) -> None:
        """Let whoever waits return with what is known."""
        with self._grown:
            self._wakes += 1
            self._grown.notify_all()

    def wait_beyond(self, position: int, timeout: float) -> int:
        """Size as soon as it is known to exceed a position, or what is known after `timeout` seconds or once woken."""
        deadline = time.monotonic() + timeout
        with self._grown:
            if self._thread is None and not self._closing:
                self._thread = Thread(target=self._follow, name="journal-listener", daemon=True)
                self._thread.start()
            wakes = self._wakes
            while self._size <= position and wakes == self._wakes and (left := deadline - time.monotonic()) > 0:
                self._grown.wait(left)
            return self._size

    def _follow(self) -> None:
        while not self._closing:
            try:
                with closing(psycopg2.connect(self.dsn)) as connection:
                    connection.autocommit = True
                    self._listen(connection)
                    self._hear(connection)
            except psycopg2.Error as error:
                log.warning("the journal's listener lost its connection and takes it up again: %s", error)
                time.sleep(RECONNECT_SECONDS)

    def _listen(self, connection: Any) -> None:  # noqa: ANN401 - the driver's own connection type
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

    def _hear(self, connection: Any) -> None:  # noqa: ANN401 - as above
        ready = select.poll()
        ready.register(connection, select.POLLIN)
        ready.register(self._woken, select.POLLIN)
        while not self._closing:
            # listen first, then look: an entry committed between the two is seen here, a later one is announced
            with connection.cursor() as cursor:
                cursor.execute("SELECT size FROM head")
                self.notify(cursor.fetchone()[0])
            connection.notifies.clear()
            if ready.poll(self.heartbeat * 1000):
                connection.poll()

    def close(self) -> None:
        """Stop listening."""
        if self._closing:
            return
        self._closing = True
        os.write(self._wake, b".")
        if self._thread is not None:
            self._thread.join()
        os.close(self._wake)
        os.close(self._woken)

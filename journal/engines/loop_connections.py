"""Loop connections 事件循环连接: PostgreSQL asked from an event loop, without a thread that waits. decision 0132.

A thread that waits for the server is woken twice a message, and takes the interpreter from whoever computes just then. Here the
loop is told by the system that an answer has come; what is computed is computed on the loop's own thread, one after another.
"""

import asyncio
from collections import deque
from typing import Any

import psycopg2
import psycopg2.extensions
from psycopg2.extras import wait_select

from journal.engines.prepared_statements import Rows


class LoopConnection:
    """A connection that one event loop waits for, one message at a time. known: names of what is prepared on it."""

    def __init__(self, driver: Any, loop: asyncio.AbstractEventLoop) -> None:  # noqa: ANN401 - the driver's own
        self.known: set[str] = set()
        self.notices: list[str] = driver.notices
        self._driver = driver
        self._cursor = driver.cursor()
        self.loop = loop
        self._file = driver.fileno()
        self._answer: asyncio.Future[Rows] | None = None
        self._is_writing = False
        loop.add_reader(self._file, self._ready)

    @property
    def is_open(self) -> bool:
        """Whether a message may be sent on it."""
        return not self._driver.closed

    def written(self, statement: str, values: Any) -> bytes:  # noqa: ANN401 - as the driver takes them
        """A statement with its values in it, as the server reads it."""
        found: bytes = self._cursor.mogrify(statement, values)
        return found

    async def run(self, message: bytes | str) -> Rows:
        """Send a message of one or several statements, which are one transaction; the rows of the last.

        Whoever stops waiting leaves nothing half read: the connection is closed.

        Raises:
            psycopg2.Error: the server refused it, or is not to be reached.
        """
        answer: asyncio.Future[Rows] = self.loop.create_future()
        self._answer = answer
        self.notices.clear()
        try:
            self._cursor.execute(message)
            self._ready()
            return await answer
        except psycopg2.Error:
            raise
        except BaseException:
            self.close()
            raise
        finally:
            self._answer = None
            if self._driver.closed:
                self.close()

    def _ready(self) -> None:
        """The server has said something, or takes more."""
        answer = self._answer
        if answer is None or answer.done():
            if answer is None:  # nothing was asked: it has ended the connection
                self.close()
            return
        try:
            state = self._driver.poll()
            self._write(wanted=state == psycopg2.extensions.POLL_WRITE)
            if state == psycopg2.extensions.POLL_OK:
                answer.set_result(self._cursor.fetchall() if self._cursor.description is not None else ())
        except Exception as fault:  # noqa: BLE001 - told to whoever asked
            answer.set_exception(fault)

    def _write(self, *, wanted: bool) -> None:
        """Be told when the server takes more of a message that did not go at once."""
        if wanted is not self._is_writing:
            self._is_writing = wanted
            if wanted:
                self.loop.add_writer(self._file, self._ready)
            else:
                self.loop.remove_writer(self._file)

    def close(self) -> None:
        """End it, whatever it is at."""
        if self._file >= 0 and not self.loop.is_closed():
            self._write(wanted=False)
            self.loop.remove_reader(self._file)
        self._file = -1
        self._driver.close()


class LoopConnections:
    """At most so many connections of one event loop 循环连接池, each made when it is first needed; whoever comes then waits.

    settings: statements that each begins with.
    """

    def __init__(self, address: str, most: int, settings: str) -> None:
        self._address = address
        self._most = most
        self._settings = settings
        self._loop: asyncio.AbstractEventLoop | None = None
        self._idle: list[LoopConnection] = []
        self._made = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def lend(self) -> LoopConnection:
        """A connection, to be given back.

        Raises:
            psycopg2.Error: none can be made.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # those of a loop that has ended are nobody's
            self.close()
            self._loop = loop
        while True:
            while self._idle:
                if (found := self._idle.pop()).is_open:
                    return found
                self._made -= 1
            if self._made < self._most:
                return await self._new(loop)
            turn = loop.create_future()
            self._waiting.append(turn)
            try:
                await turn
            except BaseException:
                if turn.done() and not turn.cancelled():
                    self._wake()
                raise

    async def _new(self, loop: asyncio.AbstractEventLoop) -> LoopConnection:
        self._made += 1
        try:
            connection = LoopConnection(await loop.run_in_executor(None, self._connected), loop)
            await connection.run(self._settings)
        except BaseException:
            self._made -= 1
            self._wake()
            raise
        return connection

    def _connected(self) -> Any:  # noqa: ANN401 - the driver's own
        driver = psycopg2.connect(self._address, async_=1)
        wait_select(driver)
        return driver

    def give_back(self, connection: LoopConnection) -> None:
        """It is free for another; one of a pool that has been closed meanwhile ends."""
        if connection.loop is not self._loop:
            connection.close()
            return
        if connection.is_open:
            self._idle.append(connection)
        else:
            self._made -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def close(self) -> None:
        """End those that nobody uses; the others end when they are given back."""
        for one in self._idle:
            one.close()
        self._idle.clear()
        self._loop, self._made = None, 0



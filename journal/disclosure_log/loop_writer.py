"""Loop writer 循环内留存: the disclosure log written from an event loop, whose answers hold no thread. decision 0132.

What waits while a write is on its way goes with the next, in one transaction and one flush of the disk, in a chain of its own.
"""

import asyncio
from collections.abc import Sequence

import psycopg2

from domain.disclosures import Disclosure
from journal.disclosure_log.disclosure_log import (
    Chain,
    Content,
    DisclosureLog,
    DisclosureNotWritten,
    Held,
    Written,
    as_kept,
)
from journal.disclosure_log.stores import BEGIN_CHAIN, EXECUTE, PREPARE
from journal.engines.group_commit import LARGEST_GROUP
from journal.engines.loop_connections import LoopConnection, LoopConnections

Waiting = tuple[tuple[Content, int], asyncio.Future[None]]


class LoopWriter:
    """Rows of one event loop 循环内留存, into the log whose index follows. address: of the PostgreSQL server that keeps it."""

    def __init__(self, log: DisclosureLog, address: str) -> None:
        self._log = log
        self._connections = LoopConnections(address, 1, PREPARE)
        self._chain = Chain()
        self._waiting: list[Waiting] = []
        self._work: asyncio.Task[None] | None = None

    async def write(self, disclosure: Disclosure, known: Held | None) -> None:
        """As `DisclosureLog.write`: once this returns the row is on the disk.

        Raises:
            DisclosureNotWritten: it is not known to be there.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((as_kept(disclosure, known), done))
        if self._work is None or self._work.done():
            self._work = loop.create_task(self._write_all())
        await done

    async def _write_all(self) -> None:
        """Write what waits, until nothing does."""
        while self._waiting:
            batch, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
            fault: BaseException | None = None
            try:
                await self._commit([kept for kept, _ in batch])
            except BaseException as raised:  # noqa: BLE001 - told to each who waits
                fault = raised
            for _, done in batch:
                if done.done():  # who asked has left
                    continue
                if fault is None:
                    done.set_result(None)
                else:
                    told = DisclosureNotWritten()
                    told.__cause__ = fault
                    done.set_exception(told)
            if fault is not None and not isinstance(fault, Exception):
                raise fault

    async def _commit(self, batch: Sequence[tuple[Content, int]]) -> None:
        """Write what waits, in one transaction."""
        for is_last in (False, True):
            try:
                connection = await self._connections.lend()
                try:
                    await connection.run(_message(connection, self._chain.rows(batch)))
                finally:
                    self._connections.give_back(connection)
                break
            except BaseException as fault:  # such as a connection that the server has ended meanwhile
                self._chain.begin()  # nobody knows whether the rows are there: told once more they stand twice, in two chains
                if is_last or not isinstance(fault, psycopg2.Error):
                    raise
        self._log.note_unindexed(len(batch))

    def close(self) -> None:
        """Let go of the connection."""
        self._connections.close()


def _message(connection: LoopConnection, rows: Sequence[Written]) -> bytes:
    columns = [list(column) for column in zip(*rows, strict=True)]
    written = connection.written(EXECUTE, columns)
    if rows[0].number > 1:
        return written
    return connection.written(BEGIN_CHAIN.format("%s"), [rows[0].writer]) + b"; " + written

"""Journal 日志: what a recorder offers, and how one is opened by its address."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from journal.digests import Digest
from journal.engines import postgres_schema, sqlite
from journal.engines.postgres import PostgresRecorder
from journal.engines.sqlite import SQLiteRecorder
from journal.entries import DEMO_STREAM, DEMO_TYPE, Batch, Entry, Head, Looked, NewEntry

SQLITE = "sqlite:///"


class Journal(Protocol):
    """An append-only journal, the same on both engines."""

    def append(
        self, entries: Sequence[NewEntry], at: int, remember: tuple[str, str, str, str] | None = None
    ) -> list[Entry]:
        """Append all entries or none 追加.

        Args:
            entries: with their streams' next versions.
            at: microseconds of UTC since 1970, as the writer's clock says.
            remember: (actor, idempotency key, digest of the input, outcome), kept in the same transaction.

        Raises:
            VersionTaken: a stream already has one of the versions.
            KeyReused: the idempotency key already has an outcome.
            ClockRefused: the clock is not to be believed.
            HeadBroken: the head does not fit the last entry.
        """

    def append_all(self, batches: Sequence[Batch]) -> list[list[Entry]]:
        """Append every batch or none 一并追加, in their order and each at its own time; the entries of each.

        batches: whose texts were looked at by `check_texts`.

        Raises:
            as `append` does, for any of them.
        """

    def look(
        self, streams: Mapping[str, int], keys: Collection[tuple[str, str]] = (), until: int | None = None
    ) -> Looked:
        """What deciding commands needs, all at one moment and on PostgreSQL in one round trip 取数.

        Args:
            streams: stream -> the version that is known of it, whose entry comes first, to be compared by its leaf (its state may
                be left out); 0 = none, and its whole history is given.
            keys: (actor, idempotency key) whose outcomes are asked for.
            until: position beyond which no entry is given, such as the size that an earlier look found, whose moment this one
                then has; None = all there are.
        """

    @property
    def in_block(self) -> bool:
        """Whether this thread is inside a `snapshot` or a `transaction`."""

    def snapshot(self) -> AbstractContextManager[Any]:
        """One moment for every read of this thread inside the block, and the driver's own cursor to read more by.

        A block inside a block has the moment of the outer one.
        """

    def transaction(self) -> AbstractContextManager[Any]:
        """The driver's own cursor: its statements, and this thread's appends inside the block, commit together or not at all."""

    def within(self, until: float | None) -> AbstractContextManager[None]:
        """Have the database stop this thread's statements in the block at a deadline 限时, on the monotonic clock; None = none.

        What is stopped is undone: a transaction is committed in time or not at all.

        Raises:
            Refused: DEADLINE_EXCEEDED.
        """

    def outcome(self, actor: str, key: str) -> tuple[str, str] | None:
        """(digest of the input, stored outcome) of an idempotency key."""

    def head(self) -> Head:
        """The head as committed."""

    def read(self, stream: str, after: int = 0) -> list[Entry]:
        """Entries of a stream beyond a version, in order."""

    def read_many(self, streams: Sequence[str]) -> Mapping[str, list[Entry]]:
        """Histories of many streams; a stream without history is an empty list."""

    def neighbour(self, stream: str) -> str | None:
        """The next stream of the same kind by name, else the first; None where there is no other."""

    def since(self, position: int, limit: int, types: Sequence[str] = ()) -> list[Entry]:
        """Entries beyond a position, in order; of some types only, where any are named."""

    def wait_beyond(self, position: int, timeout: float) -> int:
        """Size of the journal, as soon as it exceeds a position or `timeout` seconds are up."""

    def wake(self) -> None:
        """Let whoever waits in this process look at once 唤醒等待者, such as for whether to end."""

    def close(self) -> None:
        """Let go of every connection."""


def is_journal(url: str) -> bool:
    """Whether a journal was made at an address 是否已有日志; nothing is made, and no file is left by looking.

    Raises:
        psycopg2.OperationalError: the database is not to be reached.
    """
    if url.startswith(SQLITE):
        return sqlite.is_journal(Path(url.removeprefix(SQLITE)))
    return postgres_schema.is_journal(url)


def open_journal(url: str, *, demo: bool = False, digest: Digest | None = None) -> Journal:
    """The journal at an address 打开日志, its tables made where they are missing.

    Args:
        url: "sqlite:///PATH" or a PostgreSQL address.
        demo: mark an empty journal as demo, so that it accepts clocks of the past; the mark is its first entry.
        digest: what the journal hashes with, chosen once, when its tables are made; None = what it was made with, SHA-256
            for a new one.

    Raises:
        DigestDiffers: the journal was made with another algorithm.
        ValueError: demo was asked for and the journal holds something else already.
    """
    journal: Journal
    if url.startswith(SQLITE):
        journal = SQLiteRecorder(Path(url.removeprefix(SQLITE)), digest)
    else:
        journal = PostgresRecorder(url, digest=digest)
    if demo:
        if not journal.since(0, 1):
            journal.append([NewEntry(DEMO_STREAM, 1, DEMO_TYPE, b"{}")], at=0)
        elif not is_demo(journal):
            journal.close()
            raise ValueError("the journal is not empty and not marked as demo")
    return journal


def is_demo(journal: Journal) -> bool:
    """Whether a journal was marked as demo when it was begun 示例日志."""
    return any(entry.type == DEMO_TYPE for entry in journal.since(0, 1))

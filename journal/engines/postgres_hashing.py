"""Appends hashed here 本机杂凑追加: what the stored function does, for an algorithm that PostgreSQL cannot compute. plan P5.

Two round trips under the same advisory lock: the head comes in, entries and the next head go out. All that waits in a process
goes in one transaction, as with the function; `benchmarks/append.py` measures what the second trip costs.
"""

import time
from collections.abc import Sequence
from typing import Any, Protocol

import psycopg2
import psycopg2.extras

from journal.engines.postgres_schema import APPEND_LOCK, CHANNEL
from journal.entries import COLUMNS, DEMO_TYPE, Entry, Head, HeadBroken, NewEntry, extend
from journal.transparency.digests import Digest

LOCKED_HEAD = f"""
SELECT pg_advisory_xact_lock({APPEND_LOCK});
SELECT h.size, h.at, h.frontier, h.root, h.algorithm, (SELECT e.type FROM entries e WHERE e.position = 1),
    (SELECT e.at FROM entries e WHERE e.position = h.size) FROM head h
"""  # noqa: S608 - our own constants only
INSERT = f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES "  # noqa: S608 - our own column names
UPDATE = "UPDATE head SET size = %s, at = %s, frontier = %s, root = %s"
REMEMBER = "INSERT INTO outcomes VALUES (%s, %s, %s, %s)"


class Wish(Protocol):
    """What is to be appended together, all or none 待追加."""

    entries: Sequence[NewEntry]
    at: int
    remember: tuple[str, str, str, str] | None


def append(connection: Any, wishes: Sequence[Wish], digest: Digest) -> list[list[Entry]]:  # noqa: ANN401 - the driver's own type
    """Append every wish or none 追加, in the transaction that the connection is in, else in one of its own.

    Raises:
        ClockRefused: see `extend`.
        HeadBroken: the head does not fit the last entry, or names another algorithm than the journal was opened with.
        psycopg2.Error: a version or a key is taken, as the constraint's name says.
    """
    own = connection.get_transaction_status() == psycopg2.extensions.TRANSACTION_STATUS_IDLE
    with connection.cursor() as cursor:
        try:
            # each statement of the text looks anew: the head is the one that was left by whoever held the lock before
            cursor.execute(f"BEGIN ISOLATION LEVEL READ COMMITTED; {LOCKED_HEAD}" if own else LOCKED_HEAD)
            head, first = _checked(cursor.fetchone(), digest)
            statements: list[bytes] = []
            placed: list[list[Entry]] = []
            for wish in wishes:
                opening = first or (wish.entries[0].type if wish.entries else "")
                head, rows = extend(head, wish.entries, wish.at, time.time_ns() // 1000, demo=opening == DEMO_TYPE)
                first = opening if rows else first
                placed.append([Entry(*row) for row in rows])
                statements += _written(cursor, wish, rows)
            if any(placed):
                statements.append(cursor.mogrify(UPDATE, (head.size, head.at, head.frontier, head.root)))
                statements.append(f"NOTIFY {CHANNEL}".encode())
            if own:
                statements.append(b"COMMIT")
            if statements:
                cursor.execute(b"; ".join(statements))
        except BaseException:
            if own and not connection.closed:
                cursor.execute("ROLLBACK")
            raise
    return placed


def _checked(row: Sequence[Any], digest: Digest) -> tuple[Head, str]:
    """The head, and the type of the first entry, empty while there is none."""
    size, at, frontier, root, algorithm, first, moment = row
    if (size and moment != at) or algorithm != digest.name:
        raise HeadBroken("the head does not fit the last entry, or names another algorithm")
    return Head(size, at, bytes(frontier), bytes(root), algorithm), first or ""


def _written(cursor: Any, wish: Wish, rows: Sequence[tuple[Any, ...]]) -> list[bytes]:  # noqa: ANN401 - as above
    """The statements that write one wish."""
    marks = f"({', '.join(['%s'] * len(COLUMNS))})"
    values = [cursor.mogrify(marks, row) for row in rows]
    statements = [INSERT.encode() + b", ".join(values)] if values else []
    if wish.remember is not None:
        statements.append(cursor.mogrify(REMEMBER, wish.remember))
    return statements

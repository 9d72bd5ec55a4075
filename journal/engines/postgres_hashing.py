"""Appends hashed here 本机杂凑追加: leaves, frontier and root are made in this process; the server stores what it is sent. plan P5.

`grow` sends the entries with the head that they stand after, as this process left it, in one round trip: the server writes nothing
where the head has moved meanwhile. `append` asks for the head first, under the same advisory lock, in two. What is hashed is what
is stored either way: the same canonical bytes, which `verify` makes anew from the rows.
"""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg2
import psycopg2.extras

from journal.digests import Digest
from journal.engines.heads import KnownHead, Placed, extended
from journal.engines.postgres_connection import JournalConnection
from journal.engines.postgres_schema import APPEND_LOCK, CHANNEL
from journal.entries import COLUMNS, Batch, Entry, Head, HeadBroken, row_of

LOCK = f"SELECT pg_advisory_xact_lock({APPEND_LOCK}); "
HEAD = """
SELECT h.size, h.at, h.frontier, h.root, h.algorithm, (SELECT e.type FROM entries e WHERE e.position = 1),
    (SELECT e.at FROM entries e WHERE e.position = h.size) FROM head h
"""
INSERT = f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES "  # noqa: S608 - our own column names
UPDATE = "UPDATE head SET size = %s, at = %s, frontier = %s, root = %s"
REMEMBER = "INSERT INTO outcomes VALUES (%s, %s, %s, %s)"

COLUMN_TYPES = {"position": "bigint", "at": "bigint", "version": "bigint", "state": "bytea", "leaf": "bytea"}
TYPES = tuple(COLUMN_TYPES.get(column, "text") for column in COLUMNS)


def _growing(name: str, types: Sequence[str], entries: str, outcomes: str) -> str:
    """A prepared statement: the head as it is expected, as it becomes, and what stands between."""
    return f"""
PREPARE {name} (bigint, bigint, bytea, text, bigint, bigint, bytea, bytea, {", ".join(types)}) AS
WITH grown AS (
    UPDATE head AS h SET size = $5, at = $6, frontier = $7, root = $8
    WHERE h.size = $1 AND h.at = $2 AND h.frontier = $3 AND h.algorithm = $4
        AND ($1 = 0 OR EXISTS (SELECT 1 FROM entries e WHERE e.position = $1 AND e.at = $2)) RETURNING 1),
written AS (INSERT INTO entries SELECT {entries}),
remembered AS (INSERT INTO outcomes SELECT {outcomes})
SELECT pg_notify('{CHANNEL}', '') FROM grown"""  # noqa: S608 - our own constants only


def _numbered(start: int, count: int) -> str:
    return ", ".join(f"${start + number}" for number in range(count))


ONE, MANY = "journal_grow_one", "journal_grow"
PREPARED = {
    ONE: _growing(
        ONE,
        (*TYPES, "text", "text", "text", "text"),
        f"{_numbered(9, len(TYPES))} FROM grown",
        f"{_numbered(9 + len(TYPES), 4)} FROM grown WHERE ${9 + len(TYPES)} IS NOT NULL",
    ),
    MANY: _growing(
        MANY,
        tuple(f"{kind}[]" for kind in (*TYPES, "text", "text", "text", "text")),
        f"u.* FROM grown, unnest({_numbered(9, len(TYPES))}) u",
        f"u.* FROM grown, unnest({_numbered(9 + len(TYPES), 4)}) u",
    ),
}
EXECUTE = {name: f"{LOCK}EXECUTE {name} ({', '.join(['%s'] * (12 + len(TYPES)))})" for name in PREPARED}


def read_head(connection: JournalConnection, digest: Digest) -> KnownHead:
    """The head as it is committed.

    Raises:
        HeadBroken: it does not fit the last entry, or names another algorithm than the journal was opened with.
    """
    with connection.cursor() as cursor:
        cursor.execute(HEAD)
        (row,) = cursor.fetchall()
        return _checked(row, digest)


def grow(connection: JournalConnection, known: KnownHead, batches: Sequence[Batch]) -> Placed | None:
    """Append every batch or none after the head that is known 追加, in one round trip and a transaction of its own.

    Args:
        connection: that has no transaction open, and knows what it has prepared.
        known: the head that they are to stand after.
        batches: with one entry among them at least.

    Returns:
        None where the head is another by now, and nothing was written.

    Raises:
        ClockRefused: see `extend`.
        psycopg2.Error: a version or a key is taken, as the constraint's name says.
    """
    after, placed = extended(known, batches)
    return (after, placed) if send(connection, known.head, after.head, batches, placed, PREPARED.__getitem__) else None


def send(
    connection: JournalConnection,
    before: Head,
    after: Head,
    batches: Sequence[Batch],
    placed: Sequence[Sequence[Entry]],
    prepare: Callable[[str], str],
) -> bool:
    """Write entries and outcomes between two heads by a prepared statement; False where the head is another by now.

    prepare: the statement of a name.
    """
    rows = [entry for entries in placed for entry in entries]
    kept = [remember for _, _, remember in batches if remember is not None]
    name = ONE if len(rows) == 1 and len(kept) <= 1 else MANY
    values: list[Any]
    if name == ONE:
        values = [*row_of(rows[0]), *(kept[0] if kept else (None,) * 4)]
    else:
        columns = [*zip(*map(row_of, rows), strict=True), *(zip(*kept, strict=True) if kept else ((),) * 4)]
        values = [array(kind, column) for kind, column in zip((*TYPES, "text", "text", "text", "text"), columns, strict=True)]
    connection.prepare(name, prepare(name))
    with connection.cursor() as cursor:
        heads = (before.size, before.at, before.frontier, before.algorithm, after.size, after.at, after.frontier, after.root)
        cursor.execute(EXECUTE[name], (*heads, *values))
        return bool(cursor.rowcount)


def array(kind: str, values: Sequence[Any]) -> str:
    """A column as the text of an array, which the server parses as one word where it would weigh thousands of constants."""
    if kind == "bigint":
        return f"{{{','.join(map(str, values))}}}"
    if kind == "bytea":
        return "{" + ",".join([f'"\\\\x{value.hex()}"' for value in values]) + "}"
    return "{" + ",".join(['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values]) + "}"


def append(connection: Any, batches: Sequence[Batch], digest: Digest) -> Placed:  # noqa: ANN401 - the driver's own type
    """Append every batch or none 追加, in the transaction that the connection is in, else in one of its own.

    Raises:
        ClockRefused: see `extend`.
        HeadBroken: the head does not fit the last entry, or names another algorithm than the journal was opened with.
        psycopg2.Error: a version or a key is taken, as the constraint's name says.
    """
    own = connection.get_transaction_status() == psycopg2.extensions.TRANSACTION_STATUS_IDLE
    with connection.cursor() as cursor:
        try:
            # each statement of the text looks anew: the head is the one that was left by whoever held the lock before
            cursor.execute(f"BEGIN ISOLATION LEVEL READ COMMITTED; {LOCK}{HEAD}" if own else LOCK + HEAD)
            known, placed = extended(_checked(cursor.fetchone(), digest), batches)
            statements = [part for batch, rows in zip(batches, placed, strict=True) for part in _written(cursor, batch, rows)]
            if any(placed):
                head = known.head
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
    return known, placed


def _checked(row: Sequence[Any], digest: Digest) -> KnownHead:
    size, at, frontier, root, algorithm, first, moment = row
    if (size and moment != at) or algorithm != digest.name:
        raise HeadBroken("日志头与条目不符，请运行 verify the head does not fit the last entry, or names another; run verify")
    return KnownHead(Head(size, at, bytes(frontier), bytes(root), algorithm), first or "")


def _written(cursor: Any, batch: Batch, rows: Sequence[Entry]) -> list[bytes]:  # noqa: ANN401 - the driver's own type
    """The statements that write one batch."""
    marks = f"({', '.join(['%s'] * len(COLUMNS))})"
    values = [cursor.mogrify(marks, row_of(row)) for row in rows]
    statements = [INSERT.encode() + b", ".join(values)] if values else []
    _, _, remember = batch
    if remember is not None:
        statements.append(cursor.mogrify(REMEMBER, remember))
    return statements

"""Outages · 存储中断. Whether a fault is a store that does not take part: away, restarting, read-only or full; no bug of ours."""

import errno
import logging
import sqlite3
from typing import Final

import psycopg2
from psycopg2.errors import QueryCanceled, ReadOnlySqlTransaction, TransactionRollbackError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from journal.journal import Journal

CHAIN_LENGTH = 8
"""So many causes are looked at: a driver's error comes wrapped by the library above it and by our own."""
SQLITE_AWAY: Final = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}
)
PRIMARY = 0xFF
"""The part of SQLite's extended codes that says which kind of error it is."""
DISK_AWAY: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ENOTCONN, errno.ESTALE, errno.ETIMEDOUT})


def is_outage(fault: BaseException) -> bool:
    """Whether a fault, or what caused it, is an outage of a database or disk 是否为存储中断.

    A statement that was cancelled or rolled back for another's sake is none: the database was there.
    """
    found: BaseException | None = fault
    for _ in range(CHAIN_LENGTH):
        if found is None:
            return False
        if _is_away(found):
            return True
        found = getattr(found, "orig", None) or found.__cause__
    return False


def say_failed(log: logging.Logger, fault: BaseException, says: str, *about: object) -> None:
    """Tell the log that work in the background failed 后台故障: of an outage one line with its reason, of a bug the traceback.

    says: the line, with a place for each of `about`.
    """
    if is_outage(fault):
        log.error(f"{says}: %s: %s", *about, type(fault).__name__, (str(fault).strip() or "-").splitlines()[0])  # noqa: G004 - it is the template
    else:
        log.error(says, *about, exc_info=fault)


def is_crowded_out(fault: BaseException) -> bool:
    """Whether all connections that this process may have were in use for longer than one waits 连接用尽."""
    return isinstance(fault, NoConnectionFree)


def _is_away(fault: BaseException) -> bool:
    match fault:
        case QueryCanceled() | TransactionRollbackError():
            return False
        case psycopg2.OperationalError() | psycopg2.InterfaceError() | ReadOnlySqlTransaction() | NoConnectionFree():
            return True
        case sqlite3.Error():
            return getattr(fault, "sqlite_errorcode", 0) & PRIMARY in SQLITE_AWAY
        case OSError():
            return fault.errno in DISK_AWAY
        case _:
            return False


def require_writable(journal: Journal) -> None:
    """Whether the journal takes entries now 日志可写检查: a write transaction is begun, and nothing is written.

    Raises:
        Exception: the driver's own, or ReadOnlySqlTransaction where the server takes part for reading only.
    """
    with journal.transaction() as cursor:
        if isinstance(cursor, sqlite3.Connection):
            return  # it has taken the write lock, which a file that is only read does not give
        cursor.execute("SELECT current_setting('transaction_read_only')")
        if cursor.fetchone() != ("off",):
            raise ReadOnlySqlTransaction("the server takes part for reading only")

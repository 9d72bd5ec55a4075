"""Vault 密库: where secrets live, on either engine, beside the journal and never in it. decisions 0009, 0026.

On PostgreSQL it is the schema `secrets`, so that a dump of the journal leaves it out (`pg_dump -N secrets`); on SQLite a
file of its own. What is deleted here is meant to be gone, which no backup of the journal may undo.
"""

import errno
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psycopg2.errors import LockNotAvailable, QueryCanceled
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Select, Table, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError

from journal.atomic_files import draft_of, sync_folder
from journal.engines.postgres_engine import postgres_engine
from journal.engines.prepared_statements import Rows, Statements
from journal.engines.sqlite import owners_file, to_wal
from journal.engines.sqlite_statements import SQLiteStatements
from journal.text_normalisation import carried_text

log = logging.getLogger(__name__)

SCHEMA = "secrets"
"""Tables of the vault are declared in this schema; SQLite knows none and reads them without."""
SQLITE = "sqlite:///"
SCHEMA_LOCK = 7_239_005
META = MetaData(schema=SCHEMA)
PROBES = Table("write_probes", META, Column("one", Integer, primary_key=True))
"""One row, written to find out whether anything can be."""
LONGEST_SECONDS = 10.0
"""Of one statement, waiting for others included: every request asks here who its caller is, and nobody waits for ever."""
UNBOUNDED = text("SET LOCAL statement_timeout = 0")
"""Of what is no request's: tables made at start, and a copy of the whole."""
KEY_BYTES = 32
OWNER_ONLY = 0o600


class MasterKeyUnusable(ValueError):  # noqa: N818 - says what is wrong with the file
    """The master key cannot be taken 主密钥不可用: its file is open to others or malformed, or it is not this vault's."""


def master_key(path: Path) -> bytes:
    """The master key 主密钥, 32 bytes, made at first start; the file is the owner's alone (0600), in hexadecimal.

    Two processes that start at once agree: the key is linked into place whole, and the one that comes second reads it.

    Raises:
        MasterKeyUnusable: others may read the file, or it does not hold 32 bytes.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with draft_of(path) as (file, draft):
            file.write(os.urandom(KEY_BYTES).hex().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)
        sync_folder(path.parent)
    if path.stat().st_mode & 0o077:
        raise MasterKeyUnusable(
            f"{path} 他人可读。可能已为他人所知：查明后 chmod 600 {path}。\n"
            f"{path}: others may read the master key, and may know it by now: find out who, then chmod 600 {path}."
        )
    try:
        key = bytes.fromhex(carried_text(path.read_bytes()).strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyUnusable(
            f"{path} 不是 {KEY_BYTES} 字节的十六进制：请放回妥善保管的主密钥。\n"
            f"{path}: not {KEY_BYTES} bytes in hexadecimal: put the copy that was kept back in place."
        )
    return key


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose 派生密钥, 32 bytes by HKDF-SHA256: keys of different purposes tell nothing of one another."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


@contextmanager
def _in_time() -> Iterator[None]:
    """Tell a statement that PostgreSQL stopped as a store that does not answer.

    Raises:
        TimeoutError: it was stopped.
    """
    try:
        yield
    except (DBAPIError, QueryCanceled, LockNotAvailable) as error:
        if isinstance(getattr(error, "orig", error), QueryCanceled | LockNotAvailable):
            raise TimeoutError(errno.ETIMEDOUT, "the vault did not answer in time") from error
        raise


class Vault:
    """The tables of secrets 密库, shared by the keys of persons, the accounts and the uploads."""

    def __init__(self, engine: Engine, unasked: Engine | None = None) -> None:
        """Over an engine, and one whose connections are not asked first whether they live, for `kept`."""
        self._sqlite = engine.dialect.name == "sqlite"
        self._engine = engine.execution_options(schema_translate_map={SCHEMA: None}) if self._sqlite else engine
        # one statement needs no transaction around it, and every request identifies its caller here
        self._reads = self._engine if self._sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._unasked = unasked or self._reads
        self._statements = SQLiteStatements({SCHEMA: None}) if self._sqlite else Statements()
        self._probed = False
        self._tables: set[str] = set()

    def create(self, metadata: MetaData) -> None:
        """Make tables where they are missing; several processes may start at once. Where all are there, nothing is written."""
        wanted = {table.name for table in metadata.tables.values()}
        if not wanted <= self._tables:
            with self._reads.connect() as connection:
                self._tables |= set(inspect(connection).get_table_names(None if self._sqlite else SCHEMA))
        if wanted <= self._tables:
            return
        with self.writing() as connection:
            if not self._sqlite:
                connection.execute(UNBOUNDED)
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            metadata.create_all(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from, each statement by itself."""
        with _in_time(), self._reads.connect() as connection:
            yield connection

    def prepared(self, name: str, build: Callable[[], Select[Any]], **values: str) -> Rows:
        """The rows of a query that is built once for its name 常用查询; a connection lost meanwhile is made anew.

        build: makes the query, with `bindparam(NAME)` in place of each value.
        """
        if self._sqlite:
            with self._reads.connect() as connection:
                return self._statements.prepared(connection, name, build, values)
        with _in_time(), self._unasked.connect() as connection:
            try:
                return self._statements.prepared(connection, name, build, values)
            except QueryCanceled:
                connection.rollback()
                raise
            except psycopg2.OperationalError:
                connection.invalidate()
                return self._statements.prepared(connection, name, build, values)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end of the block; on SQLite one writer at a time, from its first read on."""
        with _in_time(), self._engine.connect() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection whose every read is of one moment, while others go on writing."""
        engine = self._engine if self._sqlite else self._engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execute(UNBOUNDED)
            try:
                yield connection
            finally:
                connection.rollback()

    def scrub(self) -> None:
        """What was just deleted leaves SQLite's write-ahead log too 清除残留, which else keeps the page as it was before.

        On PostgreSQL that lies with the server; see `journal.secrets.personal`.
        """
        if self._sqlite:
            with self._engine.connect() as connection:
                busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            if busy:
                log.warning("the vault's write-ahead log was in use and could not be cleared; the next erasure or start clears it")

    def require_writable(self) -> None:
        """Whether the vault takes writes now 可写检查: one row is written to the disk.

        Raises:
            Exception: the driver's own, where it does not.
        """
        if not self._probed:
            self.create(META)
            self._probed = True
        with self.writing() as connection:
            connection.execute(PROBES.delete())
            connection.execute(PROBES.insert().values(one=1))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()
        self._unasked.dispose()


def open_vault(url: str, longest_seconds: float = LONGEST_SECONDS) -> Vault:
    """The vault at an address 打开密库: "sqlite:///PATH", a file of its own (0600), or a PostgreSQL address.

    longest_seconds: of one statement; after that the store counts as one that does not answer (`journal.outages`).
    """
    if not url.startswith(SQLITE):
        engines = (
            postgres_engine(url, pool_pre_ping=True, hide_parameters=True),
            postgres_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True),
        )

        def bounded(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = %s", (int(longest_seconds * 1000),))
            connection.commit()  # else the pool's first rollback would undo it

        for engine in engines:
            event.listen(engine, "connect", bounded)
        return Vault(*engines)
    owners_file(Path(url.removeprefix(SQLITE)))
    # what a statement was given is a secret here, and a failure's message goes to the log
    connecting = {"timeout": longest_seconds, "isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, connect_args=connecting, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
        to_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # a destroyed key is overwritten, not only unlinked

    return Vault(engine)

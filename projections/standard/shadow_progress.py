"""Shadow progress 测算进度: how far a run has come, and who is at it; beside the journal, because it is no fact. plan S5.

One row a revision, and a lease: whoever told last is at work until a while after; then another may begin the run anew.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Engine, MetaData, String, Table, create_engine, event, select, text

from journal.engines.postgres_engine import postgres_engine
from journal.engines.sqlite import to_wal
from projections.engine.columns import Long, columns
from projections.engine.runner import SCHEMA_LOCK

META = MetaData()


@dataclass(frozen=True, slots=True)
class ShadowProgress:
    """How far the latest run has come 测算进度, of how many diagnoses."""

    number: int
    done: Long
    total: Long


PROGRESS = Table(
    "shadow_progress",
    META,
    Column("revision", String, primary_key=True),
    *columns(ShadowProgress),
    Column("worker", String, nullable=False),
    Column("told_at", BigInteger, nullable=False),
)
LEASE_SECONDS = 30
MICROSECONDS = 1_000_000
TAKE = text(
    "INSERT INTO shadow_progress (revision, number, done, total, worker, told_at) "
    "VALUES (:revision, :number, 0, :total, :worker, :now) "
    "ON CONFLICT (revision) DO UPDATE SET number = excluded.number, done = 0, total = excluded.total, "
    "worker = excluded.worker, told_at = excluded.told_at "
    "WHERE shadow_progress.number <> excluded.number OR shadow_progress.told_at < :expired"
)
"""One statement, so that of two who try one is let in; the same on both engines."""


class ShadowLeases:
    """Who works on which run 测算租约, and how far it has come."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        create_beside(engine, META)

    def take(self, revision: str, number: int, total: int, worker: str, now: int) -> bool:
        """Begin a run; False while another is at it. now: microseconds of UTC."""
        given = {"revision": revision, "number": number, "total": total, "worker": worker, "now": now}
        expired = now - LEASE_SECONDS * MICROSECONDS
        with self._engine.begin() as connection:
            return connection.execute(TAKE, given | {"expired": expired}).rowcount == 1

    def tell(self, revision: str, number: int, done: int, worker: str, now: int) -> bool:
        """Say how far one has come; False when the run is another's by now."""
        mine = (PROGRESS.c.revision == revision, PROGRESS.c.number == number, PROGRESS.c.worker == worker)
        with self._engine.begin() as connection:
            return connection.execute(PROGRESS.update().where(*mine).values(done=done, told_at=now)).rowcount == 1

    def release(self, revision: str, worker: str) -> None:
        """Let another begin at once."""
        mine = (PROGRESS.c.revision == revision, PROGRESS.c.worker == worker)
        with self._engine.begin() as connection:
            connection.execute(PROGRESS.update().where(*mine).values(told_at=0))

    def progress(self, revision: str) -> ShadowProgress | None:
        """How far the latest run of a revision has come; None before the first began."""
        query = select(PROGRESS.c.number, PROGRESS.c.done, PROGRESS.c.total).where(PROGRESS.c.revision == revision)
        with self._engine.begin() as connection:
            row = connection.execute(query).first()
        return ShadowProgress(*row) if row is not None else None

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def open_shadow_leases(url: str) -> ShadowLeases:
    """The leases at the address of the read models 打开测算租约."""
    return ShadowLeases(lease_engine(url))


def lease_engine(url: str) -> Engine:
    """Connections to what lies beside the read models and several processes write 租约库连接."""
    if not url.startswith("sqlite:///"):
        return postgres_engine(url, pool_size=2)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", lambda connection, _record: to_wal(connection))
    return engine


def create_beside(engine: Engine, tables: MetaData) -> None:
    """Make tables that are missing, one process at a time 建旁表."""
    with engine.begin() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
        tables.create_all(connection)

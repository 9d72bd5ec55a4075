"""Computation leases 计算租约: who is at which computation, so that one process does it; beside the journal, being no fact.

Whoever is at work says so again and again; from a while after the last time on, another may begin. plan V5.
"""

from sqlalchemy import BigInteger, Column, Engine, MetaData, String, Table, text

from projections.standard.shadow_progress import LEASE_SECONDS, MICROSECONDS, create_beside, lease_engine

META = MetaData()
LEASES = Table(
    "computation_leases",
    META,
    Column("key", String, primary_key=True),
    Column("worker", String, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
)
TAKE = text(
    "INSERT INTO computation_leases (key, worker, leased_until) VALUES (:key, :worker, :until) "
    "ON CONFLICT (key) DO UPDATE SET worker = excluded.worker, leased_until = excluded.leased_until "
    "WHERE computation_leases.worker = excluded.worker OR computation_leases.leased_until < :now"
)
"""One statement, so that of two who try one is let in; the same on both engines."""


class ComputationLeases:
    """Who is at which computation 计算租约."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        create_beside(engine, META)

    def take(self, key: str, worker: str, now: int) -> bool:
        """Take a computation, or keep it; False while another is at it. now: microseconds of UTC."""
        given = {"key": key, "worker": worker, "now": now, "until": now + LEASE_SECONDS * MICROSECONDS}
        with self._engine.begin() as connection:
            return connection.execute(TAKE, given).rowcount == 1

    def release(self, key: str, worker: str) -> None:
        """Let another take it at once; nothing is kept of what one is no longer at."""
        mine = (LEASES.c.key == key, LEASES.c.worker == worker)
        with self._engine.begin() as connection:
            connection.execute(LEASES.delete().where(*mine))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def open_computation_leases(url: str) -> ComputationLeases:
    """The leases at the address of the read models 打开计算租约."""
    return ComputationLeases(lease_engine(url))

"""Index of the disclosure log by firm 披露索引: which rows speak of a firm, following the rows in segments. plan P7.

One entry a firm and row would touch as many pages of the disk as an answer has firms: a page of 50 took 1 ms of its 4. So the
rows of some hundred answers are indexed at once, one entry a firm for all of them, by whoever has written so many and by every
reader before it reads. What is indexed is known for each writer, whose rows are numbered without a gap: row ids are not, and
one that was drawn earlier may become visible later.
"""

from collections.abc import Sequence

import orjson
from sqlalchemy import BigInteger, Column, Connection, Engine, MetaData, String, Table, and_, bindparam, select, text

from domain.disclosures import Disclosed, bits_of
from domain.participants.enterprises import enterprise_stream

SEGMENT = 512
"""Rows that are indexed in one transaction."""
INDEX_LOCK = 7_239_007
FIRM_ITSELF = "."
"""Subject of a stored row that is the firm itself."""

META = MetaData()
BY_FIRM = Table(
    "disclosed_firms",
    META,
    Column("firm", String, primary_key=True),
    Column("segment", BigInteger, primary_key=True),
    Column("reads", String, nullable=False),
)
"""reads: JSON of [[id of a row, bits of its masks], …] of the firm. segment: id of the last row in it."""
WRITERS = Table(
    "disclosure_writers",
    META,
    Column("writer", String, primary_key=True),
    Column("indexed", BigInteger, nullable=False),
)
"""How many rows of each chain are indexed."""


def disclosed_of(kept: str) -> list[Disclosed]:
    """What a stored row says was disclosed."""
    return [
        Disclosed(firm, enterprise_stream(firm) if subject == FIRM_ITSELF else subject, tuple(masks))
        for masks, pairs in orjson.loads(kept)
        for firm, subject in pairs
    ]


def firms_of(kept: str) -> dict[str, int]:
    """Firm -> bits of the masks that a stored row has of it."""
    found: dict[str, int] = {}
    for masks, pairs in orjson.loads(kept):
        bits = bits_of(masks)
        for firm, _ in pairs:
            found[firm] = found.get(firm, 0) | bits
    return found


def advance(engine: Engine, log: Table) -> bool:
    """Index one more segment of a log's rows, in one transaction that nobody else is in; False where all are indexed."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if not _outstanding(connection, log):
            return False
    with engine.connect() as connection:
        if sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": INDEX_LOCK})
        try:
            _advance(connection, log, _outstanding(connection, log))
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
    return True


def _outstanding(connection: Connection, log: Table) -> Sequence[tuple[str, int]]:
    """(writer, rows indexed) of every chain with rows beyond."""
    beyond = select(log.c.id).where(log.c.writer == WRITERS.c.writer, log.c.number > WRITERS.c.indexed).exists()
    return [(writer, indexed) for writer, indexed in connection.execute(select(WRITERS).where(beyond))]


def _advance(connection: Connection, log: Table, outstanding: Sequence[tuple[str, int]]) -> None:
    found: dict[str, list[tuple[int, int]]] = {}
    left, last, reached = SEGMENT, 0, []
    for writer, indexed in outstanding:
        if not left:
            break
        query = select(log.c.id, log.c.number, log.c.disclosed).where(
            and_(log.c.writer == writer, log.c.number > indexed)
        )
        rows = connection.execute(query.order_by(log.c.number).limit(left)).all()
        for identity, _, disclosed in rows:
            for firm, bits in firms_of(disclosed).items():
                found.setdefault(firm, []).append((identity, bits))
            last = max(last, identity)
        left -= len(rows)
        reached.append({"of": writer, "upto": rows[-1][1]})
    if not reached:
        return
    entries = [
        {"firm": firm, "segment": last, "reads": orjson.dumps(reads).decode()} for firm, reads in sorted(found.items())
    ]
    connection.execute(BY_FIRM.insert(), entries)
    moved = WRITERS.update().where(WRITERS.c.writer == bindparam("of")).values(indexed=bindparam("upto"))
    connection.execute(moved, reached)

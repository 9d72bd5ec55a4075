"""Disclosure log 披露日志: which answers left with which firms' protected data, written before they left. plan P5, P7.

It lies beside the journal: a read is no decision, and there are a thousand reads to a command. One row an answer is all that
an answer waits for, and answers that wait together share a flush of the disk (`group_commit`). Each process has a chain of
its own: a row holds the hash of its content and of the row before, so a row that was changed, taken out or put in later is
found (`broken`). Which rows speak of a firm is an index over them that follows (`disclosure_index`).
"""

import logging
import secrets
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple, Protocol

import orjson
from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, LargeBinary, MetaData, String, Table, select

from domain.access import Scope
from domain.disclosures import Disclosed, Disclosure, bits_of, spelled
from domain.participants.enterprises import enterprise_stream
from journal.disclosure_log import index as index_rows
from journal.disclosure_log.index import BY_FIRM, FIRM_ITSELF
from journal.engines.group_commit import GroupCommit

log = logging.getLogger(__name__)

META = MetaData()
DISCLOSURES = Table(
    "disclosures",
    META,
    Column("id", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("person", String, nullable=False),
    Column("role", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("door", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("disclosed", String, nullable=False),
    Column("masks", Integer, nullable=False),
    Column("writer", String, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("chain", LargeBinary, nullable=False),
)


class DisclosureNotWritten(Exception):  # noqa: N818 - says what did not happen
    """The disclosure log could not be written 披露日志写入失败, so the answer does not leave; the cause says why."""


class Written(NamedTuple):
    """A row as it is stored 留存行; scope and disclosed as JSON, masks as bits, chain over all before it."""

    at: int
    person: str
    role: str
    organisation: str
    door: str
    scope: str
    disclosed: str
    masks: int
    writer: str
    number: int
    chain: bytes


class DisclosuresInUse(Exception):  # noqa: N818 - as the name says
    """The disclosure log holds rows already 披露日志不为空; two of them are never mixed."""

    def __init__(self) -> None:
        super().__init__("披露日志不为空 the disclosure log holds rows already")


class Store(Protocol):
    """Where rows are kept 存储."""

    @property
    def address(self) -> str | None:
        """Of a PostgreSQL server; None where they lie in a file."""

    def write(self, rows: Sequence[Written]) -> None:
        """Make rows durable, all or none."""

    def load(self, batches: Iterable[Sequence[Written]]) -> int:
        """Make the rows of a backup durable where there are none, all or none; how many there are.

        Raises:
            DisclosuresInUse: there are some.
        """

    def close(self) -> None:
        """Let go of what is open."""


OF_FIRM = enterprise_stream("")
"""What the subject of a firm itself begins with; put together here, for it is done for each row of each page."""
Content = tuple[int, str, str, str, str, str, str]
"""What a row holds of a disclosure, in the order of `Written`."""


class Held(NamedTuple):
    """What an answer holds of firms, as a row keeps it 披露内容: JSON, and the bits of its masks; made once an answer."""

    text: str
    masks: int


def held(disclosed: Iterable[Disclosed]) -> Held:
    """How a row keeps what was disclosed: [[masks, [[firm, subject], …]], …], a set of masks once for all firms that share it."""
    groups: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for firm, subject, masks in disclosed:
        short = FIRM_ITSELF if subject == OF_FIRM + firm else subject
        groups.setdefault(masks, []).append((firm, short))
    return Held(orjson.dumps(list(groups.items())).decode(), bits_of([mask for masks in groups for mask in masks]))


@lru_cache(4_096)
def _spelled(scope: Scope) -> str:
    return orjson.dumps(spelled(scope)).decode()


def as_kept(disclosure: Disclosure, known: Held | None = None) -> tuple[Content, int]:
    """What a row holds of a disclosure, and the bits of its masks. known: what it holds of firms, where that was made before."""
    of_firms = known or held(disclosure.disclosed)
    return _content(disclosure, of_firms.text), of_firms.masks


def _content(disclosure: Disclosure, of_firms: str) -> Content:
    """What a row holds of a disclosure, in the order of `Written`."""
    return (
        disclosure.at,
        disclosure.person,
        str(disclosure.role),
        disclosure.organisation,
        disclosure.entry_point,
        _spelled(disclosure.scope),
        of_firms,
    )


def linked(before: bytes, writer: str, number: int, content: Sequence[Any]) -> bytes:
    """The hash of a row that follows another in its chain 链值, SHA-256; the first follows 32 zeros."""
    return sha256(before + orjson.dumps([writer, number, *content])).digest()


START = bytes(32)
LOADED_TOGETHER = 500
"""Rows of a backup in one statement; a page of 50 firms is a row of some 5 kB."""


def _written(row: Any) -> Written:  # noqa: ANN401 - of the table, whose columns are its id and these
    return Written._make((*row[1:-1], bytes(row.chain)))


def _batches(rows: Iterable[Written]) -> Iterator[list[Written]]:
    source = iter(rows)
    while batch := list(islice(source, LOADED_TOGETHER)):
        yield batch


class Chains:
    """Chains as their rows are read 链值核对, those of one writer in the order of their numbers, of many in any."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, bytes]] = {}

    def fault(self, row: Written) -> str | None:
        """What is wrong with a row that comes next: rows before it are missing, or it is not what was written."""
        number, before = self._last.get(row.writer, (0, START))
        self._last[row.writer] = (row.number, row.chain)
        content = (row.at, row.person, row.role, row.organisation, row.door, row.scope, row.disclosed)
        if row.number != number + 1:
            return f"{row.writer}: 缺第 {number + 1} 条 row {number + 1} is missing before {row.number}"
        if linked(before, row.writer, row.number, content) != row.chain:
            return f"{row.writer}/{row.number}: 内容与链值不符 the row is not what was written"
        return None


class Chain:
    """The chain that one writer links its rows into 链, each to the one before it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin one that nobody has written to."""
        self._writer, self._number, self._last = secrets.token_hex(8), 0, START

    def rows(self, batch: Sequence[tuple[Content, int]]) -> list[Written]:
        """The rows that come next, of contents and the bits of their masks."""
        rows = []
        for content, masks in batch:
            self._number += 1
            self._last = linked(self._last, self._writer, self._number, content)
            rows.append(Written(*content, masks, self._writer, self._number, self._last))
        return rows


class DisclosureLog:
    """The log of one installation 披露日志, as one process writes and reads it.

    store: what it writes to. engine: what it is indexed and read through.
    """

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine
        self._group: GroupCommit[tuple[Content, int], None] = GroupCommit(self._commit)
        self._unindexed = 0
        self._indexing = threading.Lock()
        self._chain = Chain()

    def write(self, disclosure: Disclosure, known: Held | None = None) -> None:
        """Write a disclosure down 披露留存; once this returns it is on the disk, and its answer may leave.

        known: what it holds of firms, where that was made before of the same.

        Raises:
            DisclosureNotWritten: it is not known to be there, for the cause.
        """
        try:
            self._group.submit(as_kept(disclosure, known))
        except Exception as fault:
            raise DisclosureNotWritten from fault
        self.note_unindexed(0)

    def _commit(self, batch: Sequence[tuple[Content, int]]) -> Sequence[None]:
        """Write what waits, in one transaction."""
        for is_last in (False, True):
            try:
                self._store.write(self._chain.rows(batch))
                break
            except Exception:  # such as a connection that the server has ended meanwhile
                self._chain.begin()  # nobody knows whether the rows are there: told once more they stand twice, in two chains
                if is_last:
                    raise
        self._unindexed += len(batch)
        return [None] * len(batch)

    def note_unindexed(self, count: int) -> None:
        """So many rows more are there; whoever has written enough has the index follow."""
        self._unindexed += count
        if self._unindexed >= index_rows.SEGMENT and not self._indexing.locked():
            threading.Thread(target=self._follow, name="disclosure index", daemon=True).start()

    @property
    def loop_address(self) -> str | None:
        """Where an event loop writes rows by itself; None where a write waits for a file."""
        return self._store.address

    def _follow(self) -> None:
        """Bring the index up to the rows, in a thread of its own; what fails here is done by the next reader."""
        try:
            self.index()
        except Exception:
            log.exception("the index of the disclosure log stumbled; the next reader brings it up to date")

    def index(self) -> None:
        """Bring the index by firm up to the rows 更新索引, those of processes that were killed included."""
        with self._indexing:
            self._unindexed = 0
            while index_rows.advance(self._engine, DISCLOSURES):
                pass

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from, the index brought up to the rows before."""
        self.index()
        with self._engine.connect() as connection:
            yield connection

    def rows(self) -> Iterator[Written]:
        """Every row in the order they were written, as of one moment 全部留存行, some of them in memory at a time."""
        with self._engine.connect() as connection:
            found = connection.execution_options(yield_per=1_000).execute(select(DISCLOSURES).order_by(DISCLOSURES.c.id))
            yield from map(_written, found)

    def load(self, rows: Iterable[Written]) -> int:
        """Bring rows of a backup back into a log that has none 恢复披露日志, all or none, and index them; how many there are.

        Raises:
            DisclosuresInUse: it has some.
        """
        loaded = self._store.load(_batches(rows))
        self.index()
        return loaded

    def require_unused(self) -> None:
        """Refuse a log that has rows.

        Raises:
            DisclosuresInUse: as it says.
        """
        if next(self.rows(), None) is not None:
            raise DisclosuresInUse

    def close(self) -> None:
        """Let go of every connection."""
        with self._indexing:
            self._store.close()
            self._engine.dispose()


def broken(connection: Connection) -> Iterator[str]:
    """What is wrong with a log 披露日志核验, one line a fault: a row changed, taken out, put in, or not as its index has it.

    Rows at the end of a chain can be taken out unseen; an export kept elsewhere tells of them.
    """
    connection = connection.execution_options(yield_per=1_000)
    columns = DISCLOSURES.c
    chains = Chains()
    held = 0
    for row in connection.execute(select(DISCLOSURES).order_by(columns.writer, columns.number)):
        if fault := chains.fault(_written(row)):
            yield fault
        held += sum(_weight(firm, row.id, bits) for firm, bits in index_rows.firms_of(row.disclosed).items())
    indexed = 0
    for firm, reads in connection.execute(select(BY_FIRM.c.firm, BY_FIRM.c.reads)):
        indexed += sum(_weight(firm, identity, bits) for identity, bits in orjson.loads(reads))
    if held != indexed:
        yield "企业索引与内容不符 the index by firm differs from the rows"


def _weight(firm: str, identity: int, bits: int) -> int:
    """A number for what the index says of one row: equal sums, equal sets, in whatever order and without keeping any."""
    return int.from_bytes(sha256(orjson.dumps([firm, identity, bits])).digest())

"""Disclosure log 披露日志: which answers left with which firms' protected data, written before they left. plan P5, P7.

It lies beside the journal: a read is no decision, and there are a thousand reads to a command. One thread of a process
writes; whatever was told while it wrote goes into its next transaction, so eight answers cost one flush of the disk. Each
process has a chain of its own: a row holds the hash of its content and of the row before, so a row that was changed, taken
out or put in later is found (`broken`). The rows by firm are an index over these, and `broken` compares them too.
"""

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, Protocol

import orjson
from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, LargeBinary, MetaData, String, Table, select

from domain.disclosures import Disclosed, Disclosure, bits_of, spelled

LARGEST_BATCH = 64
"""Answers that one transaction lets go at most."""

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
BY_FIRM = Table(
    "disclosed_firms",
    META,
    Column("firm", String, primary_key=True),
    Column("disclosure", BigInteger, primary_key=True),
    Column("masks", Integer, nullable=False),
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
    firms: dict[str, int]


class Store(Protocol):
    """Where rows are kept 存储."""

    def write(self, rows: Sequence[Written]) -> None:
        """Make rows durable, all or none."""

    def close(self) -> None:
        """Let go of what is open."""


class Pending:
    """A disclosure on its way to the disk 待写披露; its answer may leave once `wait` returns."""

    __slots__ = ("content", "done", "error", "firms", "masks")

    def __init__(self, disclosure: Disclosure) -> None:
        self.firms: dict[str, int] = {}
        for one in disclosure.disclosed:
            self.firms[one.firm] = self.firms.get(one.firm, 0) | bits_of(one.masks)
        self.masks = 0
        for bits in self.firms.values():
            self.masks |= bits
        self.content = (
            disclosure.at,
            disclosure.person,
            str(disclosure.role),
            disclosure.organisation,
            disclosure.door,
            orjson.dumps(spelled(disclosure.scope)).decode(),
            _grouped(disclosure.disclosed),
        )
        self.done = threading.Event()
        self.error: BaseException | None = None

    def wait(self) -> None:
        """Wait until it is on the disk.

        Raises:
            DisclosureNotWritten: it is not known to be there, for the cause.
        """
        self.done.wait()
        if self.error is not None:
            raise DisclosureNotWritten from self.error


def _grouped(disclosed: Sequence[Disclosed]) -> str:
    """JSON of what was disclosed: [[masks, [[firm, subject], …]], …], a set of masks once for all firms that share it."""
    groups: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for firm, subject, masks in disclosed:
        groups.setdefault(masks, []).append((firm, subject))
    return orjson.dumps(list(groups.items())).decode()


def disclosed_of(kept: str) -> list[Disclosed]:
    """What a stored row says was disclosed."""
    return [
        Disclosed(firm, subject, tuple(masks)) for masks, pairs in orjson.loads(kept) for firm, subject in pairs
    ]


def linked(before: bytes, writer: str, number: int, content: Sequence[Any]) -> bytes:
    """The hash of a row that follows another in its chain 链值, SHA-256; the first follows 32 zeros."""
    return sha256(before + orjson.dumps([writer, number, *content])).digest()


START = bytes(32)


class DisclosureLog:
    """The log of one installation 披露日志, as one process writes and reads it."""

    def __init__(self, store: Store, reads: Engine) -> None:
        self._store = store
        self._reads = reads
        self._queue: SimpleQueue[Pending | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._begin()

    def _begin(self) -> None:
        """Begin a chain that nobody has written to."""
        self._writer, self._number, self._chain = secrets.token_hex(8), 0, START

    def tell(self, disclosure: Disclosure) -> Pending:
        """Hand a disclosure to the writer; its answer may leave once `wait` of what is returned has returned."""
        pending = Pending(disclosure)
        if self._thread is None:
            self._start()
        self._queue.put(pending)
        return pending

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="disclosures", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            while len(batch) < LARGEST_BATCH and batch[-1] is not None:
                try:
                    batch.append(self._queue.get_nowait())
                except Empty:
                    break
            told = [one for one in batch if one is not None]
            if told:
                self._commit(told)
            if len(told) < len(batch):
                return

    def _commit(self, batch: Sequence[Pending]) -> None:
        error: BaseException | None = None
        for _attempt in range(2):
            try:
                self._store.write(self._rows(batch))
            except Exception as fault:  # noqa: BLE001 - told to every answer that waits, none of which may leave
                error = fault
                self._begin()  # nobody knows whether the rows are there: told once more they stand twice, in two chains
            else:
                error = None
                break
        for pending in batch:
            pending.error = error
            pending.done.set()

    def _rows(self, batch: Sequence[Pending]) -> list[Written]:
        rows = []
        for pending in batch:
            self._number += 1
            self._chain = linked(self._chain, self._writer, self._number, pending.content)
            rows.append(
                Written(*pending.content, pending.masks, self._writer, self._number, self._chain, pending.firms)
            )
        return rows

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from."""
        with self._reads.connect() as connection:
            yield connection

    def close(self) -> None:
        """Write what was told and end the writer."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None
        self._store.close()
        self._reads.dispose()


def broken(connection: Connection) -> Iterator[str]:
    """What is wrong with a log 披露日志核验, one line a fault: a row changed, taken out, put in, or not as its index has it.

    Rows at the end of a chain can be taken out unseen; an export kept elsewhere tells of them.
    """
    log = DISCLOSURES.c
    chains: dict[str, tuple[int, bytes]] = {}
    rows = connection.execution_options(yield_per=1_000).execute(select(DISCLOSURES).order_by(log.writer, log.number))
    for row in rows:
        number, before = chains.get(row.writer, (0, START))
        content = (row.at, row.person, row.role, row.organisation, row.door, row.scope, row.disclosed)
        if row.number != number + 1:
            yield f"{row.writer}: 缺第 {number + 1} 条 row {number + 1} is missing before {row.number}"
        elif linked(before, row.writer, row.number, content) != bytes(row.chain):
            yield f"{row.writer}/{row.number}: 内容与链值不符 the row is not what was written"
        chains[row.writer] = (row.number, bytes(row.chain))
        firms: dict[str, int] = {}
        for firm, _, masks in disclosed_of(row.disclosed):
            firms[firm] = firms.get(firm, 0) | bits_of(masks)
        index = select(BY_FIRM.c.firm, BY_FIRM.c.masks).where(BY_FIRM.c.disclosure == row.id)
        if dict(tuple(one) for one in connection.execute(index)) != firms:
            yield f"{row.writer}/{row.number}: 企业索引与内容不符 the index by firm differs from the row"

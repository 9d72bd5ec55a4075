"""Entry 日志条目: a fact and its circumstances, and the canonical bytes that the Merkle tree is built over. plan P5."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from journal.digests import DIGESTS, Digest
from journal.transparency.merkle import Tree

MICROSECONDS = 1_000_000
DAY = 86_400 * MICROSECONDS
LARGEST_JUMP = 366 * DAY
"""A clock further ahead of the last entry than this is refused: one wrong clock would be permanent."""
CLOCK_DRIFT = DAY
"""How far the clock of an ordinary journal may differ from the machine's."""

DEMO_STREAM = "journal/mark"
DEMO_TYPE = "journal.marked_demo.v1"
"""First entry of a journal that accepts clocks of the past 示例日志."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to append 待追加条目. state: the event's JSON. Texts that do not apply are empty.

    stream, version: versions of a stream count from 1. reason, correlation, causation: why, and caused by what.
    """

    stream: str
    version: int
    type: str
    state: bytes
    actor: str = ""
    role: str = ""
    organisation: str = ""
    reason: str = ""
    correlation: str = ""
    causation: str = ""
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the journal 日志条目. position: gapless from 1, in commit order. at: microseconds of UTC since 1970."""

    position: int
    at: int
    stream: str
    version: int
    type: str
    state: bytes
    actor: str
    role: str
    organisation: str
    reason: str
    correlation: str
    causation: str
    idempotency_key: str
    leaf: bytes


Remember = tuple[str, str, str, str] | None
"""(actor, idempotency key, digest of the input, outcome) to keep beside the entries; None = nothing."""

Batch = tuple[Sequence[NewEntry], int, Remember]
"""What is to be appended together 待追加: entries, at which microsecond of UTC since 1970, and what to remember."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found at one moment 取数所得. size, at: of the head. outcomes: (actor, key) -> (digest, outcome), if any."""

    size: int
    at: int
    entries: dict[str, list[Entry]]
    outcomes: dict[tuple[str, str], tuple[str, str]]


COLUMNS = tuple(Entry.__dataclass_fields__)
row_of = attrgetter(*COLUMNS)
"""The values of an entry 条目各列, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Head:
    """The one row that numbers, times and proves 头部: size of the journal, last time, Merkle frontier and root.

    algorithm: what every hash of this journal is made with; chosen when the journal is made, the same for good.
    """

    size: int
    at: int
    frontier: bytes
    root: bytes
    algorithm: str

    @property
    def digest(self) -> Digest:
        """The algorithm itself.

        Raises:
            HeadBroken: the head names none that we know.
        """
        if self.algorithm not in DIGESTS:
            raise HeadBroken(f"杂凑算法不明 the head names no algorithm that is known: {self.algorithm[:40]!r}")
        return DIGESTS[self.algorithm]

    @property
    def tree(self) -> Tree:
        """The tree that it is the state of, to grow on.

        Raises:
            HeadBroken: the frontier does not fit the size, or the algorithm is unknown.
        """
        try:
            return Tree(self.digest, self.size, self.frontier)
        except ValueError as error:
            raise HeadBroken(str(error)) from error


class VersionTaken(Exception):  # noqa: N818 - a lost race, not a fault
    """Another writer appended to the stream first 版本已被占用."""


class ClockRefused(Exception):  # noqa: N818 - as above
    """The clock is not to be believed 时钟不可信: far from the machine's, or far ahead of the last entry."""


class KeyReused(Exception):  # noqa: N818 - as above
    """An idempotency key was used with other input 幂等键重复使用."""


class HeadBroken(Exception):  # noqa: N818 - as above
    """The head does not fit the last entry 日志头损坏: nothing is appended until `verify` has shown what was changed."""


class DigestDiffers(ValueError):  # noqa: N818 - as above
    """The journal was made with another algorithm than is asked for 杂凑算法不符; it cannot be changed afterwards."""


class Unreadable(Exception):  # noqa: N818 - as above
    """Stored bytes that are no text at all 内容无法读取; only tampering or a failing disk leaves such."""


def check_algorithm(made_with: str, asked: Digest | None) -> None:
    """Refuse to open a journal under another algorithm than its own. asked: None = whatever it was made with.

    Raises:
        DigestDiffers: as it says.
    """
    if asked is not None and made_with != asked.name:
        raise DigestDiffers(
            f"日志自建立起使用 {made_with}，不能改用 {asked.name} the journal was made with {made_with}, {asked.name} is asked for"
        )


MAGIC = b"zhenduan.entry.v1"


def canonical(position: int, at: int, entry: NewEntry | Entry) -> bytes:
    """The bytes of an entry that are hashed 规范字节.

    "zhenduan.entry.v1", then position, time, version as big-endian signed 64 bit, then stream, type, state, actor, role,
    organisation, reason, correlation, causation, idempotency key, each as a big-endian 32-bit length and its bytes (UTF-8).
    """
    texts = (
        entry.stream.encode(),
        entry.type.encode(),
        entry.state,
        entry.actor.encode(),
        entry.role.encode(),
        entry.organisation.encode(),
        entry.reason.encode(),
        entry.correlation.encode(),
        entry.causation.encode(),
        entry.idempotency_key.encode(),
    )
    parts = [MAGIC, struct.pack(">qqq", position, at, entry.version)]
    for text in texts:
        parts += (struct.pack(">I", len(text)), text)
    return b"".join(parts)


def check_texts(entries: Sequence[NewEntry], remember: Sequence[str] | None) -> None:
    """Refuse what PostgreSQL could not hold, on either engine, before it can fail the appends that it would wait with.

    Raises:
        ValueError: a text has a NUL in it, or half a character (a lone surrogate), which UTF-8 cannot hold.
    """
    for entry in entries:
        _check_text(f"{entry.stream}{entry.type}{entry.actor}{entry.role}{entry.organisation}")
        _check_text(f"{entry.reason}{entry.correlation}{entry.causation}{entry.idempotency_key}")
    _check_text("".join(remember or ()))


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError(f"a text has a NUL in it: {text[:80]!r}")
    if not text.isascii():
        text.encode()


def place(
    tree: Tree, last: int, entries: Sequence[NewEntry], at: int, now: int, *, demo: bool
) -> list[Entry]:
    """New entries numbered, timed and hashed after those of a tree, which grows by them.

    last: time of the last entry, 0 without any; at: what the writer's clock says; now: what the machine's says. Time never runs
    backwards.

    Raises:
        ClockRefused: see `LARGEST_JUMP` and `CLOCK_DRIFT`.
    """
    if not demo and abs(at - now) > CLOCK_DRIFT:
        raise ClockRefused("the clock differs from the machine's by more than a day")
    if last and at - last > LARGEST_JUMP:
        raise ClockRefused("the clock is more than a year ahead of the last entry")
    at = max(at, last)
    placed: list[Entry] = []
    for position, entry in enumerate(entries, tree.size + 1):
        leaf = tree.digest.leaf(canonical(position, at, entry))
        tree.add(leaf)
        placed.append(
            Entry(
                position,
                at,
                entry.stream,
                entry.version,
                entry.type,
                entry.state,
                entry.actor,
                entry.role,
                entry.organisation,
                entry.reason,
                entry.correlation,
                entry.causation,
                entry.idempotency_key,
                leaf,
            )
        )
    return placed

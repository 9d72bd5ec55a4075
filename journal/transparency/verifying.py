"""Verification 核验 of a whole journal: every entry against its leaf, and all of them against the head. plan P5.

Covered: every byte of every column of every entry, and of the head. Not covered: the remembered outcomes of idempotency keys.
They are no part of the record but answers kept for callers who ask twice; append-only by trigger, and whoever changes one can
make a repeated command be answered wrongly or decided anew, but cannot add, change or hide a fact: the key itself stands in
the entry.
"""

from collections.abc import Callable
from dataclasses import dataclass

from journal.digests import DIGESTS, SHA256
from journal.entries import Entry, Head, Unreadable, canonical
from journal.journal import Journal
from journal.transparency.merkle import Tree

BATCH = 2_000


@dataclass(frozen=True)
class Verified:
    """The journal is whole 完整: its size and root, and what they are hashed with."""

    size: int
    root: bytes
    algorithm: str = SHA256.name


@dataclass(frozen=True)
class Broken:
    """The journal was tampered with 已被篡改: the first broken position, 0 for the head, and what is wrong."""

    position: int
    what: str


def verify(journal: Journal, progress: Callable[[int], None] | None = None) -> Verified | Broken:
    """Walk the journal and name the first broken entry 逐条核验.

    Args:
        journal: to walk; entries appended meanwhile are left for the next time.
        progress: told the number of entries checked so far.
    """
    with journal.snapshot():
        try:
            head = journal.head()
        except Unreadable:
            return Broken(0, "杂凑算法不明 the head names no algorithm that is known")
        if head.algorithm not in DIGESTS:
            return Broken(0, "杂凑算法不明 the head names no algorithm that is known")
        tree = Tree(head.digest)
        at = 0
        versions: dict[str, int] = {}
        while True:
            entries = _next(journal, tree.size)
            if entries is None:
                return Broken(tree.size + 1, "内容无法读取 the content cannot be read")
            for entry in entries:
                wanted = tree.size + 1
                if entry.position != wanted:
                    return Broken(wanted, "条目缺失 the entry is missing")
                if entry.leaf != tree.digest.leaf(canonical(entry.position, entry.at, entry)):
                    return Broken(wanted, "内容与散列不符 the content does not match its hash")
                if entry.at < at:
                    return Broken(wanted, "时间倒退 time runs backwards")
                # a stream of ours begins at 1; one of an application of the library may begin at 0
                before = versions.get(entry.stream, -1 if entry.version == 0 else 0)
                if entry.version != before + 1:
                    return Broken(wanted, "流版本不连续 the stream's versions are not contiguous")
                versions[entry.stream] = entry.version
                at = entry.at
                tree.add(entry.leaf)
            if progress is not None:
                progress(tree.size)
            if not entries:
                break
    if Head(tree.size, at, tree.frontier, tree.root, tree.digest.name) != head:
        return Broken(0, "日志头与条目不符 the head does not match the entries")
    return Verified(tree.size, tree.root, tree.digest.name)


def _next(journal: Journal, position: int) -> list[Entry] | None:
    """The entries beyond a position up to one that cannot be read; None when that one comes next."""
    limit = BATCH
    while limit:
        try:
            return journal.since(position, limit)
        except Unreadable:
            limit //= 2
    return None

"""Audit export 审计导出: the trail as JSON Lines, each entry with its proof, made as it is sent. plan P5.

The first line is the checkpoint; every other line is one entry: its canonical bytes and audit path, which
interop/proof/verify_dossier.py checks with no server, and beside them the same in words and as plain data, for reading.
"""

import base64
from collections.abc import Iterator

import orjson

from domain.access import Scope
from interop.proof.dossier import covering, path_of
from journal import Entry, Journal
from journal.entries import canonical
from journal.transparency.checkpoints import Checkpoint
from journal.transparency.merkle import includes
from journal.transparency.subtrees import TILE, TILE_HEIGHT, Unprovable
from journal.transparency.transparency_log import TransparencyLog
from projections import ReadModels
from projections.record import audit_trail, trail_sentences
from projections.record.audit_trail import EntryFilter

FORMAT = "zhenduan.audit-trail.v2"
BATCH = 500
"""Entries held in memory at a time."""


def lines(
    journal: Journal,
    models: ReadModels,
    log: TransparencyLog,
    scope: Scope,
    role: str,
    where: EntryFilter,
) -> Iterator[bytes]:
    """The trail, line by line 逐行导出, up to where it stands as the first line is made.

    Args:
        journal: gives the bytes that are proved.
        models: say which entries the scope and the filter admit.
        log: gives the checkpoint and the proofs.
        scope: whose things.
        role: to whom; what is not told to it is left out.
        where: which entries of them.

    Raises:
        SigningRefused, Unprovable: the journal is not what was signed for.
    """
    with models.reading() as snapshot:
        last = snapshot.position
    note, checkpoint = covering(log, last)
    yield _line({"format": FORMAT, "algorithm": checkpoint.digest.name, "checkpoint": str(note)})
    position = 0
    proved = Proved(journal, log, checkpoint)
    while True:
        with models.reading() as snapshot:
            found = audit_trail.entries(snapshot, scope, role, BATCH, where, after=position)
            rows = [row for row in found if row.position <= last]
            sentences = trail_sentences.sentences_of(snapshot, scope, rows)
        for row, sentence in zip(rows, sentences, strict=True):
            entry, path = proved.at(row.position)
            content = canonical(entry.position, entry.at, entry)
            yield _line(
                {
                    "content": base64.b64encode(content).decode(),
                    "proof": [base64.b64encode(step).decode() for step in path],
                    "entry": _plain(entry),
                    "stated": {"sentence": sentence},
                }
            )
        if len(rows) < BATCH:
            return
        position = rows[-1].position


class Proved:
    """Entries with their audit paths, asked for in order 顺序出证: what neighbours share is read and hashed once.

    The leaves of one tile are held, and the path from the tile's root up, which is the same for all of them.
    """

    def __init__(self, journal: Journal, log: TransparencyLog, checkpoint: Checkpoint) -> None:
        self._journal, self._log, self._checkpoint = journal, log, checkpoint
        self._number = -1
        self._entries: list[Entry] = []
        self._levels: list[list[bytes]] = []
        self._above: tuple[bytes, ...] = ()

    def at(self, position: int) -> tuple[Entry, tuple[bytes, ...]]:
        """An entry and its audit path.

        Raises:
            Unprovable: the entry is not what was signed for.
        """
        number, offset = divmod(position - 1, TILE)
        if number != self._number:
            self._load(number)
        entry = self._entries[offset]
        if not self._levels:
            return entry, path_of(self._log, entry, self._checkpoint)
        within = tuple(level[(offset >> height) ^ 1] for height, level in enumerate(self._levels))
        digest = self._checkpoint.digest
        path, leaf = within + self._above, digest.leaf(canonical(entry.position, entry.at, entry))
        if not includes(digest, self._checkpoint.root, self._checkpoint.size, position - 1, leaf, path):
            raise Unprovable(f"entry {position} is not what the checkpoint was signed over")
        return entry, path

    def _load(self, number: int) -> None:
        """Read a tile; one that the checkpoint does not fill is proved entry by entry."""
        self._number = number
        self._entries = self._journal.since(number * TILE, TILE)
        self._levels, self._above = [], ()
        if (number + 1) * TILE <= self._checkpoint.size:
            level = [entry.leaf for entry in self._entries]
            while len(level) > 1:
                self._levels.append(level)
                level = [self._checkpoint.digest.node(*pair) for pair in zip(level[::2], level[1::2], strict=True)]
            self._above = path_of(self._log, self._entries[0], self._checkpoint)[TILE_HEIGHT:]


def _plain(entry: Entry) -> dict[str, object]:
    """An entry as data, as it was written; the verifier holds it against the proved bytes."""
    return {
        "position": entry.position,
        "at": entry.at,
        "subject": entry.stream,
        "version": entry.version,
        "type": entry.type,
        "actor": entry.actor,
        "role": entry.role,
        "organisation": entry.organisation,
        "reason": entry.reason,
        "data": orjson.loads(entry.state),
    }


def _line(made: dict[str, object]) -> bytes:
    return orjson.dumps(made, option=orjson.OPT_APPEND_NEWLINE)


def chunks(made: Iterator[bytes], size: int = 64 * 1024) -> Iterator[bytes]:
    """Lines put together into pieces worth sending 分块."""
    waiting: list[bytes] = []
    length = 0
    for line in made:
        waiting.append(line)
        length += len(line)
        if length >= size:
            yield b"".join(waiting)
            waiting, length = [], 0
    if waiting:
        yield b"".join(waiting)



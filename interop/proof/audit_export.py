"""Audit export 审计导出: the trail as JSON Lines, each entry with its proof, made as it is sent. plan P5.

The first line is the checkpoint; every other line is one entry: its canonical bytes and audit path, which
interop/proof/verify_dossier.py checks with no server, and beside them the same in words and as plain data, for reading.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from domain.access import Scope
from interop.proof.dossier import covering, path_of
from isolation import Bounds, preload, run
from journal import Entry, Journal
from journal.entries import canonical
from journal.transparency.checkpoints import Checkpoint
from journal.transparency.merkle import includes
from journal.transparency.subtrees import TILE, TILE_HEIGHT, Subtrees, Unprovable
from journal.transparency.transparency_log import TransparencyLog
from projections import ReadModels
from projections.record import audit_trail, trail_sentences
from projections.record.audit_trail import EntryFilter

FORMAT = "zhenduan.audit-trail.v2"
BATCH = 1_000
"""Entries held in memory at a time."""
BOUNDS = Bounds(memory_mib=1_024, cpu_seconds=60, wall_seconds=180.0, written_mib=64)
"""Of a process that makes some megabytes of lines; it writes nothing but what a database keeps beside itself."""
WORKER = "interop.proof.export_worker"
"""The module that makes lines in a process apart."""
BROKEN = b"!"
"""Begins what a process says of a journal that is not what was signed for."""
preload(WORKER)


@dataclass(frozen=True)
class Export:
    """What an export is of 导出范围, as it can be handed to another process.

    scope, role: whose things, and to whom; what is not told to it is left out. where: which entries of them. last: position up to
    which the trail stands. checkpoint: that the proofs are under.
    """

    scope: Scope
    role: str
    where: EntryFilter
    last: int
    checkpoint: str


def begun(models: ReadModels, log: TransparencyLog, scope: Scope, role: str, where: EntryFilter) -> tuple[bytes, Export]:
    """The first line of an export, and what follows it 导出起始: the trail as it stands now.

    Raises:
        SigningRefused, Unprovable: the journal is not what was signed for.
    """
    with models.reading() as snapshot:
        last = snapshot.position
    note, checkpoint = covering(log, last)
    first = _line({"format": FORMAT, "algorithm": checkpoint.digest.name, "checkpoint": str(note)})
    return first, Export(scope, role, where, last, note.text)


def batch(journal: Journal, models: ReadModels, subtrees: Subtrees, export: Export, after: int) -> tuple[bytes, int | None]:
    """The next lines 逐批导出, and after which position the ones after them begin; None = these are the last.

    Raises:
        Unprovable: the journal is not what was signed for.
    """
    with models.reading() as snapshot:
        found = audit_trail.entries(snapshot, export.scope, export.role, BATCH, export.where, after=after)
        rows = [row for row in found if row.position <= export.last]
        sentences = trail_sentences.sentences_of(snapshot, export.scope, rows)
    proved = Proved(journal, subtrees, Checkpoint.parse(export.checkpoint))
    made = [_proved_line(*proved.at(row.position), said) for row, said in zip(rows, sentences, strict=True)]
    return b"".join(made), rows[-1].position if len(rows) == BATCH else None


def lines(
    journal: Journal, models: ReadModels, log: TransparencyLog, scope: Scope, role: str, where: EntryFilter
) -> Iterator[bytes]:
    """The trail, batch by batch 导出, up to where it stands as the first line is made.

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
    first, export = begun(models, log, scope, role, where)
    yield first
    position: int | None = 0
    while position is not None:
        made, position = batch(journal, models, log.subtrees, export, position)
        yield made


def _proved_line(entry: Entry, path: Sequence[bytes], said: trail_sentences.Said) -> bytes:
    return _line(
        {
            "content": base64.b64encode(canonical(entry.position, entry.at, entry)).decode(),
            "proof": [base64.b64encode(step).decode() for step in path],
            "entry": _plain(entry),
            "stated": {"sentence": said.in_chinese, "sentenceInEnglish": said.in_english},
        }
    )


class Proved:
    """Entries with their audit paths, asked for in order 顺序出证: what neighbours share is read and hashed once.

    The leaves of one tile are held, and the path from the tile's root up, which is the same for all of them.
    """

    def __init__(self, journal: Journal, subtrees: Subtrees, checkpoint: Checkpoint) -> None:
        self._journal, self._subtrees, self._checkpoint = journal, subtrees, checkpoint
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
            return entry, path_of(self._subtrees, entry, self._checkpoint)
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
            self._above = path_of(self._subtrees, self._entries[0], self._checkpoint)[TILE_HEIGHT:]


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


def apart_lines(models: str, journal: str, export: Export) -> Iterator[bytes]:
    """The lines of an export after its first, made by processes apart: they take seconds of a core for each ten thousand.

    models, journal: addresses.

    Raises:
        Unprovable: the journal is not what was signed for.
    """
    after = 0
    while True:
        made = run(f"{WORKER}:made_apart", models, journal, export, after, bounds=BOUNDS)
        if made.startswith(BROKEN):
            raise Unprovable(made.removeprefix(BROKEN).decode())
        position, _, told = made.partition(b"\n")
        yield told
        after = int(position)
        if not after:
            return

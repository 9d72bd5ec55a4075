"""Audit export 审计导出: the trail as JSON Lines, each entry with its proof, made as it is sent. plan P5.

The first line is the checkpoint; every other line is one entry: its canonical bytes and audit path, which
interop/verify_dossier.py checks with no server, and beside them the same in words and as plain data, for reading.
"""

import base64
from collections.abc import Callable, Iterator

import orjson

from domain.access import Scope
from interop.dossier import covering, path_of
from journal import Journal
from journal.entries import canonical
from journal.transparency import TransparencyLog
from projections import ReadModels, audit_trail, trail_words
from projections.audit_trail import EntryFilter, EntryRow

FORMAT = "zhenduan.audit-trail.v1"
BATCH = 500
"""Entries held in memory at a time."""


def lines(
    journal: Journal,
    models: ReadModels,
    log: TransparencyLog,
    scope: Scope,
    where: EntryFilter,
    named: Callable[[str], str],
) -> Iterator[bytes]:
    """The trail, line by line 逐行导出, up to where it stands as the first line is made.

    Args:
        journal: gives the bytes that are proved.
        models: say which entries the scope and the filter admit.
        log: gives the checkpoint and the proofs.
        scope: whose things.
        where: which entries of them.
        named: what a fact is called, where no sentence of its own speaks of it.

    Raises:
        SigningRefused, Unprovable: the journal is not what was signed for.
    """
    with models.reading() as reading:
        last = reading.position
    note, checkpoint = covering(log, last)
    yield _line({"format": FORMAT, "checkpoint": str(note)})
    position = 0
    while True:
        with models.reading() as reading:
            rows = [row for row in audit_trail.entries(reading, scope, BATCH, where, after=position) if row.position <= last]
            sentences = trail_words.told(reading, scope, rows, named)
        for row, sentence in zip(rows, sentences, strict=True):
            (entry,) = journal.since(row.position - 1, 1)
            content = canonical(entry.position, entry.at, entry)
            yield _line(
                {
                    "content": base64.b64encode(content).decode(),
                    "proof": [base64.b64encode(step).decode() for step in path_of(log, entry, checkpoint)],
                    "entry": _plain(row),
                    "sentence": sentence,
                }
            )
        if len(rows) < BATCH:
            return
        position = rows[-1].position


def _plain(row: EntryRow) -> dict[str, object]:
    """An entry as data."""
    return {
        "position": row.position,
        "at": row.at,
        "subject": row.stream,
        "version": row.version,
        "type": row.type,
        "actor": row.actor,
        "role": row.role,
        "organisation": row.organisation,
        "reason": row.reason,
        "data": orjson.loads(row.data),
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



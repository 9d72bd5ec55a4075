"""Export worker 导出进程: lines of an exported trail, made in a process of its own: none of it is a reader's core. plan P5."""

from contextlib import closing

from interop.proof.audit_export import BROKEN, Export, batch
from journal import open_journal
from journal.transparency.checkpoints import Checkpoint
from journal.transparency.log_tables import LogTables
from journal.transparency.subtrees import Subtrees, Unprovable
from projections import open_read_models

APART = 4 * 1024 * 1024
"""Bytes of lines from which on a process hands over what it has made."""


def made_apart(models: str, journal: str, export: Export, after: int) -> bytes:
    """The next lines, made in a process apart 隔离导出; see `apart_lines`.

    Returns:
        the position after which the lines behind these begin, in decimal, 0 = there are none, a line end, and the lines.
    """
    made: list[bytes] = []
    position: int | None = after
    with (
        closing(open_journal(journal)) as source,
        closing(open_read_models(models, None)) as read,
        closing(LogTables(journal)) as tables,
    ):
        subtrees = Subtrees(tables, Checkpoint.parse(export.checkpoint).digest)
        while position is not None and sum(map(len, made)) < APART:
            try:
                more, position = batch(source, read, subtrees, export, position)
            except Unprovable as unprovable:
                return BROKEN + str(unprovable).encode()
            made.append(more)
    return b"%d\n" % (position or 0) + b"".join(made)

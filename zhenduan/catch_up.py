"""Catch-up 追赶: what a process made for it folds, until the rows know all that the journal holds. plan P5."""

from collections.abc import Callable
from contextlib import closing

from journal import open_journal
from projections import open_read_models


def catch_up(models: str, journal: str, most: int, progress: Callable[[int], None]) -> bytes:
    """Fold what the journal holds beyond the rows; the position reached, in decimal.

    Args:
        models: address of the read models.
        journal: address of the journal.
        most: how many entries it folds at the most.
        progress: told the position after each batch; where it raises, nobody waits for it any more.
    """
    with closing(open_journal(journal)) as source, closing(open_read_models(models, source)) as rows:
        return str(rows.catch_up(most, progress)).encode()

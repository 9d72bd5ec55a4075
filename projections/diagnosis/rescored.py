"""Rescored 影子测算 in a process of its own alone: minutes of a core that no reader's is. plan S4, S5."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import orjson

from domain.access import Everything
from journal.blobs import Blobs
from projections import open_read_models
from projections.diagnosis.movers import mover_line
from projections.diagnosis.rescoring import Rescoring
from projections.standard import editions
from standards import AnyEdition, edition_of_json

EVERY = 16
"""Diagnoses between two words about how far it is."""


def outcome_bytes(address: str, files: str, new: Mapping[str, AnyEdition], progress: Callable[[int], None]) -> bytes:
    """Re-score every finished diagnosis of one snapshot 测算, and keep the file of those that move; as JSON.

    Args:
        address: of the read models, which are read alone.
        files: folder of the files that are kept.
        new: key of a published edition -> the edition in its place.
        progress: told how many are done.

    Returns:
        position: of the snapshot. result, sensitivity: as `Rescoring` gives them. movers: hash of their file. moved, done: counts.
    """
    moved = 0
    with closing(open_read_models(address, None)) as models, models.reading() as snapshot:
        old = {row.key: edition_of_json(row.body) for row in editions.editions(snapshot) if row.key in new}
        rescoring = Rescoring(old, new)

        def report(done: int) -> None:
            if done % EVERY == 1:
                progress(done)

        def lines() -> Iterator[bytes]:
            nonlocal moved
            for mover in rescoring.movers(snapshot, Everything(), report):
                moved += 1
                yield mover_line(mover)

        movers = Blobs(Path(files)).keep(lines())
        return orjson.dumps(
            {
                "position": snapshot.position,
                "result": rescoring.result().model_dump(mode="json"),
                "sensitivity": [one.model_dump(mode="json") for one in rescoring.sensitivity()],
                "movers": movers,
                "moved": moved,
                "done": rescoring.done,
            }
        )

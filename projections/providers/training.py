"""Training read model 培训台: the training of each edition, as the rules fold it. plan T1."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import MetaData, Table, select

from domain.providers.training import TRAININGS, Training, TrainingEvent
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class TrainingRow(NamedTuple):
    """The training for an edition 培训. body: JSON of `Training`, the folded state. changed_at: microseconds of UTC."""

    edition: str
    body: str
    changed_at: Long


TRAINING = Table("trainings", META, *columns(TrainingRow, "edition"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """The training of each edition, by the rules' own fold."""
    for entry in entries:
        edition = key(entry)
        row = tables[TRAINING].get(edition)
        known = Training.model_validate_json(row["body"]) if row is not None else None
        folded = TRAININGS.evolve(known, decode(TRAININGS, entry.type, entry.state))
        tables[TRAINING].put({"edition": edition, "body": folded.model_dump_json(), "changed_at": entry.at})


TRAINING_READ_MODEL = ReadModel("trainings_desk", (TRAINING,), fold, frozenset(TrainingEvent.__args__))


def trainings(snapshot: Snapshot) -> dict[str, Training]:
    """Every training by its edition 培训; that there is one is open to every signed-in role, its bank is not."""
    table = snapshot[TRAINING]
    rows = snapshot.rows(select(*chosen(table, TrainingRow)).order_by(table.c.edition))
    return {edition: Training.model_validate_json(body) for edition, body, _ in rows}


def training(snapshot: Snapshot, edition: str) -> Training | None:
    """The training for one edition."""
    table = snapshot[TRAINING]
    rows = snapshot.rows(select(table.c.body).where(table.c.edition == edition))
    return Training.model_validate_json(rows[0][0]) if rows else None

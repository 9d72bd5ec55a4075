"""Calibrations read model 校准台: each quarter's cases and what was given to them, as the rules fold it. plan T1."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import MetaData, Table, select

from domain.providers.calibration import CALIBRATIONS, Calibration, CalibrationEvent
from journal import Entry
from journal.codec import decode
from projections.engine.columns import columns
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class CalibrationRow(NamedTuple):
    """A quarter's calibration 校准. body: JSON of `Calibration`, the folded state."""

    quarter: str
    body: str


ROWS = Table("calibrations", META, *columns(CalibrationRow, "quarter"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each quarter, by the rules' own fold."""
    for entry in entries:
        row = tables[ROWS].get(key(entry))
        known = Calibration.model_validate_json(row["body"]) if row is not None else None
        folded = CALIBRATIONS.evolve(known, decode(CALIBRATIONS, entry.type, entry.state))
        tables[ROWS].put({"quarter": key(entry), "body": folded.model_dump_json()})


CALIBRATION_READ_MODEL = ReadModel("calibrations_desk", (ROWS,), fold, frozenset(CalibrationEvent.__args__))


def calibrations(snapshot: Snapshot) -> dict[str, Calibration]:
    """Every quarter's calibration 校准, the latest first."""
    table = snapshot[ROWS]
    rows = snapshot.rows(select(table.c.quarter, table.c.body).order_by(table.c.quarter.desc()))
    return {quarter: Calibration.model_validate_json(body) for quarter, body in rows}

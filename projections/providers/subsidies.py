"""Subsidies read model 补贴台: the subsidy of each year as the rules fold it. plan I1."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import MetaData, Table, select

from domain.providers.subsidies.events import SubsidyEvent
from domain.providers.subsidies.state import YearOfSubsidy
from domain.providers.subsidies.subsidy import SUBSIDIES
from journal import Entry
from journal.codec import decode
from projections.engine.columns import columns
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class SubsidyRow(NamedTuple):
    """The subsidy of a year 年度补贴. body: JSON of `YearOfSubsidy`, the folded state."""

    year: int
    body: str


YEARS = Table("subsidies", META, *columns(SubsidyRow, "year"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each year by the rules' own fold."""
    for entry in entries:
        year = int(key(entry))
        row = tables[YEARS].get(year)
        known = YearOfSubsidy.model_validate_json(row["body"]) if row is not None else None
        state = SUBSIDIES.evolve(known, decode(SUBSIDIES, entry.type, entry.state))
        tables[YEARS].put({"year": year, "body": state.model_dump_json()})


SUBSIDY_READ_MODEL = ReadModel("subsidies_desk", (YEARS,), fold, frozenset(SubsidyEvent.__args__))


def subsidy_of(snapshot: Snapshot, year: int) -> YearOfSubsidy | None:
    """The subsidy of a year 年度补贴; the caller has judged who is shown what of it."""
    years = snapshot[YEARS]
    rows = snapshot.rows(select(years.c.body).where(years.c.year == year))
    return YearOfSubsidy.model_validate_json(rows[0][0]) if rows else None

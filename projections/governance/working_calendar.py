"""Working calendar read model 工作日历台: the years that were set, over those on file. plan P5."""

from collections.abc import Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import MetaData, Table, select

from domain.governance.working_calendar import WorkingCalendar, WorkingCalendarSet, WorkingYear, calendar_in_force
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import ReadModel, Tables, data
from projections.engine.snapshot import Snapshot

META = MetaData()


class WorkingYearRow(NamedTuple):
    """A year that was set 年度日历. body: JSON of a `WorkingYear`."""

    year: int
    body: str
    set_at: Long


YEARS = Table("working_years", META, *columns(WorkingYearRow, "year"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """The latest statement of each year."""
    for entry in entries:
        found = {name: data(entry)[name] for name in ("year", "holidays", "workdays", "source")}
        tables[YEARS].put({"year": found["year"], "body": orjson.dumps(found).decode(), "set_at": entry.at})


WORKING_CALENDAR_READ_MODEL = ReadModel("working_calendar", (YEARS,), fold, frozenset({WorkingCalendarSet}))


def year_rows(snapshot: Snapshot) -> list[WorkingYearRow]:
    """Every year that was set, in order 已设年度; open to every signed-in role."""
    table = snapshot[YEARS]
    query = select(*chosen(table, WorkingYearRow)).order_by(table.c.year)
    return [WorkingYearRow._make(row) for row in snapshot.rows(query)]


def calendar_now(snapshot: Snapshot) -> WorkingCalendar:
    """The calendar that periods are counted by 现行日历: what was set, over what is on file."""
    years = [WorkingYear.model_validate_json(row.body) for row in year_rows(snapshot)]
    return calendar_in_force(WorkingCalendar(years={one.year: one for one in years}))

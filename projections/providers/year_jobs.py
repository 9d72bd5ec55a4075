"""Jobs of a year 年度任务: what is on record of each diagnosis that was opened in the city's year and not withdrawn. plan V5.

A job is one row, in which the fold keeps what is counted of it. They are read some thousand at a time, by when they were opened, so
that no more are ever held; the provider is the one that has it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select, tuple_

from domain.access import Scope
from domain.diagnosis.state import Status
from domain.instants import city_midnight, microseconds
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.diagnosis.job_records import NAMES
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.providers.case_mix import level_columns, levels_from

JOBS_READ = 2_000
"""At a time."""
CONFIRMED = Status.CONFIRMED.value
READ = ("provider", "id", "opened_at", "campaign", "status", "visited_on", "most_on_site", "first_issued_at", *NAMES[2:])
"""Columns of a diagnosis' row that `_read` takes, before the levels."""


class Job(NamedTuple):
    """What is on record of one job 任务记录. visited_on: ISO text of the first visit; reported_at: of the first report, µs of UTC.

    opened_at: likewise, and campaign: by which it is known what limits hold for it.
    levels: of its firm in the year, as `case_mix` has them. unreasoned: answers that were corrected without a reason. overturned:
    items whose objection was upheld, once each.
    """

    provider: str
    diagnosis: str
    levels: tuple[str, ...]
    opened_at: int
    campaign: str
    status: str
    visited_on: str | None
    most_on_site: int | None
    reported_at: int | None
    evidence: int
    items: int
    unreasoned: int
    overturned: int


def opened_in(year: int) -> tuple[int, int]:
    """First moment of a city's year and of the next, in microseconds of UTC."""
    first, after = (microseconds(city_midnight(date(one, 1, 1))) for one in (year, year + 1))
    return first, after


def jobs_of(snapshot: Snapshot, scope: Scope, year: int, provider: str | None = None) -> Iterator[list[Job]]:
    """Every job of a city's year within a scope, or one provider's, so many at a time 年度任务."""
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    places, levels = level_columns(snapshot, year)
    first, after = opened_in(year)
    query = (
        select(*(cases.c[name] for name in READ), *levels)
        .select_from(places)
        .where(
            firms.c.id == cases.c.enterprise,
            cases.c.provider.is_not(None) if provider is None else cases.c.provider == provider,
            cases.c.status != Status.WITHDRAWN.value,
            cases.c.opened_at < after,
            to_sql(scope, diagnosis_columns(snapshot)),
        )
        .order_by(cases.c.opened_at, cases.c.id)
        .limit(JOBS_READ)
    )
    last = (first, "")
    while found := snapshot.rows(query.where(tuple_(cases.c.opened_at, cases.c.id) > tuple_(*last))):
        last = (int(found[-1][2]), str(found[-1][1]))
        yield list(map(_read, found))


def _read(row: Sequence[Any]) -> Job:
    provider, identity, opened_at, campaign, status, visited_on, most, reported_at, *counts = row
    files, reported, items, unreasoned, overturned, *levels = counts
    evidence = reported if status == CONFIRMED else files  # not what a follow-up attached
    upheld = len(orjson.loads(overturned)) if overturned != "[]" else 0
    counted = (visited_on, most, reported_at, evidence, items, unreasoned, upheld)
    return Job(provider, identity, levels_from(levels), opened_at, campaign, status, *counted)

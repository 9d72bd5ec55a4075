"""Jobs of a year 年度任务: what is on record of each diagnosis that was opened in the city's year and not withdrawn. plan V5.

A job is one row, in which the fold keeps what is counted of it, with its firm's place and what that scored beside it. They are read
some thousand at a time, by when they were opened, so that no more are ever held; the provider is the one that has it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, case, literal, null, select, tuple_

from domain.access import Scope
from domain.diagnosis.state import Status
from domain.instants import city_midnight, microseconds
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.providers.case_mix import level_columns
from projections.providers.feedback import packed_scores

JOBS_READ = 2_000
"""At a time."""
RECORDS = ("visit", "two_diagnosticians", "evidence", "reasons")
"""Records of a reported job that the rule gives points for, by the names of `RecordParts` 在案记录."""
TWO = 2


class Job(NamedTuple):
    """What is on record of one job 任务记录, as its row has it. The first four are its place: its provider and its firm's levels.

    division, size, district: of its firm in the year, as the factors of the case mix. campaign: by which it is known what limits
    hold for it. confirmed: 0 or 1. visited_on: ISO text of the first visit; reported_at: of the first report, µs of UTC. records:
    which of `RECORDS` are there, as bits, the first the lowest; None while nothing is reported. overturned: items whose objection
    was upheld. said: what its firm scored, as `feedback.unpacked` reads it; None where it did not.
    """

    provider: str
    division: str
    size: str
    district: str
    diagnosis: str
    opened_at: int
    campaign: str
    confirmed: int
    visited_on: str | None
    reported_at: int | None
    records: int | None
    items: int
    overturned: int
    said: int | None


def opened_in(year: int) -> tuple[int, int]:
    """First moment of a city's year and of the next, in microseconds of UTC."""
    first, after = (microseconds(city_midnight(date(one, 1, 1))) for one in (year, year + 1))
    return first, after


def jobs_of(
    snapshot: Snapshot, scope: Scope, year: int, provider: str | None = None, *, scored: bool = True
) -> Iterator[list[Job]]:
    """Every job of a city's year within a scope, or one provider's, so many at a time 年度任务.

    scored: with what firms said of it by the end of the year.
    """
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    places, levels = level_columns(snapshot, year)
    first, after = opened_in(year)
    days = date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()
    is_confirmed, reported_at = cases.c.status == Status.CONFIRMED.value, cases.c.first_issued_at
    columns: list[ColumnElement[Any]] = [
        *(cases.c.provider, *levels, cases.c.id, cases.c.opened_at, cases.c.campaign, case((is_confirmed, 1), else_=0)),
        *(cases.c.visited_on, reported_at),
        case((reported_at.is_(None), null()), else_=_records(cases)),
        *(cases.c.answers_verified, cases.c.overturned),
        packed_scores(snapshot, *days) if scored else null(),
    ]
    query = (
        select(*columns)
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
    while found := list(map(Job._make, snapshot.rows(query.where(tuple_(cases.c.opened_at, cases.c.id) > tuple_(*last))))):
        last = (found[-1].opened_at, found[-1].diagnosis)
        yield found


def providers_at_work(snapshot: Snapshot, scope: Scope, year: int) -> frozenset[str]:
    """Providers that had a job of a city's year within a scope, whatever became of it 当年承担任务的服务商."""
    cases, firms, (first, after) = snapshot[DIAGNOSES], snapshot[ENTERPRISES], opened_in(year)
    query = select(cases.c.provider).join(firms, firms.c.id == cases.c.enterprise).distinct()
    within = cases.c.opened_at >= first, cases.c.opened_at < after, cases.c.provider.is_not(None)
    return frozenset(str(one) for (one,) in snapshot.rows(query.where(*within, to_sql(scope, diagnosis_columns(snapshot)))))


def _records(cases: FromClause) -> ColumnElement[int]:
    """Which of `RECORDS` are there, as bits."""
    files = case((cases.c.status == Status.CONFIRMED.value, cases.c.files_reported), else_=cases.c.files)  # not a follow-up's
    there = (cases.c.visited_on.is_not(None), cases.c.most_on_site >= TWO, files > 0, cases.c.answers_unreasoned == 0)
    bits: ColumnElement[int] = literal(0)
    for place, one in enumerate(there):
        bits = bits + case((one, 1 << place), else_=0)
    return bits

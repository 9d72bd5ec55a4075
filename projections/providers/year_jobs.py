"""Jobs of a year 年度任务: what is on record of each diagnosis that was opened in the city's year and not withdrawn. plan V5.

They are read some thousand at a time, by when they were opened, so that no more are ever held; the provider is the one that has it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, or_, select, tuple_

from domain.access import Scope
from domain.diagnosis.state import Status
from domain.instants import city_midnight, microseconds
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES, EVIDENCE, REPORTS
from projections.diagnosis.proceedings import OBJECTIONS, SITE_VISITS
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.providers.case_mix import level_columns, levels_from

JOBS_READ = 2_000
"""At a time."""


class Job(NamedTuple):
    """What is on record of one job 任务记录. visited_on: ISO text of the first visit; reported_at: of the first report, µs of UTC.

    levels: of its firm in the year, as `case_mix` has them. unreasoned: answers that were corrected without a reason. overturned:
    items whose objection was upheld, once each.
    """

    provider: str
    diagnosis: str
    levels: tuple[str, ...]
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
        select(cases.c.provider, cases.c.id, cases.c.status, cases.c.opened_at, *levels)
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
        last = (int(found[-1][3]), str(found[-1][1]))
        yield list(_with_records(snapshot, found))


def _with_records(snapshot: Snapshot, found: Sequence[tuple[Any, ...]]) -> Iterator[Job]:
    on_record = _records(snapshot, [str(row[1]) for row in found])
    for provider, identity, status, _, *levels in found:
        visited_on, most = on_record["visited"].get(identity, (None, None))
        items, unreasoned = on_record["answered"].get(identity, (0, 0))
        yield Job(
            provider=str(provider),
            diagnosis=str(identity),
            levels=levels_from(levels),
            status=str(status),
            visited_on=visited_on,
            most_on_site=most,
            reported_at=on_record["reported"].get(identity, (None,))[0],
            evidence=int(on_record["filed"].get(identity, (0,))[0]),
            items=int(items),
            unreasoned=int(unreasoned or 0),
            overturned=int(on_record["overturned"].get(identity, (0,))[0]),
        )


def _records(snapshot: Snapshot, jobs: Sequence[str]) -> Mapping[str, Mapping[str, Sequence[Any]]]:
    """What stands of some jobs in the tables beside theirs, by job."""
    visits, reports, files = snapshot[SITE_VISITS], snapshot[REPORTS], snapshot[EVIDENCE]
    cases, answers, objections = snapshot[DIAGNOSES], snapshot[ANSWERS], snapshot[OBJECTIONS]

    def of(table: Table, *what: ColumnElement[Any]) -> Select[Any]:
        return select(table.c.diagnosis, *what).where(snapshot.among(table.c.diagnosis, jobs)).group_by(table.c.diagnosis)

    corrected = and_(answers.c.verified.is_not(None), answers.c.verified != answers.c.given, answers.c.difference.is_(None))
    in_time = or_(cases.c.status != Status.CONFIRMED.value, files.c.version <= cases.c.issued_through)
    upheld = func.count(case((objections.c.upheld, objections.c.indicator)).distinct())
    queries = {
        "visited": of(visits, func.min(visits.c.visited_on), func.max(visits.c.diagnosticians)),
        "reported": of(reports, func.min(reports.c.issued_at)),
        "filed": of(files, func.count()).where(cases.c.id == files.c.diagnosis, in_time),  # not what a follow-up attached
        "answered": of(answers, func.count(answers.c.verified), func.sum(case((corrected, 1), else_=0))),
        "overturned": of(objections, upheld),
    }
    return {name: {str(row[0]): row[1:] for row in snapshot.rows(query)} for name, query in queries.items()}

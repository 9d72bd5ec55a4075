"""Jobs that a subsidy is paid for 补贴任务: confirmed diagnoses of a year by provider, kind of work and size of the firm. plan I1.

The year of a job is the city's year in which it was opened, as in the rating: so it is paid for in one year alone.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

import orjson
from sqlalchemy import select

from domain.access import Scope
from domain.diagnosis.state import Status
from domain.governance.rule_bodies.subsidy import SubsidisedWork
from domain.instants import city_midnight, microseconds
from domain.providers.subsidies.numbers import JobCount, ProviderJobs
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.rosters import stated_or_present


class PaidJob(NamedTuple):
    """A job as a subsidy counts it 补贴任务. size_class: of the firm, as the roster of the year states it, else as it is today."""

    diagnosis: str
    provider: str
    work: SubsidisedWork
    size_class: str


def jobs_of_year(
    snapshot: Snapshot, scope: Scope, year: int, *, only: Sequence[str] | None = None
) -> list[PaidJob]:
    """Jobs of a year within a scope, in order of id 年度任务: the confirmed ones; those in `only`, whatever became of them."""
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    first, after = (microseconds(city_midnight(date(one, 1, 1))) for one in (year, year + 1))
    places, (size_class,) = stated_or_present(snapshot, year, firms, "size_class")
    query = (
        select(cases.c.id, cases.c.provider, cases.c.form, cases.c.edition, cases.c.applicable, size_class)
        .select_from(places)
        .where(
            firms.c.id == cases.c.enterprise,
            cases.c.provider.is_not(None),
            cases.c.opened_at >= first,
            cases.c.opened_at < after,
            to_sql(scope, diagnosis_columns(snapshot)),
        )
        .order_by(cases.c.id)
    )
    query = query.where(cases.c.status == Status.CONFIRMED.value if only is None else snapshot.among(cases.c.id, only))
    return [
        PaidJob(str(identity), str(provider), work_of(str(form), str(edition), applicable), str(size))
        for identity, provider, form, edition, applicable, size in snapshot.rows(query)
    ]


def counted(jobs: Iterable[PaidJob]) -> tuple[JobCount, ...]:
    """How many jobs of each kind and size, in their order."""
    counts = Counter((job.work.value, job.size_class) for job in jobs)
    return tuple(
        JobCount(work=SubsidisedWork(work), size_class=size, jobs=number) for (work, size), number in sorted(counts.items())
    )


def confirmed_jobs(
    snapshot: Snapshot, scope: Scope, year: int, left_out: Collection[str] = frozenset()
) -> tuple[ProviderJobs, ...]:
    """Confirmed jobs of a year, a row a provider 年度确认任务.

    left_out: diagnoses that are not counted, such as those that a district pays for.
    """
    by_provider: dict[str, list[PaidJob]] = {}
    for job in jobs_of_year(snapshot, scope, year):
        if job.diagnosis not in left_out:
            by_provider.setdefault(job.provider, []).append(job)
    return tuple(ProviderJobs(provider=provider, counts=counted(jobs)) for provider, jobs in sorted(by_provider.items()))


def work_of(form: str, edition: str, applicable: str | None) -> SubsidisedWork:
    """What a diagnosis was 任务类别: of a group's headquarters where the edition for it was used, else by its form."""
    why = orjson.loads(applicable) if applicable is not None else {}
    if why.get("basis") == "headquarters" and why.get("edition") == edition:
        return SubsidisedWork.GROUP
    return SubsidisedWork(form)

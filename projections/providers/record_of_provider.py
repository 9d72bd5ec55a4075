"""Record of providers 记录可查事实: what the journal itself tells of a provider's work, so that nobody is asked for it. plan V1.

Counts of cases and comments; no firm is named, and none can be told from them. Who marks an application is shown them as they were
at the end of the last day for applications, whatever was done or undone since (decision 0138).
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.sql import ColumnElement

from domain.diagnosis.state import Status
from domain.instants import city_midnight, microseconds
from domain.standard.revision.state import Disposition
from projections.as_of.replay import position_at
from projections.as_of.validity import DIAGNOSIS_PERIODS, held_at
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.places import ENTERPRISES
from projections.engine.snapshot import Snapshot
from projections.standard.revision_rows import COMMENTS


class ProviderRecord(NamedTuple):
    """What is on record of a provider 记录可查事实. until: day at whose end it was so; None = as it stands now."""

    confirmed: int = 0
    issued: int = 0
    withdrawn: int = 0
    comments: int = 0
    comments_adopted: int = 0
    until: date | None = None


NOTHING = ProviderRecord()
WITH_REPORT = frozenset({Status.ISSUED, Status.OBJECTED, Status.CONFIRMED})
ADOPTED = frozenset({Disposition.ADOPTED, Disposition.PARTLY})


def records(snapshot: Snapshot, providers: Sequence[str], until: date | None = None) -> dict[str, ProviderRecord]:
    """What is on record of many providers, whole: a selection is the city's, and its counts are of the whole city's cases.

    until: day of the city at whose end it is asked for, gone by; None = as it stands now.
    """
    found = dict.fromkeys(providers, NOTHING._replace(until=until))
    for provider, status, number in _by_status(snapshot, providers, until):
        one = found[provider]
        found[provider] = one._replace(
            confirmed=one.confirmed + number * (status == Status.CONFIRMED),
            issued=one.issued + number * (status in WITH_REPORT),
            withdrawn=one.withdrawn + number * (status == Status.WITHDRAWN),
        )
    for organisation, disposition, number in _by_disposition(snapshot, providers, until):
        one = found[organisation]
        found[organisation] = one._replace(
            comments=one.comments + number, comments_adopted=one.comments_adopted + number * (disposition in ADOPTED)
        )
    return found


def _last_moment(day: date) -> int:
    return microseconds(city_midnight(day + timedelta(days=1))) - 1


def _by_status(snapshot: Snapshot, providers: Sequence[str], until: date | None) -> Iterable[Sequence[Any]]:
    cases = snapshot[DIAGNOSES if until is None else DIAGNOSIS_PERIODS]
    then = held_at(cases, position_at(snapshot, _last_moment(until))) if until is not None else ()
    query = select(cases.c.provider, cases.c.status, func.count()).where(snapshot.among(cases.c.provider, list(providers)), *then)
    return snapshot.rows(query.group_by(cases.c.provider, cases.c.status))


def _by_disposition(snapshot: Snapshot, providers: Sequence[str], until: date | None) -> Iterable[Sequence[Any]]:
    """An answer that came later is none yet."""
    comments = snapshot[COMMENTS]
    answered: ColumnElement[Any] = comments.c.disposition
    then = list[ColumnElement[bool]]()
    if until is not None:
        moment = _last_moment(until)
        answered = case((comments.c.answered_at <= moment, comments.c.disposition)).label("answered")
        then.append(comments.c.at <= moment)
    query = select(comments.c.organisation, answered, func.count()).where(
        snapshot.among(comments.c.organisation, list(providers)), *then
    )
    return snapshot.rows(query.group_by(comments.c.organisation, answered))


class Experience(NamedTuple):
    """What a provider does and has done 经验与在办量, in the whole city.

    confirmed: reports that firms confirmed; of_industry: of these in one division. running: diagnoses that are not finished.
    """

    confirmed: int = 0
    of_industry: int = 0
    running: int = 0


FINISHED = frozenset({Status.CONFIRMED, Status.WITHDRAWN})


def experience(snapshot: Snapshot, providers: Sequence[str], division: str) -> dict[str, Experience]:
    """Provider -> its experience, by a division of GB/T 4754 such as C34; no firm can be told from the counts of a whole city."""
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    is_of_industry = firms.c.industry.startswith(division, autoescape=True)
    counted = (
        select(cases.c.provider, cases.c.status, is_of_industry, func.count())
        .select_from(cases.join(firms, firms.c.id == cases.c.enterprise))
        .where(snapshot.among(cases.c.provider, list(providers)))
        .group_by(cases.c.provider, cases.c.status, is_of_industry)
    )
    found = dict.fromkeys(providers, Experience())
    for provider, status, here, number in snapshot.rows(counted):
        one = found[provider]
        confirmed = number * (status == Status.CONFIRMED)
        found[provider] = Experience(
            confirmed=one.confirmed + confirmed,
            of_industry=one.of_industry + confirmed * bool(here),
            running=one.running + number * (status not in FINISHED),
        )
    return found

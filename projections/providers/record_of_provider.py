"""Record of providers 记录可查事实: what the journal itself tells of a provider's work, so that nobody is asked for it. plan V1.

Counts of cases and comments; no firm is named, and none can be told from them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from domain.diagnosis.state import Status
from domain.standard.revision.state import Disposition
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.places import ENTERPRISES
from projections.engine.snapshot import Snapshot
from projections.standard.revision_rows import COMMENTS


class ProviderRecord(NamedTuple):
    """What is on record of a provider 记录可查事实."""

    confirmed: int = 0
    issued: int = 0
    withdrawn: int = 0
    comments: int = 0
    comments_adopted: int = 0


NOTHING = ProviderRecord()
WITH_REPORT = frozenset({Status.ISSUED, Status.OBJECTED, Status.CONFIRMED})
ADOPTED = frozenset({Disposition.ADOPTED, Disposition.PARTLY})


def records(snapshot: Snapshot, providers: Sequence[str]) -> dict[str, ProviderRecord]:
    """What is on record of many providers, whole: a selection is the city's, and its counts are of the whole city's cases."""
    cases, comments = snapshot[DIAGNOSES], snapshot[COMMENTS]
    by_status = (
        select(cases.c.provider, cases.c.status, func.count())
        .where(snapshot.among(cases.c.provider, list(providers)))
        .group_by(cases.c.provider, cases.c.status)
    )
    by_disposition = (
        select(comments.c.organisation, comments.c.disposition, func.count())
        .where(snapshot.among(comments.c.organisation, list(providers)))
        .group_by(comments.c.organisation, comments.c.disposition)
    )
    found = dict.fromkeys(providers, NOTHING)
    for provider, status, number in snapshot.rows(by_status):
        one = found[provider]
        found[provider] = one._replace(
            confirmed=one.confirmed + number * (status == Status.CONFIRMED),
            issued=one.issued + number * (status in WITH_REPORT),
            withdrawn=one.withdrawn + number * (status == Status.WITHDRAWN),
        )
    for organisation, disposition, number in snapshot.rows(by_disposition):
        one = found[organisation]
        found[organisation] = one._replace(
            comments=one.comments + number, comments_adopted=one.comments_adopted + number * (disposition in ADOPTED)
        )
    return found


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

"""Ratings read model 评价台: the rating of each year as the rules fold it, and what a year's rating is computed from. plan V5."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import MetaData, Table, case, func, select

from domain.access import Scope
from domain.diagnosis.state import Status
from domain.instants import city_midnight, microseconds
from domain.providers.rating import RATINGS, RatingEvent, YearOfRating
from domain.providers.rating_numbers import ComponentSample, ProviderInputs, RatingComponent
from journal import Entry
from journal.codec import decode
from methods.component_scores import Workload, work_done, work_variance
from methods.rounding import CARRIED_PLACES, SCORE_PLACES, rounded
from projections.diagnosis.diagnoses import DIAGNOSES, diagnosis_columns
from projections.engine.columns import columns
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()
DELIVERY, PUNCTUALITY, VOLUME = 50, 30, 20
"""Weights inside the work done, of the method's version (a/1); what is not recorded yet is left out of them."""


class RatingRow(NamedTuple):
    """The rating of a year 年度评价. body: JSON of `YearOfRating`, the folded state."""

    year: int
    body: str


YEARS = Table("ratings", META, *columns(RatingRow, "year"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each year by the rules' own fold."""
    for entry in entries:
        year = int(key(entry))
        row = tables[YEARS].get(year)
        known = YearOfRating.model_validate_json(row["body"]) if row is not None else None
        state = RATINGS.evolve(known, decode(RATINGS, entry.type, entry.state))
        tables[YEARS].put({"year": year, "body": state.model_dump_json()})


RATING_READ_MODEL = ReadModel("ratings_desk", (YEARS,), fold, frozenset(RatingEvent.__args__))


def rating_of(snapshot: Snapshot, year: int) -> YearOfRating | None:
    """The rating of a year 年度评价; the caller has judged who is shown what of it."""
    years = snapshot[YEARS]
    rows = snapshot.rows(select(years.c.body).where(years.c.year == year))
    return YearOfRating.model_validate_json(rows[0][0]) if rows else None


def rating_inputs(snapshot: Snapshot, scope: Scope, year: int) -> tuple[ProviderInputs, ...]:
    """Inputs of a year's rating 评价输入, a row a provider, from what is on record within a scope.

    Work done alone so far: diagnoses opened in the city's year and not withdrawn, by the provider that has them, and how many of
    them the firm confirmed. Feedback and samples are not recorded yet: their components are not there, and nothing stands in.
    """
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    first, after = (microseconds(city_midnight(date(one, 1, 1))) for one in (year, year + 1))
    confirmed = func.sum(case((cases.c.status == Status.CONFIRMED.value, 1), else_=0))
    query = (
        select(cases.c.provider, func.count(), confirmed)
        .where(
            firms.c.id == cases.c.enterprise,
            cases.c.provider.is_not(None),
            cases.c.status != Status.WITHDRAWN.value,
            cases.c.opened_at >= first,
            cases.c.opened_at < after,
            to_sql(scope, diagnosis_columns(snapshot)),
        )
        .group_by(cases.c.provider)
        .order_by(cases.c.provider)
    )
    return tuple(_inputs(str(provider), int(jobs), int(done)) for provider, jobs, done in snapshot.rows(query))


def _inputs(provider: str, assigned: int, confirmed: int) -> ProviderInputs:
    work = Workload(assigned=assigned, confirmed=confirmed, due_stages=0, on_time_stages=0, full_load=None)
    weights = (DELIVERY, PUNCTUALITY, VOLUME)
    sample = ComponentSample(
        component=RatingComponent.WORK,
        jobs=assigned,
        mean=rounded(work_done(work, *weights) or Fraction(0), SCORE_PLACES),
        variance=rounded(work_variance(work, *weights) or Fraction(0), CARRIED_PLACES),
        spread=(1, assigned),
    )
    return ProviderInputs(provider=provider, jobs=assigned, comparable=True, components=(sample,))

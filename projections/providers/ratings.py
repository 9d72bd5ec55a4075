"""Ratings read model 评价台: the rating of each year as the rules fold it. plan V5."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import MetaData, Table, select

from domain.kernel import cause_of
from domain.providers.ratings.events import RatingEvent, RatingInputsFixed
from domain.providers.ratings.numbers import ProviderInputs
from domain.providers.ratings.rating import RATINGS
from domain.providers.ratings.state import YearOfRating, rating_stream
from journal import Entry
from journal.codec import decode
from projections.engine.columns import columns
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class RatingRow(NamedTuple):
    """The rating of a year 年度评价. body: JSON of `YearOfRating`, the folded state."""

    year: int
    body: str


class RatingInputRow(NamedTuple):
    """A provider's row of inputs 评价输入. version: of the rating's stream, where it was fixed. body: JSON of `ProviderInputs`."""

    year: int
    round: int
    provider: str
    version: int
    body: str


YEARS = Table("ratings", META, *columns(RatingRow, "year"))
INPUTS = Table("rating_inputs", META, *columns(RatingInputRow, "year", "round", "provider"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each year by the rules' own fold."""
    for entry in entries:
        year = int(key(entry))
        row = tables[YEARS].get(year)
        known = YearOfRating.model_validate_json(row["body"]) if row is not None else None
        event = decode(RATINGS, entry.type, entry.state)
        if isinstance(event, RatingInputsFixed):
            for one in event.inputs:
                told = {"provider": one.provider, "version": entry.version, "body": one.model_dump_json()}
                tables[INPUTS].put({"year": year, "round": event.round, **told})
        state = RATINGS.evolve(known, event)
        tables[YEARS].put({"year": year, "body": state.model_dump_json()})


RATING_READ_MODEL = ReadModel("ratings_desk", (YEARS, INPUTS), fold, frozenset(RatingEvent.__args__), version=4)


def rating_of(snapshot: Snapshot, year: int) -> YearOfRating | None:
    """The rating of a year 年度评价; the caller has judged who is shown what of it."""
    years = snapshot[YEARS]
    rows = snapshot.rows(select(years.c.body).where(years.c.year == year))
    return YearOfRating.model_validate_json(rows[0][0]) if rows else None


class FixedInputs(NamedTuple):
    """A provider's row of inputs, and the fact that holds it, as stream/version 已锁定输入."""

    inputs: ProviderInputs
    cause: str


def inputs_of(snapshot: Snapshot, year: int, number: int) -> dict[str, FixedInputs]:
    """What a round was computed from, by provider 本轮输入; the caller has judged who is shown what of it."""
    table = snapshot[INPUTS]
    query = select(table.c.provider, table.c.version, table.c.body).where(table.c.year == year, table.c.round == number)
    return {
        str(provider): FixedInputs(ProviderInputs.model_validate_json(body), cause_of(rating_stream(year), version))
        for provider, version, body in snapshot.rows(query.order_by(table.c.provider))
    }


def rated_years(snapshot: Snapshot) -> dict[int, YearOfRating]:
    """Every year that has a rating, in order 已评价年度; the caller has judged who is shown what of it."""
    years = snapshot[YEARS]
    rows = snapshot.rows(select(years.c.year, years.c.body).order_by(years.c.year))
    return {int(year): YearOfRating.model_validate_json(body) for year, body in rows}

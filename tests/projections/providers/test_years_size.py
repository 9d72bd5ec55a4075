"""What a firm was in a year is what the year's jobs are paid and rated by (plan I1, V5): a later roster moves no past year."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.access import Everything
from journal import open_journal
from projections import ReadModels, open_read_models
from projections.providers.case_mix import levels_of
from projections.providers.subsidy_jobs import jobs_of_year
from tests.small_city import CITY, FIRM, City, roster

GROWN = FIRM.model_copy(update={"size_class": "large", "district": "310115"})


class Clock:
    """A moment that a test moves on."""

    now = datetime(2024, 5, 6, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def city(url: str) -> Iterator[City]:
    """The small city of 2024, whose firm is on the roster of that year."""
    with closing(open_journal(url, demo=True)) as journal:
        yield City(journal, Clock())


@pytest.fixture
def models(city: City, url: str, tmp_path: Path) -> Iterator[ReadModels]:
    opened = open_read_models(f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url, city.journal)
    yield opened
    opened.close()


def test_a_job_is_of_the_size_and_place_that_the_roster_of_its_year_states(city: City, models: ReadModels) -> None:
    job = city.opened()
    assert isinstance(city.clock, Clock)
    city.clock.now = datetime(2025, 5, 6, 2, tzinfo=UTC)
    city.send(CITY, roster(year=2025, digest="3" * 64, rows=((2, GROWN),)))
    models.catch_up()
    with models.reading() as snapshot:
        [paid] = jobs_of_year(snapshot, Everything(), 2024, only=[job])
        assert paid.size_class == FIRM.size_class
        assert levels_of(snapshot, 2024, [job]) == {job: (FIRM.industry[:3], FIRM.size_class, FIRM.district)}


def test_a_job_of_a_firm_on_no_roster_of_its_year_is_of_what_it_is_today(city: City, models: ReadModels) -> None:
    job = city.opened()
    models.catch_up()
    with models.reading() as snapshot:
        assert levels_of(snapshot, 2031, [job]) == {job: (FIRM.industry[:3], FIRM.size_class, FIRM.district)}

"""A year's jobs are read so many at a time (plan V5): however many those are, the same jobs and the same inputs of the rating."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from benchmarks import diagnoses, year_rows
from domain.access import Everything
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.rating import RatingRule
from domain.instants import city_day
from domain.providers.ratings.numbers import RatingComponent
from journal import open_journal
from projections import open_read_models
from projections.providers import rating_inputs, year_jobs


def test_jobs_of_one_instant_are_each_read_once_however_few_at_a_time(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url
    with closing(open_journal(url)) as journal:
        diagnoses.fill(journal, 120)
        with closing(open_read_models(models, journal)) as projected:
            projected.catch_up()
            with projected.reading() as snapshot:
                year = city_day(datetime.now(UTC)).year
                [whole] = year_jobs.jobs_of(snapshot, Everything(), year)
                assert len({job.diagnosis for job in whole}) == len(whole) > 3
                monkeypatch.setattr(year_jobs, "JOBS_READ", 2)
                parts = list(year_jobs.jobs_of(snapshot, Everything(), year))
                assert {len(part) for part in parts[:-1]} == {2}
                assert [job for part in parts for job in part] == whole
                assert [job for part in year_jobs.jobs_of(snapshot, Everything(), year, "p1") for job in part] == whole
                assert list(year_jobs.jobs_of(snapshot, Everything(), year, "p2")) == []


def test_the_inputs_of_a_rating_do_not_hang_on_how_many_jobs_are_read_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, today = rule_in_force(None, RatingRule, date(year_rows.YEAR, 12, 31)), date(year_rows.YEAR + 1, 2, 1)
    with closing(open_read_models(year_rows.filled(tmp_path, 10), None)) as models, models.reading() as snapshot:
        whole = rating_inputs.rating_inputs(snapshot, Everything(), year_rows.YEAR, rule, today)
        for module in (year_jobs, rating_inputs):
            monkeypatch.setattr(module, "JOBS_READ", 7)
        assert rating_inputs.rating_inputs(snapshot, Everything(), year_rows.YEAR, rule, today) == whole
    assert sum(one.jobs for one in whole.rows) == year_rows.PROVIDERS * 10 + 1
    assert {part.component for one in whole.rows for part in one.components} == set(RatingComponent)
    assert whole.effects


def test_of_a_job_and_its_firm_no_row_is_read_but_what_stands_in_an_index(tmp_path: Path) -> None:
    """A year's rows lie anywhere in the file, and each of them was a look of its own."""
    year_rows.filled(tmp_path, 10)
    asked: list[str] = []
    with closing(open_read_models(f"sqlite:///{tmp_path / 'read.db'}", None)) as models, models.reading() as snapshot:
        driver = snapshot._connection.connection.dbapi_connection  # noqa: SLF001 - what SQLite itself is asked
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(asked.append)
        next(year_jobs.jobs_of(snapshot, Everything(), year_rows.YEAR))
        driver.set_trace_callback(None)
        [query] = [one for one in asked if "ORDER BY" in one]
        ways = [str(row[-1]) for row in driver.execute(f"EXPLAIN QUERY PLAN {query}")]
    for table in ("diagnoses", "enterprises", "feedback"):
        assert any(re.match(rf"SEARCH {table}_\d+ USING COVERING INDEX", way) for way in ways), (table, ways)

"""Coverage 覆盖 (plan G): the year is the city's, and a year may have a count and a share as targets."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.access import Everything
from domain.diagnosis.on_site import RecordSiteVisit
from domain.diagnosis.report import IssueReport
from domain.events import CAPABILITIES
from domain.kernel import Command
from domain.participants.rosters.comparison import ImportRoster
from domain.programme.targets import Measure, SetTarget
from journal import Caller, handle, open_journal
from projections import open_read_models
from projections.programme import coverage
from tests.small_city import CITY, FILE, City, roster

NEW_YEARS_MORNING = datetime(2024, 12, 31, 16, 30, tzinfo=UTC)
"""00:30 on 1 January in the city."""


class LateCity(City):
    """A city of the past that visits on the last evening of the year and issues the report after midnight."""

    def send(self, who: Caller, command: Command, **rest: Any) -> Any:
        at = datetime(2024, 12, 31, 12, 0, tzinfo=UTC)
        if isinstance(command, RecordSiteVisit):
            command = command.model_copy(update={"visited_on": at.date()})
        if isinstance(command, IssueReport) or (isinstance(command, ImportRoster) and command.year > at.year):
            at = NEW_YEARS_MORNING
        if isinstance(command, ImportRoster):
            command = command.model_copy(update={"confirmed": ()})
        made = {"finish": lambda _: {"file": FILE}} if isinstance(command, IssueReport) else {}
        return handle(self.journal, CAPABILITIES, command, who, clock=lambda: at, **made, **rest)


@pytest.fixture
def late(tmp_path: Path) -> Iterator[LateCity]:
    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}", demo=True)
    yield LateCity(journal)
    journal.close()


def test_a_report_of_new_years_morning_counts_for_the_new_year(late: LateCity, tmp_path: Path) -> None:
    late.issued()
    late.send(CITY, roster(year=2025, digest="7" * 64))
    models = open_read_models(f"sqlite:///{tmp_path / 'read.db'}", late.journal)
    models.catch_up()
    with models.reading() as snapshot:
        assert [coverage.by_district(snapshot, Everything(), year)[0].diagnosed for year in (2024, 2025)] == [0, 1]
    models.close()


def test_a_year_keeps_a_count_and_a_share(late: LateCity, tmp_path: Path) -> None:
    for measure, at_least in ((Measure.SHARE_DIAGNOSED, 60), (Measure.ENTERPRISES_DIAGNOSED, 3000)):
        late.send(CITY, SetTarget(year=2024, measure=measure, at_least=Decimal(at_least), clause="plan G2", mark="V"))
    models = open_read_models(f"sqlite:///{tmp_path / 'read.db'}", late.journal)
    models.catch_up()
    with models.reading() as snapshot:
        assert [target.at_least for target in coverage.targets(snapshot, 2024)] == [3000, 60]
    models.close()

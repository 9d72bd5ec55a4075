"""A clock that ran ahead and was put right 时钟回拨: what is written meanwhile bears the later time, and that is said (plan P5)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.instants import microseconds
from journal import Journal
from tests.small_city import City


def test_an_entry_that_bears_a_later_time_than_the_clock_is_said_in_the_log(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    ahead = timedelta(hours=3)
    running = City(journal, lambda: datetime.now(UTC) + ahead)
    assert "behind" not in caplog.text
    running.clock = lambda: datetime.now(UTC)
    before = journal.head()
    running.opened()
    written = journal.since(before.size, 1)[0]
    assert written.at == before.at > microseconds(datetime.now(UTC))
    assert "s behind the last entry" in caplog.text
    assert any(str(seconds) in caplog.text for seconds in range(10_700, 10_801))

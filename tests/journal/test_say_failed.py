"""What fails in the background 后台故障 takes one line where a database is away, and is told whole where the fault is ours."""

import io
import logging
from contextlib import suppress

import psycopg2
import pytest

from journal.outages import say_failed
from zhenduan.logs import Lines


@pytest.mark.parametrize(
    ("fault", "lines"),
    [(psycopg2.OperationalError("connection refused\n\tIs the server running?"), 1), (KeyError("ours"), 4)],
)
def test_an_outage_takes_one_line_and_a_bug_says_where_it_is(fault: Exception, lines: int) -> None:
    written = io.StringIO()
    log, handler = logging.getLogger("zhenduan.background.test"), Lines(written)
    log.addHandler(handler)
    for _ in range(20):
        with suppress(KeyError, psycopg2.OperationalError):
            try:
                raise fault  # noqa: TRY301 - a traceback is what it is about
            except Exception:
                say_failed(log, fault, "未能计算 a computation failed: %s", "rating/2025")
                raise
    log.removeHandler(handler)
    said = written.getvalue()
    assert "rating/2025" in said
    assert (said.count("\n") == 1) is (lines == 1)
    assert ("Traceback" in said) is (lines > 1)
    assert said.count("rating/2025") == 1

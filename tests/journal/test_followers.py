"""The follower of docs/followers keeps its table exactly once, though it is killed again and again (plan P8)."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from domain.diagnosis.report import ReportIssued
from domain.instants import microseconds
from domain.kernel import name_of
from journal import Journal
from journal.codec import encode
from journal.entries import NewEntry

FOLLOWER = Path(__file__).parents[2] / "docs" / "followers" / "latest_reports.py"
CASES, ROUNDS = 40, 5


@contextmanager
def following(url: str, own: Path) -> Iterator[None]:
    """The follower in a process that is killed in the end, as by a fault of its machine."""
    environment = os.environ | {"JOURNAL_URL": url, "OWN": str(own), "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, str(FOLLOWER)], env=environment) as started:  # noqa: S603 - ours
        try:
            yield
        finally:
            os.kill(started.pid, signal.SIGKILL)


def latest(own: Path) -> dict[str, int]:
    with closing(sqlite3.connect(own)) as table, suppress(sqlite3.OperationalError):
        return dict(table.execute("SELECT diagnosis, version FROM latest"))
    return {}


def issue(journal: Journal, case: int, version: int) -> None:
    file = {"pdf": "a" * 64, "rendered_at": 1, "renderer": "weasyprint", "fonts": "b" * 64, "number": None, "address": None}
    file["check_code"] = None
    report = ReportIssued.model_validate({"version": version, "total": "61.50", "grade": 4, "file": file})
    fact = NewEntry(f"diagnosis/d{case}", version, name_of(ReportIssued), encode(report), "li", "provider", "p1")
    journal.append([fact], microseconds(datetime.now(UTC)))


def test_a_follower_that_is_killed_again_and_again_misses_and_doubles_nothing(journal: Journal, url: str, tmp_path: Path) -> None:
    own = tmp_path / "own.db"
    for version in range(1, ROUNDS + 1):
        for case in range(CASES // 2):
            issue(journal, case, version)  # while nobody follows
        with following(url, own):
            for case in range(CASES // 2, CASES):
                issue(journal, case, version)  # while it catches up or follows
            wanted = {f"d{case}": version for case in range(CASES)}
            patience = time.monotonic() + 60
            while version % 2 and latest(own) != wanted:  # each other time it is killed in the midst of it
                assert time.monotonic() < patience, latest(own)
                time.sleep(0.02)
    assert latest(own) == {f"d{case}": ROUNDS for case in range(CASES)}

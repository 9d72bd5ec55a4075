"""Folding apart 另行追赶: a server far behind its journal folds in another process; the rows are the same. plan P5."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.diagnoses import fill
from journal import Journal
from projections import ReadModels, open_read_models
from projections.engine import runner
from tests.journal.writers import entry, now
from zhenduan.background.folding import FoldingApart

SIZE = runner.FAR_BEHIND + 500


@pytest.fixture
def models_url(url: str, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url


@contextmanager
def followed(models: ReadModels, apart: FoldingApart) -> Iterator[list[int]]:
    """Entries of each batch that this process folds, while it follows."""
    here: list[int] = []
    fold_all = models._fold_all  # noqa: SLF001 - who folds is seen nowhere else

    def counted(connection: Any, standing: Any, entries: Any) -> None:
        here.append(len(entries))
        fold_all(connection, standing, entries)

    models._fold_all = counted  # type: ignore[method-assign] # noqa: SLF001 - as above
    stop = threading.Event()
    following = threading.Thread(target=models.run, args=(stop, apart))
    following.start()
    try:
        yield here
    finally:
        stop.set()
        following.join()


def test_what_lies_far_behind_is_folded_by_another_process_and_what_is_new_by_this_one(
    journal: Journal, url: str, models_url: str, tmp_path: Path
) -> None:
    size = fill(journal, SIZE)
    with closing(open_read_models(models_url, journal)) as models:
        with followed(models, FoldingApart(models_url, url)) as here:
            assert models.wait_for(size, 120)
            assert sum(here) < runner.BATCH, "no batch was folded in the process that serves"
            more = journal.append([entry("later/1", 1)], now())[-1].position
            assert models.wait_for(more, 60)
            assert sum(here) > 0
        with closing(open_read_models(f"sqlite:///{tmp_path / 'replayed.db'}", journal)) as fresh:
            fresh.catch_up()
            assert models.dump() == fresh.dump()


def test_a_process_that_is_killed_while_it_folds_costs_no_row_and_doubles_none(
    journal: Journal, url: str, models_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    size = fill(journal, SIZE)
    until = time.monotonic() + 60

    def kill() -> None:
        here = psutil.Process()
        while time.monotonic() < until:
            if folding := {*here.children(recursive=True)} - {*here.children()}:  # children of the fork server
                folding.pop().kill()
                return
            time.sleep(0.01)

    with closing(open_read_models(models_url, journal)) as models:
        hand = threading.Thread(target=kill)
        hand.start()
        with followed(models, FoldingApart(models_url, url)):
            assert models.wait_for(size, 120)
        hand.join()
        assert "broken off" in caplog.text
        with closing(open_read_models(f"sqlite:///{tmp_path / 'replayed.db'}", journal)) as fresh:
            fresh.catch_up()
            assert models.dump() == fresh.dump()


def test_a_server_that_ends_waits_for_no_more_than_a_batch(journal: Journal, url: str, models_url: str) -> None:
    fill(journal, 4 * runner.BATCH)
    stop = threading.Event()
    with closing(open_read_models(models_url, journal)) as models:
        FoldingApart(models_url, url)(stop, stop.set)
        assert 0 < models.position() < journal.head().size

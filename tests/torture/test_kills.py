"""Torture 酷刑测试: a process that writes and follows is killed with SIGKILL at random moments, again and again (plan P5).

Afterwards the journal verifies, nothing that was acknowledged is lost, nothing was done twice although everything unanswered was
sent again, and the rows equal a replay. KILLS kills an engine: 20 in the normal suite, 200 by `make torture`.
"""

import os
import signal
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from journal import Journal, Verified, open_journal, verify
from projections import open_read_models
from tests.forkserver import FORKSERVER
from tests.small_city import City
from tests.torture.victim import command_of, lines, suffer

KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", "20230728"))
LONGEST_LIFE_SECONDS = 0.6


def whole(journal: Journal, diary: Path) -> int:
    """The number of entries of a journal that is whole and holds what the diary says, each command once."""
    found = verify(journal)
    assert isinstance(found, Verified), found
    notes = Counter(lines(diary))
    by_key = Counter(entry.idempotency_key for entry in journal.since(0, found.size))
    for (what, key), times in notes.items():
        expected = command_of(key)[1]
        assert times == 1, f"{what} {key} was noted {times} times"
        if what == "done":
            assert by_key[key] == expected, f"{key} was acknowledged"
            assert journal.outcome("city-person", key) is not None
        else:
            assert by_key[key] in (0, expected), f"{key} was done by half or twice"
    return found.size


def test_nothing_is_lost_doubled_or_torn_by_kills_at_any_moment(url: str, tmp_path: Path) -> None:
    models_url = f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url
    diary = tmp_path / "diary"
    diary.touch()
    chance = Random(SEED)  # noqa: S311 - reproducible moments
    with closing(open_journal(url)) as journal:
        City(journal)
        start = journal.head().size
        ends = Counter[int | None]()
        for number in range(KILLS):
            victim = FORKSERVER.Process(target=suffer, args=(url, models_url, diary, SEED + number))
            grown = diary.stat().st_size
            victim.start()
            while number % 2 and victim.is_alive() and diary.stat().st_size == grown:
                time.sleep(0.005)  # every other one is killed at work, however busy the machine; the rest on their way there too
            time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
            victim.kill()
            victim.join()
            ends[victim.exitcode] += 1
            victim.close()
            if number % 10 == 9:
                size = whole(journal, diary)
                print(f"{number + 1} kills, {size - start} entries", flush=True)  # noqa: T201 - progress of `make torture`
        assert ends == {-signal.SIGKILL: KILLS}
        size = whole(journal, diary)
        assert size > start + KILLS
        with closing(open_read_models(models_url, journal)) as models:
            assert models.catch_up() == size
            rows = models.dump()
            models.rebuild()
            assert models.dump() == rows
        with closing(open_read_models(f"sqlite:///{tmp_path / 'replayed.db'}", journal)) as replayed:
            replayed.catch_up()
            assert replayed.dump() == rows


@pytest.mark.parametrize("cut", ['["wanted", "a"', ""])
def test_a_line_that_a_kill_cut_short_is_passed_over(tmp_path: Path, cut: str) -> None:
    diary = tmp_path / "diary"
    diary.write_text('["wanted", "b"]\n' + cut)
    assert list(lines(diary)) == [("wanted", "b")]

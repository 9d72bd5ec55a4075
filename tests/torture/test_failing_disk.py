"""A failing disk 磁盘故障 (plan P5): writes and flushes end in EIO now and then, and whoever was answered finds what was done.

FAULTS is how many of a run of commands are met: 100 in the normal suite. The library that fails is compiled here, so the test needs
a C compiler and a system whose loader takes LD_PRELOAD.
"""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from journal import open_journal
from tests.small_city import City
from tests.torture.test_kills import whole

HERE = Path(__file__).parent
FAULTS = int(os.environ.get("FAULTS", "100"))
COMMANDS_A_RUN = 60
LONGEST_SECONDS = 120


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that fails in the C library's place."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler, or no LD_PRELOAD")
    made = tmp_path_factory.mktemp("failing") / "failing_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, HERE / "failing_disk.c", "-ldl"], check=True)  # noqa: S603 - ours
    return made


def test_what_was_answered_is_there_and_nothing_is_torn_though_the_disk_fails(failing: Path, tmp_path: Path) -> None:
    url, diary, told = f"sqlite:///{tmp_path / 'journal.db'}", tmp_path / "diary", tmp_path / "told"
    diary.touch()
    told.touch()
    with closing(open_journal(url)) as journal:
        City(journal)
    run = 0
    while told.stat().st_size < FAULTS:
        run += 1
        environment = {
            **os.environ,
            "LD_PRELOAD": str(failing),
            "FAILING_FILES": "journal.db",
            "FAILING_ONE_IN": str(10 + run % 5 * 15),
            "FAILING_TOLD": str(told),
        }
        command = [sys.executable, "-m", "tests.torture.enduring", url, str(diary), str(run), str(COMMANDS_A_RUN)]
        subprocess.run(command, env=environment, check=True, timeout=LONGEST_SECONDS)  # noqa: S603 - our own process
        with closing(open_journal(url)) as journal:
            whole(journal, diary)
    assert diary.read_text().count('"done"') == run * COMMANDS_A_RUN, "every command was done in the end, without a restart"

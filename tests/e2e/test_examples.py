"""Examples 示例: the suite draws the same ones every time, exploring draws others, and what it finds is kept as an example."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import engine

ROOT = Path(__file__).parents[2]
PROPERTY = '''"""Drawn."""

from hypothesis import given
from hypothesis import strategies as st


@given(number=st.integers(0, 10**9))
def test_a_number_is_small(number: int) -> None:
    with open("drawn", "a") as drawn:
        drawn.write(f"{number}\\n")
    assert number < LIMIT
'''


def folder_with(tmp_path: Path, limit: int) -> Path:
    """A project of one property, whose conftest is ours."""
    folder = tmp_path / str(limit)
    (folder / "tests").mkdir(parents=True)
    (folder / "scripts").mkdir()
    for name in ("conftest.py", "seconds.txt"):
        shutil.copy(ROOT / "tests" / name, folder / "tests")
    shutil.copy(ROOT / "scripts" / "explore", folder / "scripts")
    (folder / "tests" / "test_drawn.py").write_text(PROPERTY.replace("LIMIT", str(limit)), "utf-8")
    return folder


def ran(folder: Path, *command: str | Path, **more: str) -> tuple[int, str]:
    """Exit code and output of a command there."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "graphql")))
    mine = {**os.environ, "PYTHONPATH": path, "VENV": sys.prefix, **more}
    done = subprocess.run(command, cwd=folder, env=mine, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return done.returncode, done.stdout + done.stderr


def drawn(folder: Path, *more: str) -> list[str]:
    (folder / "drawn").unlink(missing_ok=True)
    code, said = ran(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", *more)
    assert code == 0, said
    return (folder / "drawn").read_text("utf-8").splitlines()


def test_the_suite_draws_the_same_examples_every_time_and_exploring_draws_others(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, 10**9 + 1)
    first, second = drawn(folder), drawn(folder)
    assert len(set(first)) > 20
    assert first == second
    assert drawn(folder, "--hypothesis-profile", "explore") != first


def test_no_property_of_the_suite_depends_on_how_fast_the_machine_is() -> None:
    assert settings().derandomize
    assert settings().deadline is None
    assert settings().database is None
    assert engine.MAX_SHRINKING_SECONDS <= 20


def test_what_exploring_finds_is_kept_as_an_example_that_the_suite_tries_first(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, 1_000)
    ran(folder, "git", "init", "-q")
    code, said = ran(folder, folder / "scripts" / "explore", EXPLORE_MINUTES="1")
    assert (code, "kept as an example" in said) == (1, True), said
    kept = (folder / "tests" / "test_drawn.py").read_text("utf-8")
    assert re.search(r"@example\(\s*number=1000,?\s*\)", kept), kept
    assert len(list((folder / "var" / "explore").iterdir())) == 1
    (folder / "drawn").unlink()
    ran(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert (folder / "drawn").read_text("utf-8").splitlines()[0] == "1000"


def test_a_failure_is_told_as_itself_however_long_what_a_fixture_made_is_to_write_out(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, 1_000)
    told = (folder / "tests" / "test_drawn.py").read_text("utf-8").replace("(number: int)", "(city: str, number: int)")
    made = "import pytest\n\n\n@pytest.fixture(scope='module')\ndef city() -> str:\n    return 'x' * 100_000\n"
    (folder / "tests" / "test_drawn.py").write_text(f"{told}\n\n{made}", "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", "utf-8")
    code, said = ran(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert (code, "assert 1000 < 1000" in said, "HypothesisWarning" in said) == (1, True, False), said[-2_000:]


@pytest.mark.parametrize("limit", [10**9 + 1])
def test_exploring_ends_when_its_time_is_over(tmp_path: Path, limit: int) -> None:
    folder = folder_with(tmp_path, limit)
    code, said = ran(folder, folder / "scripts" / "explore", EXPLORE_MINUTES="0")
    assert (code, "runs: 0" in said) == (0, True), said

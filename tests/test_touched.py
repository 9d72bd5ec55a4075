"""What `make quick` runs 相关测试: papers and rules always, then what was touched and what imports it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "touched"
FILES = {
    "journal/blobs.py": "",
    "interop/rosters/reading.py": "",
    "graphql/api/diagnosis/reports.py": "",
    "graphql/api/diagnosis/visits.py": "",
    "domain/kernel.py": "",
    "benchmarks/append.py": "",
    "tests/benchmarks/test_benchmarks.py": "",
    "tests/test_papers.py": "",
    "tests/rules/test_kernel.py": "from domain import kernel",
    "tests/journal/test_blobs.py": "from journal.blobs import Blobs",
    "tests/journal/test_merkle.py": "",
    "tests/interop/rosters/test_reading.py": "",
    "tests/e2e/test_uploads.py": "from journal import blobs",
    "tests/api/diagnosis/test_reports.py": "",
    "tests/api/diagnosis/test_reports_kept.py": "",
    "tests/api/diagnosis/test_firms.py": "",
    "tests/torture/test_kills.py": "from journal import blobs",
    "tests/api/server/test_scopes.py": "from journal.blobs import Blobs",
    **{f"tests/e2e/test_{number}.py": "from domain.kernel import Rule" for number in range(20)},
}
ALWAYS = {"tests/test_papers.py", "tests/rules"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project with one commit on main."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "first")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True)  # noqa: S603, S607 - ours


def touched(folder: Path, *names: str) -> tuple[set[str], str]:
    """Tests beside those that are always run, once some files were changed, and what is said of the rest."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("changed = 1\n", "utf-8")
    command = [sys.executable, folder / "scripts" / "touched"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    found = set(done.stdout.split())
    assert found >= ALWAYS
    return found - ALWAYS, done.stderr


@pytest.mark.parametrize(
    ("names", "tests"),
    [
        ((), set()),
        (("docs/x.md",), set()),
        (("benchmarks/append.py",), {"tests/benchmarks"}),
        (("journal/blobs.py",), {"tests/journal/test_blobs.py", "tests/e2e/test_uploads.py"}),
        (("interop/rosters/reading.py",), {"tests/interop/rosters/test_reading.py"}),
        (
            ("graphql/api/diagnosis/reports.py",),
            {"tests/api/diagnosis/test_reports.py", "tests/api/diagnosis/test_reports_kept.py"},
        ),
        (("graphql/api/diagnosis/visits.py",), {"tests/api/diagnosis"}),
        (("tests/journal/test_merkle.py",), {"tests/journal/test_merkle.py"}),
        (("tests/api/server/test_scopes.py",), {"tests/api/server/test_scopes.py"}),
        (("tests/e2e/test_new.py",), {"tests/e2e/test_new.py"}),
        (
            ("tests/rules/test_kernel.py", "tests/interop/rosters/test_reading.py"),
            {"tests/interop/rosters/test_reading.py"},
        ),
    ],
)
def test_a_change_needs_its_own_tests_and_those_that_import_it(
    tree: Path, names: tuple[str, ...], tests: set[str]
) -> None:
    assert touched(tree, *names)[0] == tests


def test_what_nearly_everything_imports_is_left_to_the_whole_suite_and_said(tree: Path) -> None:
    tests, said = touched(tree, "domain/kernel.py")
    assert tests == set()
    assert "domain.kernel" in said


def test_what_asks_the_whole_schema_is_left_to_the_whole_suite_and_said(tree: Path) -> None:
    tests, said = touched(tree, "journal/blobs.py")
    assert "tests/api/server/test_scopes.py" not in tests
    assert "tests/api/server/test_scopes.py" in said

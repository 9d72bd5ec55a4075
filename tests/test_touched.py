"""What `make quick` runs 相关测试: the papers always, the rules where they may see it, and the nearest others as time allows."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "touched"
FILES = {
    "journal/blobs.py": "",
    "journal/codec.py": "",
    "interop/rosters/reading.py": "",
    "graphql/api/diagnosis/reports.py": "",
    "graphql/api/diagnosis/visits.py": "",
    "domain/kernel.py": "",
    "domain/names.py": "import journal.codec",
    "benchmarks/append.py": "",
    "tests/benchmarks/test_benchmarks.py": "",
    "tests/test_papers.py": "",
    "tests/rules/test_kernel.py": "from domain import kernel",
    "tests/rules/test_former_names.py": "from domain.names import name",
    "tests/journal/test_blobs.py": "from journal.blobs import Blobs",
    "tests/journal/test_merkle.py": "",
    "tests/interop/rosters/test_reading.py": "",
    "tests/e2e/test_uploads.py": "from journal import blobs",
    "tests/e2e/test_console.py": "from journal import blobs",
    "tests/api/diagnosis/test_reports.py": "",
    "tests/api/diagnosis/test_reports_kept.py": "",
    "tests/api/diagnosis/test_firms.py": "",
    "tests/torture/test_kills.py": "from journal import blobs",
    "tests/api/server/test_scopes.py": "from journal.blobs import Blobs",
    "tests/seconds.txt": "# s\n5.0 tests/test_papers.py\n20.0 tests/journal/test_blobs.py\n900.5 tests/api/server/test_scopes.py\n",
    **{f"tests/e2e/test_{number}.py": "from domain.kernel import Rule" for number in range(40)},
}
PAPERS = {"tests/test_papers.py"}


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
    """Tests beside the papers, once some files were changed, and what is said of the rest."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("changed = 1\n", "utf-8")
    command = [sys.executable, folder / "scripts" / "touched"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    found = set(done.stdout.split())
    assert found >= PAPERS
    return found - PAPERS, done.stderr


@pytest.mark.parametrize(
    ("names", "tests"),
    [
        ((), set()),
        (("docs/x.md",), set()),
        (("benchmarks/append.py",), {"tests/benchmarks/test_benchmarks.py"}),
        (("journal/blobs.py",), {"tests/journal/test_blobs.py", "tests/e2e/test_uploads.py"}),
        (("docs/x.md", "console/src/page.tsx"), set()),
        (("interop/rosters/reading.py",), {"tests/interop/rosters/test_reading.py"}),
        (
            ("graphql/api/diagnosis/reports.py",),
            {"tests/api/diagnosis/test_reports.py", "tests/api/diagnosis/test_reports_kept.py"},
        ),
        (
            ("graphql/api/diagnosis/visits.py",),
            {f"tests/api/diagnosis/test_{name}.py" for name in ("firms", "reports", "reports_kept")},
        ),
        (("tests/journal/test_merkle.py",), {"tests/journal/test_merkle.py"}),
        (("tests/e2e/test_new.py",), {"tests/e2e/test_new.py"}),
        (("domain/names.py",), {"tests/rules"}),
        (("standards/2023/levels.yaml",), {"tests/rules"}),
        (
            ("tests/rules/test_kernel.py", "tests/interop/rosters/test_reading.py"),
            {"tests/rules", "tests/interop/rosters/test_reading.py"},
        ),
    ],
)
def test_a_change_needs_its_own_tests_and_those_that_import_it(
    tree: Path, names: tuple[str, ...], tests: set[str]
) -> None:
    assert touched(tree, *names)[0] == tests


def test_of_the_rules_those_that_look_beyond_them_are_run_for_what_they_see(tree: Path) -> None:
    tests, _ = touched(tree, "journal/codec.py")
    assert tests & {"tests/rules", "tests/rules/test_former_names.py"} == {"tests/rules/test_former_names.py"}


def test_no_more_is_run_than_there_is_time_for_and_the_rest_is_said(tree: Path) -> None:
    """Each of the forty takes ten seconds, as long as nobody measured it; the papers five: 23 have room in 240 s."""
    tests, said = touched(tree, "domain/kernel.py")
    assert len(tests) == 1 + 23
    assert "17 个测试文件未运行 files of tests, 170 s" in said
    assert all((f"tests/e2e/test_{number}.py" in tests) is not (f"test_{number}" in said.split()) for number in range(40))


def test_a_file_that_nobody_measured_takes_as_long_as_those_beside_it(tree: Path) -> None:
    with (tree / "tests" / "seconds.txt").open("a") as file:
        file.write("110.0 tests/e2e/test_0.py\n118.0 tests/e2e/test_1.py\n")
    tests, said = touched(tree, "domain/kernel.py")
    assert tests == {"tests/rules", "tests/e2e/test_0.py", "tests/e2e/test_10.py"}, "one more has no room"
    assert "38 个测试文件" in said


def test_the_nearest_come_first(tree: Path) -> None:
    with (tree / "tests" / "seconds.txt").open("a") as file:
        file.write("".join(f"64.0 tests/e2e/test_{number}.py\n" for number in range(40)))
    tests, _ = touched(tree, "domain/kernel.py", "journal/blobs.py", "tests/e2e/test_19.py")
    assert tests >= {"tests/e2e/test_19.py", "tests/journal/test_blobs.py", "tests/e2e/test_uploads.py"}
    assert len(tests & {f"tests/e2e/test_{number}.py" for number in range(40)}) == 2, "what everything imports comes last"


@pytest.mark.parametrize(
    ("name", "left"), [("tests/api/server/test_scopes.py", "test_scopes"), ("tests/e2e/test_console.py", "test_console")]
)
def test_what_takes_longer_than_there_is_time_is_said_even_where_it_was_touched(tree: Path, name: str, left: str) -> None:
    tests, said = touched(tree, name)
    assert name not in tests
    assert left in said


def test_what_a_run_measured_is_written_down_and_the_rest_stays_but_for_what_is_gone(tree: Path) -> None:
    (tree / "tests" / "test_papers.py").unlink()
    cases = (("tests.journal.test_blobs", 1.25), ("tests.journal.test_blobs.TestKept", 2.5), ("tests.gone", 9.0))
    written = "".join(f'<testcase classname="{name}" name="test" time="{seconds}"/>' for name, seconds in cases)
    (tree / "run.xml").write_text(f"<testsuites><testsuite>{written}</testsuite></testsuites>", "utf-8")
    subprocess.run([sys.executable, tree / "scripts" / "touched", "--measured", tree / "run.xml"], check=True)  # noqa: S603 - ours
    kept = (tree / "tests" / "seconds.txt").read_text("utf-8").splitlines()
    assert kept[1:] == ["900.5 tests/api/server/test_scopes.py", "3.8 tests/journal/test_blobs.py"]

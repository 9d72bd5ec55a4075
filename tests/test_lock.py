"""Locks 锁定: what is installed is named to the version and the hash, within the stated bounds, from nowhere in particular."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNS, TOOLS = PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]["dev"]
PIN = re.compile(r"^([a-z0-9._-]+)==([^ \\]+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def pinned(lock: str) -> dict[str, str]:
    return {name: version for name, version, _ in PIN.findall((ROOT / lock).read_text("utf-8"))}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_line_of_a_lock_is_a_version_with_its_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    rest = [line for line in PIN.sub("", text).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert rest == []
    assert len(pinned(lock)) > 40
    assert not re.search(r"https?://|^--|^[^#]*(?:file:|@ )", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("lock", "stated"), [("requirements.lock", RUNS), ("requirements-dev.lock", [*RUNS, *TOOLS])], ids=["program", "tools"]
)
def test_a_lock_holds_whatever_the_project_states_within_its_bounds(lock: str, stated: list[str]) -> None:
    found = pinned(lock)
    for one in map(Requirement, stated):
        version = found.get(canonicalize_name(one.name))
        assert version is not None, f"{one.name} is not locked: scripts/lock"
        assert one.specifier.contains(version, prereleases=True), f"{one} is locked at {version}: scripts/lock"


def test_the_tools_come_on_top_of_what_runs() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


def test_what_is_built_with_is_locked_too() -> None:
    (build,) = map(Requirement, PROJECT["build-system"]["requires"])
    assert build.specifier.contains(pinned("requirements-dev.lock")[build.name])

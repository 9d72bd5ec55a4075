"""The operator's page is true 运维手册: its blocks are run as they stand, on both engines and across them (plan P5)."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.forked_program import COMMAND, loaded
from zhenduan.settings import Settings
from zhenduan.wiring import opened

ROOT = Path(__file__).parents[2]
HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROSTER = """企业名称,统一社会信用代码,所在区,行业代码,从业人员期末人数,营业收入（万元）
示例电子有限公司,9144030071526726XG,松江区,C39,80,3000
"""
FIRST, ONCE, NIGHT = "First start", "Once, after the first start", "Every night, while it runs"
MOVE, LOST = "To another place or engine: nothing is lost", "The machine is lost: what came after the last backup is gone"
PAIRS = [("sqlite", "sqlite"), ("sqlite", "postgres"), ("postgres", "sqlite"), ("postgres", "postgres")]


def blocks() -> dict[str, list[str]]:
    """Heading -> the blocks under it that are marked to be run."""
    page = (ROOT / "docs" / "operator.md").read_text("utf-8")
    parts = HEADING.split(page)[1:]
    return {heading: BLOCK.findall(text) for heading, text in zip(parts[::2], parts[1::2], strict=True)}


def pasted(folder: Path, script: str, environment: Mapping[str, str | None], program: str) -> str:
    """What the lines print when they are pasted into a shell that stops at the first one that fails."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    command = tools / "zhenduan"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {COMMAND} {program} "$@"\n', "utf-8")
    command.chmod(0o755)
    around = {"PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": f"{ROOT}:{ROOT / 'graphql'}", "HOME": str(folder)}
    given = around | {name: value or "" for name, value in environment.items()}
    done = subprocess.run(  # noqa: S603 - the page's own lines
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=given, capture_output=True, text=True, timeout=600, check=False  # noqa: S607 - whichever bash there is
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Begun:
    """A city that was begun by the page, and backed up by it."""

    folder: Path
    environment: Mapping[str, str | None]
    password: str


@pytest.fixture(scope="module")
def program() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, loaded(Path(folder), ROOT) as address:  # a socket's address is short
        yield address


@pytest.fixture(scope="module")
def cities(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[..., str], program: str
) -> Callable[[str], Begun]:
    made: dict[str, Begun] = {}

    def begun(engine: str) -> Begun:
        if engine not in made:
            folder = tmp_path_factory.mktemp(engine)
            (folder / "2024.csv").write_text(ROSTER, "utf-8")
            places = {"BACKUPS": str(folder / "backups"), "SAFE": str(folder / "safe"), "ZHENDUAN_DATA": str(folder / "city")}
            environment = places | {"ZHENDUAN_DATABASE": new_database() if engine == "postgres" else None}
            parts = [block for name in (FIRST, ONCE) for block in blocks()[name]]
            read = "zhenduan export-trail --out trail.jsonl\n"  # of every firm, so a row of the disclosure log
            said = pasted(folder, "".join([*parts, read, *blocks()[NIGHT]]), environment, program)
            found = re.search(r"password: (\S+)", said)
            assert found is not None
            made[engine] = Begun(folder, environment, found[1])
        return made[engine]

    return begun


def test_every_part_of_the_drill_is_there_to_be_run() -> None:
    assert {name for name, found in blocks().items() if found} == {FIRST, ONCE, NIGHT, MOVE, LOST}


@pytest.mark.parametrize(
    ("drill", "here", "there"),
    [*((MOVE, *pair) for pair in PAIRS), *((LOST, *pair) for pair in PAIRS[1:3])],
    ids=[*map("moved-{0[0]}-to-{0[1]}".format, PAIRS), *map("lost-{0[0]}-to-{0[1]}".format, PAIRS[1:3])],
)
def test_the_drill_brings_the_city_back(
    cities: Callable[[str], Begun],
    new_database: Callable[..., str],
    program: str,
    here: str,
    there: str,
    drill: str,
    tmp_path: Path,
) -> None:
    city = cities(here)
    new = {"NEW": str(tmp_path / "new"), "NEW_DATABASE": new_database() if there == "postgres" else None}
    script = "".join(blocks()[drill])
    pasted(city.folder, script, city.environment | new, program)
    before, after = (
        Settings(Path(str(where)), database or None)
        for where, database in (
            (city.environment["ZHENDUAN_DATA"], city.environment["ZHENDUAN_DATABASE"]),
            (new["NEW"], new["NEW_DATABASE"]),
        )
    )
    with opened(before) as old, opened(after) as now:
        assert now.services.journal.head() == old.services.journal.head()
        assert list(now.services.disclosures.rows()) == list(old.services.disclosures.rows()) != []
        assert now.accounts.sign_in("wang", city.password) is not None
        assert (now.log.keys().signing == old.log.keys().signing) is (drill == MOVE)
        assert now.log.checkpoint().text.partition("\n")[2] == old.log.checkpoint().text.partition("\n")[2]

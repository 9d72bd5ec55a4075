"""The demo city as the console is tried on it 示例城市与浏览器, and how a journey is run in a real browser."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.server import console

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
JOURNEYS = ROOT / "console" / "e2e"


ON_CASES = (
    "keying", "keeping", "filling", "deferring", "resuming", "signalling", "verifying", "looking", "visiting", "speaking", "finding"
)  # fmt: skip
"""Journeys that work on cases which are being filled in or verified: one after the other, each finds what the one before left."""
READ_ONLY = ("pages", "translating", "entering", "exporting", "proving", "recalling", "weighing", "wandering", "hostile")
"""Journeys that change nothing that another looks at."""
ON_THEIR_OWN = ("leading", "inviting", "pushing", "revising", "examining")
"""Journeys that change what no other touches: duties, sessions, endpoints, a draft, an exam. All others keep their order."""


@dataclass(frozen=True)
class Demo:
    """A demo city that is served 示例城市. folder: of its data. partner: key of a partner's system."""

    url: str
    folder: Path
    partner: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    assert (console.BUILT / "index.html").exists(), "run scripts/console first; make install does"
    data = tmp_path_factory.mktemp("console") / "demo"
    # To set its eighty reports is most of the work of building a demo, and waits behind other tests: no journey looks into one.
    command = [sys.executable, "-m", "tests.unset_program", "--data", str(data), "demo", "--port", "0"]
    local = {"ZHENDUAN_EGRESS_NETWORKS": "127.0.0.0/8", "ZHENDUAN_EGRESS_PLAIN": "yes"}
    environment = {**os.environ, "ZHENDUAN_DOCUMENTS": "only", **local}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as running:  # noqa: S603 - ours
        assert running.stdout is not None
        try:
            printed = iter(running.stdout.readline, "")
            partner = next(found[1] for line in printed if (found := re.match(r"\s*partner\s+(\S+)", line)))
            url = next(found[1] for line in printed if (found := re.match(r"页面 pages (http://[\d.]+:\d+)/", line)))
            yield Demo(url, data, partner)
        finally:
            running.terminate()
            running.wait(60)


def log_key(demo: Demo) -> str:
    """What anyone checks the log of the city by."""
    command = [sys.executable, "-m", "zhenduan", "--data", str(demo.folder), "log-key"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own program


Travelled = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One Chromium for all journeys, each in profiles of its own; a role stays signed in from one to the next."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert chromium, "run scripts/browser first; make test does"
    given = {**os.environ, "CHROMIUM": chromium}
    command = [str(BIN / "node"), str(JOURNEYS / "shared.mjs")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=given) as running:  # noqa: S603 - ours
        assert running.stdin is not None
        assert running.stdout is not None
        sessions = str(tmp_path_factory.mktemp("sessions"))
        yield {**given, "BROWSER": running.stdout.readline().strip(), "SESSIONS": sessions}
        running.stdin.close()


LONG = ("hostile", "pages city", "pages enterprise", "pages auditor", "pages district", "translating city")
"""Of those that read alone the ones that take longest: begun first, so that no lane waits for one of them at the end."""


def lanes_of(journeys: Iterable[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]], list[tuple[str, ...]]]:
    """What runs one after the other 车道: on cases, on the programme; and what reads alone, which is run by whichever lane is free.

    A browser mostly waits, so that one of each runs at a time.
    """
    cases, programme, reads = list[tuple[str, ...]](), list[tuple[str, ...]](), list[tuple[str, ...]]()
    for asked in journeys:
        name = asked[0].removesuffix(".mjs")
        lane = reads if name in READ_ONLY else cases if name in (*ON_CASES, *ON_THEIR_OWN) else programme
        lane.append(asked)
    cases.sort(key=lambda asked: asked != ("keying.mjs",))  # before a questionnaire that it opens is handed in
    return cases, programme, sorted(reads, key=lambda asked: " ".join(asked).replace(".mjs", "") not in LONG)


def asked_of(item: pytest.Item) -> tuple[str, ...] | None:
    """The journey that a test asks for, with what it is told; None of a test that asks for none."""
    case = getattr(item, "callspec", None)
    if case is not None and "told" in case.params:
        return tuple(case.params["told"])
    named = (one for one in getattr(item, "function").__code__.co_consts if isinstance(one, str))  # noqa: B009 - of a function's item
    return next(((one,) for one in named if one.endswith(".mjs")), None)


@pytest.fixture(scope="module")
def travelled(
    demo: Demo, browser: dict[str, str], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Travelled]:
    """What a journey found, once no page showed a fault; those of the tests to come are under way meanwhile, a lane each."""
    told = {"ZHENDUAN_URL": demo.url, "PARTNER_KEY": demo.partner, "LOG_KEY": log_key(demo)}
    folders = {asked: str(tmp_path_factory.mktemp("files")) for asked in map(asked_of, request.session.items) if asked is not None}

    def run(asked: tuple[str, ...]) -> dict[str, Any]:
        script, *arguments = asked
        command = [str(BIN / "node"), str(JOURNEYS / script), *arguments]
        given = {**browser, **told, "FOLDER": folders[asked]}
        done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=600, check=False)  # noqa: S603 - ours
        assert done.returncode == 0, done.stderr + done.stdout
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        problems = found.pop("problems")
        assert problems == [], problems
        return found

    cases, programme, reads = lanes_of(folders)
    begun = {asked: Future[dict[str, Any]]() for asked in folders}

    def travel(journeys: Iterable[tuple[str, ...]]) -> None:
        for asked in journeys:
            if begun[asked].set_running_or_notify_cancel():
                try:
                    begun[asked].set_result(run(asked))
                except BaseException as fault:  # noqa: BLE001 - raised again in the test that asks for it
                    begun[asked].set_exception(fault)

    with ThreadPoolExecutor(3) as lanes:
        for journeys in (cases, programme, *([one] for one in reads)):
            lanes.submit(travel, journeys)
        yield lambda *asked: begun[asked].result()
        for one in begun.values():
            one.cancel()  # what is left of a run that was broken off

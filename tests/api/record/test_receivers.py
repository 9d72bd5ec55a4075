"""The receivers of docs/receivers miss nothing and double nothing, though both sides are killed again and again (plan P8)."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.state import Purpose
from domain.participants.partner_contracts import FullEventKind, GrantPartnerContract
from standards import Form
from tests.api.conftest import Built
from tests.live_city import ENTERPRISE, FIRM, OTHER, LiveCity, open_city
from tests.small_city import CITY, roster

RECEIVERS = Path(__file__).parents[3] / "docs" / "receivers"
NODE = str(Path(sys.executable).parent / "node")
ROUNDS = 3


@contextmanager
def running(*command: str) -> Iterator[None]:
    """A process that is killed in the end, as by a fault of its machine."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **silent, start_new_session=True) as started:  # type: ignore[call-overload] # noqa: S603 - ours
        try:
            yield
        finally:
            os.killpg(started.pid, signal.SIGKILL)  # node is started by a script of its wheel


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def serve(folder: Path, port: int) -> tuple[str, ...]:
    return (sys.executable, "-m", "zhenduan", "--data", str(folder), "serve", "--port", str(port))


def answered(url: str) -> None:
    for _ in range(300):
        with suppress(httpx2.HTTPError):
            if httpx2.get(f"{url}/health/live").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")


def in_table(path: Path) -> list[str]:
    with suppress(sqlite3.Error), sqlite3.connect(path) as kept:
        return [json.loads(event)["id"] for (event,) in kept.execute("SELECT event FROM events ORDER BY place")]
    return []


def in_lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    text = path.read_text("utf-8")
    return [json.loads(line)["id"] for line in text[: text.rfind("\n") + 1].splitlines()]


@pytest.fixture
def city(built: Callable[..., Built], copied: Callable[[Built, Path], Built], tmp_path: Path) -> Iterator[LiveCity]:
    made = copied(built("sqlite", None), tmp_path / "city")
    with open_city(made.folder, made.address, made.tokens) as opened:
        yield opened


def opens(city: LiveCity, campaign: str) -> None:
    asked = {
        "enterprise": ENTERPRISE,
        "purpose": Purpose.INITIAL,
        "form": Form.BRIEF,
        "edition": "2023",
        "provider": "p1",
    }
    opening = OpenDiagnosis.model_validate({"diagnosis": f"d-{campaign}", "campaign": campaign, **asked})
    city.installation.services.send(CITY, opening)


FOLLOWERS: dict[tuple[str, str], Callable[[Path], list[str]]] = {
    (sys.executable, "receiver.py"): in_table,
    (NODE, "receiver.mjs"): in_lines,
}
"""Receiver that follows -> how the ids of the events that it holds are read."""


def together(commands: Iterable[tuple[str, ...]]) -> ExitStack:
    """Processes that are killed in the end, all of them."""
    stack = ExitStack()
    for command in commands:
        stack.enter_context(running(*command))
    return stack


def test_every_event_is_kept_once_though_both_sides_are_killed(city: LiveCity, tmp_path: Path) -> None:
    """Each receiver beside the other, so that what is killed and begun again is one server."""
    folder, port = tmp_path / "city", free_port()
    key = city.installation.accounts.issue_partner_key("erp", "*", timedelta(days=1)).token
    url, headers = f"http://127.0.0.1:{port}", {"authorization": f"Bearer {key}"}
    kept = {name: tmp_path / name.replace(".", "-") for _, name in FOLLOWERS}
    receivers = [(program, str(RECEIVERS / name), url, key, str(kept[name])) for program, name in FOLLOWERS]

    def held() -> dict[str, list[str]]:
        return {name: read(kept[name]) for (_, name), read in FOLLOWERS.items()}

    for turn in range(ROUNDS):
        with together(receivers):  # begin before there is a server, and outlive it
            with running(*serve(folder, port)):
                answered(url)
                opens(city, f"batch-{turn}-a")
                time.sleep(0.5 * turn)
            opens(city, f"batch-{turn}-b")
    with running(*serve(folder, port)), together(receivers):
        answered(url)
        whole: list[str] = []
        for _ in range(200):
            told: list[dict[str, Any]] = httpx2.get(f"{url}/events", headers=headers).json()
            whole = [one["id"] for one in told]
            if len(whole) >= 2 * ROUNDS and all(ids == whole for ids in held().values()):
                break
            time.sleep(0.1)
    assert len(whole) >= 2 * ROUNDS
    assert held() == dict.fromkeys(kept, whole)


READS = {
    "load_then_follow.py": "SELECT name FROM firms ORDER BY name",
    "load_city.py": "SELECT json_extract(body, '$.name') AS name FROM enterprises ORDER BY name",
}
"""Receiver that loads before it follows -> how the names of the firms that it holds are read."""


def test_who_loads_and_then_follows_has_every_firm_as_it_is_though_both_sides_are_killed(
    city: LiveCity, tmp_path: Path
) -> None:
    """Each loader beside the other, as above; from the last change on events carry all columns of a firm."""
    folder, port = tmp_path / "city", free_port()
    key = city.installation.accounts.issue_partner_key("erp", "310117", timedelta(days=1)).token
    url = f"http://127.0.0.1:{port}"
    kept = {script: tmp_path / script.replace(".", "-") for script in READS}
    loaders = [(sys.executable, str(RECEIVERS / script), url, key, str(kept[script])) for script in READS]

    def known(script: str) -> list[str]:
        with suppress(sqlite3.Error), sqlite3.connect(kept[script]) as found:
            return [name for (name,) in found.execute(READS[script])]
        return []

    def until(name: str) -> None:
        wanted = {script: [name] for script in READS}
        for _ in range(300):
            if {script: known(script) for script in READS} == wanted:
                return
            time.sleep(0.1)
        assert {script: known(script) for script in READS} == wanted

    renamed = FIRM.model_copy(update={"name": "更名精密机械有限公司"})
    again = FIRM.model_copy(update={"name": "再更名精密机械有限公司", "industry": "C35"})
    with together(loaders):  # begin before there is a server
        with running(*serve(folder, port)):
            answered(url)
            until(FIRM.name)
        city.send(roster(year=2025, rows=((2, renamed), (3, OTHER))))
        with running(*serve(folder, port)):  # and outlive it
            until(renamed.name)
    agreed = {"contract": "k1", "partner": "erp", "purpose": "展示", "until": date.fromisoformat(city.today)}
    city.installation.services.send(
        CITY, GrantPartnerContract(**agreed, kinds=(FullEventKind.ENTERPRISE,), is_known=True)
    )
    with running(*serve(folder, port)):
        answered(url)
        city.send(roster(year=2026, rows=((2, again), (3, OTHER))))
        with together(loaders):
            until(again.name)
    with sqlite3.connect(kept["load_city.py"]) as found:
        [(industry,)] = found.execute("SELECT json_extract(body, '$.industry') FROM enterprises")
    assert industry == again.industry != FIRM.industry


def test_a_receiver_has_no_more_than_thirty_lines() -> None:
    assert {path.name: len(path.read_text("utf-8").splitlines()) for path in RECEIVERS.glob("receiver.*")} == {
        "receiver.py": 29,
        "receiver.mjs": 29,
    }

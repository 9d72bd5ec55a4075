"""The order in which a database finds rows changes nothing of a city 行序无关: no fact, no number, no digest rests on it."""

import sqlite3
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import demo_installation
from tests.e2e.demo_data import SMALL
from tests.e2e.demo_installation import house
from zhenduan.background import computing

pytestmark = pytest.mark.pages("unset")
FINISHED = SMALL.model_copy(update={"finished": {2023: 1, 2024: 2}, "rated_providers": 3})
"""With reported firms of the years of which studies are made."""


def in_this_process(function: str, *arguments: Any, **_: Any) -> bytes:
    """A computation as its own process would do it, at the connections of this one."""
    module, _, name = function.partition(":")
    found: bytes = getattr(import_module(module), name)(*arguments)
    return found


def backwards(connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
    """Connections that find the rows of whatever states no order from the other end."""

    def made(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **named)
        connection.execute("PRAGMA reverse_unordered_selects = ON")
        return connection

    return made


def test_a_city_is_the_same_whichever_way_rows_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_installation, "SMALL", FINISHED)
    monkeypatch.setattr(computing, "run_apart", in_this_process)
    entries = []
    for way in ("forwards", "backwards"):
        if way == "backwards":
            monkeypatch.setattr(sqlite3.dbapi2, "connect", backwards(sqlite3.connect))
        with house(tmp_path / way, tmp_path / "keys.db") as built:
            built.open()
            entries.append([(one.stream, one.type, one.state) for one in built.journal.since(0, 100_000)])
    assert [pair for pair in zip(*entries, strict=True) if pair[0] != pair[1]] == []

"""Tickers 计时流: a subscription that a test lets tick, behind a server of its own."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.small_api import TICKERS, SmallApi, serving, small_api

_names = itertools.count(1)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallApi]:
    with small_api(
        tmp_path_factory.mktemp("api"), watch_seconds=0.2, project=True, allowed_origins=["https://city.example"]
    ) as made:
        yield made


@pytest.fixture(scope="module")
def host(api: SmallApi) -> Iterator[str]:
    with serving(api.app) as address:
        yield address


def without_extensions(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name != "extensions"}


def ticker() -> str:
    return f"ticker{next(_names)}"


def ticked(name: str, value: int) -> None:
    """Ring once the subscription listens."""
    deadline = time.monotonic() + 10
    while name not in TICKERS or not TICKERS[name].open:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    TICKERS[name].tick(value)


def quiet(name: str) -> bool:
    """Whether nobody listens to a ticker any more, soon."""
    deadline = time.monotonic() + 5
    while TICKERS[name].open and time.monotonic() < deadline:
        time.sleep(0.01)
    return not TICKERS[name].open

"""The worked cases of the methods 方法算例, by method and name: made by another implementation, equal under Python 3.11 to 3.13."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))["vectors"]



def cases(method: str, name: str) -> list[dict[str, Any]]:
    """The cases of one formula, at least one, each with `given` and `expect`."""
    found = [case for case in CASES if case["method"] == method and case["name"].startswith(name)]
    assert found, (method, name)
    return found


def decimals(values: list[str | None]) -> list[Decimal | None]:
    return [None if value is None else Decimal(value) for value in values]


def texts(values: Any) -> list[str]:
    return [str(value) for value in values]

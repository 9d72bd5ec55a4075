"""The check that nothing was left out runs after everything else that is in this folder."""

from pathlib import Path

import pytest

LAST = "test_completeness.py"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path == Path(__file__).parent / LAST)

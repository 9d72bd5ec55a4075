"""Rows of the disclosure log 查阅记录, as tests look at them."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from domain.access import Everything
from projections.record.disclosures import DisclosureRow, disclosures
from tests.live_city import LiveCity


def rows(city: LiveCity) -> list[DisclosureRow]:
    """Every row of the log, latest first."""
    with city.installation.services.disclosures.reading() as connection:
        return disclosures(connection, Everything(), 1_000)


def held(row: DisclosureRow) -> dict[str, set[str]]:
    """Subject -> masks of a row."""
    return {one.subject: set(one.masks) for one in row.disclosed}


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened

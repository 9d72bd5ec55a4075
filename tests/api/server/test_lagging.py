"""Readiness (plan P5): read models that nobody keeps current are told of, until they are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from projections import ReadModels
from tests.live_city import LiveCity


@pytest.mark.parametrize("limit", [{}, {"lag_seconds": 20.0}, {"lag_seconds": 120.0}], ids=str)
@pytest.mark.parametrize("seconds", [30, 90])
def test_read_models_that_are_further_behind_than_the_setting_allows_are_a_reason_not_to_be_ready(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch, seconds: int, limit: dict[str, float]
) -> None:
    services = city.installation.services
    city.opened()
    services.models.catch_up()
    later = replace(services, clock=lambda: services.clock() + timedelta(seconds=seconds))
    with TestClient(create_app(later, **limit)) as client:
        assert client.get("/health/ready").status_code == 200  # whatever the time, there is nothing that they lack
    size = services.journal.head().size
    with monkeypatch.context() as behind:
        behind.setattr(ReadModels, "position", lambda _models: size - 1)  # nobody has folded the last entry
        with TestClient(create_app(later, **limit)) as client:
            told = client.get("/health/ready")
    codes = [reason["code"] for reason in told.json().get("reasons", ())]
    assert (told.status_code, codes) == ((503, ["PROJECTOR"]) if seconds > limit.get("lag_seconds", 60) else (200, []))
    with TestClient(create_app(later, **limit)) as client:
        assert client.get("/health").status_code == 200

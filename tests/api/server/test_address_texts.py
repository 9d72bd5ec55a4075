"""Addresses that hold what no text of ours holds are of nothing, on either engine (plan P5, P7)."""

import re

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import create_app
from tests.live_city import LiveCity

PART = re.compile(r"\{(\w+)(:\w+)?\}")


@pytest.mark.parametrize("number", ["9" * 10, "1" + "0" * 18, "9" * 30, "9" * 5_000, "-1", "%D9%A1%D9%A2"])
def test_a_number_without_end_in_a_path_is_of_nothing(city: LiveCity, number: str) -> None:
    app = create_app(city.installation.services)
    paths = [route.path for route in app.routes if isinstance(route, Route) and ":int}" in route.path]
    assert len(paths) > 1
    with TestClient(app, raise_server_exceptions=False) as client:
        for headers in ({}, {"authorization": f"Bearer {city.tokens['city']}"}):
            for path in paths:
                answer = client.get(PART.sub(number, path), headers=headers)
                assert answer.status_code == 404, (path, answer.text)


@pytest.mark.parametrize("odd", ["%00", "a%00b", "%1b", "%E2%80%AE", "%EF%BF%BE"])
def test_no_address_with_a_control_character_reaches_a_database(city: LiveCity, odd: str) -> None:
    app = create_app(city.installation.services)
    paths = [route.path for route in app.routes if isinstance(route, Route) and "GET" in (route.methods or ())]
    named = [path for path in paths if "{" in path]
    assert len(named) > 12
    with TestClient(app, raise_server_exceptions=False) as client:
        for who in ("city", "auditor", "provider", "stranger"):
            headers = {"authorization": f"Bearer {city.tokens[who]}"}
            for path in named:
                known = path.replace("{kind}", "move").replace("{form}", "csv").replace("{year:int}", "2024")
                answer = client.get(PART.sub(odd, known), headers=headers)
                assert answer.status_code == 404, (who, path, answer.text)
                assert "未找到" in answer.text or "没有此编号" in answer.text, (path, answer.text)
            for path in ("/events", "/exports", "/policies/x/firms.csv", "/log/checkpoint", "/audit-trail.jsonl"):
                answer = client.get(f"{path}?kind={odd}", headers=headers)
                assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "MALFORMED_INPUT"), path

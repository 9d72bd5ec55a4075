"""Lists of a policy over HTTP (plan I3, I5): every firm of the scope with the reasons, as CSV or JSON Lines."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.programme.test_policies import FIRM, GRADE, LEADER, OTHER, checks, published
from tests.live_city import LiveCity

HELD = {"designation": "CHAIN_LEADER", "since": "2024-01-01", "source": "示例名单", "mark": "I"}


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as found:
        yield found


def taken(client: TestClient, city: LiveCity, who: str | None, policy: str, form: str, **asked: str) -> Any:
    headers = {"authorization": f"Bearer {city.tokens[who]}"} if who is not None else {}
    return client.get(f"/policies/{policy.removeprefix('policy/')}/firms.{form}", headers=headers, params=asked)


def test_each_line_says_clause_by_clause_what_the_list_of_the_api_says_of_the_firm(city: LiveCity, client: TestClient) -> None:
    city.issued()
    city.done("city", "recordDesignation", "", enterprise=FIRM, **HELD)
    policy = published(city, "city", GRADE, LEADER | {"title": "=链主"})
    for who in ("city", "district", "pudong", "auditor"):
        known = checks(city, who, policy)
        lines = [json.loads(line) for line in taken(client, city, who, policy, "jsonl").text.splitlines()]
        assert {one["enterprise"]: (one["verdict"], one["clauses"]) for one in lines} == {
            firm: (one["verdict"], one["clauses"]) for firm, one in known.items()
        }
        rows = list(csv.reader(io.StringIO(taken(client, city, who, policy, "csv").text)))
        header, *told = rows
        assert header[-2:] == ["1. 一档及以上", "2. =链主"]
        assert {row[0]: row[-2:] for row in told} == {
            firm: [each["verdict"] for each in one["clauses"]] for firm, one in known.items()
        }
    of_city = {row["enterprise"]: row for row in csv.DictReader(io.StringIO(taken(client, city, "city", policy, "csv").text))}
    assert set(of_city) == {FIRM, OTHER}
    assert (of_city[FIRM]["verdict"], of_city[OTHER]["verdict"]) == ("MEETS", "EVIDENCE_MISSING")
    assert (of_city[FIRM]["uscc"], of_city[FIRM]["as_of"]) == ("91310000132260250X", city.today)


def test_one_verdict_alone_is_taken_and_an_unknown_one_is_refused_with_those_there_are(city: LiveCity, client: TestClient) -> None:
    city.done("city", "recordDesignation", "", enterprise=FIRM, **HELD)
    policy = published(city, "city", LEADER)
    (line,) = taken(client, city, "city", policy, "jsonl", verdict="MEETS").text.splitlines()
    assert json.loads(line)["enterprise"] == FIRM
    refused = taken(client, city, "city", policy, "csv", verdict="GRANTED")
    code = refused.json()["errors"][0]["extensions"]["code"]
    assert (refused.status_code, code) == (400, "POLICY_LIST_VERDICT_UNKNOWN")
    assert "EVIDENCE_MISSING" in refused.text


def test_a_draft_an_unknown_policy_or_a_reader_without_lists_finds_nothing(city: LiveCity, client: TestClient) -> None:
    policy = published(city, "city", LEADER)
    for who, named, form in (
        ("enterprise", policy, "csv"),
        ("provider", policy, "csv"),
        ("bank", policy, "jsonl"),
        ("city", "policy/none", "csv"),
        ("city", policy, "xlsx"),
    ):
        assert taken(client, city, who, named, form).status_code == 404, (who, named, form)
    assert taken(client, city, None, policy, "csv").status_code == 401
    city.done("city", "endPolicy", "", policy=policy, reason="示例：到期")
    assert taken(client, city, "city", policy, "csv").status_code == 404


def test_what_a_list_discloses_is_written_down_before_it_leaves(city: LiveCity, client: TestClient) -> None:
    city.issued()
    policy = published(city, "city", GRADE)
    assert taken(client, city, "district", policy, "csv").status_code == 200
    who_read = "{ disclosures(ofOthers: true) { nodes { entryPoint } } }"
    read = city.data("enterprise", who_read)["disclosures"]["nodes"]
    assert "GET /policies" in {one["entryPoint"] for one in read}

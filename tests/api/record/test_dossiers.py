"""Dossiers, provenance and the exported trail over HTTP: what leaves, for whom, and that it holds (plan P5, P7)."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from domain.access import Role
from domain.instants import microseconds
from domain.providers.listings.events import ProviderListed
from interop.proof import verify_dossier as verifier
from journal import NewEntry
from journal.codec import encode
from tests.live_city import ENTERPRISE, LiveCity


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def get(city: LiveCity, client: TestClient, who: str | None, path: str) -> Any:
    headers = {"authorization": f"Bearer {city.tokens[who]}"} if who is not None else {}
    return client.get(path, headers=headers)


def test_a_grade_leaves_as_a_dossier_that_holds_for_its_parties_and_nobody_else(city: LiveCity, client: TestClient) -> None:
    diagnosis = city.issued()
    key = str(city.installation.log.keys().signing.verifier)
    path = f"/dossiers/grade/{diagnosis}"
    for who in ("enterprise", "provider", "city", "auditor"):
        answer = get(city, client, who, path + "?files=1")
        assert answer.status_code == 200
        verdict = verifier.verify(answer.content, key)
        assert verdict.faults == ()
        assert list(json.loads(answer.content)["files"]) == [verdict.result["reports"][0]["sha256"]]
    missing = get(city, client, "auditor", "/dossiers/grade/none")
    assert missing.status_code == 404
    for who in ("stranger", "rival", "district", "subdistrict", "park", "group"):
        refused = get(city, client, who, path)
        assert (refused.status_code, refused.content) == (404, missing.content), who
    unsigned = [get(city, client, None, one) for one in (path, "/dossiers/grade/none")]
    assert {(one.status_code, one.content) for one in unsigned} == {(401, unsigned[0].content)}
    assert "请先登录" in unsigned[0].text
    for odd in (f"rating/{diagnosis}", "rating/2024", "subsidy/2024/organisation/p1", "what/2024", "move/organisation/none"):
        assert get(city, client, "auditor", f"/dossiers/{odd}").content == missing.content, odd
    asked = "query($id: ID!) { diagnosis(id: $id) { grade } }"
    assert city.data("enterprise", asked, id=diagnosis)["diagnosis"]["grade"] == verdict.result["grade"]


def test_what_is_not_decided_has_no_dossier_and_says_so(city: LiveCity, client: TestClient) -> None:
    answer = get(city, client, "enterprise", f"/dossiers/grade/{city.opened()}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOTHING_DECIDED"


def test_files_that_would_fill_the_servers_memory_are_fetched_one_by_one(
    city: LiveCity, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/dossiers/grade/{city.issued()}"
    monkeypatch.setattr("api.downloads.dossiers.LARGEST_FILES", 1000)
    answer = get(city, client, "enterprise", path + "?files=1")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (422, "FILES_TOO_LARGE")
    assert get(city, client, "enterprise", path).status_code == 200


def test_a_diagnosis_is_told_in_prov_without_people_and_places_in_the_journal(city: LiveCity, client: TestClient) -> None:
    diagnosis = city.issued()
    city.done("enterprise", "objectToReport", diagnosis=diagnosis, items=[{"indicator": "Z01", "reason": "证据未计"}])
    sha256 = city.uploaded("enterprise", "规划.pdf", b"%PDF-1.7\nexample\n%%EOF\n")
    for indicators in (["Z01"], ["Z04"]):  # one file twice
        city.done("enterprise", "attachEvidence", diagnosis=diagnosis, sha256=sha256, indicators=indicators)
    answer = get(city, client, "group", f"/provenance/{diagnosis}")
    assert answer.status_code == 200
    told = answer.json()
    named = {"zd:" + name for name in ("edition/2023", diagnosis, f"{diagnosis}/report/1")}
    assert named <= told["entity"].keys()
    assert {"zd:role/enterprise/" + ENTERPRISE, "zd:role/provider/p1"} <= told["agent"].keys()
    activities, entities, agents = told["activity"], told["entity"], told["agent"]
    for relation, ends in {
        "used": {"prov:activity": activities, "prov:entity": entities},
        "wasGeneratedBy": {"prov:activity": activities, "prov:entity": entities},
        "wasAssociatedWith": {"prov:activity": activities, "prov:agent": agents},
    }.items():
        assert told[relation]
        for one in told[relation].values():
            assert all(one[end] in known for end, known in ends.items()), one
    generated = [one["prov:entity"] for one in told["wasGeneratedBy"].values()]
    assert len(generated) == len(set(generated))
    (report,) = [o["prov:activity"] for o in told["wasGeneratedBy"].values() if o["prov:entity"].endswith("/report/1")]
    used = {one["prov:entity"] for one in told["used"].values() if one["prov:activity"] == report}
    assert any("/result/" in name for name in used)
    people = {"enterprise", "provider", "district", "city"}  # logins, which are the ids of the people of the tests
    assert not [value for value in texts(told) if value in people]
    assert "rendered_at" not in answer.text
    missing = get(city, client, "auditor", "/provenance/none").content
    for who in ("stranger", "rival", "pudong", "subdistrict", "park"):
        assert get(city, client, who, f"/provenance/{diagnosis}").content == missing, who


def texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case str():
            yield value


def test_the_trail_leaves_line_by_line_and_every_line_is_proved(city: LiveCity, client: TestClient) -> None:
    diagnosis = city.issued()
    key = str(city.installation.log.keys().signing.verifier)
    answer = get(city, client, "auditor", "/audit-trail.jsonl")
    lines = answer.content.splitlines()
    proved = list(verifier.verify_trail(lines, key))
    assert [entry.position for entry in proved] == list(range(1, city.installation.services.journal.head().size + 1))
    shown = [json.loads(line) for line in lines[1:]]
    for entry, line in zip(proved, shown, strict=True):
        stated = line["entry"]
        assert (stated["position"], stated["subject"], stated["data"]) == (entry.position, entry.stream, entry.data)
        assert line["stated"]["sentence"]
    for number in range(1, len(lines)):
        changed = [*lines[:number], lines[number].replace(b'"content":"', b'"content":"AAAA', 1), *lines[number + 1 :]]
        with pytest.raises(verifier.Fault):
            list(verifier.verify_trail(changed, key))
    with pytest.raises(verifier.Fault, match="ORDER_WRONG"):
        list(verifier.verify_trail([*lines, lines[1]], key))
    with pytest.raises(verifier.Fault, match="MALFORMED"):
        list(verifier.verify_trail(lines[1:], key))
    narrow = f"/audit-trail.jsonl?subject={diagnosis}&kind=diagnosis.report&role=provider&from=2024-01-01"
    (line,) = get(city, client, "auditor", narrow).content.splitlines()[1:]
    assert json.loads(line)["entry"]["type"] == "diagnosis.report_issued.v3"
    assert get(city, client, "auditor", "/audit-trail.jsonl?from=yesterday").status_code == 422


def test_the_exported_trail_is_the_auditors_alone(city: LiveCity, client: TestClient) -> None:
    assert get(city, client, "auditor", "/audit-trail.jsonl").status_code == 200
    for who in [name for name in city.tokens if name != "auditor"]:
        assert get(city, client, who, "/audit-trail.jsonl").status_code == 404, who
    assert get(city, client, None, "/audit-trail.jsonl").status_code == 401


@pytest.mark.parametrize("who", ["operator", "supplier", "support", "bank"])
def test_who_runs_or_supports_the_platform_finds_no_way_beside_graphql_either(
    city: LiveCity, client: TestClient, who: str
) -> None:
    """What is there answers them like what is not."""
    diagnosis = city.issued()
    report = next(iter(json.loads(get(city, client, "city", f"/dossiers/grade/{diagnosis}").content)["result"]["reports"]))
    routes = {
        f"/dossiers/grade/{diagnosis}": "/dossiers/grade/none",
        f"/provenance/{diagnosis}": "/provenance/none",
        f"/files/{report['sha256']}": f"/files/{'0' * 64}",
        "/log/proof/inclusion?position=1": "/log/proof/inclusion?position=100000",
        "/log/checkpoint": "/log/checkpoint?size=100000",
        "/audit-trail.jsonl": "/audit-trail.jsonl?subject=none",
    }
    for there, nowhere in routes.items():
        found, missing = get(city, client, who, there), get(city, client, who, nowhere)
        assert (found.status_code, found.content) == (404, missing.content), there


def test_an_exported_trail_of_everything_is_known_to_be_all_of_the_log(
    city: LiveCity, client: TestClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city.issued()
    key = str(city.installation.log.keys().signing.verifier)
    for query, says in (("", False), ("?kind=diagnosis.", True)):
        file = tmp_path / "trail.jsonl"
        file.write_bytes(get(city, client, "auditor", f"/audit-trail.jsonl{query}").content)
        assert verifier.main([str(file), "--log-key", key]) == 0
        assert ("NOT ALL" in capsys.readouterr().out) is says


@pytest.mark.parametrize(
    "address",
    [
        "/audit-trail.jsonl?form=2024-01-01",
        "/audit-trail.jsonl?role=city&role=bank",
        "/dossiers/grade/x?files=true",
        "/dossiers/grade/x?file=1",
        "/provenance/x?asOf=2024-01-01",
        "/log/checkpoint?position=1",
        "/log/proof/inclusion?position=1&of=2",
    ],
)
def test_a_parameter_that_is_not_known_is_refused_and_not_passed_over(city: LiveCity, client: TestClient, address: str) -> None:
    """What is misspelt would else be answered by everything."""
    refused = get(city, client, "auditor", address)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (400, "MALFORMED_INPUT")


def test_a_providers_dossiers_go_to_the_city_and_the_auditor_and_its_moves_to_itself(city: LiveCity, client: TestClient) -> None:
    listed = ProviderListed(year=2025, on=date(2025, 3, 3), tags=("C34",), rule=None, causes=("application/2025.p1/9",))
    services = city.installation.services
    entry = NewEntry("listing/p1", 1, listed.type, encode(listed), actor="li", role=Role.CITY, organisation="city")
    services.journal.append([entry], microseconds(services.clock()))
    services.models.catch_up()
    path, missing = "/dossiers/move/organisation/p1", get(city, client, "auditor", "/dossiers/grade/none")
    for who in ("provider", "city", "auditor"):
        answer = get(city, client, who, path)
        assert answer.status_code == 200, who
        found = verifier.verify(answer.content, str(city.installation.log.keys().signing.verifier)).faults
        assert [one.code for one in found] == ["DAY_WRONG"], "it was written on another day than it says"
    for who in ("rival", "enterprise", "district", "diagnostician"):
        refused = get(city, client, who, path)
        assert (refused.status_code, refused.content) == (404, missing.content), who
    assert get(city, client, "auditor", path + "?files=1").status_code == 400
    for kind, at in (("rating", "2025/organisation/p1"), ("subsidy", "2025")):
        for who in ("provider", "district", "auditor"):
            assert get(city, client, who, f"/dossiers/{kind}/{at}").content == missing.content

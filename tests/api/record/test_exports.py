"""Bulk exports (plan P7, P8): what a query would show, whole, in three formats, at one place of the journal, signed and for few."""

import csv
import io
import os
import stat
import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from arro3.io import read_parquet
from starlette.testclient import TestClient

from api.app import create_app
from api.downloads.export_tables import TABLES
from api.kit.row_mapping import DECLARED
from domain.access import Mask, Role
from domain.disclosures import ALL_FIRMS
from interop.exports import plan as plans
from interop.rosters.uscc import valid_uscc
from isolation import Bounds
from journal.transparency.signed_notes import Note
from tests.api.record.test_disclosures import rows
from tests.live_city import ENTERPRISE, FIRM, OTHER, LiveCity
from tests.small_city import roster

FIRMS = """{ enterprises(first: 10) { nodes { id uscc name sizeClass aboveScale changedAt district { code } industry { code }
  park { id } %s } } }"""


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as client:
        yield client


def partner(city: LiveCity, where: str = "*") -> str:
    return city.installation.accounts.issue_partner_key("erp", where, timedelta(days=1)).token


def asked(client: TestClient, token: str, path: str, **headers: str) -> Any:
    return client.get(path, headers={"authorization": f"Bearer {token}", **headers})


def made(client: TestClient, token: str, ending: str = "jsonl", more: str = "") -> dict[str, Any]:
    answer = asked(client, token, f"/exports?format={ending}{more}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def table(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in found["tables"] if one["name"] == name)


def lines(client: TestClient, token: str, found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in asked(client, token, table(found, name)["link"]).content.splitlines()]


def test_a_file_holds_what_a_query_shows_the_same_reader_and_no_more(city: LiveCity, client: TestClient) -> None:
    city.issued()
    for who in ("city", "district", "pudong", "auditor"):
        found = made(client, city.tokens[who])
        shown = city.data(who, FIRMS % "employees revenueWan")["enterprises"]["nodes"]
        told = lines(client, city.tokens[who], found, "enterprises")
        assert table(found, "enterprises")["count"] == len(shown) == len(told)
        for line, node in zip(told, shown, strict=True):
            assert {name: line[name] for name in ("id", "uscc", "name", "sizeClass", "aboveScale", "employees")} == {
                name: node[name] for name in ("id", "uscc", "name", "sizeClass", "aboveScale", "employees")
            }
            assert line["revenueWan"] == node["revenueWan"]
            assert (line["district"], line["industry"]) == (node["district"]["code"], node["industry"]["code"])
            assert line["park"] == (node["park"]["id"] if node["park"] is not None else None)
            assert line["changedAt"].rstrip("Z") == node["changedAt"].replace("+00:00", "").rstrip("Z")
        cases = city.data(who, "{ diagnoses(first: 9) { nodes { id status grade verifiedTotal enterprise { id } } } }")
        assert [
            (one["id"], one["status"], one["grade"], one["verifiedTotal"], one["enterprise"])
            for one in lines(client, city.tokens[who], found, "diagnoses")
        ] == [
            (one["id"], one["status"], one["grade"], one["verifiedTotal"], one["enterprise"]["id"])
            for one in cases["diagnoses"]["nodes"]
        ]


def test_a_partner_is_given_no_column_that_it_may_not_read(city: LiveCity, client: TestClient) -> None:
    city.issued()
    before = len(rows(city))
    key = partner(city)
    found = made(client, key)
    columns = {one["name"]: {column["name"] for column in one["columns"]} for one in found["tables"]}
    assert "uscc" in columns["enterprises"]
    assert "issuedVersion" in columns["diagnoses"]
    assert not columns["enterprises"] & {"employees", "revenueWan"}
    assert not columns["diagnoses"] & {"grade", "level", "verifiedTotal", "selfTotal", "measuredGrade", "gradeName"}
    for name, its in columns.items():
        for line in lines(client, key, found, name):
            assert set(line) == its
    assert len(rows(city)) == before, "nothing protected left"


def test_every_column_of_a_row_that_the_schema_publishes_is_exported() -> None:
    for name, one in TABLES.items():
        if (declared := DECLARED.get(one.kind)) is not None:
            published = {column.name for column in declared.columns.values()} | set(declared.edges.values())
            assert published - {"latest_diagnosis"} <= set(one.names), name
        assert {mask for role in Role for mask in one.masks(role)} <= {Mask.REVENUE, Mask.OUTCOME}


def in_csv(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_three_formats_hold_the_same(city: LiveCity, client: TestClient) -> None:
    city.issued()
    token = city.tokens["city"]
    told = lines(client, token, made(client, token), "enterprises")
    found = made(client, token, "csv")
    read = list(csv.DictReader(io.StringIO(asked(client, token, table(found, "enterprises")["link"]).text)))
    assert [{name: value or None for name, value in one.items()} for one in read] == [
        {name: in_csv(value) for name, value in one.items()} for one in told
    ]
    found = made(client, token, "parquet")
    for name in ("enterprises", "diagnoses", "directory"):
        held = table(found, name)
        content = asked(client, token, held["link"]).content
        assert (len(content), sha256(content).hexdigest()) == (held["size"], held["sha256"])
        whole = read_parquet(io.BytesIO(content)).read_all()
        assert whole.num_rows == held["count"]
        assert list(whole.schema.names) == [column["name"] for column in held["columns"]]
    content = asked(client, token, table(found, "enterprises")["link"]).content
    whole = read_parquet(io.BytesIO(content)).read_all()
    assert [str(one.as_py()) for one in whole["name"]] == [one["name"] for one in told]
    assert [one.as_py() for one in whole["revenueWan"]] == pytest.approx([float(one["revenueWan"]) for one in told])
    assert [one.as_py().isoformat().replace("+00:00", "") for one in whole["changedAt"]] == [
        one["changedAt"].rstrip("Z").removesuffix(".000000") for one in told
    ]


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_text_in_csv_and_exact_elsewhere(
    city: LiveCity, client: TestClient
) -> None:
    names = ('=HYPERLINK("http://e.example","点")', "+1公司", "-1公司", "@SUM(A1)", "＝1公司")
    rows_of = [(row, FIRM.model_copy(update={"uscc": valid_uscc(row), "name": name})) for row, name in enumerate(names, 2)]
    city.send(roster(year=2025, digest="6" * 64, rows=tuple(rows_of)))
    city.installation.services.models.catch_up()
    token = city.tokens["city"]
    told = {one["name"] for one in lines(client, token, made(client, token), "enterprises")}
    assert told >= set(names)
    read = asked(client, token, table(made(client, token, "csv"), "enterprises")["link"]).text
    shown = {one["name"] for one in csv.DictReader(io.StringIO(read))}
    assert shown == {f"'{one}" if one in names else one for one in told}
    links = client.get("/ecosystem/links.csv", headers={"authorization": f"Bearer {token}"}).text
    assert {one["source_name"] for one in csv.DictReader(io.StringIO(links))} >= {f"'{one}" for one in names}


def test_the_manifest_is_signed_by_the_key_of_the_log(city: LiveCity, client: TestClient) -> None:
    token = partner(city)
    answer = asked(client, token, "/exports?format=csv")
    link = answer.headers["link"].partition(">")[0].removeprefix("<")
    note = Note.parse(asked(client, token, link).text)
    assert note.signed_by(city.installation.log.keys().verifiers)
    assert note.text == f"zhenduan.export.v1\n{answer.json()['id']}\nsha256 {sha256(answer.content).hexdigest()}\n"
    with pytest.raises(ValueError, match="checkpoint"):
        city.installation.log.attested(f"{city.installation.log.keys().signing.name}\n1\nAAAA\n")


def test_a_broken_line_is_gone_on_with_and_what_happens_later_is_told(city: LiveCity, client: TestClient) -> None:
    token = partner(city)
    found = made(client, token)
    held = table(found, "enterprises")
    begun = asked(client, token, held["link"], range="bytes=0-99")
    rest = asked(client, token, held["link"], **{"range": "bytes=100-", "if-range": begun.headers["etag"]})
    assert (begun.status_code, rest.status_code) == (206, 206)
    assert sha256(begun.content + rest.content).hexdigest() == held["sha256"]
    assert made(client, token) == found, "while nothing happens it is the same"
    assert asked(client, token, found["links"]["events"]).json() == []
    renamed = FIRM.model_copy(update={"name": "更名精密机械有限公司"})
    city.send(roster(year=2025, digest="5" * 64, rows=((2, renamed), (3, OTHER))))
    told = asked(client, token, found["links"]["events"] + "&wait=10").json()
    assert ("enterprise.changed.v1", f"enterprise/{ENTERPRISE}") in [(one["type"], one["subject"]) for one in told]
    assert asked(client, token, held["link"]).status_code == 200, "what was begun can be ended"
    later = made(client, token)
    assert later["position"] != found["position"]
    assert {one["name"] for one in lines(client, token, later, "enterprises")} == {renamed.name, OTHER.name}


def test_others_have_nothing_and_the_files_of_one_are_nobody_elses(city: LiveCity, client: TestClient) -> None:
    key = partner(city)
    found = made(client, key)
    links = [one["link"] for one in found["tables"]]
    for who in ("enterprise", "provider", "bank", "subdistrict", "reader", "group", "operator"):
        assert asked(client, city.tokens[who], "/exports").status_code == 404, who
    for token in (city.tokens["city"], city.tokens["auditor"], partner(city, "310117")):
        assert {asked(client, token, link).status_code for link in links} == {404}
    assert client.get("/exports").status_code == 401
    assert client.get(links[0]).status_code == 401
    for wrong in ("?format=xlsx", "?of=answers", "?of=", "?since=1", "?format=csv&format=csv"):
        assert asked(client, key, f"/exports{wrong}").status_code == 400, wrong
    for name in ("held.json", "answers.jsonl", "enterprises.csv", "%2e%2e", "%2e%2e%2fmanifest.json"):
        assert asked(client, key, f"/exports/{found['id']}/{name}").status_code == 404, name
    assert asked(client, key, "/exports/%2e%2e/manifest.json").status_code == 404


def test_whose_data_leaves_is_written_down_each_time(city: LiveCity, client: TestClient) -> None:
    diagnosis = city.issued()
    for who, firm, subject in (("district", ENTERPRISE, diagnosis), ("auditor", ALL_FIRMS, "")):
        found = made(client, city.tokens[who])
        before = len(rows(city))
        for name in ("enterprises", "diagnoses", "directory"):
            assert asked(client, city.tokens[who], table(found, name)["link"]).status_code == 200
        assert len(rows(city)) == before + 2, "the directory is nobody's data"
        of_cases = rows(city)[0]
        assert of_cases.entry_point == "GET /exports"
        assert [(one.firm, one.subject, set(one.masks)) for one in of_cases.disclosed] == [(firm, subject, {"outcome"})]


def test_files_are_over_after_an_hour_and_gone_with_the_next_export(city: LiveCity, client: TestClient) -> None:
    key = partner(city)
    found = made(client, key)
    (folder,) = (city.installation.services.exports or Path()).glob(f"*/{found['id']}")
    hours = time.time() - 3 * 3600
    os.utime(folder, (hours, hours))
    assert asked(client, key, f"/exports/{found['id']}/manifest.json").status_code == 404
    again = made(client, key, "csv")
    assert not folder.exists()
    assert table(again, "enterprises")["count"] == table(found, "enterprises")["count"]


def test_the_folders_of_an_export_are_their_owners_alone(city: LiveCity, client: TestClient) -> None:
    made(client, partner(city))
    top = city.installation.services.exports or Path()
    folders = [one for one in (top, *top.rglob("*")) if one.is_dir()]
    assert len(folders) > 2
    assert {stat.S_IMODE(one.stat().st_mode) for one in folders} == {0o700}


def test_an_export_beyond_its_bounds_is_refused_and_leaves_nothing(
    city: LiveCity, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = partner(city)
    monkeypatch.setattr(plans, "BOUNDS", Bounds(memory_mib=1, cpu_seconds=1, wall_seconds=5.0))
    answer = asked(client, key, "/exports")
    refused = {"code": "EXPORT_TOO_COSTLY", "clause": plans.EXPORT_TOO_COSTLY.clause}
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (422, refused)
    assert not [one for one in (city.installation.services.exports or Path()).glob("*/*") if one.is_dir()]

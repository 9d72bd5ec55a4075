"""Packages (plan P8) over the API: asked for with a purpose, made by the program, told when they leave, verified offline."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any
from zipfile import ZipFile

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient
from trestle.oscal.assessment_results import Model

from api.app import create_app
from domain.instants import city_day
from domain.programme.packages.making import RecordPackage
from tests.api.diagnosis.test_prefill import mapped
from tests.api.record.logged_reads import held, rows
from tests.live_city import ENTERPRISE, FIRM, LiveCity
from zhenduan.background.computing import compute_waiting
from zhenduan.background.package_making import waiting_packages

VERIFIER = Path(__file__).parents[3] / "docs" / "receivers" / "verify_package.py"
PACKAGE = """package { id status version results sha256 size path signaturePath handedOverOn receipt
  files { name sha256 sm3 size count } }"""
LISTED = "{ packages { totalCount nodes { id status recipient purpose classification counterpart granularity } } }"
ASKED = {
    "counterpart": "MIIT_PILOT",
    "recipient": "部试点平台办公室",
    "purpose": "年度试点对接",
    "classification": "CONFIDENTIAL",
    "granularity": "FIRMS",
    "edition": "2023",
}


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def asked(city: LiveCity, **changes: Any) -> dict[str, Any]:
    """A package that the city asked for, as it stands once the program has made it."""
    services = city.installation.services
    one = city.done("city", "requestPackage", PACKAGE, **ASKED | changes)["package"]
    assert (one["status"], one["path"], one["files"]) == ("REQUESTED", None, [])
    services.models.catch_up()
    assert compute_waiting(services, Event()) == 1
    services.models.catch_up()
    query = f"query($id: ID!) {{ {PACKAGE.replace('package {', 'package(id: $id) {', 1)} }}"
    found: dict[str, Any] = city.data("city", query, id=one["id"])["package"]
    return found


def given(client: TestClient, city: LiveCity, who: str | None, path: str) -> Any:
    return client.get(path, headers={"authorization": f"Bearer {city.tokens[who]}"} if who else {})


def opened(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_issued_result_of_each_firm_goes_out_with_its_manifest_and_nothing_of_its_people_or_answers(
    city: LiveCity, client: TestClient
) -> None:
    case = city.issued()
    made = asked(city)
    assert (made["status"], made["results"]) == ("MADE", 1)
    content = given(client, city, "city", made["path"]).content
    assert (sha256(content).hexdigest(), len(content)) == (made["sha256"], made["size"])
    members = opened(content)
    assert next(iter(members)) == "manifest.json"
    manifest = json.loads(members["manifest.json"])
    assert manifest["files"] == [
        one | ({"schema": f"urn:zhenduan:schema:package-{Path(one['name']).stem}:1"} if one["name"].startswith("data/") else {})
        for one in made["files"]
    ]
    assert {name: manifest[name] for name in ("recipient", "purpose", "classification", "counterpart", "editions")} == {
        "recipient": ASKED["recipient"],
        "purpose": ASKED["purpose"],
        "classification": "confidential",
        "counterpart": "miit_pilot",
        "editions": ["2023"],
    }
    [line] = map(json.loads, members["data/results.jsonl"].splitlines())
    assert (line["enterprise"], line["uscc"], line["name"]) == (f"enterprise/{ENTERPRISE}", FIRM.uscc, FIRM.name)
    told = city.data("city", "query($id: ID!) { diagnosis(id: $id) { grade verifiedTotal caseNumber } }", id=case)["diagnosis"]
    assert (line["grade"], line["total"], line["case_number"]) == (told["grade"], told["verifiedTotal"], told["caseNumber"])
    for name in ("results", "counts"):
        schema = Draft202012Validator(json.loads(members[f"schema/{name}.json"]))
        assert all(schema.is_valid(json.loads(one)) for one in members[f"data/{name}.jsonl"].splitlines())
    whole = content.decode("utf-8", "replace")
    for secret in (str(FIRM.revenue_wan), '"contact', '"phone', '"answers"', '"employees"', '"F06"'):
        assert secret not in whole


def test_the_results_are_oscal_by_anothers_reader_and_say_which_gates_hold(city: LiveCity, client: TestClient) -> None:
    city.issued()
    made = asked(city)
    document = json.loads(opened(given(client, city, "city", made["path"]).content)["oscal/assessment-results.json"])
    read: Any = Model.parse_obj(document).assessment_results
    [result] = read.results
    [line] = map(json.loads, opened(given(client, city, "city", made["path"]).content)["data/results.jsonl"].splitlines())
    numbers = {one.name: one.value for one in result.props}
    assert (numbers["total"], numbers["grade"]) == (line["total"], str(line["grade"]))
    assert {str(one.target.status.state.value) for one in result.findings} <= {"satisfied", "not-satisfied"}
    assert result.findings


def test_small_counts_are_withheld_and_counts_alone_tell_of_no_firm(city: LiveCity, client: TestClient) -> None:
    city.issued()
    made = asked(city, granularity="COUNTS")
    members = opened(given(client, city, "city", made["path"]).content)
    assert set(members) == {"manifest.json", "data/counts.jsonl", "schema/counts.json"}
    lines = [json.loads(one) for one in members["data/counts.jsonl"].splitlines()]
    assert lines
    assert all(one["firms"] in (None, 0) for one in lines)
    assert FIRM.uscc.encode() not in b"".join(members.values())
    assert made["results"] == 0


def test_a_crosswalk_goes_with_it_where_one_is_published(city: LiveCity, client: TestClient) -> None:
    assert city.refused("city", "requestPackage", **ASKED, externalEdition="dcmm-2018") == "PACKAGE_CROSSWALK_MISSING"
    mapped(city)
    made = asked(city, externalEdition="dcmm-2018")
    members = opened(given(client, city, "city", made["path"]).content)
    assert members["crosswalk.sssom.tsv"].decode().count("semapv:ManualMappingCuration") == 3
    assert json.loads(members["manifest.json"])["editions"] == ["2023", "dcmm-2018"]


def test_made_again_from_the_same_facts_it_is_the_same_bytes(city: LiveCity) -> None:
    city.issued()
    services = city.installation.services
    city.done("city", "requestPackage", PACKAGE, **ASKED)
    services.models.catch_up()
    with services.models.reading() as snapshot:
        [one] = waiting_packages(services, snapshot)
    from interop.packages.outcome import outcome_bytes  # noqa: PLC0415 - as the process apart loads it

    first, second = (one.command(outcome_bytes(*one.arguments)) for _ in range(2))  # type: ignore[arg-type]
    assert isinstance(first, RecordPackage)
    assert first == second


def test_only_city_and_auditor_have_it_and_each_firm_is_told_when_its_result_leaves(
    city: LiveCity, client: TestClient
) -> None:
    city.issued()
    made = asked(city)
    for who in ("district", "enterprise", "provider", "bank"):
        assert "errors" in city.ask(who, LISTED)
        assert city.refused(who, "requestPackage", **ASKED) == "ROLE_NOT_ALLOWED"
        for path in (made["path"], made["signaturePath"]):
            assert given(client, city, who, path).status_code == 404
    assert given(client, city, None, made["path"]).status_code == 401
    assert given(client, city, "city", "/packages/none/package.zip").status_code == 404
    assert given(client, city, "city", made["path"].replace("package.zip", "manifest.json")).status_code == 404
    [listed] = city.data("auditor", LISTED)["packages"]["nodes"]
    assert (listed["recipient"], listed["counterpart"]) == (ASKED["recipient"], "MIIT_PILOT")
    assert given(client, city, "auditor", made["path"]).status_code == 200
    left = [one for one in rows(city) if one.entry_point == "GET /packages"]
    assert [one.role for one in left] == ["auditor"]
    assert held(left[0]) == {made["id"]: {"outcome"}}


def test_it_is_handed_over_once_with_the_recipients_receipt(city: LiveCity) -> None:
    one = city.done("city", "requestPackage", PACKAGE, **ASKED)["package"]
    handed = {"package": one["id"], "handedOverOn": city.today, "receipt": "部收〔2024〕7 号"}
    assert city.refused("city", "handOverPackage", **handed) == "PACKAGE_NOT_MADE"
    city.installation.services.models.catch_up()
    compute_waiting(city.installation.services, Event())
    city.installation.services.models.catch_up()
    tomorrow = city_day(city.installation.services.clock()) + timedelta(days=1)
    late = handed | {"handedOverOn": tomorrow.isoformat()}
    assert city.refused("city", "handOverPackage", **late) == "PACKAGE_HANDED_OVER_WHEN"
    done = city.done("city", "handOverPackage", PACKAGE, **handed)["package"]
    assert (done["status"], done["handedOverOn"], done["receipt"]) == ("HANDED_OVER", city.today, handed["receipt"])
    assert city.done("city", "handOverPackage", PACKAGE, **handed)["package"]["version"] == done["version"]
    assert city.refused("city", "handOverPackage", **handed | {"receipt": "另一"}) == "PACKAGE_HANDED_OVER_ALREADY"


def verified(folder: Path, content: bytes, note: str, key: str) -> tuple[int, str]:
    (folder / "package.zip").write_bytes(content)
    (folder / "package.note").write_text(note, "utf-8")
    (folder / "log.pub").write_text(key, "utf-8")
    asked_for = [sys.executable, "-I", str(VERIFIER), "package.zip", "package.note", "log.pub"]
    env = {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(asked_for, cwd=folder, capture_output=True, check=False, env=env)  # noqa: S603 - ours
    return done.returncode, (done.stdout + done.stderr).decode()


def test_whoever_has_the_key_verifies_it_offline_and_is_told_of_a_flipped_byte(
    city: LiveCity, client: TestClient, tmp_path: Path
) -> None:
    city.issued()
    made = asked(city)
    content = given(client, city, "city", made["path"]).content
    note = given(client, city, "city", made["signaturePath"]).text
    transparency = city.installation.services.transparency
    assert transparency is not None
    key = str(transparency.log.keys().signing.verifier)
    code, said = verified(tmp_path, content, note, key)
    assert (code, made["id"].removeprefix("package/") in said, ASKED["recipient"] in said) == (0, True, True)
    for at in (10, len(content) // 2, len(content) - 5):
        flipped = bytearray(content)
        flipped[at] ^= 1
        assert verified(tmp_path, bytes(flipped), note, key)[0] == 1, at
    signature = note.rstrip().rpartition(" ")
    code, said = verified(tmp_path, content, note.replace("sha256 ", "sha256 0", 1), key)
    assert (code, said.startswith("不成立 · does not hold: 签名无效")) == (1, True)
    alone = subprocess.run([sys.executable, "-I", str(VERIFIER)], capture_output=True, check=False)  # noqa: S603 - ours
    assert (alone.returncode, b"Traceback" in alone.stderr) == (1, False)
    assert verified(tmp_path, content, f"{signature[0]} {signature[2][::-1]}\n", key)[0] == 1
    assert verified(tmp_path, content, note, f"{key[:-3]}AA=")[0] == 1

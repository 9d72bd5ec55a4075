"""Site form over the API (plan P3, P5): downloaded by the provider, filled in on a tablet, sent back with its photographs."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.app import create_app
from standards import Form
from tests.live_city import EDITION, LiveCity

JPEG = b"\xff\xd8\xff\xe0 picture"
CHOICE = next(item for item in EDITION.of(Form.BRIEF) if item.kind == "choice")
FOUND = """query($id: ID!) { diagnosis(id: $id) { version answers { indicator verified { level } difference }
  evidence { nodes { filename indicators } } } }"""


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as client:
        yield client


def accepted(city: LiveCity) -> str:
    case = city.submitted()
    city.done("provider", "acceptDiagnosis", diagnosis=case)
    return case


def download(city: LiveCity, client: TestClient, who: str, case: str) -> Any:
    return client.get(f"/diagnoses/{case}/site-form.xlsx", headers={"authorization": f"Bearer {city.tokens[who]}"})


def token(form: bytes) -> str:
    survey = load_workbook(io.BytesIO(form))["survey"]
    head = [cell.value for cell in survey[1]]
    row = next(row for row in survey.iter_rows(values_only=True) if row[1] == "zd_stamp")
    return str(row[head.index("calculation")]).strip("'")


def filled(stamp: str, instance: str = "i1", **more: str) -> bytes:
    values = {f"{CHOICE.id}_level": "l2", f"{CHOICE.id}_reason": "现场未见", f"{CHOICE.id}_file": "7.jpg"}
    return orjson.dumps({"zd_stamp": stamp, "meta/instanceID": f"uuid:{instance}", **values, **more})


def send(city: LiveCity, who: str, case: str, content: bytes, **more: Any) -> Any:
    sha256 = city.uploaded(who, "提交.json", content, kind="submission")
    return city.do(who, "takeInSubmission", "", diagnosis=case, sha256=sha256, **more)


def codes(payload: Any) -> list[str]:
    return [one["code"] for one in payload["userErrors"]]


def test_a_form_comes_back_as_verified_answers_with_their_photographs(city: LiveCity, client: TestClient) -> None:
    case = accepted(city)
    form = download(city, client, "diagnostician", case)
    assert form.status_code == 200
    content = filled(token(form.content))
    refused = send(city, "provider", case, content)
    assert codes(refused) == ["SUBMISSION_FILE_MISSING"]
    picture = city.uploaded("provider", "7.jpg", JPEG)
    assert codes(send(city, "provider", case, content, photographs=[picture])) == []
    found = city.data("provider", FOUND, id=case)["diagnosis"]
    verified = {one["indicator"]: one for one in found["answers"] if one["verified"]}
    assert verified.keys() == {CHOICE.id}
    assert (verified[CHOICE.id]["verified"]["level"], verified[CHOICE.id]["difference"]) == ("2", "现场未见")
    assert next(one for one in found["evidence"]["nodes"] if one["filename"] == "7.jpg")["indicators"] == [CHOICE.id]
    assert codes(send(city, "provider", case, content, photographs=[picture])) == []
    assert city.data("provider", FOUND, id=case)["diagnosis"]["version"] == found["version"], "the same form changes nothing"


def test_what_is_no_form_of_this_case_is_refused(city: LiveCity, client: TestClient) -> None:
    case = accepted(city)
    stamp = token(download(city, client, "provider", case).content)
    assert codes(send(city, "provider", case, b'{"a": "1"}')) == ["SUBMISSION_UNKNOWN"]
    said, _, seal = stamp.partition(".")
    other = base64.urlsafe_b64decode(said).replace(b'"version":', b'"version":9')
    forged = f"{base64.urlsafe_b64encode(other).decode()}.{seal}"
    assert codes(send(city, "provider", case, filled(forged))) == ["SUBMISSION_UNKNOWN"]
    two = orjson.dumps([orjson.loads(filled(stamp)), orjson.loads(filled(stamp, "i2"))])
    assert codes(send(city, "provider", case, two)) == ["SUBMISSION_NOT_ONE"]
    odd = filled(stamp, **{f"{CHOICE.id}_level": "很高"})
    assert "SUBMISSION_VALUE_UNREADABLE" in codes(send(city, "provider", case, odd))
    for who in ("rival", "enterprise", "district", "auditor"):
        assert download(city, client, who, case).status_code == 404, who
    sha256 = city.uploaded("rival", "提交.json", filled(stamp), kind="submission")
    assert city.refused("rival", "takeInSubmission", diagnosis=case, sha256=sha256) == "NOT_FOUND"


def test_a_form_that_an_office_saved_in_another_encoding_is_taken_and_a_damaged_one_is_said_to_be_so(
    city: LiveCity, client: TestClient
) -> None:
    case = accepted(city)
    values = {"zd_stamp": token(download(city, client, "provider", case).content), "instanceID": "uuid:i1"}
    values |= {f"{CHOICE.id}_level": "l2", f"{CHOICE.id}_reason": "现场未见"}
    text = f"{','.join(values)}\n{','.join(values.values())}\n"
    mixed = "说明,说明说明说明\n".encode() + text.encode("gb18030")
    assert codes(send(city, "provider", case, mixed)) == ["FILE_ENCODINGS_MIXED"]
    odd = orjson.dumps(values | {f"{CHOICE.id}_reason": "现场\x00未见"})
    assert codes(send(city, "provider", case, odd)) == ["SUBMISSION_VALUE_UNREADABLE"]
    assert codes(send(city, "provider", case, text.encode("gb18030"))) == []
    [found] = [one for one in city.data("provider", FOUND, id=case)["diagnosis"]["answers"] if one["verified"]]
    assert found["difference"] == "现场未见"

"""Who holds a printed report learns what it is worth, and nothing of the firm (plan P4, P7)."""

import re
from collections.abc import Iterator

import orjson
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.kit.ids import key_of
from domain.diagnosis.report import ReportStatus
from projections.diagnosis.report_verification import VerifiableReport
from tests.live_city import FIRM, LiveCity

ASKED = """query($n: String!, $checkCode: String, $uscc: String, $grade: Int, $sha256: String) {
  verifyReport(number: $n, checkCode: $checkCode, uscc: $uscc, grade: $grade, sha256: $sha256) {
    number version status issuedOn agrees synthetic } }"""
REPORTS = "query($id: ID!) { diagnosis(id: $id) { grade reports { nodes { version number sha256 } } } }"


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services, project=False)) as client:
        yield client


def reports(city: LiveCity, case: str) -> tuple[int, list[dict[str, str]]]:
    found = city.data("confirmer", REPORTS, id=case)["diagnosis"]
    return found["grade"], sorted(found["reports"]["nodes"], key=lambda one: one["version"])


def code_of(city: LiveCity, case: str) -> str:
    """The code beside the grade of a case's latest report, which the paper alone tells."""
    entries = city.installation.services.journal.read(f"diagnosis/{key_of(case, 'diagnosis')}")
    files = [orjson.loads(entry.state).get("file") for entry in entries]
    return str([file for file in files if file is not None][-1]["check_code"])


def verified(city: LiveCity, number: str, **stated: object) -> dict[str, object] | None:
    found: dict[str, object] | None = city.data(None, ASKED, n=number, **stated)["verifyReport"]
    return found


def test_a_report_is_verified_by_its_number_and_a_later_version_takes_its_place(city: LiveCity) -> None:
    case = city.issued()
    _, [issued] = reports(city, case)
    assert re.fullmatch(r"ZDD-\d{4}-[0-9A-Z]{12}", issued["number"])
    told = verified(city, f" {issued['number'].lower()} ")
    assert told is not None
    assert (told["status"], told["version"], told["agrees"]) == ("ISSUED", 1, None)
    city.done("confirmer", "confirmReport", diagnosis=case)
    _, [issued, confirmed] = reports(city, case)
    assert issued["number"] != confirmed["number"]
    assert verified(city, issued["number"]) == told | {"status": "SUPERSEDED"}
    latest = verified(city, confirmed["number"])
    assert latest is not None
    assert (latest["status"], latest["version"]) == ("CONFIRMED", 2)
    assert verified(city, "ZDD-2026-000000000000") is None


def test_what_a_paper_says_is_compared_and_never_told(city: LiveCity) -> None:
    case = city.issued()
    grade, [one] = reports(city, case)
    holds: dict[str, object] = {"uscc": FIRM.uscc.lower(), "grade": grade, "sha256": one["sha256"].upper()}
    in_hand = {"checkCode": code_of(city, case)}
    assert agrees(city, one["number"], **holds) is True
    assert agrees(city, one["number"], **in_hand) is True
    assert agrees(city, one["number"], **in_hand, **holds) is True
    forgeries = {"uscc": "91310000000000000X", "sha256": "0" * 64, "checkCode": "00000000"}
    for name, forged in (*forgeries.items(), ("grade", grade + 1), ("grade", 99)):
        assert agrees(city, one["number"], **(holds | {name: forged})) is False, name
        assert agrees(city, one["number"], **(in_hand | {name: forged})) is False, name
    city.done("confirmer", "confirmReport", diagnosis=case)
    assert agrees(city, one["number"], **holds) is None, "a superseded paper is relied on for nothing"


def test_who_has_the_number_alone_cannot_ask_the_grade_out(city: LiveCity, client: TestClient) -> None:
    case = city.issued()
    grade, [one] = reports(city, case)
    number, path = one["number"], f"/verify/{one['number']}"
    assert [agrees(city, number, grade=tried, uscc=FIRM.uscc) for tried in range(1, 11)] == [None] * 10
    assert [agrees(city, number, grade=tried, checkCode="00000000") for tried in range(1, 11)] == [False] * 10
    pages = {client.get(path, params={"grade": tried}).text.replace(f'value="{tried}"', "") for tried in range(1, 11)}
    assert len(pages) == 1, "the page says the same whatever is tried"
    assert "未作核对" in pages.pop()
    code = code_of(city, case)
    assert [agrees(city, number, grade=tried, checkCode=f"{code[:4]}-{code[4:]}".lower()) for tried in range(1, 11)] == [
        tried == grade for tried in range(1, 11)
    ]


def test_what_a_paper_says_is_read_as_it_was_printed_however_it_was_typed(city: LiveCity, client: TestClient) -> None:
    """In full width, with other dashes, blanks and what shows nothing; digits of another alphabet are none of ours."""
    case = city.issued()
    grade, [one] = reports(city, case)
    number, wide = one["number"], {letter: letter + 0xFEE0 for letter in range(0x21, 0x7F)}
    uscc, digit = FIRM.uscc.translate(wide), chr(0xFF10 + grade)
    code = code_of(city, case).translate(wide)
    dashed, invisible = number.replace("-", "\u2013"), f"\u200b{number}\ufeff"
    for typed in (number.translate(wide), dashed, invisible, " ".join(number)):
        assert agrees(city, typed, uscc=uscc, sha256=f"{one['sha256']}\u200b") is True, typed
        odd = {"number": f"\u202e{typed}\x00", "checkCode": code, "uscc": f"\x00\u202d{uscc}", "grade": f"{digit}\u200f"}
        page = client.get("/verify/number", params=odd)
        assert (page.status_code, "所填内容与记录一致" in page.text) == (200, True), typed
    for stated in ({"uscc": FIRM.uscc}, {"checkCode": " \u3000\u200b"}, {"sha256": ""}, {}):
        assert agrees(city, number, **stated) is None, stated
    for odd in (chr(0x660 + grade), chr(0x966 + grade), f"+{grade}", "1_0", f"0{grade}0"):
        answer = client.get(f"/verify/{number}", params={"grade": odd})
        assert (answer.status_code, "等级应为 0 至 10 的整数" in answer.text) == (400, True), odd
    assert verified(city, number + "\u200b" * 900) is None


def agrees(city: LiveCity, number: str, **stated: object) -> object:
    found = verified(city, number, **stated)
    assert found is not None
    return found["agrees"]


def test_a_contested_report_says_that_its_result_may_change(city: LiveCity) -> None:
    case = city.issued()
    _, [one] = reports(city, case)
    city.done("enterprise", "objectToReport", diagnosis=case, items=[{"indicator": "Z01", "reason": "规划已更新"}])
    told = verified(city, one["number"])
    assert told is not None
    assert told["status"] == "CONTESTED"


def test_a_report_of_a_withdrawn_diagnosis_is_relied_on_for_nothing(city: LiveCity) -> None:
    case = city.issued()
    grade, [one] = reports(city, case)
    city.done("district", "withdrawDiagnosis", diagnosis=case, reason="重复立项")
    told = verified(city, one["number"], checkCode=code_of(city, case), uscc=FIRM.uscc, grade=grade)
    assert told is not None
    assert (told["status"], told["agrees"]) == ("WITHDRAWN", None)


def test_the_number_is_the_parties_alone(city: LiveCity) -> None:
    case = city.issued()
    for role in ("bank", "park"):
        answer = city.ask(role, REPORTS, id=case)
        assert "ZDD-" not in str(answer), role


def test_the_printed_link_leads_to_a_page_without_firm_and_grade(city: LiveCity, client: TestClient) -> None:
    case = city.issued()
    grade, [one] = reports(city, case)
    path = f"/verify/{one['number']}"
    page = client.get(path)
    assert page.status_code == 200
    for said in ("有效：现行报告，待企业确认", "Valid: the latest report, which the firm has yet to confirm", "第 1 版"):
        assert said in page.text
    in_hand = {"checkCode": code_of(city, case), "uscc": FIRM.uscc}
    good = client.get(path, params=in_hand | {"grade": str(grade)})
    assert "所填内容与记录一致" in good.text
    fields = re.findall(r'<label>([^<]+)<input name="(\w+)"', good.text)
    assert [name for _, name in fields] == ["checkCode", "uscc", "grade", "number"], "each says what it is for where all see it"
    bad = client.get(path, params=in_hand | {"grade": str(grade % 10 + 1)})
    assert "所填内容与记录不一致" in bad.text
    assert "所填内容与记录不一致" in client.get(path, params=in_hand | {"grade": "0"}).text, "below every grade, which this is not"
    by_file = {"checkCode": one["sha256"].upper(), "uscc": FIRM.uscc, "grade": str(grade)}
    assert "所填内容与记录一致" in client.get(path, params=by_file).text
    assert "所填内容与记录不一致" in client.get(path, params=by_file | {"checkCode": "0" * 64}).text
    for odd in ("11", "四", "1e9", "-1", "9" * 400):
        answer = client.get(path, params={"grade": odd})
        assert (answer.status_code, "等级应为 0 至 10 的整数" in answer.text) == (400, True), odd
    for untold in (FIRM.name, FIRM.uscc, case):
        assert untold not in page.text
    assert "<script" not in client.get(path, params={"uscc": "<script>alert(1)</script>"}).text


@pytest.mark.parametrize(
    ("version", "outside", "status"),
    [(1, "withdrawn", "WITHDRAWN"), (2, "withdrawn", "WITHDRAWN"), (1, "confirmed", "SUPERSEDED"), (2, "objected", "CONTESTED")],
)
def test_a_paper_of_a_withdrawn_case_is_withdrawn_whatever_its_version(version: int, outside: str, status: str) -> None:
    found = VerifiableReport("ZDD-2026-0123456789AB", version, "a" * 64, None, 0, 2, outside, 4, FIRM.uscc)
    assert found.status is ReportStatus[status]


def test_every_status_of_a_report_is_said_in_both_languages() -> None:
    assert all(all(one.names) for one in ReportStatus)

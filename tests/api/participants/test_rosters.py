"""The yearly roster through the API (plan P1, G4)."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.app import create_app
from api.kit.ids import id_of
from api.server.operations import Operations
from domain.instants import city_day
from domain.participants.rosters.findings import RETURNED_KEPT
from tests.live_city import DOCUMENTS, ENTERPRISE, FIRM, RIGHTS, SCHEMA, LiveCity

HEADER = "企业名称,统一社会信用代码,所在区,行业代码,从业人员期末人数,营业收入（万元）"
GOOD = f"{FIRM.name},{FIRM.uscc},松江区,C34,320,21000"
NEW = "示例电子有限公司,9144030071526726XG,松江区,C39,80,3000"
ELSEWHERE = "示例嘉定有限公司,91110000802100433B,嘉定区,C36,900,50000"
BROKEN = "示例坏行有限公司,9111,松江区,C34,1,1"
REPORT = """rosterImport { blocked registered revised unchanged refusedRows filename
  findings { nodes { row column severity code says saysInEnglish } } }"""


def sent(city: LiveCity, who: str, *rows: str) -> str:
    return city.uploaded(who, "名单.csv", "\n".join((HEADER, *rows)).encode("gb18030"), kind="roster")


def test_a_roster_comes_in_with_a_report_and_the_same_file_twice_changes_nothing(city: LiveCity) -> None:
    sha256 = sent(city, "district", GOOD, NEW)
    first = city.done("district", "importRoster", REPORT, sha256=sha256, year=2024)
    report = first["rosterImport"]
    assert (report["blocked"], report["registered"], report["refusedRows"]) == (False, 1, 0)
    size = city.installation.services.journal.head().size
    again = city.done("district", "importRoster", REPORT, sha256=sha256, year=2024)["rosterImport"]
    assert (again["blocked"], again["registered"], again["revised"], again["unchanged"]) == (False, 0, 0, 2)
    assert city.installation.services.journal.head().size == size + 1
    found = city.data("district", '{ enterprises(filter: {text: "电子"}) { totalCount nodes { name aboveScale } } }')
    assert found["enterprises"] == {"totalCount": 1, "nodes": [{"name": "示例电子有限公司", "aboveScale": True}]}


def test_who_sends_the_bytes_that_another_sent_is_shown_a_report_of_its_own(city: LiveCity) -> None:
    counts = "rosterImport { id registered unchanged findingsPath }"
    firsts = {}
    for first, second in (("city", "district"), ("district", "city")):
        row = {"city": NEW, "district": NEW.replace("80,", "90,")}[first]
        for who in (first, second):
            done = city.done(who, "importRoster", counts, sha256=sent(city, who, GOOD, row), year=2024)
            firsts[first, who] = done["rosterImport"]
    told = {pair: (one["registered"], one["unchanged"]) for pair, one in firsts.items()}
    assert told["city", "district"] == told["district", "city"] == (0, 2)
    assert len({one["id"] for one in firsts.values()}) == 4
    listed = city.data("district", "{ rosterImports { nodes { id } } }")["rosterImports"]["nodes"]
    assert [one["id"] for one in listed] == [firsts["district", "district"]["id"], firsts["city", "district"]["id"]]


def test_a_refused_row_blocks_the_file_unless_a_part_is_accepted(city: LiveCity) -> None:
    sha256 = sent(city, "city", NEW, BROKEN)
    blocked = city.done("city", "importRoster", REPORT, sha256=sha256, year=2024)["rosterImport"]
    assert (blocked["blocked"], blocked["refusedRows"]) == (True, 1)
    assert any(f["row"] == 3 and f["severity"] == "REFUSED" and f["saysInEnglish"] for f in blocked["findings"]["nodes"])
    part = city.done("city", "importRoster", REPORT, sha256=sha256, year=2024, acceptPartial=True)["rosterImport"]
    assert (part["blocked"], part["registered"]) == (False, 1)
    listed = city.data("city", "{ rosterImports { totalCount nodes { blocked } } }")["rosterImports"]
    assert [node["blocked"] for node in listed["nodes"]] == [False, True, False]


def test_a_district_brings_in_its_own_firms_only_and_takes_none_over(city: LiveCity) -> None:
    code = city.refused("district", "importRoster", sha256=sent(city, "district", ELSEWHERE), year=2024)
    assert code == "ROSTER_OUTSIDE_DISTRICT"
    taken = GOOD.replace("松江区", "浦东新区")
    code = city.refused("pudong", "importRoster", sha256=sent(city, "pudong", taken), year=2024)
    assert code == "ROSTER_TAKES_OVER"


def test_a_district_sees_the_reports_of_its_own_files(city: LiveCity) -> None:
    city.done("district", "importRoster", REPORT, sha256=sent(city, "district", NEW), year=2024)
    query = "{ rosterImports { totalCount nodes { filename } } }"
    assert city.data("district", query)["rosterImports"]["totalCount"] == 1
    assert city.data("pudong", query)["rosterImports"] == {"totalCount": 0, "nodes": []}


def test_a_roster_of_someone_else_or_of_a_wrong_role_is_refused(city: LiveCity) -> None:
    sha256 = sent(city, "city", NEW)
    assert city.refused("district", "importRoster", sha256=sha256, year=2024) == "FILE_NOT_RECEIVED"
    assert city.refused("enterprise", "importRoster", sha256=sha256, year=2024) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "importRoster", sha256=sha256, year=1900) == "NO_RULE_YET"


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def test_the_sheet_with_the_findings_in_its_cells_is_for_who_sent_the_file(city: LiveCity, client: TestClient) -> None:
    sha256 = sent(city, "district", NEW, BROKEN)
    done = city.done("district", "importRoster", "rosterImport { findingsPath }", sha256=sha256, year=2024)
    path = done["rosterImport"]["findingsPath"]

    def get(who: str | None, where: str = path) -> Any:
        return client.get(where, headers={"authorization": f"Bearer {city.tokens[who]}"} if who is not None else {})

    got = get("district")
    assert (got.status_code, got.headers["content-security-policy"]) == (200, "default-src 'none'; sandbox")
    book = load_workbook(io.BytesIO(got.content))
    assert "USCC_LENGTH" in (book["名单"].cell(3, 2).comment or pytest.fail("no comment")).text
    assert [get(who).status_code for who in ("city", "auditor", "pudong", "enterprise", None)] == [200, 200, 404, 404, 401]
    assert get("district", path.replace("2024", "2023")).status_code == 404


def test_the_findings_of_a_returned_file_are_shown_until_their_last_day(city: LiveCity) -> None:
    sha256 = sent(city, "district", NEW, BROKEN)
    asked = "rosterImport { findingsKeptUntil findingsPath findings { totalCount } }"
    done = city.done("district", "importRoster", asked, sha256=sha256, year=2024)["rosterImport"]
    usual = city.installation.services
    last = city_day(usual.clock()) + RETURNED_KEPT
    assert (done["findingsKeptUntil"], done["findings"]["totalCount"] > 0) == (last.isoformat(), True)

    def on(days: int) -> tuple[int, int]:
        """So many days after the last: how many findings are listed, and what is answered to who fetches the sheet."""
        services = replace(usual, clock=lambda: usual.clock() + RETURNED_KEPT + timedelta(days=days))
        operations = Operations(services, SCHEMA, RIGHTS, documents=DOCUMENTS)
        then = LiveCity(replace(city.installation, services=services), operations, city.tokens)
        (one,) = then.data("district", "{ rosterImports { nodes { findings { totalCount } } } }")["rosterImports"]["nodes"]
        with TestClient(create_app(services, project=False)) as client:
            answer = client.get(done["findingsPath"], headers={"authorization": f"Bearer {city.tokens['district']}"})
        return one["findings"]["totalCount"], answer.status_code

    assert on(0) == (done["findings"]["totalCount"], 200)
    assert on(1) == (0, 410)
    accepted = city.done("district", "importRoster", asked, sha256=sha256, year=2024, acceptPartial=True)["rosterImport"]
    assert accepted["findingsKeptUntil"] is None, "of what was taken in they stay"


def test_the_template_is_for_who_brings_rosters_in(city: LiveCity, client: TestClient) -> None:
    path = "/rosters/template.xlsx"
    answers = {who: client.get(path, headers={"authorization": f"Bearer {city.tokens[who]}"}) for who in ("district", "enterprise")}
    assert {who: one.status_code for who, one in answers.items()} == {"district": 200, "enterprise": 403}
    assert "区级部门" in answers["enterprise"].text
    assert "企业负责人" in answers["enterprise"].text
    unsigned = client.get(path)
    assert (unsigned.status_code, "请先登录" in unsigned.text) == (401, True)
    assert load_workbook(io.BytesIO(answers["district"].content)).sheetnames == ["名单", "填写说明", "代码表"]


def test_what_is_asked_is_confirmed_by_row_and_code_and_what_is_left_out_is_listed(city: LiveCity) -> None:
    report = "rosterImport { blocked revised leftOut { nodes { name } } findings { nodes { row code severity } } }"
    renamed = GOOD.replace(FIRM.name, "示例更名重工有限公司")
    sha256 = sent(city, "city", renamed)
    asked = city.done("city", "importRoster", report, sha256=sha256, year=2024)["rosterImport"]
    assert asked["blocked"]
    assert {"row": 2, "code": "ROSTER_NAME_CHANGED", "severity": "CONFIRM"} in asked["findings"]["nodes"]
    confirmed = [{"row": 2, "code": "ROSTER_NAME_CHANGED"}]
    done = city.done("city", "importRoster", report, sha256=sha256, year=2024, confirmed=confirmed)["rosterImport"]
    assert (done["blocked"], done["revised"]) == (False, 1)
    shorter = city.done("district", "importRoster", report, sha256=sent(city, "district", NEW), year=2024)["rosterImport"]
    assert [one["name"] for one in shorter["leftOut"]["nodes"]] == ["示例更名重工有限公司"]
    assert city.data("district", "{ coverage(year: 2024) { total } }") == {"coverage": {"total": 2}}  # it stays on


def test_a_firm_is_taken_off_a_years_roster_and_coverage_tells_why(city: LiveCity) -> None:
    coverage = """{ coverage(year: 2024) { total takenOff removals { nodes { enterprise reason } }
      districts { district { code } total takenOff } } }"""
    before = city.data("district", coverage)["coverage"]
    given = {"year": 2024, "enterprise": ENTERPRISE}
    assert city.refused("pudong", "takeOffRoster", reason="注销", **given) == "NOT_FOUND"
    done = city.done("district", "takeOffRoster", "enterprise { id }", reason="年中注销", **given)
    assert done["enterprise"] == {"id": id_of("enterprise", ENTERPRISE)}
    after = city.data("district", coverage)["coverage"]
    assert (after["total"], after["takenOff"]) == (before["total"] - 1, 1)
    assert after["removals"]["nodes"] == [{"enterprise": id_of("enterprise", ENTERPRISE), "reason": "年中注销"}]


def test_a_roster_of_a_year_ahead_is_refused(city: LiveCity) -> None:
    ahead = city_day(city.installation.services.clock()).year + 1
    assert city.refused("city", "importRoster", sha256=sent(city, "city", NEW), year=ahead) == "ROSTER_YEAR_AHEAD"

"""Others' assessments over the API (plan P8): sent by city or partner, decided by the city, read within what may be read."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.app import create_app
from interop.rosters.uscc import valid_uscc
from tests.api.record.logged_reads import held, rows
from tests.live_city import ENTERPRISE, FIRM, OTHER, LiveCity

FIRM_ID = f"enterprise/{ENTERPRISE}"
HEADER = "统一社会信用代码,获证企业,证书编号,等级,发证日期,有效期至"
CERTIFICATE = f"{FIRM.uscc},{FIRM.name},DCMM-31-0001,受管理级,2025-11-02,2028-11-01"
ELSEWHERE = f"{OTHER.uscc},{OTHER.name},DCMM-31-0002,3,2025年12月1日,"
BROKEN = f"{valid_uscc(77)},示例外地有限公司,DCMM-31-0003,受管理级,2025-11-02,"
BATCH = """batch { id sender scope model waiting accepted rejected refusedRows toConfirm findingsPath version
  rows { nodes { row level edition decision reason } } findings { nodes { row column code severity says saysInEnglish } } }"""
RESULTS = """query($former: Boolean! = false, $model: [String!]) { externalResults(former: $former, model: $model) {
  totalCount nodes { id version model modelName standardNumber number level
  assessedOn validUntil status reason enterprise { id } } } }"""
SCORES = "{ externalResults { nodes { score } } }"


def sent(city: LiveCity, who: str, *rows: str, name: str = "b1", **given: Any) -> dict[str, Any]:
    """A batch of certificates as it is held, from a file as offices make it."""
    content = "\r\n".join((HEADER, *rows)).encode("gb18030")
    said = {"model": "dcmm", "statedOn": city.today, "sha256": city.uploaded(who, "证书.csv", content, kind="results"), **given}
    found: dict[str, Any] = city.done(who, "sendResultBatch", BATCH, name=name, **said)["batch"]
    return found


def scored(city: LiveCity, name: str = "s1") -> dict[str, Any]:
    """A package of score sheets, as held."""
    sheet = {"uscc": FIRM.uscc, "level": "2", "score": 46.50000000000001, "assessed_on": "2025-03-01"}
    content = orjson.dumps({"model": "sme", "results": [sheet]})
    said = {"model": "sme", "statedOn": city.today, "sha256": city.uploaded("city", "包.json", content, kind="results")}
    found: dict[str, Any] = city.done("city", "sendResultBatch", BATCH, name=name, **said)["batch"]
    return found


def accept(city: LiveCity, batch: dict[str, Any], *rows: int) -> dict[str, Any]:
    given = {"batch": batch["id"], "rows": list(rows) or None, "reason": "与发证机构核对"}
    found: dict[str, Any] = city.done("city", "acceptBatchRows", BATCH, **given)["batch"]
    return found


def results(city: LiveCity, who: str, **given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.data(who, RESULTS, **given)["externalResults"]["nodes"]
    return found


def test_an_empty_list_of_rows_is_not_all_of_them(city: LiveCity) -> None:
    batch = sent(city, "city", CERTIFICATE)
    for name in ("acceptBatchRows", "rejectBatchRows"):
        [error] = city.do("city", name, "", batch=batch["id"], rows=[], reason="核对")["userErrors"]
        assert (error["code"], error["field"]) == ("FILTER_ADMITS_NOTHING", "rows"), name
    done = city.done("city", "rejectBatchRows", BATCH, batch=batch["id"], reason="核对")["batch"]
    assert (done["waiting"], done["rejected"]) == (0, 1)


@pytest.fixture
def partner(city: LiveCity) -> str:
    """A partner whose key is for one district, signed in; and another for the whole city."""
    for name, organisation in (("erp", "310117"), ("rival", "310117")):
        issued = city.installation.accounts.issue_partner_key(name, organisation, timedelta(days=30))
        city.tokens[name] = issued.token
    return "erp"


def test_a_batch_is_held_apart_then_accepted_and_seen_on_the_firm(city: LiveCity) -> None:
    batch = sent(city, "city", CERTIFICATE, ELSEWHERE, BROKEN)
    assert (batch["id"], batch["sender"], batch["waiting"], batch["refusedRows"]) == ("batch/city.b1", "city", 2, 1)
    assert [(one["row"], one["code"]) for one in batch["findings"]["nodes"]] == [(4, "RESULT_FIRM_UNKNOWN")]
    assert results(city, "city") == []
    done = accept(city, batch)
    assert (done["waiting"], done["accepted"], done["version"]) == (0, 2, 2)
    for who in ("enterprise", "district", "subdistrict", "park", "group", "filler"):
        [seen] = results(city, who)
        assert (seen["enterprise"]["id"], seen["standardNumber"], seen["level"]) == (FIRM_ID, "GB/T 36073-2018", "受管理级")
        assert (seen["status"], seen["validUntil"], seen["modelName"]) == ("VALID", "2028-11-01", "数据管理能力成熟度")
    assert [one["number"] for one in results(city, "pudong")] == ["DCMM-31-0002"]
    assert len(results(city, "auditor")) == 2
    assert results(city, "bank") == results(city, "rival") == []


def test_the_same_batch_twice_and_the_same_rows_in_another_change_nothing(city: LiveCity) -> None:
    accept(city, sent(city, "city", CERTIFICATE))
    journal, shown = city.installation.services.journal, results(city, "city")
    size = journal.head().size
    assert sent(city, "city", CERTIFICATE)["accepted"] == 1
    assert journal.head().size == size
    other = sent(city, "city", CERTIFICATE, name="b2")
    assert [one["code"] for one in other["findings"]["nodes"]] == ["RESULT_ON_RECORD"]
    accept(city, other)
    assert journal.head().size == size + 2
    assert results(city, "city") == shown


def test_a_correction_is_a_new_version_and_the_former_stays_readable(city: LiveCity) -> None:
    accept(city, sent(city, "city", CERTIFICATE))
    batch = sent(city, "city", CERTIFICATE.replace("受管理级", "稳健级"), name="b2")
    assert [one["code"] for one in batch["findings"]["nodes"]] == ["RESULT_CORRECTS"]
    assert city.refused("city", "acceptBatchRows", batch=batch["id"], reason="无") == "BATCH_NOTHING_WAITING"
    accept(city, batch, 2)
    assert [(one["version"], one["level"]) for one in results(city, "enterprise")] == [(2, "稳健级")]
    both = results(city, "enterprise", former=True)
    assert [(one["version"], one["level"], one["status"]) for one in both] == [(2, "稳健级", "VALID"), (1, "受管理级", "REPLACED")]
    assert len({one["id"] for one in both}) == 1


def test_a_withdrawn_certificate_says_so_with_its_reason(city: LiveCity) -> None:
    accept(city, sent(city, "city", CERTIFICATE))
    [one] = results(city, "city")
    given = {"assessment": one["id"], "withdrawnOn": city.today, "reason": "发证机构公告撤销"}
    assert city.refused("district", "withdrawExternalResult", **given) == "ROLE_NOT_ALLOWED"
    done = city.done("city", "withdrawExternalResult", "externalResult { status reason }", **given)
    assert done["externalResult"] == {"status": "WITHDRAWN", "reason": "发证机构公告撤销"}
    assert [one["status"] for one in results(city, "enterprise")] == ["WITHDRAWN"]
    assert city.refused("city", "withdrawExternalResult", **given) == "RESULT_WITHDRAWN_ALREADY"


def test_scores_and_what_is_no_certificate_are_read_by_the_firm_and_who_runs_the_case(city: LiveCity) -> None:
    accept(city, scored(city))
    for who in ("enterprise", "confirmer", "district", "group", "city", "auditor"):
        assert city.data(who, SCORES)["externalResults"]["nodes"] == [{"score": "46.5"}]
        assert [one["standardNumber"] for one in results(city, who)] == ["工信厅企业〔2024〕56号"]
    for who in ("subdistrict", "park", "unit", "department"):
        assert city.data(who, RESULTS)["externalResults"] == {"totalCount": 0, "nodes": []}
    accept(city, sent(city, "city", CERTIFICATE))
    for who in ("subdistrict", "park", "unit", "department"):
        assert [one["number"] for one in results(city, who)] == ["DCMM-31-0001"]
        assert city.ask(who, SCORES)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert [one["number"] for one in results(city, "city", model=["sme"])] == [None]
    [error] = city.ask("city", RESULTS, model=["iso"])["errors"]
    assert error["extensions"]["code"] == "FILTER_VALUE_UNKNOWN"


def test_reading_what_is_not_public_is_written_down(city: LiveCity) -> None:
    accept(city, scored(city), 1)
    accept(city, sent(city, "city", CERTIFICATE))
    results(city, "district")
    query = "{ disclosures { nodes { firms { subject masks } } } }"
    found = [one["firms"] for one in city.data("enterprise", query)["disclosures"]["nodes"]]
    [[held]] = [one for one in found if one[0]["subject"].startswith("assessment/")]
    assert held["masks"] == ["OUTCOME"]


def test_a_partner_sends_for_its_scope_sees_its_own_and_decides_nothing(city: LiveCity, partner: str) -> None:
    batch = sent(city, partner, CERTIFICATE, ELSEWHERE)
    assert (batch["sender"], batch["scope"], batch["waiting"]) == ("partner-erp", "310117", 1)
    assert [(one["row"], one["code"]) for one in batch["findings"]["nodes"]] == [(3, "RESULT_FIRM_UNKNOWN")]
    listed = "{ resultBatches { nodes { id } } }"
    for who, seen in ((partner, [{"id": batch["id"]}]), ("rival", []), ("city", [{"id": batch["id"]}])):
        assert city.data(who, listed)["resultBatches"]["nodes"] == seen
    assert city.data("rival", "query($id: ID!) { node(id: $id) { id } }", id=batch["id"])["node"] is None
    assert city.refused(partner, "acceptBatchRows", batch=batch["id"], reason="无") == "ROLE_NOT_ALLOWED"
    assert city.ask("district", listed)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    accept(city, batch)
    assert [one["number"] for one in results(city, partner)] == ["DCMM-31-0001"]


def test_what_is_sent_wrongly_is_refused_and_told(city: LiveCity) -> None:
    content = (HEADER + "\n" + CERTIFICATE).encode()
    given = {"statedOn": city.today, "sha256": city.uploaded("city", "证书.csv", content, kind="results")}
    assert city.refused("city", "sendResultBatch", name="b1", model="iso", **given) == "BATCH_MODEL_UNKNOWN"
    assert city.refused("district", "sendResultBatch", name="b1", model="dcmm", **given) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "sendResultBatch", name="b/1", model="dcmm", **given) == "MALFORMED_INPUT"
    tomorrow = (date.fromisoformat(city.today) + timedelta(days=1)).isoformat()
    ahead = {**given, "statedOn": tomorrow}
    assert city.refused("city", "sendResultBatch", name="b1", model="dcmm", **ahead) == "BATCH_DAY_AHEAD"
    sent(city, "city", CERTIFICATE)
    taken = {**given, "statedOn": city.today}
    assert city.refused("city", "sendResultBatch", name="b1", model="dcmm", **taken) == "BATCH_NAME_TAKEN"


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def test_the_sheet_comes_back_with_its_findings_in_the_cells_to_who_sent_it(
    city: LiveCity, client: TestClient, partner: str
) -> None:
    path = sent(city, partner, CERTIFICATE, BROKEN)["findingsPath"]

    def get(who: str | None) -> Any:
        return client.get(path, headers={"authorization": f"Bearer {city.tokens[who]}"} if who is not None else {})

    book = load_workbook(io.BytesIO(get(partner).content))
    assert "RESULT_FIRM_UNKNOWN" in (book["评估结果"].cell(3, 1).comment or pytest.fail("no comment")).text
    before = len(rows(city))
    assert [get(who).status_code for who in ("city", "auditor", "rival", "district", None)] == [200, 200, 404, 404, 401]
    read = rows(city)[: len(rows(city)) - before]
    assert [(row.entry_point, row.role, held(row)) for row in read] == [
        ("GET /batches", role, {f"batch/{path.split('/')[2]}": {"outcome"}}) for role in ("auditor", "city")
    ]

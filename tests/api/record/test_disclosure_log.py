"""The disclosure log as it is read 查阅记录查询: by the firm, the auditor, and nobody else. plan P7."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.kit.ids import id_of
from tests.api.record.logged_reads import client, rows
from tests.live_city import ENTERPRISE, FIRM, OTHER_ENTERPRISE, PEOPLE, UNITS, LiveCity
from tests.small_city import roster

__all__ = ["client"]
LOG = """query($first: Int, $after: String, $enterprise: ID, $person: [ID!], $role: [Role!], $mask: [Mask!], $ofOthers: Boolean,
  $from: DateTime, $to: DateTime) {
  disclosures(first: $first, after: $after, enterprise: $enterprise, person: $person, role: $role, mask: $mask,
    ofOthers: $ofOthers, from: $from, to: $to) {
    nodes { id at role organisation entryPoint firms { enterprise subject masks maskNames } why whyInEnglish }
    pageInfo { hasNextPage endCursor } totalCount } }"""


def log(city: LiveCity, who: str, **given: Any) -> Any:
    return city.data(who, LOG, **{"ofOthers": False, **given})["disclosures"]


# Who is told


def test_a_firm_sees_who_read_its_data_and_nothing_of_any_other_firm(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.data("city", "{ enterprises { nodes { revenueWan } } }")
    city.data("district", "query($id: ID!) { diagnosis(id: $id) { grade } }", id=diagnosis)
    told = log(city, "enterprise")
    assert [(one["role"], one["organisation"]) for one in told["nodes"]] == [("DISTRICT", "310117"), ("CITY", "city")]
    assert told["nodes"][0]["why"] == "以“区级部门”身份，可见范围：区为“松江区”"
    assert told["nodes"][0]["whyInEnglish"] == "as district department, who may see: district is “松江区”"
    assert [firm["enterprise"] for one in told["nodes"] for firm in one["firms"]] == [id_of("enterprise", ENTERPRISE)] * 2
    assert told["totalCount"] == 2
    other = log(city, "stranger")
    firm = id_of("enterprise", OTHER_ENTERPRISE)
    assert [(one["role"], one["firms"][0]["enterprise"]) for one in other["nodes"]] == [("CITY", firm)]
    assert other["totalCount"] == 1
    assert OTHER_ENTERPRISE not in str(told)
    assert ENTERPRISE not in str(other)
    assert log(city, "stranger", enterprise=ENTERPRISE)["nodes"] == []
    assert log(city, "stranger", enterprise=ENTERPRISE)["totalCount"] == 0


def test_every_role_reads_of_scopes_by_name_and_never_by_an_id(city: LiveCity) -> None:
    diagnosis = city.issued()
    firm, provider = f"enterprise is “{FIRM.name}”", "provider is “示例诊断服务一所”"
    own = {
        "district": "district is “松江区”",
        "subdistrict": "subdistrict is “岳阳街道”, and of a diagnosis only what is issued",
        "park": "park is “松江园区”, and of a diagnosis only what is issued",
        "unit": "reporting unit is “示例化学工业区”, and of a diagnosis only what is issued",
        "group": "group is “示例集团”, and of a diagnosis only what is issued",
        "bank": f"the enterprise's consent to “示例银行” holds on {city.today}, and of a diagnosis only what is issued",
        **dict.fromkeys(("enterprise", "filler", "department", "confirmer"), firm),
        **dict.fromkeys(("provider", "diagnostician", "reviewer"), provider),
    }
    told: dict[str, tuple[str, str]] = {}
    for who, _role, _unit in PEOPLE:
        seen = city.data(who, "{ viewer { scope scopeInEnglish } }")["viewer"]
        told[who] = seen["scope"], seen["scopeInEnglish"]
        city.ask(who, "{ enterprises { nodes { revenueWan } } }")
        city.ask(who, "query($id: ID!) { diagnosis(id: $id) { grade } }", id=diagnosis)
    assert {who: told[who][1] for who in own} == own
    read = [(one["why"], one["whyInEnglish"]) for one in log(city, "auditor", first=100)["nodes"]]
    assert len({english for _, english in read}) > 7
    ids = [one for one, _, _ in UNITS if re.search(r"[0-9-]", one)] + [ENTERPRISE, OTHER_ENTERPRISE]
    for chinese, english in (*told.values(), *read):
        assert not [one for one in ids for text in (chinese, english) if one in text], (chinese, english)
        assert re.findall("“示例.+?”", chinese) == re.findall("“示例.+?”", english), "both name the same"


def test_the_readers_own_id_is_for_auditor_and_city(city: LiveCity) -> None:
    city.data("district", "{ enterprises { nodes { revenueWan } } }")
    query = "{ disclosures { nodes { person } } }"
    assert city.data("auditor", query)["disclosures"]["nodes"] == [{"person": "district"}]
    assert city.ask("enterprise", query)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    found = city.ask("enterprise", LOG, person="district", ofOthers=False)
    assert found["errors"][0]["extensions"]["code"] == "FORBIDDEN", "who may not read it may not search by it"
    assert len(log(city, "auditor", person="district")["nodes"]) == 1
    assert log(city, "city", person="nobody")["nodes"] == []


@pytest.mark.parametrize(
    "who", ["district", "provider", "group", "bank", "operator", "department", "reader", "park", "support"]
)
def test_nobody_else_is_told_what_was_looked_at(city: LiveCity, who: str) -> None:
    assert city.ask(who, LOG, ofOthers=False)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "errors" in city.ask(None, LOG, ofOthers=False)


def test_the_log_is_searched_by_firm_role_mask_time_and_reads_of_others(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.data("enterprise", "query($id: ID!) { diagnosis(id: $id) { answers { indicator } } }", id=diagnosis)
    city.data("city", "{ enterprises { nodes { revenueWan } } }")
    city.data("provider", "query($id: ID!) { diagnosis(id: $id) { grade enterprise { revenueWan } } }", id=diagnosis)

    def roles(who: str = "auditor", **given: Any) -> list[str]:
        found = log(city, who, **given)
        assert found["totalCount"] == len(found["nodes"])
        return [one["role"] for one in found["nodes"]]

    assert roles() == ["PROVIDER", "CITY", "ENTERPRISE"]
    assert roles(ofOthers=True) == ["PROVIDER", "CITY"]
    assert roles("enterprise", ofOthers=True) == ["PROVIDER", "CITY"]
    assert roles(enterprise=OTHER_ENTERPRISE) == ["CITY"]
    assert roles(role="CITY") == ["CITY"]
    assert roles(mask="REVENUE") == ["PROVIDER", "CITY"]
    assert roles("enterprise", mask="PROCESS_SECRETS") == ["ENTERPRISE"]
    assert roles("stranger", mask="OUTCOME") == []
    moment = log(city, "auditor")["nodes"][1]["at"]
    assert roles(**{"from": moment}) == ["PROVIDER", "CITY"]
    assert roles(to=moment) == ["CITY", "ENTERPRISE"]
    assert roles(**{"from": moment, "to": moment}) == ["CITY"]
    only = log(city, "auditor", enterprise=OTHER_ENTERPRISE)["nodes"][0]["firms"]
    assert [one["enterprise"] for one in only] == [id_of("enterprise", OTHER_ENTERPRISE)]


def test_the_log_is_paged_by_cursors_of_its_own(city: LiveCity) -> None:
    for _ in range(5):
        city.data("district", "{ enterprises { nodes { revenueWan } } }")
    seen: list[str] = []
    after = None
    while True:
        page = log(city, "enterprise", first=2, after=after)
        seen += [one["id"] for one in page["nodes"]]
        assert page["totalCount"] == 5
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(seen) == len(set(seen)) == 5
    firms = city.data("city", "{ enterprises { pageInfo { endCursor } } }")["enterprises"]["pageInfo"]["endCursor"]
    for wrong, code in (({"after": firms}, "CURSOR_INVALID"), ({"first": 0}, "PAGE_SIZE")):
        error = city.ask("enterprise", LOG, ofOthers=False, **wrong)["errors"][0]
        assert error["extensions"]["code"] == code


def test_every_firm_is_told_of_an_export_of_the_whole_trail(city: LiveCity, client: TestClient) -> None:
    path = "/audit-trail.jsonl"
    assert client.get(path, headers={"authorization": f"Bearer {city.tokens['auditor']}"}).status_code == 200
    for who in ("enterprise", "stranger"):
        (one,) = log(city, who)["nodes"]
        assert (one["role"], one["entryPoint"]) == ("AUDITOR", "GET /audit-trail.jsonl")
        assert one["firms"][0]["enterprise"] is None


def test_reading_the_log_is_not_written_into_it(city: LiveCity) -> None:
    city.data("district", "{ enterprises { nodes { revenueWan } } }")
    log(city, "enterprise")
    log(city, "auditor")
    assert len(rows(city)) == 1


def test_a_row_holds_no_personal_data_beyond_ids(city: LiveCity) -> None:
    city.data("city", "{ people { nodes { name phone } } enterprises { nodes { revenueWan contacts { name } } } }")
    with city.installation.services.disclosures.reading() as connection:
        kept = str(list(connection.exec_driver_sql("SELECT * FROM disclosures")))
    assert "示例" not in kept
    assert "21000" not in kept
    assert city.tokens["city"] not in kept


def test_a_firm_that_moves_keeps_its_log_and_what_the_old_district_read(city: LiveCity) -> None:
    city.data("district", "{ enterprises { nodes { revenueWan } } }")
    moved = FIRM.model_copy(update={"district": "310115", "subdistrict": None, "park": None})
    city.send(roster(year=2025, digest="1" * 64, rows=((2, moved),)))
    city.installation.services.models.catch_up()
    assert city.data("district", "{ enterprises { nodes { id revenueWan } } }")["enterprises"]["nodes"] == []
    city.data("pudong", "query($id: ID!) { enterprise(id: $id) { revenueWan } }", id=ENTERPRISE)
    told = log(city, "enterprise")
    assert [one["organisation"] for one in told["nodes"]] == ["310115", "310117"]
    assert [one["why"].split("：")[1] for one in told["nodes"]] == ["区为“浦东新区”", "区为“松江区”"], "as it was at each moment"

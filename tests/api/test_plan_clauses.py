"""Clauses of the work plan (plan G1–G4, S1, S2, S4, P2, P7, V6, T3, O1–O3, I2, I3, I5, R1), each asked over HTTP as it reads.

Clauses whose steps are many have their tests where these are; `docs/plan.md` names one for each.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.diagnosis.test_campaigns import PARTS, planned
from tests.api.programme.test_outreach_sessions import REACH, announced, invite
from tests.api.programme.test_policies import GRADE, checks, published
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity
from tests.live_city import FIRM as FIRM_STATED
from tests.live_city import OTHER as OTHER_STATED

FIRM, OTHER = f"enterprise/{ENTERPRISE}", f"enterprise/{OTHER_ENTERPRISE}"
PACE = "query($y: Int!) { pace(year: $y) { districts { district { code } diagnosed total target } } }"
COVERAGE = """query($y: Int!) { coverage(year: $y) { diagnosed total
  districts { district { code } diagnosed total } targets { measure atLeast clause mark } } }"""
SHEET = """query($y: Int!) { appraisal(year: $y) { gradeAtLeast percentAtLeast formulaSince mark
  whole { onRoster diagnosed transforming ofDiagnosed ofAll } districts { district { code } onRoster diagnosed target } } }"""


class OverHTTP(LiveCity):
    """The city, each operation posted as a client posts it; what a command wrote is in the rows before anything else is asked."""

    client: TestClient

    def ask(self, who: str | None, query: str, **variables: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.tokens[who]}"} if who is not None else {}
        answer = self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        found: dict[str, Any] = answer.json()
        if query.startswith("mutation"):
            services = self.installation.services
            assert services.models.wait_for(services.journal.head().size, 30)
        return found


@pytest.fixture
def asked(city: LiveCity) -> Iterator[OverHTTP]:
    """The small city over HTTP."""
    over = OverHTTP(city.installation, city.operations, city.tokens, city.ready)
    with TestClient(create_app(city.installation.services)) as client:
        over.client = client
        yield over


def set_target(city: LiveCity, year: int, measure: str, at_least: str, clause: str) -> None:
    city.done("city", "setTarget", "", year=year, measure=measure, atLeast=at_least, clause=clause, mark="V")


def test_by_the_end_of_2023_1800_firms_are_to_be_diagnosed_and_those_invited_first_are_chosen(asked: OverHTTP) -> None:
    set_target(asked, 2023, "ENTERPRISES_DIAGNOSED", "1800", "plan G1")
    [target] = asked.data("city", COVERAGE, y=2023)["coverage"]["targets"]
    assert target == {"measure": "ENTERPRISES_DIAGNOSED", "atLeast": "1800", "clause": "plan G1", "mark": "V"}
    planned(asked)
    asked.done("city", "inviteFirms", "", campaign="2024", filter={"industry": ["C34"]})
    invited = asked.data("city", PARTS, filter=None)["participations"]
    assert {one["enterprise"]["id"] for one in invited["nodes"]} == {FIRM, OTHER}
    assert asked.data(None, "{ directory { totalCount } }")["directory"] == {"totalCount": 0}, "providers are counted in public"
    assert asked.data("district", "{ editions { key } }")["editions"] == [{"key": "2023"}]


def test_by_the_end_of_2024_sixty_percent_are_to_be_diagnosed_and_districts_lead_the_diagnosis_of_their_firms(
    asked: OverHTTP,
) -> None:
    set_target(asked, 2024, "SHARE_DIAGNOSED", "60", "plan G2")
    found = asked.data("city", PACE, y=2024)["pace"]
    assert [(one["district"]["code"], one["target"]) for one in found["districts"]] == [("310115", 1), ("310117", 1)]
    diagnosis = asked.opened(None)
    asked.done("district", "assignProvider", diagnosis=diagnosis, provider="p1")
    assert asked.refused("pudong", "assignProvider", diagnosis=diagnosis, provider="p2") == "NOT_FOUND"
    assert [one["district"]["code"] for one in asked.data("pudong", PACE, y=2024)["pace"]["districts"]] == ["310115"]


def test_by_the_end_of_2025_all_are_to_be_diagnosed_and_eighty_percent_of_them_transforming(asked: OverHTTP) -> None:
    set_target(asked, 2025, "SHARE_DIAGNOSED", "100", "plan G3")
    sheet = asked.data("city", SHEET, y=2024)["appraisal"]
    assert sheet["percentAtLeast"] == 80
    assert sheet["mark"] in ("I", "M", "P"), "how the eighty percent are counted is our formula until the city sets its own"
    assert (sheet["whole"]["ofDiagnosed"], sheet["whole"]["ofAll"]) == (None, "0.00"), "nothing is divided by nothing"
    assert asked.data("city", COVERAGE, y=2025)["coverage"]["targets"][0]["atLeast"] == "100"


def test_each_district_carries_its_share_of_the_target_and_the_city_sees_totals_and_districts(asked: OverHTTP) -> None:
    split = "query { targetSplit(year: 2024, total: 1) { unit firms share } }"
    shares = asked.data("city", split)["targetSplit"]
    assert sum(one["share"] for one in shares) == 1
    whole, own = (asked.data(who, COVERAGE, y=2024)["coverage"] for who in ("city", "district"))
    assert sum(one["total"] for one in whole["districts"]) == whole["total"] == 2
    assert [one["district"]["code"] for one in own["districts"]] == ["310117"]


def test_the_standard_has_five_base_dimensions_and_fused_indicators_beside_them(asked: OverHTTP) -> None:
    query = '{ edition(key: "2023") { dimensions { name base } indicators { origin { part } } gradeNames levelNames } }'
    found = asked.data("enterprise", query)["edition"]
    base = [one["name"] for one in found["dimensions"] if one["base"]]
    assert base == ["数字战略", "数字能力", "系统性解决方案", "治理体系", "业务创新模式"]
    assert [one["name"] for one in found["dimensions"] if not one["base"]]
    assert {one["origin"]["part"] for one in found["indicators"]} == {"BASE", "FUSED"}


def test_a_result_is_one_of_five_levels_and_ten_grades(asked: OverHTTP) -> None:
    asked.issued()
    names = asked.data("city", '{ edition(key: "2023") { gradeNames levelNames } }')["edition"]
    assert (len(names["levelNames"]), len(names["gradeNames"])) == (5, 10)
    query = "{ enterprises { nodes { diagnosis { grade gradeName level levelName } } } }"
    [found] = [one["diagnosis"] for one in asked.data("enterprise", query)["enterprises"]["nodes"]]
    assert found["gradeName"] == names["gradeNames"][found["grade"] - 1]
    assert found["levelName"] == names["levelNames"][found["level"] - 1]


def test_providers_are_managed_from_their_registration_to_their_end(asked: OverHTTP) -> None:
    given = {"kind": "PROVIDER", "name": "示例诊断服务三所", "industries": ["C34"]}
    asked.done("city", "registerOrganisation", "", organisation="p3", **given)
    asked.done("city", "reviseOrganisation", "", organisation="p3", name="示例诊断三所", reason="更名")
    known = "query { organisations(kind: [PROVIDER], takingPart: true, first: 50) { nodes { id name } } }"
    assert {"id": "organisation/p3", "name": "示例诊断三所"} in asked.data("city", known)["organisations"]["nodes"]
    asked.done("city", "retireOrganisation", "", organisation="p3", last=asked.today, reason="退出")
    assert asked.refused("provider", "registerOrganisation", organisation="p4", **given) == "ROLE_NOT_ALLOWED"


def test_each_kind_of_unit_has_an_account_with_its_own_rights(asked: OverHTTP) -> None:
    seen = {}
    for who in ("city", "district", "subdistrict", "park", "group", "enterprise", "provider"):
        found = asked.data(who, "{ viewer { role } enterprises { totalCount } }")
        seen[found["viewer"]["role"]] = found["enterprises"]["totalCount"]
    assert seen == {"CITY": 2, "DISTRICT": 1, "SUBDISTRICT": 1, "PARK": 1, "GROUP": 1, "ENTERPRISE": 1, "PROVIDER": 0}


def test_districts_and_parks_widen_the_coverage_on_a_schedule(asked: OverHTTP) -> None:
    asked.done("district", "setOutreachSchedule", "", unit="310117", since=asked.today, weeks=4)
    session = announced(asked)
    invite(asked, session)
    given = {"year": int(asked.today[:4]), "by": "DISTRICT"}
    [own] = asked.data("district", REACH, **given)["outreachReach"]["units"]["nodes"]
    assert (own["weeks"], own["invited"], own["overdue"]) == (4, 1, False)
    assert own["nextOn"] is not None


def test_each_piece_of_work_of_the_task_force_has_a_lead_or_is_shown_as_open(asked: OverHTTP) -> None:
    stated = {"title": "编写教材", "clause": "plan T1", "deliverable": "教材一册", "since": asked.today, "by": asked.today}
    asked.done("city", "stateDuty", "", **stated)
    [duty] = asked.data("city", "{ duties(status: [OPEN]) { nodes { title lead { id } } } }")["duties"]["nodes"]
    assert duty == {"title": "编写教材", "lead": None}


def test_city_district_and_town_each_name_a_contact_and_what_lacks_one_is_told(asked: OverHTTP) -> None:
    query = "{ liaisonNetwork(first: 50) { nodes { organisation { id } contacts { name } } } }"
    network = {one["organisation"]["id"]: one["contacts"] for one in asked.data("city", query)["liaisonNetwork"]["nodes"]}
    assert all(network[f"organisation/{unit}"] for unit in ("city", "310117", "310117001"))
    missing = asked.data("city", "{ liaisonGaps(contactsBelow: 1, first: 50) { nodes { organisation { id } } } }")
    assert "organisation/310115" in [one["organisation"]["id"] for one in missing["liaisonGaps"]["nodes"]]
    tomorrow = (date.fromisoformat(asked.today) + timedelta(days=1)).isoformat()
    asked.done("city", "handOverMembership", "", membership="m-subdistrict", person="subdistrict", to="park", on=tomorrow)


def test_a_firm_reads_which_policy_of_its_district_it_meets_clause_by_clause(asked: OverHTTP) -> None:
    asked.issued()
    policy = published(asked, "district", GRADE, district="310117")
    [mine] = checks(asked, "enterprise", policy).values()
    assert mine["verdict"] == "MEETS"
    assert [one["verdict"] for one in mine["clauses"]] == ["MEETS", "MEETS"], "where it lies comes first"
    [elsewhere] = checks(asked, "stranger", policy).values()
    assert elsewhere["verdict"] == "FAILS"


def test_targets_count_in_the_appraisal_and_each_number_opens_to_its_firms(asked: OverHTTP) -> None:
    set_target(asked, 2024, "SHARE_DIAGNOSED", "60", "plan G2")
    [own] = asked.data("district", SHEET, y=2024)["appraisal"]["districts"]
    assert (own["onRoster"], own["diagnosed"], own["target"]) == (1, 0, 1)
    opened = "{ appraisalFirms(year: 2024, countedAs: NOT_DIAGNOSED) { nodes { enterprise { id } } } }"
    assert [one["enterprise"]["id"] for one in asked.data("district", opened)["appraisalFirms"]["nodes"]] == [FIRM]


CHECK = """query($g: ID!, $y: Int!, $l: [String!]!) { groupListCheck(group: $g, year: $y, listed: $l) {
  agreed notOnRoster notListed moved lines(first: 50) { nodes { uscc finding name enterprise district { name } } } } }"""


def test_a_group_lists_its_firms_above_scale_and_each_is_held_against_the_roster(asked: OverHTTP) -> None:
    firm, unknown = FIRM_STATED.uscc, "91310000000000000X"
    for who in ("group", "city", "auditor"):
        found = asked.data(who, CHECK, g="g1", y=2024, l=[firm, unknown])["groupListCheck"]
        assert [found[name] for name in ("agreed", "notOnRoster", "notListed", "moved")] == [1, 1, 0, 0]
        told = {one["uscc"]: (one["finding"], one["name"]) for one in found["lines"]["nodes"]}
        assert told == {firm: ("AGREED", "示例精密机械有限公司"), unknown: ("NOT_ON_ROSTER", None)}
    left_out = asked.data("group", CHECK, g="g1", y=2024, l=[unknown])["groupListCheck"]
    assert left_out["notListed"] == 1
    of_another = asked.data("group", CHECK, g="g1", y=2024, l=[OTHER_STATED.uscc])["groupListCheck"]["lines"]["nodes"]
    assert [one["name"] for one in of_another if one["uscc"] == OTHER_STATED.uscc] == [None], "as if it were not there"
    assert asked.data("group", CHECK, g="nobody", y=2024, l=[firm])["groupListCheck"] is None
    for given in ([], [firm] * 501):
        [error] = asked.ask("group", CHECK, g="g1", y=2024, l=given)["errors"]
        assert error["extensions"]["code"] == "GROUP_LIST_OUT_OF_RANGE"
    assert "errors" in asked.ask("enterprise", CHECK, g="g1", y=2024, l=[firm])
    lead = {"person": "stranger", "role": "GROUP", "organisation": "g1", "since": asked.today, "contact": True}
    asked.done("city", "grantMembership", "", **lead)

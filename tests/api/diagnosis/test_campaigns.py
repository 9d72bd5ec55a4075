"""Campaigns over the API (plan G1–G4, T2): planned, invited to by list or filter, seen step by step, reminded, declined."""

import pytest

from tests.live_city import ENTERPRISE, FIRM, OTHER, OTHER_ENTERPRISE, LiveCity

PART = f"participation/2024.{ENTERPRISE}"
PROGRESS = "query($id: ID!) { campaign(id: $id) { name purpose year until progress { step firms longest } } }"
PARTS = """query($filter: ParticipationFilter) { participations(filter: $filter) { totalCount nodes {
  id status step age reminders reason campaign { id } enterprise { id } diagnosis { id status } } } }"""


def planned(city: LiveCity, **changes: object) -> None:
    year = city.today[:4]
    days = {"since": f"{year}-01-01", "until": f"{year}-12-31"}
    city.done("city", "planCampaign", "", **{"campaign": "2024", "name": "首次诊断", "purpose": "INITIAL", **days, **changes})


def test_a_district_invites_its_whole_roster_and_sees_how_far_each_has_come(city: LiveCity) -> None:
    planned(city)
    sent = city.done("district", "inviteFirms", "campaign { id progress { step firms } }", campaign="campaign/2024", filter={})
    assert sent["campaign"] == {"id": "campaign/2024", "progress": [{"step": "INVITED", "firms": 1}]}
    assert sent["version"] is None
    [seen] = city.data("enterprise", PARTS, filter=None)["participations"]["nodes"]
    assert (seen["id"], seen["status"], seen["step"], seen["age"]) == (PART, "INVITED", "INVITED", 0)
    city.done("district", "remindFirms", "", campaign="2024", filter={})
    diagnosis = city.opened()
    [seen] = city.data("district", PARTS, filter={"campaign": ["campaign/2024"], "step": ["OPEN"]})["participations"]["nodes"]
    assert (seen["status"], seen["reminders"]) == ("STARTED", 1)
    assert seen["diagnosis"] == {"id": diagnosis, "status": "OPEN"}
    told = city.data("district", PROGRESS, id="campaign/2024")["campaign"]["progress"]
    assert told == [{"step": "OPEN", "firms": 1, "longest": 0}]
    assert city.data("pudong", PROGRESS, id="campaign/2024")["campaign"]["progress"] == []
    outside = city.data("subdistrict", PROGRESS, id="campaign/2024")["campaign"]["progress"]
    assert outside == [{"step": "IN_PROGRESS", "firms": 1, "longest": 0}]


def test_firms_are_named_or_found_and_another_districts_are_not_there(city: LiveCity) -> None:
    planned(city)
    both = {"campaign": "2024", "enterprises": [f"enterprise/{ENTERPRISE}"], "filter": {}}
    assert city.refused("district", "inviteFirms", **both) == "FIRMS_OR_FILTER"
    assert city.refused("district", "inviteFirms", campaign="2024") == "FIRMS_OR_FILTER"
    nobody = {"campaign": "2024", "filter": {"text": "没有这家"}}
    assert city.refused("district", "inviteFirms", **nobody) == "NO_FIRMS_FOUND"
    for one in (OTHER_ENTERPRISE, "nobody"):
        assert city.refused("district", "inviteFirms", campaign="2024", enterprises=[ENTERPRISE, one]) == "NOT_FOUND"
    assert city.data("city", PARTS, filter=None)["participations"]["totalCount"] == 0, "nothing is half done"
    listed = [f" {FIRM.uscc.lower()}", OTHER.uscc, "91310000000000000X"]
    city.done("district", "inviteFirms", "", campaign="2024", filter={"uscc": listed})
    assert city.data("city", PARTS, filter=None)["participations"]["totalCount"] == 1, "of a list, those of the own district"
    city.done("district", "inviteFirms", "", campaign="2024", enterprises=[ENTERPRISE, ENTERPRISE])
    city.done("pudong", "inviteFirms", "", campaign="2024", enterprises=[f"enterprise/{OTHER_ENTERPRISE}"])
    assert city.data("city", PARTS, filter=None)["participations"]["totalCount"] == 2
    assert city.data("district", PARTS, filter=None)["participations"]["totalCount"] == 1
    assert city.refused("city", "inviteFirms", campaign="2031", filter={}) == "NOT_FOUND"


def test_a_firm_is_exempted_from_a_campaign_by_its_administration_with_the_reason(city: LiveCity) -> None:
    planned(city)
    of = {"campaign": "2024", "enterprise": f"enterprise/{ENTERPRISE}", "reason": "已停产"}
    assert city.refused("district", "exemptFirm", **of) == "NOT_FOUND", "it is not invited"
    city.done("district", "inviteFirms", "", campaign="2024", filter={})
    for who, code in (("pudong", "NOT_FOUND"), ("confirmer", "ROLE_NOT_ALLOWED")):
        assert city.refused(who, "exemptFirm", **of) == code
    sent = city.done("district", "exemptFirm", "participation { id status reason }", **of)["participation"]
    assert sent == {"id": PART, "status": "EXEMPTED", "reason": "已停产"}


def test_a_firm_declines_and_its_district_reads_why(city: LiveCity) -> None:
    planned(city)
    city.done("district", "inviteFirms", "", campaign="2024", filter={})
    decline = {"campaign": "2024", "enterprise": f"enterprise/{ENTERPRISE}", "reason": "年内迁出本市"}
    absent = decline | {"campaign": "2023"}
    assert city.refused("stranger", "declineInvitation", **decline) == "NOT_FOUND"
    assert city.refused("stranger", "declineInvitation", **absent) == "NOT_FOUND"
    sent = city.done("confirmer", "declineInvitation", "participation { id status reason }", **decline)["participation"]
    assert sent == {"id": PART, "status": "DECLINED", "reason": "年内迁出本市"}
    assert city.refused("district", "exemptFirm", **decline) == "PARTICIPATION_STATUS"
    query = "query($s: ID!) { auditTrail(subject: $s) { nodes { sentence } } }"
    said = [one["sentence"] for one in city.data("district", query, s=PART)["auditTrail"]["nodes"]]
    assert [one for one in said if "邀请企业参加批次 2024" in one]
    assert [one for one in said if "谢绝了邀请：年内迁出本市" in one]
    assert city.data("pudong", query, s=PART)["auditTrail"]["nodes"] == []


@pytest.mark.parametrize("who", ["provider", "bank", "support", "operator", "reader"])
def test_whoever_has_no_part_in_it_reads_no_firms_part(city: LiveCity, who: str) -> None:
    planned(city)
    assert city.ask(who, PARTS, filter=None)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert city.data(who, "{ campaigns { nodes { id purpose } } }")["campaigns"]["nodes"] == [
        {"id": "campaign/2024", "purpose": "INITIAL"}
    ]


def test_in_a_campaign_that_is_over_no_diagnosis_is_opened(city: LiveCity) -> None:
    planned(city, since="2024-01-01", until="2024-12-31")
    given = {"enterprise": ENTERPRISE, "campaign": "campaign/2024", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    assert city.refused("district", "openDiagnosis", **given) == "CAMPAIGN_NOT_OPEN"
    later = f"{int(city.today[:4])}-12-31"
    sent = city.done("city", "extendCampaign", "campaign { until }", campaign="2024", until=later, reason="部分企业停产检修")
    assert sent["campaign"] == {"until": later}
    assert city.done("district", "openDiagnosis", **given)["diagnosis"]["status"] == "OPEN"


def test_a_closed_campaign_is_shown_as_such_and_takes_nobody_in(city: LiveCity) -> None:
    planned(city)
    closed = "query($closed: Boolean!) { campaigns(filter: {closed: $closed}) { nodes { id closedAt conclusion } } }"
    assert [one["closedAt"] for one in city.data("bank", closed, closed=False)["campaigns"]["nodes"]] == [None]
    assert city.refused("district", "closeCampaign", campaign="2024", conclusion="办结") == "ROLE_NOT_ALLOWED"
    city.done("city", "closeCampaign", "campaign { id closedAt }", campaign="campaign/2024", conclusion="办结")
    [one] = city.data("enterprise", closed, closed=True)["campaigns"]["nodes"]
    assert (one["id"], one["conclusion"]) == ("campaign/2024", "办结")
    assert one["closedAt"]
    assert city.data("city", closed, closed=False)["campaigns"]["nodes"] == []
    assert city.refused("district", "inviteFirms", campaign="2024", filter={}) == "CAMPAIGN_CLOSED"
    opening = {"enterprise": ENTERPRISE, "campaign": "2024", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    assert city.refused("district", "openDiagnosis", **opening) == "CAMPAIGN_CLOSED"


SPLIT = """campaign { id subdistricts(first: 10) { totalCount nodes {
  district { code } subdistrict unit { name } target firms reported progress { step firms } } } }"""
TOWNS = "query($id: ID!) { campaign(id: $id) { " + SPLIT.removeprefix("campaign { id ").removesuffix("}") + "} }"
TOWN = "organisation/310117001"


def towns(city: LiveCity, who: str) -> list[dict[str, object]]:
    found = city.data(who, TOWNS, id="campaign/2024")["campaign"]["subdistricts"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[dict[str, object]] = found["nodes"]
    return nodes


def test_a_district_splits_its_target_sees_it_beside_the_steps_and_reminds_one_subdistrict(city: LiveCity) -> None:
    planned(city)
    asked = {"campaign": "campaign/2024", "district": "organisation/310117", "firms": 60}
    sent = city.done("district", "splitCampaignTarget", SPLIT, **asked, shares=[{"subdistrict": TOWN, "firms": 45}])
    before = sent["campaign"]["subdistricts"]["nodes"]
    assert [(one["subdistrict"], one["target"], one["firms"], one["progress"]) for one in before] == [
        (None, 15, 0, []),
        (TOWN, 45, 0, []),
    ], "what no subdistrict was given stays with the district"
    city.done("district", "inviteFirms", "", campaign="2024", filter={})
    [_, town] = towns(city, "district")
    assert town["unit"] == {"name": "岳阳街道"}
    assert (town["firms"], town["reported"], town["progress"]) == (1, 0, [{"step": "INVITED", "firms": 1}])
    city.done("district", "remindFirms", "", campaign="2024", filter={"subdistrict": [TOWN]})
    [part] = city.data("district", PARTS, filter={"subdistrict": [TOWN]})["participations"]["nodes"]
    assert part["reminders"] == 1
    city.opened()
    assert towns(city, "district")[1]["progress"] == [{"step": "OPEN", "firms": 1}]


def test_each_reads_the_target_of_its_own_place_alone(city: LiveCity) -> None:
    planned(city)
    asked = {"campaign": "2024", "district": "310117", "firms": 60, "shares": [{"subdistrict": "310117001", "firms": 45}]}
    assert city.refused("pudong", "splitCampaignTarget", **asked) == "NOT_FOUND"
    assert city.refused("subdistrict", "splitCampaignTarget", **asked) == "ROLE_NOT_ALLOWED"
    assert city.refused("district", "splitCampaignTarget", **asked | {"firms": 44}) == "SHARES_EXCEED_TARGET"
    city.done("district", "splitCampaignTarget", "", **asked)
    assert [one["target"] for one in towns(city, "subdistrict")] == [45], "and not what its district keeps"
    assert [one["target"] for one in towns(city, "city")] == [15, 45]
    assert [one["target"] for one in towns(city, "auditor")] == [15, 45]
    assert towns(city, "pudong") == []
    assert city.ask("enterprise", TOWNS, id="campaign/2024")["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    trail = '{ auditTrail(kind: ["campaigntarget."]) { nodes { sentence } } }'
    assert len(city.data("district", trail)["auditTrail"]["nodes"]) == 1
    assert city.data("pudong", trail)["auditTrail"]["nodes"] == []

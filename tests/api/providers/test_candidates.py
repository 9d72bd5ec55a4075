"""Candidates for a firm (plan V3): who is listed with its industry's tag and takes work, least busy first, ties told and last."""

from tests.api.providers.selected_city import Selecting
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE

ASKED = """query($e: ID!) { providerCandidates(enterprise: $e) {
  provider name standing tagSince running confirmed tie sentence sentenceInEnglish } }"""


def test_the_listed_with_the_firms_tag_are_offered_to_who_sees_the_firm_and_nobody_else(selecting: Selecting) -> None:
    city = selecting.city
    assert city.data("city", ASKED, e=ENTERPRISE)["providerCandidates"] == []
    selecting.adopted()
    for who in ("city", "district", "enterprise"):
        found = city.data(who, ASKED, e=ENTERPRISE)["providerCandidates"]
        assert {one["provider"] for one in found} == {"organisation/p1", "organisation/p2"}
        assert {one["tagSince"] for one in found} == {selecting.day(51).isoformat()}
    assert city.data("enterprise", ASKED, e=OTHER_ENTERPRISE)["providerCandidates"] is None
    assert city.data("city", ASKED, e="enterprise/none")["providerCandidates"] is None
    for who in ("provider", "bank", "marker1", None):
        assert city.ask(who, ASKED, e=ENTERPRISE)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    other = city.ask("enterprise", ASKED.replace("tie sentence sentenceInEnglish", "ofIndustry"), e=ENTERPRISE)
    assert other["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_who_has_the_least_under_way_comes_first_and_who_is_suspended_is_not_offered(selecting: Selecting) -> None:
    city = selecting.adopted().city
    diagnosis = city.opened()
    city.done("district", "assignProvider", diagnosis=diagnosis, provider="p1")
    found = city.data("district", ASKED, e=ENTERPRISE)["providerCandidates"]
    assert [(one["provider"], one["running"]) for one in found] == [("organisation/p2", 0), ("organisation/p1", 1)]
    weighed = "query($e: ID!) { providerCandidates(enterprise: $e) { provider places inDistrict } }"
    told = {one["provider"]: one for one in city.data("district", weighed, e=ENTERPRISE)["providerCandidates"]}
    carried = {one: more["places"] for one, more in told.items()}
    assert carried["organisation/p2"] == carried["organisation/p1"] + 1, "of equally many people, who has one case carries one less"
    assert {one: more["inDistrict"] for one, more in told.items()} == {"organisation/p1": True, "organisation/p2": False}
    tiers = city.data("city", weighed.replace("places", "tier"), e=ENTERPRISE)["providerCandidates"]
    assert [one["tier"] for one in tiers] == [None, None]
    for who, asked in (("enterprise", "places"), ("enterprise", "inDistrict"), ("district", "tier")):
        hidden = city.ask(who, f"query($e: ID!) {{ providerCandidates(enterprise: $e) {{ {asked} }} }}", e=ENTERPRISE)
        assert hidden["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert found[0]["sentence"].startswith("自 ")
    assert found[0]["sentenceInEnglish"].endswith("no tie with the firm is declared.")
    case = {"kind": "RED_LINE", "provider": "p2", "about": "listing/p2", "cause": "listing/p2/1", "asked": "暂停"}
    case |= {"grounds": "虚报现场"}
    opened = city.done("city", "openProceeding", "proceeding { id }", **case)["proceeding"]["id"]
    stopped = {"provider": "p2", "causes": [f"{opened}/1"], "reason": "先行暂停"}
    city.done("city", "suspendProvider", "entry { standing }", **stopped)
    found = city.data("district", ASKED, e=ENTERPRISE)["providerCandidates"]
    assert [one["provider"] for one in found] == ["organisation/p1"]


def test_a_declared_tie_with_the_firms_group_is_told_and_comes_last(selecting: Selecting) -> None:
    selecting.links["p1"] = [{"name": "示例集团", "organisation": "g1", "tie": "控股"}]
    city = selecting.adopted().city
    found = city.data("district", ASKED, e=ENTERPRISE)["providerCandidates"]
    assert [(one["provider"], one["tie"]) for one in found] == [("organisation/p2", None), ("organisation/p1", "控股")]
    assert "控股" in found[1]["sentence"]

"""Demands and solutions over the API (plan R2, R3): published, matched with reasons, offered for, agreed, seen through."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from domain.kernel import key_of
from domain.programme.demands.demand import DEMANDS_AT_MOST
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity

FIRM, OTHER = f"enterprise/{ENTERPRISE}", f"enterprise/{OTHER_ENTERPRISE}"
SOLUTION = {
    "title": "车间数据采集",
    "summary": "设备联网与数据采集",
    "edition": "2023",
    "indicators": ["Z01", "Z04"],
    "industries": ["C34"],
    "sizes": ["MEDIUM"],
    "cases": [{"industry": "C34", "text": "停机时间下降三成"}],
}
DEMANDS = """query($p: String) { demands(atLeast: $p) { totalCount nodes { id text firmName status named budgetTo
  edition district { code } industry { code } sizeClass indicators { indicator name } } } }"""
OFFERS = """query($p: String) { offers(atLeast: $p) { totalCount nodes { id status ownProduct supplier { id }
  members { organisation { id } agreed } solutions { title } demand { id firmName } changes { indicator before after } } } }"""
MATCHED = """query($id: ID!, $p: String) { demandMatching(demand: $id, atLeast: $p) { ordered orderedInEnglish
  matches { nodes { rank ownProduct indicators solution { id } reasons { reason says saysInEnglish } } } } }"""


def published(city: LiveCity, who: str = "supplier", **changes: Any) -> str:
    made = city.done(who, "publishSolution", "solution { id status }", **SOLUTION | changes)
    return str(made["solution"]["id"])


def demanded(city: LiveCity, **changes: Any) -> str:
    given = {"enterprise": FIRM, "diagnosis": city.issued(), "indicators": ["Z01", "Z04"], "text": "车间设备联网", "by": city.today}
    made = city.done("enterprise", "publishDemand", "demand { id }", **given | {"budgetTo": "5000000"} | changes)
    return str(made["demand"]["id"])


def offered(city: LiveCity, demand: str, solution: str, **changes: Any) -> dict[str, str]:
    of = {"demand": demand, "supplier": "supplier"}
    given = {**of, "solutions": [solution], "text": "三个月完成", "price": "3000000", "readyBy": city.today}
    city.done("supplier", "makeOffer", "offer { status }", **given | changes)
    return of


def test_every_role_that_is_signed_in_reads_solutions_and_only_sellers_publish_them(city: LiveCity) -> None:
    solution = published(city)
    query = """query($id: ID!) { solution(id: $id) { title supplierRole status indicators { indicator } sizes
      industries { code } cases { number text firmName } ties { kind } listings { year } supplier { name } } }"""
    shown = city.data("bank", query, id=solution)["solution"]
    assert shown["supplier"] == {"name": "示例方案商"}
    assert (shown["sizes"], shown["cases"]) == (["MEDIUM"], [{"number": 1, "text": "停机时间下降三成", "firmName": None}])
    for who in ("enterprise", "city", "bank"):
        assert city.refused(who, "publishSolution", **SOLUTION) == "ROLE_NOT_ALLOWED"
    assert city.refused("rival", "withdrawSolution", solution=solution, reason="试探") == "NOT_FOUND"
    city.done("supplier", "withdrawSolution", "solution { status reason }", solution=solution, reason="停售")
    assert city.data("bank", query, id=solution)["solution"]["status"] == "WITHDRAWN"


def test_a_firm_names_itself_as_a_case_and_the_yearly_list_is_shown_with_its_mark(city: LiveCity) -> None:
    solution = published(city)
    stated = {"year": int(city.today[:4]), "suppliers": ["supplier"], "source": "推荐目录（示例）", "mark": "I"}
    assert city.refused("supplier", "recordServiceList", **stated) == "ROLE_NOT_ALLOWED"
    city.done("city", "recordServiceList", "", **stated)
    of = {"solution": solution, "enterprise": FIRM, "case": 1}
    assert city.refused("stranger", "agreeToSolutionCase", **of) == "NOT_FOUND"
    city.done("confirmer", "agreeToSolutionCase", "", **of)
    query = "query($id: ID!, $p: String) { solution(id: $id, atLeast: $p) { cases { firmName } listings { year mark } } }"
    shown = city.data("operator", query, id=solution)["solution"]
    assert shown == {"cases": [{"firmName": "示例精密机械有限公司"}], "listings": [{"year": stated["year"], "mark": "I"}]}
    city.done("confirmer", "endSolutionCaseConsent", "", **of)
    assert city.data("operator", query, id=solution)["solution"]["cases"] == [{"firmName": None}]


def test_sellers_see_an_open_demand_without_the_firm_and_nobody_else_sees_it(city: LiveCity) -> None:
    demand = demanded(city)
    for who in ("enterprise", "filler", "city", "auditor", "supplier", "rival"):
        assert city.data(who, DEMANDS)["demands"]["totalCount"] == 1, who
    assert city.data("stranger", DEMANDS)["demands"]["totalCount"] == 0
    for who in ("district", "bank", "park", "group", "department", "operator", "reader", "diagnostician"):
        assert city.ask(who, DEMANDS)["errors"][0]["extensions"]["code"] == "FORBIDDEN", who
    [own] = city.data("enterprise", DEMANDS)["demands"]["nodes"]
    assert (own["firmName"], own["district"], own["sizeClass"]) == ("示例精密机械有限公司", {"code": "310117"}, "MEDIUM")
    for who in ("supplier", "provider", "rival"):
        [seen] = city.data(who, DEMANDS)["demands"]["nodes"]
        assert (seen["id"], seen["text"], seen["budgetTo"]) == (demand, "车间设备联网", "5000000")
        withheld = (seen["firmName"], seen["district"], seen["industry"], seen["sizeClass"], seen["edition"])
        assert withheld == (None,) * 5, "two firms alike are too few to be told apart from, and an edition may be of an industry"
        hidden = city.ask(who, "query($id: ID!) { demand(id: $id) { diagnosis reason enterprise { name } } }", id=demand)
        assert {error["extensions"]["code"] for error in hidden["errors"]} == {"FORBIDDEN"}
    told = city.done("confirmer", "setDemandNaming", "demand { named }", demand=demand, named=True)
    assert city.data("supplier", DEMANDS, p=told["position"])["demands"]["nodes"][0]["firmName"] == "示例精密机械有限公司"
    city.done("confirmer", "setDemandNaming", "", demand=demand, named=False)
    assert city.data("supplier", DEMANDS)["demands"]["nodes"][0]["firmName"] is None


def test_of_forty_demands_at_once_thirty_are_made_and_withdrawing_makes_room(city: LiveCity) -> None:
    diagnosis = city.issued()
    given = {"enterprise": FIRM, "diagnosis": diagnosis, "indicators": ["Z01"], "text": "车间设备联网", "by": city.today}

    def one(_number: int) -> str:
        done = city.do("enterprise", "publishDemand", "", **given)
        return str(done["userErrors"][0]["code"]) if done["userErrors"] else "made"

    first = city.done("enterprise", "publishDemand", "demand { id }", **given)["demand"]["id"]
    with ThreadPoolExecutor(39) as clerks:
        came = Counter(clerks.map(one, range(39)))
    assert came == {"made": DEMANDS_AT_MOST - 1, "DEMANDS_TOO_MANY": 40 - DEMANDS_AT_MOST}
    city.done("enterprise", "withdrawDemand", "", demand=first, reason="计划调整")
    assert (one(0), one(1)) == ("made", "DEMANDS_TOO_MANY")


def test_a_demand_is_matched_with_reasons_and_the_diagnosing_providers_product_stands_last(city: LiveCity) -> None:
    plain, own = published(city, industries=[], sizes=[], cases=[], indicators=["Z01"]), published(city, "provider")
    rivals, unfit = published(city, "rival"), published(city, indicators=["Z02"])
    demand = demanded(city)
    found = city.data("enterprise", MATCHED, id=demand)["demandMatching"]
    nodes = found["matches"]["nodes"]
    assert [one["solution"]["id"] for one in nodes] == [rivals, plain, own]
    assert [one["ownProduct"] for one in nodes] == [False, False, True]
    assert [one["reason"] for one in nodes[2]["reasons"]] == ["INDICATORS", "INDUSTRY", "SIZE", "CASE", "OWN_PRODUCT"]
    assert "诊断过本企业的服务商" in found["ordered"]
    assert "come last" in found["orderedInEnglish"]
    assert unfit not in {one["solution"]["id"] for one in nodes}
    assert city.data("stranger", MATCHED, id=demand)["demandMatching"] is None
    assert city.ask("supplier", MATCHED, id=demand)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_tie_that_the_city_finds_puts_a_solution_last_too(city: LiveCity) -> None:
    tied, other = published(city, title="甲"), published(city, title="乙", indicators=["Z01"])
    demand = demanded(city)

    def order() -> list[str]:
        nodes = city.data("enterprise", MATCHED, id=demand)["demandMatching"]["matches"]["nodes"]
        return [one["solution"]["id"] for one in nodes]

    assert order() == [tied, other]
    city.done("city", "findSolutionTie", "", solution=tied, provider="p1", kind="OWNERSHIP", source="工商登记")
    assert order() == [other, tied]


def test_a_tie_that_is_found_after_the_offer_marks_it_as_the_diagnosing_providers(city: LiveCity) -> None:
    solution, demand = published(city), demanded(city)
    offered(city, demand, solution)
    assert city.data("enterprise", OFFERS)["offers"]["nodes"][0]["ownProduct"] is False
    found = city.done("city", "findSolutionTie", "", solution=solution, provider="p1", kind="OWNERSHIP", source="工商登记")
    assert city.data("enterprise", OFFERS, p=found["position"])["offers"]["nodes"][0]["ownProduct"] is True
    assert city.data("supplier", OFFERS)["offers"]["nodes"][0]["ownProduct"] is None


def test_a_solution_is_matched_to_demands_by_what_its_seller_is_shown_alone(city: LiveCity) -> None:
    demand = demanded(city)
    query = "query($id: ID!) { solutionMatching(solution: $id) { matches { nodes { reasons { reason } demand { id } } } } }"
    for industries in (["C34"], ["C36"]):
        solution = published(city, industries=industries)
        [match] = city.data("supplier", query, id=solution)["solutionMatching"]["matches"]["nodes"]
        assert (match["demand"], match["reasons"]) == ({"id": demand}, [{"reason": "INDICATORS"}]), "the industry is not shown"
    assert city.data("rival", query, id=solution)["solutionMatching"] is None


def test_an_offer_is_accepted_delivered_and_tells_what_it_brought_and_its_maker_then_knows_the_firm(city: LiveCity) -> None:
    demand, solution = demanded(city), published(city)
    of = offered(city, demand, solution)
    for who, found in (("enterprise", 1), ("city", 1), ("supplier", 1), ("rival", 0), ("provider", 0), ("stranger", 0)):
        assert city.data(who, OFFERS)["offers"]["totalCount"] == found, who
    [seen] = city.data("supplier", OFFERS)["offers"]["nodes"]
    assert seen["demand"] == {"id": demand, "firmName": None}
    assert city.refused("stranger", "acceptOffer", **of) == "NOT_FOUND"
    city.done("confirmer", "acceptOffer", "offer { status acceptedOn }", **of)
    [seen] = city.data("supplier", OFFERS)["offers"]["nodes"]
    assert (seen["status"], seen["demand"]["firmName"]) == ("ACCEPTED", "示例精密机械有限公司")
    assert city.data("rival", DEMANDS)["demands"]["totalCount"] == 0
    city.done("confirmer", "confirmDelivery", "", **of, deliveredOn=city.today)
    change = {"indicator": "Z01", "name": "停机时间", "unit": "小时", "before": "12.5", "after": "8"}
    city.done("confirmer", "reportDealOutcome", "", **of, changes=[change])
    [seen] = city.data("supplier", OFFERS)["offers"]["nodes"]
    assert seen["changes"] == [{"indicator": "Z01", "before": "12.5", "after": "8"}]
    assert city.refused("supplier", "endDeal", **of, reason="试探") == "OFFER_STATUS"


def test_a_consortium_with_the_diagnosing_provider_is_marked_and_once_accepted_bars_it_from_the_firm(city: LiveCity) -> None:
    demand, solution = demanded(city), published(city)
    of = offered(city, demand, solution, members=[{"organisation": "p1", "share": "咨询"}, {"organisation": "p2", "share": "安装"}])
    assert city.refused("confirmer", "acceptOffer", **of) == "OFFER_STATUS"
    for who, member in (("provider", "p1"), ("rival", "p2")):
        [seen] = city.data(who, OFFERS)["offers"]["nodes"]
        assert seen["ownProduct"] is None, "by member after member a seller would find out who diagnosed the firm"
        city.done(who, "agreeToOffer", "offer { status }", **of, member=member)
    [seen] = city.data("enterprise", OFFERS)["offers"]["nodes"]
    assert (seen["status"], seen["ownProduct"], [one["agreed"] for one in seen["members"]]) == ("STANDING", True, [True, True])
    city.done("confirmer", "acceptOffer", "", **of)
    assert city.data("supplier", OFFERS)["offers"]["nodes"][0]["ownProduct"] is True, "it knows whose demand it is"
    ties = city.data("city", "{ ties { nodes { kind provider { id } cause } } }")["ties"]["nodes"]
    assert {(one["kind"], one["provider"]["id"]) for one in ties} == {("VENDOR", "organisation/p1"), ("VENDOR", "organisation/p2")}
    assert {one["cause"] for one in ties} == {f"offer/{key_of(demand)}.supplier/4"}


def test_a_withdrawn_demand_is_gone_for_sellers_and_a_deal_that_ended_opens_it_again(city: LiveCity) -> None:
    demand, solution = demanded(city), published(city)
    of = offered(city, demand, solution)
    city.done("confirmer", "acceptOffer", "", **of)
    assert city.refused("confirmer", "withdrawDemand", demand=demand, reason="调整") == "DEMAND_STATUS"
    city.done("supplier", "endDeal", "", **of, reason="协商一致")
    assert city.data("rival", DEMANDS)["demands"]["totalCount"] == 1
    city.done("confirmer", "withdrawDemand", "", demand=demand, reason="计划调整")
    assert city.data("rival", DEMANDS)["demands"]["totalCount"] == 0
    offer = {"solutions": [published(city, "rival")], "text": "x", "price": "1", "readyBy": city.today}
    assert city.refused("rival", "makeOffer", demand=demand, supplier="p2", **offer) == "NOT_FOUND"
    assert city.refused("rival", "makeOffer", demand="none", supplier="p2", **offer) == "NOT_FOUND"


def test_the_administration_reads_counts_and_a_district_none_of_few_firms(city: LiveCity) -> None:
    demanded(city)
    query = "{ demandCounts { firmsAtLeast cells { nodes { district { code } indicator status demands } } } }"
    cell = {"district": {"code": "310117"}, "status": "OPEN"}
    for who, told in (("city", 1), ("auditor", 1), ("district", None)):
        cells = city.data(who, query)["demandCounts"]["cells"]["nodes"]
        assert cells == [{**cell, "indicator": one, "demands": told} for one in ("Z01", "Z04")], who
    assert city.data("pudong", query)["demandCounts"]["cells"]["nodes"] == []
    assert city.ask("enterprise", query)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


GAPS = "{ supplierGaps { firmsAtLeast firms gaps { nodes { indicator points } } } }"


def test_a_chain_leader_is_told_nothing_of_one_firm_and_a_firm_ends_its_consent(city: LiveCity) -> None:
    city.issued()
    of = {"enterprise": FIRM, "leader": "g1"}
    consent = "chainLeaderConsent { leader until }"
    told = city.done("confirmer", "consentToChainLeader", consent, **of, until=city.today)
    assert told["chainLeaderConsent"] == {"leader": "g1", "until": city.today}
    assert city.data("group", GAPS)["supplierGaps"] == {"firmsAtLeast": 5, "firms": None, "gaps": {"nodes": []}}
    assert city.data("enterprise", GAPS)["supplierGaps"] is None, "who is no chain leader is told that there is none"
    listed = "{ chainLeaderConsents { totalCount } }"
    for who, found in (("enterprise", 1), ("city", 1), ("stranger", 0)):
        assert city.data(who, listed)["chainLeaderConsents"]["totalCount"] == found, who
    assert city.refused("stranger", "endChainLeaderConsent", **of) == "NOT_FOUND"
    ended = city.done("confirmer", "endChainLeaderConsent", "chainLeaderConsent { endedByFirstDay }", **of)
    assert ended["chainLeaderConsent"] == {"endedByFirstDay": True}, "no whole day of it is left"
    assert city.refused("confirmer", "endChainLeaderConsent", **of) == "GAP_CONSENT_NONE"


@pytest.mark.parametrize("who", ["enterprise", "provider"])
def test_a_command_of_another_role_or_organisation_tells_nothing(city: LiveCity, who: str) -> None:
    demand, solution = demanded(city), published(city)
    given = {"demand": demand, "supplier": "supplier", "solutions": [solution], "text": "x", "price": "1", "readyBy": city.today}
    assert city.refused(who, "makeOffer", **given) == ("NOT_FOUND" if who == "provider" else "ROLE_NOT_ALLOWED")

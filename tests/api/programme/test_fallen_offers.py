"""Offers that come to nothing (plan R2, R3) over the API: taken back, left by a member, declined; a solution is stated anew."""

from tests.api.programme.test_demands import OFFERS, SOLUTION, demanded, offered, published
from tests.live_city import LiveCity

WHY = {"reason": "产能已满"}
SHOWN = "query($id: ID!) { solution(id: $id) { title summary indicators { indicator } cases { text firmName } } }"


def statuses(city: LiveCity, who: str) -> list[str]:
    return [one["status"] for one in city.data(who, OFFERS)["offers"]["nodes"]]


def test_an_offer_is_taken_back_by_its_maker_left_by_a_member_and_declined_by_the_firm(city: LiveCity) -> None:
    demand, solution = demanded(city), published(city)
    of = offered(city, demand, solution)
    assert city.refused("rival", "withdrawOffer", **of, **WHY) == "NOT_FOUND"
    assert city.refused("enterprise", "withdrawOffer", **of, **WHY) == "ROLE_NOT_ALLOWED"
    city.done("supplier", "withdrawOffer", "offer { status }", **of, **WHY)
    assert city.refused("supplier", "withdrawOffer", **of, **WHY) == "OFFER_STATUS", "it is taken back already"

    together = {"members": [{"organisation": "p2", "share": "安装"}]}
    offered(city, demand, solution, **together)
    left = {**of, "member": "p2", **WHY}
    for who, code in (("provider", "NOT_FOUND"), ("stranger", "ROLE_NOT_ALLOWED")):
        assert city.refused(who, "leaveOffer", **left) == code
    city.done("rival", "leaveOffer", "offer { status }", **left)
    [fallen] = statuses(city, "supplier")
    assert fallen not in ("STANDING", "ACCEPTED"), "without its member an offer falls"
    assert city.refused("confirmer", "acceptOffer", **of) == "OFFER_STATUS"
    assert city.refused("confirmer", "declineOffer", **of, **WHY) == "OFFER_STATUS"

    offered(city, demand, solution)
    assert city.refused("stranger", "declineOffer", **of, **WHY) == "NOT_FOUND"
    assert city.refused("supplier", "declineOffer", **of, **WHY) == "ROLE_NOT_ALLOWED"
    city.done("confirmer", "declineOffer", "offer { status }", **of, reason="工期过长")
    told = "{ offers { nodes { status reason } } }"
    assert city.data("supplier", told)["offers"]["nodes"] == [{"status": "DECLINED", "reason": "工期过长"}]


def test_a_solution_is_stated_anew_by_whoever_published_it_and_not_as_it_stands(city: LiveCity) -> None:
    solution = published(city)
    of = {"solution": solution, **SOLUTION, "title": "车间数据采集（二期）"}
    assert city.refused("rival", "reviseSolution", **of) == "NOT_FOUND"
    assert city.refused("city", "reviseSolution", **of) == "ROLE_NOT_ALLOWED"
    assert city.refused("supplier", "reviseSolution", **of | {"edition": "2099"}) == "SOLUTION_EDITION_UNKNOWN"
    assert city.refused("supplier", "reviseSolution", **of | {"title": SOLUTION["title"]}) == "SOLUTION_UNCHANGED"
    city.done("supplier", "reviseSolution", "solution { title }", **of)
    assert city.data("bank", SHOWN, id=solution)["solution"]["title"] == "车间数据采集（二期）"

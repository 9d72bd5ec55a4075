"""Ties over the API (plan V3): declared by whom they concern, seen by them alone, and no case goes against one."""

from typing import Any

import pytest

from tests.live_city import ENTERPRISE, LiveCity

FIRM = f"enterprise/{ENTERPRISE}"
LIST = "{ ties { totalCount nodes { id kind provider { id } enterprise { id } group { id } since last source declaredBy } } }"
STEPS = "query($subject: ID!) { auditTrail(subject: $subject) { nodes { sentence } } }"


def declared(city: LiveCity, role: str = "provider", **changes: Any) -> dict[str, Any]:
    given = {"provider": "organisation/p1", "kind": "VENDOR", "party": FIRM, "since": city.today, "source": "采购合同"}
    return city.done(role, "declareTie", "tie { id kind party: enterprise { id } last }", **given | changes)


def test_a_tie_is_seen_by_its_two_sides_their_district_the_city_and_the_auditor_and_by_nobody_else(city: LiveCity) -> None:
    found = declared(city)["tie"]
    assert (found["kind"], found["party"], found["last"]) == ("VENDOR", None, None), "the firm is in no case of its"
    for role in ("provider", "enterprise", "district", "city", "auditor"):
        [node] = city.data(role, LIST)["ties"]["nodes"]
        assert (node["id"], node["provider"], node["declaredBy"]) == (found["id"], {"id": "organisation/p1"}, "PROVIDER"), role
    assert city.data("enterprise", LIST)["ties"]["nodes"][0]["enterprise"] == {"id": FIRM}
    for role in ("rival", "stranger", "pudong"):
        assert city.data(role, LIST)["ties"]["totalCount"] == 0, role


@pytest.mark.parametrize("role", ["city", "enterprise"])
def test_no_case_goes_to_a_tied_provider_unless_who_may_states_why(city: LiveCity, role: str) -> None:
    diagnosis = city.opened(provider=None)
    declared(city, "enterprise")
    named = {"diagnosis": diagnosis, "provider": "organisation/p1"}
    assert city.refused(role, "assignProvider", **named) == "PROVIDER_IN_CONFLICT"
    assert city.refused("enterprise", "assignProvider", **named, exception="熟悉") == "EXCEPTION_NOT_YOURS"
    city.done("city", "assignProvider", "", **named, exception="本区仅此一家熟悉该工艺")
    told = [one["sentence"] for one in city.data("city", STEPS, subject=diagnosis)["auditTrail"]["nodes"]]
    assert any("利益回避例外：本区仅此一家熟悉该工艺" in one for one in told)


def test_only_the_city_says_that_a_tie_is_over(city: LiveCity) -> None:
    declared(city)
    over = {"provider": "organisation/p1", "kind": "VENDOR", "party": FIRM, "last": city.today, "source": "验收单"}
    assert city.refused("provider", "endTie", **over) == "ROLE_NOT_ALLOWED"
    assert city.done("city", "endTie", "tie { last }", **over)["tie"] == {"last": city.today}

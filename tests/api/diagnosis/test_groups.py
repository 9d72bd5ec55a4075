"""Groups over the API (plan S3, O3): headquarters named, its edition applied, members rolled up for those who see them all."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.kit.ids import id_of, key_of
from domain.instants import city_day
from domain.kernel import Command
from journal import Caller
from tests.group_city import FAR, NEAR, SEAT, STRANGER, diagnose, firms, register_groups, roster
from tests.live_city import LiveCity
from tests.mapped_city import map_editions

GROUP = """fragment Ids on GroupMemberConnection { nodes { enterprise { id } } }
query($id: ID!, $a: String) { group(id: $id, asOf: $a) { id name
  seats { nodes { since enterprise saidByRole } }
  headquarters { enterprise { id } name result { diagnosis total gradeName } }
  members { nodes { enterprise { id } name revenueWan result { diagnosis edition total grade } } }
  rollUp { roster members withResult coverage withoutResult { ...Ids } withoutRevenue { ...Ids } editions { edition members }
    total { mean weighed counted firstQuartile weakest { ...Ids } } dimensions { id name mean weakest { ...Ids } } }
  asOf { changedLater } } }"""
FOR = "query($id: ID!, $a: String) { editionFor(enterprise: $id, asOf: $a) { key basis code } }"
SINCE = "query($id: ID!, $a: String) { group(id: $id, asOf: $a) { seats { nodes { since enterprise } } } }"
SEATS = "group { id seats { nodes { enterprise since } } }"


def two_members_diagnosed(city: LiveCity) -> str:
    """Three firms of one group in two districts, two of them with a result."""
    register_groups(sending(city), "g1")
    city.send(roster(2025, firms()))
    diagnose(sending(city), NEAR, "near", 4)
    diagnose(sending(city), FAR, "far", 2)
    return ""


@pytest.fixture
def past() -> Callable[[LiveCity], str]:
    return two_members_diagnosed


@pytest.fixture
def grouped(city: LiveCity) -> LiveCity:
    """The city with that past."""
    city.installation.services.models.catch_up()
    return city


def sending(city: LiveCity) -> Any:
    def send(who: Caller, command: Command) -> None:
        city.installation.services.send(who, command)

    return send


def today(city: LiveCity) -> str:
    return city_day(city.installation.services.clock()).isoformat()


def test_the_group_names_its_headquarters_and_sees_what_its_members_add_up_to(grouped: LiveCity) -> None:
    named = grouped.done("group", "nameHeadquarters", SEATS, group="g1", enterprise=SEAT, since=today(grouped))
    assert named["group"]["seats"]["nodes"] == [{"enterprise": id_of("enterprise", SEAT), "since": today(grouped)}]
    diagnose(sending(grouped), SEAT, "seat", 5)
    grouped.installation.services.models.catch_up()
    told = [grouped.data(who, GROUP, id="g1")["group"] for who in ("group", "city", "auditor")]
    assert told[0] == told[1] == told[2]
    group = told[0]
    assert group["headquarters"]["enterprise"] == {"id": id_of("enterprise", SEAT)}
    assert group["headquarters"]["result"]["diagnosis"] == id_of("diagnosis", "seat")
    results = {key_of(one["enterprise"]["id"], "enterprise"): Decimal(one["result"]["total"]) for one in group["members"]["nodes"]}
    assert set(results) == {NEAR, FAR}
    rolled = group["rollUp"]
    assert Decimal(rolled["total"]["mean"]) == (60000 * results[NEAR] + 20000 * results[FAR]) / 80000
    assert (rolled["members"], rolled["withResult"], rolled["coverage"]) == (2, 2, "100.00")
    assert rolled["total"]["weakest"]["nodes"] == [{"enterprise": {"id": id_of("enterprise", FAR)}}]
    assert rolled["editions"] == [{"edition": "2023", "members": 2}]
    assert {one["name"] for one in rolled["dimensions"]} >= {"数字战略", "数字能力"}
    assert rolled["roster"] == 2025


def test_the_edition_of_headquarters_applies_to_who_is_named_from_its_day_on(grouped: LiveCity) -> None:
    map_editions(grouped)
    assert grouped.data("city", FOR, id=SEAT, a=None)["editionFor"]["key"] == "2023-major-equipment"
    position = grouped.done("city", "nameHeadquarters", SEATS, group="g1", enterprise=SEAT, since=today(grouped))["position"]
    after = {"key": "2023-group-headquarters", "basis": "HEADQUARTERS", "code": None}
    assert grouped.data("city", FOR, id=SEAT, a=None)["editionFor"] == after
    opening = {"enterprise": SEAT, "campaign": "2025", "purpose": "INITIAL", "form": "FULL", "provider": "p1"}
    assert grouped.refused("city", "openDiagnosis", **opening, edition="2023-major-equipment") == "OTHER_EDITION_UNREASONED"
    basis = "diagnosis { basis { decidedBy applicableEdition otherwise } }"
    case = grouped.done("city", "openDiagnosis", basis, **opening, edition="2023-group-headquarters")
    assert case["diagnosis"]["basis"] == {
        "decidedBy": "HEADQUARTERS",
        "applicableEdition": "2023-group-headquarters",
        "otherwise": False,
    }
    later = (city_day(grouped.installation.services.clock()) + timedelta(days=1)).isoformat()
    grouped.done("group", "nameHeadquarters", SEATS, group="g1", enterprise=NEAR, since=later)
    assert grouped.data("city", FOR, id=SEAT, a=None)["editionFor"] == after
    assert grouped.data("city", FOR, id=SEAT, a=position)["editionFor"] == after
    assert grouped.data("city", FOR, id=NEAR, a=None)["editionFor"]["basis"] == "DIVISION"


@pytest.mark.parametrize(
    ("who", "given", "code"),
    [
        ("district", {"group": "g1", "enterprise": SEAT}, "ROLE_NOT_ALLOWED"),
        ("group", {"group": "g2", "enterprise": STRANGER}, "NOT_FOUND"),
        ("group", {"group": "g9", "enterprise": SEAT}, "NOT_FOUND"),
        ("group", {"group": "g1", "enterprise": STRANGER}, "HEADQUARTERS_OUTSIDE_GROUP"),
        ("group", {"group": "g1", "enterprise": "nobody"}, "HEADQUARTERS_OUTSIDE_GROUP"),
        ("city", {"group": "p1", "enterprise": SEAT}, "GROUP_UNKNOWN"),
    ],
)
def test_who_may_not_or_means_no_member_is_refused(
    grouped: LiveCity, who: str, given: dict[str, str], code: str
) -> None:
    assert grouped.refused(who, "nameHeadquarters", **given, since="2025-01-01") == code


def test_a_wrong_day_is_corrected_and_what_was_said_stays_known_as_of_then(grouped: LiveCity) -> None:
    said = grouped.done("group", "nameHeadquarters", SEATS, group="g1", enterprise=SEAT, since="2025-03-01")
    since = grouped.data("city", SINCE, id="g1")["group"]["seats"]["nodes"]
    given = {"group": "g1", "since": "2025-01-01", "reason": "批复文件所载日期更早"}
    grouped.done("group", "correctHeadquarters", SEATS, **given)
    later = given | {"since": "2025-02-01", "reason": "以登记日期为准"}
    grouped.done("city", "correctHeadquarters", SEATS, **later)
    assert [one["since"] for one in grouped.data("city", SINCE, id="g1")["group"]["seats"]["nodes"]] == ["2025-02-01"]
    then = grouped.data("city", SINCE, id="g1", a=said["position"])["group"]["seats"]["nodes"]
    assert then == since
    trail = '{ auditTrail(subject: "headquarters/g1") { nodes { sentence } } }'
    sentences = [one["sentence"] for one in grouped.data("city", trail)["auditTrail"]["nodes"]]
    assert sentences[1].endswith("将集团总部的起始日更正为 2025-01-01：批复文件所载日期更早")
    assert len(sentences) == 3


def test_city_and_group_count_the_same_members_of_a_past_year_and_no_part_is_shown_as_the_whole(grouped: LiveCity) -> None:
    """plan P7: with its own members' results taken out of a sum, a group would read those of the firms that left it."""
    query = """fragment Ids on GroupMemberConnection { nodes { enterprise { id } } }
      { group(id: "g1", year: 2025) { members { ...Ids } rollUp { members left withResult coverage withoutResult { ...Ids }
      total { mean weighed counted firstQuartile weakest { ...Ids } } dimensions { mean weighed weakest { ...Ids } } } } }"""
    before = {who: grouped.data(who, query)["group"] for who in ("city", "group")}
    assert before["city"] == before["group"]
    grouped.send(roster(2026, firms(f1={"group": "g2"})))
    grouped.installation.services.models.catch_up()
    city, group = (grouped.data(who, query)["group"] for who in ("city", "group"))
    assert city == before["city"]
    assert (group["rollUp"]["members"], group["rollUp"]["left"]) == (city["rollUp"]["members"], 1)
    assert NEAR not in str(group)
    assert (group["rollUp"]["withResult"], group["rollUp"]["coverage"]) == (None, None)
    nothing = {"mean": None, "weighed": None, "counted": None, "firstQuartile": None, "weakest": {"nodes": []}}
    assert group["rollUp"]["total"] == nothing
    assert {one["mean"] for one in group["rollUp"]["dimensions"]} <= {None}


def test_a_headquarters_is_ended_by_its_group(grouped: LiveCity) -> None:
    assert grouped.refused("group", "endHeadquarters", group="g1", on="2025-01-01") == "HEADQUARTERS_NONE"
    grouped.done("group", "nameHeadquarters", SEATS, group="g1", enterprise=SEAT, since="2025-01-01")
    ended = grouped.done("city", "endHeadquarters", SEATS, group="g1", on="2025-06-30")
    assert ended["group"]["seats"]["nodes"][-1] == {"enterprise": None, "since": "2025-07-01"}
    assert grouped.data("city", GROUP, id="g1")["group"]["headquarters"] is None
    assert id_of("enterprise", SEAT) in {
        one["enterprise"]["id"] for one in grouped.data("city", GROUP, id="g1")["group"]["members"]["nodes"]
    }


OTHERS = (
    "district", "pudong", "subdistrict", "park", "unit", "enterprise", "stranger", "filler", "provider", "rival", "diagnostician",
    "reader", "support", "bank", "supplier", "operator",
)  # fmt: skip


def test_nobody_else_is_told_of_a_group_at_all(grouped: LiveCity) -> None:
    for who, identity in itertools.product(OTHERS, ("g1", "g2", "p1", "nobody")):
        payload = grouped.ask(who, GROUP, id=identity)
        assert payload["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert payload["data"] == {"group": None}


def test_a_group_is_told_of_itself_alone_and_what_is_no_group_of_its_is_not_found(grouped: LiveCity) -> None:
    assert grouped.data("group", GROUP, id="g1")["group"]["id"] == id_of("group", "g1")
    for identity in ("g2", "p1", "nobody", SEAT):
        for asked in (None, today_before(grouped)):
            assert grouped.data("group", GROUP, id=identity, a=asked) == {"group": None}
    assert grouped.data("city", GROUP, id="p1") == {"group": None}


def today_before(city: LiveCity) -> str:
    return (city_day(city.installation.services.clock()) - timedelta(days=1)).isoformat()


def test_what_a_group_added_up_to_is_told_as_of_a_moment(grouped: LiveCity) -> None:
    before = grouped.data("group", GROUP, id="g1")["group"]
    position = grouped.done("group", "nameHeadquarters", SEATS, group="g1", enterprise=NEAR, since=today(grouped))["position"]
    diagnose(sending(grouped), SEAT, "seat", 5)
    grouped.installation.services.models.catch_up()
    now = grouped.data("group", GROUP, id="g1")["group"]
    then = grouped.data("group", GROUP, id="g1", a=position)["group"]
    assert then["asOf"] == {"changedLater": True}
    assert then["headquarters"]["enterprise"] == now["headquarters"]["enterprise"] == {"id": id_of("enterprise", NEAR)}
    assert (then["rollUp"]["withResult"], now["rollUp"]["withResult"]) == (1, 2)
    assert before["rollUp"]["withResult"] == 2
    early = grouped.data("city", GROUP, id="g1", a=today_before(grouped))["group"]
    assert (early["members"]["nodes"], early["rollUp"]["members"], early["rollUp"]["roster"]) == ([], 0, None)

"""Map of the ecosystem over the API (plan R1): each caller the links of its scope, each number opened to its links."""

import csv
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.participants.test_rosters import GOOD, NEW, REPORT, sent
from tests.api.programme.test_demands import demanded, offered, published
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity

FIRM, OTHER = f"enterprise/{ENTERPRISE}", f"enterprise/{OTHER_ENTERPRISE}"
LINKS = """query($f: LinkFilter, $n: Int, $c: String, $t: String) { ecosystemLinks(filter: $f, first: $n, after: $c, asOf: $t) {
  totalCount pageInfo { hasNextPage endCursor } nodes { kind since source { kind id name } target { kind id name } } } }"""
COUNTS = "query($t: String) { ecosystemCounts(asOf: $t) { kind links sources targets } }"
OF_FIRMS = {"IN_DISTRICT", "IN_INDUSTRY"}


def links(city: LiveCity, who: str, then: str | None = None, /, **found: Any) -> list[tuple[str, str, str]]:
    nodes = city.data(who, LINKS, f=found or None, t=then)["ecosystemLinks"]["nodes"]
    return [(one["kind"], one["source"]["id"], one["target"]["id"]) for one in nodes]


def sold(city: LiveCity) -> None:
    """A deal between the firm and the supplier, which offers one solution."""
    of = offered(city, demanded(city), published(city))
    city.done("confirmer", "acceptOffer", "", **of)


def test_the_city_sees_every_kind_of_link_by_name_and_each_number_opens_to_its_links(city: LiveCity) -> None:
    sold(city)
    consent = {"enterprise": FIRM, "leader": "g1"}
    city.done("confirmer", "consentToChainLeader", "", **consent, until=city.today)
    told = {"designation": "CHAIN_LEADER", "since": "2024-01-01", "source": "名单（示例）", "mark": "I"}
    city.done("city", "recordDesignation", "", enterprise=OTHER, **told)
    found = city.data("city", LINKS)["ecosystemLinks"]
    named = {(one["kind"], one["source"]["name"], one["target"]["name"]) for one in found["nodes"]}
    firm, other = "示例精密机械有限公司", "示例临港新材料有限公司"
    assert named >= {
        ("DESIGNATED", other, "工赋链主"),
        ("DIAGNOSED_BY", firm, "示例诊断服务一所"),
        ("IN_DISTRICT", firm, "松江区"),
        ("IN_DISTRICT", other, "浦东新区"),
        ("IN_PARK", firm, "松江园区"),
        ("MEMBER_OF", firm, "示例集团"),
        ("OFFERS", "示例方案商", "车间数据采集"),
        ("SOLVED_BY", firm, "示例方案商"),
        ("SUPPLIES_TO", firm, "示例集团"),
    }
    counts = city.data("city", COUNTS)["ecosystemCounts"]
    assert found["totalCount"] == len(found["nodes"]) == sum(one["links"] for one in counts)
    for one in counts:
        opened = links(city, "city", kind=[one["kind"]])
        ends = [len({link[side] for link in opened}) for side in (1, 2)]
        assert [one["links"], one["sources"], one["targets"]] == [len(opened), *ends], one["kind"]
    assert links(city, "auditor") == links(city, "city")


def test_pages_of_links_go_through_the_kinds_in_order_and_meet_each_once(city: LiveCity) -> None:
    sold(city)
    whole, seen, cursor = links(city, "city"), [], None
    while True:
        page = city.data("city", LINKS, n=2, c=cursor)["ecosystemLinks"]
        seen += [(one["kind"], one["source"]["id"], one["target"]["id"]) for one in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == whole
    last = "{ ecosystemLinks(last: 3) { nodes { kind source { id } target { id } } } }"
    nodes = city.data("city", last)["ecosystemLinks"]["nodes"]
    assert [(one["kind"], one["source"]["id"], one["target"]["id"]) for one in nodes] == whole[-3:]


def test_a_district_sees_its_own_firms_and_not_from_whom_they_buy_or_whom_they_supply(city: LiveCity) -> None:
    sold(city)
    city.done("confirmer", "consentToChainLeader", "", enterprise=FIRM, leader="g1", until=city.today)
    own = links(city, "district")
    kinds = {kind for kind, *_ in own}
    assert kinds == {"DIAGNOSED_BY", "IN_DISTRICT", "IN_INDUSTRY", "IN_PARK", "MEMBER_OF", "OFFERS"}
    assert links(city, "district", kind=["SOLVED_BY", "SUPPLIES_TO"]) == []
    assert {source for kind, source, _ in own if kind in OF_FIRMS} == {FIRM}
    assert {source for kind, source, _ in links(city, "pudong") if kind in OF_FIRMS} == {OTHER}
    assert links(city, "pudong", source=[FIRM]) == [], "outside the scope as if it were not there"


def test_a_chain_leader_sees_the_supplier_that_wants_to_be_named_to_it_while_its_consent_holds(city: LiveCity) -> None:
    told = {"designation": "CHAIN_LEADER", "since": "2024-01-01", "source": "名单（示例）", "mark": "I"}
    city.done("city", "recordDesignation", "", enterprise=OTHER, **told)
    consent = {"enterprise": FIRM, "leader": OTHER_ENTERPRISE}
    city.done("confirmer", "consentToChainLeader", "", **consent, until=city.today)
    suppliers = {"kind": ["SUPPLIES_TO"]}
    link = ("SUPPLIES_TO", FIRM, OTHER)
    assert links(city, "enterprise", **suppliers) == [link], "a firm sees its own consent"
    assert links(city, "stranger", **suppliers) == [], "a consent names nobody"
    assert city.refused("filler", "setSupplierNaming", **consent, named=True) == "ROLE_NOT_ALLOWED"
    assert city.refused("stranger", "setSupplierNaming", **consent, named=True) == "NOT_FOUND"
    shown = city.done("confirmer", "setSupplierNaming", "chainLeaderConsent { named }", **consent, named=True)
    assert shown["chainLeaderConsent"] == {"named": True}
    assert links(city, "stranger", **suppliers) == [link]
    [node] = city.data("stranger", LINKS, f=suppliers)["ecosystemLinks"]["nodes"]
    assert node["source"]["name"] == "示例精密机械有限公司"
    assert city.data("stranger", "query($id: ID!) { enterprise(id: $id) { name } }", id=FIRM)["enterprise"] is None
    assert links(city, "group", **suppliers) == [], "another leader"
    city.done("city", "recordDesignation", "", enterprise=OTHER, **told | {"until": "2024-12-31"})
    assert links(city, "stranger", **suppliers) == [], "it leads no chain any more"
    city.done("city", "recordDesignation", "", enterprise=OTHER, **told)
    city.done("confirmer", "endChainLeaderConsent", "", **consent)
    assert links(city, "stranger", **suppliers) == [] == links(city, "enterprise", **suppliers)


def test_a_provider_sees_whom_it_diagnosed_and_a_seller_whom_it_sold_to(city: LiveCity) -> None:
    sold(city)
    assert ("DIAGNOSED_BY", FIRM, "organisation/p1") in links(city, "provider")
    assert {kind for kind, *_ in links(city, "rival")} == {"OFFERS"}
    assert ("SOLVED_BY", FIRM, "organisation/supplier") in links(city, "supplier")
    assert links(city, "provider", kind=["SOLVED_BY"]) == []


def now(city: LiveCity) -> str:
    """A moment after all that is on record and before all that follows."""
    return city.installation.services.clock().isoformat()


def test_a_past_day_shows_the_links_that_were_known_then_and_counts_them_alike(city: LiveCity) -> None:
    before = now(city)
    sold(city)
    begun = now(city)
    file = {"sha256": sent(city, "city", GOOD.replace("C34", "C36"), NEW), "year": 2024}
    asked = city.done("city", "importRoster", REPORT, **file)["rosterImport"]["findings"]["nodes"]
    confirmed = [{"row": one["row"], "code": one["code"]} for one in asked if one["severity"] == "CONFIRM"]
    report = city.done("city", "importRoster", REPORT, **file, confirmed=confirmed)["rosterImport"]
    assert (report["registered"], report["revised"]) == (1, 1)
    was, is_now = ("IN_INDUSTRY", FIRM, "C34"), ("IN_INDUSTRY", FIRM, "C36")
    then, today = links(city, "city", begun), links(city, "city")
    assert was in then
    assert was not in today
    assert is_now in today
    assert {link[1] for link in today} - {link[1] for link in then}, "a firm that was registered later"
    early = links(city, "city", before)
    assert ("DIAGNOSED_BY", FIRM, "organisation/p1") in then
    assert {"OFFERS", "SOLVED_BY"} & {kind for kind, *_ in early} <= {"SOLVED_BY"}, "no solution was published yet"
    assert links(city, "city", "2020-01-01") == []
    for moment, shown in ((begun, then), (None, today)):
        counts = city.data("city", COUNTS, t=moment)["ecosystemCounts"]
        assert sum(one["links"] for one in counts) == len(shown)
    page = city.data("city", LINKS, n=2, t=begun)["ecosystemLinks"]
    rest = city.data("city", LINKS, n=100, c=page["pageInfo"]["endCursor"], t=begun)["ecosystemLinks"]
    assert len(page["nodes"]) + len(rest["nodes"]) == len(then)
    of_then = {"n": 2, "c": page["pageInfo"]["endCursor"]}
    assert city.ask("city", LINKS, **of_then)["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"
    assert links(city, "pudong", begun, source=[FIRM]) == [], "by today's scope"
    assert city.ask("city", COUNTS, t="2999-01-01")["errors"][0]["extensions"]["code"] == "AS_OF_AHEAD"
    with TestClient(create_app(city.installation.services)) as client:
        headers = {"authorization": f"Bearer {city.tokens['city']}"}

        def taken(moment: str) -> Any:
            return client.get("/ecosystem/links.csv", headers=headers, params={"asOf": moment})

        lines = list(csv.DictReader(taken(begun).text.splitlines()))
        assert [(one["kind"].upper(), one["source"], one["target"]) for one in lines] == then
        for moment, code in (("yesterday", "AS_OF_MALFORMED"), ("2999-01-01", "AS_OF_AHEAD")):
            refused = taken(moment)
            assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (400, code)


def test_a_consent_that_ended_is_shown_of_no_past_day(city: LiveCity) -> None:
    city.done("confirmer", "consentToChainLeader", "", enterprise=FIRM, leader="g1", until=city.today)
    assert links(city, "city", city.today, kind=["SUPPLIES_TO"]) == [("SUPPLIES_TO", FIRM, "organisation/g1")]
    given = now(city)
    city.done("confirmer", "endChainLeaderConsent", "", enterprise=FIRM, leader="g1")
    for who in ("city", "enterprise", "group"):
        assert links(city, who, given, kind=["SUPPLIES_TO"]) == [], who


@pytest.mark.parametrize("who", ["bank", "operator", "support", "reader", "department", "diagnostician"])
def test_who_has_no_part_in_it_is_refused_the_map(city: LiveCity, who: str) -> None:
    for query in ("{ ecosystemLinks { totalCount } }", COUNTS):
        assert city.ask(who, query)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_the_administration_takes_its_links_away_as_one_table(city: LiveCity) -> None:
    sold(city)
    with TestClient(create_app(city.installation.services)) as client:

        def taken(who: str | None) -> Any:
            headers = {"authorization": f"Bearer {city.tokens[who]}"} if who is not None else {}
            return client.get("/ecosystem/links.csv", headers=headers)

        for who in ("city", "district", "auditor"):
            lines = list(csv.DictReader(taken(who).text.splitlines()))
            found = [(one["kind"].upper(), one["source"], one["target"]) for one in lines]
            assert found == links(city, who), who
        assert {one["source_name"] for one in lines if one["kind"] == "solved_by"} == {"示例精密机械有限公司"}
        assert [taken(who).status_code for who in ("supplier", "enterprise", None)] == [404, 404, 401]


def test_the_public_reads_no_link(city: LiveCity) -> None:
    assert city.ask(None, COUNTS)["errors"]


def test_a_value_that_a_closed_set_does_not_hold_is_refused_with_all_that_it_holds(city: LiveCity) -> None:
    """In the text of a query and in its variables alike: unknown parts of a paper's template are told so as well."""
    written = city.ask("city", "{ ecosystemLinks(filter: {kind: [LIKES]}) { totalCount } }")["errors"][0]["message"]
    sent = city.ask("city", LINKS, f={"kind": ["LIKES"]})["errors"][0]["message"]
    for message in (written, sent):
        assert "DESIGNATED、DIAGNOSED_BY、IN_DISTRICT" in message

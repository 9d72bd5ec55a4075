"""Map of the ecosystem over the API (plan R1): each caller the links of its scope, each number opened to its links."""

import csv
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.programme.test_demands import demanded, offered, published
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity

FIRM, OTHER = f"enterprise/{ENTERPRISE}", f"enterprise/{OTHER_ENTERPRISE}"
LINKS = """query($f: LinkFilter, $n: Int, $c: String) { ecosystemLinks(filter: $f, first: $n, after: $c) {
  totalCount pageInfo { hasNextPage endCursor } nodes { kind since source { kind id name } target { kind id name } } } }"""
COUNTS = "{ ecosystemCounts { kind links sources targets } }"
OF_FIRMS = {"IN_DISTRICT", "IN_INDUSTRY"}


def links(city: LiveCity, who: str, **found: Any) -> list[tuple[str, str, str]]:
    nodes = city.data(who, LINKS, f=found or None)["ecosystemLinks"]["nodes"]
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

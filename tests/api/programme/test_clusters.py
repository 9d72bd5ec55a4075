"""Clusters (plan I3, I5): the share of a cluster that is diagnosed, each number opened to its firms in the scope."""

from typing import Any

import pytest

from domain.participants.enterprises import Firm
from domain.participants.rosters.comparison import ImportRoster
from interop.rosters.uscc import valid_uscc
from tests.api.programme.reported_city import reported
from tests.firm_ids import SALT
from tests.live_city import ENTERPRISE, FIRM, OTHER, OTHER_ENTERPRISE, LiveCity

SHARES = """query($y: Int!, $k: ClusterKind!, $d: String) { clusterCoverage(year: $y, kind: $k, district: $d) { firmsAtLeast
  clusters(first: 50) { totalCount nodes { id name total diagnosed notDiagnosed diagnosedPercent } } } }"""
FIRMS = """query($y: Int!, $c: ClusterInput, $n: AppraisalNumber) {
  appraisalFirms(year: $y, cluster: $c, countedAs: $n, first: 50) { totalCount nodes { id } } }"""
NUMBERS = {"ON_ROSTER": "total", "DIAGNOSED": "diagnosed", "NOT_DIAGNOSED": "notDiagnosed"}
KINDS = ("INDUSTRY", "PARK", "GROUP", "CHAIN")
A, B = f"enterprise/{ENTERPRISE}", f"enterprise/{OTHER_ENTERPRISE}"
LEADER = {"designation": "CHAIN_LEADER", "since": "2024-01-01", "source": "名单（示例）", "mark": "I"}


def shares(city: LiveCity, who: str, year: int, kind: str, district: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.data(who, SHARES, y=year, k=kind, d=district)["clusterCoverage"]["clusters"]["nodes"]
    return found


def told(city: LiveCity, who: str, year: int, kind: str, district: str | None = None) -> dict[str, tuple[str, int, int]]:
    return {one["id"]: (one["name"], one["total"], one["diagnosed"]) for one in shares(city, who, year, kind, district)}


def opened(city: LiveCity, who: str, year: int, kind: str, cluster: str, number: str = "ON_ROSTER") -> list[str]:
    found = city.data(who, FIRMS, y=year, c={"kind": kind, "id": cluster}, n=number)["appraisalFirms"]
    assert found["totalCount"] == len(found["nodes"])
    return [one["id"] for one in found["nodes"]]


def supplying(city: LiveCity, leader: str) -> None:
    city.done("confirmer", "consentToChainLeader", "", enterprise=A, leader=leader, until=city.today)


def test_the_share_of_a_cluster_that_is_diagnosed_is_told_and_each_number_opens_to_its_firms(city: LiveCity) -> None:
    year = reported(city)
    city.done("city", "recordDesignation", "", enterprise=B, **LEADER)
    supplying(city, B)
    assert told(city, "city", year, "INDUSTRY") == {"C34": ("通用设备制造业", 2, 1)}
    assert told(city, "city", year, "PARK") == {"organisation/songjiang-park": ("松江园区", 1, 1)}
    assert told(city, "city", year, "GROUP") == {"organisation/g1": ("示例集团", 1, 1)}
    assert told(city, "city", year, "CHAIN") == {B: (OTHER.name, 2, 1)}, "the leader and its supplier"
    for kind in KINDS:
        for one in shares(city, "city", year, kind):
            for number, name in NUMBERS.items():
                assert len(opened(city, "city", year, kind, one["id"], number)) == one[name], (kind, number)
    assert opened(city, "city", year, "CHAIN", B, "DIAGNOSED") == [A]
    assert shares(city, "auditor", year, "CHAIN") == shares(city, "city", year, "CHAIN")
    assert told(city, "city", year - 1, "INDUSTRY") == {}, "there was no roster"


def test_a_district_reads_the_clusters_of_its_own_firms_and_the_city_those_of_one_district(city: LiveCity) -> None:
    year = reported(city)
    assert told(city, "district", year, "INDUSTRY") == {"C34": ("通用设备制造业", 1, 1)}
    assert told(city, "pudong", year, "INDUSTRY") == {"C34": ("通用设备制造业", 1, 0)}
    assert told(city, "pudong", year, "PARK") == {} == told(city, "pudong", year, "GROUP")
    assert told(city, "city", year, "INDUSTRY", FIRM.district) == told(city, "district", year, "INDUSTRY")
    assert (opened(city, "district", year, "INDUSTRY", "C34"), opened(city, "pudong", year, "INDUSTRY", "C34")) == ([A], [B])
    for unit in ("songjiang-park", "no-such-park"):
        assert opened(city, "pudong", year, "PARK", unit) == [], "out of scope as if it were not there"


def test_whom_a_firm_supplies_is_not_told_to_its_district_by_a_cluster(city: LiveCity) -> None:
    year = reported(city)
    supplying(city, "g1")
    assert told(city, "city", year, "CHAIN") == {"organisation/g1": ("示例集团", 1, 1)}
    for query, asked in ((SHARES, {"k": "CHAIN"}), (FIRMS, {"c": {"kind": "CHAIN", "id": "g1"}})):
        [error] = city.ask("district", query, y=year, **asked)["errors"]
        assert error["extensions"]["code"] == "CHAIN_NOT_TOLD"
        for who in ("enterprise", "group", "park", "provider"):
            assert "errors" in city.ask(who, query, y=year, **{"k": "PARK", "c": None} | asked)


def test_a_chain_counts_who_consents_today_to_a_leader_that_leads_today(city: LiveCity) -> None:
    year = reported(city)
    city.done("city", "recordDesignation", "", enterprise=B, **LEADER)
    supplying(city, B)
    city.done("city", "recordDesignation", "", enterprise=B, **LEADER | {"until": "2024-12-31"})
    assert (told(city, "city", year, "CHAIN"), opened(city, "city", year, "CHAIN", B)) == ({}, [])
    city.done("city", "recordDesignation", "", enterprise=B, **LEADER)
    city.done("confirmer", "endChainLeaderConsent", "", enterprise=A, leader=B)
    assert told(city, "city", year, "CHAIN") == {B: (OTHER.name, 1, 0)}


def test_nothing_is_said_of_the_share_of_too_few_firms(city: LiveCity) -> None:
    year = reported(city)
    asked = {"y": year, "k": "INDUSTRY"}
    found = city.data("city", SHARES, **asked)["clusterCoverage"]
    assert found["firmsAtLeast"] > len((FIRM, OTHER))
    assert [(one["total"], one["diagnosedPercent"]) for one in found["clusters"]["nodes"]] == [(2, None)]


def test_from_so_many_firms_on_the_share_is_told_rounded_down(city: LiveCity) -> None:
    """One diagnosed of five is told, of four not; the sixth firm makes it 16.66 percent, not 16.67."""
    year, percents = reported(city), []
    others = [valid_uscc(number) for number in range(1, 5)]
    for more in (2, 3, 4):
        firms = (FIRM, OTHER, *(OTHER.model_copy(update={"uscc": one, "name": f"示例企业{one}"}) for one in others[:more]))
        brought_in(city, year, firms)
        [one] = shares(city, "city", year, "INDUSTRY")
        assert (one["total"], one["diagnosed"]) == (len(firms), 1)
        percents.append(one["diagnosedPercent"])
    assert percents == [None, "20.00", "16.66"]


def brought_in(city: LiveCity, year: int, firms: tuple[Firm, ...]) -> None:
    rows = tuple(enumerate(firms, 2))
    told = {"digest": "6" * 64, "filename": "名单.xlsx", "rows": rows, "findings": (), "refused_rows": 0, "salt": SALT}
    city.send(ImportRoster(year=year, **told))
    city.installation.services.models.catch_up()


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_a_year_outside_the_programme_or_an_unknown_district_is_refused(city: LiveCity) -> None:
    for asked, code in (({"y": 1}, "YEAR_OUT_OF_RANGE"), ({"y": 2024, "d": "999999"}, "FILTER_VALUE_UNKNOWN")):
        [error] = city.ask("city", SHARES, k="PARK", **asked)["errors"]
        assert error["extensions"]["code"] == code

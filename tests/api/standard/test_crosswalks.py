"""External models and crosswalks over the API (plan P8, S2): read by all, drafted for few, told as intervals with the result."""

from typing import Any

from domain.access import Everything, Role
from domain.standard.crosswalks.crosswalk import ReviewCrosswalk
from domain.standard.revision.state import Verdict
from journal import Caller
from tests.live_city import LiveCity

MODELS = "query($day: Date) { externalModels(day: $day) { key draft } }"
MODEL = """query($edition: String!) { externalModel(edition: $edition) { number mark sinceMark maturity freeLevels digest
  levels { rank name } levelRule { scale mark conditions { rank score scenes } }
  nodes { id parent clause mark weights { variant share mark } } counts { number mark } columns { id required } } }"""
CROSSWALK = """query($id: ID!) { crosswalk(id: $id) { version publishedAt
  versions(first: 5) { nodes { version unmappedNodes unmappedIndicators sssom
    rows(first: 50) { nodes { indicator node relation confidence } } } } } }"""
DRAFT = """query($id: ID!) { crosswalk(id: $id) { draftVersion
  draft(first: 50) { nodes { row { indicator node } approvals returned warnings } } } }"""
LISTED = "{ crosswalks { totalCount nodes { id version } } }"
RESULT = """query($id: ID!) { diagnosis(id: $id) { result { comparable { externalEdition crosswalk crosswalkVersion crosswalkMark
  scale   lower upper coverage lowerRank upperRank lowerLevel upperLevel indicative whyIndicative marks
  nodes { node name lower upper coverage indicators } } } } }"""
ID = "2023.cmmm-2020"
BEGIN = {"edition": "2023", "externalEdition": "cmmm-2020", "title": "对照", "source": "项目拟定", "mark": "P"}
ROWS = [
    {"indicator": indicator, "node": node, "relation": "EXACT", "rationale": "按要素设定", "confidence": "0.9"}
    for indicator, node in (("F01", "people"), ("F02", "technology"), ("F03", "resources"), ("F04", "manufacturing"))
]


def drafted(city: LiveCity, rows: list[dict[str, Any]] = ROWS) -> None:
    city.done("city", "proposeCrosswalk", "crosswalk { id }", **BEGIN)
    city.done("city", "changeCrosswalk", "crosswalk { draftVersion }", crosswalk=ID, draftVersion=1, rows=rows)


def approved(city: LiveCity) -> None:
    """By the expert who may sign in, and by another one."""
    said = {"draftVersion": 2, "verdict": "APPROVE", "grounds": "核对过"}
    city.done("reader", "reviewCrosswalk", "crosswalk { id }", crosswalk=ID, **said)
    other = Caller("other-expert", Role.ARBITER, "experts", Everything())
    review = ReviewCrosswalk(crosswalk=ID, draft_version=2, verdict=Verdict.APPROVE, grounds="核对过")
    city.installation.services.send(other, review)


def test_a_review_of_an_empty_list_is_no_review_of_all(city: LiveCity) -> None:
    drafted(city)
    said = {"crosswalk": ID, "draftVersion": 2, "verdict": "APPROVE", "grounds": "核对过", "rows": []}
    assert city.refused("reader", "reviewCrosswalk", **said) == "FILTER_ADMITS_NOTHING"
    asked = "query($id: ID!) { crosswalk(id: $id) { draft { nodes { approvals } } } }"
    assert {one["approvals"] for one in city.data("city", asked, id=ID)["crosswalk"]["draft"]["nodes"]} == {0}


def published(city: LiveCity) -> None:
    drafted(city)
    approved(city)
    city.done("city", "publishCrosswalk", "crosswalk { version }", crosswalk=ID, draftVersion=2)


def test_anyone_reads_which_models_an_assessment_of_a_day_is_read_by(city: LiveCity) -> None:
    def keys(day: str | None) -> set[str]:
        return {one["key"] for one in city.data(None, MODELS, day=day)["externalModels"]}

    assert {"dcmm-2018", "dcmm-2025", "cmmm-draft"} <= keys(None)
    assert {"dcmm-2018", "dcmm-2025"} & keys("2026-06-30") == {"dcmm-2018"}
    assert {"dcmm-2018", "dcmm-2025"} & keys("2026-07-01") == {"dcmm-2025"}
    assert "cmmm-draft" not in keys("2026-07-01")
    assert keys("1990-01-01") == set()


def test_every_number_of_a_model_comes_with_its_mark(city: LiveCity) -> None:
    cmmm = city.data(None, MODEL, edition="cmmm-2020")["externalModel"]
    assert (cmmm["mark"], cmmm["sinceMark"], cmmm["levelRule"]["mark"]) == ("V", "V", "V_2")
    weights = {(node["id"], one["variant"]): one for node in cmmm["nodes"] for one in node["weights"]}
    assert weights["people", "process"] == {"variant": "process", "share": "6", "mark": "V_2"}
    assert weights["people", "discrete"]["mark"] == "M"
    assert city.data(None, MODEL, edition="dcmm-2025")["externalModel"]["levelRule"] is None
    assert city.data(None, MODEL, edition="none") == {"externalModel": None}


def test_a_crosswalk_is_proposed_reviewed_and_published_and_then_read_by_every_role(city: LiveCity) -> None:
    drafted(city)
    for who in ("city", "auditor", "reader"):
        assert city.data(who, LISTED)["crosswalks"]["totalCount"] == 1
        draft = city.data(who, DRAFT, id=f"crosswalk/{ID}")["crosswalk"]
        assert draft["draftVersion"] == 2
        assert len(draft["draft"]["nodes"]) == 4
    for who in ("district", "enterprise", "provider", "bank"):
        assert city.data(who, LISTED) == {"crosswalks": {"totalCount": 0, "nodes": []}}
        assert city.data(who, CROSSWALK, id=ID) == city.data(who, CROSSWALK, id="none") == {"crosswalk": None}
    assert city.refused("city", "publishCrosswalk", crosswalk=ID, draftVersion=2) == "CROSSWALK_NOT_AGREED"
    approved(city)
    city.done("city", "publishCrosswalk", "crosswalk { version }", crosswalk=ID, draftVersion=2)
    found = city.data("bank", CROSSWALK, id=ID)["crosswalk"]
    [version] = found["versions"]["nodes"]
    assert (found["version"], version["version"], len(version["rows"]["nodes"])) == (1, 1, 4)
    assert version["unmappedNodes"] == []
    assert "Z01" in version["unmappedIndicators"]
    assert "skos:exactMatch\tnode:people" in version["sssom"]


def test_a_row_is_refused_where_it_stands(city: LiveCity) -> None:
    city.done("city", "proposeCrosswalk", "crosswalk { id }", **BEGIN)
    wrong = [ROWS[0], {**ROWS[1], "node": "weather"}]
    [error] = city.do("city", "changeCrosswalk", "", crosswalk=ID, draftVersion=1, rows=wrong)["userErrors"]
    assert (error["code"], error["field"]) == ("CROSSWALK_NODE_UNKNOWN", "rows.1.node")
    assert city.refused("reader", "changeCrosswalk", crosswalk=ID, draftVersion=1, rows=ROWS) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "changeCrosswalk", crosswalk="none", draftVersion=1, rows=ROWS) == "NOT_FOUND"


def test_a_result_says_of_another_model_an_interval_with_its_coverage_and_why_it_is_indicative(city: LiveCity) -> None:
    case = city.issued(4)
    assert city.data("enterprise", RESULT, id=case)["diagnosis"]["result"]["comparable"] == []
    published(city)
    [found] = city.data("enterprise", RESULT, id=case)["diagnosis"]["result"]["comparable"]
    told = [found[name] for name in ("externalEdition", "crosswalk", "crosswalkVersion", "crosswalkMark")]
    assert told == ["cmmm-2020", ID, 1, "P"]
    assert (found["coverage"], found["lower"], found["upper"]) == ("0.61", "2.44", "4.39")  # the brief form asks F04 alone
    assert (found["lowerLevel"], found["upperLevel"]) == ("规范级", "优化级")
    assert found["indicative"]
    assert set(found["whyIndicative"]) == {"LEVELS_DIFFER", "COVERAGE_LOW", "UNVERIFIED"}
    of = {one["node"]: one for one in found["nodes"]}
    assert (of["manufacturing"]["name"], of["manufacturing"]["indicators"]) == ("制造", ["F04"])
    assert (of["people"]["lower"], of["people"]["upper"], of["people"]["indicators"]) == ("0.00", "5.00", [])


def test_who_may_not_read_the_result_reads_nothing_comparable(city: LiveCity) -> None:
    published(city)
    case = city.issued(4)
    for who in ("bank", "park", "subdistrict"):
        answer = city.ask(who, RESULT, id=case)
        assert answer.get("errors") or (answer["data"]["diagnosis"] or {}).get("result") is None

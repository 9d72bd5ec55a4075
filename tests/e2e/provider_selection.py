"""A call of the year, step by step as the roles' pages say: applications, blind marks, outcome, directory. plan V1, V2, V6."""

from typing import Any

from tests.api.providers.selected_city import DIMENSIONS
from tests.e2e.programme_days import Programme

P1, P2, P3 = "organisation/p1", "organisation/p2", "organisation/p3"
MARKERS = ("marker1", "marker2", "marker3")
RELATED = "colleague"
"""Marks applications, and diagnoses for the second provider."""
SELECTION = {
    "weights": {"basicCapability": 20, "standardsWork": 15, "staff": 25, "industryExperience": 25, "products": 15},
    "passMark": 70, "industryShare": 60, "certifiedAtLeast": 2, "seniorAtLeast": 1, "certifiedPerIndustry": 1,
    "markerGap": 12, "mendingDays": 5, "objectionDays": 5,
}  # fmt: skip
GOOD, POOR, WEAK = (17, 12, 21, 21, 13), (12, 9, 15, 16, 9), (14, 10, 16, 16, 10)
"""Marks of 84, 61 and 66."""


def applied(years: Programme, who: str, provider: str, staff: str) -> None:
    given = {"year": 2025, "provider": provider}
    team = [{"person": f"person/{one}", "industries": ["C34"]} for one in (who, staff)]
    years.says(who, "saveApplication", **given, industries=["C34"], staff=team, links=[])
    for name in DIMENSIONS:
        sha256 = years.uploaded(who, "EVIDENCE", f"{name}.txt", f"{provider} {name}".encode())
        years.says(who, "attachApplicationDocument", **given, dimension=name, sha256=sha256)
    years.says(who, "submitApplication", **given)


def called(years: Programme) -> None:
    """January: under a dated rule the city calls; one applies by itself, one is put forward by its district and has to mend."""
    rule = {"since": years.today, "source": "遴选方案", "mark": "I", "body": {"selection": SELECTION}}
    years.says("city", "setRule", **rule)
    dates = {"applicationsUntil": "2025-01-17", "mendingUntil": "2025-01-24", "markingUntil": "2025-02-14"}
    years.says("city", "openCall", year=2025, **dates, objectionsUntil="2025-03-07")
    assert years.refused("district", "openCall", year=2025, **dates, objectionsUntil="2025-03-07") == "ROLE_NOT_ALLOWED"
    years.says("district", "putForward", year=2025, provider=P2, reason="熟悉本区装备企业")
    applied(years, "provider", P1, "diagnostician")
    applied(years, "rival", P2, RELATED)
    years.on("2025-01-13")
    years.says("city", "acceptApplication", year=2025, provider=P1)
    items = [{"part": "STAFF", "what": "补交人员的劳动合同"}]
    years.says("city", "returnApplication", year=2025, provider=P2, items=items, mendUntil="2025-01-20")
    (mine,) = years.read("rival", "{ applications { nodes { stage toMend { part what } mendUntil } } }")["applications"]["nodes"]
    assert mine == {"stage": "RETURNED", "toMend": items, "mendUntil": "2025-01-20"}
    years.on("2025-01-16")
    years.says("rival", "submitApplication", year=2025, provider=P2)
    years.says("city", "acceptApplication", year=2025, provider=P2)
    years.on("2025-01-20")
    assert years.refused("rival", "withdrawApplication", year=2025, provider=P1, reason="撤") == "NOT_FOUND"
    late = {"year": 2025, "provider": P3, "industries": ["C34"], "staff": [{"person": "person/latecomer"}], "links": []}
    assert years.refused("latecomer", "saveApplication", **late) == "APPLICATIONS_OVER"


def marks_of(years: Programme, who: str) -> list[Any]:
    asked = """{ markings { nodes { id number stage application { industries { code } record { confirmed } }
      mark { total } } } }"""
    return list(years.read(who, asked)["markings"]["nodes"])


def sealed(years: Programme, who: str, marking: str, points: tuple[int, ...]) -> None:
    scored = zip(DIMENSIONS, points, strict=True)
    dimensions = [{"dimension": name, "points": each, "reason": "与材料相符"} for name, each in scored]
    industries = [{"industry": "C34", "points": points[3]}]
    years.says(who, "sealMark", marking=marking, dimensions=dimensions, industries=industries)


def drawn(years: Programme) -> dict[str, Any]:
    """Provider -> what was drawn for it, which the city alone reads."""
    asked = "{ providerCalls { drawn { nodes { number provider markers disputed } } } }"
    (call,) = years.read("city", asked)["providerCalls"]
    return {one["provider"]: one for one in call["drawn"]["nodes"]}


def another(years: Programme, provider: str) -> str:
    """A marker who has not had an application."""
    held = {one.removeprefix("person/") for one in drawn(years)[provider]["markers"]}
    return next(one for one in MARKERS if one not in held)


def marked(years: Programme) -> None:
    """Blind: numbers only, nobody's mark before all are in; one stands back, one who is related is refused, a third decides."""
    years.on("2025-01-27")
    years.says("city", "closeCall", year=2025)
    years.says("city", "drawMarking", year=2025, markers=[f"person/{one}" for one in MARKERS])
    found = drawn(years)
    number = found[P2]["number"]
    back = found[P2]["markers"][0].removeprefix("person/")
    (mine,) = (one for one in marks_of(years, back) if one["number"] == number)
    years.says(back, "declareConflict", marking=mine["id"], reason="曾任其顾问")
    related = {"year": 2025, "number": number, "marker": f"person/{RELATED}"}
    assert years.refused("city", "giveMarker", **related) == "MARKER_IN_CONFLICT"
    (third,) = {*MARKERS} - {one.removeprefix("person/") for one in found[P2]["markers"]}
    years.says("city", "giveMarker", year=2025, number=number, marker=f"person/{third}")
    for provider, points in ((P2, (WEAK, WEAK)), (P1, (GOOD, POOR))):
        one = drawn(years)[provider]
        for who, given in zip((one.removeprefix("person/") for one in one["markers"]), points, strict=True):
            (waits,) = (each for each in marks_of(years, who) if each["number"] == one["number"])
            sealed(years, who, waits["id"], given)
    assert all(one["mark"] is None for one in marks_of(years, "city")), "sealed: the city reads none either"
    assert years.refused("city", "publishOutcome", year=2025) == "CALL_OUT_OF_ORDER"
    years.on("2025-02-12")
    years.says("city", "closeMarking", year=2025)
    one = drawn(years)[P1]
    assert one["disputed"], "84 and 61 differ by more than the rule says"
    assert all(each["mark"] is None for each in marks_of(years, "city")), "sealed until the third is in, the city reads none either"
    last = another(years, P1)
    years.says("city", "giveMarker", year=2025, number=one["number"], marker=f"person/{last}")
    (waits,) = (each for each in marks_of(years, last) if each["number"] == one["number"])
    sealed(years, last, waits["id"], GOOD)
    years.says("city", "closeMarking", year=2025)


def listed(years: Programme) -> None:
    """Published for objection; the one that fell short objects, is upheld by another, and the directory waits for it."""
    years.says("city", "publishOutcome", year=2025)
    lower = SELECTION | {"passMark": 65}
    stated = {"since": "2026-01-01", "body": {"selection": lower}, "source": "下年度方案草案", "mark": "I"}
    years.says("city", "proposeRule", **stated)
    asked = "{ counterfactualDirectory(year: 2025, proposal: 1) { provider wasListed wouldBeListed } }"
    found = years.read("city", asked)["counterfactualDirectory"]
    told = [(P1, True, True), (P2, False, True)]
    assert [(one["provider"], one["wasListed"], one["wouldBeListed"]) for one in found] == told, "before a lower mark is adopted"
    asked = "{ applications { nodes { putForwardBy result { total listed scores { dimension points } } } } }"
    (mine,) = years.read("rival", asked)["applications"]["nodes"]
    assert (mine["result"]["total"], mine["result"]["listed"], len(mine["result"]["scores"])) == ("66", False, 5)
    (seen,) = years.read("district", asked)["applications"]["nodes"]
    assert seen["result"]["total"] == "66", "the district reads the result of whom it put forward, and no other"
    objection = {"year": 2025, "provider": P2, "asked": "重新核定", "grounds": "漏计两个案例"}
    years.says("rival", "objectToResult", **objection)
    (opened,) = years.read("rival", "{ proceedings(filter: {pending: true}) { nodes { id kind } } }")["proceedings"]["nodes"]
    years.says("city", "serveNotice", proceeding=opened["id"])
    years.says("city", "giveStatement", proceeding=opened["id"], text="已调阅评分理由", asksHearing=False)
    years.says("chief", "decideProceeding", proceeding=opened["id"], outcome="UPHELD", reasons="两个案例属实")
    years.on("2025-03-10")
    scores = [{"dimension": "STAFF", "points": "21"}, {"dimension": "INDUSTRY_EXPERIENCE", "points": "20"}]
    industries = [{"industry": "C34", "points": "18"}]
    years.says("city", "reviseResult", year=2025, provider=P2, proceeding=opened["id"], scores=scores, industries=industries)
    years.says("city", "endObjections", year=2025)
    years.says("city", "adoptDirectory", year=2025)
    asked = '{ counterfactualDirectory(year: 2025, on: "2025-01-06") { wasListed wouldBeListed total result { total } } }'
    found = years.read("city", asked)["counterfactualDirectory"]
    assert [(one["wouldBeListed"], one["result"]["total"]) for one in found] == [(one["wasListed"], one["total"]) for one in found]
    found = years.publicly("{ directory { nodes { provider standing tags { industry { code } since } } } }")["directory"]["nodes"]
    tags = [{"industry": {"code": "C34"}, "since": "2025-03-10"}]
    assert found == [{"provider": one, "standing": "LISTED", "tags": tags} for one in (P1, P2)]

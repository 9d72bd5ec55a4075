"""The funnel of standard implementation over the API (plan I4, I5): diagnosed, gap list, applied, certified, with what is next."""

from typing import Any

from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity

FIRM = f"enterprise/{ENTERPRISE}"
THING = "implementation { step nextStep gapCount }"
STANDING = """query($step: [ImplementationStep!]) { implementations(standard: DCMM, step: $step) { totalCount
  nodes { id enterprise { id } standard step since age nextStep gapCount body appliedOn achieved certifiedOn reason } } }"""
GAPS = "{ implementations(standard: DCMM) { nodes { gaps { indicator text } } } }"
FUNNEL = """query($district: String) { implementationFunnel(standard: DCMM, district: $district) { diagnosed
  holding percent low high steps { step firms longest nextStep } } }"""


def standing(city: LiveCity, who: str, **given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.data(who, STANDING, **given)["implementations"]["nodes"]
    return found


def funnel(city: LiveCity, who: str, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = city.data(who, FUNNEL, **given)["implementationFunnel"]
    return found


def test_a_firm_is_led_from_its_report_to_the_certificate(city: LiveCity) -> None:
    of = {"enterprise": FIRM, "standard": "DCMM"}
    empty = funnel(city, "city", district="310115")
    assert (empty["diagnosed"], empty["percent"], empty["low"], empty["steps"]) == (0, None, None, [])
    case = city.issued()
    listed = {**of, "diagnosis": case, "gaps": [{"indicator": "Z01", "text": "无数据管理制度"}]}
    [own] = standing(city, "enterprise")
    assert (own["id"], own["step"], own["nextStep"], own["gapCount"]) == (FIRM, "DIAGNOSED", "LIST_GAPS", None)
    assert city.refused("district", "listStandardGaps", **listed) == "ROLE_NOT_ALLOWED"
    assert city.refused("stranger", "listStandardGaps", **listed) == "NOT_FOUND"
    other = {**listed, "enterprise": f"enterprise/{OTHER_ENTERPRISE}"}
    assert city.refused("stranger", "listStandardGaps", **other) == "IMPLEMENTATION_WITHOUT_REPORT"
    found = city.done("filler", "listStandardGaps", THING, **listed)["implementation"]
    assert found == {"step": "GAPS_LISTED", "nextStep": "APPLY", "gapCount": 1}
    applied = {**of, "appliedOn": city.today, "body": "示例评定机构"}
    city.done("confirmer", "applyForStandardCertificate", THING, **applied)
    assert city.refused("confirmer", "applyForStandardCertificate", **applied) == "IMPLEMENTATION_STEP_WRONG"
    assert [one["id"] for one in standing(city, "district", step=["APPLIED"])] == [FIRM]
    assert standing(city, "district", step=["DIAGNOSED"]) == []
    granted = {**of, "certifiedOn": city.today, "achieved": "受管理级", "source": "证书", "mark": "I"}
    assert city.refused("pudong", "recordStandardCertificate", **granted) == "NOT_FOUND"
    city.done("district", "recordStandardCertificate", THING, **granted)
    for who in ("enterprise", "district", "subdistrict", "park", "group", "city", "auditor"):
        [seen] = standing(city, who)
        assert (seen["step"], seen["achieved"], seen["age"], seen["nextStep"]) == ("CERTIFIED", "受管理级", 0, "NONE")
    for who in ("pudong", "stranger"):
        assert standing(city, who) == []
    told = funnel(city, "district")
    assert (told["diagnosed"], told["holding"], told["percent"], told["high"]) == (1, 1, "100.00", "100.00")
    assert 0 < float(told["low"]) < 30, "one firm tells little"
    assert told["steps"] == [{"step": "CERTIFIED", "firms": 1, "longest": 0, "nextStep": "NONE"}]


def test_what_a_firm_lacks_is_read_by_those_who_read_its_answers(city: LiveCity) -> None:
    case = city.issued()
    gaps = [{"indicator": "Z01", "text": "无数据管理制度"}]
    city.done("enterprise", "listStandardGaps", "", enterprise=FIRM, standard="DCMM", diagnosis=case, gaps=gaps)
    for who in ("enterprise", "district", "city", "group", "auditor"):
        assert city.data(who, GAPS)["implementations"]["nodes"] == [{"gaps": gaps}]
    for who in ("subdistrict", "park", "provider", "bank", "rival"):
        assert city.ask(who, GAPS)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert city.ask("district", STANDING.replace("DCMM", "CE"))["errors"]
    assert city.ask("city", FUNNEL, district="990000")["errors"][0]["extensions"]["code"] == "FILTER_VALUE_UNKNOWN"


def test_an_application_that_is_refused_may_be_made_again_and_a_firm_may_stop(city: LiveCity) -> None:
    of, why = {"enterprise": FIRM, "standard": "DCMM"}, {"reason": "制度未落实"}
    listed = {"diagnosis": city.issued(), "gaps": [{"indicator": "Z01", "text": "无数据管理制度"}]}
    assert city.refused("confirmer", "stopStandardImplementation", **of, **why) == "IMPLEMENTATION_STEP_WRONG", "nothing is begun"
    city.done("filler", "listStandardGaps", THING, **of, **listed)
    assert city.refused("district", "recordStandardRefusal", **of, **why) == "IMPLEMENTATION_STEP_WRONG", "nothing is applied for"
    applied = {**of, "appliedOn": city.today, "body": "示例评定机构"}
    city.done("confirmer", "applyForStandardCertificate", THING, **applied)
    assert city.refused("pudong", "recordStandardRefusal", **of, **why) == "NOT_FOUND"
    assert city.refused("confirmer", "recordStandardRefusal", **of, **why) == "ROLE_NOT_ALLOWED"
    city.done("district", "recordStandardRefusal", THING, **of, **why)
    [seen] = standing(city, "enterprise")
    assert (seen["step"], seen["reason"], seen["gapCount"]) == ("GAPS_LISTED", "制度未落实", 1), "the list stands"
    city.done("confirmer", "applyForStandardCertificate", THING, **applied)
    assert city.refused("stranger", "stopStandardImplementation", **of, **why) == "NOT_FOUND"
    assert city.refused("district", "stopStandardImplementation", **of, **why) == "ROLE_NOT_ALLOWED"
    city.done("confirmer", "stopStandardImplementation", THING, **of, reason="产线搬迁")
    [seen] = standing(city, "district")
    assert (seen["step"], seen["nextStep"], seen["reason"]) == ("STOPPED", "NONE", "产线搬迁")
    again = city.done("filler", "listStandardGaps", THING, **of, **listed)["implementation"]
    assert again["step"] == "GAPS_LISTED", "a new list begins it anew"

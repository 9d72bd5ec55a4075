"""Selection over the API (plan V1, V2, V4, V6): from call to directory, and nobody learns another's mark."""

from operator import itemgetter
from typing import Any

import pytest

from domain.instants import city_day
from projections.providers import selection
from tests.api.providers.selected_city import CALL, FULL, MARKERS, Selecting
from tests.live_city import LiveCity

DIRECTORY = """query($on: Date, $industry: String) { directory(on: $on, industry: $industry) { totalCount
  nodes { provider name standing year tags { industry { code name } since cause }
  history { nodes { id what on gained causes } } } } }"""
WHY = """query($provider: ID!) { whyListed(provider: $provider) { sentence sentenceInEnglish entry { standing }
  causes { id parent depth what whatInEnglish sentence sentenceInEnglish } } }"""

CONCLUSION = """query($provider: ID!, $on: Date) { whyListed(provider: $provider, on: $on) { entry { history(first: 50) { nodes {
  conclusion { on outcome } } } } } }"""


def test_two_providers_apply_are_marked_blind_and_are_listed_where_everyone_reads_it(selecting: Selecting) -> None:
    city = selecting.adopted().city
    for who in (None, "enterprise", "bank", "supplier"):
        found = city.data(who, DIRECTORY)["directory"]
        assert found["totalCount"] == 2
        first = found["nodes"][0]
        assert (first["provider"], first["name"], first["standing"]) == ("organisation/p1", "示例诊断服务一所", "LISTED")
        assert [one["industry"] for one in first["tags"]] == [{"code": "C34", "name": "通用设备制造业"}]
        [move] = first["history"]["nodes"]
        assert move["causes"] == [f"application/{selecting.year}.p1/9"]
    assert city.data(None, DIRECTORY, industry="C35")["directory"]["nodes"] == []
    before = selecting.day(50).isoformat()
    assert city.data(None, DIRECTORY, on=before)["directory"]["nodes"] == []


def test_why_a_provider_is_listed_goes_down_to_the_marks_for_the_city_and_names_nothing_of_them_to_the_public(
    selecting: Selecting,
) -> None:
    city = selecting.adopted().city
    for who, told in (("city", True), (None, False), ("rival", False)):
        why = city.data(who, WHY, provider="p1")["whyListed"]
        kinds = [one["id"].split("/")[0] for one in why["causes"]]
        assert kinds == ["listing", "application", "marking", "marking"]
        assert [one["depth"] for one in why["causes"]] == [0, 1, 2, 2]
        assert why["sentence"].startswith("“示例诊断服务一所”现为“在录”")
        assert why["sentenceInEnglish"].startswith("“示例诊断服务一所” now stands as “")
        assert "listed the provider in the directory" in why["sentenceInEnglish"]
        assert why["causes"][0]["whatInEnglish"].isascii()
        for language in ("sentence", "sentenceInEnglish"):
            assert [one[language] is not None for one in why["causes"]] == [True, told, told, told]
        assert any("marker" in one["id"] for one in why["causes"]) is (who == "city")
    own = city.data("provider", WHY, provider="p1")["whyListed"]["causes"]
    assert [one["sentence"] is not None for one in own] == [True, True, False, False]
    trail = f'{{ auditTrail(subject: "application/{selecting.year}.p1", first: 100) {{ nodes {{ type data }} }} }}'
    for who, told in (("city", True), ("provider", False)):
        [assessed] = [one for one in city.data(who, trail)["auditTrail"]["nodes"] if one["type"] == "application.assessed.v1"]
        assert ("marker" in assessed["data"]) is told
    before = marks_behind(city, "p1")
    warned = {"due": selecting.day(90).isoformat(), "causes": ["listing/p1/1"], "reason": "报告逾期"}
    city.done("city", "warnProvider", "entry { standing }", provider="p1", **warned)
    assert marks_behind(city, "p1") == before, "what a mark is called does not change with what else is in the chain"


def marks_behind(city: LiveCity, provider: str) -> set[str]:
    """What the public is told the marks are called that a provider's entry rests on."""
    causes = city.data(None, WHY, provider=provider)["whyListed"]["causes"]
    return {one["id"] for one in causes if one["id"].startswith("marking/")}


def test_who_was_suspended_before_the_hearing_is_told_what_the_proceeding_came_to(selecting: Selecting) -> None:
    """Nobody is left with a reason that time has overtaken; the public is told the moves alone. plan V4"""
    city, about = selecting.adopted().city, {"provider": "p1", "causes": ["listing/p1/1"]}
    case = {"kind": "RED_LINE", "about": "listing/p1", "cause": "listing/p1/1", "asked": "暂停", "grounds": "虚报现场"}
    opened = city.done("city", "openProceeding", "proceeding { id }", provider="p1", **case)["proceeding"]["id"]
    city.done("city", "suspendProvider", "entry { standing }", **about | {"causes": [f"{opened}/1"]}, reason="听证前先行暂停")
    before = city_day(selecting.clock.moment)
    selecting.later((before - selecting.day(0)).days + 1)
    city.done("city", "withdrawProceeding", "proceeding { id }", proceeding=opened, reason="证据不足")
    for who, told in (("city", True), ("auditor", True), ("provider", True), ("rival", False), ("bank", False), (None, False)):
        why = city.data(who, WHY, provider="p1")["whyListed"]
        assert "听证前先行暂停" in why["sentence"], who
        assert ("证据不足" in why["sentence"], "证据不足" in why["sentenceInEnglish"]) == (told, told), who
        assert (f"{opened}/2" in {one["id"] for one in why["causes"]}) is told, who
        assert ("所依程序已于" in why["sentence"], "withdrawn on" in why["sentenceInEnglish"]) == (not told, not told), who
        [*_, move] = city.data(who, CONCLUSION, provider="p1")["whyListed"]["entry"]["history"]["nodes"]
        assert move["conclusion"] == {"on": f"{city_day(selecting.clock.moment)}", "outcome": None}, who
    then = f'{{ whyListed(provider: "p1", on: "{before}") {{ sentence causes {{ id }} }} }}'
    [*_, move] = city.data(None, CONCLUSION, provider="p1", on=f"{before}")["whyListed"]["entry"]["history"]["nodes"]
    assert move["conclusion"] is None
    assert "证据不足" not in str(city.data("city", then)), "as of a day before it was known"


def test_why_tells_a_later_refusal_to_who_may_read_the_result_and_the_rule_to_everyone(selecting: Selecting) -> None:
    city = selecting.city
    weights = {"basicCapability": 20, "standardsWork": 15, "staff": 25, "industryExperience": 25, "products": 15}
    numbers = {"passMark": 70, "industryShare": 60, "certifiedAtLeast": 2, "seniorAtLeast": 1, "certifiedPerIndustry": 1}
    body = {"selection": {"weights": weights, **numbers, "markerGap": 15, "mendingDays": 3, "objectionDays": 5}}
    city.done("city", "setRule", "rule { since }", since="2023-08-01", body=body, source="遴选方案", mark="I")
    selecting.adopted().later(400)
    next_year = Selecting(city, selecting.clock)
    next_year.drawn().sealed(dict.fromkeys(MARKERS, (4, 4, 4, 4, 4)))
    for step in ("closeMarking", "publishOutcome"):
        city.done("city", step, CALL, year=next_year.year)
    for who, told in (("city", True), ("provider", True), ("rival", False), ("enterprise", False), (None, False)):
        why = city.data(who, WHY, provider="p1")["whyListed"]
        assert {one["sentence"] is not None for one in why["causes"] if one["id"].startswith("rule/")} == {True}, who
        refused = [one for one in why["causes"] if one["id"].startswith(f"application/{next_year.year}.p1/")]
        assert [(one["depth"], one["sentence"] is not None) for one in refused] == ([(0, True)] if told else []), who
        assert (f"{next_year.year} 年征集未入选：总分未达入选线" in why["sentence"]) is told, who
        english = f"not listed by the call of {next_year.year}: the total lies below the pass mark"
        assert (english in why["sentenceInEnglish"]) is told, who


def test_a_marker_is_shown_the_record_as_it_was_when_applications_closed(selecting: Selecting) -> None:
    """What a mark rested on does not move when the work goes on; the provider sees it grow until that day."""
    city = selecting.city

    def withdrawn(who: str, asked: str) -> dict[str, Any]:
        city.done("city", "withdrawDiagnosis", diagnosis=city.opened(), reason="转入下一批次")
        record = "record { withdrawn until }"
        query = f"{{ {asked} {{ nodes {{ {record if asked == 'applications' else f'application {{ {record} }}'} }} }} }}"
        found: list[dict[str, Any]] = [one.get("application", one)["record"] for one in city.data(who, query)[asked]["nodes"]]
        return max(found, key=itemgetter("withdrawn"))

    def certified(person: str) -> None:
        given = {"grade": "SENIOR", "editions": ["2023"], "since": str(city_day(selecting.clock.moment)), "recognised": "合格"}
        city.done("city", "grantCertificate", "certificate { number }", person=person, **given)

    selecting.applied()
    certified("diagnostician")
    assert withdrawn("provider", "applications") == {"withdrawn": 1, "until": None}
    selecting.later(16)
    closed = {"withdrawn": 1, "until": selecting.day(10).isoformat()}
    assert withdrawn("provider", "applications") == closed
    city.done("city", "closeCall", CALL, year=selecting.year)
    city.done("city", "drawMarking", CALL, year=selecting.year, markers=list(MARKERS[:2]))
    certified("provider")
    assert withdrawn("marker1", "markings") == closed
    people = "{ markings { nodes { application { staff certified senior } } } }"
    told = [one["application"] for one in city.data("marker1", people)["markings"]["nodes"]]
    assert sorted(told, key=itemgetter("certified")) == [
        {"staff": 2, "certified": 0, "senior": 0},
        {"staff": 2, "certified": 1, "senior": 1},
    ]


def test_a_provider_reads_its_own_result_with_every_sub_score_and_no_rivals(selecting: Selecting) -> None:
    city = selecting.adopted().city
    query = """{ applications { nodes { provider stage
      result { total listed scores { dimension points } industries { industry { code } earned } } } } }"""
    [own] = city.data("provider", query)["applications"]["nodes"]
    assert (own["provider"], own["stage"]) == ("organisation/p1", "ASSESSED")
    assert own["result"]["total"] == "80"
    assert own["result"]["industries"] == [{"industry": {"code": "C34"}, "earned": True}]
    assert len(city.data("city", query)["applications"]["nodes"]) == 2


def test_two_marks_that_differ_too_much_call_for_a_third_who_learns_neither(selecting: Selecting) -> None:
    city = selecting.drawn().sealed({"marker1": (4, 4, 4, 4, 4)}).city
    call = city.done("city", "closeMarking", CALL, year=selecting.year)["call"]
    disputed = [one for one in call["drawn"]["nodes"] if one["disputed"]]
    assert (call["stage"], call["disputed"]) == ("MARKING", len(disputed))
    assert {(one["stage"], one["mark"]) for one in selecting.markings("city")} == {("SEALED", None)}
    assert [min(one["markers"]) for one in disputed] == ["person/marker1"] * len(disputed)
    assert city.refused("city", "publishOutcome", year=selecting.year) == "CALL_OUT_OF_ORDER"
    for one in disputed:
        (third,) = {f"person/{one}" for one in MARKERS} - set(one["markers"])
        city.done("city", "giveMarker", CALL, year=selecting.year, number=one["number"], marker=third)
    assert city.refused("city", "closeMarking", year=selecting.year) == "MARKS_MISSING"
    selecting.sealed()
    assert city.done("city", "closeMarking", CALL, year=selecting.year)["call"]["stage"] == "MARKED"
    assert {one["stage"] for one in selecting.markings("city")} == {"OPENED"}


def given_file(selecting: Selecting, who: str, sha256: str) -> bool:
    """Whether a marker is given a file of an application."""
    installation = selecting.city.installation
    known = installation.accounts.identify(selecting.city.tokens[who])
    assert known is not None
    with installation.services.models.reading(known.caller.scope) as snapshot:
        return selection.document(snapshot, known.caller.scope, sha256, anonymous=True) is not None


@pytest.mark.parametrize("how", ["declares a conflict", "never marks"])
def test_who_does_not_mark_is_replaced_and_kept_away_from_the_application(selecting: Selecting, how: str) -> None:
    city = selecting.drawn().city
    query = "{ markings { nodes { id number stage application { documents { sha256 } } } } }"
    mine, *_ = city.data("marker1", query)["markings"]["nodes"]
    [document, *_] = mine["application"]["documents"]
    assert given_file(selecting, "marker1", document["sha256"])
    if how == "never marks":
        taken = {"year": selecting.year, "number": mine["number"], "marker": "marker1", "reason": "逾期未评"}
        assert city.refused("district", "takeBackMarking", **taken) == "ROLE_NOT_ALLOWED"
        city.done("city", "takeBackMarking", CALL, **taken)
    else:
        city.done("marker1", "declareConflict", "marking { stage }", marking=mine["id"], reason="曾任顾问")
    [gone] = [one for one in city.data("marker1", query)["markings"]["nodes"] if one["id"] == mine["id"]]
    assert (gone["stage"], gone["application"]) == ("TAKEN_BACK" if how == "never marks" else "CONFLICT", None)
    assert not given_file(selecting, "marker1", document["sha256"])
    refused = selecting.seal("marker1", mine["id"])["userErrors"]
    assert [one["code"] for one in refused] == ["MARKING_TAKEN_BACK" if how == "never marks" else "MARKING_IN_CONFLICT"]
    call = city.data("city", "{ providerCalls { drawn { nodes { number markers } } } }")["providerCalls"][0]
    [drawn] = [one for one in call["drawn"]["nodes"] if one["number"] == mine["number"]]
    (other,) = {f"person/{one}" for one in MARKERS} - {*drawn["markers"], "person/marker1"}
    city.done("city", "giveMarker", CALL, year=selecting.year, number=mine["number"], marker=other)
    selecting.sealed()
    assert city.done("city", "closeMarking", CALL, year=selecting.year)["call"]["stage"] == "MARKED"


@pytest.mark.parametrize("who", ["provider", "district", "enterprise", "auditor", "marker1"])
def test_only_the_city_opens_a_call(selecting: Selecting, who: str) -> None:
    city = selecting.city
    day = selecting.day(0).isoformat()
    dates = dict.fromkeys(("applicationsUntil", "mendingUntil", "markingUntil", "objectionsUntil"), day)
    assert city.refused(who, "openCall", year=selecting.year, **dates) == "ROLE_NOT_ALLOWED"


def test_a_marker_marks_its_own_and_anothers_is_not_there(selecting: Selecting) -> None:
    selecting.drawn()
    mine = selecting.markings("marker1")[0]
    others = {one["id"] for who in MARKERS[1:] for one in selecting.markings(who)}
    assert selecting.seal("marker1", mine["id"])["marking"]["mark"] == {"total": sum(FULL)}
    for identity in (min(others), "2031.1.marker1", "nothing"):
        assert [one["code"] for one in selecting.seal("marker1", identity)["userErrors"]] == ["NOT_FOUND"]
    too_many = selecting.seal("marker1", mine["id"], (21, 12, 20, 20, 12))
    assert [(one["code"], one["field"]) for one in too_many["userErrors"]] == [("MARK_OUT_OF_RANGE", "dimensions.0.points")]


def test_a_district_puts_forward_a_provider_that_it_raised_which_is_marked_as_any_other(selecting: Selecting) -> None:
    city = selecting.opened().city
    given = {"year": selecting.year, "provider": "p1", "reason": "本区培育"}
    assert city.refused("provider", "putForward", **given) == "ROLE_NOT_ALLOWED"
    city.done("district", "putForward", "application { stage }", **given)
    assert city.refused("pudong", "putForward", **given) == "PUT_FORWARD_ALREADY"
    query = "{ applications { nodes { provider stage putForwardBy } } }"
    [found] = city.data("city", query)["applications"]["nodes"]
    assert found == {"provider": "organisation/p1", "stage": "DRAFT", "putForwardBy": "organisation/310117"}
    selecting.later(2).save()
    [found] = city.data("provider", query)["applications"]["nodes"]
    assert found["putForwardBy"] == "organisation/310117", "what the provider states of itself does not take that away"


CHOSEN = {
    "": "OTHER_RULE_NOT_CHOSEN",
    ', proposal: 9, on: "2025-01-06"': "OTHER_RULE_NOT_CHOSEN",
    ", proposal: 9": "OTHER_RULE_UNKNOWN",
}
"""How another rule is asked for -> why it is not."""


def test_another_rule_is_one_of_a_day_or_one_that_was_proposed(selecting: Selecting) -> None:
    """plan V4: and no sentence speaks of a proposal None."""
    for chosen, code in CHOSEN.items():
        (error,) = selecting.city.ask("city", f"{{ counterfactualDirectory(year: 2025{chosen}) {{ wasListed }} }}")["errors"]
        assert error["extensions"]["code"] == code, chosen
        assert "None" not in error["message"]

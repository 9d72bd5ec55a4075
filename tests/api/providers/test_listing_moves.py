"""Moves of the directory within the year over the API (plan V1, V2, V4): a call put off, tags gained and lost, a warning mended."""

from threading import Event

from domain.access import Role
from tests.api.diagnosis.test_arbitrations import joins
from tests.api.providers.selected_city import APPLICATION, Selecting
from zhenduan.background.due_acts import do_due_acts

ENTRY = "entry { standing }"
TAGS = "{ directory { nodes { provider standing tags { industry { code } } history { nodes { what } } } } }"


def entry(selecting: Selecting, provider: str = "organisation/p1") -> tuple[str, list[str]]:
    """How a provider stands in public, and its industries."""
    found = selecting.city.data(None, TAGS)["directory"]["nodes"]
    (one,) = [node for node in found if node["provider"] == provider]
    return one["standing"], [tag["industry"]["code"] for tag in one["tags"]]


def test_dates_of_a_call_are_put_off_by_the_city_and_never_brought_forward(selecting: Selecting) -> None:
    city, of = selecting.opened().city, {"year": selecting.year, "reason": "申报材料核验需要"}
    later = {"applicationsUntil": selecting.day(12).isoformat()}
    for who in ("district", "provider"):
        assert city.refused(who, "extendCall", **of, **later) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "extendCall", **of | {"year": selecting.year + 1}, **later) == "CALL_UNKNOWN"
    assert city.refused("city", "extendCall", **of, applicationsUntil=selecting.day(9).isoformat()) == "CALL_NOT_PUT_OFF"
    assert city.refused("city", "extendCall", **of, applicationsUntil=selecting.day(20).isoformat()) == "CALL_DATES_OUT_OF_ORDER"
    assert city.done("city", "extendCall", "call { applicationsUntil }", **of, **later)["call"] == later


def test_an_application_is_withdrawn_by_its_provider_before_it_is_marked(selecting: Selecting) -> None:
    city, of = selecting.opened().later(2).city, {"year": selecting.year, "provider": "p1", "reason": "人员变动"}
    assert city.refused("provider", "withdrawApplication", **of) == "NOT_FOUND", "there is none yet"
    selecting.save()
    for who, code in (("rival", "NOT_FOUND"), ("city", "ROLE_NOT_ALLOWED")):
        assert city.refused(who, "withdrawApplication", **of) == code
    assert city.done("provider", "withdrawApplication", APPLICATION, **of)["application"]["stage"] == "WITHDRAWN"
    assert city.refused("provider", "withdrawApplication", **of) == "APPLICATION_FIXED"


def test_a_listed_provider_gains_a_tag_mends_what_it_was_warned_of_and_loses_a_tag_after_its_proceeding(
    selecting: Selecting,
) -> None:
    city, about = selecting.adopted().city, {"provider": "p1", "causes": ["listing/p1/1"], "reason": "补充申报核实"}
    gain = {**about, "industry": "C35"}
    assert city.refused("district", "gainTag", **gain) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "gainTag", **gain | {"industry": "C34"}) == "TAG_HELD_ALREADY"
    assert city.refused("city", "gainTag", **gain | {"causes": ["listing/p1/99"]}) == "CAUSE_UNKNOWN"
    city.done("city", "gainTag", ENTRY, **gain)
    assert entry(selecting) == ("LISTED", ["C34", "C35"])

    assert city.refused("city", "confirmCorrection", **about) == "NOT_ON_THE_LIST", "it was warned of nothing"
    city.done("city", "warnProvider", ENTRY, **about, due=selecting.day(90).isoformat())
    assert city.refused("provider", "confirmCorrection", **about) == "ROLE_NOT_ALLOWED"
    city.done("city", "confirmCorrection", ENTRY, **about)
    assert entry(selecting)[0] == "LISTED"

    lose = {**about, "industry": "C35"}
    assert city.refused("rival", "loseTag", **lose) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "loseTag", **lose | {"industry": "C36"}) == "TAG_NOT_HELD"
    assert city.refused("city", "loseTag", **lose) == "PROCEEDING_NOT_CONCLUDED"
    case = {"kind": "DIRECTORY_MOVE", "about": "listing/p1", "cause": "listing/p1/2", "asked": "取消标签", "grounds": "人员离职"}
    opened = city.done("city", "openProceeding", "proceeding { id }", provider="p1", **case)["proceeding"]["id"]
    city.done("city", "serveNotice", "", proceeding=opened)
    city.done("provider", "giveStatement", "", proceeding=opened, text="无异议", asksHearing=False)
    city.done("city", "setHearing", "", proceeding=opened, day=selecting.day(70).isoformat(), venue="301 室")
    selecting.later(70)
    city.done("city", "recordHearing", "", proceeding=opened, attended=["RESPONDENT"], minutes="无异议")
    joins(city, "chief", Role.CITY, "city")
    city.done("chief", "decideProceeding", "", proceeding=opened, outcome="UPHELD", reasons="属实")
    assert city.refused("city", "loseTag", **lose | {"causes": [f"{opened}/1"]}) == "PROCEEDING_NOT_CONCLUDED", "it may be appealed"
    selecting.later(140)
    do_due_acts(city.installation.services, Event())
    city.done("city", "loseTag", ENTRY, **lose | {"causes": [f"{opened}/1"]})
    assert entry(selecting) == ("LISTED", ["C34"])

"""Due process over the API (plan P6, V4): opened, told, heard, decided, appealed; there for whom it concerns alone."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.access import Role
from tests.api.diagnosis.test_arbitrations import joins
from tests.live_city import ENTERPRISE, LiveCity

SHOWN = """id kind status about cause asked due overdue age assumed statement outcome openedBy applicantRole
  provider { id } enterprise { id } district rule ruleSince"""
ONE = f"query($id: ID!) {{ proceeding(id: $id) {{ {SHOWN} }} }}"
LIST = "query($filter: ProceedingFilter) { proceedings(filter: $filter) { totalCount nodes { id status due } } }"
PARTY = """query($id: ID!) { proceeding(id: $id) { status statement reasons outcome } node(id: $id) { id } }"""
STEPS = "query($subject: ID!) { auditTrail(subject: $subject) { nodes { sentence data } } }"


def complaint(city: LiveCity) -> str:
    diagnosis = city.opened()
    sent = city.done(
        "enterprise",
        "openProceeding",
        "proceeding { id }",
        kind="COMPLAINT",
        provider="organisation/p1",
        enterprise=f"enterprise/{ENTERPRISE}",
        about=diagnosis,
        cause=f"{diagnosis}/1",
        asked="更换诊断师",
        grounds="未按约到场",
    )
    return str(sent["proceeding"]["id"])


def test_a_complaint_is_told_answered_and_listed_with_the_day_that_is_due(city: LiveCity) -> None:
    identity = complaint(city)
    assert identity.startswith("proceeding/")
    opened = city.data("city", ONE, id=identity)["proceeding"]
    assert (opened["kind"], opened["status"], opened["due"], opened["age"]) == ("COMPLAINT", "OPENED", None, 0)
    assert (opened["provider"], opened["enterprise"]) == ({"id": "organisation/p1"}, {"id": f"enterprise/{ENTERPRISE}"})
    assert (opened["district"], opened["applicantRole"]) == ("organisation/310117", "ENTERPRISE")
    assert city.refused("provider", "giveStatement", proceeding=identity, text="已到场", asksHearing=False) == "PROCEEDING_STATUS"
    served = city.done("city", "serveNotice", "proceeding { status due }", proceeding=identity)["proceeding"]
    assert served["status"] == "NOTIFIED"
    assert served["due"] > city.today
    waiting = city.data("provider", LIST, filter={"pending": True, "provider": "organisation/p1"})["proceedings"]
    assert waiting == {"totalCount": 1, "nodes": [{"id": identity, "status": "NOTIFIED", "due": served["due"]}]}
    assert city.data("city", LIST, filter={"dueBy": city.today})["proceedings"]["totalCount"] == 0
    assert city.data("city", LIST, filter={"dueBy": served["due"], "kind": "COMPLAINT"})["proceedings"]["totalCount"] == 1
    city.done("provider", "giveStatement", "", proceeding=identity, text="已到场", asksHearing=False)
    assert city.data("enterprise", PARTY, id=identity)["proceeding"]["statement"] == "已到场"


def test_whoever_served_its_notice_or_decided_before_does_not_decide_it(city: LiveCity) -> None:
    identity = complaint(city)
    city.done("city", "serveNotice", "", proceeding=identity)
    city.done("provider", "giveStatement", "", proceeding=identity, text="已到场", asksHearing=False)
    joins(city, "chief", Role.CITY, "city")
    decision = {"proceeding": identity, "outcome": "UPHELD", "reasons": "属实"}
    assert city.refused("city", "decideProceeding", **decision) == "DECIDED_BY_THE_SAME", "it served the notice"
    done = city.done("chief", "decideProceeding", "proceeding { status outcome }", **decision)
    assert done["proceeding"] == {"status": "DECIDED", "outcome": "UPHELD"}
    assert city.refused("enterprise", "appealDecision", proceeding=identity, grounds="不服") == "APPEAL_NOT_YOURS"
    city.done("provider", "appealDecision", "", proceeding=identity, grounds="证据未质证")
    assert city.refused("chief", "decideAppeal", proceeding=identity, outcome="DISMISSED", reasons="改判") == "DECIDED_BY_THE_SAME"


@pytest.mark.parametrize("who", ["city", "district", "enterprise", "confirmer", "provider", "auditor"])
def test_it_is_there_for_its_two_sides_the_city_the_district_and_the_auditor(city: LiveCity, who: str) -> None:
    identity = complaint(city)
    found = city.data(who, PARTY, id=identity)
    assert (found["proceeding"]["status"], found["node"]) == ("OPENED", {"id": identity})
    assert city.data(who, LIST, filter=None)["proceedings"]["totalCount"] == 1
    [entry] = city.data(who, STEPS, subject=identity)["auditTrail"]["nodes"]
    assert "投诉程序" in entry["sentence"]
    assert ("openedBy" in str(entry["data"]) or "opened_by" in str(entry["data"])) == (who in ("city", "auditor"))


@pytest.mark.parametrize("who", ["pudong", "stranger", "rival"])
def test_others_of_the_same_roles_find_none_and_can_do_nothing_to_it(city: LiveCity, who: str) -> None:
    identity = complaint(city)
    absent = "proceeding/00000000-0000-0000-0000-000000000000"
    for one in (identity, absent):
        assert city.data(who, PARTY, id=one) == {"proceeding": None, "node": None}
    assert city.data(who, LIST, filter=None)["proceedings"] == {"totalCount": 0, "nodes": []}
    assert city.data(who, STEPS, subject=identity)["auditTrail"]["nodes"] == []
    command: dict[str, tuple[str, dict[str, Any]]] = {
        "pudong": ("withdrawProceeding", {"reason": "x"}),
        "stranger": ("appealDecision", {"grounds": "x"}),
        "rival": ("giveStatement", {"text": "x", "asksHearing": False}),
    }
    name, given = command[who]
    assert {city.refused(who, name, proceeding=one, **given) for one in (identity, absent)} == {"NOT_FOUND"}


ENTRIES = "query($subject: ID!) { auditTrail(subject: $subject) { nodes { type } } }"
TRAIL_ALONE = ("subdistrict", "park", "group", "filler", "diagnostician", "reviewer")


@pytest.mark.parametrize("who", [*TRAIL_ALONE, "bank", "support", "operator"])
def test_other_roles_have_no_right_to_ask(city: LiveCity, who: str) -> None:
    identity = complaint(city)
    for query, given in ((ONE, {"id": identity}), (LIST, {"filter": None})):
        payload = city.ask(who, query, **given)
        assert payload["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    if who in TRAIL_ALONE:
        assert city.data(who, ENTRIES, subject=identity)["auditTrail"]["nodes"] == []


def test_nobody_opens_one_for_another_or_cites_what_is_not(city: LiveCity) -> None:
    diagnosis = city.opened()
    given = {
        "kind": "DIRECTORY_MOVE",
        "provider": "p1",
        "about": "listing/p1",
        "cause": f"{diagnosis}/99",
        "asked": "警告",
        "grounds": "超期",
    }
    assert city.refused("city", "openProceeding", **given) == "CAUSE_UNKNOWN"
    assert city.refused("city", "openProceeding", **given | {"cause": "unheard/of/1"}) == "CAUSE_UNFIT"
    assert city.refused("district", "openProceeding", **given) == "CAUSE_UNKNOWN"
    assert city.refused("city", "openProceeding", **given | {"about": "organisation/p1"}) == "SUBJECT_UNFIT"
    assert city.refused("city", "openProceeding", **given | {"cause": "prose"}) == "MALFORMED_INPUT"
    assert city.refused("provider", "openProceeding", **given) == "PROCEEDING_NOT_YOURS_TO_OPEN"
    rating = given | {"kind": "RATING_OBJECTION", "cause": f"{diagnosis}/1"}
    assert city.refused("rival", "openProceeding", **rating) == "NOT_FOUND"
    sent = city.done("district", "openProceeding", "proceeding { district }", **given | {"cause": f"{diagnosis}/1"})
    assert sent["proceeding"]["district"] == "organisation/310117"


def test_a_time_that_runs_is_extended_by_the_administration_and_never_cut_short(city: LiveCity) -> None:
    of = {"proceeding": complaint(city), "reason": "材料调取需要时间"}
    later = (date.fromisoformat(city.today) + timedelta(days=60)).isoformat()
    assert city.refused("city", "moveDeadline", **of, until=later) == "PROCEEDING_STATUS", "no time runs before it is told"
    city.done("city", "serveNotice", "", proceeding=of["proceeding"])
    for who, code in (("provider", "ROLE_NOT_ALLOWED"), ("enterprise", "ROLE_NOT_ALLOWED"), ("pudong", "NOT_FOUND")):
        assert city.refused(who, "moveDeadline", **of, until=later) == code
    assert city.refused("district", "moveDeadline", **of, until=city.today) == "DEADLINE_NOT_LATER"
    moved = city.done("district", "moveDeadline", "proceeding { status due }", **of, until=later)["proceeding"]
    assert moved == {"status": "NOTIFIED", "due": later}

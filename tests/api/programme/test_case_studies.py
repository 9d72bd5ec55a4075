"""Case studies (plan R5) over the API: open to all once published, before to those whom they concern; by year."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.kit.ids import key_of
from domain.diagnosis.follow_up_facts import (
    FollowUpPlanned,
    FollowUpReported,
    MeasuredChange,
    PlannedMeasure,
    follow_up_stream,
)
from domain.instants import microseconds
from journal import NewEntry
from journal.codec import encode
from tests.api.diagnosis.test_readings import filed
from tests.live_city import ENTERPRISE, FIRM, LiveCity
from zhenduan.background.computing import compute_waiting

STUDY = "caseStudy { id status textSha256 version }"
TEXT = {"title": "小批量生产的排产改进", "situation": "排产靠人工。", "done": "上线排产系统。", "brought": "重排由半天缩到半小时。"}
LIST = """{ caseStudies { totalCount nodes { id status title done firm publishedOn
  changes { nodes { name before after } } } } }"""
INSIDE = "{ caseStudies { nodes { id status enterprise { id } diagnosis { id } reason version } } }"
WHY = {"reason": "内部已调整"}


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def followed(city: LiveCity) -> str:
    """A filed diagnosis of whose follow-up a month is reported, as it would stand half a year later."""
    diagnosis, services = filed(city), city.installation.services
    change = MeasuredChange(indicator="Z01", name="设备联网率", unit="%", before=Decimal("31.5"), after=Decimal("62.25"))
    measure = PlannedMeasure(indicator="Z01", text="设备联网", by=date(2024, 5, 6))
    said = {"due": date(2024, 12, 4), "late": False, "done": "已联网"}
    facts = (FollowUpPlanned(measures=(measure,)), FollowUpReported(month=6, **said, changes=(change,)))
    stream = follow_up_stream(key_of(diagnosis, "diagnosis"))
    entries = [NewEntry(stream, version, one.type, encode(one)) for version, one in enumerate(facts, 2)]
    services.journal.append(entries, microseconds(services.clock()))
    services.models.catch_up()
    return diagnosis


def drafted(city: LiveCity, **changes: Any) -> dict[str, Any]:
    of = {"enterprise": f"enterprise/{ENTERPRISE}", "diagnosis": followed(city), "changes": [1]}
    found: dict[str, Any] = city.done("district", "draftCaseStudy", STUDY, **of, **TEXT | changes)["caseStudy"]
    return found


def step(city: LiveCity, who: str, name: str, of: dict[str, Any], **more: Any) -> None:
    city.done(who, name, STUDY, caseStudy=of["id"], **more)


def consented(city: LiveCity, **changes: Any) -> dict[str, Any]:
    of = drafted(city, **changes)
    step(city, "city", "approveCaseStudy", of, textSha256=of["textSha256"])
    step(city, "confirmer", "consentToCaseStudy", of, textSha256=of["textSha256"], named=changes.get("named", False))
    return of


def published(city: LiveCity, **changes: Any) -> dict[str, Any]:
    of = consented(city, **changes)
    step(city, "city", "publishCaseStudy", of)
    return of


def seen(city: LiveCity, who: str | None) -> list[str]:
    return [one["status"] for one in city.data(who, LIST)["caseStudies"]["nodes"]]


def test_who_sees_a_case_study_before_it_is_published(city: LiveCity) -> None:
    of = drafted(city)
    for who, status in (("district", ["DRAFTED"]), ("city", ["DRAFTED"]), ("auditor", ["DRAFTED"]), ("confirmer", [])):
        assert seen(city, who) == status, who
    assert city.refused("confirmer", "consentToCaseStudy", caseStudy=of["id"], textSha256=of["textSha256"]) == "NOT_FOUND"
    assert city.refused("district", "approveCaseStudy", caseStudy=of["id"], textSha256=of["textSha256"]) == "CASE_STUDY_OWN_TEXT"
    assert city.refused("pudong", "approveCaseStudy", caseStudy=of["id"], textSha256=of["textSha256"]) == "NOT_FOUND"
    step(city, "city", "approveCaseStudy", of, textSha256=of["textSha256"])
    assert seen(city, "confirmer") == ["REVIEWED"]
    for other in ("pudong", "stranger", "provider", "filler", "group", "bank", None):
        assert seen(city, other) == [], other
    one = "query($id: ID!) { caseStudy(id: $id) { title } }"
    assert city.data("stranger", one, id=of["id"])["caseStudy"] is None
    assert city.data("confirmer", one, id=of["id"])["caseStudy"] == {"title": TEXT["title"]}


def test_a_published_text_is_everybodys_and_tells_nobody_which_firm_it_is_about(city: LiveCity) -> None:
    of = published(city)
    for who in (None, "stranger", "pudong", "bank"):
        [one] = city.data(who, LIST)["caseStudies"]["nodes"]
        assert (one["status"], one["firm"], one["publishedOn"]) == ("PUBLISHED", None, city.today)
        assert one["changes"]["nodes"] == [{"name": "设备联网率", "before": "31.5", "after": "62.25"}]
        assert FIRM.name not in str(one)
        assert ENTERPRISE not in str(one)
    for other in ("pudong", "stranger"):
        [one] = city.data(other, INSIDE)["caseStudies"]["nodes"]
        assert one["version"] is None, "it would count how often the firm declined and a reviewer returned it"
    for own in ("district", "enterprise", "city"):
        assert city.data(own, INSIDE)["caseStudies"]["nodes"][0]["version"] == 4, own
    assert city.data("pudong", INSIDE)["caseStudies"]["nodes"][0]["enterprise"] is None
    assert city.data("pudong", INSIDE)["caseStudies"]["nodes"][0]["diagnosis"] is None
    assert city.data("district", INSIDE)["caseStudies"]["nodes"][0]["enterprise"] == {"id": f"enterprise/{ENTERPRISE}"}
    assert "errors" in city.ask(None, INSIDE)
    step(city, "enterprise", "withdrawCaseStudyConsent", of, **WHY)
    assert seen(city, None) == []
    assert seen(city, "city") == seen(city, "enterprise") == ["WITHDRAWN"]


def test_a_text_that_names_the_firm_is_refused_unless_it_is_to_be_named(city: LiveCity) -> None:
    of = {"enterprise": ENTERPRISE, "diagnosis": followed(city), **TEXT, "title": f"{FIRM.name}的改进"}
    assert city.refused("district", "draftCaseStudy", **of) == "CASE_STUDY_NAMES_FIRM"
    study = city.done("district", "draftCaseStudy", STUDY, **of, named=True)["caseStudy"]
    digest = {"textSha256": study["textSha256"]}
    step(city, "city", "approveCaseStudy", study, **digest)
    assert city.refused("confirmer", "consentToCaseStudy", caseStudy=study["id"], **digest) == "CASE_STUDY_NAMING_NOT_AGREED"
    step(city, "confirmer", "consentToCaseStudy", study, **digest, named=True)
    step(city, "city", "publishCaseStudy", study)
    assert city.data(None, LIST)["caseStudies"]["nodes"][0]["firm"] == FIRM.name


def test_a_text_is_returned_written_anew_declined_and_once_published_taken_down(city: LiveCity) -> None:
    of = drafted(city)
    first = {"caseStudy": of["id"], "textSha256": of["textSha256"], "remark": "请写明产品批量"}
    assert city.refused("district", "returnCaseStudy", **first) == "CASE_STUDY_OWN_TEXT"
    assert city.refused("pudong", "returnCaseStudy", **first) == "NOT_FOUND"
    step(city, "city", "returnCaseStudy", of, textSha256=of["textSha256"], remark="请写明产品批量")
    wording = {"caseStudy": of["id"], "changes": [1], **TEXT, "situation": "小批量订单的排产靠人工。"}
    assert city.refused("pudong", "reviseCaseStudy", **wording) == "NOT_FOUND"
    assert city.refused("district", "reviseCaseStudy", **wording | {"changes": [9]}) == "CASE_STUDY_CHANGE_UNKNOWN"
    again = city.done("district", "reviseCaseStudy", STUDY, **wording)["caseStudy"]
    assert (again["status"], again["textSha256"] == of["textSha256"]) == ("DRAFTED", False)
    assert city.refused("city", "approveCaseStudy", caseStudy=of["id"], textSha256=of["textSha256"]) == "CASE_STUDY_TEXT_CHANGED"
    step(city, "city", "approveCaseStudy", again, textSha256=again["textSha256"])
    for who, code in (("stranger", "NOT_FOUND"), ("filler", "ROLE_NOT_ALLOWED")):
        assert city.refused(who, "declineCaseStudy", caseStudy=of["id"], reason="不便公开") == code
    step(city, "confirmer", "declineCaseStudy", again, reason="涉及客户订单")
    assert seen(city, "city") == ["DECLINED"]
    assert seen(city, None) == []
    third = city.done("district", "reviseCaseStudy", STUDY, **wording | {"title": "排产改进"})["caseStudy"]
    step(city, "city", "approveCaseStudy", third, textSha256=third["textSha256"])
    assert city.refused("city", "takeDownCaseStudy", caseStudy=of["id"], reason="数据有误") == "CASE_STUDY_STATUS"
    step(city, "confirmer", "consentToCaseStudy", third, textSha256=third["textSha256"])
    step(city, "city", "publishCaseStudy", third)
    assert city.refused("district", "takeDownCaseStudy", caseStudy=of["id"], reason="数据有误") == "ROLE_NOT_ALLOWED"
    step(city, "city", "takeDownCaseStudy", third, reason="数据有误")
    assert seen(city, None) == []


def collected(city: LiveCity, **odd: Any) -> dict[str, Any]:
    """The collection of this year, computed."""
    year, services = int(city.today[:4]), city.installation.services
    of = {"kind": "CASE_COLLECTION", "year": year}
    city.done("city", "requestPaper", "paper { edition }", **of, **odd)
    services.models.catch_up()
    compute_waiting(services, Event())
    services.models.catch_up()
    return of


@pytest.mark.pages("set")
def test_a_collection_holds_the_years_published_texts_and_a_later_edition_leaves_out_what_was_taken_back(
    city: LiveCity, client: TestClient
) -> None:
    study = published(city)
    of = collected(city)
    asked = "paper { files { format path } tables { table cells { nodes { row column } } } }"
    made = city.done("city", "publishPaper", asked, **of)
    [table] = made["paper"]["tables"]
    key = key_of(study["id"], "casestudy")
    assert (table["table"], table["cells"]["nodes"]) == ("CASES", [{"row": key, "column": study["textSha256"]}])
    first = {one["format"]: client.get(one["path"]) for one in made["paper"]["files"]}
    assert {one.status_code for one in first.values()} == {200}
    assert first["PDF"].content.startswith(b"%PDF")
    for form in ("HTML", "MARKDOWN"):
        assert TEXT["brought"] in first[form].text
        assert FIRM.name not in first[form].text
    collected(city, reason="增补")
    step(city, "confirmer", "withdrawCaseStudyConsent", study, **WHY)
    assert city.refused("city", "publishPaper", **of) == "PAPER_CASE_WITHDRAWN"
    collected(city, reason="增补")
    city.done("city", "publishPaper", "", **of)
    latest = city.data(None, "{ papers(first: 1) { nodes { edition tables { cells { nodes { row } } } files { format path } } } }")
    [paper] = latest["papers"]["nodes"]
    assert (paper["edition"], paper["tables"][0]["cells"]["nodes"]) == (2, [])
    [markdown] = [client.get(one["path"]).text for one in paper["files"] if one["format"] == "MARKDOWN"]
    assert TEXT["brought"] not in markdown
    assert client.get(f"/papers/case_collection.{of['year']}.1/paper.md").text == first["MARKDOWN"].text, "what was printed stays"

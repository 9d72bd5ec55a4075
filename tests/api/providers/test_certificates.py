"""Certificates through the API (plan T1): granted by the city, verified by anyone by number, and asked for on site."""

import json
from typing import Any

from domain.participants.people.memberships import EndMembership
from domain.participants.people.registration import ErasePerson
from domain.standard.editions import PublishEdition
from tests.api.providers.red_lines import suspended
from tests.live_city import EDITION, LiveCity, sections

VERIFY = """query($n: String!) { verifyCertificate(number: $n) {
  number grade editions since until status verifiedOn holderName synthetic } }"""
LISTED = """{ certificates { totalCount nodes { number grade status nameShown person { id name }
  endorsements { edition since } suspensions { since until reason } } } }"""
OWN = "{ ownCertificates { number grade status } }"
SHOWN = "certificate { number grade status until }"
STRICT = {
    "certifiedOnly": True,
    "questions": 50,
    "difficulty": {"basic": 40, "applied": 40, "advanced": 20},
    "minutes": 90,
    "passMark": 80,
    "retries": 2,
    "waitDays": 30,
    "agreementAtLeast": "0.70",
    "certificateMonths": 24,
    "calibrationCases": 4,
    "severityDegrees": 20,
}


def granted(city: LiveCity, person: str = "diagnostician", **changes: Any) -> Any:
    given = {"person": person, "grade": "DIAGNOSTICIAN", "editions": ["2023"], "since": city.today, "recognised": "考核合格"}
    return city.done("city", "grantCertificate", SHOWN, **(given | changes))["certificate"]


def verified(city: LiveCity, number: str) -> Any:
    return city.data(None, VERIFY, n=number)["verifyCertificate"]


def test_whoever_is_asked_for_a_certificate_verifies_it_by_its_number_without_signing_in(city: LiveCity) -> None:
    certificate = granted(city)
    found = verified(city, certificate["number"])
    assert found == {
        "number": certificate["number"],
        "grade": "DIAGNOSTICIAN",
        "editions": ["2023"],
        "since": city.today,
        "until": certificate["until"],
        "status": "VALID",
        "verifiedOn": city.today,
        "holderName": None,
        "synthetic": False,
    }
    assert verified(city, f" {certificate['number'].lower()} ") == found
    for number in ("", "ZDS-2024-000000000000", "x" * 1_000, "diagnostician"):
        assert verified(city, number) is None


def test_a_number_cannot_be_guessed_from_another(city: LiveCity) -> None:
    numbers = [granted(city, one)["number"] for one in ("diagnostician", "provider", "reviewer")]
    drawn = [number.rpartition("-")[2] for number in numbers]
    assert len({one[:6] for one in drawn}) == len(drawn)
    assert all(len(one) == 12 for one in drawn)
    assert city.refused("city", "grantCertificate", person="reader", grade="SENIOR", editions=["2099"], since=city.today,
                        recognised="x") == "EDITION_UNKNOWN"  # fmt: skip


def test_the_name_is_shown_as_the_holder_agreed_and_to_nobody_once_the_person_is_erased(city: LiveCity) -> None:
    number = granted(city)["number"]
    shown = {}
    for how in ("FULL", "FAMILY_NAME", "HIDDEN", "FULL"):
        city.done("diagnostician", "showHolderName", SHOWN, person="diagnostician", shown=how)
        shown[how] = verified(city, number)["holderName"]
    assert shown == {"FULL": "示例人员diagnostician", "FAMILY_NAME": "示**", "HIDDEN": None}
    assert city.refused("provider", "showHolderName", person="diagnostician", shown="FULL") == "NOT_FOUND"
    city.send(ErasePerson(person="diagnostician"))
    city.installation.services.models.catch_up()
    assert verified(city, number) is None


def test_a_suspension_is_told_to_anyone_and_its_reason_to_the_city_the_holder_and_its_manager(city: LiveCity) -> None:
    number = granted(city)["number"]
    given = {"person": "diagnostician", "proceeding": "r1", "reason": "代签现场记录"}
    assert city.refused("city", "suspendCertificate", **given) == "PROCEEDING_NOT_CONCLUDED"
    suspended(city, "diagnostician", "代签现场记录")
    seen = verified(city, number)
    assert seen["status"] == "SUSPENDED"
    assert "代签" not in json.dumps(city.ask(None, VERIFY, n=number), ensure_ascii=False)
    for who in ("city", "provider", "auditor"):
        [one] = city.data(who, LISTED.replace(" name }", " }"))["certificates"]["nodes"]
        assert one["suspensions"] == [{"since": city.today, "until": None, "reason": "代签现场记录"}]
    restored = city.done("city", "restoreCertificate", SHOWN, person="diagnostician", reason="整改完成")
    assert restored["certificate"]["status"] == "VALID"
    listed = LISTED.replace(" name }", " }").replace("{ since until reason }", "{ endedByFirstDay }")
    [one] = city.data("city", listed)["certificates"]["nodes"]
    assert one["suspensions"] == [{"endedByFirstDay": True}], "lifted on the day that it began"
    refused = city.ask(None, "query($n: String!) { verifyCertificate(number: $n) { number } ownCertificates { number } }", n=number)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_manager_sees_its_own_people_as_long_as_they_serve_and_everyone_sees_what_is_ones_own(city: LiveCity) -> None:
    number = granted(city)["number"]
    [one] = city.data("provider", LISTED)["certificates"]["nodes"]
    assert (one["number"], one["person"]) == (number, {"id": "person/diagnostician", "name": "示例人员diagnostician"})
    assert city.data("rival", LISTED)["certificates"] == {"totalCount": 0, "nodes": []}
    assert city.data("city", LISTED)["certificates"]["totalCount"] == 1
    assert city.data("diagnostician", OWN)["ownCertificates"] == [{"number": number, "grade": "DIAGNOSTICIAN", "status": "VALID"}]
    assert city.data("rival", OWN)["ownCertificates"] == []
    assert city.ask("diagnostician", LISTED)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    city.send(EndMembership(person="diagnostician", membership="m-diagnostician", on="2024-06-30"))
    city.installation.services.models.catch_up()
    assert city.data("provider", LISTED)["certificates"] == {"totalCount": 0, "nodes": []}
    assert city.data("city", LISTED)["certificates"]["totalCount"] == 1


def test_from_the_day_the_city_sets_answers_are_verified_by_the_certified_alone(city: LiveCity) -> None:
    diagnosis = city.submitted()
    city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
    rule = {"since": city.today, "body": {"exam": STRICT}, "source": "市级部门通知", "mark": "I"}
    city.done("city", "setRule", "", **rule)
    answers = sections(3)["D1"]
    for who in ("provider", "diagnostician"):
        assert city.refused(who, "verifyAnswers", diagnosis=diagnosis, section="D1", answers=answers) == "NOT_CERTIFIED"
    granted(city)
    city.done("diagnostician", "verifyAnswers", diagnosis=diagnosis, section="D1", answers=answers)
    more = sections(3)["D2"]
    assert city.refused("provider", "verifyAnswers", diagnosis=diagnosis, section="D2", answers=more) == "NOT_CERTIFIED"
    trail = city.data("city", '{ auditTrail(kind: "certificate.") { nodes { sentence } } }')["auditTrail"]["nodes"]
    assert "诊断师证书 ZDS-" in trail[0]["sentence"]


def test_a_certificate_is_endorsed_for_one_more_published_edition_by_the_city(city: LiveCity) -> None:
    of = {"person": "diagnostician", "edition": "2023", "recognised": "换版培训合格"}
    assert city.refused("city", "endorseCertificate", **of) == "CERTIFICATE_NOT_HELD"
    granted(city)
    for who in ("provider", "diagnostician"):
        assert city.refused(who, "endorseCertificate", **of) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "endorseCertificate", **of) == "ENDORSED_ALREADY"
    assert city.refused("city", "endorseCertificate", **of | {"edition": "2099"}) == "EDITION_UNKNOWN"
    published = EDITION.model_copy(update={"key": "2023.1"})
    city.send(PublishEdition(edition=published))
    city.done("city", "endorseCertificate", SHOWN, **of | {"edition": "2023.1"})
    [held] = city.data("city", LISTED)["certificates"]["nodes"]
    assert [one["edition"].rpartition("/")[2] for one in held["endorsements"]] == ["2023", "2023.1"]

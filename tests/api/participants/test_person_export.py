"""Export of all that is held on a person (plan P5, P7): by the city alone, whole, without a secret, and empty once erased."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from journal.secrets.personal import KEYS
from tests.live_city import LiveCity, sections
from zhenduan.cli import administration
from zhenduan.settings import Settings

EXPORT = """mutation($input: ExportPersonInput!) { exportPerson(input: $input) {
  export userErrors { code } } }"""


def exported(city: LiveCity, person: str, who: str = "city") -> Any:
    payload = city.data(who, EXPORT, input={"person": person})["exportPerson"]
    return json.loads(payload["export"]) if payload["export"] else payload["userErrors"]


def test_everything_held_on_a_person_is_in_it_and_nothing_secret(city: LiveCity) -> None:
    diagnosis = city.opened()
    section, answers = next(iter(sections(3).items()))
    city.done("filler", "saveAnswers", diagnosis=diagnosis, section=section, answers=answers)
    city.installation.accounts.subjects.link("https://sso.example", "sub-7", "filler")
    found = exported(city, "filler")
    assert (found["name"], found["phone"], found["erased"]) == ("示例人员filler", None, False)
    assert [held["role"] for held in found["memberships"]] == ["filler"]
    assert [login["login"] for login in found["accounts"]["logins"]] == ["filler"]
    assert len(found["accounts"]["sessions"]) == 1
    assert found["accounts"]["subjects"] == [{"issuer": "https://sso.example", "subject": "sub-7"}]
    assert [entry["type"] for entry in found["about"]] == ["person.registered.v1", "person.membership_granted.v2"]
    assert [entry["type"] for entry in found["written"]] == ["diagnosis.answers_saved.v1"]
    said = json.dumps(found)
    token = city.tokens["filler"]
    assert token not in said
    assert "argon2" not in said
    assert "position" not in said
    assert "sealed" not in said


def test_certificates_and_examinations_are_held_on_a_person_too_and_those_of_another_are_not(city: LiveCity) -> None:
    city.done("city", "publishTraining", "training { edition }", key="2023")
    for person in ("diagnostician", "reviewer"):
        city.done("provider", "enrolForExam", "exam { status }", training="2023", person=person)
    given = {"grade": "ASSISTANT", "editions": ["2023"], "since": city.today, "recognised": "考核合格"}
    city.done("city", "grantCertificate", "certificate { number }", person="diagnostician", **given)
    about = exported(city, "diagnostician")["about"]
    assert [entry["type"] for entry in about[2:]] == ["certificate.granted.v1", "exam.enrolled.v1"]
    assert about[0]["type"] == "person.registered.v1"


@pytest.mark.parametrize("who", ["district", "auditor", "enterprise", "operator", "filler"])
def test_nobody_but_the_city_exports_a_person(city: LiveCity, who: str) -> None:
    refused = city.ask(who, EXPORT, input={"person": "filler"})
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_an_erased_person_has_nothing_personal_left(city: LiveCity) -> None:
    city.done("city", "erasePerson", "person { erased }", person="filler")
    found = exported(city, "filler")
    assert (found["name"], found["phone"], found["erased"]) == (None, None, True)
    nothing = {"factors": [], "recoveryCodesLeft": 0}
    assert found["accounts"] == {"logins": [], "sessions": [], "subjects": [], "secondFactors": nothing}
    assert "示例人员filler" not in json.dumps(found, ensure_ascii=False)
    assert exported(city, "nobody") == [{"code": "NOT_FOUND"}]


def test_a_name_whose_key_was_lost_is_told_apart_from_one_that_was_erased(city: LiveCity) -> None:
    """As after a restore without the vault."""
    with city.installation.services.keys._vault.writing() as connection:  # noqa: SLF001 - what a lost vault leaves
        connection.execute(delete(KEYS).where(KEYS.c.person == "filler"))
    assert exported(city, "filler")["name"] == "密钥缺失"


def test_the_command_line_prints_the_same(
    city: LiveCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(administration, "opened", lambda _settings: nullcontext(city.installation))
    assert administration.export_person(Settings(tmp_path), "filler") == 0
    assert json.loads(capsys.readouterr().out) == exported(city, "filler")
    assert administration.export_person(Settings(tmp_path), "nobody") == 2

"""Second factors 第二因素: time codes, passkeys and recovery codes, through the API, as a person meets them. plan P7."""

import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from domain.access import Role
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from tests.e2e.second_steps import (
    CHEAP,
    CONFIRM,
    ENROL,
    HALF_MINUTE,
    HOME,
    PASS,
    PASSWORD,
    Clock,
    Opened,
    clock,
    codes,
    person,
)
from tests.e2e.software_authenticator import Authenticator
from zhenduan.accounts.second_factors import MOST_FACTORS, MOST_TRIES
from zhenduan.cli import administration
from zhenduan.settings import Settings, SettingUnknown, from_environment
from zhenduan.wiring import opened, operator

__all__ = ["clock", "person"]
REMOVE = "removeSecondFactor(input: $input) { userErrors { code } }"
RENEW = "renewRecoveryCodes(input: $input) { recoveryCodes userErrors { code } }"
VIEWER = "{ viewer { actor secondFactors { requiredFrom recoveryCodesLeft factors { id kind name } } } }"


# Signing in


def test_who_has_enrolled_a_time_code_signs_in_with_it_and_not_without(person: Opened) -> None:
    li = person()
    secret, _ = li.enrolled()
    found = li.sign_in()
    assert found["session"] is None
    assert (found["secondStep"]["methods"], found["secondStep"]["mustEnrol"]) == (["TIME_CODE"], False)
    done = li.ask(PASS, ticket=found["secondStep"]["ticket"], code=li.code(secret))
    li.token = done["session"]["token"]
    assert li.ask(VIEWER)["actor"] == "li"


def test_a_code_is_good_once_and_so_is_a_ticket(person: Opened) -> None:
    li = person()
    secret, _ = li.enrolled()
    ticket = li.step()
    code = li.code(secret)
    assert codes(li.ask(PASS, ticket=ticket, code=code)) == []
    assert codes(li.ask(PASS, ticket=ticket, code=code)) == ["SECOND_STEP_INVALID"]
    assert codes(li.ask(PASS, ticket=li.step(), code=code)) == ["SECOND_FACTOR_WRONG"]
    assert codes(li.ask(PASS, ticket=li.step(), code=li.code(secret, -1))) == ["SECOND_FACTOR_WRONG"], "nor an earlier one"


@pytest.mark.parametrize(("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off_and_no_more(person: Opened, off: int, *, taken: bool) -> None:
    li = person()
    secret, _ = li.enrolled()
    li.clock.now += 10 * HALF_MINUTE
    assert (codes(li.ask(PASS, ticket=li.step(), code=li.code(secret, off))) == []) is taken


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "abcdef", "１２３４５６７", "\u0661" * 6])
def test_anything_else_is_no_code(person: Opened, code: str) -> None:
    li = person()
    secret, _ = li.enrolled()
    if code == "000000" and code == li.code(secret):
        li.clock.now += 3 * HALF_MINUTE
    assert codes(li.ask(PASS, ticket=li.step(), code=code)) == ["SECOND_FACTOR_WRONG"]


def test_a_ticket_ends_after_some_tries_after_a_while_and_with_the_password(person: Opened) -> None:
    li = person()
    secret, _ = li.enrolled()
    ticket = li.step()
    for _ in range(MOST_TRIES - 1):
        assert codes(li.ask(PASS, ticket=ticket, code="000000")) == ["SECOND_FACTOR_WRONG"]
    assert codes(li.ask(PASS, ticket=ticket, code=li.code(secret))) == []
    late = li.step()
    li.clock.now += timedelta(minutes=5)
    assert codes(li.ask(PASS, ticket=late, code=li.code(secret))) == ["SECOND_STEP_INVALID"]
    before = li.step()
    li.installation.accounts.change_password("li", "another long password")
    assert codes(li.ask(PASS, ticket=before, code=li.code(secret))) == ["SECOND_STEP_INVALID"]
    for odd in ("", "zd2_", "x\0y", "zd2_" + "0" * 64):
        assert codes(li.ask(PASS, ticket=odd, code=li.code(secret))) == ["SECOND_STEP_INVALID"]


def test_wrong_codes_make_whoever_knows_the_password_wait_ever_longer(person: Opened) -> None:
    li = person()
    secret, _ = li.enrolled()
    told = []
    for _ in range(41):
        answer = li.ask(PASS, ticket=li.step(), code="000000" if li.code(secret) != "000000" else "000001")
        if codes(answer) == ["SECOND_FACTOR_WAIT"]:
            told.append(int("".join(filter(str.isdigit, answer["userErrors"][0]["messageInEnglish"]))))
            li.clock.now += timedelta(seconds=told[-1])
    assert told[:4] == [2, 4, 8, 16]
    assert codes(li.ask(PASS, ticket=li.step(), code=li.code(secret))) == ["SECOND_FACTOR_WAIT"]


def test_a_recovery_code_opens_once_and_is_told_in_the_log(person: Opened, caplog: pytest.LogCaptureFixture) -> None:
    li = person()
    _, given = li.enrolled()
    assert len(set(given)) == 10
    done = li.ask(PASS, ticket=li.step(), recoveryCode=f" {given[0].upper()} ")
    assert codes(done) == []
    assert any("recovery code" in record.getMessage() and record.levelno == logging.WARNING for record in caplog.records)
    assert codes(li.ask(PASS, ticket=li.step(), recoveryCode=given[0])) == ["SECOND_FACTOR_WRONG"]
    li.token = done["session"]["token"]
    assert li.ask(VIEWER)["secondFactors"]["recoveryCodesLeft"] == 9
    fresh = li.ask(RENEW, password=PASSWORD)["recoveryCodes"]
    assert set(fresh).isdisjoint(given)
    assert codes(li.ask(PASS, ticket=li.step(), recoveryCode=given[1])) == ["SECOND_FACTOR_WRONG"]
    assert codes(li.ask(PASS, ticket=li.step(), recoveryCode=fresh[1])) == []


# From when it is required


@pytest.mark.parametrize("role", [Role.CITY, Role.OPERATOR, Role.AUDITOR])
def test_from_the_day_on_these_roles_enrol_before_they_get_a_session(person: Opened, clock: Clock, role: Role) -> None:
    tomorrow = (clock.now + timedelta(days=1, hours=8)).date()
    li = person(role, since=tomorrow)
    li.sign_in()
    assert li.ask(VIEWER)["secondFactors"]["requiredFrom"] == tomorrow.isoformat()
    kept = li.token
    clock.now += timedelta(days=1)
    found = li.sign_in()
    assert found["session"] is None
    step = found["secondStep"]
    assert (step["mustEnrol"], step["methods"]) == (True, [])
    assert codes(li.ask(PASS, ticket=step["ticket"], code="000000")) == ["SECOND_STEP_INVALID"]
    given = li.ask(ENROL, kind="TIME_CODE", ticket=step["ticket"])["enrolment"]
    done = li.ask(CONFIRM, ticket=given["ticket"], code=li.code(given["secret"]))
    assert done["session"]["token"]
    assert len(done["recoveryCodes"]) == 10
    li.token = done["session"]["token"]
    assert li.ask(VIEWER)["actor"] == "li"
    factor = li.ask(VIEWER)["secondFactors"]["factors"][0]["id"]
    assert codes(li.ask(REMOVE, factor=factor, password=PASSWORD)) == ["SECOND_FACTOR_LAST"]
    answer = li.client.post("/graphql", json={"query": VIEWER}, headers={"authorization": f"Bearer {kept}"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_session_of_before_the_day_ends_with_it(person: Opened, clock: Clock) -> None:
    li = person(since=(clock.now + timedelta(hours=9)).date() + timedelta(days=1))
    clock.now = datetime.combine((clock.now + timedelta(hours=9)).date(), datetime.min.time(), UTC) + timedelta(hours=15)
    token = li.sign_in()["session"]["token"]
    assert li.installation.accounts.identify(token) is not None
    clock.now += timedelta(minutes=59)
    assert li.installation.accounts.identify(token) is not None
    clock.now += timedelta(minutes=1)  # midnight in the city
    assert li.installation.accounts.identify(token) is None


def test_all_other_roles_may_enrol_and_need_not(person: Opened) -> None:
    li = person(Role.DISTRICT, since=date(2024, 1, 1))
    li.sign_in()
    assert li.ask(VIEWER)["secondFactors"] == {"requiredFrom": None, "recoveryCodesLeft": 0, "factors": []}
    li.enrolled()
    assert li.sign_in()["secondStep"]["methods"] == ["TIME_CODE"]


def test_nobody_acts_in_such_a_role_by_a_session_without_a_second_factor(person: Opened) -> None:
    li = person(Role.DISTRICT, since=date(2024, 1, 1))
    li.sign_in()
    grant = GrantMembership(person="li", membership="m2", role=Role.CITY, organisation="city", since=date(2024, 1, 1))
    li.installation.services.send(operator("tests"), grant)
    assert codes(li.ask("actAs(input: $input) { userErrors { code } }", membership="m2")) == ["SECOND_FACTOR_REQUIRED"]
    assert li.sign_in()["secondStep"]["mustEnrol"] is True


def test_the_setting_is_a_day() -> None:
    assert from_environment(environment={}).second_factor_from is None
    found = from_environment(environment={"ZHENDUAN_SECOND_FACTOR_FROM": "2027-01-01", "ZHENDUAN_HOME": HOME})
    assert (found.second_factor_from, found.home) == (date(2027, 1, 1), HOME)
    with pytest.raises(SettingUnknown, match="2027"):
        from_environment(environment={"ZHENDUAN_SECOND_FACTOR_FROM": "2027-13-01"})


# Enrolling, removing, losing


def test_the_address_to_scan_names_the_login_and_holds_the_secret(person: Opened) -> None:
    li = person()
    li.sign_in()
    given = li.ask(ENROL, kind="TIME_CODE", password=PASSWORD)["enrolment"]
    parts = urlsplit(given["address"])
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path.endswith("li")
    assert parse_qs(parts.query)["secret"] == [given["secret"]]
    assert li.sign_in()["session"], "nothing counts before it is confirmed"


def test_enrolling_asks_for_a_session_the_password_and_a_code_that_works(person: Opened) -> None:
    li = person()
    assert codes(li.ask(ENROL, kind="TIME_CODE", password=PASSWORD)) == ["SESSION_NEEDED"]
    li.sign_in()
    assert codes(li.ask(ENROL, kind="TIME_CODE", password="a wrong password")) == ["PASSWORD_WRONG"]
    given = li.ask(ENROL, kind="TIME_CODE", password=PASSWORD)["enrolment"]
    wrong = "000000" if li.code(given["secret"]) != "000000" else "000001"
    assert codes(li.ask(CONFIRM, ticket=given["ticket"], code=wrong)) == ["SECOND_FACTOR_WRONG"]
    assert codes(li.ask(CONFIRM, ticket=given["ticket"], code=li.code(given["secret"]))) == []
    assert codes(li.ask(CONFIRM, ticket=given["ticket"], code=li.code(given["secret"]))) == ["SECOND_STEP_INVALID"]


def test_a_new_factor_ends_the_other_sessions_and_a_weak_one_changes_nothing(person: Opened) -> None:
    li = person()
    li.sign_in()
    other = li.token
    li.enrolled()
    mine = li.token
    assert li.installation.accounts.identify(str(other)) is None
    assert li.installation.accounts.identify(str(mine)) is not None
    factor = li.ask(VIEWER)["secondFactors"]["factors"][0]
    assert (factor["kind"], factor["name"]) == ("TIME_CODE", "手机")
    assert codes(li.ask(REMOVE, factor="another", password=PASSWORD)) == ["NOT_FOUND"]
    assert codes(li.ask(REMOVE, factor=factor["id"], password="a wrong password")) == ["PASSWORD_WRONG"]
    assert codes(li.ask(REMOVE, factor=factor["id"], password=PASSWORD)) == []
    assert li.ask(VIEWER)["secondFactors"] == {"requiredFrom": None, "recoveryCodesLeft": 0, "factors": []}
    assert codes(li.ask(RENEW, password=PASSWORD)) == ["NOT_FOUND"]
    assert li.sign_in()["session"]


def test_a_person_has_some_factors_and_no_more(person: Opened) -> None:
    li = person()
    li.enrolled()
    for number in range(MOST_FACTORS - 1):
        given = li.ask(ENROL, kind="PASSKEY", password=PASSWORD)["enrolment"]
        made = Authenticator(HOME).make(given["passkeyOptions"])
        assert codes(li.ask(CONFIRM, ticket=given["ticket"], name=str(number), passkey=made)) == []
    assert codes(li.ask(ENROL, kind="TIME_CODE", password=PASSWORD)) == ["SECOND_FACTORS_MANY"]


def test_no_secret_code_or_ticket_is_kept_in_clear(person: Opened) -> None:
    li = person()
    secret, given = li.enrolled()
    ticket = li.step()
    vault = li.installation.accounts._vault  # noqa: SLF001 - the vault itself
    with vault.reading() as connection:
        schema = "" if connection.dialect.name == "sqlite" else "secrets."
        tables = ("second_factors", "recovery_codes", "second_steps", "strong_sessions")
        kept = [
            bytes(value) if isinstance(value, memoryview) else value
            for table in tables
            for row in connection.exec_driver_sql(f"SELECT * FROM {schema}{table}").all()
            for value in row
        ]
    shown = repr(kept)
    assert "li" in kept
    for plain in (secret, ticket, ticket[4:], *given, *(code.replace("-", "") for code in given)):
        assert plain not in shown


def test_what_is_held_is_exported_without_secrets_and_goes_with_the_person(person: Opened) -> None:
    li = person()
    secret, _ = li.enrolled()
    held = li.installation.accounts.held_on("li")["secondFactors"]
    assert [(one["kind"], one["name"]) for one in held["factors"]] == [("time_code", "手机")]
    assert held["recoveryCodesLeft"] == 10
    assert secret not in repr(held)
    li.installation.accounts.remove("li")
    assert li.installation.accounts.held_on("li")["secondFactors"] == {"factors": [], "recoveryCodesLeft": 0}


def test_a_lost_factor_is_reset_at_the_command_line_and_the_log_says_by_whom(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(tmp_path / "data", home=HOME)
    with opened(settings, create=True, hasher=CHEAP) as installation:
        installation.services.send(operator("tests"), RegisterPerson(person="li", name="x"))
        installation.accounts.register("li", PASSWORD, "li")
        factors = installation.accounts._factors  # noqa: SLF001 - as a person enrols one
        given = factors.begin("li", "li", api_kind(), datetime.now(UTC), opens=False)
        factors.confirmed(given.ticket, "", answer_of(given.secret), datetime.now(UTC))
        assert factors.has("li")
    signed = administration.Signed("zhao", "手机遗失，已当面核实")
    assert administration.reset_second_factor(settings, "nobody", signed) == 1
    assert administration.reset_second_factor(settings, "li", signed) == 0
    with opened(settings) as installation:
        assert not installation.accounts.second.held("li").factors
    assert any("reset" in record.getMessage() and "zhao" in record.getMessage() for record in caplog.records)
    capsys.readouterr()


def api_kind() -> Any:
    from api.kit.second_factors import FactorKind  # noqa: PLC0415 - beside its one use

    return FactorKind.TIME_CODE


def answer_of(secret: str | None) -> Any:
    from api.kit.second_factors import FactorAnswer  # noqa: PLC0415 - beside its one use

    return FactorAnswer(code=pyotp.TOTP(str(secret)).now())

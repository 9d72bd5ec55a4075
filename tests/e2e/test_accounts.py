"""Accounts 账户: who a token belongs to, how long, and what a wrong password learns. plan P7, P8; decision 0026."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher, _password_hasher
from argon2.exceptions import VerifyMismatchError

from domain.access import Attribute, Is, Role
from domain.instants import city_day
from domain.kernel import Refused
from domain.participants.people.registration import ErasePerson
from tests.e2e.accounts_house import MINUTE, PASSWORD, House, house, token
from tests.small_city import CITY, ENTERPRISE
from zhenduan.accounts.accounts import LocalAccounts
from zhenduan.demo.people import LOGINS as DEMO

__all__ = ["house"]


def test_a_session_acts_in_the_membership_with_its_scope(house: House) -> None:
    opened = house.accounts.sign_in(" Ｌi ", PASSWORD)
    assert opened is not None
    known = house.accounts.identify(opened.token)
    assert known is not None
    assert (known.caller.actor, known.caller.role, known.caller.organisation) == ("u1", "district", "310117")
    assert known.caller.scope == Is(Attribute.DISTRICT, "310117")
    assert (known.membership, known.expires_at) == ("m1", opened.expires_at)


@pytest.mark.parametrize(
    ("login", "password"),
    [("li", "a wrong password"), ("wang", PASSWORD), ("li", ""), ("", ""), ("\0", PASSWORD), ("li", "\ud800" * 20)],
)
def test_a_wrong_login_and_a_wrong_password_answer_alike(house: House, login: str, password: str) -> None:
    assert house.accounts.sign_in(login, password) is None


def test_a_password_is_looked_at_for_an_unknown_login_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    computed: list[bytes] = []
    verify, compute = PasswordHasher.verify, _password_hasher.verify_secret

    def noted(hasher: PasswordHasher, hashed: str, password: str) -> bool:
        salt, of_it = hashed.rsplit("$", 2)[1:]
        looked.append(f"{hashed.removesuffix(f'{salt}${of_it}')} {len(salt)} {len(of_it)}")
        return verify(hasher, hashed, password)

    def done(hashed: bytes, *given: object) -> bool:
        computed.append(hashed)
        with pytest.raises(VerifyMismatchError):  # by its outcome, not by its form
            compute(hashed, *given)
        raise VerifyMismatchError

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    monkeypatch.setattr(_password_hasher, "verify_secret", done)
    house.accounts.sign_in("li", "a wrong password")
    house.accounts.sign_in("nobody", "a wrong password")
    assert len(looked) == 2
    assert len(set(looked)) == 1  # with the same cost
    assert len(computed) == 2


@pytest.mark.parametrize("unknown", ["", "zds_", "zds_" + "0" * 64, "zdp_" + "0" * 16 + "_" + "0" * 64, "x\0\ud800"])
def test_an_unknown_token_is_nobodys(house: House, unknown: str) -> None:
    assert house.accounts.identify(unknown) is None
    assert not house.accounts.act_as(unknown, "m1")
    house.accounts.sign_out(unknown)


def test_no_token_and_no_password_is_kept(house: House) -> None:
    session = token(house)
    key = house.accounts.issue_partner_key("data-platform", "310117", timedelta(days=1)).token
    with house.vault.reading() as connection:
        schema = "" if connection.dialect.name == "sqlite" else "secrets."
        kept = "".join(
            repr(connection.exec_driver_sql(f"SELECT * FROM {schema}{table}").all())
            for table in ("logins", "sessions", "partner_keys", "sign_in_failures", "sign_in_sources")
        )
    assert "u1" in kept
    for secret in (session, session[4:], key, key.rsplit("_", 1)[1], PASSWORD):
        assert secret not in kept


def test_signing_out_ends_the_session_at_once_and_no_other(house: House) -> None:
    one, other = token(house), token(house)
    house.accounts.sign_out(one)
    assert house.accounts.identify(one) is None
    assert house.accounts.identify(other) is not None


def test_a_session_ends_after_its_whole_time_however_much_it_is_used(house: House) -> None:
    session = token(house)
    for _ in range(12 * 60 - 1):
        house.clock.now += MINUTE
        assert house.accounts.identify(session) is not None
    house.clock.now += MINUTE
    assert house.accounts.identify(session) is None


def test_an_unused_session_ends(house: House) -> None:
    session = token(house)
    house.clock.now += 119 * MINUTE
    assert house.accounts.identify(session) is not None
    house.clock.now += 119 * MINUTE
    assert house.accounts.identify(session) is not None
    house.clock.now += 120 * MINUTE
    assert house.accounts.identify(session) is None


def test_a_membership_that_ended_is_acted_in_no_more(house: House) -> None:
    session = token(house)
    house.end("u1", "m1", city_day(house.clock.now) - timedelta(days=1))
    assert house.accounts.identify(session) is None
    assert house.accounts.sign_in("li", PASSWORD) is None


def test_a_membership_holds_through_its_last_day_in_the_city(house: House) -> None:
    today = city_day(house.clock.now)
    house.end("u1", "m1", today)
    midnight = datetime.combine(today + timedelta(days=1), datetime.min.time(), UTC) - timedelta(hours=8)
    house.clock.now = midnight - MINUTE
    session = token(house)
    known = house.accounts.identify(session)
    assert known is not None
    assert known.expires_at == midnight
    house.clock.now = midnight
    assert house.accounts.identify(session) is None


def test_a_person_acts_in_another_membership_of_their_own_only(house: House) -> None:
    house.grant("u1", "m2", Role.ENTERPRISE, ENTERPRISE)
    session = token(house)
    assert not house.accounts.act_as(session, "m3")
    assert house.accounts.act_as(session, "m2")
    known = house.accounts.identify(session)
    assert known is not None
    assert (known.membership, known.caller.role, known.caller.organisation) == ("m2", "enterprise", ENTERPRISE)
    house.end("u1", "m2", city_day(house.clock.now) - timedelta(days=1))
    assert house.accounts.identify(session) is None
    assert not house.accounts.act_as(session, "m2")
    assert house.accounts.act_as(session, "m1")
    assert house.accounts.identify(session) is not None


def test_an_erased_person_is_nobody(house: House) -> None:
    session = token(house)
    house.city.send(CITY, ErasePerson(person="u1"))
    house.models.catch_up()
    assert house.accounts.identify(session) is None
    house.accounts.remove("u1")
    assert house.accounts.sign_in("li", PASSWORD) is None


def test_a_new_password_ends_the_sessions_of_the_old(house: House) -> None:
    session = token(house)
    house.accounts.change_password("li", "another long password")
    assert house.accounts.identify(session) is None
    assert house.accounts.sign_in("li", PASSWORD) is None
    assert house.accounts.sign_in("li", "another long password") is not None


def test_sessions_are_ended_by_force(house: House) -> None:
    session = token(house)
    house.accounts.end_sessions("u1")
    assert house.accounts.identify(session) is None


def test_the_same_characters_typed_otherwise_are_the_same_password(house: House) -> None:
    house.accounts.change_password("li", "caf\u00e9-caf\u00e9-caf\u00e9")
    assert house.accounts.sign_in("li", "cafe\u0301-cafe\u0301-cafe\u0301") is not None


def test_a_password_of_old_cost_is_hashed_anew_when_it_is_right(house: House) -> None:
    dearer = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    accounts = LocalAccounts(house.vault, house.models, house.city.journal, house.clock, house.factors, hasher=dearer)
    assert accounts.sign_in("li", PASSWORD) is not None
    with house.vault.reading() as connection:
        schema = "" if connection.dialect.name == "sqlite" else "secrets."
        hashed = connection.exec_driver_sql(f"SELECT password_hash FROM {schema}logins").scalar_one()
    assert "t=2" in hashed
    assert accounts.sign_in("li", PASSWORD) is not None


@pytest.mark.parametrize(
    ("login", "password", "code"),
    [
        ("LI", PASSWORD, "LOGIN_TAKEN"),
        ("", PASSWORD, "LOGIN_MALFORMED"),
        ("a b", PASSWORD, "LOGIN_MALFORMED"),
        ("李", PASSWORD, "LOGIN_MALFORMED"),
        ("wang", "short", "PASSWORD_LENGTH"),
        ("wang", "x" * 257, "PASSWORD_LENGTH"),
        ("wang", " " * 12, "PASSWORD_LENGTH"),
        ("wang", "\u3000" * 12, "PASSWORD_LENGTH"),
        ("wang", "\u2800" * 12, "PASSWORD_LENGTH"),
        ("wang", "\u200b" * 12, "PASSWORD_UNREADABLE"),
        ("wang", "\0" * 12, "PASSWORD_UNREADABLE"),
        ("wang", "correct\u200bhorse", "PASSWORD_UNREADABLE"),
        ("wang", "a" * 12, "PASSWORD_GUESSABLE"),
        ("wang", "ａ" * 12, "PASSWORD_GUESSABLE"),
        ("wang", "abab" * 3, "PASSWORD_GUESSABLE"),
        ("wang", "1234567890123", "PASSWORD_GUESSABLE"),
        ("wang", "zyxwvutsrqpo", "PASSWORD_GUESSABLE"),
        ("wang", "Password1234", "PASSWORD_GUESSABLE"),
        *(("wang", one.password, "PASSWORD_GUESSABLE") for one in DEMO if one.login),
    ],
)
def test_a_login_is_refused_with_its_reason(house: House, login: str, password: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        house.accounts.register(login, password, "u1")
    assert caught.value.rule.code == code


def test_a_password_is_not_set_for_an_unknown_login(house: House) -> None:
    with pytest.raises(Refused) as caught:
        house.accounts.change_password("wang", PASSWORD)
    assert caught.value.rule.code == "LOGIN_UNKNOWN"

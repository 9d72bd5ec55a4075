"""Accounts 账户: who a token belongs to, how long, and what a wrong password learns. plan P7, P8; decision 0026."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, _password_hasher
from argon2.exceptions import VerifyMismatchError

from domain.access import Attribute, Is, Role, scope_of
from domain.instants import city_day
from domain.kernel import Refused
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import EndMembership, GrantMembership
from domain.participants.people.registration import ErasePerson, RegisterPerson
from journal import open_journal
from journal.secrets.vault import Vault, open_vault
from projections import ReadModels, open_read_models
from tests.small_city import CITY, ENTERPRISE, City
from zhenduan.accounts.accounts import SIGN_INS_AT_ONCE, SIGN_INS_OF_ONE_SOURCE, LocalAccounts
from zhenduan.accounts.second_factors import SecondFactors
from zhenduan.accounts.sessions import SessionLimits
from zhenduan.accounts.sign_in_limits import SignInLimits, network_of
from zhenduan.demo.people import LOGINS as DEMO

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "一把很长的示例密码 2024"
MINUTE = timedelta(minutes=1)


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class House:
    """A small city with people, and the accounts over it."""

    city: City
    models: ReadModels
    vault: Vault
    clock: Clock
    accounts: LocalAccounts
    factors: SecondFactors

    def grant(self, person: str, membership: str, role: Role, organisation: str, until: date | None = None) -> None:
        since = city_day(self.clock.now) - timedelta(days=30)
        command = GrantMembership(
            person=person, membership=membership, role=role, organisation=organisation, since=since, until=until
        )
        self.city.send(CITY, command)
        self.models.catch_up()

    def end(self, person: str, membership: str, on: date) -> None:
        self.city.send(CITY, EndMembership(person=person, membership=membership, on=on))
        self.models.catch_up()

    def more(self, **limits: SignInLimits | SessionLimits) -> LocalAccounts:
        return LocalAccounts(self.vault, self.models, self.city.journal, self.clock, self.factors, hasher=CHEAP, **limits)  # type: ignore[arg-type]


@pytest.fixture
def house(url: str, tmp_path: Path) -> Iterator[House]:
    journal = open_journal(url)
    city = City(journal)
    district = RegisterOrganisation(organisation="310117", kind=OrganisationKind.DISTRICT, name="松江区")
    city.send(CITY, district)
    city.send(CITY, RegisterPerson(person="u1", name="x"))
    sqlite = url.startswith("sqlite")
    models = open_read_models(f"sqlite:///{tmp_path / 'rows.db'}" if sqlite else url, journal)
    vault = open_vault(f"sqlite:///{tmp_path / 'vault.db'}" if sqlite else url)
    clock = Clock()
    factors = SecondFactors(vault, bytes(32))
    accounts = LocalAccounts(vault, models, journal, clock, factors, hasher=CHEAP)
    made = House(city, models, vault, clock, accounts, factors)
    made.grant("u1", "m1", Role.DISTRICT, "310117")
    made.accounts.register("li", PASSWORD, "u1")
    yield made
    vault.close()
    models.close()
    journal.close()


def token(house: House) -> str:
    opened = house.accounts.sign_in("li", PASSWORD)
    assert opened is not None
    return opened.token


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


HERE, THERE = "203.0.113.7", "198.51.100.9"


def waits(accounts: LocalAccounts, login: str, password: str, source: str) -> int:
    """Seconds that a sign-in is told to wait; 0 when its password was looked at."""
    try:
        accounts.sign_in(login, password, source)
    except Refused as refused:
        return int(str(refused.facts["seconds"]))
    return 0


def test_wrong_passwords_of_a_stranger_keep_nobody_out_who_signs_in_from_elsewhere(house: House) -> None:
    """Five wrong passwords locked anyone's login for a quarter of an hour."""
    for _ in range(200):
        waits(house.accounts, "li", "a wrong password", THERE)
    assert house.accounts.sign_in("li", PASSWORD, HERE) is not None
    assert waits(house.accounts, "li", PASSWORD, THERE) > 0


def test_nor_do_wrong_passwords_from_everywhere(house: House, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(1, 201):
        waits(house.accounts, "li", "a wrong password", f"198.51.{number}.1")
    assert house.accounts.sign_in("li", PASSWORD, HERE) is not None
    told = [record for record in caplog.records if "guessed" in record.getMessage()]
    assert len(told) == 1, "a person may look at it"


def test_waits_grow_and_the_right_password_counts_only_after_them(house: House) -> None:
    accounts = house.more(sign_ins=SignInLimits(of_pair=3))
    session = token(house)
    told = []
    for _ in range(12):
        wait = waits(accounts, "li", "a wrong password", HERE)
        if wait:
            told.append(wait)
            assert waits(accounts, "li", PASSWORD, HERE) == wait
            house.clock.now += timedelta(seconds=wait)
    assert told == [2, 4, 8, 16, 32]
    for _ in range(21):
        house.clock.now += timedelta(seconds=waits(accounts, "li", "a wrong password", HERE))
    assert waits(accounts, "li", PASSWORD, HERE) == 900, "and no longer than a quarter of an hour"
    assert accounts.identify(session) is not None  # an open session goes on
    house.clock.now += timedelta(seconds=900)
    assert accounts.sign_in("li", PASSWORD, HERE) is not None
    assert waits(accounts, "li", "a wrong password", HERE) == 0
    assert waits(accounts, "li", "a wrong password", HERE) == 0


def test_failures_are_forgotten_after_a_day(house: House) -> None:
    accounts = house.more(sign_ins=SignInLimits(of_pair=3))
    for _ in range(3):
        assert waits(accounts, "li", "a wrong password", HERE) == 0
    house.clock.now += timedelta(days=1)
    for _ in range(3):
        assert waits(accounts, "li", "a wrong password", HERE) == 0


def test_one_password_tried_on_every_login_makes_its_source_wait_but_not_those_who_sign_in_from_it(house: House) -> None:
    accounts = house.more(sign_ins=SignInLimits(of_source=10))
    assert accounts.sign_in("li", PASSWORD, HERE) is not None
    house.accounts.register("zhao", PASSWORD, "u1")
    for number in range(10):
        assert waits(accounts, f"login{number}", "a wrong password", HERE) == 0
    assert waits(accounts, "login11", "a wrong password", HERE) > 0
    assert waits(accounts, "zhao", PASSWORD, HERE) > 0, "who never signed in from there waits with it"
    assert accounts.sign_in("zhao", PASSWORD, THERE) is not None
    assert accounts.sign_in("li", PASSWORD, HERE) is not None


def test_a_login_of_ones_own_does_not_wipe_the_guesses_at_others_off(house: House) -> None:
    accounts = house.more(sign_ins=SignInLimits(of_source=10))
    guesses = 0
    for number in range(40):
        guesses += waits(accounts, f"login{number}", "a wrong password", HERE) == 0
        waits(accounts, "li", PASSWORD, HERE)
    assert guesses == 10


def test_an_ipv6_neighbour_is_the_same_source(house: House) -> None:
    accounts = house.more(sign_ins=SignInLimits(of_pair=3))
    for number in range(3):
        assert waits(accounts, "li", "a wrong password", f"2001:db8::{number}") == 0
    assert waits(accounts, "li", PASSWORD, "2001:db8::ffff") > 0
    assert waits(accounts, "li", PASSWORD, "2001:db8:0:1::1") == 0
    assert network_of("::ffff:203.0.113.7") == network_of("203.0.113.7")
    assert network_of("testclient") == "testclient"


def test_what_is_remembered_of_failures_is_bounded(house: House) -> None:
    accounts = house.more(sign_ins=SignInLimits(most=50))
    for number in range(100):
        waits(accounts, f"login{number}", "a wrong password", f"198.51.{number}.1")
    with house.vault.reading() as connection:
        schema = "" if connection.dialect.name == "sqlite" else "secrets."
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {schema}sign_in_failures").scalar_one() <= 50


def test_guesses_sent_side_by_side_are_counted_each(house: House) -> None:
    accounts = house.more(sign_ins=SignInLimits(of_pair=3))
    with ThreadPoolExecutor(8) as threads:
        admitted = list(threads.map(lambda _: accounts._attempts.admit("li", HERE, house.clock.now), range(16)))  # noqa: SLF001 - counts what sign_in counts
    assert admitted.count(timedelta(0)) == 3


def test_a_flood_of_sign_ins_holds_no_more_places_than_its_share(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *_: not go_on.wait(30))

    def refused(source: str) -> bool:
        try:
            house.accounts.sign_in("li", PASSWORD, source)
        except Refused as caught:
            return caught.rule.code == "SIGN_IN_BUSY"
        return False

    with ThreadPoolExecutor(SIGN_INS_AT_ONCE) as threads:
        for number in range(SIGN_INS_OF_ONE_SOURCE):
            threads.submit(house.accounts.sign_in, f"login{number}", "a wrong password", THERE)
        wait_until(lambda: house.accounts._at_once[THERE] == SIGN_INS_OF_ONE_SOURCE)  # noqa: SLF001 - all of them have come in
        assert refused(THERE)
        for number in range(SIGN_INS_AT_ONCE - SIGN_INS_OF_ONE_SOURCE):
            threads.submit(house.accounts.sign_in, f"login{number}", "a wrong password", f"198.51.100.{number + 20}")
        wait_until(lambda: house.accounts._at_once.total() == SIGN_INS_AT_ONCE)  # noqa: SLF001 - as above
        assert refused(HERE)
        monkeypatch.setattr(PasswordHasher, "verify", verify)
        go_on.set()
    assert house.accounts.sign_in("li", PASSWORD, HERE) is not None


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.001)


def test_a_partner_key_sees_its_district_or_the_city(house: House) -> None:
    one = house.accounts.issue_partner_key("data-platform", "310117", timedelta(days=90))
    city = house.accounts.issue_partner_key("data-platform", "*", timedelta(days=90))
    known = house.accounts.identify(one.token)
    assert known is not None
    assert (known.caller.actor, known.caller.role) == ("partner-data-platform", "partner")
    assert (known.caller.scope, known.membership, known.expires_at) == (
        scope_of(Role.PARTNER, "310117"),
        "",
        one.expires_at,
    )
    whole = house.accounts.identify(city.token)
    assert whole is not None
    assert whole.caller.scope == scope_of(Role.PARTNER, "*")


def test_a_partner_key_ends_when_its_time_is_up_or_it_is_revoked(house: House) -> None:
    one = house.accounts.issue_partner_key("bank", "*", timedelta(days=1))
    other = house.accounts.issue_partner_key("bank", "*", timedelta(days=2))
    house.accounts.revoke_partner_key(other.id)
    assert house.accounts.identify(other.token) is None
    assert house.accounts.identify(one.token) is not None
    house.clock.now += timedelta(days=1)
    assert house.accounts.identify(one.token) is None


def test_a_rotated_key_overlaps_with_the_old_one_and_keeps_its_scope(house: House) -> None:
    old = house.accounts.issue_partner_key("bank", "310117", timedelta(days=30))
    new = house.accounts.rotate_partner_key(old.id, timedelta(hours=1))
    before, after = house.accounts.identify(old.token), house.accounts.identify(new.token)
    assert before is not None
    assert after is not None
    assert before.caller == after.caller
    house.clock.now += timedelta(hours=1)
    assert house.accounts.identify(old.token) is None
    assert house.accounts.identify(new.token) is not None
    with pytest.raises(Refused) as caught:
        house.accounts.rotate_partner_key(old.id, timedelta(hours=1))
    assert caught.value.rule.code == "PARTNER_KEY_UNKNOWN"


def test_the_secret_of_one_key_does_not_open_another(house: House) -> None:
    one = house.accounts.issue_partner_key("bank", "*", timedelta(days=1))
    other = house.accounts.issue_partner_key("bank", "*", timedelta(days=1))
    mixed = one.token.rsplit("_", 1)[0] + "_" + other.token.rsplit("_", 1)[1]
    assert house.accounts.identify(mixed) is None


@pytest.mark.parametrize(
    ("organisation", "days", "code"),
    [
        ("310101", 1, "PARTNER_SCOPE_UNKNOWN"),
        ("p1", 1, "PARTNER_SCOPE_UNKNOWN"),
        ("*", 0, "PARTNER_KEY_LIFETIME"),
        ("*", 367, "PARTNER_KEY_LIFETIME"),
    ],
)
def test_a_partner_key_is_refused_with_its_reason(house: House, organisation: str, days: int, code: str) -> None:
    with pytest.raises(Refused) as caught:
        house.accounts.issue_partner_key("bank", organisation, timedelta(days=days))
    assert caught.value.rule.code == code

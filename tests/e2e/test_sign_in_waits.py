"""Waits after wrong passwords 登录等待: guesses cost their sender time and nobody else. plan P7."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from domain.kernel import Refused
from tests.e2e.accounts_house import PASSWORD, House, house, token
from zhenduan.accounts.accounts import LocalAccounts
from zhenduan.accounts.passwords import SIGN_INS_AT_ONCE, SIGN_INS_OF_ONE_SOURCE
from zhenduan.accounts.sign_in_limits import SignInLimits, network_of

__all__ = ["house"]


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
        wait_until(lambda: house.accounts._passwords._at_once[THERE] == SIGN_INS_OF_ONE_SOURCE)  # noqa: SLF001 - all of them have come in
        assert refused(THERE)
        for number in range(SIGN_INS_AT_ONCE - SIGN_INS_OF_ONE_SOURCE):
            threads.submit(house.accounts.sign_in, f"login{number}", "a wrong password", f"198.51.100.{number + 20}")
        wait_until(lambda: house.accounts._passwords._at_once.total() == SIGN_INS_AT_ONCE)  # noqa: SLF001 - as above
        assert refused(HERE)
        monkeypatch.setattr(PasswordHasher, "verify", verify)
        go_on.set()
    assert house.accounts.sign_in("li", PASSWORD, HERE) is not None


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.001)

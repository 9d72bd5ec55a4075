"""Passkeys 通行密钥 as second factor: good for our own page, challenge and counter. plan P7."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.e2e.second_steps import CONFIRM, ENROL, HOME, PASS, PASSWORD, Opened, Person, clock, codes, person
from tests.e2e.software_authenticator import Authenticator, data, text

__all__ = ["clock", "person"]


def passkey(li: Person, *, counts: bool = True) -> Authenticator:
    li.sign_in()
    key = Authenticator(HOME, counts=counts)
    given = li.ask(ENROL, kind="PASSKEY", password=PASSWORD)["enrolment"]
    done = li.ask(CONFIRM, ticket=given["ticket"], name="钥匙", passkey=key.make(given["passkeyOptions"]))
    assert done["userErrors"] == []
    return key


@pytest.mark.parametrize("counts", [True, False])
def test_a_passkey_opens_a_session(person: Opened, *, counts: bool) -> None:
    li = person()
    key = passkey(li, counts=counts)
    for _ in range(2):
        step = li.sign_in()["secondStep"]
        assert step["methods"] == ["PASSKEY"]
        done = li.ask(PASS, ticket=step["ticket"], passkey=key.sign(step["passkeyOptions"]))
        assert done["session"]["token"]


def test_a_passkeys_answer_is_good_for_its_own_challenge_page_key_and_counter(person: Opened) -> None:
    li = person()
    key = passkey(li)

    def refused(answer: Callable[[str], str]) -> bool:
        step = li.sign_in()["secondStep"]
        li.clock.now += timedelta(minutes=15)
        li.sign_in()
        step = li.sign_in()["secondStep"]
        return codes(li.ask(PASS, ticket=step["ticket"], passkey=answer(step["passkeyOptions"]))) == ["SECOND_FACTOR_WRONG"]

    earlier = li.sign_in()["secondStep"]["passkeyOptions"]
    phished = Authenticator("https://zhenduan.example.evil", key=key.key, credential=key.credential, used=10)
    assert refused(lambda _options: key.sign(earlier))
    assert refused(phished.sign)
    assert refused(lambda options: key.sign(options, rpId="evil.example"))
    assert refused(Authenticator(HOME).sign)
    assert refused(Authenticator(HOME, credential=key.credential, used=20).sign)
    good = li.sign_in()["secondStep"]
    li.clock.now += timedelta(minutes=4)
    assert codes(li.ask(PASS, ticket=good["ticket"], passkey=key.sign(good["passkeyOptions"]))) == []
    copied = Authenticator(HOME, key=key.key, credential=key.credential, used=0)
    assert refused(copied.sign), "a copy has counted less"


@pytest.mark.parametrize(
    "answer", ["{", "[]", "null", '{"id": 1}', "x" * 20_000, "[" * 10_000, '{"id":"a","rawId":"a","type":"public-key"}']
)
def test_what_is_no_answer_of_a_passkey_is_refused(person: Opened, answer: str) -> None:
    li = person()
    passkey(li)
    assert codes(li.ask(PASS, ticket=li.step(), passkey=answer)) == ["SECOND_FACTOR_WRONG"]
    given = li.installation.accounts.second
    assert given.held("li").factors[0].name == "钥匙"


def test_a_passkey_is_made_for_our_page_and_challenge_alone(person: Opened) -> None:
    li = person()
    li.sign_in()
    for change in ("origin", "challenge", "garbled"):
        given = li.ask(ENROL, kind="PASSKEY", password=PASSWORD)["enrolment"]
        options = given["passkeyOptions"]
        key = Authenticator("https://evil.example" if change == "origin" else HOME)
        if change == "challenge":
            options = json.dumps(json.loads(options) | {"challenge": text(b"another")})
        made = key.make(options)
        if change == "garbled":
            whole = json.loads(made)
            whole["response"]["attestationObject"] = text(data(whole["response"]["attestationObject"])[:-40])
            made = json.dumps(whole)
        assert codes(li.ask(CONFIRM, ticket=given["ticket"], passkey=made)) == ["SECOND_FACTOR_WRONG"]


@pytest.mark.parametrize("home", ["", "http://zhenduan.example"])
def test_without_a_public_address_by_tls_there_are_no_passkeys(person: Opened, home: str) -> None:
    li = person(home=home)
    li.sign_in()
    assert codes(li.ask(ENROL, kind="PASSKEY", password=PASSWORD)) == ["PASSKEYS_UNAVAILABLE"]
    assert codes(li.ask(ENROL, kind="TIME_CODE", password=PASSWORD)) == []

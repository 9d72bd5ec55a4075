"""Single sign-on 单点登录 (plan P7) against a real OpenID provider in a process of its own."""

import base64
import logging
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from api.app import create_app
from tests.e2e.signing_on import (
    HOME,
    PLAIN,
    Clock,
    Provider,
    client,
    clock,
    installation,
    linked,
    process,
    provider,
    viewer,
)
from zhenduan.accounts.single_sign_on import SingleSignOn
from zhenduan.accounts.single_sign_on_provider import (
    IdentityProvider,
    ProviderSettings,
    TokenRefused,
)
from zhenduan.settings import Settings, from_environment
from zhenduan.wiring import Installation, opened

__all__ = ["client", "clock", "installation", "linked", "process", "provider"]


def begun(client: TestClient) -> tuple[str, str]:
    """(state, code) after the provider has sent the browser back."""
    sent = client.get("/login")
    assert sent.status_code == 303
    asked = parse_qs(urlsplit(sent.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    back = httpx2.get(sent.headers["location"], verify=PLAIN)
    found = parse_qs(urlsplit(back.headers["location"]).query)
    return found["state"][0], found["code"][0]


def test_a_browser_signs_in_and_may_then_act_in_any_of_its_roles(client: TestClient) -> None:
    state, code = begun(client)
    done = client.get("/callback", params={"state": state, "code": code})
    assert done.status_code == 200
    assert done.headers["cache-control"] == "no-store"
    token = done.json()["session"]["token"]
    assert viewer(client, token)[1]["role"] == "DISTRICT"
    act = {"query": 'mutation { actAs(input: {membership: "m2"}) { userErrors { code } } }'}
    client.post("/graphql", json=act, headers={"authorization": f"Bearer {token}"})
    assert viewer(client, token)[1]["role"] == "AUDITOR"


def test_a_person_comes_back_to_the_console_signed_in_by_a_cookie_and_no_script_sees_the_token(client: TestClient) -> None:
    state, code = begun(client)
    page = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    done = client.get("/callback", params={"state": state, "code": code}, headers=page, follow_redirects=False)
    assert (done.status_code, done.headers["location"], done.content) == (303, "/", b"")
    kept = next(one for one in done.headers.get_list("set-cookie") if "zhenduan_session" in one)
    assert "HttpOnly" in kept
    assert "SameSite=strict" in kept
    asked = client.post("/graphql", json={"query": "{ viewer { role } }"}, headers={"graphql-require-preflight": "1"})
    assert asked.json()["data"]["viewer"]["role"] == "DISTRICT"


def test_what_was_signed_in_by_a_subject_ends_when_it_is_unlinked(
    client: TestClient, linked: Installation, provider: Provider
) -> None:
    state, code = begun(client)
    token = client.get("/callback", params={"state": state, "code": code}).json()["session"]["token"]
    assert viewer(client, token)[0] == 200
    linked.accounts.unlink_subject(provider.address, "sub-1")
    assert viewer(client, token)[0] == 401


def test_state_and_code_are_good_once(client: TestClient) -> None:
    state, code = begun(client)
    cookies = dict(client.cookies)
    assert client.get("/callback", params={"state": state, "code": code}).status_code == 200
    client.cookies.update(cookies)
    assert client.get("/callback", params={"state": state, "code": code}).status_code == 401
    again, _ = begun(client)
    assert client.get("/callback", params={"state": again, "code": code}).status_code == 401


def test_nobody_finishes_what_another_browser_began(client: TestClient) -> None:
    state, code = begun(client)
    client.cookies.clear()
    assert client.get("/callback", params={"state": state, "code": code}).status_code == 401
    begun(client)
    assert client.get("/callback", params={"state": state, "code": code}).status_code == 401


def test_sign_ons_that_strangers_begin_keep_nobody_out(
    client: TestClient, linked: Installation, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhenduan.accounts.single_sign_on.MOST_AT_ONCE", 20)
    for second in range(30):
        clock.ahead = timedelta(seconds=second / 10)
        assert client.get("/login").status_code == 303
    state, code = begun(client)
    assert client.get("/callback", params={"state": state, "code": code}).status_code == 200
    with linked.accounts._vault.reading() as connection:  # noqa: SLF001 - what is remembered is bounded all the same
        schema = "" if connection.dialect.name == "sqlite" else "secrets."
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {schema}sign_ons").scalar_one() <= 20


def test_a_sign_on_runs_out(client: TestClient, clock: Clock) -> None:
    state, code = begun(client)
    clock.ahead = timedelta(minutes=11)
    assert client.get("/callback", params={"state": state, "code": code}).status_code == 401


def test_a_token_with_another_sign_ons_nonce_is_refused(client: TestClient, provider: Provider) -> None:
    state, code = begun(client)
    provider.control(nonce="of-another-sign-on")
    assert client.get("/callback", params={"state": state, "code": code}).status_code == 401


def test_a_subject_that_nobody_linked_opens_no_session(client: TestClient, provider: Provider) -> None:
    state, code = begun(client)
    provider.control(subject="sub-2")
    assert client.get("/callback", params={"state": state, "code": code}).status_code == 401
    assert client.get("/callback").status_code == 401


def test_a_provider_without_tls_or_that_names_another_issuer_is_refused(provider: Provider, clock: Clock) -> None:
    with pytest.raises(ValueError, match="TLS"):
        IdentityProvider(ProviderSettings("http://sso.example", "zhenduan", HOME), clock)
    other = IdentityProvider(ProviderSettings(provider.address + "/", "zhenduan", HOME), clock)
    with pytest.raises(TokenRefused, match="another issuer"):
        other.endpoint("jwks_uri")


# Keys that we cannot use, and tokens as the standards let them be

X32 = base64.urlsafe_b64encode(b"\x07" * 32).rstrip(b"=").decode()


UNUSABLE: dict[str, Any] = {
    "SM2": {"kty": "EC", "kid": "sm2", "use": "sig", "alg": "SM2", "crv": "SM2", "x": X32, "y": X32},
    "another curve": {"kty": "EC", "kid": "c", "crv": "secp256k1", "x": X32, "y": X32},
    "not on its curve": {"kty": "EC", "kid": "c", "crv": "P-256", "x": X32, "y": X32},
    "a kind to come": {"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": X32},
    "no numbers": {"kty": "RSA", "kid": "r"},
    "odd members": {"kty": "RSA", "kid": "r", "n": 7, "e": ["AQAB"]},
    "odd ids": {"kty": "RSA", "kid": 7, "n": "AQAB", "e": "AQAB"},
    "short": {"kty": "RSA", "kid": "r", "n": X32, "e": "AQAB"},
    "a shared secret": {"kty": "oct", "kid": "k1", "k": X32},
    "for secrets": {"kty": "OKP", "kid": "o", "crv": "X25519", "x": X32},
    "no object": "key",
    "nothing": None,
}


@pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_cannot_be_used_costs_nobody_the_others_and_the_log_says_why(
    client: TestClient, provider: Provider, caplog: pytest.LogCaptureFixture, key: Any
) -> None:
    shown = key if isinstance(key, dict) else {"kty": key}
    provider.control(published=[shown, "k1", shown])
    with caplog.at_level(logging.INFO):
        assert viewer(client, provider.signed())[0] == 200
    told = [record for record in caplog.records if "passed over" in record.getMessage()]
    assert len(told) == 2
    assert {record.levelno for record in told} == {logging.WARNING}


def test_a_set_of_nothing_usable_says_so_where_it_is_printed(
    client: TestClient, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.control(published=[UNUSABLE["SM2"]])
    assert viewer(client, provider.signed())[0] == 401
    assert any("no key that can be used" in record.getMessage() for record in caplog.records)


def test_a_token_without_a_key_id_is_taken_where_one_key_fits_and_refused_where_several_do(
    client: TestClient, provider: Provider, clock: Clock
) -> None:
    provider.control(make_keys=["e1"], kind="ES256", published=["k1", "e1", UNUSABLE["SM2"]])
    unnamed = {"kid": None}
    assert viewer(client, provider.signed(header=unnamed))[0] == 200
    assert viewer(client, provider.signed("e1", {"kid": None, "alg": "ES256"}))[0] == 200
    provider.control(make_keys=["k3"], kind="RS256", published=["k1", "k3"])
    clock.ahead = timedelta(hours=2)
    late = {"iat": int(time.time()) + 7200, "exp": int(time.time()) + 7500}
    assert viewer(client, provider.signed("k3", unnamed, **late))[0] == 401
    assert viewer(client, provider.signed("k3", **late))[0] == 200


def test_a_key_published_without_an_id_is_used_for_tokens_that_name_none(client: TestClient, provider: Provider) -> None:
    provider.control(published=["k1 as"])
    assert viewer(client, provider.signed(header={"kid": None}))[0] == 200
    assert viewer(client, provider.signed(header={"kid": "k1"}))[0] == 401


def test_two_keys_of_one_id_are_told_apart_by_what_they_are_for(client: TestClient, provider: Provider) -> None:
    provider.control(make_keys=["e2"], kind="ES256")
    provider.control(make_keys=["k4"], kind="RS256", published=["k1", "e2 as k1", "k4 as k1"])
    assert viewer(client, provider.signed())[0] == 200
    assert viewer(client, provider.signed("e2", {"kid": "k1", "alg": "ES256"}))[0] == 200
    assert viewer(client, provider.signed("k4", {"kid": "k1"}))[0] == 200
    stranger = RSAKey.generate_key(2048, {"kid": "k1"})
    now = int(time.time())
    claims = {"iss": provider.address, "aud": "zhenduan", "sub": "sub-1", "iat": now, "exp": now + 300}
    assert viewer(client, jwt.encode({"alg": "RS256", "kid": "k1"}, claims, stranger))[0] == 401


def test_times_of_a_token_may_have_fractions_and_nothing_else(client: TestClient, provider: Provider) -> None:
    now = time.time()
    assert viewer(client, provider.signed(exp=now + 300.75, iat=now - 0.5, nbf=now - 0.25))[0] == 200
    for odd in (True, "9999999999", [now + 300], now - 3600.5):
        assert viewer(client, provider.signed(exp=odd))[0] == 401


def test_a_token_that_never_ends_or_was_made_for_another_partys_sign_on_is_refused(
    client: TestClient, provider: Provider, clock: Clock
) -> None:
    assert viewer(client, provider.signed(exp=10**15))[0] == 401
    own = IdentityProvider(ProviderSettings(provider.address, "zhenduan", HOME), clock)
    assert own.verify(provider.signed(nonce="n", azp="zhenduan"), "n")["sub"] == "sub-1"
    with pytest.raises(TokenRefused, match="another party"):
        own.verify(provider.signed(nonce="n", azp="another"), "n")


@pytest.mark.parametrize(("home", "secure"), [("https://zhenduan.example", True), (HOME, False)])
def test_the_cookie_of_a_sign_on_goes_by_tls_alone_where_we_are_reached_by_it(
    linked: Installation, provider: Provider, clock: Clock, home: str, *, secure: bool
) -> None:
    """Behind a proxy the request itself is plain; our public address tells."""
    there = IdentityProvider(ProviderSettings(provider.address, "zhenduan", home), clock)
    vault = linked.accounts._vault  # noqa: SLF001 - the same vault, another public address
    sign_on = SingleSignOn(vault, there, linked.accounts.subjects, linked.accounts, clock)
    with TestClient(create_app(replace(linked.services, sign_on=sign_on)), follow_redirects=False) as client:
        cookie = client.get("/login").headers["set-cookie"].lower()
    assert ("secure" in cookie) is secure
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_page_learns_whether_there_is_a_single_sign_on_to_offer(client: TestClient, tmp_path: Path) -> None:
    asked = {"query": "{ viewer { singleSignOn } }"}
    offered = client.post("/graphql", json=asked).json()["data"]["viewer"]["singleSignOn"]
    assert client.get(offered).status_code == 303
    with opened(Settings(tmp_path / "plain"), create=True) as plain, TestClient(create_app(plain.services)) as alone:
        assert alone.post("/graphql", json=asked).json()["data"]["viewer"]["singleSignOn"] is None


def test_without_a_provider_there_is_no_way_in(tmp_path: Path) -> None:
    assert from_environment(environment={}).provider is None
    named = {"ZHENDUAN_OIDC_ISSUER": "https://sso.example", "ZHENDUAN_OIDC_CLIENT": "c", "ZHENDUAN_HOME": "https://h"}
    found = from_environment(environment=named).provider
    assert found == ProviderSettings("https://sso.example", "c", "https://h")
    assert found.callback == "https://h/callback"
    with opened(Settings(tmp_path / "plain"), create=True) as plain, TestClient(create_app(plain.services)) as client:
        assert client.get("/login").status_code == 404
        assert viewer(client, "eyJhbGciOiJub25lIn0.e30.")[0] == 401

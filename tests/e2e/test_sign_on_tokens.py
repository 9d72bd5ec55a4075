"""Tokens of the identity provider 令牌: whose word is taken, and for how long. plan P7."""

import base64
import json
import time
from datetime import date
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

from domain.kernel import Refused
from domain.participants.people.memberships import EndMembership
from tests.e2e.signing_on import Clock, Provider, client, clock, installation, linked, process, provider, viewer
from zhenduan.accounts.single_sign_on import SUBJECT_TAKEN
from zhenduan.accounts.single_sign_on_provider import (
    REFETCH_EVERY,
)
from zhenduan.wiring import Installation, operator

__all__ = ["client", "clock", "installation", "linked", "process", "provider"]


def test_a_signed_token_is_the_person_that_an_administrator_linked(client: TestClient, provider: Provider) -> None:
    assert viewer(client, provider.signed()) == (200, {"actor": "li", "role": "DISTRICT", "organisation": "310117"})


def test_a_subject_that_nobody_linked_is_nobody_whatever_else_the_token_states(
    client: TestClient, provider: Provider
) -> None:
    assert viewer(client, provider.signed(sub="sub-2", email="li@example.com", preferred_username="li"))[0] == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": ["zhenduan", "another"]},
        {"aud": None},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"sub": 7},
    ],
    ids=",".join,
)
def test_a_token_for_another_from_another_or_out_of_force_is_refused(
    client: TestClient, provider: Provider, claims: dict[str, Any]
) -> None:
    assert viewer(client, provider.signed(**claims))[0] == 401


def unsigned(provider: Provider, header: dict[str, Any], signature: str = "") -> str:
    _, body, _ = provider.signed().split(".")
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def test_a_token_without_a_signature_or_with_a_wrong_one_is_refused(client: TestClient, provider: Provider) -> None:
    good = provider.signed()
    head, body, signature = good.split(".")
    assert viewer(client, good)[0] == 200
    for algorithm in ("none", "None", "nOnE"):
        assert viewer(client, unsigned(provider, {"alg": algorithm, "kid": "k1"}))[0] == 401
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    assert viewer(client, f"{head}.{body}.{flipped}")[0] == 401
    other = provider.signed(sub="sub-9").split(".")[1]
    assert viewer(client, f"{head}.{other}.{signature}")[0] == 401
    assert viewer(client, unsigned(provider, {"alg": "RS256"}, signature))[0] == 401
    for broken in ("ey", "ey.", "eyJ.e30.", "ey" + "A" * 20_000):
        assert viewer(client, broken)[0] == 401


def test_a_public_key_is_never_taken_for_a_shared_secret(client: TestClient, provider: Provider) -> None:
    """HS256 with the published key's text as the secret: the old confusion."""
    public = provider.control()["public"]
    now = int(time.time())
    claims = {"iss": provider.address, "aud": "zhenduan", "sub": "sub-1", "iat": now, "exp": now + 300}
    signing_input = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "HS256", "kid": "k1"}, claims)
    )
    import hmac  # noqa: PLC0415 - the attacker's tool, not the product's
    from hashlib import sha256  # noqa: PLC0415 - as above

    forged = base64.urlsafe_b64encode(hmac.digest(public.encode(), signing_input.encode(), sha256)).rstrip(b"=").decode()
    assert viewer(client, f"{signing_input}.{forged}")[0] == 401
    own = jwt.encode({"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key("x" * 32))
    assert viewer(client, own)[0] == 401
    stranger = RSAKey.generate_key(2048, {"kid": "k1"})
    assert viewer(client, jwt.encode({"alg": "RS256", "kid": "k1"}, claims, stranger))[0] == 401
    embedded = {"alg": "RS256", "kid": "k1", "jwk": stranger.as_dict(private=False)}
    assert viewer(client, jwt.encode(embedded, claims, stranger))[0] == 401


def test_keys_rotate_and_a_key_taken_back_is_believed_for_an_hour_at_most(
    client: TestClient, provider: Provider, clock: Clock
) -> None:
    before = provider.signed()
    assert viewer(client, before)[0] == 200
    provider.control(make_keys=["k2"], published=["k2"])
    assert viewer(client, provider.signed("k2"))[0] == 401  # unknown, and the keys were fetched a moment ago
    clock.ahead = REFETCH_EVERY
    assert viewer(client, provider.signed("k2"))[0] == 200
    assert viewer(client, before)[0] == 401  # though whose it is was found out a moment ago


def test_made_up_key_ids_do_not_make_us_ask_the_provider_each_time(client: TestClient, provider: Provider) -> None:
    assert viewer(client, provider.signed())[0] == 200
    before = provider.control()["asked_for_keys"]
    for number in range(20):
        assert viewer(client, unsigned(provider, {"alg": "RS256", "kid": f"made-up-{number}"}, "AAAA"))[0] == 401
    assert provider.control()["asked_for_keys"] == before


def test_a_role_taken_away_or_a_subject_unlinked_ends_what_a_token_opens_at_once(
    client: TestClient, linked: Installation, provider: Provider
) -> None:
    token = provider.signed()
    assert viewer(client, token)[1]["role"] == "DISTRICT"
    linked.services.send(operator("tests"), EndMembership(person="li", membership="m1", on=date(2024, 1, 2)))
    linked.services.models.catch_up()
    assert viewer(client, token)[1]["role"] == "AUDITOR"
    linked.accounts.subjects.unlink(provider.address, "sub-1")
    assert viewer(client, token)[0] == 401


def test_an_erased_persons_subject_is_nobodys(client: TestClient, linked: Installation, provider: Provider) -> None:
    token = provider.signed()
    linked.accounts.remove("li")
    assert viewer(client, token)[0] == 401


def test_a_subject_is_one_persons(linked: Installation, provider: Provider) -> None:
    linked.accounts.subjects.link(provider.address, "sub-1", "li")
    with pytest.raises(Refused) as refused:
        linked.accounts.subjects.link(provider.address, "sub-1", "wang")
    assert refused.value.rule == SUBJECT_TAKEN

"""Identity provider 身份提供方 by OpenID Connect: its published keys, its tokens verified, a code exchanged. plan P7.

What a token says is believed only when one of the provider's own asymmetric keys signed it, by an algorithm of a fixed
list, for us, and it is in force. The token's header chooses a key by its id and nothing else: neither `none` nor a shared
secret is an algorithm here, and a key is never used with another algorithm than the one it was published for.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
LEEWAY_SECONDS = 60
KEYS_LIVE = timedelta(hours=1)
"""A key that the provider took back is believed no longer than this."""
REFETCH_EVERY = timedelta(seconds=30)
"""Tokens with made-up key ids make us ask the provider no more often than this."""
LARGEST_TOKEN = 16 * 1024
LARGEST_ANSWER = 1024 * 1024
TIMEOUT_SECONDS = 5.0
"""Of one step: until a connection stands, until more comes."""
LONGEST_SECONDS = 10.0
"""Of a whole answer, and of waiting for another thread's."""
LATEST_END = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class TokenRefused(Exception):  # noqa: N818 - an answer, not a fault
    """A token or code that is not believed 令牌不可信; the reason is for the log, never for the caller."""


@dataclass(frozen=True)
class ProviderSettings:
    """The provider and who we are to it 身份提供方设置.

    issuer: its address, exactly as tokens name it. client: our id there, which is the audience of every token. secret: of
    a confidential client, empty for a public one. home: our own public address, which /callback hangs from.
    """

    issuer: str
    client: str
    home: str
    secret: str = field(default="", repr=False)

    @property
    def callback(self) -> str:
        """Where the provider sends the browser back to."""
        return self.home.rstrip("/") + "/callback"


def is_safe_address(address: str) -> bool:
    """Whether an address may carry keys and codes: TLS, or this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


class IdentityProvider:
    """One OpenID provider 身份提供方; safe to ask from several threads."""

    def __init__(
        self, settings: ProviderSettings, clock: Callable[[], datetime], client: httpx2.Client | None = None
    ) -> None:
        if not is_safe_address(settings.issuer):
            raise ValueError("the issuer is not reached by TLS")
        self.settings = settings
        self._clock = clock
        self._http = client or httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)
        self._lock = threading.Lock()
        self._endpoints: Mapping[str, str] = {}
        self._keys: dict[str, RSAKey | ECKey | OKPKey] = {}
        self._fetched: datetime | None = None
        self._failed: datetime | None = None

    def close(self) -> None:
        """Let go of its connections."""
        self._http.close()

    # What the provider publishes

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """One thread asks at a time. Once the provider failed, nobody waits for it, and it is asked again now and then.

        Else anyone with a made-up token, which costs nothing to make, would hold every thread while the provider is down.
        """
        if not self._lock.acquire(timeout=0 if self._failed is not None else LONGEST_SECONDS):
            raise TokenRefused("the provider is being asked, and does not answer")
        try:
            if self._failed is not None and self._clock() - self._failed < REFETCH_EVERY:
                raise TokenRefused("the provider did not answer a moment ago")
            try:
                yield
            except TokenRefused:
                self._failed = self._clock()
                raise
            self._failed = None
        finally:
            self._lock.release()

    def endpoint(self, name: str) -> str:
        """An address of the provider's own configuration, fetched once.

        Raises:
            TokenRefused: the provider does not answer, or names another issuer or an address without TLS.
        """
        if not self._endpoints:
            with self._asking():
                if not self._endpoints:
                    self._endpoints = self._configured()
        return self._endpoints[name]

    def _configured(self) -> Mapping[str, str]:
        found = self._answer("GET", self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.settings.issuer:
            raise TokenRefused("the provider's configuration names another issuer")
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        endpoints = {key: str(found.get(key, "")) for key in wanted}
        if not all(map(is_safe_address, endpoints.values())):
            raise TokenRefused("the provider's configuration lacks an endpoint, or one is without TLS")
        return endpoints

    def _answer(self, method: str, address: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - as the client takes them
        """The JSON object behind an address, read no further than it may be large, nor longer than it may take."""
        ends, body = time.monotonic() + LONGEST_SECONDS, bytearray()
        try:
            with self._http.stream(method, address, headers={"accept-encoding": "identity"}, **given) as response:
                if response.status_code != httpx2.codes.OK:
                    raise TokenRefused(f"the provider refuses at {address}: {response.status_code}")
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > LARGEST_ANSWER or time.monotonic() > ends:
                        raise TokenRefused(f"the provider's answer at {address} is too large or too slow")
            found = json.loads(body)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
            raise TokenRefused(f"the provider does not answer at {address}") from error
        if not isinstance(found, dict):
            raise TokenRefused(f"the provider's answer at {address} is unusable")
        return found

    def _key(self, kid: str) -> RSAKey | ECKey | OKPKey:
        """A key by its id; the set is fetched anew when it is old, and for an unknown id now and then."""
        address = self.endpoint("jwks_uri")
        if self._wants_keys(kid):
            with self._asking():
                if self._wants_keys(kid):
                    if self._age() >= KEYS_LIVE:
                        self._keys = {}
                    self._keys, self._fetched = _usable(self._answer("GET", address)), self._clock()
        found = self._keys.get(kid)
        if found is None:
            raise TokenRefused("the token names a key that the provider does not publish")
        return found

    def _age(self) -> timedelta:
        return self._clock() - self._fetched if self._fetched is not None else KEYS_LIVE

    def _wants_keys(self, kid: str) -> bool:
        age = self._age()
        return age >= KEYS_LIVE or (kid not in self._keys and age >= REFETCH_EVERY)

    # Tokens

    def verify(self, token: str, nonce: str | None = None) -> Mapping[str, Any]:
        """The claims of a token 验证令牌.

        Args:
            token: as the provider signed it.
            nonce: of the sign-on that it answers; None for a bearer token.

        Returns:
            The claims, `sub` and `exp` among them.

        Raises:
            TokenRefused: malformed, signed by no key or algorithm of ours, of another issuer or audience, not in force, or
                with another nonce.
        """
        if len(token) > LARGEST_TOKEN:
            raise TokenRefused("the token is too large")
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            found = jwt.decode(token, self._signer, algorithms=list(ALGORITHMS))
            registry.validate(found.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise TokenRefused(str(error)) from error
        claims = found.claims
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.settings.client:
            raise TokenRefused("the token was issued to another party")
        if nonce is not None and claims.get("azp", self.settings.client) != self.settings.client:
            raise TokenRefused("the token answers a sign-on at another party")
        if not isinstance(claims["sub"], str) or not isinstance(claims["exp"], int) or claims["exp"] > LATEST_END:
            raise TokenRefused("the token's subject or end is malformed")
        if nonce is not None and claims.get("nonce") != nonce:
            raise TokenRefused("the token answers another sign-on")
        return claims

    def _signer(self, signed: Any) -> RSAKey | ECKey | OKPKey:  # noqa: ANN401 - joserfc's own guest of a key
        header = signed.headers()
        kid, algorithm = header.get("kid"), header.get("alg")
        if not isinstance(kid, str) or algorithm not in ALGORITHMS:
            raise TokenRefused("the token names no key, or an algorithm that is not ours")
        key = self._key(kid)
        published = key.as_dict(private=False)
        if published.get("alg", algorithm) != algorithm or published.get("use", "sig") != "sig":
            raise TokenRefused("the key was published for another use")
        return key

    def exchange(self, code: str, verifier: str) -> str:
        """The ID token behind a code 换取令牌; a code is good once, which the provider itself sees to.

        Raises:
            TokenRefused: the provider refuses, or answers without an ID token.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.callback,
            "client_id": self.settings.client,
            "code_verifier": verifier,
        }
        secret = self.settings.secret
        auth = httpx2.BasicAuth(self.settings.client, secret) if secret else httpx2.Auth()
        token = self._answer("POST", self.endpoint("token_endpoint"), data=form, auth=auth).get("id_token")
        if not isinstance(token, str):
            raise TokenRefused("the provider refused the code")
        return token


def _usable(published: Mapping[str, Any]) -> dict[str, RSAKey | ECKey | OKPKey]:
    """The asymmetric keys of a published set, by id; a shared secret in it is no key of ours."""
    keys = published.get("keys")
    listed = keys if isinstance(keys, list) else []
    usable = [key for key in listed if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP")]
    try:
        found = KeySet.import_key_set({"keys": usable}) if usable else KeySet([])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise TokenRefused("the provider's keys are malformed") from error
    return {
        key.kid: key for key in found.keys if isinstance(key, RSAKey | ECKey | OKPKey) and isinstance(key.kid, str)
    }

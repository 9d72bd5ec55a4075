"""Identity provider 身份提供方 by OpenID Connect: its published keys, its tokens verified, a code exchanged. plan P7.

What a token says is believed only when one of the provider's own asymmetric keys signed it, by an algorithm of a fixed
list, for us, and it is in force. The token's header chooses among the published keys and nothing else: neither `none` nor a
shared secret is an algorithm here, and a key is never used with another algorithm than the one it was published for. A key
that we cannot use is passed over, and the log says why; the others are used.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError

from zhenduan.accounts.provider_settings import ProviderSettings, TokenRefused, is_safe_address
from zhenduan.accounts.published_keys import ALGORITHMS, PublishedKey, usable_keys
from zhenduan.fetch import Fetch, FetchFailed, fetch

MOST_TRIED = 4
"""Keys that fit one token."""
LEEWAY_SECONDS = 60
KEYS_LIVE = timedelta(hours=1)
"""A key that the provider took back is believed no longer than this."""
REFETCH_EVERY = timedelta(seconds=30)
"""Tokens with made-up key ids make us ask the provider no more often than this."""
LARGEST_TOKEN = 16 * 1024
LARGEST_ANSWER = 1024 * 1024
LONGEST_SECONDS = 10.0
"""Of a whole answer, and of waiting for another thread's."""
LATEST_END = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())


class IdentityProvider:
    """One OpenID provider 身份提供方; safe to ask from several threads."""

    def __init__(
        self,
        settings: ProviderSettings,
        clock: Callable[[], datetime],
        ask: Fetch = fetch,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        if not is_safe_address(settings.issuer):
            raise ValueError("the issuer is not reached by TLS")
        self.settings = settings
        self._clock = clock
        self._ask = ask
        self._longest_seconds = longest_seconds
        self._lock = threading.Lock()
        self._endpoints: Mapping[str, str] = {}
        self._keys: Sequence[PublishedKey] = ()
        self._fetched: datetime | None = None
        self._failed: datetime | None = None

    # What the provider publishes

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """One thread asks at a time. Once the provider failed, nobody waits for it, and it is asked again now and then.

        Else anyone with a made-up token, which costs nothing to make, would hold every thread while the provider is down.
        """
        if not self._lock.acquire(timeout=0 if self._failed is not None else self._longest_seconds):
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
        """The JSON object behind an address."""
        longest = self._longest_seconds
        try:
            answer = self._ask(address, method=method, longest_seconds=longest, largest_bytes=LARGEST_ANSWER, **given)
            if answer.status != httpx2.codes.OK:
                raise TokenRefused(f"the provider refuses at {address}: {answer.status}")
            found = json.loads(answer.body)
        except FetchFailed as failed:
            raise TokenRefused(f"the provider does not answer at {address}: {failed}") from failed
        except (ValueError, RecursionError) as error:
            raise TokenRefused(f"the provider's answer at {address} is no JSON") from error
        if not isinstance(found, dict):
            raise TokenRefused(f"the provider's answer at {address} is unusable")
        return found

    def _fitting(self, kid: str | None, algorithm: str) -> Sequence[PublishedKey]:
        """The keys that a token may have been signed by; the set is fetched anew when old, and now and then when none fits.

        Raises:
            TokenRefused: none fits, or the token names none and several fit.
        """
        address = self.endpoint("jwks_uri")
        if self._wants_keys(kid, algorithm):
            with self._asking():
                if self._wants_keys(kid, algorithm):
                    if self._age() >= KEYS_LIVE:
                        self._keys = ()
                    self._keys, self._fetched = usable_keys(self._answer("GET", address)), self._clock()
        found = [key for key in self._keys if key.fits(kid, algorithm)]
        if not found:
            raise TokenRefused("the token names a key that the provider does not publish for it")
        if kid is None and len(found) > 1:
            raise TokenRefused("the token names no key, and the provider publishes several that fit it")
        return found[:MOST_TRIED]

    @property
    def keys_until(self) -> datetime:
        """When its keys are to be fetched anew: until then one that it took back may be believed."""
        return (self._fetched or self._clock()) + KEYS_LIVE

    def keys_unchanged(self) -> Callable[[], bool]:
        """Tells whether its keys were not fetched anew since now: if they were, one that it took back is believed no more."""
        fetched = self._fetched
        return lambda: self._fetched == fetched

    def _age(self) -> timedelta:
        return self._clock() - self._fetched if self._fetched is not None else KEYS_LIVE

    def _wants_keys(self, kid: str | None, algorithm: str) -> bool:
        age = self._age()
        known = any(key.fits(kid, algorithm) for key in self._keys)
        return age >= KEYS_LIVE or (not known and age >= REFETCH_EVERY)

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
            claims = self._signed(token)
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise TokenRefused(str(error)) from error
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.settings.client:
            raise TokenRefused("the token was issued to another party")
        if nonce is not None and claims.get("azp", self.settings.client) != self.settings.client:
            raise TokenRefused("the token answers a sign-on at another party")
        if not isinstance(claims["sub"], str) or claims["exp"] > LATEST_END:  # a number, whole or not, as RFC 7519 has it
            raise TokenRefused("the token's subject or end is malformed")
        if nonce is not None and claims.get("nonce") != nonce:
            raise TokenRefused("the token answers another sign-on")
        return claims

    def _signed(self, token: str) -> dict[str, Any]:
        """What a token says, once a key of the provider has signed it."""
        head = token.partition(".")[0]
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        kid, algorithm = (header.get("kid"), header.get("alg")) if isinstance(header, dict) else (None, None)
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or not isinstance(kid, str | None):
            raise TokenRefused("the token names an algorithm that is not ours, or no key as it should")
        for key in self._fitting(kid, algorithm):
            try:
                return jwt.decode(token, key.key, algorithms=[algorithm]).claims
            except BadSignatureError:
                continue
        raise TokenRefused("the token was signed by no key of the provider")

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

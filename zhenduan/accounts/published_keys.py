"""Published keys 公布密钥 of an identity provider (RFC 7517): those that we can use, and why not the others."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey

ALGORITHMS = {"RS256": ("RSA", ""), "PS256": ("RSA", ""), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}
"""Algorithm -> kind of key and curve that it is used with."""
FEWEST_BITS = 2048
"""Of an RSA key."""
MOST_KEYS = 100
LONGEST_MEMBER = 2_048
"""Characters of a number: an RSA key of 12,288 bits. So bounded a set needs no process apart: the answer has 1 MiB at most and its
JSON is read in a linear walk, once in 30 seconds at most; 100 keys take 7 ms of a core, where with numbers as long as the answer
they took 170 (2026-11-28)."""
MEMBERS = ("kty", "crv", "n", "e", "x", "y")
"""What a public key is made of."""
IMPORT: Mapping[str, Callable[[Any], RSAKey | ECKey | OKPKey]] = {
    "RSA": RSAKey.import_key,
    "EC": ECKey.import_key,
    "OKP": OKPKey.import_key,
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublishedKey:
    """A published key that can be used 可用密钥, with what its publisher says of it; empty where it says nothing."""

    key: RSAKey | ECKey | OKPKey
    kid: str
    kind: str
    curve: str
    algorithm: str

    def fits(self, kid: str | None, algorithm: str) -> bool:
        """Whether a token of such a header may have been signed by it."""
        named = kid is None or kid == self.kid
        return named and ALGORITHMS[algorithm] == (self.kind, self.curve) and self.algorithm in ("", algorithm)


def usable_keys(published: Mapping[str, Any]) -> Sequence[PublishedKey]:
    """The keys of a published set that we can use 可用密钥; each other is passed over with its reason in the log."""
    keys = published.get("keys")
    found: list[PublishedKey] = []
    for number, given in enumerate(keys[:MOST_KEYS] if isinstance(keys, list) else ()):
        try:
            found.append(_imported(given))
        except KeyUnusable as unusable:
            name = given.get("kid") if isinstance(given, dict) else None
            log.warning("key %d of the identity provider, kid %.80r, is passed over: %.200s", number + 1, name, unusable)
    if not found:
        log.warning("the identity provider publishes no key that can be used: nobody can sign in through it")
    return found


class KeyUnusable(Exception):  # noqa: N818 - says why
    """A published key that we cannot use."""


def _imported(given: object) -> PublishedKey:
    if not isinstance(given, dict):
        raise KeyUnusable("not an object")
    kind, kid, algorithm, curve = (given.get(name, "") for name in ("kty", "kid", "alg", "crv"))
    if not all(isinstance(text, str) for text in (kind, kid, algorithm, curve)):
        raise KeyUnusable("kty, kid, alg or crv is no text")
    curve = "" if kind == "RSA" else curve
    if (kind, curve) not in ALGORITHMS.values() or (algorithm and algorithm not in ALGORITHMS):
        raise KeyUnusable(f"of kind {kind} {curve} {algorithm}, which is not used here")
    if given.get("use", "sig") != "sig" or "verify" not in given.get("key_ops", ["verify"]):
        raise KeyUnusable("published for another use")
    if any(len(given[name]) > LONGEST_MEMBER for name in MEMBERS if isinstance(given.get(name), str)):
        raise KeyUnusable("longer than any key that is used")
    members = {name: given[name] for name in MEMBERS if name in given}
    try:
        key = IMPORT[kind](members)
        size = key.public_key.key_size if isinstance(key, RSAKey) else FEWEST_BITS
    except Exception as error:  # a stranger's numbers may upset the library in any way; one key must not cost the others
        raise KeyUnusable(repr(error)) from error
    if size < FEWEST_BITS:
        raise KeyUnusable(f"too short: {size} bits")
    return PublishedKey(key, kid, kind, curve, algorithm)

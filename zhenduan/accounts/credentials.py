"""Credential signer 凭证签名: certificates as signed credentials, under a key of this installation. plan T1.

The key is derived from the master key, as all keys of one purpose are: it comes back with it and needs no file of its own.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from journal.secrets.vault import derived

if TYPE_CHECKING:
    from joserfc.jwk import OKPKey

PURPOSE = "sign certificates of diagnosticians"
ALGORITHM = "Ed25519"
"""RFC 9864."""


class SignedCredentials:
    """Signs what anyone may verify 凭证签名者, from the master key of the installation.

    issuer: the name that tokens bear, under which the key is published. address: our public one as it is set, else "".
    """

    def __init__(self, master: bytes, issuer: str, address: str = "") -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(derived(master, PURPOSE))
        self.issuer = issuer
        self.address = address

    @cached_property
    def _key(self) -> "OKPKey":
        from joserfc.jwk import OKPKey  # noqa: PLC0415 - with the first certificate; every command opens an installation

        return OKPKey.import_key(self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def signed(self, kind: str, claims: Mapping[str, Any]) -> str:
        """A token of a kind over claims, with our name as its issuer 签名令牌; kind: its `typ`, such as dc+sd-jwt."""
        from joserfc import jwt  # noqa: PLC0415 - as above

        header = {"alg": ALGORITHM, "typ": kind, "kid": self._key.thumbprint()}
        return jwt.encode(header, {"iss": self.issuer, **claims}, self._key, algorithms=[ALGORITHM])

    def keys(self) -> dict[str, Any]:
        """The public keys as a set 公钥集 (RFC 7517)."""
        return {"keys": [{**self._key.as_dict(private=False), "kid": self._key.thumbprint(), "use": "sig", "alg": ALGORITHM}]}

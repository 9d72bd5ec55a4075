"""Keys of endpoints 推送签名密钥: what a webhook is signed with, by Standard Webhooks. plan P8.

Derived from the installation's secret, endpoint and generation: nothing is kept that could be lost or read elsewhere, and each
rotation has keys that tell nothing of those before. Whoever gets another secret has it rotated.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from journal.secrets.vault import derived

KEPT = 1_024
"""Keys that stay derived: to derive them takes longer than to sign."""


@dataclass(frozen=True)
class EndpointKeys:
    """The keys of one generation 一代密钥. secret: 32 bytes of HMAC. signing: Ed25519."""

    secret: bytes
    signing: Ed25519PrivateKey

    @property
    def secret_text(self) -> str:
        """The secret as Standard Webhooks writes it."""
        return "whsec_" + b64encode(self.secret).decode()

    @property
    def public_text(self) -> str:
        """The public key as Standard Webhooks writes it."""
        return "whpk_" + b64encode(self.signing.public_key().public_bytes_raw()).decode()


@lru_cache(maxsize=KEPT)
def endpoint_keys(installation: bytes, endpoint: str, generation: int) -> EndpointKeys:
    """The keys of an endpoint. installation: its secret, 32 bytes."""
    seed = derived(installation, f"webhook signing key {endpoint} {generation}")
    secret = derived(installation, f"webhook secret {endpoint} {generation}")
    return EndpointKeys(secret, Ed25519PrivateKey.from_private_bytes(seed))


def signatures(keys: Sequence[EndpointKeys], identity: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature` 签名: of each generation one `v1`, HMAC-SHA256, and one `v1a`, Ed25519."""
    signed = f"{identity}.{timestamp}.".encode() + body
    found = []
    for one in keys:
        found.append("v1," + b64encode(hmac.digest(one.secret, signed, "sha256")).decode())
        found.append("v1a," + b64encode(one.signing.sign(signed)).decode())
    return " ".join(found)

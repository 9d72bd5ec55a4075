"""A passkey in software 软件通行密钥: what a browser and a security key answer, by the bytes of WebAuthn level 2."""

import base64
import json
import os
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(given: str) -> bytes:
    return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))


@dataclass
class Authenticator:
    """origin: the page that the browser shows. counts: whether the key tells how often it was used."""

    origin: str
    counts: bool = True
    used: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: os.urandom(32))

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, host: str, flags: int, attested: bytes = b"") -> bytes:
        self.used += self.counts
        return sha256(host.encode()).digest() + struct.pack(">BI", flags, self.used) + attested

    def make(self, options: str) -> str:
        """As `navigator.credentials.create` answers."""
        asked = json.loads(options)
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + cbor2.dumps(public)
        made = self._data(asked["rp"]["id"], PRESENT | VERIFIED | ATTESTED, attested)
        client = self._client("webauthn.create", asked["challenge"])
        response = {
            "clientDataJSON": text(client),
            "attestationObject": text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": made})),
        }
        return self._answer(response)

    def sign(self, options: str, **changed: Any) -> str:
        """As `navigator.credentials.get` answers."""
        asked = json.loads(options) | changed
        made = self._data(asked["rpId"], PRESENT | VERIFIED)
        client = self._client("webauthn.get", asked["challenge"])
        signature = self.key.sign(made + sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {"clientDataJSON": text(client), "authenticatorData": text(made), "signature": text(signature)}
        return self._answer(response)

    def _answer(self, response: dict[str, str]) -> str:
        name = text(self.credential)
        said = {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        return json.dumps(said)

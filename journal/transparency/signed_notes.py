"""Signed notes 签名文本 as in c2sp.org/signed-note, and cosignatures as in c2sp.org/tlog-cosignature, by Ed25519. plan P5.

A note is text, an empty line, and a line for each signature: em dash, name of the key, base64 of its id and the signature.
Signatures of keys that a reader does not know are passed over; one of a known key must hold.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from journal.text_normalisation import carried_key

LARGEST_NOTE = 64 * 1024
MOST_SIGNATURES = 64
"""A reader must take 16 at least."""
ID_BYTES = 4
KEY_BYTES = 32
SIGNATURE_BYTES = 64
TIME_BYTES = 8
DASH = "— "
SECRET = "PRIVATE+KEY+"  # noqa: S105 - the mark that such a key begins with
LATEST_TIME = 2**63 - 1
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class NoteRefused(ValueError):  # noqa: N818 - says what is wrong with the note
    """The note or key cannot be taken 签名文本不可信: malformed, signed by nobody known, or a known signature that fails."""


class SigningKind(IntEnum):
    """How a key signs 签名方式: the type byte of its id."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


def from_base64(text: str) -> bytes:
    """Bytes of standard base64, in its one canonical spelling.

    Raises:
        NoteRefused: it is none.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteRefused("非规范 base64 not base64") from error
    if to_base64(raw) != text:
        raise NoteRefused("非规范 base64 not canonical base64")
    return raw


def to_base64(raw: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(raw).decode("ascii")


def _checked_name(name: str) -> str:
    odd = any(letter == "+" or letter.isspace() or unicodedata.category(letter) == "Cc" for letter in name)
    if not name or odd:
        raise NoteRefused("密钥名称为空，或含空格、加号 a key's name is empty or holds a space or a plus")
    return name


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a key 验证密钥, told to others as text: name+id+base64."""

    name: str
    kind: SigningKind
    public: bytes

    @cached_property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart; no proof of anything."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @staticmethod
    def parse(text: str) -> "VerifierKey":
        """The key behind its text.

        Raises:
            NoteRefused: malformed, of another kind than ours, or its id is not its own.
        """
        name, _, rest = carried_key(text).partition("+")
        identity, _, encoded = rest.partition("+")
        key = VerifierKey(_checked_name(name), *_material(encoded))
        if identity != key.id.hex():
            raise NoteRefused(f"验证密钥标识不符 the id of the verifier key is not {identity}")
        return key

    def holds(self, text: str, signature: bytes) -> int | None:
        """Seconds since 1970 at which a text was signed, 0 where the kind states no time; None when the signature fails."""
        seconds, signed = 0, text.encode()
        if self.kind is SigningKind.COSIGNATURE:
            seconds, signature = int.from_bytes(signature[:TIME_BYTES]), signature[TIME_BYTES:]
            signed = _with_time(text, seconds)
        if len(signature) != SIGNATURE_BYTES or seconds > LATEST_TIME:
            return None
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except InvalidSignature:
            return None
        return seconds


def _material(encoded: str) -> tuple[SigningKind, bytes]:
    raw = from_base64(encoded)
    if len(raw) != 1 + KEY_BYTES or raw[0] not in tuple(SigningKind):
        raise NoteRefused("密钥类型不受支持 the kind of the key is not one of ours")
    return SigningKind(raw[0]), raw[1:]


def _with_time(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


@dataclass(frozen=True)
class Signature:
    """One signature line 签名行: whose it claims to be, and its bytes."""

    name: str
    key_id: bytes
    raw: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {to_base64(self.key_id + self.raw)}"

    @staticmethod
    def parse(line: str) -> "Signature":
        """The signature in a line.

        Raises:
            NoteRefused: it is none.
        """
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        raw = from_base64(encoded)
        if not line.startswith(DASH) or len(raw) <= ID_BYTES:
            raise NoteRefused(f"签名行格式错误 no signature line: {line[:80]}")
        return Signature(_checked_name(name), raw[:ID_BYTES], raw[ID_BYTES:])


@dataclass(frozen=True)
class SigningKey:
    """The secret half of a key 签名密钥, as text PRIVATE+KEY+name+id+base64; its text belongs in a file of its owner's alone."""

    name: str
    kind: SigningKind
    seed: bytes

    @staticmethod
    def generate(name: str, kind: SigningKind) -> "SigningKey":
        """A new key."""
        return SigningKey(_checked_name(name), kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @cached_property
    def verifier(self) -> VerifierKey:
        """What others verify with."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.kind, public)

    def secret_text(self) -> str:
        """The key as it is kept."""
        return f"{SECRET}{self.name}+{self.verifier.id.hex()}+{to_base64(bytes([self.kind]) + self.seed)}"

    def __repr__(self) -> str:
        return f"SigningKey({self.verifier})"

    @staticmethod
    def parse(text: str) -> "SigningKey":
        """The key behind the text that it is kept as.

        Raises:
            NoteRefused: malformed, or its id is not its own.
        """
        text = carried_key(text)
        if not text.startswith(SECRET):
            raise NoteRefused("不是签名密钥 not a signing key")
        name, _, rest = text.removeprefix(SECRET).partition("+")
        identity, _, encoded = rest.partition("+")
        key = SigningKey(_checked_name(name), *_material(encoded))
        if identity != key.verifier.id.hex():
            raise NoteRefused(f"签名密钥标识不符 the id of the signing key is not {identity}")
        return key

    def sign(self, text: str, seconds: int = 0) -> Signature:
        """A signature over a text. seconds: since 1970, stated in a cosignature and in no other kind."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        if self.kind is SigningKind.COSIGNATURE:
            raw = seconds.to_bytes(TIME_BYTES) + private.sign(_with_time(text, seconds))
        else:
            raw = private.sign(text.encode())
        return Signature(self.name, self.verifier.id, raw)


@dataclass(frozen=True)
class Note:
    """A text and the signatures under it 签名文本; neither is to be believed before `signed_by`."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{signature}\n" for signature in self.signatures)

    @staticmethod
    def parse(given: str) -> "Note":
        """The note that a text is.

        Raises:
            NoteRefused: it is none.
        """
        if len(given) > LARGEST_NOTE or CONTROL.search(given):
            raise NoteRefused("签名文本过长或含控制字符 the note is too long or holds control characters")
        text, gap, lines = given.rpartition("\n\n")
        if not gap or not lines.endswith("\n"):
            raise NoteRefused("不是签名文本，或在传送中受损 not a signed note, or damaged on its way")
        parts = lines[:-1].split("\n")
        if len(parts) > MOST_SIGNATURES:
            raise NoteRefused("签名过多 too many signatures")
        return Note(text + "\n", tuple(Signature.parse(line) for line in parts))

    def signed_by(self, keys: Sequence[VerifierKey]) -> dict[VerifierKey, int]:
        """Which of the keys signed the text, and when: seconds since 1970, 0 where no time is stated.

        Raises:
            NoteRefused: none of them did, or a signature that claims to be one of theirs fails.
        """
        known = {(key.name, key.id): key for key in keys}
        found: dict[VerifierKey, int] = {}
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is None:
                continue
            at = key.holds(self.text, signature.raw)
            if at is None:
                raise NoteRefused(f"签名无效 the signature of {key.name} does not hold")
            found.setdefault(key, at)
        if not found:
            raise NoteRefused("没有可信密钥的签名 no key that is trusted signed this")
        return found

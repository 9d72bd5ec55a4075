"""Digest 杂凑算法 of the journal's tree: SHA-256, or SM3 (GB/T 32905-2016) where the deployment asks for it. plan P5.

One journal has one algorithm for good. It is stored in the head, and stated by everything that leaves the house.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives import hashes

HASH_SIZE = 32
"""Bytes; both algorithms have 256 bits."""


@dataclass(frozen=True)
class Digest:
    """One algorithm 杂凑算法, and how the tree uses it as in RFC 6962, section 2.1. name: as it is stored."""

    name: str
    of: Callable[[bytes], bytes] = field(repr=False, compare=False)

    def leaf(self, entry: bytes) -> bytes:
        """Hash of a leaf: H(0x00 ‖ entry)."""
        return self.of(b"\x00" + entry)

    def node(self, left: bytes, right: bytes) -> bytes:
        """Hash of an inner node: H(0x01 ‖ left ‖ right)."""
        return self.of(b"\x01" + left + right)

    @property
    def empty(self) -> bytes:
        """Root of the empty tree: H of nothing."""
        return self.of(b"")


def _sm3(data: bytes) -> bytes:
    hashing = hashes.Hash(hashes.SM3())
    hashing.update(data)
    return hashing.finalize()


SHA256 = Digest("sha256", lambda data: sha256(data).digest())
SM3 = Digest("sm3", _sm3)

DIGESTS = {digest.name: digest for digest in (SHA256, SM3)}
"""Name -> algorithm 可选算法."""

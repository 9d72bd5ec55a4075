"""Salt of the enterprises' ids 标识盐: drawn once, sealed in the journal under a key of the master key, opened once a process.

Sealing is deterministic (the nonce follows from the salt, of which there is one): the same salt under the same key is the same
fact. What the journal gives away, exports and proofs included, is ciphertext.
"""

import base64
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.access import Everything, Role
from domain.kernel import Capabilities, Rule
from domain.participants.firm_ids import IDENTIFIERS, DrawSalt, SealedSalt, salt_stream
from journal.codec import folded
from journal.command_handling import Caller, handle
from journal.journal import Journal

FIRM_SALT_SEALED = Rule(
    "FIRM_SALT_SEALED",
    "plan P5",
    "企业标识的密钥由另一把主密钥封存，暂不能导入名单；请先恢复原主密钥文件",
    "The key of the enterprises' ids is sealed under another master key, so no roster can be imported; restore that key file first",
)
NONCE_BYTES = 12
ASSOCIATED = b"salt of enterprise ids"
PROGRAM = Caller("zhenduan", Role.SYSTEM, "", Everything())


class FirmSalt:
    """The salt of an installation 标识盐.

    Args:
        journal: where it is kept, sealed.
        key: 32 bytes, derived from the master key.
    """

    def __init__(self, journal: Journal, key: bytes) -> None:
        self._journal, self._key = journal, key
        self._opened: str | None = None

    def known_or_drawn(self, clock: Callable[[], datetime], salt: str | None = None, reason: str = "首次导入名单") -> str:
        """The salt, in hexadecimal; where there is none yet, `salt` or a random one becomes it, whichever process is first.

        reason: kept in the entry.

        Raises:
            Refused: FIRM_SALT_SEALED.
        """
        if self._opened is None:
            known = self._known()
            if known is None:
                offered = DrawSalt(sealed=self._sealed(salt or secrets.token_hex(32)))
                handle(self._journal, Capabilities(IDENTIFIERS), offered, PROGRAM, clock=clock, reason=reason)
                known = self._known()
            assert known is not None  # noqa: S101 - it was drawn above, here or elsewhere
            self._opened = self._open(known.sealed)
        return self._opened

    def _known(self) -> SealedSalt | None:
        entries = self._journal.read(salt_stream())
        found: SealedSalt | None = folded(IDENTIFIERS, entries)
        return found

    def _sealed(self, salt: str) -> str:
        plain = bytes.fromhex(salt)
        nonce = hmac.digest(self._key, plain, "sha256")[:NONCE_BYTES]
        return base64.urlsafe_b64encode(nonce + AESGCM(self._key).encrypt(nonce, plain, ASSOCIATED)).decode()

    def _open(self, sealed: str) -> str:
        found = base64.urlsafe_b64decode(sealed)
        try:
            return AESGCM(self._key).decrypt(found[:NONCE_BYTES], found[NONCE_BYTES:], ASSOCIATED).hex()
        except InvalidTag as other:
            raise FIRM_SALT_SEALED.refuse() from other

"""Cursors 游标: opaque tokens for places in a connection and for journal positions.

A journal position tells how much the city does in a day, so it never leaves in the clear except to auditors. AES-SIV is
deterministic and authenticated: the same place has the same token, and a token that was not made here does not open.

The token of an event is the same for everyone, so that it is told once. That of a place at which the caller was told of nothing
moves with what others write, and so is another each time: whoever compares two learns nothing. decision 0141.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.kernel import Rule

CURSOR_INVALID = Rule(
    "CURSOR_INVALID",
    "plan P7",
    "游标无效：须原样使用本系统给出的游标，且列表、筛选与排序须与给出时相同",
    "No such cursor here: use one exactly as it was given, with the same list, filter and order",
)
POSITION = "position"
LARGEST_CURSOR = 1_024
DIGITS = 19
"""Of a position in a token that is another each time: its length tells nothing of how many entries there are."""


class Cursors:
    """Sealer of cursors 游标封装.

    Args:
        secret: at least 32 bytes of this installation; another secret makes every cursor given out invalid.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:  # noqa: PLR2004 - the docstring names it
            raise ValueError("the installation's secret has fewer than 32 bytes")
        self._cipher = AESSIV(HKDF(SHA256(), 64, salt=None, info=b"zhenduan cursors v1").derive(secret))

    def seal(self, position: int) -> str:
        """Token of the journal position of an event that its reader is told of 位置令牌."""
        return self.seal_key(POSITION, str(position))

    def seal_place(self, position: int) -> str:
        """Token of the journal position up to which was looked 所至位置令牌, another each time."""
        return self.seal_key(POSITION, f"{position:0{DIGITS}} {secrets.token_hex(8)}")

    def open(self, token: str) -> int:
        """The journal position of a token.

        Raises:
            Refused: CURSOR_INVALID when it was not made here, or stands for something else.
        """
        return int(self.open_key(POSITION, token).partition(" ")[0])

    def seal_key(self, connection: str, key: str) -> str:
        """Token of a place in a connection 条目游标; `connection` names what the cursor may be used for."""
        return urlsafe_b64encode(self._cipher.encrypt(key.encode(), [connection.encode()])).rstrip(b"=").decode()

    def open_key(self, connection: str, cursor: str) -> str:
        """The key of a cursor of the same connection.

        Raises:
            Refused: CURSOR_INVALID.
        """
        if len(cursor) > LARGEST_CURSOR:
            raise CURSOR_INVALID.refuse()
        try:
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            return self._cipher.decrypt(sealed, [connection.encode()]).decode()
        except (InvalidTag, ValueError):
            raise CURSOR_INVALID.refuse() from None

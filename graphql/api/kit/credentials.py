"""Signed credentials · 凭证: what their kinds share, SD-JWT VC with a token status list, verified by anyone. plan T1, R4."""

import base64
import secrets
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from api.kit.ports import CredentialSigner

CREDENTIAL, STATUS_LIST = "dc+sd-jwt", "statuslist+jwt"
"""Kinds of tokens: RFC 9901 without disclosures, and the token status list."""
BITS = 2
PER_BYTE = 8 // BITS
LIVES = timedelta(hours=12)
"""How long a status list may be kept."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is taken for a digit."""
DRAWN = 12
"""Letters of a number that are drawn: sixty bits, so that nobody finds people or firms by trying numbers."""


def drawn_number(kind: str, year: int) -> str:
    """A number of a credential 凭证编号, such as ZDS-2026-0123456789AB."""
    return f"{kind}-{year}-{drawn(DRAWN)}"


def drawn(letters: int) -> str:
    """So many drawn letters of Crockford's alphabet 随机字符, five bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(letters))


def verify_url(signer: CredentialSigner | None, number: str) -> str:
    """Where anyone with a browser verifies a number 公开核验地址: a path of this server where its public address is not set."""
    return f"{signer.address if signer is not None else ''}/verify/{number}"


def seconds(moment: datetime) -> int:
    """A moment as tokens write it: seconds since 1970."""
    return int(moment.timestamp())


def status_list(signer: CredentialSigner, path: str, statuses: Sequence[int], now: datetime) -> str:
    """The status of every credential of a kind, in the order they were issued, as a token status list 状态清单.

    Args:
        signer: of this installation.
        path: where the list is fetched.
        statuses: 0 valid, 1 invalid, 2 suspended.
        now: when it is made.
    """
    packed = bytearray(-(-len(statuses) // PER_BYTE) or 1)
    for place, status in enumerate(statuses):
        packed[place // PER_BYTE] |= status << (place % PER_BYTE * BITS)
    listed = base64.urlsafe_b64encode(zlib.compress(bytes(packed), 9)).rstrip(b"=").decode()
    claims = {
        "sub": signer.issuer + path,
        "iat": seconds(now),
        "exp": seconds(now + LIVES),
        "status_list": {"bits": BITS, "lst": listed},
    }
    return signer.signed(STATUS_LIST, claims)

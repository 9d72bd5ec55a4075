"""Time codes · 动态验证码 (TOTP, RFC 6238): six digits of a shared secret and the half minute it is. plan P7."""

import hmac
import unicodedata
from datetime import datetime

import pyotp

STEP_SECONDS = 30
STEPS_OFF = 1
"""A clock may be so many half minutes wrong, either way."""
DIGITS = 6
ISSUER = "诊断 Zhenduan"


def new_secret() -> str:
    """A secret for one authenticator 密钥, 160 bits in base32."""
    return pyotp.random_base32()


def address(secret: str, login: str) -> str:
    """What an authenticator app reads, usually as a QR code 二维码内容."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute since 1970 that a code is of, within a step of now; None for a wrong code.

    Whoever takes a code takes its step too, and none at or before it again: a code is good once (RFC 6238 5.2).
    """
    digits = unicodedata.normalize("NFKC", code).replace(" ", "")
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        return None
    current = int(now.timestamp()) // STEP_SECONDS
    codes = pyotp.TOTP(secret)
    found = None
    for step in range(current - STEPS_OFF, current + STEPS_OFF + 1):
        if hmac.compare_digest(codes.at(step * STEP_SECONDS), digits):
            found = step
    return found

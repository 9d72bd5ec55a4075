"""Unified social credit code 统一社会信用代码 (GB 32100-2015): its two check digits, and valid codes of no real firm. plan P1.

Eighteen signs: registrar, category, six of the registrar's division (not the enterprise's district), nine of the
organisation code (GB 11714, its last sign a check digit), one check digit over all.
"""

from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 signs of a code: no I, O, S, V, Z, which are taken for digits or one another."""
LENGTH = 18
ORGANISATION = slice(8, 17)
"""Where the organisation code stands within a code."""

VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SYNTHETIC_PREFIX = "XX"
SYNTHETIC_DIGITS = 6


class UsccFlaw(StrEnum):
    """What is wrong with a code 代码缺陷, the first that applies.

    CHECK_DIGIT alone is no proof: registered codes exist that fail the check over all while their organisation code
    passes, so it warns and is to be confirmed with the registry; the other flaws refuse.
    """

    LENGTH = "length"
    ALPHABET = "alphabet"
    ORGANISATION_CODE = "organisation_code"
    CHECK_DIGIT = "check_digit"


def check_digit(first: str) -> str:
    """Check digit 校验码 over the first seventeen signs of a code, all within `ALPHABET`."""
    return ALPHABET[-sum(VALUES[sign] * weight for sign, weight in zip(first, WEIGHTS, strict=True)) % 31]


def organisation_check_digit(first: str) -> str:
    """Check digit of an organisation code 组织机构代码校验码 over its first eight signs (GB 11714)."""
    total = sum(int(sign, 36) * weight for sign, weight in zip(first, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def flaw_of(code: str) -> UsccFlaw | None:
    """The gravest flaw of a code 代码校验; None = both check digits hold. The code is upper case and half-width."""
    if len(code) != LENGTH:
        return UsccFlaw.LENGTH
    if not VALUES.keys() >= set(code):
        return UsccFlaw.ALPHABET
    organisation = code[ORGANISATION]
    if organisation_check_digit(organisation[:-1]) != organisation[-1]:
        return UsccFlaw.ORGANISATION_CODE
    if check_digit(code[:-1]) != code[-1]:
        return UsccFlaw.CHECK_DIGIT
    return None


def valid_uscc(number: int, division: str = "310000") -> str:
    """A code of no real firm whose check digits hold 合成代码, for demonstrations, tests and measurements.

    Args:
        number: 0 up to 31⁶ - 1; different numbers give different codes.
        division: six digits of the registrar's division.

    Returns:
        A code of registrar and category "91" (business registration, enterprise) whose organisation code begins with
        "XX", a prefix not known to have been issued.

    Raises:
        ValueError: the number is out of range.
    """
    if not 0 <= number < len(ALPHABET) ** SYNTHETIC_DIGITS:
        raise ValueError(f"number {number} is out of range")
    signs = []
    for _ in range(SYNTHETIC_DIGITS):
        number, digit = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[digit])
    organisation = SYNTHETIC_PREFIX + "".join(reversed(signs))
    first = f"91{division}{organisation}{organisation_check_digit(organisation)}"
    return first + check_digit(first)

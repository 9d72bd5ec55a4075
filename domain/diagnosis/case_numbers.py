"""Case number 案号: what a case is called on the telephone, and how what was heard is read back. plan P4."""

import re
from hashlib import sha256
from unicodedata import normalize

from domain.kernel import Rule

DIGITS = 12
"""Eleven that follow from the diagnosis' id, and a check digit."""

CASE_NUMBER_MISTYPED = Rule(
    "CASE_NUMBER_MISTYPED",
    "plan P4",
    "案号“{given}”有误：应为 12 位数字，末位为校验码，如 4821-0937-5521；请与报告封面核对",
    "“{given}” is no case number: it has 12 digits, the last one a check digit, such as 4821-0937-5521; compare it with the cover",
)


def case_number(diagnosis: str) -> str:
    """The number of a case that is said on the telephone 案号: "4821-0937-5521", eleven digits and a check digit.

    Worked out from the diagnosis' id alone by SHA-256, so it tells neither when nor after how many others it was opened. One
    wrong digit and two neighbours swapped are found by the check digit (ISO/IEC 7064, MOD 11,10). Of 100,000 cases of a city
    two share a number with a chance of about one in twenty: it leads to a case, and never stands for its id in a record.
    """
    digits = f"{int.from_bytes(sha256(f'case number of diagnosis {diagnosis}'.encode()).digest()) % 10**11:011}"
    return _written(digits + str(check_digit(digits)))


def check_digit(digits: str) -> int:
    """The check digit of some digits 校验位, ISO/IEC 7064 MOD 11,10."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (11 - product) % 10


def read_case_number(given: str, path: str) -> str:
    """A case number as a person writes it, as `case_number` writes it 读取案号: full-width digits, blanks and dashes are one.

    Raises:
        Refused: CASE_NUMBER_MISTYPED (plan P4), whether or not there is such a case.
    """
    digits = re.sub(r"[\s\u2010-\u2015\u2212-]", "", normalize("NFKC", given))
    if not re.fullmatch(f"[0-9]{{{DIGITS}}}", digits) or check_digit(digits[:-1]) != int(digits[-1]):
        raise CASE_NUMBER_MISTYPED.refuse(path=path, given=given[: 2 * DIGITS])
    return _written(digits)


def _written(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"

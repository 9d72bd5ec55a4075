"""Printed numbers 印制编号: what somebody copies from a paper, read as it was printed. plan P4, T1, R4.

Whoever types it writes full-width letters, blanks or another dash; whoever copies it from a page brings what shows nothing along.
Letters and digits of another alphabet are never taken for ours.
"""

import re
from unicodedata import category, normalize

LONGEST = 128
"""Characters of anything that was ever printed, and of the blanks around it; what is longer is read as it is, and is of nothing."""
DASHES = re.compile(r"[\u2010-\u2015\u2212]")
GRADE = re.compile(r"[0-9]{1,2}", re.ASCII)


def as_printed(given: str) -> str:
    """A number, code or hash as it is printed: in capitals of one width, without blanks and without what shows nothing."""
    if len(given) > LONGEST:
        return given
    shown = (one for one in normalize("NFKC", given) if not one.isspace() and category(one) not in ("Cc", "Cf"))
    return DASHES.sub("-", "".join(shown)).upper()


def printed_grade(given: str) -> int | None:
    """A grade as it is printed; None where none is stated.

    Raises:
        ValueError: it is no number.
    """
    said = as_printed(given)
    if not said:
        return None
    if not GRADE.fullmatch(said):
        raise ValueError(given[:LONGEST])
    return int(said)

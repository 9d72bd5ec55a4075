"""Written numbers 手填数值 of a returned form: exact, or none; what only a program of ours would take for a number is none.

Digits in full width are ours, those of another alphabet are not.
"""

from decimal import Decimal, InvalidOperation
from unicodedata import normalize

MOST_DIGITS = 28
"""As many as stay exact when the zeros at the end go."""
LARGEST_POWER = 20


def written_number(text: str) -> Decimal | None:
    """The number that a text states, without zeros at its end 读取数值; None where it states none, or more than fits."""
    try:
        number = Decimal(text) if "_" not in text and normalize("NFKC", text).isascii() else None
    except InvalidOperation:
        return None
    if number is None or not number.is_finite() or abs(number.adjusted()) > LARGEST_POWER:
        return None
    return Decimal(f"{number.normalize() or Decimal(0):f}") if len(number.as_tuple().digits) <= MOST_DIGITS else None

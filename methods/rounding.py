"""Rounding 舍入: the one way by which a number leaves a method, to an exact decimal, half up (away from zero)."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

SCORE_PLACES = 4
"""Decimals of scores, errors, probabilities, reliabilities and shares; people are shown two."""
PERCENT_PLACES = 2
"""Decimals of a percentage, its interval's ends included."""
CARRIED_PLACES = 6
"""Decimals of a variance or a coefficient that a later step reads."""


def rounded(value: float | Fraction, places: int) -> Decimal:
    """A number to so many decimals.

    A float is first written with 12 decimals, which removes what differs between machines; a fraction is rounded exactly.
    Zero has no sign.
    """
    if isinstance(value, Fraction):
        units = abs(value) * 10**places + Fraction(1, 2)
        whole = units.numerator // units.denominator
        return Decimal(whole if value >= 0 else -whole).scaleb(-places)
    shown = Decimal(format(value, ".12f")).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return shown or abs(shown)

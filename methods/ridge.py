"""Ridge equations 岭回归方程: (M + ridge·1)x = v for a positive semidefinite M, each x exactly rounded."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TypeVar

from methods.rounding import rounded

_DIGITS = (40, 80, 160)
_Number = TypeVar("_Number", Decimal, Fraction)


def ridge_solution(matrix: Sequence[Sequence[Fraction]], vector: Sequence[Fraction], ridge: int, places: int) -> list[Decimal]:
    """The solution to so many decimals, as exact fractions would give it.

    Fractions of forty unknowns grow to thousands of digits. So it is solved in decimals first, and the exact residual r
    proves how far that is off: by no more than |r|/ridge, because no eigenvalue lies below the ridge. Only where that leaves
    a rounding open are more digits taken, and for an exact tie the fractions.
    """
    whole = [[value + ridge * (row == column) for column, value in enumerate(values)] for row, values in enumerate(matrix)]
    for digits in _DIGITS:
        with localcontext() as context:
            context.prec = digits
            near = _eliminated([[_decimal(value) for value in row] for row in whole], [_decimal(value) for value in vector])
        exact = [Fraction(value) for value in near]
        residual = (
            abs(wanted - sum((a * x for a, x in zip(row, exact, strict=True)), Fraction(0)))
            for row, wanted in zip(whole, vector, strict=True)
        )
        off = sum(residual, Fraction(0)) / ridge
        found = [rounded(value, places) for value in exact]
        if all(rounded(x - off, places) == y == rounded(x + off, places) for x, y in zip(exact, found, strict=True)):
            return found
    return [rounded(value, places) for value in _eliminated(whole, list(vector))]


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _eliminated(matrix: list[list[_Number]], vector: list[_Number]) -> list[_Number]:
    """Gauss without pivoting, which a positive definite matrix does not need; takes its arguments apart."""
    size = len(vector)
    for pivot in range(size):
        for row in range(pivot + 1, size):
            if factor := matrix[row][pivot] / matrix[pivot][pivot]:
                matrix[row] = [a - factor * b for a, b in zip(matrix[row], matrix[pivot], strict=True)]
                vector[row] -= factor * vector[pivot]
    for row in reversed(range(size)):
        for later in range(row + 1, size):
            vector[row] -= matrix[row][later] * vector[later]
        vector[row] /= matrix[row][row]
    return vector

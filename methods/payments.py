"""Payments 补贴计算: what jobs are worth, capped, within the budget to the fen, and what is taken back. Method p. plan I1.

Exact: whole fen and fractions. Nobody gets more than is due; the payments add up to the budget or less.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.largest_remainder import largest_remainder

METHOD = "p/1"
"""Id and version of what is computed here, as results cite it."""


@dataclass(frozen=True)
class Claim:
    """Confirmed jobs of one kind and size 确认任务: base per job in fen, coefficient of the provider's tier, how many.

    None below 0.
    """

    base_fen: int
    coefficient: Decimal
    jobs: int

    def __post_init__(self) -> None:
        if self.base_fen < 0 or self.coefficient < 0 or self.jobs < 0:
            raise ValueError(f"no claim can be {self}")


@dataclass(frozen=True)
class Payments:
    """A year's payments in whole fen 年度补贴. ratio: budget / all that is due when that is more, else 1."""

    due: Mapping[str, int]
    paid: Mapping[str, int]
    ratio: Fraction


def due(claims: Sequence[Claim]) -> Fraction:
    """What jobs are worth, in fen, before any cap."""
    return sum((one.base_fen * Fraction(one.coefficient) * one.jobs for one in claims), Fraction(0))


def payments(claims: Mapping[str, Sequence[Claim]], cap_fen: int, budget_fen: int) -> Payments:
    """Every provider's payment.

    Due, then the cap, then half up to the fen; where the sum is above the budget, the budget split by the largest remainder.
    """
    capped = {provider: min(Fraction(cap_fen), due(own)) for provider, own in claims.items()}
    whole = {provider: math.floor(amount + Fraction(1, 2)) for provider, amount in capped.items()}
    wanted = sum(whole.values())
    if wanted <= budget_fen:
        return Payments(whole, whole, Fraction(1))
    return Payments(whole, largest_remainder(budget_fen, whole), Fraction(budget_fen, wanted))


def clawback(paid_fen: int, claims: Sequence[Claim], overturned: Sequence[Claim], before_fen: int) -> int:
    """What is taken back 追回, in fen, downwards: the overturned jobs' part of what is due before the cap, of what was paid.

    So a capped provider pays too, and all jobs overturned is all that was paid. overturned: all of the year so far;
    before_fen: what was taken back for the earlier of them.
    """
    whole = due(claims)
    if not whole:
        return 0
    return math.floor(paid_fen * due(overturned) / whole) - before_fen

"""Grade probability 档次概率: how sure a total and its grade are, from jobs assessed twice. Method i. plan P6.

It answers "which is the true grade". Whether a second team would say the same is less sure, and another question. Never to
withhold a grade or to round one up.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise

from methods.normal import below
from methods.rounding import SCORE_PLACES, rounded


@dataclass(frozen=True)
class MeasurementError:
    """Standard error of one assessment 测量标准误, bias included, and the bias: mean of first − second total.

    Points, four decimals.
    """

    error: Decimal
    bias: Decimal
    pairs: int


def measurement_error(differences: Sequence[Decimal]) -> MeasurementError | None:
    """From first − second totals of the base sample's jobs; None of none. Thirty pairs at least, sixty give it to 15 %."""
    if not differences:
        return None
    values, count = [float(one) for one in differences], len(differences)
    error = math.sqrt(math.fsum(value * value for value in values) / (2 * count))
    return MeasurementError(rounded(error, SCORE_PLACES), rounded(math.fsum(values) / count, SCORE_PLACES), count)


def error_of_teams(team: Decimal, rest: Decimal, teams: int) -> Decimal:
    """Standard error of the mean of so many teams, from both variances (a D-study): what a second team would buy."""
    return rounded(math.sqrt((float(team) + float(rest)) / teams), SCORE_PLACES)


@dataclass(frozen=True)
class Peers:
    """Totals of alike firms 同类企业, of one industry and size: mean and standard deviation, above the error."""

    mean: Decimal
    deviation: Decimal


def grade_probabilities(total: Decimal, error: Decimal, bands: Sequence[Decimal], peers: Peers | None) -> Sequence[Decimal]:
    """Probability of every grade from 0 on; four decimals.

    Args:
        total: as issued.
        error: its standard error, above 0.
        bands: lowest total of grade 1, 2, …, rising.
        peers: draw the total towards theirs by its reliability (Kelley); None leaves it.
    """
    mean, deviation = float(total), float(error)
    if peers is not None:
        reliability = 1 - deviation**2 / float(peers.deviation) ** 2
        mean = float(peers.mean) + reliability * (mean - float(peers.mean))
        deviation *= math.sqrt(reliability)
    reached = [0.0, *(below((float(band) - mean) / deviation) for band in bands), 1.0]
    return [rounded(after - before, SCORE_PLACES) for before, after in pairwise(reached)]


def hash_uniform(seed: str, *parts: str | int) -> Fraction:
    """A number within [0, 1) from names alone, the same everywhere: where a gate is redrawn, by case, replicate and indicator."""
    named = "\n".join([seed, *map(str, parts)]).encode()
    return Fraction(int.from_bytes(sha256(named).digest()[:8], "big"), 2**64)

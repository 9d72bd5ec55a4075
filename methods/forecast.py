"""Forecast and pace 预测与进度: where a year ends at the present pace, and what pace would reach the target. Method m. plan G4, R1.

Counts against exposure (working days × season), over-dispersed Poisson; without the calendar's exposure a year-end rush is
covered by 9 % of 90 % intervals.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.agreement import student_95
from methods.rounding import SCORE_PLACES, rounded

_SHOWN_PLACES = 1


@dataclass(frozen=True)
class Week:
    """A week gone by 已过周: jobs finished and its exposure, working days × season factor, above 0."""

    finished: int
    exposure: Decimal


@dataclass(frozen=True)
class Forecast:
    """Jobs finished by the end 预测, one decimal, within what is done and the total; deviation and dispersion: four decimals."""

    mean: Decimal
    low: Decimal
    high: Decimal
    dispersion: Decimal
    deviation: Decimal


def forecast(done: int, weeks: Sequence[Week], exposure_left: Decimal, total: int) -> Forecast | None:
    """At the present pace, with a 90 % interval; None with fewer than two weeks seen."""
    if len(weeks) <= 1:
        return None
    counts, exposures, left = [one.finished for one in weeks], [float(one.exposure) for one in weeks], float(exposure_left)
    whole = math.fsum(exposures)
    pace, dispersion = math.fsum(counts) / whole, 1.0
    if pace > 0:
        squares = ((count - pace * one) ** 2 / (pace * one) for count, one in zip(counts, exposures, strict=True))
        dispersion = max(1.0, math.fsum(squares) / (len(weeks) - 1))
    mean = done + pace * left
    deviation = math.sqrt(dispersion * pace * left * (1 + left / whole))
    half = student_95(len(weeks) - 1) * deviation
    return Forecast(
        rounded(min(float(total), mean), _SHOWN_PLACES),
        rounded(max(float(done), min(float(total), mean - half)), _SHOWN_PLACES),
        rounded(min(float(total), mean + half), _SHOWN_PLACES),
        rounded(dispersion, SCORE_PLACES),
        rounded(deviation, SCORE_PLACES),
    )


def needed_pace(done: int, target: int, exposure_left: Decimal) -> Fraction | None:
    """Jobs per unit of exposure that the target still needs.

    0 once it is reached, None when no time is left for what is missing.
    """
    missing = max(0, target - done)
    if not missing:
        return Fraction(0)
    return missing / Fraction(exposure_left) if exposure_left else None

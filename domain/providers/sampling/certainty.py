"""Certainty of a grade 档次把握: how probable each grade is by the total, from jobs assessed again blind. plan P6. Method i.

It answers "which is the true grade" of a total, and changes none: no grade is withheld for it, and none is rounded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.providers.sampling.state import Draw, DrawnJob
from methods.grade_probability import grade_probabilities, measurement_error
from methods.rounding import rounded
from standards import Issued, Measured
from standards.described import DescribedEnum

LOTS = 2**256


class CertaintyBasis(DescribedEnum):
    """Whether the probabilities of a grade are given, and why they are not · 档次概率依据."""

    ESTIMATED = "estimated", "From jobs that were assessed again blind · 据盲评估计"
    TOO_FEW_PAIRS = "too_few_pairs", "Too few jobs were assessed again to tell · 盲评样本不足"
    HELD_BY_GATE = (
        "held_by_gate",
        "A gate holds the grade below that of the total; of gates nothing is estimated · 受门槛所限",
    )


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure a grade is 档次把握. error: standard error of one assessment, in points; None where none is given.

    chances: (grade, whole percent), the lowest first, what rounds to nothing left out; empty where none is given.
    """

    basis: CertaintyBasis
    error: Decimal | None = None
    chances: tuple[tuple[int, Decimal], ...] = ()


def in_base_sample(job: DrawnJob, plan: SamplingPlan) -> bool:
    """Whether a job was drawn with the chance that every job has 基本样本, so that it speaks for all; plan: of its month."""
    return int(job.ticket, 16) < Fraction(plan.base_probability) * LOTS


def base_differences(draws: Iterable[tuple[SamplingPlan, Draw]]) -> list[Decimal]:
    """Issued total − that of the first blind assessment, of the base sample's jobs 盲评差. draws: with the plan of its month."""
    return [
        draw.adjudicated[job].issued_total - draw.adjudicated[job].totals[0]
        for plan, draw in draws
        for job, one in draw.drawn.items()
        if job in draw.adjudicated and in_base_sample(one, plan)
    ]


def certainty_of(
    verified: Measured, issued: Issued, bands: Sequence[Decimal], differences: Sequence[Decimal], pairs_at_least: int
) -> Certainty:
    """The probability of each grade by the total, or why none is told."""
    if issued.grade != verified.band_grade:
        return Certainty(CertaintyBasis.HELD_BY_GATE)
    measured = measurement_error(differences) if len(differences) >= pairs_at_least else None
    if measured is None or not measured.error:
        return Certainty(CertaintyBasis.TOO_FEW_PAIRS)
    found = grade_probabilities(verified.total, measured.error, bands, None)
    percents = ((grade, rounded(100 * Fraction(one), 0)) for grade, one in enumerate(found))
    error = rounded(Fraction(measured.error), 1)
    return Certainty(CertaintyBasis.ESTIMATED, error, tuple((grade, percent) for grade, percent in percents if percent))

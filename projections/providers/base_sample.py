"""Base sample 基本样本: jobs drawn with the chance that every job has, and no other, so that they speak for all. plan V5, P6."""

from collections.abc import Iterator
from decimal import Decimal

from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.providers.sampling.certainty import base_differences, in_base_sample
from domain.providers.sampling.state import Draw, first_day_of
from projections.engine.snapshot import Snapshot
from projections.governance.dated_rules import body_on
from projections.providers.sampling import draws_of

END = "9999"
"""A month after all months."""


def _draws(snapshot: Snapshot, before: str) -> Iterator[tuple[SamplingPlan, Draw]]:
    """The draws of the months before one, each with the plan of its month."""
    for month, draw in draws_of(snapshot).items():
        if month < before:
            yield body_on(snapshot, SamplingPlan, first_day_of(month)), draw


def base_sample(snapshot: Snapshot) -> frozenset[str]:
    """The jobs of it, of every month 基本样本; the caller has judged who is shown what of them."""
    return frozenset(job for plan, draw in _draws(snapshot, END) for job, one in draw.drawn.items() if in_base_sample(one, plan))


def blind_differences(snapshot: Snapshot, before: int) -> list[Decimal]:
    """Issued total − that of the first blind assessment, of the base sample's jobs drawn before a year 盲评差.

    Of years that are over alone: a number that moved with each new job would tell what that job came to.
    """
    return base_differences(_draws(snapshot, str(before)))

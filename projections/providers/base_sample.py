"""Base sample 基本样本: jobs drawn with the chance that every job has, and no other, so that they speak for all. plan V5, P6."""

from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.providers.sampling.draw import SampleAdjudicated, first_day_of
from projections.engine.snapshot import Snapshot
from projections.governance.dated_rules import body_on
from projections.providers.sampling import ADJUDICATED, draws_of

LOTS = 2**256


def base_sample(snapshot: Snapshot) -> frozenset[str]:
    """The jobs of it, of every month 基本样本; the caller has judged who is shown what of them."""
    found = set[str]()
    for month, draw in draws_of(snapshot).items():
        share = Fraction(body_on(snapshot, SamplingPlan, first_day_of(month)).base_probability)
        found |= {job for job, one in draw.drawn.items() if int(one.ticket, 16) < share * LOTS}
    return frozenset(found)


def blind_differences(snapshot: Snapshot, before: int) -> list[Decimal]:
    """Issued total − that of the first blind assessment, of the base sample's jobs drawn before a year 盲评差.

    Of years that are over alone: a number that moved with each new job would tell what that job came to.
    """
    table, base = snapshot[ADJUDICATED], base_sample(snapshot)
    query = select(table.c.diagnosis, table.c.body).where(table.c.year < before).order_by(table.c.diagnosis)
    found = (SampleAdjudicated.model_validate_json(body) for job, body in snapshot.rows(query) if job in base)
    return [one.issued_total - one.totals[0] for one in found]

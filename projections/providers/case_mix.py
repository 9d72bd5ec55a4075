"""Case mix of a year's rating 个案组合: what industry, size and district did to the scores of the jobs, and the scores without it.

Method c, of what lies outside a provider's power: feedback, reports and samples. A firm's industry, size and district are those
that the roster of the year states; the effects are kept beside the inputs, so that each number can be followed. plan V5.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import select

from domain.governance.rule_bodies.rating import RatingRule
from domain.providers.ratings.numbers import CaseFactor, ComponentSample, LevelEffect, RatingComponent
from methods.case_mix import OTHER, Effects, Scored, adjusted, cells_of, effects, not_comparable, small_levels_joined
from methods.rounding import SCORE_PLACES, rounded
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.places import ENTERPRISES
from projections.engine.snapshot import Snapshot
from projections.participants.rosters import stated_or_present
from standards.edition.mapping import DIVISION

FACTORS = tuple(CaseFactor)
UNKNOWN = (OTHER,) * len(FACTORS)
FULL = Decimal(100)

Levels = Mapping[str, tuple[str, ...]]
"""Diagnosis -> its firm's level of each factor, in the order of `FACTORS`."""


class JobScore(NamedTuple):
    """One job's score in one component, 0–100 任务得分. weight: 1/π of a job that was drawn."""

    provider: str
    diagnosis: str
    score: Fraction
    weight: Fraction = Fraction(1)


def levels_of(snapshot: Snapshot, year: int, diagnoses: Collection[str]) -> Levels:
    """Industry (division), size and district of the firms of some diagnoses by a year's roster, else as they are today 个案因素.

    The caller has judged who is shown them.
    """
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    places, columns = stated_or_present(snapshot, year, firms, "industry", "size_class", "district")
    query = select(cases.c.id, *columns).select_from(places).where(
        firms.c.id == cases.c.enterprise, snapshot.among(cases.c.id, sorted(diagnoses))
    )
    return {str(row[0]): (str(row[1])[:DIVISION], str(row[2]), str(row[3])) for row in snapshot.rows(query)}


def apart_from_others(jobs: Mapping[str, str], levels: Levels, rule: RatingRule) -> Collection[str]:
    """Providers most of whose jobs nobody else could have, so that nothing tells their score from their jobs' 不可比服务商."""
    if not rule.case_mix:
        return ()
    scored = (Scored(provider, levels.get(job, UNKNOWN), Decimal(0)) for job, provider in sorted(jobs.items()))
    return not_comparable(cells_of(scored), rule.alone_at_most)


def case_mix_taken_off(
    scores: Mapping[RatingComponent, Sequence[JobScore]], levels: Levels, rule: RatingRule
) -> tuple[Mapping[str, Sequence[ComponentSample]], tuple[LevelEffect, ...]]:
    """Each provider's samples without the case mix, and its effects 调整后分项; as they were where the rule asks for none."""
    samples: defaultdict[str, list[ComponentSample]] = defaultdict(list)
    found: list[LevelEffect] = []
    for component, jobs in scores.items():
        cells = cells_of(
            Scored(one.provider, levels.get(one.diagnosis, UNKNOWN), rounded(one.score, SCORE_PLACES), one.weight) for one in jobs
        )
        if not cells:
            continue
        of: Effects = {}
        if rule.case_mix:
            cells = small_levels_joined(cells, rule.cell_jobs, rule.cell_providers)
            of = effects(cells, rule.case_mix_ridge)
        for provider, one in adjusted(cells, of).items():
            spread = one.spread.limit_denominator(10**9)
            samples[provider].append(
                ComponentSample(
                    component=component,
                    jobs=one.jobs,
                    mean=min(max(one.mean, Decimal(0)), FULL),
                    variance=one.variance,
                    spread=(spread.numerator, spread.denominator),
                )
            )
        found += [
            LevelEffect(component=component, factor=FACTORS[at], level=level, points=points)
            for (at, level), points in sorted(of.items())
        ]
    return samples, tuple(found)

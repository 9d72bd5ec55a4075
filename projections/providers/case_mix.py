"""Case mix of a year's rating 个案组合: what industry, size and district did to the scores of the jobs, and the scores without it.

Method c, of what lies outside a provider's power: feedback, reports and samples. A firm's industry, size and district are those
that the roster of the year states; the effects are kept beside the inputs, so that each number can be followed. plan V5.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, literal_column, select

from domain.governance.rule_bodies.rating import RatingRule
from domain.providers.ratings.numbers import CaseFactor, ComponentSample, LevelEffect, RatingComponent
from methods.case_mix import OTHER, Cells, Effects, adjusted, effects, not_comparable, small_levels_joined
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.places import ENTERPRISES, LEVELS
from projections.engine.snapshot import Snapshot
from projections.participants.rosters import stated_or_present
from standards.edition.mapping import DIVISION

FACTORS = tuple(CaseFactor)
UNKNOWN = (OTHER,) * len(FACTORS)
FULL = Decimal(100)
NO_EFFECTS: Effects = {}

Levels = Mapping[str, tuple[str, ...]]
"""Diagnosis -> its firm's level of each factor, in the order of `FACTORS`."""


def level_columns(snapshot: Snapshot, year: int) -> tuple[FromClause, tuple[ColumnElement[Any], ...]]:
    """Firms by a year's roster, else as they are today: industry (division), size and district, as `FACTORS` 个案因素."""
    places, (industry, size, district) = stated_or_present(snapshot, year, snapshot[ENTERPRISES], *LEVELS)
    return places, (func.substr(industry, *(literal_column(str(number)) for number in (1, DIVISION))), size, district)


def levels_of(snapshot: Snapshot, year: int, diagnoses: Collection[str]) -> Levels:
    """Industry (division), size and district of the firms of some diagnoses by a year's roster, else as they are today 个案因素.

    The caller has judged who is shown them.
    """
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    places, columns = level_columns(snapshot, year)
    query = select(cases.c.id, *columns).select_from(places).where(
        firms.c.id == cases.c.enterprise, snapshot.among(cases.c.id, sorted(diagnoses))
    )
    return {str(row[0]): tuple(map(str, row[1:])) for row in snapshot.rows(query)}


def apart_from_others(jobs: Cells, rule: RatingRule) -> Collection[str]:
    """Providers most of whose jobs nobody else could have, so that nothing tells their score from their jobs' 不可比服务商."""
    return not_comparable(jobs, rule.alone_at_most) if rule.case_mix else ()


def case_mix_taken_off(
    scores: Mapping[RatingComponent, Cells], rule: RatingRule
) -> tuple[Mapping[str, Sequence[ComponentSample]], tuple[LevelEffect, ...]]:
    """Each provider's samples without the case mix, and its effects 调整后分项; as they were where the rule asks for none."""
    samples: defaultdict[str, list[ComponentSample]] = defaultdict(list)
    found: list[LevelEffect] = []
    for component, cells in scores.items():
        if not cells:
            continue
        joined, of = cells, NO_EFFECTS
        if rule.case_mix:
            joined = small_levels_joined(cells, rule.cell_jobs, rule.cell_providers)
            of = effects(joined, rule.case_mix_ridge)
        for provider, one in adjusted(joined, of).items():
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

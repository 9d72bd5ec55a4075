"""Outcome of an uplift 提升幅度计算 in a process of its own: firms diagnosed twice, both totals under one edition. plan R2.

A firm's first diagnosis is the latest reported by the end of the first year, its second the latest reported between the two ends.
It had an action where between the two it planned measures in a follow-up, or went a step towards a standard.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select

from domain.access import Everything
from domain.governance.rule_bodies.publication import PublicationRule
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.programme.uplifts.numbers import UpliftFirm, compute_uplift
from domain.programme.uplifts.uplift import UPLIFT_OUTCOME, UpliftOutcome
from methods.rounding import SCORE_PLACES, rounded
from projections import open_read_models
from projections.diagnosis.diagnoses_fold import REPORTS
from projections.diagnosis.finished_diagnoses import finished_diagnoses
from projections.diagnosis.follow_ups import FOLLOW_UPS
from projections.engine.snapshot import Snapshot
from projections.programme.implementations import TABLE as IMPLEMENTATIONS
from projections.standard.editions import editions
from standards import edition_of_json
from standards.shadow.rescore import Rescored, Shadow


class ScoredDiagnosis(NamedTuple):
    """A finished diagnosis under the edition 测算得分. total: None = it cannot be scored under it. at: of its first report."""

    diagnosis: str
    at: int
    district: str
    stratum: str
    total: Decimal | None


def outcome_bytes(address: str, first_year: int, second_year: int, edition: str, rule: PublicationRule) -> bytes:
    """How totals moved between the ends of two years, as JSON. address: of the read models, which are read alone."""
    with closing(open_read_models(address, None)) as models, models.reading() as snapshot:
        firms, left_out = firms_diagnosed_twice(snapshot, first_year, second_year, edition)
        found = compute_uplift(firms, rule)
        return UPLIFT_OUTCOME.dump_json(UpliftOutcome(snapshot.position, found.input_digest, found.shares, left_out))


def firms_diagnosed_twice(snapshot: Snapshot, first_year: int, second_year: int, edition: str) -> tuple[list[UpliftFirm], int]:
    """Firms with a diagnosis in either time, both scored under the edition, and how many could not be 两次诊断企业."""
    ends = [microseconds(city_midnight(date(year + 1, 1, 1))) for year in (first_year, second_year)]
    first, second = dict[str, ScoredDiagnosis](), dict[str, ScoredDiagnosis]()
    for firm, scored in sorted(_scored(snapshot, edition), key=lambda pair: (pair[1].at, pair[1].diagnosis)):
        if scored.at < ends[0]:
            first[firm] = scored
        elif scored.at < ends[1]:
            second[firm] = scored
    planned, steps = _planned(snapshot), _steps(snapshot)
    firms, left_out = [], 0
    for firm in sorted(first.keys() & second.keys()):
        before, after = first[firm], second[firm]
        if before.total is None or after.total is None:
            left_out += 1
            continue
        since, until = (city_day(utc_moment(one.at)).isoformat() for one in (before, after))
        took = any(since < day <= until for day in steps.get(firm, ()))
        acted = took or before.at < planned.get(before.diagnosis, 0) <= after.at
        firms.append(UpliftFirm(firm, after.district, after.stratum, f"{before.total:f}", f"{after.total:f}", acted))
    return firms, left_out


def _scored(snapshot: Snapshot, edition: str) -> Iterator[tuple[str, ScoredDiagnosis]]:
    reports = snapshot[REPORTS]
    query = select(reports.c.diagnosis, func.min(reports.c.issued_at)).group_by(reports.c.diagnosis)
    issued = {str(row[0]): int(row[1]) for row in snapshot.rows(query)}
    known = {row.key: edition_of_json(row.body) for row in editions(snapshot)}
    shadows = {key: Shadow(one, known[edition]) for key, one in known.items()}
    for row in finished_diagnoses(snapshot, Everything()):
        found = shadows[row.subject.edition].rescore(row.finished)
        total = rounded(found.card.total, SCORE_PLACES) if isinstance(found, Rescored) else None
        stratum = f"{row.subject.division} {row.subject.size_class}"
        yield row.enterprise, ScoredDiagnosis(row.id, issued[row.id], row.subject.district, stratum, total)


def _planned(snapshot: Snapshot) -> dict[str, int]:
    """Diagnosis -> when measures were planned in its follow-up."""
    table = snapshot[FOLLOW_UPS]
    query = select(table.c.diagnosis, table.c.planned_at).where(table.c.planned_at.is_not(None))
    return {str(diagnosis): int(at) for diagnosis, at in snapshot.rows(query)}


def _steps(snapshot: Snapshot) -> dict[str, list[str]]:
    """Firm -> days since which it stands at a step towards a standard."""
    table, found = snapshot[IMPLEMENTATIONS], dict[str, list[str]]()
    for firm, since in snapshot.rows(select(table.c.enterprise, table.c.since)):
        found.setdefault(str(firm), []).append(str(since))
    return found

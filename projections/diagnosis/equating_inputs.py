"""Inputs of an equating 等值输入: firms with a report under an edition and a valid result of another body's model. plan P8.

Of a firm its latest finished diagnosis counts, and of its results the latest assessed; both within so many days of each other.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal

from sqlalchemy import func, or_, select

from domain.diagnosis.equatings.equating import EQUATING_OUTCOME, EquatingOutcome
from domain.diagnosis.equatings.numbers import EquatingPair, EquatingResult, compute_equating
from domain.governance.rule_bodies.equating import EquatingRule
from domain.instants import city_day, utc_moment
from projections import open_read_models
from projections.diagnosis.diagnoses_fold import DIAGNOSES, REPORTS
from projections.diagnosis.external_results import RESULTS
from projections.diagnosis.finished_diagnoses import STATUSES
from projections.engine.snapshot import Snapshot
from standards import external_edition


def outcome_bytes(
    address: str, external: str, edition: str, day: date, rule: EquatingRule, former: EquatingResult | None
) -> bytes:
    """What an equating comes to as of a day, as JSON. address: of the read models, which are read alone."""
    model = external_edition(external)
    assert model is not None, "an equating is asked for of a model on file"  # noqa: S101 - guards replay, not input
    with closing(open_read_models(address, None)) as models, models.reading() as snapshot:
        pairs = list(paired_firms(snapshot, external, edition, day, rule))
        found = compute_equating(pairs, [level.rank for level in model.levels], rule, former)
        return EQUATING_OUTCOME.dump_json(EquatingOutcome(snapshot.position, found.input_digest, found.result))


def paired_firms(snapshot: Snapshot, external: str, edition: str, day: date, rule: EquatingRule) -> Iterator[EquatingPair]:
    """Every firm with both, in order of firm 配对企业. For the program alone."""
    model = external_edition(external)
    totals = _totals(snapshot, edition)
    for firm, (level, assessed_on) in sorted(_levels(snapshot, external, day).items()):
        known = model.level_of(level) if model is not None else None
        if known is None or firm not in totals:
            continue
        total, reported_on = totals[firm]
        if abs((reported_on - assessed_on).days) <= rule.days_apart_at_most:
            yield EquatingPair(firm, total, known.rank)


def _totals(snapshot: Snapshot, edition: str) -> dict[str, tuple[Decimal, date]]:
    """Firm -> verified total of its latest finished diagnosis under an edition, and the day of its first report."""
    cases, reports = snapshot[DIAGNOSES], snapshot[REPORTS]
    issued = select(reports.c.diagnosis, func.min(reports.c.issued_at).label("at")).group_by(reports.c.diagnosis).subquery()
    query = (
        select(cases.c.enterprise, cases.c.issued_verified_total, issued.c.at)
        .where(cases.c.id == issued.c.diagnosis, cases.c.edition == edition, cases.c.status.in_(STATUSES))
        .order_by(issued.c.at, cases.c.id)
    )
    return {
        str(firm): (Decimal(total), city_day(utc_moment(int(at)))) for firm, total, at in snapshot.rows(query) if total is not None
    }


def _levels(snapshot: Snapshot, external: str, day: date) -> dict[str, tuple[str, date]]:
    """Firm -> level and day of its latest result under an external edition that is worth something on a day."""
    table, today = snapshot[RESULTS], day.isoformat()
    query = (
        select(table.c.enterprise, table.c.level, table.c.assessed_on)
        .where(
            table.c.edition == external,
            table.c.replaced_at.is_(None),
            or_(table.c.withdrawn_on.is_(None), table.c.withdrawn_on > today),
            or_(table.c.valid_until.is_(None), table.c.valid_until >= today),
        )
        .order_by(table.c.assessed_on, table.c.id)
    )
    return {str(firm): (str(level), date.fromisoformat(assessed)) for firm, level, assessed in snapshot.rows(query)}

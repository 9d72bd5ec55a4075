"""Inputs of over-statement 自评偏高输入: firms with a report of a year's cases, and severity of providers. plan P3.

A provider's severity is told from adjudicated samples of its jobs and from the calibration cases of the people who served it when
the quarter closed: of both the total that it gave less the true one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal

import orjson
from sqlalchemy import or_, select

from domain.access import POSITIONS, Role
from domain.instants import city_midnight, microseconds
from domain.providers.overstatements.numbers import (
    OverstatementFirm,
    OverstatementInputs,
    OverstatementParameters,
    OverstatementShare,
    compute_overstatement,
)
from domain.providers.overstatements.overstatement import OVERSTATEMENT_OUTCOME, OverstatementOutcome
from projections import open_read_models
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES
from projections.diagnosis.finished_diagnoses import STATUSES
from projections.engine.snapshot import Snapshot
from projections.participants.people import MEMBERSHIPS
from projections.providers.calibrations import calibrations
from projections.providers.case_mix import levels_of
from projections.providers.sampling import adjudicated


def outcome_bytes(
    address: str, year: int, edition: str, by: OverstatementParameters, former: Sequence[OverstatementShare]
) -> bytes:
    """What over-statement of a year comes to, as JSON. address: of the read models, which are read alone."""
    with closing(open_read_models(address, None)) as models, models.reading() as snapshot:
        firms = list(reported_firms(snapshot, year, edition))
        found = compute_overstatement(OverstatementInputs(firms, differences_of(snapshot, year), former), by)
        return OVERSTATEMENT_OUTCOME.dump_json(OverstatementOutcome(snapshot.position, found.input_digest, found.shares))


def reported_firms(snapshot: Snapshot, year: int, edition: str) -> Iterator[OverstatementFirm]:
    """Firms whose case was opened in a year, has a report and nothing open against it; of each its latest 已出报告企业."""
    cases = snapshot[DIAGNOSES]
    first, after = (microseconds(city_midnight(date(one, 1, 1))) for one in (year, year + 1))
    columns = ("id", "enterprise", "provider", "issued_self_total", "issued_verified_total")
    query = (
        select(*(cases.c[name] for name in columns))
        .where(
            cases.c.edition == edition,
            cases.c.opened_at >= first,
            cases.c.opened_at < after,
            cases.c.status.in_(STATUSES),
            cases.c.issued_verified_total.is_not(None),
        )
        .order_by(cases.c.opened_at, cases.c.id)
    )
    latest = {str(row[1]): row for row in snapshot.rows(query)}
    ids = [str(row[0]) for row in latest.values()]
    levels, gaps = levels_of(snapshot, year, ids) if ids else {}, _gaps(snapshot, ids)
    for firm, (case, _, provider, own, verified) in sorted(latest.items()):
        division, size, district = levels[str(case)]
        stated = (str(provider), district, division, size, Decimal(own), Decimal(verified))
        yield OverstatementFirm(firm, *stated, gaps.get(str(case), {}))


def _gaps(snapshot: Snapshot, cases: Sequence[str]) -> Mapping[str, Mapping[str, Decimal]]:
    """Case -> indicator -> self-assessed less verified level, where both state one."""
    table, found = snapshot[ANSWERS], defaultdict[str, dict[str, Decimal]](dict)
    query = select(table.c.diagnosis, table.c.indicator, table.c.given, table.c.verified)
    for case, indicator, given, verified in snapshot.rows(query.where(snapshot.among(table.c.diagnosis, cases))) if cases else ():
        levels = [orjson.loads(said).get("level") for said in (given, verified) if said is not None]
        if len(levels) == len((given, verified)) and None not in levels:
            found[str(case)][str(indicator)] = Decimal(levels[0]) - Decimal(levels[1])
    return {case: dict(sorted(gaps.items())) for case, gaps in found.items()}  # in one order: a digest is taken of it


def differences_of(snapshot: Snapshot, year: int) -> dict[str, list[Decimal]]:
    """Provider -> totals that it gave less the true ones, of samples and calibration cases of a year. For the program alone."""
    found = defaultdict[str, list[Decimal]](list)
    for one in adjudicated(snapshot, year):
        found[one.fact.provider].append(one.fact.issued_total - one.fact.adjudicated_total)
    for quarter, calibration in calibrations(snapshot).items():
        if quarter.startswith(str(year)) and calibration.computed is not None:
            serving = _providers(snapshot, sorted(calibration.given), calibration.closes)
            for person, given in sorted(calibration.given.items()):
                for provider in serving.get(person, ()):
                    found[provider].extend(given[case] for case in sorted(given))
    return dict(found)


def _providers(snapshot: Snapshot, persons: Sequence[str], day: date) -> Mapping[str, Sequence[str]]:
    """Person -> providers that the person served on a day."""
    held, on, found = snapshot[MEMBERSHIPS], day.isoformat(), defaultdict[str, set[str]](set)
    query = select(held.c.person, held.c.organisation).where(
        snapshot.among(held.c.person, persons),
        held.c.role.in_(sorted(POSITIONS[Role.PROVIDER])),
        held.c.since <= on,
        or_(held.c.until.is_(None), held.c.until >= on),
    )
    for person, provider in snapshot.rows(query) if persons else ():
        found[str(person)].add(str(provider))
    return {person: sorted(providers) for person, providers in found.items()}

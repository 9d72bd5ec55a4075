"""Issued results 已出具结果 of a package: each case as its latest report holds it, and whose it is. plan P4, P8."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select

from domain.diagnosis.scoring import DiagnosisScored
from domain.instants import city_day, utc_moment
from domain.participants.enterprises import enterprise_stream
from interop.packages.lines import PackagedDimension, PackagedResult
from interop.packages.oscal_results import AssessedResult
from projections.diagnosis.diagnoses_fold import DIAGNOSES, REPORTS
from projections.diagnosis.issued import holds_a_result
from projections.engine.places import ENTERPRISES
from projections.engine.snapshot import Snapshot
from standards import AnyEdition

PAGE = 500
FIRM = ("uscc", "name", "district", "industry", "size_class")


class _IssuedRow(NamedTuple):
    """A case with a report, and its firm. The firm's columns as `FIRM` names them."""

    id: str
    enterprise: str
    case_number: str
    purpose: str
    form: str
    issued_version: int
    outside_status: str
    issued_result: str
    issued_at: int
    uscc: str
    name: str
    district: str
    industry: str
    size_class: str


def issued_results(snapshot: Snapshot, edition: AnyEdition) -> Iterator[AssessedResult]:
    """Results under an edition, in order of case, read a page at a time: no more than a page is ever held."""
    cases, firms, reports = snapshot[DIAGNOSES], snapshot[ENTERPRISES], snapshot[REPORTS]
    joined = cases.join(firms, firms.c.id == cases.c.enterprise).join(
        reports, (reports.c.diagnosis == cases.c.id) & (reports.c.version == cases.c.issued_version)
    )
    of_case = _IssuedRow._fields[: _IssuedRow._fields.index("issued_at")]
    wanted = (*(cases.c[name] for name in of_case), reports.c.issued_at, *(firms.c[name] for name in FIRM))
    query = select(*wanted).select_from(joined).where(cases.c.edition == edition.key, holds_a_result(cases)).order_by(cases.c.id)
    query = query.limit(PAGE)
    names = {dimension.id: dimension.name for dimension in edition.dimensions}
    beyond = ""
    while found := [_IssuedRow._make(row) for row in snapshot.rows(query.where(cases.c.id > beyond))]:
        yield from (_assessed(row, edition, names) for row in found)
        beyond = found[-1].id


def _assessed(row: _IssuedRow, edition: AnyEdition, names: dict[str, str]) -> AssessedResult:
    scored = DiagnosisScored.model_validate_json(row.issued_result)
    gates = (*scored.verified.gates, *scored.issued.gates)
    return AssessedResult(row.id, _line(row, scored, edition, names), gates, utc_moment(row.issued_at))


def _line(row: _IssuedRow, scored: DiagnosisScored, edition: AnyEdition, names: dict[str, str]) -> PackagedResult:
    return PackagedResult(
        enterprise=enterprise_stream(row.enterprise),
        **{name: getattr(row, name) for name in (*FIRM, "case_number", "purpose", "form")},
        edition=edition.key,
        edition_status=edition.status,
        report_version=row.issued_version,
        issued_on=city_day(utc_moment(row.issued_at)),
        status=row.outside_status,
        total=scored.verified.total,
        grade=scored.issued.grade,
        grade_name=scored.issued.grade_name,
        level=scored.issued.level,
        level_name=scored.issued.level_name,
        dimensions=tuple(
            PackagedDimension(id=one.id, name=names[one.id], score=one.score, level=one.level) for one in scored.verified.dimensions
        ),
    )

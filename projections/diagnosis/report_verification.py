"""Report verification 报告核验: what the paper of a number is worth, whoever asks. plan P4, P7."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from domain.diagnosis.report import ReportStatus
from domain.diagnosis.state import DiagnosisStatus
from domain.instants import city_day, utc_moment
from projections.diagnosis.diagnoses_fold import DIAGNOSES, REPORTS
from projections.diagnosis.issued import CONTESTED_STATUSES
from projections.engine.places import ENTERPRISES
from projections.engine.snapshot import Snapshot


class VerifiableReport(NamedTuple):
    """A printed report and what is out of its case today 可核验报告. grade: of the latest report."""

    number: str
    version: int
    sha256: str
    check_code: str | None
    issued_at: int
    issued_version: int
    outside_status: str
    grade: int
    uscc: str

    @property
    def status(self) -> ReportStatus:
        """What the paper is worth 核验状态."""
        if self.outside_status == DiagnosisStatus.WITHDRAWN:
            return ReportStatus.WITHDRAWN
        if self.version != self.issued_version:
            return ReportStatus.SUPERSEDED
        if self.outside_status in CONTESTED_STATUSES:
            return ReportStatus.CONTESTED
        return ReportStatus(self.outside_status)

    @property
    def issued_on(self) -> date:
        """Day of the city on which it came out."""
        return city_day(utc_moment(self.issued_at))


def verifiable_report(snapshot: Snapshot, number: str) -> VerifiableReport | None:
    """The report of a number 报告核验, whoever asks; what is told of it is its status, and whether what a paper says agrees."""
    reports, cases, firms = snapshot[REPORTS], snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    chosen: list[Any] = [reports.c[name] for name in ("number", "version", "sha256", "check_code", "issued_at")]
    chosen += [cases.c.issued_version, cases.c.outside_status, cases.c.issued_grade, firms.c.uscc]
    joined = reports.join(cases, cases.c.id == reports.c.diagnosis).join(firms, firms.c.id == cases.c.enterprise)
    found = snapshot.rows(select(*chosen).select_from(joined).where(reports.c.number == number))
    return VerifiableReport._make(found[0]) if found else None

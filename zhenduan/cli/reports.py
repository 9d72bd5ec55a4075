"""Reports at the command line 批量报告: those of a district into a folder, on every core, gone on with after a stop. plan P4."""

import argparse
import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from domain.access import Everything, Mask
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.state import diagnosis_stream
from journal import Journal
from journal.atomic_files import whole_file
from journal.codec import decode
from projections.diagnosis.diagnoses import DiagnosisFilter, diagnoses
from projections.diagnosis.diagnoses_fold import DiagnosisRow
from projections.engine.pages import Page
from zhenduan.cli.disclosures import write_down
from zhenduan.cli.output import answer
from zhenduan.cli.reprinting import ReportToWrite, reprinted
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened

PAGE = 500
HELD = frozenset({Mask.OUTCOME.value, Mask.RESULT_AND_REPORT.value})
"""What a report holds of a firm."""


def export_reports(settings: Settings, given: argparse.Namespace) -> int:
    """Write the latest report of every case of a district 导出本区报告; 1 where one could not be made, 2 where there are none."""
    with opened(settings) as installation:
        services = installation.services
        services.models.catch_up()
        known = list(_reports(installation, given.district, given.campaign))
        if not known:
            sys.stderr.write(f"该区没有已出具的报告 no report was issued in {given.district}\n")
            return 2
        given.out.mkdir(parents=True, exist_ok=True)
        missing = [one for one in known if not (given.out / one.name).exists()]
        for one in missing:
            write_down(installation, "zhenduan reports", [diagnosis_stream(one.diagnosis)], HELD)
        anew = []
        for one in missing:
            data = services.blobs.get(one.file.pdf) if not given.anew else None
            if data is None:
                anew.append(one)
            else:
                _write(given.out / one.name, data)
        failed = 0
        for done, (one, made) in enumerate(reprinted(settings, anew, given.processes or os.cpu_count() or 1), 1):
            if isinstance(made, str):
                failed += 1
            else:
                _write(given.out / one.name, made)
            sys.stderr.write(f"{done}/{len(anew)} {one.name}{_said(one, made)}\n")
    there, kept = len(known) - len(missing), len(missing) - len(anew)
    counted = {"reports": len(known), "there": there, "kept": kept, "made": len(anew) - failed, "failed": failed}
    said = f"共 {len(known)} 份报告：已在 {there}，取原件 {kept}，重新生成 {len(anew) - failed}，未成 {failed}"
    answer(f"{said} reports: already there, kept file, made again, failed", **counted)
    return 1 if failed else 0


def _reports(installation: Installation, district: str, campaign: str | None) -> Iterator[ReportToWrite]:
    """The latest report of each case, a page of cases at a time."""
    where = DiagnosisFilter(district=[district], campaign=[campaign] if campaign is not None else None)
    last: str | None = None
    while True:
        with installation.services.models.reading() as snapshot:
            rows = diagnoses(snapshot, Everything(), where, Page(PAGE, beyond=(last,) if last is not None else None))
        for row in rows:
            if row.issued_version is not None:
                yield _latest(installation.services.journal, row)
        if len(rows) < PAGE:
            return
        last = rows[-1].id


def _latest(journal: Journal, row: DiagnosisRow) -> ReportToWrite:
    facts = (decode(DIAGNOSES, entry.type, entry.state) for entry in journal.read(diagnosis_stream(row.id)))
    *_, last = (fact for fact in facts if isinstance(fact, ReportIssued | ReportConfirmed))
    return ReportToWrite(row.id, last.version, f"{row.case_number}.v{last.version}.pdf", last.file)


def _write(path: Path, data: bytes) -> None:
    with whole_file(path) as file:
        file.write(data)


def _said(one: ReportToWrite, made: bytes | str) -> str:
    """What is to be said of a report beside its name."""
    if isinstance(made, str):
        return f" 未成 failed: {made}"
    same = sha256(made).hexdigest() == one.file.pdf
    return "" if same else " 与原件排版不同 set otherwise than the original: another renderer or other fonts"

"""Dossiers, the exported trail and provenance, written to files 卷宗. plan P5."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from api.downloads.provider_dossiers import asked_of
from api.kit.as_of import moment_in
from api.kit.ids import key_of
from domain.access import Everything, Role
from domain.diagnosis.state import diagnosis_stream
from domain.instants import microseconds
from domain.kernel import Refused
from interop.proof import audit_export
from interop.proof.dossier import KINDS, dossier, streams_held
from interop.proof.provenance import provenance
from journal.atomic_files import whole_file
from journal.transparency.subtrees import Unprovable
from journal.transparency.transparency_log import SigningRefused
from projections.record.audit_trail import EntryFilter
from zhenduan.cli.disclosures import WHOLE_ENTRIES, write_down
from zhenduan.settings import Settings
from zhenduan.wiring import opened


def _written(file: Path, chunks: Callable[[], Iterable[bytes]]) -> int:
    """Write what is made piece by piece; there is no file before it is whole, and what it replaces stays until then."""
    try:
        with whole_file(file) as kept:
            for chunk in chunks():
                kept.write(chunk)
    except (Refused, SigningRefused, Unprovable) as refused:
        sys.stderr.write(f"{refused.rule.code}：{refused.says}\n" if isinstance(refused, Refused) else f"{refused}\n")
        return 1
    return 0


def make_dossier(settings: Settings, given: argparse.Namespace) -> int:
    """Write the dossier of a decision 制作卷宗, of what the path names as over HTTP; 2 where there is no such kind, or no files."""
    if given.kind not in KINDS:
        sys.stderr.write(f"没有该决定类别 no such kind of decision: {given.kind}；可选 one of: {'、'.join(sorted(KINDS))}\n")
        return 2
    if given.files and given.kind != "grade":
        sys.stderr.write("只有等级卷宗附有文件 only the dossier of a grade has files\n")
        return 2
    with opened(settings) as installation:
        services = installation.services
        services.models.catch_up()

        def chunks() -> Iterable[bytes]:
            with services.models.reading() as snapshot:
                asked = asked_of(snapshot, given.kind, given.subject)
            kept = services.blobs if given.files else None
            made = dossier(services.journal, installation.log, asked.subject, given.kind, kept, jobs=asked.jobs)
            held = [asked.subject] if given.kind == "grade" else streams_held(made)
            write_down(installation, "zhenduan dossier", held, WHOLE_ENTRIES)
            yield made

        return _written(given.out, chunks)


def export_trail(settings: Settings, given: argparse.Namespace) -> int:
    """Write the audit trail with proofs 导出审计轨迹, as JSON Lines."""
    with opened(settings) as installation:
        services = installation.services
        services.models.catch_up()
        write_down(installation, "zhenduan export-trail", given.subject and [given.subject], WHOLE_ENTRIES)

        def chunks() -> Iterable[bytes]:
            since, until = (microseconds(moment_in(text)) if text else None for text in (given.since, given.until))
            where = EntryFilter(given.subject, [given.of_kind] if given.of_kind else None, since=since, until=until)
            return audit_export.lines(services.journal, services.models, installation.log, Everything(), Role.AUDITOR, where)

        return _written(given.out, chunks)


def export_provenance(settings: Settings, given: argparse.Namespace) -> int:
    """Write a diagnosis as W3C PROV 导出溯源."""
    key = key_of(given.diagnosis, "diagnosis")
    with opened(settings) as installation:
        journal = installation.services.journal
        installation.services.models.catch_up()
        write_down(installation, "zhenduan provenance", [diagnosis_stream(key)], frozenset({"trail"}))
        return _written(given.out, lambda: [orjson.dumps(provenance(journal, key, Role.AUDITOR))])

"""Commands of dossiers 卷宗命令: what `zhenduan` takes for dossiers, their check, the exported trail and provenance. plan P5."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from api.kit.as_of import moment_in
from api.record.audit_trail import in_words, microseconds
from domain.access import Everything
from domain.kernel import Refused
from interop.proof import audit_export, verify_dossier
from interop.proof.dossier import KINDS, dossier
from interop.proof.provenance import provenance
from journal.transparency.subtrees import Unprovable
from journal.transparency.transparency_log import SigningRefused
from journal.whole_files import whole_file
from projections.record.audit_trail import EntryFilter
from zhenduan.cli.disclosures import WHOLE_ENTRIES, write_down
from zhenduan.settings import Settings
from zhenduan.wiring import opened

Run = Callable[[Settings, argparse.Namespace], int]


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


def _dossier(settings: Settings, given: argparse.Namespace) -> int:
    with opened(settings) as installation:
        services = installation.services
        kept = services.blobs if given.files else None
        services.models.catch_up()
        write_down(installation, "zhenduan dossier", given.subject, WHOLE_ENTRIES)
        return _written(
            given.out, lambda: [dossier(services.journal, installation.log, given.subject, given.kind, kept)]
        )


def _verify_dossier(_settings: Settings, given: argparse.Namespace) -> int:
    arguments = [str(given.file), "--log-key", given.log_key]
    for key in given.witness_key:
        arguments += ["--witness-key", key]
    for name in ("known", "extract"):
        if (value := getattr(given, name)) is not None:
            arguments += [f"--{name}", str(value)]
    return verify_dossier.main(arguments)


def _export_trail(settings: Settings, given: argparse.Namespace) -> int:
    with opened(settings) as installation:
        services = installation.services
        services.models.catch_up()
        write_down(installation, "zhenduan export-trail", given.subject, WHOLE_ENTRIES)

        def chunks() -> Iterable[bytes]:
            since, until = (microseconds(moment_in(text)) if text else None for text in (given.since, given.until))
            where = EntryFilter(given.subject, given.of_kind, since=since, until=until)
            return audit_export.lines(services.journal, services.models, installation.log, Everything(), where, in_words)

        return _written(given.out, chunks)


def _provenance(settings: Settings, given: argparse.Namespace) -> int:
    with opened(settings) as installation:
        journal = installation.services.journal
        installation.services.models.catch_up()
        write_down(installation, "zhenduan provenance", f"diagnosis/{given.diagnosis}", frozenset({"trail"}))
        return _written(given.out, lambda: [orjson.dumps(provenance(journal, given.diagnosis))])


def add_to(command: Callable[[str, Run, str], argparse.ArgumentParser]) -> None:
    """Add the commands. command: takes name, what runs, what it says."""
    added = command("dossier", _dossier, "制作卷宗 write exactly the entries a decision rests on, with their proofs")
    added.add_argument("subject", help="对象 what was decided of, such as diagnosis/0b1c…")
    added.add_argument("--kind", choices=sorted(KINDS), default="grade", help="决定类别 which decision of it")
    added.add_argument("--files", action="store_true", help="附上文件 put reports and evidence in, not their hashes alone")
    added.add_argument("--out", type=Path, required=True, help="文件 file to write")
    added = command(
        "verify-dossier", _verify_dossier, "核验卷宗 check a dossier or exported trail with no server and no database"
    )
    added.add_argument("file", type=Path, help="卷宗 the dossier, or an exported trail (.jsonl)")
    added.add_argument("--log-key", required=True, help="日志验证密钥 verifier key of the log, or a file with it")
    added.add_argument("--witness-key", action="append", default=[], help="见证方验证密钥 of a witness that must have cosigned")
    added.add_argument("--known", type=Path, help="此前所持检查点 a checkpoint that you hold from before")
    added.add_argument("--extract", type=Path, help="导出目录 write proofs and files into this folder, for other tools")
    added = command("export-trail", _export_trail, "导出审计轨迹 write the audit trail with proofs, as JSON Lines")
    added.add_argument("--subject", help="对象 of one subject, such as diagnosis/0b1c…")
    added.add_argument("--of-kind", help="事实类别 whose published names begin so, such as diagnosis.")
    added.add_argument("--from", dest="since", help="起 from a time with its zone")
    added.add_argument("--to", dest="until", help="止 to a time with its zone, or the end of a day")
    added.add_argument("--out", type=Path, required=True, help="文件 file to write, .jsonl")
    added = command("provenance", _provenance, "导出溯源 write a diagnosis as W3C PROV (PROV-JSON)")
    added.add_argument("diagnosis", help="诊断标识 id of the diagnosis")
    added.add_argument("--out", type=Path, required=True, help="文件 file to write")

"""Commands of proof 证明命令: checkpoints, proofs, witnesses, dossiers, the exported trail and provenance. plan P5."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhenduan.cli.declaring import Adds
    from zhenduan.settings import Settings

TOKEN = "ZHENDUAN_WITNESS_TOKEN"  # noqa: S105 - the name of a variable


def _checkpoint(settings: "Settings", _given: argparse.Namespace) -> int:
    from zhenduan.cli import proving

    return proving.checkpoint(settings)


def _log_key(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import proving

    return proving.log_key(settings, rotate=given.rotate)


def _prove(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import proving

    return proving.prove(settings, given.position, given.output, with_entry=given.with_entry)


def _verify_proof(given: argparse.Namespace) -> int:
    from zhenduan.cli import proof_checking

    return proof_checking.verify_proof(given.file, given.entry, given.log_key, given.witness_key, given.needed)


def _witness_key(given: argparse.Namespace) -> int:
    from zhenduan.cli import witnessing

    return witnessing.make_key(given.file, given.name)


def _register_witness(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import proving

    return proving.register_witness(settings, given.key)


def _end_witness(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import proving

    return proving.end_witness(settings, given.id)


def _witness(given: argparse.Namespace) -> int:
    from zhenduan.cli import witnessing

    token = os.environ.get(TOKEN, "")
    return witnessing.run(given.server, token, given.key, given.origin_key, given.memory, given.every)


def _dossier(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import dossiers

    return dossiers.make_dossier(settings, given)


def _verify_dossier(given: argparse.Namespace) -> int:
    from interop.proof import verify_dossier
    from zhenduan.cli.bounds import run_bounded

    arguments = [str(given.file)]
    for key in given.log_key:
        arguments += ["--log-key", key]
    for key in given.witness_key:
        arguments += ["--witness-key", key]
    for name in ("known", "extract"):
        if (value := getattr(given, name)) is not None:
            arguments += [f"--{name}", str(value)]
    if given.json:
        arguments.append("--json")
    return run_bounded(lambda: verify_dossier.main(arguments), given.file)


def _export_trail(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import dossiers

    return dossiers.export_trail(settings, given)


def _provenance(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import dossiers

    return dossiers.export_provenance(settings, given)


def add_to(command: "Adds") -> None:
    """Add the commands."""
    command("checkpoint", _checkpoint, "签署检查点 sign the journal as it is, and print it to be kept elsewhere")
    says = "日志验证密钥 print what checkpoints are verified with, the key in force first"
    added = command("log-key", _log_key, says, json=True)
    rotate = "更换密钥 put another key in its place, signed for by the old one"
    added.add_argument("--rotate", action="store_true", help=rotate)
    added = command("prove", _prove, "出具证明 write the proof that an entry is in the journal")
    added.add_argument("position", type=int, help="条目序号 position of the entry, from 1")
    added.add_argument("--with-entry", action="store_true", help="附上条目 put the entry itself into the file")
    added.add_argument("--output", type=Path, help="文件 file to write, .tlog-proof; else it is printed")
    says = "核验证明 check a proof with no server and no database"
    added = command.alone("verify-proof", _verify_proof, says, json=True)
    added.add_argument("file", type=Path, help="证明文件 the proof")
    added.add_argument("--entry", type=Path, help="条目 canonical bytes of the entry; else those in the proof")
    key = "日志验证密钥 verifier key of the log; may be repeated"
    added.add_argument("--log-key", action="append", required=True, help=key)
    added.add_argument("--witness-key", action="append", default=[], help="见证方验证密钥 of a witness; may be repeated")
    added.add_argument("--needed", type=int, default=0, help="所需见证数 how many of the witnesses must have cosigned")
    _witnesses(command)
    _dossiers(command)


def _witnesses(command: "Adds") -> None:
    says = "生成见证密钥 make a witness's key and print what others verify with"
    added = command.alone("witness-key", _witness_key, says, json=True)
    added.add_argument("file", type=Path, help="密钥文件 file to keep it in")
    added.add_argument("--name", required=True, help="名称 name, a URL without scheme, such as 310117.example/witness")
    says = "见证 look after a server that one need not trust, and cosign what is consistent"
    added = command.alone("witness", _witness, says)
    added.add_argument("--server", required=True, help="地址 address of the server")
    origin = "日志验证密钥 of the log, as told by another way"
    added.add_argument("--origin-key", action="append", required=True, help=origin)
    own = f"见证密钥文件 file of the key; the token comes from {TOKEN}"
    added.add_argument("--key", type=Path, required=True, help=own)
    added.add_argument("--memory", type=Path, help="记录文件 file of the last checkpoint seen; else beside the key, .seen")
    added.add_argument("--every", type=float, help="间隔秒数 look again every so many seconds; else once")
    added = command("register-witness", _register_witness, "登记见证方 take on a witness and print its token", json=True)
    added.add_argument("key", help="见证方验证密钥 its verifier key")
    added = command("end-witness", _end_witness, "注销见证方 end a witness's token at once")
    added.add_argument("id", help="标识 id, as printed when it was registered")


def _dossiers(command: "Adds") -> None:
    added = command("dossier", _dossier, "制作卷宗 write exactly the entries a decision rests on, with their proofs")
    subject = "对象 what it is about: diagnosis/0b1c…; of a move organisation/p7, a rating 2025/organisation/p7, a subsidy 2025"
    added.add_argument("subject", help=subject)
    kinds = "决定类别 which decision: grade, move, rating or subsidy"
    added.add_argument("--kind", default="grade", help=kinds)
    added.add_argument("--files", action="store_true", help="附上文件 put a grade's reports and evidence in, not hashes alone")
    added.add_argument("--out", type=Path, required=True, help="文件 file to write")
    says = "核验卷宗 check a dossier or exported trail with no server and no database"
    added = command.alone("verify-dossier", _verify_dossier, says, json=True)
    added.add_argument("file", type=Path, help="卷宗 the dossier, or an exported trail (.jsonl)")
    says = "日志验证密钥 verifier key of the log, or a file with one a line; several where it was changed"
    added.add_argument("--log-key", action="append", required=True, help=says)
    witness = "见证方验证密钥 of a witness that must have cosigned"
    added.add_argument("--witness-key", action="append", default=[], help=witness)
    added.add_argument("--known", type=Path, help="此前所持检查点 a checkpoint that you hold from before")
    added.add_argument("--extract", type=Path, help="导出目录 write proofs and files into this folder, for other tools")
    added = command("export-trail", _export_trail, "导出审计轨迹 write the audit trail with proofs, as JSON Lines")
    added.add_argument("--subject", help="对象 of one subject, such as diagnosis/0b1c…")
    added.add_argument("--of-kind", help="事实类别 whose published names begin so, such as diagnosis.")
    added.add_argument("--from", dest="since", help="起 from a time with its zone")
    added.add_argument("--to", dest="until", help="止 to a time with its zone, or the end of a day")
    added.add_argument("--out", type=Path, required=True, help="文件 file to write, .jsonl")
    added = command("provenance", _provenance, "导出溯源 write a diagnosis as W3C PROV (PROV-JSON)")
    added.add_argument("diagnosis", help="诊断标识 id of the diagnosis, such as diagnosis/0b1c…, or the part after the slash")
    added.add_argument("--out", type=Path, required=True, help="文件 file to write")

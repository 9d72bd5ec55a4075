"""Commands of proof 出证命令: what `zhenduan` takes for checkpoints, proofs, witnesses, backup and restore. plan P5."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from zhenduan.background import witnessing
from zhenduan.cli import backup, proving
from zhenduan.settings import Settings

Run = Callable[[Settings, argparse.Namespace], int]


def _checkpoint(settings: Settings, _given: argparse.Namespace) -> int:
    return proving.checkpoint(settings)


def _log_key(settings: Settings, given: argparse.Namespace) -> int:
    return proving.log_key(settings, rotate=given.rotate)


def _prove(settings: Settings, given: argparse.Namespace) -> int:
    return proving.prove(settings, given.position, given.output, with_entry=given.with_entry)


def _verify_proof(_settings: Settings, given: argparse.Namespace) -> int:
    return proving.verify_proof(given.file, given.entry, given.log_key, given.witness_key, given.needed)


def _witness_key(_settings: Settings, given: argparse.Namespace) -> int:
    return witnessing.make_key(given.file, given.name)


def _register_witness(settings: Settings, given: argparse.Namespace) -> int:
    return proving.register_witness(settings, given.key)


def _end_witness(settings: Settings, given: argparse.Namespace) -> int:
    return proving.end_witness(settings, given.id)


def _witness(_settings: Settings, given: argparse.Namespace) -> int:
    token = os.environ.get(witnessing.TOKEN, "")
    return witnessing.run(given.server, token, given.key, given.origin_key, given.memory, given.every)


def _backup(settings: Settings, given: argparse.Namespace) -> int:
    return backup.backup(settings, given.file)


def _check_backup(_settings: Settings, given: argparse.Namespace) -> int:
    return backup.check(given.file, given.log_key, unsigned=given.unsigned)


def _restore(settings: Settings, given: argparse.Namespace) -> int:
    return backup.restore_from(settings, given.file, given.log_key, new_log=given.new_log, unsigned=given.unsigned)


def add_to(command: Callable[[str, Run, str], argparse.ArgumentParser]) -> None:
    """Add the commands. command: takes name, what runs, what it says."""
    command("checkpoint", _checkpoint, "签署检查点 sign the journal as it is, and print it to be kept elsewhere")
    added = command(
        "log-key", _log_key, "日志验证密钥 print what checkpoints are verified with, the key in force first"
    )
    added.add_argument(
        "--rotate", action="store_true", help="更换密钥 put another key in its place, signed for by the old one"
    )
    added = command("prove", _prove, "出具证明 write the proof that an entry is in the journal")
    added.add_argument("position", type=int, help="条目序号 position of the entry, from 1")
    added.add_argument("--with-entry", action="store_true", help="附上条目 put the entry itself into the file")
    added.add_argument("--output", type=Path, help="文件 file to write, .tlog-proof; else it is printed")
    added = command("verify-proof", _verify_proof, "核验证明 check a proof with no server and no database")
    added.add_argument("file", type=Path, help="证明文件 the proof")
    added.add_argument("--entry", type=Path, help="条目 canonical bytes of the entry; else those in the proof")
    added.add_argument(
        "--log-key", action="append", required=True, help="日志验证密钥 verifier key of the log; may be repeated"
    )
    added.add_argument(
        "--witness-key", action="append", default=[], help="见证方验证密钥 of a witness; may be repeated"
    )
    added.add_argument("--needed", type=int, default=0, help="所需见证数 how many of the witnesses must have cosigned")
    added = command("witness-key", _witness_key, "生成见证密钥 make a witness's key and print what others verify with")
    added.add_argument("file", type=Path, help="密钥文件 file to keep it in")
    added.add_argument("--name", required=True, help="名称 name, a URL without scheme, such as 310117.example/witness")
    added = command(
        "witness", _witness, "见证 look after a server that one need not trust, and cosign what is consistent"
    )
    added.add_argument("--server", required=True, help="地址 address of the server")
    added.add_argument(
        "--origin-key", action="append", required=True, help="日志验证密钥 of the log, as told by another way"
    )
    added.add_argument(
        "--key", type=Path, required=True, help=f"见证密钥文件 file of the key; the token comes from {witnessing.TOKEN}"
    )
    added.add_argument(
        "--memory", type=Path, help="记录文件 file of the last checkpoint seen; else beside the key, .seen"
    )
    added.add_argument("--every", type=float, help="间隔秒数 look again every so many seconds; else once")
    added = command("register-witness", _register_witness, "登记见证方 take on a witness and print its token")
    added.add_argument("key", help="见证方验证密钥 its verifier key")
    added = command("end-witness", _end_witness, "注销见证方 end a witness's token at once")
    added.add_argument("id", help="标识 id, as printed when it was registered")
    added = command("backup", _backup, "备份 write everything but secrets to one file, while it runs")
    added.add_argument("file", type=Path, help="文件 file, which must not exist")
    for name, run, says in (
        ("check-backup", _check_backup, "核验备份 check a backup with no installation"),
        ("restore", _restore, "恢复 bring a backup back into an empty installation, once it is checked"),
    ):
        added = command(name, run, says)
        added.add_argument("file", type=Path, help="备份文件 the backup")
        added.add_argument(
            "--log-key", action="append", default=[], help="日志验证密钥 verifier key of the log; may be repeated"
        )
        added.add_argument(
            "--unsigned", action="store_true", help="旧版备份 take one of an older version, which the log did not sign"
        )
        if name == "restore":
            added.add_argument(
                "--new-log", action="store_true", help="另起日志 begin a new log: leave the old checkpoints out"
            )

"""Commands of the record 日志与备份命令: verified, backed up and restored, and who read what. plan P5."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhenduan.cli.declaring import Adds
    from zhenduan.settings import Settings


def _verify(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    return administration.verify_journal(settings, given.against)


def _backup(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import backup

    return backup.backup(settings, given.file)


def _backup_vault(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import backup

    return backup.backup_vault(settings, given.file)


def _check_backup(given: argparse.Namespace) -> int:
    from zhenduan.cli import backup
    from zhenduan.cli.bounds import run_bounded

    return run_bounded(lambda: backup.check(given.file, given.log_key, unsigned=given.unsigned), given.file)


def _restore(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import backup
    from zhenduan.cli.bounds import run_bounded

    how = backup.Restoring(given.log_key, given.vault, given.new_log, given.unsigned, given.accept_missing, given.accept_older)
    return run_bounded(lambda: backup.restore_from(settings, given.file, how), given.file)


def _disclosures(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import disclosures

    return disclosures.export_disclosures(settings, given)


def add_to(command: "Adds") -> None:
    """Add the commands."""
    added = command("verify", _verify, "核验日志 walk the journal and name the first broken entry", json=True)
    added.add_argument("--against", type=Path, nargs="+", default=[], help="检查点文件 checkpoints that were kept elsewhere")
    added = command("backup", _backup, "备份 write everything but secrets to one file, while it runs", json=True)
    added.add_argument("file", type=Path, help="文件 file, which must not exist")
    says = "备份密库 write accounts and keys of persons to one sealed file, while it runs"
    added = command("backup-vault", _backup_vault, says, json=True)
    added.add_argument("file", type=Path, help="文件 file, which must not exist; keep it apart, for days only")
    added = command.alone("check-backup", _check_backup, "核验备份 check a backup with no installation", json=True)
    _of_backup(added)
    says = "恢复 bring a backup back into an empty installation, once it is checked"
    added = command("restore", _restore, says, json=True)
    _of_backup(added)
    added.add_argument("--new-log", action="store_true", help="另起日志 begin a new log: leave the old checkpoints out")
    says = "密库副本 copy of the vault by backup-vault, or a vault.db; else the one in place"
    added.add_argument("--vault", type=Path, help=says)
    says = "缺失仍恢复 go on although the vault lacks keys or accounts"
    added.add_argument("--accept-missing", action="store_true", help=says)
    says = "较旧仍恢复 go on although the log has signed for more entries than the backup holds"
    added.add_argument("--accept-older", action="store_true", help=says)
    says = "导出披露日志 print who read which firms' protected data, as JSON Lines"
    added = command("disclosures", _disclosures, says)
    added.add_argument("--check", action="store_true", help="核验 check that no row was changed, taken out or put in")
    added.add_argument("--enterprise", help="企业标识 of one firm")
    added.add_argument("--person", help="人员标识 read by one person")
    added.add_argument("--role", help="角色 read in one role, such as bank")
    added.add_argument("--mask", help="字段遮蔽 one kind of fields, such as revenue")
    added.add_argument("--from", dest="since", help="起 from a time with its zone")
    added.add_argument("--to", dest="until", help="止 to a time with its zone, or the end of a day")


def _of_backup(added: argparse.ArgumentParser) -> None:
    added.add_argument("file", type=Path, help="备份文件 the backup")
    key = "日志验证密钥 verifier key of the log; may be repeated"
    added.add_argument("--log-key", action="append", default=[], help=key)
    added.add_argument("--unsigned", action="store_true", help="旧版备份 take one of an older version, which the log did not sign")

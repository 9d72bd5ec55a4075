"""Backing up 备份与恢复 at the command line. plan P5."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from journal.backup.format import Backup, BackupRefused, open_backup
from journal.backup.restore import NotEmpty, restore
from journal.backup.write import back_up
from journal.transparency.signed_notes import NoteRefused, VerifierKey
from zhenduan.cli.answers import answer, progress
from zhenduan.settings import DIGEST, Settings
from zhenduan.wiring import finish_erasures, now, opened


def backup(settings: Settings, file: Path) -> int:
    """Write everything but secrets to one file, while the installation runs."""
    with opened(settings) as installation, progress("备份 backing up", "条 entries") as told:
        services = installation.services
        try:
            manifest = back_up(file, services.journal, installation.log, services.blobs, now(), told)
        except BackupRefused as refused:
            sys.stderr.write(f"{refused}\n")
            return 1
    said = f"已备份 backed up: {manifest.size} 条 entries, {manifest.files} 个文件 files, root {manifest.root}"
    answer(said, size=manifest.size, files=manifest.files, root=manifest.root, missing=list(manifest.missing))
    for digest in manifest.missing:
        sys.stderr.write(f"缺失或损坏的文件 a file that entries cite is missing or damaged: {digest}\n")
    return 1 if manifest.missing else 0


def check(file: Path, log_keys: Sequence[str], *, unsigned: bool) -> int:
    """Check a backup with no installation; 1 when it is not to be believed. unsigned: see `Backup.checked`."""
    try:
        keys = [VerifierKey.parse(text) for text in log_keys]
        with open_backup(file) as backup, progress("核验备份 checking", "条 entries") as told:
            head = backup.checked(keys, told, unsigned=unsigned)
            missing = backup.manifest.missing
    except (BackupRefused, NoteRefused) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    believed = "" if keys else "（签名用备份自带密钥核验，不证明来源 signed by the file's own keys, which prove no origin）"
    if unsigned:
        believed = "（未核验签名 no signature was looked at）"
    root = head.root.hex()
    said = f"备份完整 whole: {head.size} 条 entries, root {root}{believed}"
    answer(said, size=head.size, root=root, proved=not believed, missing=list(missing))
    for digest in missing:
        sys.stderr.write(f"备份时即缺失的文件 missing already when it was made: {digest}\n")
    return 0


def restore_from(settings: Settings, file: Path, log_keys: Sequence[str], *, new_log: bool, unsigned: bool) -> int:
    """Bring a backup back into an empty installation, and fold its read models. unsigned: see `Backup.checked`."""
    if not new_log and not settings.log_key.exists():
        sys.stderr.write(
            f"先放回日志签名密钥 {settings.log_key}，或用 --new-log 另起日志 "
            "put the log's key in place first, or begin a new log by --new-log\n"
        )
        return 2
    if new_log and settings.log_key.exists():
        sys.stderr.write(
            f"另起日志须用新密钥，先移走 {settings.log_key} a new log needs a new key: move this one away first\n"
        )
        return 2
    try:
        given = [VerifierKey.parse(text) for text in log_keys]
        with open_backup(file) as backup, opened(_settings_for(backup, settings), create=True) as installation:
            own = () if new_log else installation.log.keys().verifiers
            if given and own and not set(given) & set(own):  # such as one that a command made in an empty folder
                sys.stderr.write(
                    f"{settings.log_key} 不是该日志的签名密钥：放回原密钥，或移走后用 --new-log 另起日志 "
                    "this is not the log's key: put its own in place, or take this one away and begin a new log by --new-log\n"
                )
                return 1
            with progress("恢复 restoring", "条 entries") as told:
                services = installation.services
                into = services.journal, services.blobs
                done = restore(backup, *into, given or own, told, with_checkpoints=not new_log, unsigned=unsigned)
            with progress("更新读模型 projecting", "条 entries") as told:
                told(services.models.catch_up())
            finish_erasures(installation)
    except (BackupRefused, NoteRefused, NotEmpty) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    if not (given or own):
        sys.stderr.write("来源未经证明，请用 --log-key 给出日志公钥 its origin is not proved: give the log's key by --log-key\n")
    root = done.head.root.hex()
    said = f"已恢复 restored: {done.head.size} 条 entries, {done.files} 个文件 files, root {root}"
    answer(said, size=done.head.size, files=done.files, root=root)
    return 0


def _settings_for(backup: Backup, settings: Settings) -> Settings:
    """A journal that is yet to be made is made with the algorithm of what goes into it.

    Raises:
        BackupRefused: another algorithm is set.
    """
    if settings.digest not in (None, backup.digest):
        raise BackupRefused(f"杂凑算法不符 the backup is hashed with {backup.digest.name}; {DIGEST} says otherwise")
    return replace(settings, digest=backup.digest)

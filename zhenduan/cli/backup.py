"""Backing up 备份与恢复 at the command line. plan P5."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from journal.backup.format import Backup, BackupRefused, open_backup
from journal.backup.restore import NotEmpty, restore
from journal.backup.write import back_up
from journal.disclosure_log.disclosure_log import DisclosuresInUse
from journal.entries import Head
from journal.secrets.personal import KEYS
from journal.secrets.vault import master_key, open_vault
from journal.secrets.vault_copy import (
    Tables,
    VaultCopyRefused,
    VaultInUse,
    load_copy,
    read_copy,
    require_master,
    require_ready_for,
    tables_of,
    vault_exists,
    write_copy,
)
from journal.transparency.checkpoints import read_checkpoint
from journal.transparency.log_key import LogKeyFile
from journal.transparency.signed_notes import NoteRefused, VerifierKey
from zhenduan.cli.output import answer, progress
from zhenduan.cli.proof_checking import verifier_keys
from zhenduan.settings import DIGEST, Settings
from zhenduan.vault_needs import missing, who_signs_in
from zhenduan.wiring import finish_erasures, now, opened


def backup(settings: Settings, file: Path) -> int:
    """Write everything but secrets to one file, while the installation runs."""
    with opened(settings) as installation, progress("备份 backing up", "条 entries") as told:
        services = installation.services
        try:
            accounts = who_signs_in(tables_of(installation.vault))
            disclosures = services.disclosures.rows()
            manifest = back_up(
                file, services.journal, installation.log, services.blobs, now(), told, accounts, disclosures
            )
            with open_backup(file) as made:
                is_chained = _say_broken(made)
        except BackupRefused as refused:
            sys.stderr.write(f"{refused}\n")
            return 1
    rows = manifest.disclosures or 0
    counted = f"{manifest.size} 条 entries, {manifest.files} 个文件 files, {rows} 行披露 disclosures"
    lost = list(manifest.missing)
    said = f"已备份 backed up: {counted}, root {manifest.root}"
    answer(said, size=manifest.size, files=manifest.files, disclosures=rows, root=manifest.root, missing=lost)
    for digest in manifest.missing:
        sys.stderr.write(f"缺失或损坏的文件 a file that entries cite is missing or damaged: {digest}\n")
    return 0 if is_chained and not manifest.missing else 1


def backup_vault(settings: Settings, file: Path) -> int:
    """Write the vault whole to one file, sealed under the master key, while the installation runs."""
    with opened(settings) as installation:
        try:
            tables = write_copy(file, installation.vault, master_key(settings.master_key))
        except VaultCopyRefused as refused:
            sys.stderr.write(f"{refused}\n")
            return 1
    keys = sum(row["wrapped"] is not None for row in tables[KEYS.name]) - 1  # a destroyed one is none, and one is nobody's
    accounts = len(who_signs_in(tables))
    said = f"已备份密库 the vault is backed up: {keys} 人的密钥 keys of persons, {accounts} 人的账户 accounts"
    answer(said, keys=keys, accounts=accounts)
    return 0


def check(file: Path, log_keys: Sequence[str], *, unsigned: bool) -> int:
    """Check a backup with no installation; 1 when it is not to be believed. unsigned: see `Backup.checked`."""
    try:
        keys = verifier_keys(log_keys)
        with open_backup(file) as backup, progress("核验备份 checking", "条 entries") as told:
            head = backup.checked(keys, told, unsigned=unsigned)
            lost, rows = backup.manifest.missing, backup.manifest.disclosures
            is_chained = _say_broken(backup)
    except (BackupRefused, NoteRefused) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    believed = "" if keys else "（签名用备份自带密钥核验，不证明来源 signed by the file's own keys, which prove no origin）"
    if unsigned:
        believed = "（未核验签名 no signature was looked at）"
    root = head.root.hex()
    said = f"备份完整 whole: {head.size} 条 entries, root {root}{believed}"
    answer(said, size=head.size, root=root, disclosures=rows, proved=not believed, missing=list(lost))
    for digest in lost:
        sys.stderr.write(f"备份时即缺失的文件 missing already when it was made: {digest}\n")
    return 0 if is_chained else 1


def _say_broken(backup: Backup) -> bool:
    """Whether the disclosure log in a backup is whole as far as its chains tell; what is wrong is told, also that there is none."""
    if backup.manifest.disclosures is None:
        sys.stderr.write(
            "该备份出自不含披露日志的版本：披露日志须以数据库自身的备份恢复。\n"
            "The backup is of a version that left the disclosure log out: bring that back from the database's own backup.\n"
        )
        return True
    faults, shown = backup.broken_disclosures()
    for fault in shown:
        sys.stderr.write(f"披露日志 disclosure log: {fault}\n")
    if faults:
        sys.stderr.write(
            f"备份时披露日志已有 {faults} 处断裂。\nThe disclosure log was broken in {faults} places when the backup was made.\n"
        )
    return not faults


@dataclass(frozen=True)
class Restoring:
    """How a backup is brought back 恢复方式.

    log_keys: of the log, told by another way than the file. vault: a copy of it; None = the one in place. new_log: begin another
    log. unsigned: see `Backup.checked`. accept_missing: go on although the vault lacks keys or accounts, or the disclosure log
    rows. accept_older: go on although the log has signed for more entries than the backup holds.
    """

    log_keys: Sequence[str] = ()
    vault: Path | None = None
    new_log: bool = False
    unsigned: bool = False
    accept_missing: bool = False
    accept_older: bool = False


def restore_from(settings: Settings, file: Path, how: Restoring) -> int:
    """Bring a backup back into an empty installation, and fold its read models; 1, with nothing made, for want of a vault."""
    new_log = how.new_log
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
        given = verifier_keys(how.log_keys)
        with ExitStack() as stack:
            backup = stack.enter_context(open_backup(file))
            vault = _vault_at_hand(settings, how.vault)
            if vault is None:
                return 2
            if not _is_whole(settings, backup, vault, how):
                return 1
            own = () if new_log else LogKeyFile(settings.log_key).keys().verifiers
            if given and own and not set(given) & set(own):  # such as one that a command made in an empty folder
                sys.stderr.write(
                    f"{settings.log_key} 不是该日志的签名密钥：放回原密钥，或移走后用 --new-log 另起日志 "
                    "this is not the log's key: put its own in place, or take this one away and begin a new log by --new-log\n"
                )
                return 1
            with progress("核验备份 checking", "条 entries") as told:  # before anything is made for it
                head = backup.checked(given or own, told, unsigned=how.unsigned)
            if not new_log and not _is_as_promised(settings, head, own, how):
                return 1
            installation = stack.enter_context(opened(_settings_for(backup, settings), create=True))
            if how.vault is not None:
                require_ready_for(installation.vault, vault)
            if backup.manifest.disclosures:
                installation.services.disclosures.require_unused()
            with progress("恢复 restoring", "条 entries") as told:
                services = installation.services
                into = services.journal, services.blobs
                done = restore(backup, *into, given or own, told, with_checkpoints=not new_log, unsigned=how.unsigned)
            if how.vault is not None:
                load_copy(installation.vault, vault)
            disclosures = installation.services.disclosures.load(backup.disclosures())
            with progress("更新读模型 projecting", "条 entries") as told:
                told(services.models.catch_up())
            finish_erasures(installation)
    except (BackupRefused, NoteRefused, NotEmpty, VaultCopyRefused, VaultInUse, DisclosuresInUse) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    if not (given or own):
        sys.stderr.write("来源未经证明，请用 --log-key 给出日志公钥 its origin is not proved: give the log's key by --log-key\n")
    root = done.head.root.hex()
    said = f"已恢复 restored: {done.head.size} 条 entries, {done.files} 个文件 files, {disclosures} 行披露 disclosures, root {root}"
    answer(said, size=done.head.size, files=done.files, disclosures=disclosures, root=root)
    return 0


def _vault_at_hand(settings: Settings, copy: Path | None) -> Tables | None:
    """What is in the copy of the vault, or in the vault in place; None and said why where the master key for it is not there.

    Raises:
        VaultCopyRefused: the file is no copy of a vault.
        MasterKeyUnusable: it is another vault's.
    """
    there = settings.master_key.exists()
    if copy is not None and there:
        return read_copy(copy, master_key(settings.master_key))
    tables: Tables = {}
    if copy is None and vault_exists(settings.vault_url):
        with closing(open_vault(settings.vault_url)) as vault:
            tables = tables_of(vault)
        if there:
            require_master(tables, master_key(settings.master_key))
    if there or (copy is None and not tables.get(KEYS.name)):
        return tables
    key = settings.master_key
    sys.stderr.write(f"先放回密库的主密钥 {key}。\nPut the vault's master key in place first: {key}.\n")
    return None


def _is_whole(settings: Settings, backup: Backup, vault: Tables, how: Restoring) -> bool:
    """Whether the vault has what the backup's journal needs, and the disclosure log is whole, or the operator goes on without.

    What is missing is said either way.
    """
    lacks = missing(backup, vault)
    lacks.say()
    is_chained = _say_broken(backup)
    left = settings.data / "vault.db"
    if how.vault is None and settings.database is not None and left.exists():
        sys.stderr.write(
            f"{left} 不会被读取：密库在 PostgreSQL 中，请用 --vault {left} 带入。\n"
            f"{left} is not read: the vault is in PostgreSQL; bring it along by --vault {left}.\n"
        )
    if not is_chained and not how.accept_missing:
        sys.stderr.write("未恢复。用 --accept-missing 照旧恢复。\nNothing was restored. Go on by --accept-missing.\n")
    if lacks and not how.accept_missing:
        sys.stderr.write(
            "未恢复。请用 --vault 给出 zhenduan backup-vault 所写的文件，或用 --accept-missing 照旧恢复。\n"
            "Nothing was restored. Give the file that zhenduan backup-vault wrote by --vault, or go on by --accept-missing.\n"
        )
    return how.accept_missing or (is_chained and not lacks)


def _is_as_promised(settings: Settings, head: Head, own: Sequence[VerifierKey], how: Restoring) -> bool:
    """Whether a backup holds all that the checkpoint beside the log's key promises, or the operator goes on with less.

    Raises:
        NoteRefused: the checkpoint is another log's.
        LogKeyUnusable: it is none.
    """
    note = LogKeyFile(settings.log_key).last_signed()
    if note is None:
        return True
    promised = read_checkpoint(note, own)
    if promised.size < head.size or (promised.size, promised.root) == (head.size, head.root):
        return True
    beside = settings.log_key.with_suffix(".signed")
    sys.stderr.write(
        f"这是回退：{beside} 已签署 {promised.size} 条，备份只有 {head.size} 条或与之不符。\n"
        f"This is a rollback: {beside} signed for {promised.size} entries, and the backup holds {head.size}, or others.\n"
    )
    if how.accept_older:
        return True
    sys.stderr.write(
        "未恢复。请用较新的备份；没有时，移走 log.key 与 log.signed，用 --new-log 另起日志；--accept-older 照旧恢复，"
        "此后不再签署检查点，服务不就绪。\n"
        "Nothing was restored. Take a later backup; where there is none, move log.key and log.signed away and begin a new log by "
        "--new-log; --accept-older goes on, and then nothing is signed and the server is not ready.\n"
    )
    return False


def _settings_for(backup: Backup, settings: Settings) -> Settings:
    """A journal that is yet to be made is made with the algorithm of what goes into it.

    Raises:
        BackupRefused: another algorithm is set.
    """
    if settings.digest not in (None, backup.digest):
        raise BackupRefused(f"杂凑算法不符 the backup is hashed with {backup.digest.name}; {DIGEST} says otherwise")
    return replace(settings, digest=backup.digest)

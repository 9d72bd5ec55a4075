"""Folder of an installation 数据目录: what must lie in it before anything is opened, and that it is its owner's alone.

A command that only reads makes nothing: a mistyped folder would else become an empty city with keys of its own, which says
"intact, 0 entries" and signs that. `init`, `demo` and `restore` alone begin an installation.
"""

import logging
import stat
from contextlib import suppress
from pathlib import Path

from journal.atomic_files import remove_abandoned
from journal.journal import is_journal
from zhenduan.settings import DATA, DATABASE, Settings

log = logging.getLogger(__name__)

DATABASES = ("journal.db", "models.db", "vault.db", "disclosures.db", "deliveries.db")
BESIDE = ("", "-wal", "-shm")
"""What SQLite keeps beside a database while it is open."""
OTHERS = ("master.key", "log.key", "log.signed", "log.lock", "files", "exports", "lost+found")
"""What else lies in the folder; the last is of a disk that is mounted there."""
FOREIGN_BITS = 0o077


class NotAnInstallation(ValueError):  # noqa: N818 - says what is missing and what to do
    """The folder or database holds no installation 不是已建立的系统, or is open to others and cannot be closed to them."""


def require_installation(settings: Settings) -> None:
    """Refuse to open what is not there yet 核对数据目录; nothing is made, and a folder that others may enter is closed to them.

    Raises:
        NotAnInstallation: a key, the vault or the journal is missing, or the folder belongs to somebody else.
    """
    wanted = [settings.master_key, settings.log_key]
    if settings.database is None:
        wanted = [settings.data / "journal.db", settings.data / "vault.db", *wanted]
    missing = [path.name for path in wanted if not path.is_file()]
    if not missing and not is_journal(settings.journal_url):
        missing = [DATABASE if settings.database else "journal.db"]
    if missing:
        names = "、".join(missing)
        raise NotAnInstallation(
            f"{settings.data} 不是已建立的系统，缺少 {names}。请核对 --data、{DATA} 与 {DATABASE}；新建用 zhenduan init，"
            f"从备份恢复用 zhenduan restore，遗失的密钥或密库请先放回。\n"
            f"{settings.data} is no installation: {', '.join(missing)} is missing. Look at --data, {DATA} and {DATABASE}; "
            "zhenduan init begins a new one, zhenduan restore brings one back, and a key or vault that was lost is put back first."
        )
    remove_abandoned(settings.data)
    close_to_others(settings.data)


def begin_installation(settings: Settings) -> None:
    """Make the folder where there is none 新建数据目录, the owner's alone; one that holds other things is never taken over.

    Raises:
        NotAnInstallation: something in it is not ours, or it belongs to somebody else.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_abandoned(settings.data)
    known = {name + suffix for name in DATABASES for suffix in BESIDE} | set(OTHERS)
    foreign = sorted(path.name for path in settings.data.iterdir() if path.name not in known)
    if foreign and not (settings.data / "journal.db").exists():
        raise NotAnInstallation(
            f"{settings.data} 中有其他文件，如 {foreign[0]}：请另选空目录。\n"
            f"{settings.data} holds other things, such as {foreign[0]}: choose an empty folder."
        )
    close_to_others(settings.data)


def close_to_others(folder: Path) -> None:
    """Take from others what they may do with the folder and what lies in it 收回他人权限, and say so.

    The keys are left as they are: one that others could read may be known to them, and is refused where it is read.

    Raises:
        NotAnInstallation: it belongs to somebody else, so that it cannot be done.
    """
    for path in (
        folder,
        *(inner for inner in folder.iterdir() if inner.suffix != ".key" and inner.name != "lost+found"),
    ):
        with suppress(FileNotFoundError):  # what SQLite keeps beside a database comes and goes
            mode = stat.S_IMODE(path.stat().st_mode)
            if not mode & FOREIGN_BITS:
                continue
            try:
                path.chmod(mode & ~FOREIGN_BITS)
            except PermissionError as error:
                raise NotAnInstallation(
                    f"{path} 他人可读写，且属于其他用户：请改为本用户所有（chown），并 chmod -R go= {folder}。\n"
                    f"{path} is open to others and belongs to somebody else: chown it to this user, then chmod -R go= {folder}."
                ) from error
            log.warning("%s 曾对他人开放，已收回权限 was open to others (%o) and is closed to them now", path, mode)

"""What a journal needs of the vault 密库核对: every person's key and account, counted before a restore. plan P5, P7."""

import sys
from collections.abc import Collection
from dataclasses import dataclass

from domain.participants.people.person import PEOPLE
from domain.participants.people.registration import PersonErased, PersonRegistered
from domain.participants.people.state import person_stream
from journal import decode
from journal.backup.format import Backup
from journal.secrets.personal import KEYS
from journal.secrets.vault_copy import Tables
from zhenduan.accounts.logins import LOGINS
from zhenduan.accounts.single_sign_on import SUBJECTS

SHOWN = 5
"""So many persons are named."""
STREAM = person_stream("")


@dataclass(frozen=True)
class Missing:
    """What the vault at hand lacks 密库缺失: ids of persons, and of how many.

    accounts: None = the backup is of a version that does not say who had one.
    """

    keys: tuple[str, ...]
    people: int
    accounts: tuple[str, ...] | None
    signing_in: int

    def __bool__(self) -> bool:
        return bool(self.keys or self.accounts)

    def say(self) -> None:
        """Tell the operator what is missing and what follows from it, on the error stream."""
        if self.keys:
            sys.stderr.write(
                f"密库缺少 {self.people} 人中 {len(self.keys)} 人的密钥，其姓名将读作“密钥缺失”：{_named(self.keys)}。\n"
                f"The vault lacks the keys of {len(self.keys)} of {self.people} persons, whose names will be unreadable: "
                f"{_named(self.keys)}.\n"
            )
        if self.accounts:
            sys.stderr.write(
                f"密库缺少 {self.signing_in} 人中 {len(self.accounts)} 人的账户，他们将无法登录：{_named(self.accounts)}。\n"
                f"The vault lacks the accounts of {len(self.accounts)} of {self.signing_in} persons, who "
                f"will not be able to sign in: {_named(self.accounts)}.\n"
            )


def _named(people: Collection[str]) -> str:
    return ", ".join(sorted(people)[:SHOWN]) + (" …" if len(people) > SHOWN else "")


def who_signs_in(tables: Tables) -> frozenset[str]:
    """Persons whom a vault holds an account for 有账户的人员: a login, or a subject of an identity provider."""
    return frozenset(str(row["person"]) for name in (LOGINS.name, SUBJECTS.name) for row in tables.get(name, ()))


def missing(backup: Backup, tables: Tables) -> Missing:
    """What a vault lacks of what a backup's journal needs 密库缺失. Who was erased in either of them needs nothing.

    Raises:
        BackupRefused: the backup is damaged.
    """
    needed: set[str] = set()
    for entry in backup.entries():
        if entry.stream.startswith(STREAM):
            match decode(PEOPLE, entry.type, entry.state):
                case PersonRegistered():
                    needed.add(entry.stream.removeprefix(STREAM))
                case PersonErased():
                    needed.discard(entry.stream.removeprefix(STREAM))
    held = {row["person"]: row["wrapped"] is not None for row in tables.get(KEYS.name, ())}
    needed -= {person for person, is_whole in held.items() if not is_whole}
    accounts = backup.accounts()
    had = None if accounts is None else accounts & needed
    return Missing(
        keys=tuple(sorted(needed - held.keys())),
        people=len(needed),
        accounts=None if had is None else tuple(sorted(had - who_signs_in(tables))),
        signing_in=len(had or ()),
    )

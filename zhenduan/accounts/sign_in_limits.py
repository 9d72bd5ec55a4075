"""Sign-in limits 登录限制: how many wrong passwords are looked at, per login and in all. decision 0026.

An attempt is counted before its password is looked at, so that guesses sent side by side do not slip through, and it is
taken back when it was right. Past a limit every answer is "wrong" until the window ends; open sessions and partner keys
go on. The limit in all stops one password tried on every login; its price is that a flood keeps people from signing in
for a while, which we prefer to a flood that guesses.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, String, Table, delete, select, update

from journal.command_handling import microseconds
from journal.secrets.vault import SCHEMA, Vault

META = MetaData(schema=SCHEMA)
ATTEMPTS = Table(
    "sign_in_attempts",
    META,
    Column("subject", String, primary_key=True),
    Column("counted", Integer, nullable=False),
    Column("window_ends", BigInteger, nullable=False),
)
EVERYONE = "*"


@dataclass(frozen=True)
class SignInLimits:
    """How many attempts are looked at in a window 登录限制: of one login, and of all logins together."""

    of_one: int = 5
    of_all: int = 1_000
    window: timedelta = timedelta(minutes=15)


class SignInAttempts:
    """Counted attempts 登录尝试. The table is bounded by the limit in all: past it nothing is counted any more."""

    def __init__(self, vault: Vault, limits: SignInLimits) -> None:
        self._vault = vault
        self._limits = limits
        vault.create(META)

    def admit(self, login: str, now: datetime) -> bool:
        """Count an attempt; False when a limit is reached, and its password must not be looked at."""
        moment = microseconds(now)
        with self._vault.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE secrets.sign_in_attempts IN SHARE ROW EXCLUSIVE MODE")
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.window_ends <= moment))
            mine, all_of_them = _subject(login), EVERYONE
            if self._counted(connection, mine) >= self._limits.of_one:
                return False
            if self._counted(connection, all_of_them) >= self._limits.of_all:
                return False
            for subject in (mine, all_of_them):
                self._count(connection, subject, moment)
        return True

    def take_back(self, login: str) -> None:
        """The password was right: forget the login's attempts, and take this one back from those of all."""
        with self._vault.writing() as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.subject == _subject(login)))
            connection.execute(
                update(ATTEMPTS)
                .where(ATTEMPTS.c.subject == EVERYONE, ATTEMPTS.c.counted > 0)
                .values(counted=ATTEMPTS.c.counted - 1)
            )

    @staticmethod
    def _counted(connection: Connection, subject: str) -> int:
        found = connection.execute(select(ATTEMPTS.c.counted).where(ATTEMPTS.c.subject == subject)).scalar()
        return int(found or 0)

    def _count(self, connection: Connection, subject: str, moment: int) -> None:
        changed = connection.execute(
            update(ATTEMPTS).where(ATTEMPTS.c.subject == subject).values(counted=ATTEMPTS.c.counted + 1)
        )
        if changed.rowcount == 0:
            ends = moment + int(self._limits.window / timedelta(microseconds=1))
            connection.execute(ATTEMPTS.insert().values(subject=subject, counted=1, window_ends=ends))


def _subject(login: str) -> str:
    """A login's name in the table: hashed, since what is typed there may be anything, a password too."""
    return sha256(login.encode(errors="surrogatepass")).hexdigest()

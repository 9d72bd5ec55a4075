"""Sign-in limits · 登录限制: how long whoever typed wrong passwords waits, by login and source together. decision 0028.

A wait belongs to a login *at a source* (the client's address), so that a stranger's guesses keep nobody out who signs in from
elsewhere; past some failures of one source, whatever the login, it waits as a whole, except for logins that signed in from it
lately. No count of a login over all sources makes anybody wait: it goes to the log, for a person to look at.

An attempt is counted before its password is looked at, so that guesses sent side by side do not slip through, and taken back
when it was right. Waits double; what is remembered is forgotten after a day, and is bounded.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, String, Table, delete, func, select, update

from domain.instants import microseconds
from journal.secrets.vault import SCHEMA, Vault

META = MetaData(schema=SCHEMA)
FAILURES = Table(
    "sign_in_failures",
    META,
    Column("subject", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("waits_until", BigInteger, nullable=False),
    Column("forgotten_at", BigInteger, nullable=False, index=True),
)
KNOWN_SOURCES = Table(
    "sign_in_sources",
    META,
    Column("subject", String, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
)
OWN_NETWORK = 64
"""Bits of an IPv6 address that name the network; the rest is its owner's to choose."""
TOLD_AT = frozenset({100, 1_000, 10_000})
"""Failures of one login over all sources at which the log tells of it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignInLimits:
    """When a wait begins and how it grows 登录限制.

    of_pair: wrong passwords of one login at one source before the first wait. of_source: of one source, whatever the login.
    first_wait: doubled by each further one, up to longest_wait. forgotten: after so long without another. known: so long after
    a login signed in from a source, the waits of that source are not its own. most: subjects remembered; past it the oldest go.
    """

    of_pair: int = 5
    of_source: int = 50
    first_wait: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(minutes=15)
    forgotten: timedelta = timedelta(days=1)
    known: timedelta = timedelta(days=90)
    most: int = 50_000


def network_of(source: str) -> str:
    """Whose failures are counted together 来源网络: an IPv4 address, the network of an IPv6 one, any other text as it is."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{int(address) >> (128 - OWN_NETWORK):x}/{OWN_NETWORK}"
    return str(address)


class SignInAttempts:
    """Counted attempts 登录尝试."""

    def __init__(self, vault: Vault, limits: SignInLimits) -> None:
        self._vault = vault
        self._limits = limits
        vault.create(META)

    def admit(self, login: str, source: str | None, now: datetime) -> timedelta:
        """Count an attempt; how long to wait instead, when its password must not be looked at.

        source: the client's address; None where only the first text is counted, such as an invitation's.
        """
        moment = microseconds(now)
        pair, of_source, of_login = self._subjects(login, source)
        with self._vault.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE secrets.sign_in_failures IN SHARE ROW EXCLUSIVE MODE")
            connection.execute(delete(FAILURES).where(FAILURES.c.forgotten_at <= moment))
            limits = {pair: self._limits.of_pair}
            if of_source is not None and not self._is_known(connection, pair, moment):
                limits[of_source] = self._limits.of_source
            waits = max(self._waits_until(connection, subject) for subject in limits) - moment
            if waits > 0:
                return timedelta(microseconds=waits)
            for subject, most in limits.items():
                self._count(connection, subject, most, moment)
            if of_login is not None and self._count(connection, of_login, None, moment) in TOLD_AT:
                log.warning("a login is guessed at from one place or many: %r; its owner is not kept out by it", login)
        return timedelta(0)

    def take_back(self, login: str, source: str | None, now: datetime) -> None:
        """It was right: forget the login's failures at this source, know the source, and take this one back from its count."""
        moment = microseconds(now)
        pair, of_source, of_login = self._subjects(login, source)
        with self._vault.writing() as connection:
            connection.execute(delete(FAILURES).where(FAILURES.c.subject == pair))
            if source is None:
                return
            if not self._is_known(connection, pair, moment):
                # it was counted as one of the source's; earlier wrong ones stay, or a login of one's own would wipe them off
                back = {"failures": FAILURES.c.failures - 1, "waits_until": moment}
                connection.execute(update(FAILURES).where(FAILURES.c.subject == of_source).values(back))
            connection.execute(
                update(FAILURES).where(FAILURES.c.subject == of_login).values(failures=FAILURES.c.failures - 1)
            )
            since = moment - self._limits.known // timedelta(microseconds=1)
            connection.execute(delete(KNOWN_SOURCES).where(KNOWN_SOURCES.c.seen_at <= since))
            connection.execute(delete(KNOWN_SOURCES).where(KNOWN_SOURCES.c.subject == pair))
            connection.execute(KNOWN_SOURCES.insert().values(subject=pair, seen_at=moment))

    @staticmethod
    def _subjects(login: str, source: str | None) -> tuple[str, str | None, str | None]:
        """Names in the table of a login at its source, of the source, and of the login."""
        if source is None:
            return _subject(login), None, None
        network = network_of(source)
        return _subject(login, network), _subject("", network), _subject(login, "")

    def _is_known(self, connection: Connection, pair: str, moment: int) -> bool:
        since = moment - self._limits.known // timedelta(microseconds=1)
        mine = (KNOWN_SOURCES.c.subject == pair) & (KNOWN_SOURCES.c.seen_at > since)
        return connection.execute(select(KNOWN_SOURCES.c.subject).where(mine)).first() is not None

    @staticmethod
    def _waits_until(connection: Connection, subject: str) -> int:
        found = connection.execute(select(FAILURES.c.waits_until).where(FAILURES.c.subject == subject)).scalar()
        return int(found or 0)

    def _count(self, connection: Connection, subject: str, most: int | None, moment: int) -> int:
        """How many failures of a subject there are now; past `most` it waits from now on."""
        found = connection.execute(select(FAILURES.c.failures).where(FAILURES.c.subject == subject)).scalar()
        failures = int(found or 0) + 1
        wait = self._wait(failures - most) if most is not None and failures >= most else timedelta(0)
        row = {
            "failures": failures,
            "waits_until": moment + wait // timedelta(microseconds=1),
            "forgotten_at": moment + self._limits.forgotten // timedelta(microseconds=1),
        }
        if found is None:
            self._make_room(connection)
            connection.execute(FAILURES.insert().values(subject=subject, **row))
        else:
            connection.execute(update(FAILURES).where(FAILURES.c.subject == subject).values(row))
        return failures

    def _wait(self, beyond: int) -> timedelta:
        """2 s, 4 s, 8 s … up to the longest."""
        doubled: int = 2 ** min(beyond, 30)
        return min(self._limits.first_wait * doubled, self._limits.longest_wait)

    def _make_room(self, connection: Connection) -> None:
        if (connection.execute(select(func.count()).select_from(FAILURES)).scalar() or 0) < self._limits.most:
            return
        oldest = select(FAILURES.c.subject).order_by(FAILURES.c.forgotten_at).limit(max(self._limits.most // 100, 1))
        connection.execute(delete(FAILURES).where(FAILURES.c.subject.in_(oldest.scalar_subquery())))


def _subject(*parts: str) -> str:
    """A name in the table: hashed, since what is typed as a login may be anything, a password too."""
    return sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()

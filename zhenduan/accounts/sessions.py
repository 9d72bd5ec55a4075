"""Sessions 会话 of signed-in people: opaque tokens of which only the hash is kept, revocable at once. decision 0026."""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from api.kit.second_factors import SignedIn
from domain.instants import microseconds, utc_moment
from domain.participants.people.state import person_stream
from journal.secrets.vault import SCHEMA, Vault
from projections.engine.preconditions import Precondition

META = MetaData(schema=SCHEMA)
SESSIONS = Table(
    "sessions",
    META,
    Column("token_hash", String, primary_key=True),
    Column("login", String, nullable=False, index=True),
    Column("person", String, nullable=False, index=True),
    Column("membership", String, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
STRONG = Table("strong_sessions", META, Column("token_hash", String, primary_key=True))
"""Sessions that a second factor has opened."""
STANDS = f"""EXISTS (SELECT FROM {SESSIONS.fullname} s WHERE s.token_hash = {{}} AND s.person = {{}} AND s.membership = {{}}
AND s.expires_at = {{}}::bigint AND {{}}::boolean = EXISTS (SELECT FROM {STRONG.fullname} t WHERE t.token_hash = s.token_hash))
AND NOT EXISTS (SELECT FROM entries WHERE stream = {{}} AND version > {{}}::bigint)"""  # noqa: S608 - our own names
"""Whether a session is as it was, on PostgreSQL, where the journal lies beside the vault."""
PREFIX = "zds"
SHAPE = re.compile(rf"{PREFIX}_[0-9a-f]{{64}}", re.ASCII)


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lives 会话时限: in all, unused, and how often its use is noted."""

    in_all: timedelta = timedelta(hours=12)
    unused: timedelta = timedelta(hours=2)
    noted_every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True)
class OpenSession:
    """A session that lives 有效会话. login: what opened it. strong: with a second factor.

    ends: microseconds of UTC, as `noted_next`, when its use is to be noted again.
    """

    token_hash: str
    person: str
    membership: str
    ends: int
    login: str
    strong: bool
    noted_next: int

    def precondition(self, version: int, since: datetime, until: datetime) -> Precondition:
        """What must hold for it to open what it opened 会话前提: it stands as it did, and no fact of its person has come since.

        version: of the person's stream. since, until: see `Precondition`.
        """
        strong = "true" if self.strong else "false"
        values = (self.token_hash, self.person, self.membership, str(self.ends), strong, person_stream(self.person), str(version))
        return Precondition(STANDS, values, since, min(until, utc_moment(self.noted_next)))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _by_hash() -> Select[Any]:
    columns = (SESSIONS.c[name] for name in ("token_hash", "person", "membership", "used_at", "expires_at", "login"))
    both = SESSIONS.outerjoin(STRONG, STRONG.c.token_hash == SESSIONS.c.token_hash)
    return select(*columns, STRONG.c.token_hash).select_from(both).where(SESSIONS.c.token_hash == bindparam("hashed"))


class Sessions:
    """The sessions of this installation 会话."""

    def __init__(self, vault: Vault, limits: SessionLimits) -> None:
        self._vault = vault
        self._limits = limits
        vault.create(META)

    def open(
        self, connection: Connection, person: str, login: str, membership: str, now: datetime, *, strong: bool = False
    ) -> SignedIn:
        """A new session within a transaction 新会话; those that have run out go.

        login: what the person signed in with; the session ends when that changes. strong: with a second factor as well.
        """
        token, expires_at = f"{PREFIX}_{secrets.token_hex(32)}", now + self._limits.in_all
        connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= microseconds(now)))
        if strong:
            left = select(SESSIONS.c.token_hash)
            connection.execute(delete(STRONG).where(STRONG.c.token_hash.not_in(left)))
            connection.execute(STRONG.insert().values(token_hash=_hash(token)))
        connection.execute(
            SESSIONS.insert().values(
                token_hash=_hash(token),
                login=login,
                person=person,
                membership=membership,
                used_at=microseconds(now),
                expires_at=microseconds(expires_at),
            )
        )
        return SignedIn(token, expires_at)

    def find(self, token: str, now: datetime) -> OpenSession | None:
        """The session of a token, as long as it lives; its use is noted now and then, not each time."""
        if not SHAPE.fullmatch(token):
            return None
        hashed, moment = _hash(token), microseconds(now)
        rows = self._vault.prepared("session", _by_hash, hashed=hashed)
        if not rows or not hmac.compare_digest(rows[0][0], hashed):
            return None
        _, person, membership, used_at, ends, login, strong = rows[0]
        unused = timedelta(microseconds=moment - used_at)
        if ends <= moment or unused >= self._limits.unused:
            return None
        if unused >= self._limits.noted_every:
            with self._vault.writing() as connection:
                connection.execute(update(SESSIONS).where(SESSIONS.c.token_hash == hashed).values(used_at=moment))
            used_at = moment
        noted_next = used_at + min(self._limits.noted_every, self._limits.unused) // timedelta(microseconds=1)
        return OpenSession(hashed, person, membership, int(ends), login, strong is not None, noted_next)

    def act_as(self, session: OpenSession, membership: str) -> bool:
        """Go on in another membership; False when the session has ended meanwhile."""
        mine = SESSIONS.c.token_hash == session.token_hash
        with self._vault.writing() as connection:
            return connection.execute(update(SESSIONS).where(mine).values(membership=membership)).rowcount == 1

    def end(self, token: str) -> None:
        """End a session at once; an unknown token ends nothing."""
        if SHAPE.fullmatch(token):
            with self._vault.writing() as connection:
                connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == _hash(token)))

    @staticmethod
    def end_all(
        connection: Connection, *, person: str | None = None, login: str | None = None, but: str | None = None
    ) -> None:
        """End every session of a person or of a login, but the one of a token, within a transaction."""
        mine = SESSIONS.c.person == person if login is None else SESSIONS.c.login == login
        if but is not None:
            mine &= SESSIONS.c.token_hash != _hash(but)
        connection.execute(delete(SESSIONS).where(mine))

    @staticmethod
    def strengthen(connection: Connection, session: OpenSession) -> None:
        """A session counts as opened with a second factor from now on, within a transaction."""
        connection.execute(delete(STRONG).where(STRONG.c.token_hash == session.token_hash))
        connection.execute(STRONG.insert().values(token_hash=session.token_hash))

    @staticmethod
    def held_on(connection: Connection, person: str) -> list[dict[str, Any]]:
        """A person's sessions without their tokens; times in microseconds of UTC."""
        query = select(SESSIONS.c.membership, SESSIONS.c.used_at, SESSIONS.c.expires_at)
        return [
            {"membership": membership, "usedAt": used, "expiresAt": ends}
            for membership, used, ends in connection.execute(query.where(SESSIONS.c.person == person))
        ]

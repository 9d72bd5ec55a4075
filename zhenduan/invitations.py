"""Invitations 邀请: a ticket by which a person who was entered takes up a login of their own. plan P7, architecture 10.

The ticket is shown once to whoever appoints; of it only the hash is kept. It is used up by the login it opens, and a new
ticket for the same person ends the old one.
"""

import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, delete, select

from api.program import Invited
from journal.handling import microseconds
from journal.vault import SCHEMA, Vault

META = MetaData(schema=SCHEMA)
INVITATIONS = Table(
    "invitations",
    META,
    Column("ticket_hash", String, primary_key=True),
    Column("person", String, nullable=False, unique=True),
    Column("expires_at", BigInteger, nullable=False),
)
PREFIX = "zdi"
SHAPE = re.compile(rf"{PREFIX}_[0-9a-f]{{64}}", re.ASCII)
LIFETIME = timedelta(days=7)


class Invitations:
    """The invitations of this installation 邀请."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        vault.create(META)

    def issue(self, person: str, now: datetime) -> Invited:
        """A ticket for a person 签发邀请; an earlier one of the same person is worth nothing from now on."""
        ticket, expires_at = f"{PREFIX}_{secrets.token_hex(32)}", now + LIFETIME
        row = {"ticket_hash": _hash(ticket), "person": person, "expires_at": microseconds(expires_at)}
        with self._vault.writing() as connection:
            connection.execute(delete(INVITATIONS).where(INVITATIONS.c.person == person))
            connection.execute(INVITATIONS.insert().values(row))
        return Invited(ticket, expires_at)

    def person_of(self, ticket: str, now: datetime) -> str | None:
        """Whom a ticket in force was issued for; None for every other text."""
        if not SHAPE.fullmatch(ticket):
            return None
        in_force = INVITATIONS.c.expires_at > microseconds(now)
        query = select(INVITATIONS.c.person).where(INVITATIONS.c.ticket_hash == _hash(ticket), in_force)
        with self._vault.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return str(found) if found is not None else None

    @staticmethod
    def use_up(connection: Connection, ticket: str) -> bool:
        """Take a ticket out within a transaction; False when somebody else was first."""
        return connection.execute(delete(INVITATIONS).where(INVITATIONS.c.ticket_hash == _hash(ticket))).rowcount == 1

    @staticmethod
    def forget(connection: Connection, person: str) -> None:
        """Take a person's ticket out within a transaction."""
        connection.execute(delete(INVITATIONS).where(INVITATIONS.c.person == person))


def _hash(ticket: str) -> str:
    return sha256(ticket.encode()).hexdigest()

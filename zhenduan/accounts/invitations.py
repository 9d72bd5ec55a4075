"""Invitations 邀请: a ticket by which a person who was entered takes up a login of their own. plan P7, decision 0026.

The ticket is shown once to whoever appoints; of it only the hash is kept. It is used up by the login it opens, and a new
ticket for the same person ends the old one. It stands for the roles that the person held when it was issued: whoever holds it
becomes the person, so a role that somebody else gives afterwards makes it worthless (`LocalAccounts.accept`).
"""

import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, delete, select

from api.kit.ports import Invited
from domain.instants import microseconds
from journal.secrets.vault import SCHEMA, Vault

META = MetaData(schema=SCHEMA)
INVITATIONS = Table(
    "invitation_tickets",
    META,
    Column("ticket_hash", String, primary_key=True),
    Column("person", String, nullable=False, unique=True),
    Column("memberships", String, nullable=False),
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

    def issue(self, person: str, memberships: Collection[str], now: datetime) -> Invited:
        """A ticket for a person 签发邀请; an earlier one of the same person is worth nothing from now on.

        memberships: ids of all that the person holds, held or will hold.
        """
        ticket, expires_at = f"{PREFIX}_{secrets.token_hex(32)}", now + LIFETIME
        row = {
            "ticket_hash": _hash(ticket),
            "person": person,
            "memberships": " ".join(sorted(memberships)),
            "expires_at": microseconds(expires_at),
        }
        with self._vault.writing() as connection:
            connection.execute(delete(INVITATIONS).where(INVITATIONS.c.person == person))
            connection.execute(INVITATIONS.insert().values(row))
        return Invited(ticket, expires_at)

    def find(self, ticket: str, now: datetime) -> tuple[str, frozenset[str]] | None:
        """(whom a ticket in force was issued for, over which memberships); None for every other text."""
        if not SHAPE.fullmatch(ticket):
            return None
        in_force = INVITATIONS.c.expires_at > microseconds(now)
        columns = INVITATIONS.c.person, INVITATIONS.c.memberships
        query = select(*columns).where(INVITATIONS.c.ticket_hash == _hash(ticket), in_force)
        with self._vault.reading() as connection:
            found = connection.execute(query).one_or_none()
        return (found.person, frozenset(found.memberships.split())) if found is not None else None

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

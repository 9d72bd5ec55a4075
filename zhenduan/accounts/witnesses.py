"""Witnesses 见证方: whose cosignatures this installation keeps, and the token by which each may ask for proofs. plan P5.

A token reads `zdw_ID_SECRET`; of the secret only the hash is kept. It opens the log's proofs and nothing else, and what it
hands in must be signed by the witness's own key, so that a stolen token signs nothing.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import BigInteger, Column, MetaData, String, Table, select, update

from domain.instants import microseconds
from journal.secrets.vault import SCHEMA, Vault
from journal.transparency.signed_notes import NoteRefused, SigningKind, VerifierKey

META = MetaData(schema=SCHEMA)
WITNESSES = Table(
    "witnesses",
    META,
    Column("id", String, primary_key=True),
    Column("secret_hash", String, nullable=False),
    Column("verifier_key", String, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)
PREFIX = "zdw"
SHAPE = re.compile(rf"{PREFIX}_([0-9a-f]{{16}})_([0-9a-f]{{64}})", re.ASCII)
NO_HASH = "0" * 64


@dataclass(frozen=True)
class RegisteredWitness:
    """A witness as an operator sees it 已登记见证方. ended: its token is refused."""

    id: str
    verifier_key: str
    ended: bool


class Witnesses:
    """The witnesses of one installation 见证方名册."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        vault.create(META)

    def register(self, key: VerifierKey, now: datetime) -> tuple[str, str]:
        """(id, token) of a witness 登记见证方; the token is shown once. The same key again gets another token.

        Raises:
            NoteRefused: the key is none for cosignatures.
        """
        if key.kind is not SigningKind.COSIGNATURE:
            raise NoteRefused("见证密钥类型不符 a witness's key is of another kind")
        identity, secret = secrets.token_hex(8), secrets.token_hex(32)
        with self._vault.writing() as connection:
            connection.execute(
                WITNESSES.insert().values(
                    id=identity,
                    secret_hash=sha256(secret.encode()).hexdigest(),
                    verifier_key=str(key),
                    registered_at=microseconds(now),
                )
            )
        return identity, f"{PREFIX}_{identity}_{secret}"

    def end(self, identity: str, now: datetime) -> bool:
        """End a witness's token at once 注销; False when there is none in force. Its cosignatures stay."""
        t = WITNESSES.c
        with self._vault.writing() as connection:
            known = t.id == identity, t.ended_at.is_(None)
            return connection.execute(update(WITNESSES).where(*known).values(ended_at=microseconds(now))).rowcount == 1

    def listing(self) -> list[RegisteredWitness]:
        """All witnesses, oldest first, those that ended included 见证方清单."""
        t = WITNESSES.c
        with self._vault.reading() as connection:
            rows = connection.execute(select(t.id, t.verifier_key, t.ended_at).order_by(t.registered_at, t.id)).all()
        return [RegisteredWitness(row.id, row.verifier_key, row.ended_at is not None) for row in rows]

    def identify(self, token: str) -> VerifierKey | None:
        """The key of the witness that a token belongs to; None when unknown or ended."""
        parts = SHAPE.fullmatch(token)
        if parts is None:
            return None
        identity, secret = parts.groups()
        with self._vault.reading() as connection:
            row = connection.execute(select(WITNESSES).where(WITNESSES.c.id == identity)).one_or_none()
        kept = row.secret_hash if row is not None else NO_HASH
        if (
            not hmac.compare_digest(sha256(secret.encode()).hexdigest(), kept)
            or row is None
            or row.ended_at is not None
        ):
            return None
        return VerifierKey.parse(row.verifier_key)

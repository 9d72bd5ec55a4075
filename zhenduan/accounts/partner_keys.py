"""Partner keys 合作方密钥: bearer keys of other systems, for one district or the city. plan P8, decision 0026.

A key reads `zdp_ID_SECRET`. The id names it in lists and logs; of the secret only the hash is kept, so a key is shown
once. Rotation gives a new key and lets the old one run out.
"""

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import BigInteger, Column, MetaData, String, Table, select, update

from api.kit.ports import PARTNER_KEY_PREFIX, Identified
from domain.access import Role, scope_of
from domain.instants import microseconds, utc_moment
from domain.kernel import Rule
from domain.participants.organisations import OrganisationKind
from domain.participants.partner_keys import actor_of
from journal import Caller
from journal.secrets.vault import SCHEMA, Vault
from projections import Snapshot
from projections.engine.preconditions import KNOWN_FOR, Precondition
from projections.participants.organisations import organisations_by_id

META = MetaData(schema=SCHEMA)
PARTNER_KEYS = Table(
    "partner_keys",
    META,
    Column("id", String, primary_key=True),
    Column("secret_hash", String, nullable=False),
    Column("partner", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
CITY = "*"
PREFIX = PARTNER_KEY_PREFIX
SHAPE = re.compile(rf"{PREFIX}_([0-9a-f]{{16}})_([0-9a-f]{{64}})", re.ASCII)
LONGEST_LIFETIME = timedelta(days=366)
STANDS = f"""EXISTS (SELECT FROM {PARTNER_KEYS.fullname} k WHERE k.id = {{}} AND k.secret_hash = {{}} AND k.partner = {{}}
AND k.organisation = {{}} AND k.expires_at = {{}}::bigint)"""
"""Whether a key is as it was, on PostgreSQL."""
NO_HASH = "0" * 64

PARTNER_SCOPE_UNKNOWN = Rule(
    "PARTNER_SCOPE_UNKNOWN",
    "plan P8",
    "合作方密钥的范围应为已登记的区代码或 *（全市），而非“{organisation}”",
    "A partner key is for a registered district's code or * (the city), not {organisation}",
)
PARTNER_KEY_LIFETIME = Rule(
    "PARTNER_KEY_LIFETIME",
    "plan P8",
    "合作方密钥的有效期应大于零且不超过 {days} 天",
    "A partner key lives for more than nothing and at most {days} days",
)
PARTNER_KEY_UNKNOWN = Rule(
    "PARTNER_KEY_UNKNOWN", "plan P8", "没有有效的合作方密钥 {key}", "There is no partner key {key} in force"
)


@dataclass(frozen=True)
class IssuedKey:
    """A key just issued 新密钥: its id, the token, shown once, and when it ends."""

    id: str
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class PartnerKey:
    """A key as an operator sees it 合作方密钥, without its secret. Times in microseconds of UTC."""

    id: str
    partner: str
    organisation: str
    issued_at: int
    expires_at: int


class PartnerKeys:
    """The keys of partners 合作方密钥."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        vault.create(META)

    def issue(
        self,
        snapshot: Snapshot,
        partner: str,
        organisation: str,
        lifetime: timedelta,
        now: datetime,
        noted: Callable[[str], None] = lambda _key: None,
    ) -> IssuedKey:
        """A new key 签发密钥. organisation: a registered district's code, or "*" for the city.

        noted: is given the key's id before the key is good for anything; where it raises, there is no key.

        Raises:
            Refused: PARTNER_SCOPE_UNKNOWN, PARTNER_KEY_LIFETIME.
        """
        if organisation != CITY:
            found = organisations_by_id(snapshot, [organisation]).get(organisation)
            if found is None or found.kind != OrganisationKind.DISTRICT:
                raise PARTNER_SCOPE_UNKNOWN.refuse(organisation=organisation)
        if not timedelta(0) < lifetime <= LONGEST_LIFETIME:
            raise PARTNER_KEY_LIFETIME.refuse(days=LONGEST_LIFETIME.days)
        identity = secrets.token_hex(8)
        noted(identity)
        return self._insert(identity, partner, organisation, now, now + lifetime)

    def _insert(self, identity: str, partner: str, organisation: str, now: datetime, expires_at: datetime) -> IssuedKey:
        secret = secrets.token_hex(32)
        with self._vault.writing() as connection:
            connection.execute(
                PARTNER_KEYS.insert().values(
                    id=identity,
                    secret_hash=sha256(secret.encode()).hexdigest(),
                    partner=partner,
                    organisation=organisation,
                    issued_at=microseconds(now),
                    expires_at=microseconds(expires_at),
                )
            )
        return IssuedKey(identity, f"{PREFIX}_{identity}_{secret}", expires_at)

    def rotate(self, key: str, overlap: timedelta, now: datetime) -> IssuedKey:
        """A new key of the same partner, scope and lifetime 轮换密钥; the old one ends after the overlap, if not before.

        Raises:
            Refused: PARTNER_KEY_UNKNOWN.
        """
        old = next((known for known in self.listing() if known.id == key), None)
        if old is None or old.expires_at <= microseconds(now):
            raise PARTNER_KEY_UNKNOWN.refuse(key=key)
        lifetime = timedelta(microseconds=old.expires_at - old.issued_at)
        fresh = self._insert(secrets.token_hex(8), old.partner, old.organisation, now, now + lifetime)
        self._end(key, now + overlap)
        return fresh

    def revoke(self, key: str, now: datetime) -> None:
        """End a key at once 吊销密钥."""
        self._end(key, now)

    def _end(self, key: str, at: datetime) -> None:
        earlier = PARTNER_KEYS.c.expires_at > microseconds(at)
        with self._vault.writing() as connection:
            connection.execute(
                update(PARTNER_KEYS).where(PARTNER_KEYS.c.id == key, earlier).values(expires_at=microseconds(at))
            )

    def listing(self) -> list[PartnerKey]:
        """All keys, oldest first, those that ended included 密钥清单."""
        t = PARTNER_KEYS.c
        query = select(t.id, t.partner, t.organisation, t.issued_at, t.expires_at).order_by(t.issued_at, t.id)
        with self._vault.reading() as connection:
            return [PartnerKey(*row) for row in connection.execute(query)]

    def is_live(self, actor: str, organisation: str | None, now: datetime) -> bool:
        """Whether a partner has a key in force for a scope, or for any 是否有有效密钥."""
        t = PARTNER_KEYS.c
        query = select(t.partner).where(t.expires_at > microseconds(now))
        if organisation is not None:
            query = query.where(t.organisation == organisation)
        with self._vault.reading() as connection:
            return any(actor_of(partner) == actor for (partner,) in connection.execute(query))

    def identify(self, token: str, now: datetime) -> Identified | None:
        """Who a token belongs to, for a minute under the precondition that its key stands; None when unknown or ended."""
        parts = SHAPE.fullmatch(token)
        if parts is None:
            return None
        identity, secret = parts.groups()
        with self._vault.reading() as connection:
            row = connection.execute(select(PARTNER_KEYS).where(PARTNER_KEYS.c.id == identity)).one_or_none()
        kept = row.secret_hash if row is not None else NO_HASH
        if not hmac.compare_digest(sha256(secret.encode()).hexdigest(), kept) or row is None:
            return None
        if row.expires_at <= microseconds(now):
            return None
        caller = Caller(
            actor=actor_of(row.partner),
            role=Role.PARTNER,
            organisation=row.organisation,
            scope=scope_of(Role.PARTNER, row.organisation),
        )
        values = (row.id, row.secret_hash, row.partner, row.organisation, str(row.expires_at))
        ends = utc_moment(row.expires_at)
        return Identified(caller, "", ends, Precondition(STANDS, values, now, min(ends, now + KNOWN_FOR)))

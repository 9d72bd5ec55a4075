"""Second factors · 第二因素: time codes and passkeys of people, their recovery codes, and the steps that use them. plan P7.

Secrets of time codes are sealed in the vault under the master key; of a passkey only the public half is kept, of recovery codes
and tickets only hashes. Every code is good once: its use and what it opens are one transaction.
"""

import os
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from api.kit.second_factors import (
    ConfirmedFactor,
    Enrolment,
    FactorAnswer,
    FactorKind,
    HeldFactor,
    HeldFactors,
    SecondStep,
)
from domain.access import Role
from domain.instants import microseconds
from journal.secrets.vault import SCHEMA, Vault
from zhenduan.accounts.passkeys import (
    Passkey,
    address_of,
    authentication_options,
    registered,
    registration_options,
    signed_by,
)
from zhenduan.accounts.second_factor_rules import (
    PASSKEYS_UNAVAILABLE,
    SECOND_FACTOR_LAST,
    SECOND_FACTOR_WRONG,
    SECOND_FACTORS_MANY,
    SECOND_STEP_INVALID,
)
from zhenduan.accounts.time_codes import address, new_secret, step_of

META = MetaData(schema=SCHEMA)
FACTORS = Table(
    "second_factors",
    META,
    Column("id", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("credential", LargeBinary),
    Column("used", BigInteger, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)
"""secret: sealed, of a time code; the public key of a passkey. used: last half minute taken; a passkey's own counter."""
RECOVERY_CODES = Table(
    "recovery_codes",
    META,
    Column("code_hash", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
)
STEPS = Table(
    "second_steps",
    META,
    Column("ticket_hash", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("login", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("opens", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""secret: sealed, what a new time code is made with, or a challenge. opens: whether its end opens a session."""
PASS, ENROL, CONFIRM = "pass", "enrol", "confirm"

REQUIRED_ROLES = frozenset({Role.CITY, Role.OPERATOR, Role.AUDITOR})
"""Who needs a second factor from the day that the setting names; all others may have one."""
PREFIX = "zd2"
LIFETIME = timedelta(minutes=5)
MOST_TRIES = 5
MOST_FACTORS = 10
MOST_STEPS = 10
"""Of one person at a time; the oldest go."""
RECOVERY_COUNT = 10
RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
RECOVERY_LENGTH = 16
"""Letters of a recovery code, 79 bits: no search finds one from its hash."""
LONGEST_NAME = 64
CHALLENGE_BYTES = 32

@dataclass(frozen=True)
class Passed:
    """Who has passed a second step 已通过. opens: whether a session is opened by it."""

    person: str
    login: str
    opens: bool
    by_recovery_code: bool = False


def _hash(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def _recovery_hash(person: str, code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter in RECOVERY_LETTERS)
    return _hash(f"{person} {plain}")


class SecondFactors:
    """The second factors of one installation 第二因素.

    key: what secrets are sealed under. home: our public address, which passkeys are bound to; may be empty. since: the day
    from which `REQUIRED_ROLES` need one; None = never.
    """

    def __init__(self, vault: Vault, key: bytes, home: str = "", since: date | None = None) -> None:
        self._vault = vault
        self._cipher = AESGCM(key)
        self._address = address_of(home)
        self.since = since
        vault.create(META)

    def is_required(self, roles: Collection[Role], day: date) -> bool:
        """Whether who holds these roles needs a second factor on a day 是否必需."""
        return self.since is not None and self.since <= day and not REQUIRED_ROLES.isdisjoint(roles)

    # What a person has

    def has(self, person: str) -> bool:
        """Whether a person has a second factor."""
        with self._vault.reading() as connection:
            return connection.execute(select(FACTORS.c.id).where(FACTORS.c.person == person)).first() is not None

    def held(self, person: str) -> HeldFactors:
        """A person's factors, without what they are made of 已登记第二因素."""
        with self._vault.reading() as connection:
            return self._held(connection, person)

    def _held(self, connection: Connection, person: str) -> HeldFactors:
        rows = self._factors(connection, person)
        mine = select(func.count()).select_from(RECOVERY_CODES).where(RECOVERY_CODES.c.person == person)
        factors = [HeldFactor(row.id, FactorKind(row.kind), row.name, row.enrolled_at, row.used_at) for row in rows]
        return HeldFactors(factors, int(connection.execute(mine).scalar() or 0))

    @staticmethod
    def _factors(connection: Connection, person: str, kind: FactorKind | None = None) -> Sequence[Any]:
        query = select(FACTORS).where(FACTORS.c.person == person).order_by(FACTORS.c.enrolled_at, FACTORS.c.id)
        return connection.execute(query if kind is None else query.where(FACTORS.c.kind == kind)).all()

    def held_on(self, connection: Connection, person: str) -> dict[str, Any]:
        """The same as plain JSON values, for a person's export; times in microseconds of UTC."""
        held = self._held(connection, person)
        return {
            "factors": [
                {"kind": one.kind, "name": one.name, "enrolledAt": one.enrolled_at, "usedAt": one.used_at}
                for one in held.factors
            ],
            "recoveryCodesLeft": held.recovery_codes_left,
        }

    # Signing in

    def step(self, person: str, login: str, roles: Collection[Role], now: datetime, day: date) -> SecondStep | None:
        """What a person has to do after the right password 第二步; None where the password is enough."""
        with self._vault.writing() as connection:
            factors = self._factors(connection, person)
            if not factors:
                if not self.is_required(roles, day):
                    return None
                ticket, expires_at = self._ticket(connection, person, login, ENROL, now, opens=True)
                return SecondStep(ticket, expires_at, (), None)
            challenge = os.urandom(CHALLENGE_BYTES)
            ticket, expires_at = self._ticket(connection, person, login, PASS, now, secret=challenge, opens=True)
        options = None
        credentials = [row.credential for row in factors if row.kind == FactorKind.PASSKEY]
        if credentials and self._address is not None:
            options = authentication_options(self._address, challenge, credentials)
        return SecondStep(ticket, expires_at, tuple(sorted({FactorKind(row.kind) for row in factors})), options)

    def _ticket(
        self,
        connection: Connection,
        person: str,
        login: str,
        purpose: str,
        now: datetime,
        *,
        opens: bool,
        kind: str = "",
        secret: bytes = b"",
    ) -> tuple[str, datetime]:
        ticket, expires_at = f"{PREFIX}_{secrets.token_hex(32)}", now + LIFETIME
        connection.execute(delete(STEPS).where(STEPS.c.expires_at <= microseconds(now)))
        mine = select(STEPS.c.ticket_hash).where(STEPS.c.person == person).order_by(STEPS.c.expires_at.desc())
        older = connection.execute(mine.offset(MOST_STEPS - 1)).scalars().all()
        connection.execute(delete(STEPS).where(STEPS.c.ticket_hash.in_(older)))
        connection.execute(
            STEPS.insert().values(
                ticket_hash=_hash(ticket),
                person=person,
                login=login,
                purpose=purpose,
                kind=kind,
                secret=secret,
                opens=int(opens),
                tries=0,
                expires_at=microseconds(expires_at),
            )
        )
        return ticket, expires_at

    def whose(self, ticket: str, now: datetime) -> str | None:
        """Whose step a ticket in force is."""
        query = select(STEPS.c.person).where(STEPS.c.ticket_hash == _hash(ticket), STEPS.c.expires_at > microseconds(now))
        with self._vault.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return str(found) if found is not None else None

    def _tried(self, ticket: str, purpose: str, now: datetime) -> Any:  # noqa: ANN401 - a row
        """A step in force, one try of it counted before anything is looked at.

        Raises:
            Refused: SECOND_STEP_INVALID.
        """
        mine = (STEPS.c.ticket_hash == _hash(ticket)) & (STEPS.c.purpose == purpose)
        alive = mine & (STEPS.c.expires_at > microseconds(now)) & (STEPS.c.tries < MOST_TRIES)
        with self._vault.writing() as connection:
            if connection.execute(update(STEPS).where(alive).values(tries=STEPS.c.tries + 1)).rowcount != 1:
                raise SECOND_STEP_INVALID.refuse()
            return connection.execute(select(STEPS).where(mine)).one()

    def passed(self, ticket: str, answer: FactorAnswer, now: datetime) -> Passed:
        """Take the answer to a second step 通过第二步; ticket and code are used up together.

        Raises:
            Refused: SECOND_STEP_INVALID, SECOND_FACTOR_WRONG.
        """
        step = self._tried(ticket, PASS, now)
        with self._vault.writing() as connection:
            is_right = self._is_right(connection, step.person, answer, bytes(step.secret), now)
            gone = delete(STEPS).where(STEPS.c.ticket_hash == step.ticket_hash)
            if not is_right or connection.execute(gone).rowcount != 1:
                raise SECOND_FACTOR_WRONG.refuse()
        return Passed(step.person, step.login, bool(step.opens), bool(answer.recovery_code))

    def _is_right(self, connection: Connection, person: str, answer: FactorAnswer, challenge: bytes, now: datetime) -> bool:
        if answer.recovery_code:
            mine = RECOVERY_CODES.c.code_hash == _recovery_hash(person, answer.recovery_code)
            return connection.execute(delete(RECOVERY_CODES).where(mine)).rowcount == 1
        if answer.passkey:
            return self._signed(connection, person, answer.passkey, challenge, now)
        for row in self._factors(connection, person, FactorKind.TIME_CODE):
            step = step_of(self._opened(row.id, person, bytes(row.secret)), answer.code, now)
            if step is not None and self._use(connection, row.id, row.used, step, now):
                return True
        return False

    def _signed(self, connection: Connection, person: str, answer: str, challenge: bytes, now: datetime) -> bool:
        if self._address is None:
            return False
        rows = self._factors(connection, person, FactorKind.PASSKEY)
        known = {bytes(row.credential): row for row in rows}
        keys = [Passkey(credential, bytes(row.secret), row.used) for credential, row in known.items()]
        found = signed_by(self._address, answer, challenge, keys)
        if found is None:
            return False
        row = known[found.credential]
        values = {"used": found.counter, "used_at": microseconds(now)}
        same = (FACTORS.c.id == row.id) & (FACTORS.c.used == row.used)
        return connection.execute(update(FACTORS).where(same).values(values)).rowcount == 1

    @staticmethod
    def _use(connection: Connection, factor: str, before: int, step: int, now: datetime) -> bool:
        """Take a half minute's code; False when it, or a later one, was taken before."""
        fresh = (FACTORS.c.id == factor) & (FACTORS.c.used == before) & (FACTORS.c.used < step)
        values = {"used": step, "used_at": microseconds(now)}
        return connection.execute(update(FACTORS).where(fresh).values(values)).rowcount == 1

    # Enrolling

    def enrolling(self, ticket: str, now: datetime) -> tuple[str, str]:
        """(person, login) of a sign-in that may go on only once a factor is enrolled.

        Raises:
            Refused: SECOND_STEP_INVALID.
        """
        step = self._tried(ticket, ENROL, now)
        return step.person, step.login

    def begin(self, person: str, login: str, kind: FactorKind, now: datetime, *, opens: bool) -> Enrolment:
        """What a person enrols a factor by 开始登记; it counts once `confirmed`.

        Raises:
            Refused: PASSKEYS_UNAVAILABLE, SECOND_FACTORS_MANY.
        """
        with self._vault.writing() as connection:
            factors = self._factors(connection, person)
            if len(factors) >= MOST_FACTORS:
                raise SECOND_FACTORS_MANY.refuse(most=MOST_FACTORS)
            if kind is FactorKind.TIME_CODE:
                plain = new_secret()
                sealed = self._sealed("", person, plain)
                ticket, expires_at = self._ticket(
                    connection, person, login, CONFIRM, now, opens=opens, kind=kind, secret=sealed
                )
                return Enrolment(ticket, expires_at, plain, address(plain, login), None)
            if self._address is None:
                raise PASSKEYS_UNAVAILABLE.refuse()
            challenge = os.urandom(CHALLENGE_BYTES)
            ticket, expires_at = self._ticket(
                connection, person, login, CONFIRM, now, opens=opens, kind=kind, secret=challenge
            )
        known = [row.credential for row in factors if row.kind == FactorKind.PASSKEY]
        options = registration_options(self._address, login, person, challenge, known)
        return Enrolment(ticket, expires_at, None, None, options)

    def confirmed(self, ticket: str, name: str, answer: FactorAnswer, now: datetime) -> tuple[Passed, ConfirmedFactor]:
        """Enrol a factor that has shown that it works 确认登记; the first one comes with recovery codes.

        Raises:
            Refused: SECOND_STEP_INVALID, SECOND_FACTOR_WRONG, SECOND_FACTORS_MANY.
        """
        step = self._tried(ticket, CONFIRM, now)
        made = self._made(step, name, answer, now)
        with self._vault.writing() as connection:
            if connection.execute(delete(STEPS).where(STEPS.c.ticket_hash == step.ticket_hash)).rowcount != 1:
                raise SECOND_STEP_INVALID.refuse()
            others = self._factors(connection, step.person)
            if step.opens and others:
                raise SECOND_STEP_INVALID.refuse()  # somebody enrolled meanwhile: the password alone enrols the first only
            if len(others) >= MOST_FACTORS:
                raise SECOND_FACTORS_MANY.refuse(most=MOST_FACTORS)
            connection.execute(FACTORS.insert().values(made))
            codes = () if others else self._new_codes(connection, step.person)
            connection.execute(delete(STEPS).where(STEPS.c.person == step.person))
        return Passed(step.person, step.login, bool(step.opens)), ConfirmedFactor(made["id"], codes)

    def _made(self, step: Any, name: str, answer: FactorAnswer, now: datetime) -> dict[str, Any]:  # noqa: ANN401 - a row
        identity, kind, moment = str(uuid4()), FactorKind(step.kind), microseconds(now)
        shown = "".join(letter for letter in name.strip() if letter.isprintable())[:LONGEST_NAME]
        row = {"id": identity, "person": step.person, "kind": kind, "name": shown or kind.value}
        row |= {"enrolled_at": moment, "used_at": moment}
        if kind is FactorKind.TIME_CODE:
            plain = self._opened("", step.person, bytes(step.secret))
            used = step_of(plain, answer.code, now)
            if used is None:
                raise SECOND_FACTOR_WRONG.refuse()
            return row | {"secret": self._sealed(identity, step.person, plain), "credential": None, "used": used}
        if self._address is None:
            raise PASSKEYS_UNAVAILABLE.refuse()
        made = registered(self._address, answer.passkey, bytes(step.secret))
        if made is None:
            raise SECOND_FACTOR_WRONG.refuse()
        return row | {"secret": made.public_key, "credential": made.credential, "used": made.counter}

    def renew(self, person: str) -> tuple[str, ...]:
        """New recovery codes in place of the old ones 更换恢复码, shown once; none for who has no factor."""
        with self._vault.writing() as connection:
            return self._new_codes(connection, person) if self._factors(connection, person) else ()

    @staticmethod
    def _new_codes(connection: Connection, person: str) -> tuple[str, ...]:
        drawn = ["".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_COUNT)]
        connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.person == person))
        rows = [{"code_hash": _recovery_hash(person, code), "person": person} for code in drawn]
        connection.execute(RECOVERY_CODES.insert(), rows)
        return tuple("-".join(code[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)) for code in drawn)

    # Taking away

    def remove(self, person: str, factor: str, *, may_be_last: bool) -> bool:
        """Take one factor away 移除; False where the person has none of that id. With the last go the recovery codes.

        Raises:
            Refused: SECOND_FACTOR_LAST.
        """
        with self._vault.writing() as connection:
            held = {row.id for row in self._factors(connection, person)}
            if factor not in held:
                return False
            if held == {factor}:
                if not may_be_last:
                    raise SECOND_FACTOR_LAST.refuse()
                connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.person == person))
            connection.execute(delete(FACTORS).where(FACTORS.c.id == factor))
            return True

    @staticmethod
    def forget(connection: Connection, person: str) -> None:
        """Take all of a person's factors, codes and steps away, within a transaction."""
        for table in (FACTORS, RECOVERY_CODES, STEPS):
            connection.execute(delete(table).where(table.c.person == person))

    @staticmethod
    def end_steps(connection: Connection, login: str) -> None:
        """End what the old password of a login has begun, within a transaction."""
        connection.execute(delete(STEPS).where(STEPS.c.login == login))

    # Secrets at rest

    def _sealed(self, factor: str, person: str, text: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, text.encode(), f"{factor} {person}".encode())

    def _opened(self, factor: str, person: str, sealed: bytes) -> str:
        return self._cipher.decrypt(sealed[:12], sealed[12:], f"{factor} {person}".encode()).decode()

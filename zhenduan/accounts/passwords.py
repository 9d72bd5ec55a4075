"""Passwords 密码: how many are looked at at once, of all and of one source; an unknown login costs as much as any. plan P7."""

import secrets
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from math import ceil
from threading import BoundedSemaphore, Lock
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy import Row, select

from domain.kernel import Rule
from journal.secrets.vault import Vault
from zhenduan.accounts.logins import LOGIN, LOGINS, LONGEST_PASSWORD, password_bytes
from zhenduan.accounts.sign_in_limits import SignInAttempts, network_of

SIGN_IN_BUSY = Rule(
    "SIGN_IN_BUSY", "plan P7", "当前登录人数较多，请稍后再试", "Too many are signing in at this moment; try again soon"
)
SIGN_IN_WAIT = Rule(
    "SIGN_IN_WAIT",
    "plan P7",
    "尝试次数过多，请在 {seconds} 秒后再试",
    "Too many wrong passwords from your address; try again in {seconds} s",
)
PASSWORDS_AT_ONCE = 2
"""Argon2 takes 64 MiB and four cores a password: so many are looked at side by side."""
SIGN_INS_AT_ONCE = 6
"""So many may be under way or wait their turn, half the threads that answer operations; one more is told to come back.

Anyone may sign in: without this bound strangers' guesses hold every thread, and nobody is answered."""
SIGN_INS_OF_ONE_SOURCE = 4
"""Of these; the others are left for people elsewhere."""


class Passwords:
    """The passwords of logins 密码核对."""

    def __init__(self, vault: Vault, attempts: SignInAttempts, hasher: PasswordHasher) -> None:
        self._vault = vault
        self._attempts = attempts
        self._hasher = hasher
        self._looking = BoundedSemaphore(PASSWORDS_AT_ONCE)
        self._places = Lock()
        self._at_once: Counter[str] = Counter()
        self._unmatched = _unmatched(hasher)

    def hashed(self, password: str) -> str:
        """The hash that is kept of a password."""
        with self._looking:
            return self._hasher.hash(password_bytes(password))

    def hashed_anew(self, hashed: str, password: str) -> str:
        """The hash to be kept of a password that was right: another one where the kept one costs less than a hash does today."""
        return self.hashed(password) if self._hasher.check_needs_rehash(hashed) else hashed

    def known(self, name: str) -> Row[Any, Any] | None:
        """(person, password's hash) of a login; None where there is no such login."""
        if not LOGIN.fullmatch(name):
            return None
        query = select(LOGINS.c.person, LOGINS.c.password_hash).where(LOGINS.c.login == name)
        with self._vault.reading() as connection:
            return connection.execute(query).one_or_none()

    @contextmanager
    def signing_in(self, source: str) -> Iterator[None]:
        """A place among those who sign in at this moment; one source has some of them, never all.

        Raises:
            Refused: SIGN_IN_BUSY.
        """
        network = network_of(source)
        with self._places:
            mine = self._at_once[network]
            if mine >= SIGN_INS_OF_ONE_SOURCE or self._at_once.total() >= SIGN_INS_AT_ONCE:
                raise SIGN_IN_BUSY.refuse()
            self._at_once[network] += 1
        try:
            yield
        finally:
            with self._places:
                self._at_once[network] -= 1
                if not self._at_once[network]:
                    del self._at_once[network]

    def looked_at(self, name: str, password: str, source: str, now: datetime) -> Row[Any, Any] | None:
        """(person, password's hash) of a login whose password is right 密码核对; None for an unknown login or a wrong password.

        The password is looked at in every case, if only against nobody's, so that the time taken does not tell these apart.

        Raises:
            Refused: SIGN_IN_WAIT.
        """
        wait = self._attempts.admit(name, source, now)
        if wait:
            raise SIGN_IN_WAIT.refuse(seconds=ceil(wait.total_seconds()))
        known = self.known(name)
        right = self._matches(known.password_hash if known is not None else self._unmatched, password)
        if known is None or not right:
            return None
        self._attempts.take_back(name, source, now)
        return known

    def _matches(self, hashed: str, password: str) -> bool:
        with self._looking:
            try:
                return self._hasher.verify(hashed, password_bytes(password[: LONGEST_PASSWORD + 1]))
            except (VerificationError, InvalidHashError):
                return False


def _unmatched(hasher: PasswordHasher) -> str:
    """An Argon2id hash that no password has, to be verified in the place of an unknown login's, at the cost of any other.

    It is drawn and not computed: every command and every process opens the accounts, and a hash takes 0.2 s.
    """
    salt, drawn = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${drawn}"

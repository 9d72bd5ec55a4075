"""Second steps · 第二步 of people with a local login: passing one, enrolling, removing, each under its own limit. plan P7.

Whoever comes here has typed the right password, so that waits for wrong codes belong to the login as a whole: no stranger can
make its owner wait. What changes a person's factors asks for the password again, and ends their other sessions.
"""

import logging
from collections.abc import Callable, Collection
from datetime import date, datetime
from math import ceil
from typing import Protocol

from api.kit.second_factors import ConfirmedFactor, Enrolment, FactorAnswer, FactorKind, HeldFactors, SignedIn
from domain.access import Role
from domain.instants import city_day
from domain.kernel import NOT_FOUND, Rule
from journal.secrets.vault import Vault
from zhenduan.accounts.second_factor_rules import SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WAIT, SECOND_STEP_INVALID
from zhenduan.accounts.second_factors import REQUIRED_ROLES, Passed, SecondFactors
from zhenduan.accounts.sessions import OpenSession, Sessions
from zhenduan.accounts.sign_in_limits import SignInAttempts

PASSWORD_WRONG = Rule("PASSWORD_WRONG", "plan P7", "密码不正确", "Wrong password")
SESSION_NEEDED = Rule(
    "SESSION_NEEDED", "plan P7", "请先用登录名和密码登录", "Sign in with a login and password first"
)

log = logging.getLogger(__name__)


class Accounts(Protocol):
    """What of the accounts is needed here 账户."""

    def has_password(self, login: str, password: str, source: str) -> str | None:
        """The person whose login and password these are."""

    def open_session(self, person: str, login: str) -> SignedIn | None:
        """A session of a person who has shown more than a password."""

    def roles(self, person: str) -> Collection[Role]:
        """The roles that a person holds today."""


class AccountSecondSteps:
    """`api.kit.second_factors.SecondSteps` of this installation 第二步."""

    def __init__(
        self,
        accounts: Accounts,
        factors: SecondFactors,
        sessions: Sessions,
        attempts: SignInAttempts,
        vault: Vault,
        clock: Callable[[], datetime],
    ) -> None:
        self._accounts = accounts
        self._factors = factors
        self._sessions = sessions
        self._attempts = attempts
        self._vault = vault
        self._clock = clock

    def pass_step(self, ticket: str, answer: FactorAnswer) -> SignedIn | None:
        """A session by the second factor 通过第二步.

        Raises:
            Refused: SECOND_STEP_INVALID, SECOND_FACTOR_WRONG, SECOND_FACTOR_WAIT.
        """
        now = self._clock()
        person = self._factors.whose(ticket, now)
        if person is None:
            raise SECOND_STEP_INVALID.refuse()
        subject = f"second step {person}"
        wait = self._attempts.admit(subject, None, now)
        if wait:
            raise SECOND_FACTOR_WAIT.refuse(seconds=ceil(wait.total_seconds()))
        passed = self._factors.passed(ticket, answer, now)
        self._attempts.take_back(subject, None, now)
        if passed.by_recovery_code:
            log.warning("a recovery code of login %r was used; person %s", passed.login, person)
        return self._accounts.open_session(passed.person, passed.login)

    def enrol(
        self, kind: FactorKind, *, ticket: str = "", token: str | None = None, password: str = "", source: str = ""
    ) -> Enrolment:
        """What a factor is enrolled by 登记第二因素.

        Raises:
            Refused: SECOND_STEP_INVALID, PASSKEYS_UNAVAILABLE, SECOND_FACTORS_MANY, and as `_session`.
        """
        if ticket:
            person, login = self._factors.enrolling(ticket, self._clock())
            return self._factors.begin(person, login, kind, self._clock(), opens=True)
        session = self._session(token, password, source)
        return self._factors.begin(session.person, session.login, kind, self._clock(), opens=False)

    def confirm(
        self, ticket: str, name: str, answer: FactorAnswer, token: str | None = None
    ) -> tuple[ConfirmedFactor, SignedIn | None]:
        """Enrol a factor that works 确认登记; the session that it was asked for in goes on, all others end.

        Raises:
            Refused: SECOND_STEP_INVALID, SECOND_FACTOR_WRONG, SECOND_FACTORS_MANY.
        """
        now = self._clock()
        passed, made = self._factors.confirmed(ticket, name, answer, now)
        self._log_step("enrolled", passed)
        session = self._sessions.find(token, now) if token is not None else None
        mine = session is not None and session.person == passed.person
        with self._vault.writing() as connection:
            self._sessions.end_all(connection, person=passed.person, but=token if mine else None)
            if session is not None and mine:
                self._sessions.strengthen(connection, session)
        return made, self._accounts.open_session(passed.person, passed.login) if passed.opens else None

    def remove(self, token: str | None, factor: str, password: str, source: str = "") -> None:
        """Take a factor away 移除第二因素; other sessions end.

        Raises:
            Refused: NOT_FOUND, SECOND_FACTOR_LAST, and as `_session`.
        """
        session, now = self._session(token, password, source), self._clock()
        needed = self._factors.is_required(self._accounts.roles(session.person), city_day(now))
        if not self._factors.remove(session.person, factor, may_be_last=not needed):
            raise NOT_FOUND.refuse()
        self._log_step("removed", Passed(session.person, session.login, opens=False))
        with self._vault.writing() as connection:
            self._sessions.end_all(connection, person=session.person, but=token)

    def renew(self, token: str | None, password: str, source: str = "") -> tuple[str, ...]:
        """New recovery codes in place of the old ones 更换恢复码.

        Raises:
            Refused: NOT_FOUND where there is no factor, and as `_session`.
        """
        session = self._session(token, password, source)
        codes = self._factors.renew(session.person)
        if not codes:
            raise NOT_FOUND.refuse()
        self._log_step("given new recovery codes", Passed(session.person, session.login, opens=False))
        return codes

    def reset(self, person: str) -> None:
        """Take all of a person's factors away 重置, by the operator's word; every session of the person ends."""
        with self._vault.writing() as connection:
            self._factors.forget(connection, person)
            self._sessions.end_all(connection, person=person)
        self._vault.scrub()

    def held(self, person: str) -> HeldFactors:
        """What a person has enrolled 已登记."""
        return self._factors.held(person)

    def required_from(self, person: str) -> date | None:
        """The day from which a person, by the roles held today, needs a second factor 必需起始日; None = never."""
        return None if REQUIRED_ROLES.isdisjoint(self._accounts.roles(person)) else self._factors.since

    def _session(self, token: str | None, password: str, source: str) -> OpenSession:
        """The session of a token whose person has typed the password again.

        Raises:
            Refused: SESSION_NEEDED, SECOND_FACTOR_REQUIRED, PASSWORD_WRONG, SIGN_IN_WAIT, SIGN_IN_BUSY.
        """
        session = self._sessions.find(token, self._clock()) if token is not None else None
        if session is None:
            raise SESSION_NEEDED.refuse()
        if not session.strong and self._factors.has(session.person):
            raise SECOND_FACTOR_REQUIRED.refuse()
        if self._accounts.has_password(session.login, password, source) != session.person:
            raise PASSWORD_WRONG.refuse()
        return session

    @staticmethod
    def _log_step(what: str, passed: Passed) -> None:
        """The line by which an operator finds it: accounts are outside the journal (decision 0026)."""
        log.warning("second factor %s: login %r, person %s", what, passed.login, passed.person)

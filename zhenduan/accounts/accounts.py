"""Accounts 账户: passwords, sessions and partner keys, the secrets that change, outside the journal. decision 0026.

A login names a person; what the person may do comes from the memberships in the journal itself, looked at in every request: a
role taken away is gone at once, in every process, however far the read models have come. Tokens are random; only their hashes are
kept, so a stolen vault opens nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from api.kit.ports import Identified, Invited
from api.kit.second_factors import SecondStep, SignedIn
from domain.access import Role
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.participants.people.state import person_stream
from journal import Journal
from journal.secrets.vault import Vault
from projections import ReadModels
from projections.engine.preconditions import KNOWN_FOR, Precondition
from projections.participants.people import MembershipRow
from zhenduan.accounts.invitations import Invitations
from zhenduan.accounts.logins import (
    LOGIN_TAKEN,
    LOGIN_TRIED_OFTEN,
    LOGIN_UNKNOWN,
    LOGINS,
    META,
    checked,
    login_name,
    require_password,
)
from zhenduan.accounts.memberships import Memberships, end_of, identified
from zhenduan.accounts.partner_keys import PREFIX as PARTNER_PREFIX
from zhenduan.accounts.partner_keys import IssuedKey, PartnerKeys
from zhenduan.accounts.passwords import Passwords
from zhenduan.accounts.provider_settings import TokenRefused
from zhenduan.accounts.second_factor_rules import SECOND_FACTOR_REQUIRED
from zhenduan.accounts.second_factors import SecondFactors
from zhenduan.accounts.second_steps import AccountSecondSteps
from zhenduan.accounts.sessions import OpenSession, SessionLimits, Sessions
from zhenduan.accounts.sign_in_limits import SignInAttempts, SignInLimits
from zhenduan.accounts.single_sign_on import STANDS as SUBJECT_STANDS
from zhenduan.accounts.single_sign_on import Subjects, signed_in_as

if TYPE_CHECKING:
    from zhenduan.accounts.single_sign_on_provider import IdentityProvider

log = logging.getLogger(__name__)

SIGNED_BEGINS = "ey"
"""How every signed JSON token begins: the base64 of "{"."""


def _end_of_day(now: datetime) -> datetime:
    """The city's next midnight: a scope may be of its day."""
    return city_midnight(city_day(now) + timedelta(days=1))


class LocalAccounts:
    """Accounts of this installation 本地账户; `api.kit.ports.Accounts` is what requests see of it."""

    def __init__(
        self,
        vault: Vault,
        models: ReadModels,
        journal: Journal,
        clock: Callable[[], datetime],
        factors: SecondFactors,
        *,
        hasher: PasswordHasher | None = None,
        sessions: SessionLimits | None = None,
        provider: "IdentityProvider | None" = None,
        sign_ins: SignInLimits | None = None,
        one_database: bool = False,
    ) -> None:
        """one_database: vault, journal and read models are in one, which can be asked whether what was found out still holds."""
        self._vault = vault
        self._one_database = one_database
        self._models = models
        self._clock = clock
        self._memberships = Memberships(journal)
        self._sessions = Sessions(vault, sessions or SessionLimits())
        vault.create(META)
        self._attempts = SignInAttempts(vault, sign_ins or SignInLimits())
        self.partner_keys = PartnerKeys(vault)
        self._invitations = Invitations(vault)
        self.subjects = Subjects(vault)
        self._provider = provider
        self._factors = factors
        self._second = AccountSecondSteps(self, factors, self._sessions, self._attempts, vault, clock)
        self._passwords = Passwords(vault, self._attempts, hasher or PasswordHasher())

    @property
    def second(self) -> AccountSecondSteps:
        """The second factors 第二因素."""
        return self._second

    # Logins

    def register(self, login: str, password: str, person: str, *, is_demo: bool = False) -> None:
        """Give a person a login 开通账户. is_demo: of the demo city, whose passwords are public.

        Raises:
            Refused: LOGIN_MALFORMED, LOGIN_TAKEN; as `require_password`.
        """
        row = self._new_login(login, password, person, is_demo=is_demo)
        name = row["login"]
        try:
            with self._vault.writing() as connection:
                connection.execute(LOGINS.insert().values(row))
        except IntegrityError:
            raise LOGIN_TAKEN.refuse(login=name) from None

    def _new_login(self, login: str, password: str, person: str, *, is_demo: bool = False) -> dict[str, Any]:
        name = checked(login, password, is_demo=is_demo)
        hashed = self._passwords.hashed(password)
        return {"login": name, "person": person, "password_hash": hashed, "changed_at": microseconds(self._clock())}

    def invite(self, person: str) -> Invited | None:
        """A ticket for a login of a person's own 签发邀请; see `Invitations.issue`. None for who has a way in already."""
        if self._has_way_in(person):
            return None
        return self._invitations.issue(person, self._memberships.every(person), self._clock())

    def _has_way_in(self, person: str) -> bool:
        """Whether a person signs in by a login or by an identity provider: another way in would be somebody else's."""
        with self._vault.reading() as connection:
            login = connection.execute(select(LOGINS.c.login).where(LOGINS.c.person == person)).first()
            return login is not None or bool(self.subjects.held_on(connection, person))

    def accept(self, ticket: str, login: str, password: str) -> Identified | None:
        """Use an invitation up for a login 接受邀请; who the person is in their first membership of today.

        None when the ticket is not in force or the person holds no role today, has a way in meanwhile, or was given a role
        since: whoever issued the ticket was asked about the roles of then. A refusal leaves the ticket in force.

        Raises:
            Refused: LOGIN_MALFORMED, LOGIN_TAKEN, PASSWORD_LENGTH; LOGIN_TRIED_OFTEN past the limit of one login, since each
                try tells whether a login is taken, and may cost a hash.
        """
        now = self._clock()
        invited = self._invitations.find(ticket, now)
        held = self._held(invited[0], city_day(now)) if invited is not None else []
        if invited is None or not held or self._has_way_in(invited[0]) or self._memberships.every(invited[0]) != invited[1]:
            return None
        person, name = invited[0], checked(login, password)
        if self._attempts.admit(ticket, None, now):
            raise LOGIN_TRIED_OFTEN.refuse()
        if self._passwords.known(name) is not None:
            raise LOGIN_TAKEN.refuse(login=name)
        row = self._new_login(login, password, person)
        try:
            with self._vault.writing() as connection:
                if not self._invitations.use_up(connection, ticket):
                    return None
                connection.execute(LOGINS.insert().values(row))
        except IntegrityError:
            raise LOGIN_TAKEN.refuse(login=row["login"]) from None
        self._attempts.take_back(ticket, None, now)
        return identified(person, held[0], now, end_of(held[0]))

    def person_of(self, login: str) -> str:
        """Whose a login is 登录名所属人员.

        Raises:
            Refused: LOGIN_UNKNOWN.
        """
        known = self._passwords.known(login_name(login))
        if known is None:
            raise LOGIN_UNKNOWN.refuse(login=login_name(login))
        return str(known.person)

    def knows(self, login: str) -> bool:
        """Whether a login exists 登录名是否存在."""
        return self._passwords.known(login_name(login)) is not None

    def change_password(self, login: str, password: str) -> None:
        """Set a new password and end the login's sessions 修改密码.

        Raises:
            Refused: LOGIN_UNKNOWN; as `require_password`.
        """
        require_password(password)
        name = login_name(login)
        values = {"password_hash": self._passwords.hashed(password), "changed_at": microseconds(self._clock())}
        with self._vault.writing() as connection:
            changed = connection.execute(update(LOGINS).where(LOGINS.c.login == name).values(values))
            if changed.rowcount == 0:
                raise LOGIN_UNKNOWN.refuse(login=name)
            self._sessions.end_all(connection, login=name)
            self._factors.end_steps(connection, name)

    def held_on(self, person: str) -> dict[str, Any]:
        """The ways in that a person has 个人账户信息: logins, open sessions, subjects; times in microseconds of UTC."""
        with self._vault.reading() as connection:
            logins = connection.execute(select(LOGINS.c.login, LOGINS.c.changed_at).where(LOGINS.c.person == person))
            return {
                "logins": [{"login": login, "passwordChangedAt": at} for login, at in logins],
                "sessions": self._sessions.held_on(connection, person),
                "subjects": self.subjects.held_on(connection, person),
                "secondFactors": self._factors.held_on(connection, person),
            }

    def remove(self, person: str) -> None:
        """Take a person's logins away and end their sessions 注销账户; part of erasing the person."""
        with self._vault.writing() as connection:
            connection.execute(delete(LOGINS).where(LOGINS.c.person == person))
            self._invitations.forget(connection, person)
            self.subjects.forget(connection, person)
            self._factors.forget(connection, person)
            self._sessions.end_all(connection, person=person)
        self._vault.scrub()

    # Sessions

    def sign_in(self, login: str, password: str, source: str = "") -> SignedIn | SecondStep | None:
        """Open a session in the person's first membership 登录, or say what second step is left.

        None for an unknown login, a wrong password, or no membership today; the password is looked at in every case, if only
        against nobody's, so that the time taken does not tell these apart.

        source: the client's address.

        Raises:
            Refused: SIGN_IN_BUSY, SIGN_IN_WAIT; nothing was looked at or counted.
        """
        with self._passwords.signing_in(source):
            return self._sign_in(login, password, source)

    def has_password(self, login: str, password: str, source: str) -> str | None:
        """The person whose login and password these are 密码核对; None for a wrong pair. An attempt like a sign-in.

        Raises:
            Refused: SIGN_IN_BUSY, SIGN_IN_WAIT.
        """
        with self._passwords.signing_in(source):
            known = self._passwords.looked_at(login_name(login), password, source, self._clock())
        return str(known.person) if known is not None else None

    def _sign_in(self, login: str, password: str, source: str) -> SignedIn | SecondStep | None:
        now, name = self._clock(), login_name(login)
        known = self._passwords.looked_at(name, password, source, now)
        if known is None:
            return None
        held = self._held(known.person, city_day(now))
        if not held:
            return None
        fresh = self._passwords.hashed_anew(known.password_hash, password)
        step = self._factors.step(known.person, name, [Role(one.role) for one in held], now, city_day(now))
        with self._vault.writing() as connection:
            # a password changed since it was looked at opens nothing
            unchanged = (LOGINS.c.login == name) & (LOGINS.c.password_hash == known.password_hash)
            values = {"password_hash": fresh}
            if connection.execute(update(LOGINS).where(unchanged).values(values)).rowcount == 0:
                return None
            return step or self._sessions.open(connection, known.person, name, held[0].id, now)

    def open_session(self, person: str, login: str) -> SignedIn | None:
        """A session of a person who has shown more than a password 会话: by an identity provider, or with a second factor.

        None where no membership holds today. The provider's own second factor is the provider's matter.
        """
        now = self._clock()
        held = self._held(person, city_day(now))
        if not held:
            return None
        with self._vault.writing() as connection:
            return self._sessions.open(connection, person, login, held[0].id, now, strong=True)

    def unlink_subject(self, issuer: str, subject: str) -> None:
        """A subject is nobody's any more, and what was signed in by it ends at once 解除关联."""
        self.subjects.unlink(issuer, subject)
        with self._vault.writing() as connection:
            self._sessions.end_all(connection, login=signed_in_as(issuer, subject))

    def roles(self, person: str) -> list[Role]:
        """The roles that a person holds today 今日角色."""
        return [Role(one.role) for one in self._held(person, city_day(self._clock()))]

    def _held(self, person: str, day: date) -> list[MembershipRow]:
        """The memberships of a person that hold on a day, by what the journal says now."""
        return self._memberships.held(person, day)

    def sign_out(self, token: str) -> None:
        """End a session at once 退出; an unknown token ends nothing."""
        self._sessions.end(token)

    def end_sessions(self, person: str) -> None:
        """End all sessions of a person at once 强制下线."""
        with self._vault.writing() as connection:
            self._sessions.end_all(connection, person=person)

    def act_as(self, token: str, membership: str) -> bool:
        """Act in another membership of the same person from now on 切换任职; False when it is not held today.

        Raises:
            Refused: SECOND_FACTOR_REQUIRED.
        """
        now = self._clock()
        session = self._sessions.find(token, now)
        wanted = [] if session is None else [one for one in self._held(session.person, city_day(now)) if one.id == membership]
        if session is None or not wanted:
            return False
        if self._is_too_weak(session, wanted[0], now):
            raise SECOND_FACTOR_REQUIRED.refuse()
        return self._sessions.act_as(session, membership)

    # Who a token belongs to

    def identify(self, token: str) -> Identified | None:
        """Who a bearer token belongs to 身份识别; None when unknown, expired, ended, or the membership holds no more."""
        now = self._clock()
        if token.startswith(PARTNER_PREFIX + "_"):
            return self._if_asked(self.partner_keys.identify(token, now))
        if self._provider is not None and token.startswith(SIGNED_BEGINS):
            return self._vouched_for(self._provider, token, now)
        session = self._sessions.find(token, now)
        if session is None:
            return None
        memberships, version = self._memberships.held_as_of(session.person, city_day(now))
        held = next((one for one in memberships if one.id == session.membership), None)
        if held is None or self._is_too_weak(session, held, now):
            return None
        ends = min(utc_moment(session.ends), end_of(held))
        precondition = session.precondition(version, now, min(ends, _end_of_day(now)))
        return self._if_asked(replace(identified(session.person, held, now, ends), precondition=precondition))

    def _if_asked(self, found: Identified | None) -> Identified | None:
        """Who was found out, with the precondition only where one database can be asked it."""
        return found if found is None or self._one_database else replace(found, precondition=None)

    def _is_too_weak(self, session: OpenSession, held: MembershipRow, now: datetime) -> bool:
        """Whether a role needs a second factor and the session was opened without one, such as before the day it began."""
        return not session.strong and self._factors.is_required([Role(held.role)], city_day(now))

    def _vouched_for(self, provider: "IdentityProvider", token: str, now: datetime) -> Identified | None:
        """Who a provider's bearer token belongs to, acting in their first membership of today."""
        try:
            claims = provider.verify(token)
        except TokenRefused as refused:
            log.warning("bearer token refused: %r", str(refused))
            return None
        issuer, subject = provider.settings.issuer, claims["sub"]
        person = self.subjects.person_of(issuer, subject)
        if person is None:
            return None
        held, version = self._memberships.held_as_of(person, city_day(now))
        if not held:
            return None
        ends = min(datetime.fromtimestamp(claims["exp"], UTC), end_of(held[0]))
        values = (issuer, subject, person, person_stream(person), str(version))
        until = min(ends, now + KNOWN_FOR, _end_of_day(now), provider.keys_until)
        precondition = Precondition(SUBJECT_STANDS, values, now, until, provider.keys_unchanged())
        return self._if_asked(replace(identified(person, held[0], now, ends), precondition=precondition))

    # Partner keys

    def issue_partner_key(
        self, partner: str, organisation: str, lifetime: timedelta, noted: Callable[[str], None] = lambda _key: None
    ) -> IssuedKey:
        """A bearer key for another system 签发合作方密钥; see `PartnerKeys.issue`."""
        with self._models.reading() as snapshot:
            return self.partner_keys.issue(snapshot, partner, organisation, lifetime, self._clock(), noted)

    def has_partner_key(self, actor: str, organisation: str | None) -> bool:
        """Whether a partner has a key that is good now and for that scope 是否有有效密钥."""
        return self.partner_keys.is_live(actor, organisation, self._clock())

    def rotate_partner_key(self, key: str, overlap: timedelta) -> IssuedKey:
        """A new key in place of an old one 轮换合作方密钥; see `PartnerKeys.rotate`."""
        return self.partner_keys.rotate(key, overlap, self._clock())

    def revoke_partner_key(self, key: str) -> None:
        """End a key at once 吊销合作方密钥."""
        self.partner_keys.revoke(key, self._clock())

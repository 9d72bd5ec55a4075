"""Single sign-on 单点登录: whose subject at the identity provider a person is, and the browser's way there and back. plan P7.

A subject becomes a person only by an administrator's own command: an e-mail address or a name that the provider states
never opens anything.
"""

import base64
import hmac
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, delete, func, select

from api.kit.ports import Begun
from api.kit.second_factors import SignedIn
from domain.instants import microseconds
from domain.kernel import Rule
from journal.secrets.vault import SCHEMA, Vault
from zhenduan.accounts.provider_settings import TokenRefused

if TYPE_CHECKING:
    from zhenduan.accounts.single_sign_on_provider import IdentityProvider

META = MetaData(schema=SCHEMA)
SUBJECTS = Table(
    "subjects",
    META,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
)
SIGN_ONS = Table(
    "sign_ons",
    META,
    Column("state_hash", String, primary_key=True),
    Column("browser_hash", String, nullable=False),
    Column("nonce", String, nullable=False),
    Column("verifier", String, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
SUBJECT_TAKEN = Rule(
    "SUBJECT_TAKEN", "plan P7", "该外部身份已对应其他人员", "The subject is another person's already"
)
LIFETIME = timedelta(minutes=10)
STANDS = f"""EXISTS (SELECT FROM {SUBJECTS.fullname} s WHERE s.issuer = {{}} AND s.subject = {{}} AND s.person = {{}})
AND NOT EXISTS (SELECT FROM entries WHERE stream = {{}} AND version > {{}}::bigint)"""  # noqa: S608 - our own names
"""Whether a subject is whose it was, who has what they had, on PostgreSQL, where the journal lies beside the vault."""
MOST_AT_ONCE = 10_000
"""Sign-ons that were begun and not finished; past this the oldest go. Anyone may begin one: to refuse new ones would let a
stranger keep everybody out, to forget old ones costs who began one that many strangers ago a second try."""

log = logging.getLogger(__name__)


def _hash(value: str) -> str:
    return sha256(value.encode()).hexdigest()


def signed_in_as(issuer: str, subject: str) -> str:
    """What stands for a login in a session that a provider vouched for; no login holds a blank."""
    return f"{issuer} {subject}"


class Subjects:
    """Subjects of identity providers and the persons they are 外部身份."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        vault.create(META)

    def link(self, issuer: str, subject: str, person: str) -> None:
        """Make a subject a person's 关联外部身份; the same again changes nothing.

        Raises:
            Refused: SUBJECT_TAKEN.
        """
        with self._vault.writing() as connection:
            known = connection.execute(_person(issuer, subject)).scalar_one_or_none()
            if known is None:
                connection.execute(SUBJECTS.insert().values(issuer=issuer, subject=subject, person=person))
            elif known != person:
                raise SUBJECT_TAKEN.refuse()

    def unlink(self, issuer: str, subject: str) -> None:
        """A subject is nobody's any more 解除关联."""
        with self._vault.writing() as connection:
            connection.execute(
                delete(SUBJECTS).where(SUBJECTS.c.issuer == issuer, SUBJECTS.c.subject == subject)
            )

    def person_of(self, issuer: str, subject: str) -> str | None:
        """Whose a subject is; None for nobody's."""
        with self._vault.reading() as connection:
            found = connection.execute(_person(issuer, subject)).scalar_one_or_none()
        return str(found) if found is not None else None

    @staticmethod
    def held_on(connection: Connection, person: str) -> list[dict[str, str]]:
        """A person's subjects, as (issuer, subject)."""
        query = select(SUBJECTS.c.issuer, SUBJECTS.c.subject).where(SUBJECTS.c.person == person)
        return [{"issuer": issuer, "subject": subject} for issuer, subject in connection.execute(query)]

    @staticmethod
    def forget(connection: Connection, person: str) -> None:
        """Take a person's subjects away within a transaction."""
        connection.execute(delete(SUBJECTS).where(SUBJECTS.c.person == person))


def _person(issuer: str, subject: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - sqlalchemy's own type of a select
    return select(SUBJECTS.c.person).where(SUBJECTS.c.issuer == issuer, SUBJECTS.c.subject == subject)


class Sessions(Protocol):
    """What opens a session of a person whom a provider vouched for 会话."""

    def open_session(self, person: str, login: str) -> SignedIn | None:
        """A session in the person's first membership; None where none holds today."""


class SingleSignOn:
    """The browser's way to the provider and back 浏览器单点登录: authorization code with PKCE, state and nonce good once."""

    def __init__(
        self,
        vault: Vault,
        provider: "IdentityProvider",
        subjects: Subjects,
        sessions: Sessions,
        clock: Callable[[], datetime],
    ) -> None:
        self._vault = vault
        self._provider = provider
        self._subjects = subjects
        self._sessions = sessions
        self._clock = clock
        vault.create(META)

    def begin(self) -> Begun | None:
        """Where to send the browser, and what to leave in it 发起登录; None while the provider cannot be reached."""
        state, browser, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        verifier = secrets.token_urlsafe(64)
        now = self._clock()
        row = {
            "state_hash": _hash(state),
            "browser_hash": _hash(browser),
            "nonce": nonce,
            "verifier": verifier,
            "expires_at": microseconds(now + LIFETIME),
        }
        challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self._provider.settings.client,
            "redirect_uri": self._provider.settings.callback,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        try:
            address = self._provider.endpoint("authorization_endpoint")
        except TokenRefused as refused:
            log.warning("sign-on cannot begin: %s", refused)
            return None
        with self._vault.writing() as connection:
            connection.execute(delete(SIGN_ONS).where(SIGN_ONS.c.expires_at <= microseconds(now)))
            begun = connection.execute(select(func.count()).select_from(SIGN_ONS)).scalar() or 0
            if begun >= MOST_AT_ONCE:
                oldest = select(SIGN_ONS.c.state_hash).order_by(SIGN_ONS.c.expires_at).limit(begun - MOST_AT_ONCE + 1)
                connection.execute(delete(SIGN_ONS).where(SIGN_ONS.c.state_hash.in_(oldest.scalar_subquery())))
            connection.execute(SIGN_ONS.insert().values(row))
        secure = urlsplit(self._provider.settings.callback).scheme == "https"
        return Begun(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", browser, LIFETIME, secure)

    def finish(self, state: str, code: str, browser: str) -> SignedIn | None:
        """A session for the browser that began this sign-on 完成登录.

        None for a state that is unknown, used or run out, for another browser, for a code or token that is not believed,
        and for a subject that is nobody's; which of these it was goes to the log.
        """
        with self._vault.writing() as connection:
            mine = SIGN_ONS.c.state_hash == _hash(state)
            row = connection.execute(select(SIGN_ONS).where(mine)).one_or_none()
            connection.execute(delete(SIGN_ONS).where(mine))
        if row is None or row.expires_at <= microseconds(self._clock()):
            return None
        if not hmac.compare_digest(row.browser_hash, _hash(browser)):
            return None
        try:
            claims = self._provider.verify(self._provider.exchange(code, row.verifier), row.nonce)
        except TokenRefused as refused:
            log.warning("sign-on refused: %s", refused)
            return None
        issuer = self._provider.settings.issuer
        person = self._subjects.person_of(issuer, claims["sub"])
        return self._sessions.open_session(person, signed_in_as(issuer, claims["sub"])) if person is not None else None

"""Program 程序 as the API needs it: the journal, the read models, files, and who is signed in. `zhenduan` wires it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain.access import Role, scope_of
from domain.events import CAPABILITIES
from domain.kernel import Command
from interop.foreign_files import ForeignFiles
from journal import Caller, Finish, Handled, Journal, handle
from journal.blobs import Blobs
from journal.disclosure_log.disclosure_log import DisclosureLog
from journal.secrets.personal import PersonalKeys
from journal.transparency.signed_notes import VerifierKey
from journal.transparency.transparency_log import TransparencyLog
from projections import ReadModels
from projections.standard.shadow_progress import ShadowLeases
from standards import Edition

PUBLIC = Caller(actor="", role=Role.PUBLIC, organisation="", scope=scope_of(Role.PUBLIC, ""))
"""Nobody in particular 公众."""


@dataclass(frozen=True)
class SignedIn:
    """A session just opened 新会话: the bearer token, shown once, and when it ends."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Begun:
    """A sign-on that a browser has begun 已发起的登录: where to send it, what to leave in it, and for how long.

    secure: we are reached by TLS, as our public address says; behind a proxy the request itself does not tell.
    """

    address: str
    browser: str
    lifetime: timedelta
    secure: bool


@dataclass(frozen=True)
class Invited:
    """An invitation just issued 新邀请: the ticket, shown once, and when it ends."""

    ticket: str
    expires_at: datetime


@dataclass(frozen=True)
class Identified:
    """Who a token belongs to 已识别身份.

    caller: person or machine in the role acted in. membership: id of the membership acted in, empty for a partner.
    expires_at: when the token ends; a socket opened with it ends then too.
    """

    caller: Caller
    membership: str
    expires_at: datetime


@dataclass(frozen=True)
class Upload:
    """A file that was received 已接收文件: kept by the hash of its bytes, known as sent by one organisation."""

    sha256: str
    filename: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Ticket:
    """A signed permission for one upload 上传凭证: path to PUT the bytes to, and until when."""

    path: str
    expires_at: datetime


class Accounts(Protocol):
    """Local accounts, sessions and partner keys 账户: secrets that change, outside the journal (decision 0026)."""

    def sign_in(self, login: str, password: str, source: str = "") -> SignedIn | None:
        """Open a session; None when login or password is wrong (one answer, in the same time).

        source: the client's address.

        Raises:
            Refused: too many sign in at this moment, or this source has to wait.
        """

    def sign_out(self, token: str) -> None:
        """End a session at once."""

    def act_as(self, token: str, membership: str) -> bool:
        """Act in another membership of the same person from now on; False when it is not held today."""

    def invite(self, person: str) -> Invited | None:
        """A ticket by which a person takes up a login of their own; an earlier one is worth nothing from now on.

        None when the person has a login or is an identity provider's subject already: a second way in would be another's.
        """

    def accept(self, ticket: str, login: str, password: str) -> Identified | None:
        """Use a ticket up for a login; who the person is from now on, None when the ticket is not in force.

        Raises:
            Refused: the login or password cannot be taken, or too many were tried; the ticket stays in force.
        """

    def held_on(self, person: str) -> dict[str, Any]:
        """The ways in that a person has, as plain JSON values; no password and no token, nor a hash of either."""

    def remove(self, person: str) -> None:
        """End an erased person's account and every session of it."""

    def identify(self, token: str) -> Identified | None:
        """Who a bearer token belongs to; None when it is unknown, expired, ended, or its membership no longer holds.

        By what the journal holds at this moment: the read models may be behind.
        """


class SignOn(Protocol):
    """Sign-on by an identity provider 单点登录, in a browser."""

    def begin(self) -> Begun | None:
        """Where to send the browser; None while the provider cannot be reached."""

    def finish(self, state: str, code: str, browser: str) -> SignedIn | None:
        """A session for the browser that began; None for everything that is not as it was begun."""


class Uploads(Protocol):
    """Files on their way in 上传: a ticket, then the bytes, then a fact that cites them."""

    def ticket(self, caller: Caller, kind: str, filename: str) -> Ticket:
        """A permission for one upload; kind: "evidence" or "roster".

        Raises:
            Refused: the file name's type is not accepted.
        """

    def receive(self, ticket: str, data: bytes) -> Upload:
        """Check and keep the bytes of a ticket.

        Raises:
            Refused: ticket unknown, expired or used; empty, too large, or of another type than its name says.
        """

    def limit(self, ticket: str) -> int:
        """Bytes a ticket may bring at most; 0 when the ticket is not valid."""

    def holder(self, ticket: str) -> str:
        """Whose ticket it is: the same text for all tickets of an organisation; empty when the ticket is not valid."""

    def find(self, caller: Caller, sha256: str) -> Upload | None:
        """A file that this caller's organisation has sent; None for anyone else's, so that a hash opens nothing."""


class Witnesses(Protocol):
    """Who may hand in cosignatures 见证方."""

    def identify(self, token: str) -> VerifierKey | None:
        """The key of the witness that a bearer token belongs to; None when it is unknown or ended."""


@dataclass(frozen=True)
class Transparency:
    """What others hold the journal to account by 透明日志: the log, and its registered witnesses."""

    log: TransparencyLog
    witnesses: Witnesses


@dataclass(frozen=True)
class Services:
    """The wiring 组装: everything a request may need, made once at start-up.

    secret: 32 bytes of this installation; keys of cursors and digests are derived from it.
    demo: the data is synthetic, and whatever shows it says 示例数据.
    shadows: who works on which shadow re-scoring, and how far it has come.
    foreign: readers of files that others made, each in a process of its own.
    disclosures: where every answer with protected data is written down before it leaves.
    editions: published editions by key, kept once read: they never change.
    transparency: None = nothing is shown of the log, and its endpoints do not exist.
    checks: what readiness asks besides journal and read models, by name; each raises where its store cannot be written.
    """

    journal: Journal
    models: ReadModels
    blobs: Blobs
    keys: PersonalKeys
    accounts: Accounts
    uploads: Uploads
    shadows: ShadowLeases
    disclosures: DisclosureLog
    clock: Callable[[], datetime]
    secret: bytes
    demo: bool = False
    foreign: ForeignFiles = field(default_factory=ForeignFiles)
    sign_on: SignOn | None = None
    editions: dict[str, Edition] = field(default_factory=dict)
    transparency: Transparency | None = None
    checks: Mapping[str, Callable[[], object]] = field(default_factory=dict)

    def send(
        self,
        caller: Caller,
        command: Command,
        *,
        reason: str = "",
        idempotency_key: str | None = None,
        input_digest: str | None = None,
        expected_version: int | None = None,
        finish: Finish | None = None,
        causation: str = "",
    ) -> Handled:
        """Decide a command and append its facts; see `journal.handle`."""
        return handle(
            self.journal,
            CAPABILITIES,
            command,
            caller,
            clock=self.clock,
            reason=reason,
            idempotency_key=idempotency_key,
            input_digest=input_digest,
            expected_version=expected_version,
            finish=finish,
            causation=causation,
        )

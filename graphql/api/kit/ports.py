"""Ports · 端口: what the API asks of the program that runs it, and in which shapes; `zhenduan` brings it. plan P7."""


from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from api.kit.second_factors import SecondStep, SecondSteps, SignedIn
from domain.access import Role, scope_of
from journal import Caller
from journal.transparency.signed_notes import VerifierKey
from journal.transparency.transparency_log import TransparencyLog
from projections.engine.preconditions import Precondition
from standards.described import DescribedEnum

T = TypeVar("T")

PUBLIC = Caller(actor="", role=Role.PUBLIC, organisation="", scope=scope_of(Role.PUBLIC, ""))
"""Nobody in particular 公众."""
PARTNER_KEY_PREFIX = "zdp"
"""Keys of partners' systems begin with it, and no session does."""
SIGN_ON_PATH = "/login"
"""Where a browser begins to sign in with the city's identity provider 单点登录入口."""


def is_key(token: str) -> bool:
    """Whether a token reads as the key of a partner's system 是否合作方密钥, whose holder signs in nowhere."""
    return token.startswith(f"{PARTNER_KEY_PREFIX}_")


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
    expires_at: when the token ends; a socket opened with it ends then too. precondition: what must hold for all of that to be so
    later on, where the database can be asked it; None = it is found out anew each time.
    """

    caller: Caller
    membership: str
    expires_at: datetime
    precondition: Precondition | None = field(default=None, compare=False, repr=False)


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

    @property
    def second(self) -> SecondSteps:
        """The second factors."""

    def sign_in(self, login: str, password: str, source: str = "") -> SignedIn | SecondStep | None:
        """Open a session, or say what else has to be done; None when login or password is wrong (one answer, in the same time).

        source: the client's address.

        Raises:
            Refused: too many sign in at this moment, or this source has to wait.
        """

    def sign_out(self, token: str) -> None:
        """End a session at once."""

    def act_as(self, token: str, membership: str) -> bool:
        """Act in another membership of the same person from now on; False when it is not held today.

        Raises:
            Refused: its role needs a second factor, which did not open this session.
        """

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

    def has_partner_key(self, actor: str, organisation: str | None) -> bool:
        """Whether a partner, by the actor of its keys, has one that is good now and for that scope; None = for any."""


class SignOn(Protocol):
    """Sign-on by an identity provider 单点登录, in a browser."""

    def begin(self) -> Begun | None:
        """Where to send the browser; None while the provider cannot be reached."""

    def finish(self, state: str, code: str, browser: str) -> SignedIn | None:
        """A session for the browser that began; None for everything that is not as it was begun."""


class UploadKind(DescribedEnum):
    """What an upload is for · 上传用途."""

    EVIDENCE = "evidence", "Evidence of a diagnosis · 佐证"
    ROSTER = "roster", "Roster of a year · 名单"
    WORKBOOK = "workbook", "Questionnaire filled in without a network · 离线问卷"
    SUBMISSION = "submission", "Submission of the form that a tablet fills in on site · 现场核验数据"
    RESULTS = "results", "Others' assessments of firms · 外部评估结果"


class Uploads(Protocol):
    """Files on their way in 上传: a ticket, then the bytes, then a fact that cites them."""

    def ticket(self, caller: Caller, kind: UploadKind, filename: str) -> Ticket:
        """A permission for one upload.

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


class Changes(Protocol):
    """Tells whoever waits that the read models have moved 变更通知. position: where they stand, as far as the process has seen."""

    position: int

    async def beyond(self, position: int, timeout: float | None) -> bool:  # noqa: ASYNC109 - a heartbeat, not a deadline
        """Wait until the read models stand beyond a position; False when `timeout` seconds are up first, or the app ends."""

    def followed(self, what: Hashable) -> Hashable:
        """One and the same of all who follow what is equal, as long as anybody does: found again at each look by being the same."""

    async def looked(self, what: Hashable, position: int, look: Callable[[int], T], *, waits: bool) -> T:
        """What a look finds beyond a position, by one look for all who ask for the same before it begins. decision 0118.

        what: all that the look depends on besides the position. waits: not before the read models stand beyond it.
        """


class Witnesses(Protocol):
    """Who may hand in cosignatures 见证方."""

    def identify(self, token: str) -> VerifierKey | None:
        """The key of the witness that a bearer token belongs to; None when it is unknown or ended."""


class CredentialSigner(Protocol):
    """Signs certificates as credentials 凭证签名者. issuer: the name that tokens bear. address: our public one or ""."""

    issuer: str
    address: str

    def signed(self, kind: str, claims: Mapping[str, Any]) -> str:
        """A token of a kind, such as dc+sd-jwt, over claims, with our name as its issuer."""

    def keys(self) -> dict[str, Any]:
        """The public keys as a set (RFC 7517)."""


@dataclass(frozen=True)
class Transparency:
    """What others hold the journal to account by 透明日志: the log, its registered witnesses, and the journal's address."""

    log: TransparencyLog
    witnesses: Witnesses
    address: str

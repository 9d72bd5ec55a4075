"""Second factors · 第二因素 as the API needs them: what is asked, answered and held, and what `zhenduan` does with it. plan P7."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from standards.described import DescribedEnum


@dataclass(frozen=True)
class SignedIn:
    """A session just opened 新会话: the bearer token, shown once, and when it ends."""

    token: str
    expires_at: datetime


class FactorKind(DescribedEnum):
    """What a second factor is · 第二因素类型."""

    TIME_CODE = "time_code", "Six digits of an authenticator app · 动态验证码"
    PASSKEY = "passkey", "Passkey of a device · 通行密钥"


@dataclass(frozen=True)
class SecondStep:
    """What is still to be done after the right password 第二步.

    methods: what the person has enrolled; empty: a factor has to be enrolled first. passkey_options: for the browser, as JSON.
    """

    ticket: str
    expires_at: datetime
    methods: tuple[FactorKind, ...]
    passkey_options: str | None


@dataclass(frozen=True)
class FactorAnswer:
    """One of three, the others empty 验证内容: a time code, a recovery code, or what the browser says of a passkey, as JSON."""

    code: str = ""
    recovery_code: str = ""
    passkey: str = ""


@dataclass(frozen=True)
class Enrolment:
    """What a factor is enrolled by 登记内容: secret and address of a time code, or options of a passkey as JSON; shown once."""

    ticket: str
    expires_at: datetime
    secret: str | None
    address: str | None
    passkey_options: str | None


@dataclass(frozen=True)
class ConfirmedFactor:
    """A factor just enrolled 已登记. recovery_codes: with the first one, shown once."""

    factor: str
    recovery_codes: tuple[str, ...]


@dataclass(frozen=True)
class HeldFactor:
    """A factor that a person has 第二因素; times in microseconds of UTC."""

    id: str
    kind: FactorKind
    name: str
    enrolled_at: int
    used_at: int


@dataclass(frozen=True)
class HeldFactors:
    """All that a person has 已有第二因素."""

    factors: Sequence[HeldFactor]
    recovery_codes_left: int


class SecondSteps(Protocol):
    """Second factors of people with a local login 第二因素. Each method refuses by a rule, with what to do."""

    def pass_step(self, ticket: str, answer: FactorAnswer) -> SignedIn | None:
        """A session for whoever has typed the right password and now the second factor; None where no role holds today."""

    def enrol(
        self, kind: FactorKind, *, ticket: str = "", token: str | None = None, password: str = "", source: str = ""
    ) -> Enrolment:
        """What a factor is enrolled by: in a sign-in that requires one, by its ticket; else in a session, by the password."""

    def confirm(
        self, ticket: str, name: str, answer: FactorAnswer, token: str | None = None
    ) -> tuple[ConfirmedFactor, SignedIn | None]:
        """Enrol a factor that works; other sessions of the person end. A session, where a sign-in waited for it."""

    def remove(self, token: str | None, factor: str, password: str, source: str = "") -> None:
        """Take a factor away."""

    def renew(self, token: str | None, password: str, source: str = "") -> tuple[str, ...]:
        """New recovery codes in place of the old ones."""

    def held(self, person: str) -> HeldFactors:
        """What a person has enrolled."""

    def required_from(self, person: str) -> date | None:
        """The day from which a person, by the roles held today, needs a second factor; None = never."""

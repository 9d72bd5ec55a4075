"""Result credentials 结果凭证: a firm hands a bank its confirmed result, signed, and takes it back. plan R4.

A credential tells what a consent opens, the summary of one confirmed result, and never an answer. Its number is drawn, so that
nobody finds firms by trying. That it was issued stands in a stream of the firm's own: a dossier shows a case whole to its
provider, and with whom a firm banks is none of the provider's business.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.access import Mask, Term
from domain.command_rights import CONFIRMERS, require_right
from domain.diagnosis.state import Diagnosis, Status, diagnosis_stream
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    DiagnosisRef,
    EnterpriseRef,
    Event,
    Facts,
    PartRef,
    Rule,
    Stream,
    stream_of,
)
from domain.participants.consents import CONSENT_READERS, CONSENT_UNKNOWN, Consents, consent_stream
from domain.participants.enterprises import enterprise_stream, place_of_named
from standards.described import DescribedEnum

CredentialNumber = Annotated[str, StringConstraints(pattern=r"^ZDR-[0-9]{4}-[0-9A-Z]{12}$")]
"""Number of a result credential 凭证编号: ZDR, the year, twelve letters of Crockford's alphabet."""


class CredentialStatus(DescribedEnum):
    """What a result credential is worth · 结果凭证状态."""

    VALID = "valid", "Valid · 有效"
    REVOKED = "revoked", "Taken back, itself or the consent that it rests on · 已撤销"
    EXPIRED = "expired", "The consent that it rests on is over · 已到期"


# Rules

CREDENTIAL_CONSENT_OVER = Rule(
    "CREDENTIAL_CONSENT_OVER",
    "plan R4",
    "该授权今天不在授权期内（{since} 至 {until}）；请先授权该银行",
    "The consent does not hold today, but from {since} to {until}; first consent to the bank",
)
CREDENTIAL_UNCONFIRMED = Rule(
    "CREDENTIAL_UNCONFIRMED",
    "plan R4",
    "该诊断不是本企业已确认的诊断；结果凭证只能在企业确认报告之后签发",
    "The diagnosis is none of this firm's that it has confirmed; a credential is issued once the firm confirms the report",
)
CREDENTIAL_HELD = Rule(
    "CREDENTIAL_HELD",
    "plan R4",
    "该授权下已有这一诊断的凭证 {number}，请使用它，或先撤销",
    "There is a credential of this diagnosis under the consent, {number}; use it, or take it back first",
)
CREDENTIAL_UNKNOWN = Rule(
    "CREDENTIAL_UNKNOWN",
    "plan R4",
    "该企业没有这一编号的凭证，请从其凭证清单中选取",
    "The firm has no credential of this number; take one of those it lists",
)

# Commands


class IssueResultCredential(Command):
    """Hand the bank of a consent the result of a diagnosis, signed · 签发结果凭证."""

    roles: ClassVar = CONFIRMERS

    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    diagnosis: DiagnosisRef = Field(description="Diagnosis that the firm has confirmed · 诊断标识")
    consent: PartRef = Field(description="Consent to the bank, which holds today · 授权标识")
    number: CredentialNumber = Field(description="Number of the credential · 凭证编号")


class RevokeResultCredential(Command):
    """Take a result credential back, at once · 撤销结果凭证."""

    roles: ClassVar = CONFIRMERS

    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    number: CredentialNumber = Field(description="Number of the credential · 凭证编号")


ResultCredentialCommand = IssueResultCredential | RevokeResultCredential

# Events


class ResultCredentialIssued(Event):
    """A bank was handed a result, signed 结果凭证已签发.

    report: version of the confirmed report. until: last day of the consent then.
    """

    type: Literal["credential.issued.v1"] = "credential.issued.v1"
    told_to: ClassVar = CONSENT_READERS
    masks: ClassVar = frozenset({Mask.CONSENTS})
    says: ClassVar = "向{bank:organisation}签发了第 {report} 版报告的结果凭证 {number}，有效至 {until}"
    says_in_english: ClassVar = (
        "issued to {bank:organisation} the result credential {number} of version {report} of the report, valid until "
        "{until}"
    )
    number: str
    diagnosis: str
    report: int
    consent: str
    bank: str
    until: date


class ResultCredentialRevoked(Event):
    """A result credential was taken back 结果凭证已撤销."""

    type: Literal["credential.revoked.v1"] = "credential.revoked.v1"
    told_to: ClassVar = CONSENT_READERS
    masks: ClassVar = frozenset({Mask.CONSENTS})
    says: ClassVar = "撤销了结果凭证 {number}"
    says_in_english: ClassVar = "revoked the result credential {number}"
    number: str


ResultCredentialEvent = ResultCredentialIssued | ResultCredentialRevoked

# State


class ResultCredential(BaseModel):
    """One credential 结果凭证, until it is taken back."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    diagnosis: str
    consent: str


class ResultCredentials(BaseModel):
    """The credentials of one firm 结果凭证簿: number -> what it is of. revoked: numbers of those taken back."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    issued: dict[str, ResultCredential] = {}
    revoked: frozenset[str] = frozenset()


def credential_status(*, revoked: bool, until: date, consented_until: date, day: date) -> CredentialStatus:
    """What a credential is worth on a day 凭证状态.

    Args:
        revoked: whether it was taken back.
        until: last day of the consent as it was granted.
        consented_until: last day of the consent as it is; earlier than `until` where it was taken back.
        day: of the city.
    """
    if revoked or (consented_until < until and consented_until < day):
        return CredentialStatus.REVOKED
    return CredentialStatus.EXPIRED if until < day else CredentialStatus.VALID


# Decide: what may happen


def decide(command: ResultCredentialCommand, known: ResultCredentials | None, context: DecisionContext) -> Facts:
    """One credential a diagnosis and consent at a time; of the result that the firm confirmed, while the consent holds.

    Raises:
        Refused: any rule above, CONSENT_UNKNOWN.
    """
    require_right(command, context.role)
    held = known or ResultCredentials()
    match command:
        case IssueResultCredential():
            return (_issued(command, held, context),)
        case RevokeResultCredential(number=number):
            if number not in held.issued:
                raise CREDENTIAL_UNKNOWN.refuse(path="number")
            return () if number in held.revoked else (ResultCredentialRevoked(number=number),)
        case never:
            assert_never(never)


def _issued(command: IssueResultCredential, held: ResultCredentials, context: DecisionContext) -> ResultCredentialIssued:
    if context.read.get(enterprise_stream(command.enterprise)) is None:
        raise NOT_FOUND.refuse()
    consents: Consents | None = context.read.get(consent_stream(command.enterprise))
    term: Term | None = consents.terms.get(command.consent) if consents is not None else None
    if term is None:
        raise CONSENT_UNKNOWN.refuse(path="consent", consent=command.consent)
    if term.until is None or not term.since <= context.day <= term.until:
        raise CREDENTIAL_CONSENT_OVER.refuse(path="consent", since=term.since, until=term.until)
    case: Diagnosis | None = context.read.get(diagnosis_stream(command.diagnosis))
    if case is None or case.enterprise != command.enterprise or case.status is not Status.CONFIRMED:
        raise CREDENTIAL_UNCONFIRMED.refuse(path="diagnosis")
    this = ResultCredential(diagnosis=command.diagnosis, consent=command.consent)
    for number, one in held.issued.items():
        if one == this and number not in held.revoked:
            raise CREDENTIAL_HELD.refuse(path="diagnosis", number=number)
    return ResultCredentialIssued(
        number=command.number,
        diagnosis=command.diagnosis,
        report=case.reports,
        consent=command.consent,
        bank=term.party,
        until=term.until,
    )


# Evolve: what has happened


def evolve(known: ResultCredentials | None, event: ResultCredentialEvent) -> ResultCredentials:
    """The credentials after one more fact."""
    held = known or ResultCredentials()
    match event:
        case ResultCredentialIssued(number=number, diagnosis=diagnosis, consent=consent):
            one = ResultCredential(diagnosis=diagnosis, consent=consent)
            return held.model_copy(update={"issued": {**held.issued, number: one}})
        case ResultCredentialRevoked(number=number):
            return held.model_copy(update={"revoked": held.revoked | {number}})
        case never:
            assert_never(never)


def credential_stream(enterprise: str) -> Stream:
    """Stream of the result credentials of one enterprise."""
    return stream_of("credential", enterprise)


def _reads(command: ResultCredentialCommand, _known: ResultCredentials | None) -> tuple[Stream, ...]:
    firm = enterprise_stream(command.enterprise)
    if isinstance(command, RevokeResultCredential):
        return (firm,)
    return (firm, consent_stream(command.enterprise), diagnosis_stream(command.diagnosis))


RESULT_CREDENTIALS = Capability(
    name="credential",
    key_names=("enterprise",),
    commands=tuple(ResultCredentialCommand.__args__),
    events=tuple(ResultCredentialEvent.__args__),
    stream=lambda command: credential_stream(command.enterprise),
    reads=_reads,
    place=place_of_named,
    decide=decide,
    evolve=evolve,
)

"""Consent 企业授权: an enterprise lets a bank see its results, for a purpose and a period. plan R4.

Dated and revocable: it opens the summary of the firm's results, never an answer (domain/masks.py), and ends by itself.
"""

from datetime import date, timedelta
from typing import ClassVar, Literal, Self, assert_never

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.access import POSITIONS, Mask, Role, Term
from domain.command_rights import CONFIRMERS, require_right
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EnterpriseRef,
    Event,
    Facts,
    Label,
    OrganisationRef,
    PartRef,
    Rule,
    Stream,
    stream_of,
)
from domain.participants.enterprises import enterprise_stream, place_of_named
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.stated_dates import require_not_too_far_ahead

CONSENT_READERS = POSITIONS[Role.ENTERPRISE] - {Role.DEPARTMENT_FILLER} | {Role.CITY, Role.AUDITOR, Role.SYSTEM}
"""Who is told to which bank a firm opened its results, when and for what 授权知情角色: the firm, the city and the auditor. With
whom a firm banks is no business of its district, group or park, in the trail as in `Enterprise.consents`. plan R4."""

# Rules

BANK_UNKNOWN = Rule(
    "BANK_UNKNOWN",
    "plan R4",
    "没有登记这家银行，请从组织清单中选取",
    "There is no such bank; take one of the organisations listed",
)
CONSENT_EXISTS = Rule(
    "CONSENT_EXISTS", "plan R4", "该标识的授权已存在，请另取标识", "A consent of this id exists already; take another"
)
CONSENT_HELD = Rule(
    "CONSENT_HELD",
    "plan R4",
    "该银行在这一时段内已有授权；要改期限或用途，请先撤回原授权",
    "The bank already has consent on a day of this period; to change its period or purpose, revoke the former one first",
)
CONSENT_OVER = Rule(
    "CONSENT_OVER",
    "plan R4",
    "授权期应于今日或以后结束，{until} 已过",
    "A consent ends today or later; {until} is over",
)
CONSENT_BEFORE_FIRM = Rule(
    "CONSENT_BEFORE_FIRM",
    "plan R4",
    "授权起始日 {given} 早于该企业列入名单之日 {earliest}；请填 {earliest} 或以后",
    "The consent from {given} begins before the firm is on a roster, {earliest}; say {earliest} or later",
)
CONSENT_UNKNOWN = Rule(
    "CONSENT_UNKNOWN",
    "plan R4",
    "该企业没有这项授权，请从其授权清单中选取",
    "The enterprise has no such consent; take one of those it lists",
)

# Commands


class GrantConsent(Command):
    """Let a bank see the results, from `since` to `until`, both days included · 授权银行."""

    roles: ClassVar = CONFIRMERS

    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    consent: PartRef = Field(description="Id of the consent · 授权标识")
    bank: OrganisationRef = Field(description="Bank · 银行标识")
    purpose: Label = Field(description="What the bank may use the results for · 用途")
    since: date = Field(description="First day · 起始日")
    until: date = Field(description="Last day, itself included · 截止日")

    @model_validator(mode="after")
    def _period_is_ordered(self) -> Self:
        if self.until < self.since:
            raise ValueError("until lies before since")
        return self


class RevokeConsent(Command):
    """Take a consent back, at once · 撤回授权."""

    roles: ClassVar = CONFIRMERS

    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    consent: PartRef = Field(description="Id of the consent · 授权标识")


ConsentCommand = GrantConsent | RevokeConsent

# Events


class ConsentGranted(Event):
    """A bank may see the results 授权已给予."""

    type: Literal["consent.granted.v1"] = "consent.granted.v1"
    told_to: ClassVar = CONSENT_READERS
    masks: ClassVar = frozenset({Mask.CONSENTS})
    says: ClassVar = "授权{bank:organisation}自 {since} 至 {until} 查看诊断结果，用途：{purpose}"
    says_in_english: ClassVar = "allowed {bank:organisation} to see results from {since} to {until}, for: {purpose}"
    consent: str
    bank: str
    purpose: str
    since: date
    until: date


class ConsentRevoked(Event):
    """A consent was taken back 授权已撤回; `last` is the last day it held, perhaps before its first: then it never did."""

    type: Literal["consent.revoked.v1"] = "consent.revoked.v1"
    told_to: ClassVar = CONSENT_READERS
    masks: ClassVar = frozenset({Mask.CONSENTS})
    says: ClassVar = "撤回了对银行的授权"
    says_in_english: ClassVar = "took back what the bank was allowed"
    consent: str
    last: date


ConsentEvent = ConsentGranted | ConsentRevoked

# State


class Consents(BaseModel):
    """All consents of one enterprise 授权: id -> bank and period, those that are over included."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    terms: dict[str, Term] = {}


# Decide: what may happen


def decide(command: ConsentCommand, consents: Consents | None, context: DecisionContext) -> Facts:
    """One consent a bank and day; a revoked one ends yesterday, so that today's next read sees nothing.

    Raises:
        Refused: any rule above.
    """
    require_right(command, context.role)
    terms = consents.terms if consents is not None else {}
    match command:
        case GrantConsent(consent=consent, bank=bank, since=since, until=until):
            if context.read.get(enterprise_stream(command.enterprise)) is None:
                raise NOT_FOUND.refuse()
            if consent in terms:
                raise CONSENT_EXISTS.refuse(path="consent", consent=consent)
            organisation = context.read.get(organisation_stream(bank))
            if not isinstance(organisation, Organisation) or organisation.kind is not OrganisationKind.BANK:
                raise BANK_UNKNOWN.refuse(path="bank", bank=bank)
            if until < context.day:
                raise CONSENT_OVER.refuse(path="until", until=until, earliest=context.day)
            require_not_too_far_ahead("until", until, context)
            if since < (listed := context.first_day_of(enterprise_stream(command.enterprise))):
                raise CONSENT_BEFORE_FIRM.refuse(path="since", given=since, earliest=listed)
            if any(term.party == bank and term.meets(since, until) for term in terms.values()):
                raise CONSENT_HELD.refuse()
            return (ConsentGranted(**command.model_dump(exclude={"enterprise"})),)
        case RevokeConsent(consent=consent):
            if consent not in terms:
                raise CONSENT_UNKNOWN.refuse(path="consent", consent=consent)
            term, last = terms[consent], context.day - timedelta(days=1)
            is_over = term.until is not None and term.until <= last
            return () if is_over else (ConsentRevoked(consent=consent, last=last),)
        case never:
            assert_never(never)


# Evolve: what has happened


def evolve(consents: Consents | None, event: ConsentEvent) -> Consents:
    """The consents after one more fact."""
    terms = consents.terms if consents is not None else {}
    match event:
        case ConsentGranted(consent=consent, bank=bank, since=since, until=until):
            return Consents(terms={**terms, consent: Term(bank, since, until)})
        case ConsentRevoked(consent=consent, last=last):
            return Consents(terms={**terms, consent: Term(terms[consent].party, terms[consent].since, last)})
        case never:
            assert_never(never)


def consent_stream(enterprise: str) -> Stream:
    """Stream of the consents of one enterprise."""
    return stream_of("consent", enterprise)


def _reads(command: ConsentCommand, _consents: Consents | None) -> tuple[Stream, ...]:
    bank = (organisation_stream(command.bank),) if isinstance(command, GrantConsent) else ()
    return (enterprise_stream(command.enterprise), *bank)


CONSENTS = Capability(
    name="consent",
    key_names=("enterprise",),
    commands=tuple(ConsentCommand.__args__),
    events=tuple(ConsentEvent.__args__),
    stream=lambda command: consent_stream(command.enterprise),
    reads=_reads,
    place=place_of_named,
    decide=decide,
    evolve=evolve,
)

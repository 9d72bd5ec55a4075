"""Provider of a diagnosis 承担诊断: who is named for it, whom it suits, and who takes it on. plan V2–V4, P3."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.command_rights import GOVERNMENT, MANAGER, OWNER
from domain.diagnosis.state import Diagnosis, DiagnosisCommand, Status, require_status
from domain.governance.standing import is_directory_adopted, require_listed
from domain.governance.ties import bars, require_untied, tie_stream
from domain.kernel import (
    EVERYONE,
    Cause,
    DecisionContext,
    Event,
    Facts,
    OrganisationRef,
    Refused,
    Rule,
    Text,
    cause_of,
)
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream

DIVISION_LENGTH = 3
"""A division of GB/T 4754 as "C34": the section and two digits, which every finer code begins with."""


# Rules

PROVIDER_UNKNOWN = Rule(
    "PROVIDER_UNKNOWN", "plan V2", "没有登记这家服务商，请从服务商清单中选取", "There is no such provider; take one of those listed"
)
PROVIDER_RETIRED = Rule(
    "PROVIDER_RETIRED",
    "plan V4",
    "该服务商已退出，最后一日为 {last}，不再承接新的诊断；请另选服务商",
    "The provider retired, its last day was {last}, and takes on no new work; choose another",
)
PROVIDER_OTHER_INDUSTRY = Rule(
    "PROVIDER_OTHER_INDUSTRY",
    "plan V3",
    "该企业属行业 {division}，所选服务商的服务行业为 {served}，不含该行业；请另选服务该行业的服务商",
    "The enterprise is of division {division}, and the provider serves {served_in_english}; choose one that serves the division",
)
EXCEPTION_NOT_YOURS = Rule(
    "EXCEPTION_NOT_YOURS",
    "plan V4",
    "名录或利益回避的例外由市级或区级部门写明理由；请另选服务商，或请其办理",
    "An exception from the directory or for a tie is for the city and the district to state; choose another provider, or ask them",
)
EXCEPTION_NOT_NEEDED = Rule(
    "EXCEPTION_NOT_NEEDED",
    "plan V4",
    "该服务商在名录中、有该行业标签且无须回避，不必写明例外理由；请去掉该项",
    "The provider is listed with the industry's tag and has no tie, so no exception is needed; leave it out",
)
NOT_ASSIGNED = Rule(
    "PROVIDER_NOT_ASSIGNED",
    "plan V3",
    "本机构未被指定承担该诊断；请待市级或区级指定",
    "Your organisation is not assigned to this diagnosis; it is for city or district to assign it",
)


# Commands

ExceptionReason = Annotated[
    Text | None,
    Field(
        description="Why a provider that the directory does not give the work to, or that is tied to the firm; by the city or the "
        "district · 例外理由"
    ),
]


class AssignProvider(DiagnosisCommand):
    """Name the provider, up to the moment one has accepted · 指定服务商."""

    roles: ClassVar = GOVERNMENT | OWNER

    provider: OrganisationRef = Field(description="Provider · 服务商标识")
    exception: ExceptionReason = None


class AcceptDiagnosis(DiagnosisCommand):
    """Take the diagnosis on, by the assigned provider · 受理诊断."""

    roles: ClassVar = MANAGER


# Events


class ProviderAssigned(Event):
    """A provider was named 服务商已指定."""

    type: Literal["diagnosis.provider_assigned.v1"] = "diagnosis.provider_assigned.v1"
    told_to: ClassVar = EVERYONE
    concerns: ClassVar = ("provider",)
    says: ClassVar = "指定了服务商{provider:organisation}"
    says_in_english: ClassVar = "named {provider:organisation} as the provider"
    provider: str


class DiagnosisAccepted(Event):
    """The provider took it on 诊断已受理."""

    type: Literal["diagnosis.accepted.v1"] = "diagnosis.accepted.v1"
    told_to: ClassVar = EVERYONE
    concerns: ClassVar = ("provider",)
    says: ClassVar = "受理了诊断"
    says_in_english: ClassVar = "accepted the diagnosis"
    provider: str


class ListingExceptionRecorded(Event):
    """A provider was named although the directory does not give it the work 名录例外已记录."""

    type: Literal["diagnosis.listing_exception_recorded.v1"] = "diagnosis.listing_exception_recorded.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "记录了名录例外：{reason}"
    says_in_english: ClassVar = "recorded an exception from the directory: {reason}"
    provider: str
    reason: str


class TieExceptionRecorded(Event):
    """A provider was named although it is tied to the firm 回避例外已记录. ties: the facts that declared what ties them."""

    type: Literal["diagnosis.tie_exception_recorded.v1"] = "diagnosis.tie_exception_recorded.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "记录了利益回避例外：{reason}"
    says_in_english: ClassVar = "recorded an exception from the conflict of interest: {reason}"
    provider: str
    reason: str
    ties: tuple[Cause, ...]


ExceptionRecorded = ListingExceptionRecorded | TieExceptionRecorded


# Decide: what may happen


def assign_provider(command: AssignProvider, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Until one has accepted; the same one again changes nothing 指定服务商."""
    require_status(diagnosis, Status.OPEN, Status.SUBMITTED)
    exception = require_matched_provider(command.provider, diagnosis.enterprise, context, command.exception)
    if command.provider != diagnosis.provider:
        return (ProviderAssigned(provider=command.provider), *exception)
    return tuple(one for one in exception if not _is_recorded(one, diagnosis))


def _is_recorded(exception: ExceptionRecorded, diagnosis: Diagnosis) -> bool:
    """Whether the same was recorded before 例外是否已有记载."""
    if isinstance(exception, ListingExceptionRecorded):
        return diagnosis.exceptions.get(exception.provider) == exception.reason
    return set(exception.ties) <= set(diagnosis.ties_excepted.get(exception.provider, ()))


def accept(_command: AcceptDiagnosis, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """By the provider that is named for it, while it takes part 受理."""
    require_status(diagnosis, Status.SUBMITTED)
    require_own_work(diagnosis, context)
    own = context.read.get(organisation_stream(context.organisation))
    if isinstance(own, Organisation):
        _require_taking_part(own, context)
    if context.organisation not in diagnosis.exceptions:
        require_listed(context.organisation, None, context)
    firm: Firm | None = context.read.get(enterprise_stream(diagnosis.enterprise))
    excepted = diagnosis.ties_excepted.get(context.organisation, ())
    barring = bars(context.organisation, diagnosis.enterprise, firm, context)
    require_untied(tuple(one for one in barring if _cause(context.organisation, one.version) not in excepted))
    return (DiagnosisAccepted(provider=context.organisation),)


def require_own_work(diagnosis: Diagnosis, context: DecisionContext) -> None:
    """Refuse work on a diagnosis that is another provider's 承担检查.

    Raises:
        Refused: PROVIDER_NOT_ASSIGNED (plan V3).
    """
    if diagnosis.provider != context.organisation:
        raise NOT_ASSIGNED.refuse()


def require_matched_provider(
    provider: str, enterprise: str, context: DecisionContext, exception: str | None = None
) -> tuple[ExceptionRecorded, ...]:
    """Refuse a provider that is not for the firm's industry, or is tied to the firm 服务商适配与回避.

    From the first directory on its tags decide; before, what was registered does, and one that no industry is said of is taken:
    what is unknown is not none. The city or the district may state a reasoned exception, from the directory as for a tie, which is
    recorded.

    Raises:
        Refused: PROVIDER_UNKNOWN, PROVIDER_RETIRED, PROVIDER_OTHER_INDUSTRY, those of `require_listed`, PROVIDER_IN_CONFLICT,
            EXCEPTION_NOT_YOURS, EXCEPTION_NOT_NEEDED (plan V2–V4).
    """
    organisation = context.read.get(organisation_stream(provider))
    if not isinstance(organisation, Organisation) or organisation.kind is not OrganisationKind.PROVIDER:
        raise PROVIDER_UNKNOWN.refuse(path="provider", provider=provider)
    _require_taking_part(organisation, context)
    firm: Firm | None = context.read.get(enterprise_stream(enterprise))
    division = firm.industry[:DIVISION_LENGTH] if firm is not None else None
    if exception is not None and context.role not in GOVERNMENT:
        raise EXCEPTION_NOT_YOURS.refuse(path="exception")
    if not is_directory_adopted(context):
        _require_registered_industry(organisation, division)
    barring = bars(provider, enterprise, firm, context)
    if exception is None:
        require_listed(provider, division, context)
        require_untied(barring)
        return ()
    recorded: list[ExceptionRecorded] = []
    try:
        require_listed(provider, division, context)
    except Refused:
        recorded.append(ListingExceptionRecorded(provider=provider, reason=exception))
    if barring:
        ties = tuple(_cause(provider, one.version) for one in barring)
        recorded.append(TieExceptionRecorded(provider=provider, reason=exception, ties=ties))
    if not recorded:
        raise EXCEPTION_NOT_NEEDED.refuse(path="exception")
    return tuple(recorded)


def _require_registered_industry(organisation: Organisation, division: str | None) -> None:
    served = organisation.industries
    if division is not None and served and division not in served:
        raise PROVIDER_OTHER_INDUSTRY.refuse(
            path="provider", division=division, served="、".join(served), served_in_english=", ".join(served)
        )


def _cause(provider: str, version: int) -> str:
    return cause_of(tie_stream(provider), version)


def _require_taking_part(provider: Organisation, context: DecisionContext) -> None:
    if provider.is_retired_on(context.day):
        raise PROVIDER_RETIRED.refuse(path="provider", last=provider.last)

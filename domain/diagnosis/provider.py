"""Provider of a diagnosis 承担诊断: who is named for it, whom it suits, and who takes it on. plan V2–V4, P3."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.command_rights import GOVERNMENT, MANAGER, OWNER
from domain.diagnosis.state import Diagnosis, DiagnosisCommand, Status, require_status
from domain.governance.standing import is_directory_adopted, require_listed
from domain.kernel import EVERYONE, DecisionContext, Event, Facts, OrganisationRef, Refused, Rule, Text
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
    "该服务商已于 {last} 退出，不再承接新的诊断；请另选服务商",
    "The provider retired on {last} and takes on no new work; choose another",
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
    "名录之外的例外由市级或区级部门写明理由；请另选在录的服务商，或请其办理",
    "An exception from the directory is for the city and the district to state; choose a listed provider, or ask them",
)
EXCEPTION_NOT_NEEDED = Rule(
    "EXCEPTION_NOT_NEEDED",
    "plan V4",
    "该服务商在名录中且有该行业标签，无须写明例外理由；请去掉该项",
    "The provider is listed with the industry's tag, so no exception is needed; leave it out",
)
NOT_ASSIGNED = Rule(
    "PROVIDER_NOT_ASSIGNED",
    "plan V3",
    "本机构未被指定承担该诊断",
    "Your organisation is not assigned to this diagnosis",
)


# Commands

ExceptionReason = Annotated[
    Text | None,
    Field(description="Why a provider that the directory does not give the work to; by the city or the district · 名录例外理由"),
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
    says: ClassVar = "指定了服务商{provider:organisation}"
    provider: str


class DiagnosisAccepted(Event):
    """The provider took it on 诊断已受理."""

    type: Literal["diagnosis.accepted.v1"] = "diagnosis.accepted.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "受理了诊断"
    provider: str


class ListingExceptionRecorded(Event):
    """A provider was named although the directory does not give it the work 名录例外已记录."""

    type: Literal["diagnosis.listing_exception_recorded.v1"] = "diagnosis.listing_exception_recorded.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "记录了名录例外：{reason}"
    provider: str
    reason: str


# Decide: what may happen


def assign_provider(command: AssignProvider, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Until one has accepted; the same one again changes nothing 指定服务商."""
    require_status(diagnosis, Status.OPEN, Status.SUBMITTED)
    exception = require_matched_provider(command.provider, diagnosis.enterprise, context, command.exception)
    if command.provider != diagnosis.provider:
        return (ProviderAssigned(provider=command.provider), *exception)
    return tuple(one for one in exception if diagnosis.exceptions.get(one.provider) != one.reason)


def accept(_command: AcceptDiagnosis, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """By the provider that is named for it, while it takes part 受理."""
    require_status(diagnosis, Status.SUBMITTED)
    require_own_work(diagnosis, context)
    own = context.read.get(organisation_stream(context.organisation))
    if isinstance(own, Organisation):
        _require_taking_part(own, context)
    if context.organisation not in diagnosis.exceptions:
        require_listed(context.organisation, None, context)
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
) -> tuple[ListingExceptionRecorded, ...]:
    """Refuse a provider that is not for the firm's industry 服务商适配.

    From the first directory on its tags decide, and the city or the district may state a reasoned exception, which is recorded.
    Before, what was registered does; one that no industry is said of is taken: what is unknown is not none.

    Raises:
        Refused: PROVIDER_UNKNOWN, PROVIDER_RETIRED, PROVIDER_OTHER_INDUSTRY, those of `require_listed`, EXCEPTION_NOT_YOURS,
            EXCEPTION_NOT_NEEDED (plan V2–V4).
    """
    organisation = context.read.get(organisation_stream(provider))
    if not isinstance(organisation, Organisation) or organisation.kind is not OrganisationKind.PROVIDER:
        raise PROVIDER_UNKNOWN.refuse(path="provider", provider=provider)
    _require_taking_part(organisation, context)
    firm: Firm | None = context.read.get(enterprise_stream(enterprise))
    if is_directory_adopted(context):
        return _require_listed(provider, firm, context, exception)
    if exception is not None:
        raise EXCEPTION_NOT_NEEDED.refuse(path="exception")
    served = organisation.industries
    if firm is not None and served and (division := firm.industry[:DIVISION_LENGTH]) not in served:
        raise PROVIDER_OTHER_INDUSTRY.refuse(
            path="provider", division=division, served="、".join(served), served_in_english=", ".join(served)
        )


    return ()


def _require_listed(
    provider: str, firm: Firm | None, context: DecisionContext, exception: str | None
) -> tuple[ListingExceptionRecorded, ...]:
    if exception is not None and context.role not in GOVERNMENT:
        raise EXCEPTION_NOT_YOURS.refuse(path="exception")
    try:
        require_listed(provider, firm.industry[:DIVISION_LENGTH] if firm is not None else None, context)
    except Refused:
        if exception is None:
            raise
        return (ListingExceptionRecorded(provider=provider, reason=exception),)
    if exception is not None:
        raise EXCEPTION_NOT_NEEDED.refuse(path="exception")
    return ()


def _require_taking_part(provider: Organisation, context: DecisionContext) -> None:
    if provider.is_retired_on(context.day):
        raise PROVIDER_RETIRED.refuse(path="provider", last=provider.last)

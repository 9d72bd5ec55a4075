"""Provider of a diagnosis 承担诊断: who is named for it, whom it suits, and who takes it on. plan V2–V4, P3."""

from typing import ClassVar, Literal

from pydantic import Field

from domain.command_rights import GOVERNMENT, MANAGER, OWNER
from domain.diagnosis.state import Diagnosis, DiagnosisCommand, Status, require_status
from domain.kernel import EVERYONE, DecisionContext, Event, Facts, OrganisationRef, Rule
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
NOT_ASSIGNED = Rule(
    "PROVIDER_NOT_ASSIGNED",
    "plan V3",
    "本机构未被指定承担该诊断",
    "Your organisation is not assigned to this diagnosis",
)


# Commands


class AssignProvider(DiagnosisCommand):
    """Name the provider, up to the moment one has accepted · 指定服务商."""

    roles: ClassVar = GOVERNMENT | OWNER

    provider: OrganisationRef = Field(description="Provider · 服务商标识")


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


# Decide: what may happen


def assign_provider(command: AssignProvider, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Until one has accepted; the same one again changes nothing 指定服务商."""
    require_status(diagnosis, Status.OPEN, Status.SUBMITTED)
    require_matched_provider(command.provider, diagnosis.enterprise, context)
    return () if command.provider == diagnosis.provider else (ProviderAssigned(provider=command.provider),)


def accept(_command: AcceptDiagnosis, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """By the provider that is named for it, while it takes part 受理."""
    require_status(diagnosis, Status.SUBMITTED)
    require_own_work(diagnosis, context)
    own = context.read.get(organisation_stream(context.organisation))
    if isinstance(own, Organisation):
        _require_taking_part(own, context)
    return (DiagnosisAccepted(provider=context.organisation),)


def require_own_work(diagnosis: Diagnosis, context: DecisionContext) -> None:
    """Refuse work on a diagnosis that is another provider's 承担检查.

    Raises:
        Refused: PROVIDER_NOT_ASSIGNED (plan V3).
    """
    if diagnosis.provider != context.organisation:
        raise NOT_ASSIGNED.refuse()


def require_matched_provider(provider: str, enterprise: str, context: DecisionContext) -> None:
    """Refuse a provider that does not serve the firm's industry 服务商适配.

    One that no industry is said of is taken: what is unknown is not none.

    Raises:
        Refused: PROVIDER_UNKNOWN, PROVIDER_RETIRED, PROVIDER_OTHER_INDUSTRY (plan V2–V4).
    """
    organisation = context.read.get(organisation_stream(provider))
    if not isinstance(organisation, Organisation) or organisation.kind is not OrganisationKind.PROVIDER:
        raise PROVIDER_UNKNOWN.refuse(path="provider", provider=provider)
    _require_taking_part(organisation, context)
    firm: Firm | None = context.read.get(enterprise_stream(enterprise))
    served = organisation.industries
    if firm is not None and served and (division := firm.industry[:DIVISION_LENGTH]) not in served:
        raise PROVIDER_OTHER_INDUSTRY.refuse(
            path="provider", division=division, served="、".join(served), served_in_english=", ".join(served)
        )


def _require_taking_part(provider: Organisation, context: DecisionContext) -> None:
    if provider.is_retired_on(context.day):
        raise PROVIDER_RETIRED.refuse(path="provider", last=provider.last)

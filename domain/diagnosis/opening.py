"""Opening of a diagnosis 开启诊断: of which firm, under which edition, by whom. plan P3, S3, S5, V5."""

import re
from typing import ClassVar, Literal

from pydantic import Field

from domain.access import Role, head_of
from domain.command_rights import LIAISONS, OWNER
from domain.diagnosis.campaigns import Campaign, campaign_stream, require_campaign
from domain.diagnosis.participations import ParticipationStarted, participation_stream
from domain.diagnosis.provider import EXCEPTION_NOT_NEEDED, ExceptionReason, require_matched_provider
from domain.diagnosis.state import FORM_NAMES, Diagnosis, DiagnosisCommand, Purpose
from domain.kernel import (
    EVERYONE,
    CampaignRef,
    DecisionContext,
    EditionRef,
    EnterpriseRef,
    Event,
    Facts,
    OnStream,
    OrganisationRef,
    Rule,
    Text,
)
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.headquarters import Headquarters, headquarters_stream
from domain.reservations import Reservation, ReservationTaken, active_diagnosis
from domain.standard.editions import EDITION_UNKNOWN, MAPPING_STREAM, PublishedEdition, edition_stream
from standards import ApplicableEdition, Form, NoMappingYet, edition_for

# Rules

EXISTS = Rule(
    "DIAGNOSIS_EXISTS",
    "plan P3",
    "该诊断已存在，无须再次开启",
    "The diagnosis already exists; it need not be opened again",
)
ENTERPRISE_UNKNOWN = Rule(
    "ENTERPRISE_UNKNOWN",
    "plan P1",
    "名单中没有该企业；请核对企业",
    "No such enterprise on the roster; check the enterprise",
)
EDITION_NOT_IN_FORCE = Rule(
    "EDITION_NOT_IN_FORCE",
    "plan S5",
    "标准版本 {edition} 自 {since} 起施行，此前不能开启诊断",
    "Edition {edition} is in force from {since} on; no diagnosis is opened under it before",
)
EDITION_RETIRED = Rule(
    "EDITION_RETIRED",
    "plan S5",
    "标准版本 {edition} 已自 {since} 起废止，不能再开启诊断；请用现行版本",
    "Edition {edition} is retired from {since} on; no diagnosis is opened under it any more; use an edition in force",
)
OTHER_EDITION_UNREASONED = Rule(
    "OTHER_EDITION_UNREASONED",
    "plan S3",
    "该企业适用标准版本 {edition}（{form_name}，自 {since} 起的适用表），另选版本或版式须写明理由",
    "Edition {edition} in its {form} form applies to the enterprise by the mapping from {since} on; say why it is another",
)
ACTIVE_ALREADY = Rule(
    "DIAGNOSIS_ACTIVE_ALREADY",
    "plan P3",
    "该企业在同一批次、同一目的下已有进行中的诊断；请继续办理该诊断，或待其办结",
    "The enterprise already has an active diagnosis for this campaign and purpose; go on with that one, or wait until it is over",
)
NOT_YOUR_ENTERPRISE = Rule(
    "NOT_YOUR_ENTERPRISE", "plan P7", "只能为本企业开启诊断", "An enterprise opens a diagnosis of itself only"
)
SAMPLE_BY_CITY = Rule(
    "SAMPLE_BY_CITY",
    "plan V5",
    "抽样评估由市级部门开启；请由市级部门办理",
    "A sampled re-assessment is opened by the city; ask the city",
)

CAMPAIGN_AHEAD = Rule(
    "CAMPAIGN_AHEAD",
    "plan G4",
    "{year} 年尚未开始，现在最晚可开启 {latest} 年批次的诊断",
    "The year {year} has not begun; the latest campaign that a diagnosis can be opened for now is one of {latest}",
)
CAMPAIGN_YEAR = re.compile(r"(20\d\d)(?![0-9A-Za-z])")
"""A year at the beginning of a campaign's name; digits that go on, such as those of an opaque id, are none."""


# Commands


class OpenDiagnosis(DiagnosisCommand):
    """Open a diagnosis of an enterprise under a published edition, which it keeps for ever · 开启诊断.

    reason: why another edition or form than the one that applies to the firm; needed where it is another.
    """

    roles: ClassVar = LIAISONS | OWNER

    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    campaign: CampaignRef = Field(description="Campaign: lower-case letters, digits and hyphens, such as 2024 · 批次")
    purpose: Purpose = Field(description="Why the diagnosis is made · 诊断目的")
    form: Form = Field(description="Questionnaire: BRIEF or FULL · 问卷版式")
    edition: EditionRef = Field(description="Key of a published edition, such as 2023 · 标准版本")
    provider: OrganisationRef | None = Field(default=None, description="Provider · 服务商标识")
    reason: Text | None = Field(default=None, description="Why · 理由")
    exception: ExceptionReason = None


# Events


class DiagnosisOpened(Event):
    """A diagnosis began 诊断已开启; `edition_digest` pins the edition as published.

    applicable: the edition and form that applied to the firm on that day; None while no mapping held. reason: why another
    was chosen.
    """

    type: Literal["diagnosis.opened.v2"] = "diagnosis.opened.v2"
    told_to: ClassVar = EVERYONE
    concerns: ClassVar = ("enterprise", "provider")
    says: ClassVar = (
        "开启了{purpose:purpose}（批次 {campaign}，标准版本 {edition}"
        "）{provider:organisation?，指定@}{otherwise}"
    )
    says_in_english: ClassVar = (
        "opened a diagnosis ({purpose:term}; campaign {campaign}, edition {edition}){provider:organisation?, with @ as "
        "its provider}{otherwise_in_english}"
    )
    enterprise: str
    campaign: str
    purpose: Purpose
    form: Form
    edition: str
    edition_digest: str
    provider: str | None
    applicable: ApplicableEdition | None
    reason: str | None

    @property
    def otherwise(self) -> str:
        """What applied to the firm, and why it was opened under another 另选理由; empty where it was not."""
        if not chosen_otherwise(self.edition, self.form, self.applicable) or self.applicable is None:
            return ""
        applied = f"{self.applicable.edition} {FORM_NAMES[self.applicable.form][0]}"
        return f"；另选标准（适用 {applied}），理由：{self.reason}"

    @property
    def otherwise_in_english(self) -> str:
        """The same, in English 另选理由."""
        if not chosen_otherwise(self.edition, self.form, self.applicable) or self.applicable is None:
            return ""
        applied = f"{self.applicable.edition}, {FORM_NAMES[self.applicable.form][1]}"
        return f"; another than applies ({applied}), because: {self.reason}"


def chosen_otherwise(edition: str, form: Form, applicable: ApplicableEdition | None) -> bool:
    """Whether another edition or form is chosen than the one that applies 是否另选标准; never where nothing applies."""
    return applicable is not None and (edition, form) != (applicable.edition, applicable.form)


# Decide: what may happen


def open_diagnosis(command: OpenDiagnosis, diagnosis: Diagnosis | None, context: DecisionContext) -> Facts:
    """Once for a firm, campaign and purpose, under an edition in force; another than applies needs its reason 开启诊断."""
    if diagnosis is not None:
        raise EXISTS.refuse()
    named = CAMPAIGN_YEAR.match(command.campaign)
    if named is not None and (year := int(named[1])) > context.day.year:
        raise CAMPAIGN_AHEAD.refuse(path="campaign", year=year, latest=context.day.year)
    firm: Firm | None = context.read.get(enterprise_stream(command.enterprise))
    if firm is None:
        raise ENTERPRISE_UNKNOWN.refuse()
    if head_of(Role(context.role)) is Role.ENTERPRISE and command.enterprise != context.organisation:
        raise NOT_YOUR_ENTERPRISE.refuse()
    if command.purpose is Purpose.SAMPLE and context.role != Role.CITY:
        raise SAMPLE_BY_CITY.refuse()
    campaign: Campaign | None = context.read.get(campaign_stream(command.campaign))
    require_campaign(campaign, command.purpose, context)
    published = context.read.get(edition_stream(command.edition))
    if not isinstance(published, PublishedEdition):
        raise EDITION_UNKNOWN.refuse(edition=command.edition)
    if published.in_force is not None and context.day < published.in_force:
        raise EDITION_NOT_IN_FORCE.refuse(edition=command.edition, since=published.in_force)
    if published.is_retired_on(context.day):
        raise EDITION_RETIRED.refuse(edition=command.edition, since=published.retired)
    exception: Facts = ()
    if command.provider is not None:
        exception = require_matched_provider(command.provider, command.enterprise, context, command.exception)
    elif command.exception is not None:
        raise EXCEPTION_NOT_NEEDED.refuse(path="exception")
    applicable = _applicable(command.enterprise, firm, context)
    if applicable is not None and command.reason is None:
        _require_applicable(command, applicable)
    reservation_stream = active_diagnosis(command.enterprise, command.campaign, command.purpose.value)
    reservation = context.read.get(reservation_stream)
    if isinstance(reservation, Reservation) and reservation.holder is not None:
        raise ACTIVE_ALREADY.refuse()
    opened = DiagnosisOpened(
        enterprise=command.enterprise,
        campaign=command.campaign,
        purpose=command.purpose,
        form=command.form,
        edition=command.edition,
        edition_digest=published.digest,
        provider=command.provider,
        applicable=applicable,
        reason=command.reason,
    )
    reserved = OnStream(reservation_stream, ReservationTaken(holder=command.diagnosis))
    return (opened, *exception, reserved) if campaign is None else (opened, *exception, reserved, _started(command))


def _started(command: OpenDiagnosis) -> OnStream:
    """The firm's part in the campaign, invited or not."""
    stated = command.model_dump(include={"campaign", "enterprise", "diagnosis"})
    return OnStream(participation_stream(command.campaign, command.enterprise), ParticipationStarted(**stated))


def _applicable(enterprise: str, firm: Firm, context: DecisionContext) -> ApplicableEdition | None:
    """What applies to the firm today; None before a mapping holds: then nothing is another."""
    known = context.read.get(MAPPING_STREAM)
    if known is None:
        return None
    seat: Headquarters | None = context.read.get(headquarters_stream(firm.group)) if firm.group is not None else None
    named = seat is not None and seat.on(context.day) == enterprise
    try:
        return edition_for(known, firm.industry, firm.size_class, context.day, headquarters=named)
    except NoMappingYet:
        return None


def _require_applicable(command: OpenDiagnosis, applicable: ApplicableEdition) -> None:
    if chosen_otherwise(command.edition, command.form, applicable):
        chinese, english = FORM_NAMES[applicable.form]
        raise OTHER_EDITION_UNREASONED.refuse(
            edition=applicable.edition,
            form=english,
            form_name=chinese,
            basis=applicable.basis,
            since=applicable.since.isoformat(),
        )

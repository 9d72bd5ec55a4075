"""Streams of a case 案件所读: what each step of a diagnosis reads besides its own history, and where the case lies. plan P3–P6."""

from collections.abc import Mapping
from typing import Any

from domain.access import Place
from domain.diagnosis.arbitration import (
    ARBITRATING,
    DecideArbitration,
    GiveArbiterOpinion,
    RequestArbitration,
    SettleArbitration,
    streams_of_arbitration,
)
from domain.diagnosis.campaign_limits import campaign_limits_stream
from domain.diagnosis.campaigns import campaign_stream
from domain.diagnosis.evidence import AttachEvidence
from domain.diagnosis.external.result import external_result_stream
from domain.diagnosis.filing import FileReport, filing_register
from domain.diagnosis.follow_up_facts import follow_up_stream
from domain.diagnosis.objections import AnswerObjections, ObjectToReport
from domain.diagnosis.on_site import PROCESS_RULE, RecordSiteVisit, VerifyAnswers
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.participations import participation_stream
from domain.diagnosis.prefill import TakePrefill, streams_of_offers
from domain.diagnosis.provider import AcceptDiagnosis, AssignProvider
from domain.diagnosis.readings import AppointReader, RecordReading
from domain.diagnosis.report import TEMPLATE_RULE, ConfirmReport, IssueReport
from domain.diagnosis.review import HandInReport, ReviewReport
from domain.diagnosis.scoring import RecordExpertReview
from domain.diagnosis.self_assessment import SubmitSelfAssessment
from domain.diagnosis.stages import STAGE_RULE, stage_stream
from domain.diagnosis.state import Diagnosis, DiagnosisCommand, assignment_stream
from domain.diagnosis.submission import TakeInSubmission
from domain.diagnosis.visits import CloseSiteVisit, PlanSiteVisit, SignInOnSite
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.governance.qualification import QUALIFICATION_RULE, certificate_stream
from domain.governance.standing import DIRECTORY_STREAM, listing_stream
from domain.governance.ties import MATCHING_RULE, tie_stream
from domain.governance.working_calendar import CALENDAR_STREAM
from domain.kernel import NOWHERE, Stream
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.participants.headquarters import headquarters_stream
from domain.participants.organisations import Organisation, organisation_stream
from domain.participants.people.state import person_stream
from domain.reservations import active_diagnosis
from domain.standard.editions import MAPPING_STREAM, edition_stream

ON_SITE = (RecordSiteVisit, VerifyAnswers, TakeInSubmission, SignInOnSite)
"""What a certified diagnostician does 现场工作."""
BY_RULE = (RecordSiteVisit, PlanSiteVisit, CloseSiteVisit, IssueReport, DecideArbitration, ConfirmReport, FileReport)
"""What the rule of the process judges 按过程规则办理."""

STAGE_ENDS = (
    OpenDiagnosis,
    SubmitSelfAssessment,
    AcceptDiagnosis,
    RecordSiteVisit,
    CloseSiteVisit,
    HandInReport,
    ReviewReport,
    IssueReport,
    ConfirmReport,
    ObjectToReport,
    AnswerObjections,
    RequestArbitration,
    SettleArbitration,
    FileReport,
    RecordReading,
    WithdrawDiagnosis,
)
"""Steps with which a stage ends and another begins 环节转换."""


def reads(command: DiagnosisCommand, diagnosis: Diagnosis | None) -> tuple[Stream, ...]:
    """The streams that a step reads besides its case's own."""
    streams: list[Stream] = []
    if isinstance(command, OpenDiagnosis):
        streams += [
            enterprise_stream(command.enterprise),
            edition_stream(command.edition),
            MAPPING_STREAM,
            campaign_stream(command.campaign),
            participation_stream(command.campaign, command.enterprise),
            active_diagnosis(command.enterprise, command.campaign, command.purpose.value),
        ]
    elif diagnosis is not None:
        streams += [
            enterprise_stream(diagnosis.enterprise),
            edition_stream(diagnosis.edition),
            active_diagnosis(diagnosis.enterprise, diagnosis.campaign, diagnosis.purpose.value),
        ]
    provider = getattr(command, "provider", None)
    if isinstance(command, AcceptDiagnosis | IssueReport | ConfirmReport) and diagnosis is not None:
        provider = diagnosis.provider  # who takes new work on takes part; a report names who made it
    if provider is not None:
        streams.append(organisation_stream(provider))
    if provider is not None and isinstance(command, OpenDiagnosis | AssignProvider | AcceptDiagnosis):
        streams += [DIRECTORY_STREAM, listing_stream(provider), tie_stream(provider), MATCHING_RULE]
    if isinstance(command, ARBITRATING) and diagnosis is not None:
        streams += streams_of_arbitration(command, diagnosis)
    if isinstance(command, RecordExpertReview | GiveArbiterOpinion | AppointReader | RecordReading):
        streams.append(assignment_stream(command.diagnosis))
    if isinstance(command, STAGE_ENDS):
        streams += [stage_stream(command.diagnosis), STAGE_RULE, CALENDAR_STREAM]
        campaign = command.campaign if isinstance(command, OpenDiagnosis) else diagnosis.campaign if diagnosis is not None else None
        streams += [campaign_limits_stream(campaign)] if campaign is not None else []
    if isinstance(command, ON_SITE):
        streams.append(QUALIFICATION_RULE)
    if isinstance(command, IssueReport | ConfirmReport):
        streams.append(TEMPLATE_RULE)
    if isinstance(command, BY_RULE):
        streams.append(PROCESS_RULE)
    if isinstance(command, PlanSiteVisit):
        streams += [stream for one in command.team for stream in (person_stream(one), certificate_stream(one))]
    if isinstance(command, TakePrefill):
        streams.append(external_result_stream(command.assessment))
    if isinstance(command, FileReport | AttachEvidence):
        streams.append(follow_up_stream(command.diagnosis))
    if isinstance(command, AppointReader):
        streams.append(person_stream(command.expert))
    if isinstance(command, CloseSiteVisit) and diagnosis is not None and diagnosis.visit is not None:
        streams += map(certificate_stream, diagnosis.visit.team)
    return tuple(dict.fromkeys(streams))


def reads_further(
    command: DiagnosisCommand, diagnosis: Diagnosis | None, read: Mapping[str, Any]
) -> tuple[Stream, ...]:
    """Beside an opening, an arbitration, a filing or a prefill, what is known by what it read 续读."""
    if isinstance(command, TakePrefill) and diagnosis is not None:
        return streams_of_offers(command, diagnosis, read)
    if isinstance(command, RequestArbitration) and diagnosis is not None:
        provider: Organisation | None = read.get(organisation_stream(diagnosis.provider or ""))
        return (organisation_stream(provider.parent),) if provider is not None and provider.parent is not None else ()
    if isinstance(command, FileReport) and diagnosis is not None:
        filing: Firm | None = read.get(enterprise_stream(diagnosis.enterprise))
        return (filing_register(filing.district),) if filing is not None else ()
    if not isinstance(command, OpenDiagnosis):
        return ()
    firm: Firm | None = read.get(enterprise_stream(command.enterprise))
    return (headquarters_stream(firm.group),) if firm is not None and firm.group is not None else ()


def place(command: DiagnosisCommand, diagnosis: Diagnosis | None, read: Mapping[str, Any]) -> Place:
    """Where the firm and the provider of a case are, and the experts to whom it is open."""
    if isinstance(command, OpenDiagnosis):
        enterprise, provider = command.enterprise, command.provider
    elif diagnosis is not None:
        enterprise, provider = diagnosis.enterprise, diagnosis.provider
    else:
        return NOWHERE
    firm: Firm | None = read.get(enterprise_stream(enterprise))
    assigned = read.get(assignment_stream(command.diagnosis))
    assignments = tuple(assigned.terms.values()) if assigned is not None else ()
    return NOWHERE if firm is None else place_of(enterprise, firm, provider, assignments=assignments)


def reads_of_sender(command: DiagnosisCommand, by: str) -> tuple[Stream, ...]:
    """Of who works on site the certificate; of an expert who must be free of conflict the roles held."""
    if isinstance(command, ON_SITE):
        return (certificate_stream(by),)
    return (person_stream(by),) if isinstance(command, GiveArbiterOpinion | RecordReading) else ()

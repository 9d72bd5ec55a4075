"""Diagnosis 诊断: a firm measured against a pinned edition, from opening to a confirmed report. plan P3–P6, S4.

Opened → self-assessed → submitted → accepted by a provider → verified → scored → issued → confirmed or objected to.
Each step stands in a file of its own, with its rules; here they come together.
"""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from domain.access import Place
from domain.command_rights import require_right
from domain.diagnosis.arbitration import (
    ARBITRATING,
    ArbiterOpinionGiven,
    ArbitrationDecided,
    ArbitrationRequested,
    ArbitrationSettled,
    DecideArbitration,
    GiveArbiterOpinion,
    RequestArbitration,
    SettleArbitration,
    arbitration_after,
    decide_arbitration,
    give_opinion,
    request_arbitration,
    settle_arbitration,
    streams_of_arbitration,
)
from domain.diagnosis.campaigns import campaign_stream
from domain.diagnosis.evidence import AttachEvidence, EvidenceAttached, attach
from domain.diagnosis.filing import FileReport, ReportFiled, file_report, filing_register
from domain.diagnosis.objections import (
    AnswerObjections,
    ObjectionsAnswered,
    ObjectToReport,
    ReportObjectedTo,
    answer_objections,
    object_to_report,
)
from domain.diagnosis.on_site import (
    PROCESS_RULE,
    AnswersVerified,
    RecordSiteVisit,
    SiteVisitRecorded,
    VerifyAnswers,
    record_visit,
    verify_answers,
)
from domain.diagnosis.opening import DiagnosisOpened, OpenDiagnosis, open_diagnosis
from domain.diagnosis.participations import participation_stream
from domain.diagnosis.provider import (
    AcceptDiagnosis,
    AssignProvider,
    DiagnosisAccepted,
    ListingExceptionRecorded,
    ProviderAssigned,
    TieExceptionRecorded,
    accept,
    assign_provider,
)
from domain.diagnosis.report import (
    ConfirmReport,
    IssueReport,
    ReportConfirmed,
    ReportIssued,
    confirm_report,
)
from domain.diagnosis.review import (
    HandInReport,
    ReportHandedIn,
    ReportReviewed,
    ReviewReport,
    hand_in_report,
    issue_reviewed,
    review_after,
    review_report,
)
from domain.diagnosis.scoring import (
    DiagnosisScored,
    ExpertReviewRecorded,
    RecordExpertReview,
    ScoreDiagnosis,
    record_expert_review,
    score,
)
from domain.diagnosis.self_assessment import (
    AnswersSaved,
    PledgeTruth,
    SaveAnswers,
    SelfAssessmentSubmitted,
    SubmitSelfAssessment,
    TruthPledged,
    pledge,
    save_answers,
    submit,
)
from domain.diagnosis.stages import STAGE_RULE, stage_stream, stages_after
from domain.diagnosis.state import (
    Diagnosis,
    DiagnosisCommand,
    Status,
    assignment_stream,
    diagnosis_stream,
    status_after_objections,
)
from domain.diagnosis.submission import SubmissionTakenIn, TakeInSubmission, take_in_submission
from domain.diagnosis.visits import (
    AgreeToVisit,
    CancelVisit,
    CloseSiteVisit,
    DeclineVisit,
    InterviewRecorded,
    PlanSiteVisit,
    RecordInterview,
    SignedInOnSite,
    SignInOnSite,
    SiteVisitAgreed,
    SiteVisitCancelled,
    SiteVisitDeclined,
    SiteVisitPlanned,
    agree_to_visit,
    cancel_visit,
    close_visit,
    decline_visit,
    plan_visit,
    record_interview,
    sign_in,
    visit_after,
)
from domain.diagnosis.withdrawal import DiagnosisWithdrawn, WithdrawDiagnosis, withdraw
from domain.diagnosis.workbook import TakeInWorkbook, WorkbookTakenIn, take_in_workbook
from domain.governance.qualification import QUALIFICATION_RULE, certificate_stream
from domain.governance.standing import DIRECTORY_STREAM, listing_stream
from domain.governance.ties import MATCHING_RULE, tie_stream
from domain.governance.working_calendar import CALENDAR_STREAM
from domain.kernel import NOT_FOUND, NOWHERE, Capability, Command, DecisionContext, Event, Facts, Stream
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.participants.headquarters import headquarters_stream
from domain.participants.organisations import Organisation, organisation_stream
from domain.participants.people.state import person_stream
from domain.reservations import active_diagnosis
from domain.standard.editions import MAPPING_STREAM, edition_stream

# Decide: what may happen

Step = Callable[[Any, Diagnosis, DecisionContext], Facts]

STEPS: Mapping[type[Command], Step] = {
    AssignProvider: assign_provider,
    SaveAnswers: save_answers,
    TakeInWorkbook: take_in_workbook,
    PledgeTruth: pledge,
    SubmitSelfAssessment: submit,
    AcceptDiagnosis: accept,
    AttachEvidence: attach,
    RecordSiteVisit: record_visit,
    PlanSiteVisit: plan_visit,
    AgreeToVisit: agree_to_visit,
    DeclineVisit: decline_visit,
    CancelVisit: cancel_visit,
    SignInOnSite: sign_in,
    RecordInterview: record_interview,
    CloseSiteVisit: close_visit,
    VerifyAnswers: verify_answers,
    TakeInSubmission: take_in_submission,
    RecordExpertReview: record_expert_review,
    ScoreDiagnosis: score,
    HandInReport: hand_in_report,
    ReviewReport: review_report,
    IssueReport: issue_reviewed,
    ConfirmReport: confirm_report,
    ObjectToReport: object_to_report,
    AnswerObjections: answer_objections,
    RequestArbitration: request_arbitration,
    GiveArbiterOpinion: give_opinion,
    DecideArbitration: decide_arbitration,
    SettleArbitration: settle_arbitration,
    FileReport: file_report,
    WithdrawDiagnosis: withdraw,
}
"""Command -> what decides it, once the diagnosis is open 各步骤."""


def decide(command: DiagnosisCommand, diagnosis: Diagnosis | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule of the steps."""
    require_right(command, context.role)
    if isinstance(command, OpenDiagnosis):
        facts, parties = open_diagnosis(command, diagnosis, context), (command.enterprise, command.provider)
    elif diagnosis is None:
        raise NOT_FOUND.refuse()
    else:
        facts, parties = STEPS[type(command)](command, diagnosis, context), (diagnosis.enterprise, diagnosis.provider)
    return (*facts, *stages_after(facts, command.diagnosis, parties, context))


# Evolve: what has happened

DiagnosisEvent = (
    DiagnosisOpened
    | ProviderAssigned
    | ListingExceptionRecorded
    | TieExceptionRecorded
    | AnswersSaved
    | WorkbookTakenIn
    | TruthPledged
    | SelfAssessmentSubmitted
    | DiagnosisAccepted
    | EvidenceAttached
    | SiteVisitPlanned
    | SiteVisitAgreed
    | SiteVisitDeclined
    | SiteVisitCancelled
    | SignedInOnSite
    | InterviewRecorded
    | SiteVisitRecorded
    | AnswersVerified
    | SubmissionTakenIn
    | ExpertReviewRecorded
    | DiagnosisScored
    | ReportHandedIn
    | ReportReviewed
    | ReportIssued
    | ReportConfirmed
    | ReportObjectedTo
    | ObjectionsAnswered
    | ArbitrationRequested
    | ArbiterOpinionGiven
    | ArbitrationDecided
    | ArbitrationSettled
    | ReportFiled
    | DiagnosisWithdrawn
)

STATUS_AFTER: Mapping[type[Event], Status] = {
    DiagnosisOpened: Status.OPEN,
    SelfAssessmentSubmitted: Status.SUBMITTED,
    DiagnosisAccepted: Status.ACCEPTED,
    DiagnosisScored: Status.SCORED,
    ReportIssued: Status.ISSUED,
    ReportConfirmed: Status.CONFIRMED,
    ReportObjectedTo: Status.OBJECTED,
    ArbitrationRequested: Status.OBJECTED,
    DiagnosisWithdrawn: Status.WITHDRAWN,
}
"""Event -> the status that it gives a diagnosis 事实后的状态; what answered objections give depends on them. plan P4."""


def evolve(diagnosis: Diagnosis | None, event: DiagnosisEvent) -> Diagnosis:
    """The diagnosis after one more fact."""
    if isinstance(event, DiagnosisOpened):
        return Diagnosis(**{name: getattr(event, name) for name in type(event).model_fields if name != "type"})
    assert diagnosis is not None, "a history starts with DiagnosisOpened"  # noqa: S101 - guards replay, not input
    version = diagnosis.version + 1
    status = {"status": STATUS_AFTER[type(event)]} if type(event) in STATUS_AFTER else {}
    return diagnosis.model_copy(update={"version": version, **status, **_changes(diagnosis, event, version)})


def _changes(diagnosis: Diagnosis, event: DiagnosisEvent, version: int) -> dict[str, object]:
    match event:
        case DiagnosisOpened():
            raise AssertionError("a diagnosis opens once")
        case ProviderAssigned(provider=provider):
            return {"provider": provider}
        case ListingExceptionRecorded(provider=provider, reason=reason):
            return {"exceptions": {**diagnosis.exceptions, provider: reason}}
        case TieExceptionRecorded(provider=provider, ties=ties):
            known = diagnosis.ties_excepted.get(provider, ())
            return {"ties_excepted": {**diagnosis.ties_excepted, provider: tuple(dict.fromkeys((*known, *ties)))}}
        case AnswersSaved(answers=answers):
            return {
                "answers": diagnosis.answers | {i: a.answer for i, a in answers.items()},
                "recorded_in": diagnosis.recorded_in | dict.fromkeys(answers, version),
                "pledged": False,
            }
        case TruthPledged():
            return {"pledged": True}
        case SelfAssessmentSubmitted(measured=measured):
            return {"self_measured": measured}
        case DiagnosisAccepted(provider=provider):
            return {"provider": provider}
        case EvidenceAttached(sha256=sha256, indicators=indicators):
            return {"evidence": diagnosis.evidence | {(sha256, indicator) for indicator in indicators}}
        case SiteVisitRecorded():
            visit = diagnosis.visit if event.plan is None else None
            return {"visits": diagnosis.visits + 1, "outdated": True, "visit": visit}
        case (
            SiteVisitPlanned()
            | SiteVisitAgreed()
            | SiteVisitDeclined()
            | SiteVisitCancelled()
            | SignedInOnSite()
            | InterviewRecorded()
        ):
            return {"visit": visit_after(diagnosis, event, version)}
        case AnswersVerified(answers=answers):
            found_in = diagnosis.verified_in | dict.fromkeys(answers, version)
            return {"verified": diagnosis.verified | answers, "verified_in": found_in, "outdated": True}
        case ExpertReviewRecorded():
            return {"expert_review": True, "outdated": True}
        case DiagnosisScored(verified=verified, issued=issued):
            return {"verified_measured": verified, "issued": issued, "outdated": False, "review": None}
        case ReportHandedIn() | ReportReviewed():
            return {"review": review_after(diagnosis, event)}
        case ReportIssued() | ReportConfirmed():
            return {"reports": diagnosis.reports + 1}
        case ReportObjectedTo(items=items):
            return {"objections": tuple(item.indicator for item in items)}
        case ObjectionsAnswered(answers=answers):
            upheld = frozenset(answer.indicator for answer in answers if answer.upheld)
            return {
                "status": status_after_objections(upheld=bool(upheld)),
                "verified": {i: found for i, found in diagnosis.verified.items() if i not in upheld},
                "objections": (),
                "upheld": upheld,
                "dismissed": diagnosis.dismissed | {a.indicator for a in answers if not a.upheld},
            }
        case ArbitrationRequested() | ArbiterOpinionGiven() | ArbitrationDecided() | ArbitrationSettled():
            return arbitration_after(diagnosis, event)
        case SubmissionTakenIn(instance=instance):
            return {"submissions": diagnosis.submissions | {instance}}
        case ReportFiled(number=number):
            return {"filed": number}
        case WorkbookTakenIn() | DiagnosisWithdrawn():
            return {}
        case never:
            assert_never(never)


# What the decider reads, and where its subject lies

ON_SITE = (RecordSiteVisit, VerifyAnswers, TakeInSubmission, SignInOnSite)
"""What a certified diagnostician does 现场工作."""
BY_RULE = (RecordSiteVisit, PlanSiteVisit, CloseSiteVisit, IssueReport, DecideArbitration, ConfirmReport)
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
    WithdrawDiagnosis,
)
"""Steps with which a stage ends and another begins 环节转换."""


def _reads(command: DiagnosisCommand, diagnosis: Diagnosis | None) -> tuple[Stream, ...]:
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
    if isinstance(command, RecordExpertReview | GiveArbiterOpinion):
        streams.append(assignment_stream(command.diagnosis))
    if isinstance(command, STAGE_ENDS):
        streams += [stage_stream(command.diagnosis), STAGE_RULE, CALENDAR_STREAM]
    if isinstance(command, ON_SITE):
        streams.append(QUALIFICATION_RULE)
    if isinstance(command, BY_RULE):
        streams.append(PROCESS_RULE)
    if isinstance(command, PlanSiteVisit):
        streams += [stream for one in command.team for stream in (person_stream(one), certificate_stream(one))]
    if isinstance(command, CloseSiteVisit) and diagnosis is not None and diagnosis.visit is not None:
        streams += map(certificate_stream, diagnosis.visit.team)
    return tuple(dict.fromkeys(streams))


def _reads_further(
    command: DiagnosisCommand, diagnosis: Diagnosis | None, read: Mapping[str, Any]
) -> tuple[Stream, ...]:
    """On opening, its group's headquarters; of an arbitration, the unit above the provider; of a filing, its register."""
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


def _place(command: DiagnosisCommand, diagnosis: Diagnosis | None, read: Mapping[str, Any]) -> Place:
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


def _reads_of_sender(command: DiagnosisCommand, by: str) -> tuple[Stream, ...]:
    if isinstance(command, ON_SITE):
        return (certificate_stream(by),)
    return (person_stream(by),) if isinstance(command, GiveArbiterOpinion) else ()


DIAGNOSES = Capability(
    name="diagnosis",
    commands=(OpenDiagnosis, *STEPS),
    events=tuple(DiagnosisEvent.__args__),
    stream=lambda command: diagnosis_stream(command.diagnosis),
    reads=_reads,
    reads_further=_reads_further,
    reads_of_sender=_reads_of_sender,
    place=_place,
    decide=decide,
    evolve=evolve,
)

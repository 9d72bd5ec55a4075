"""Diagnosis 诊断: a firm measured against a pinned edition, from opening to a confirmed report. plan P3–P6, S4.

Opened → self-assessed → submitted → accepted by a provider → verified → scored → issued → confirmed or objected to.
Each step stands in a file of its own, with its rules; here they come together.
"""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from domain.command_rights import require_right
from domain.diagnosis.arbitration import (
    ArbiterOpinionGiven,
    ArbiterOpinionStruck,
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
)
from domain.diagnosis.case_streams import place, reads, reads_further, reads_of_sender
from domain.diagnosis.deferrals import (
    DeferQuestions,
    QuestionsDeferred,
    QuestionsResumed,
    ResumeQuestions,
    defer,
    resume,
)
from domain.diagnosis.deferrals import after as deferred_after
from domain.diagnosis.evidence import AttachEvidence, EvidenceAttached, attach
from domain.diagnosis.filing import FileReport, ReportFiled, file_report
from domain.diagnosis.follow_up import follow_up_after
from domain.diagnosis.objections import (
    AnswerObjections,
    ObjectionsAnswered,
    ObjectToReport,
    ReportObjectedTo,
    answer_objections,
    object_to_report,
)
from domain.diagnosis.on_site import (
    AnswersVerified,
    RecordSiteVisit,
    SiteVisitRecorded,
    VerifyAnswers,
    record_visit,
    verify_answers,
)
from domain.diagnosis.opening import DiagnosisOpened, OpenDiagnosis, open_diagnosis
from domain.diagnosis.prefill import PrefillTaken, TakePrefill, take_prefill
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
from domain.diagnosis.readings import (
    AppointReader,
    ReaderAppointed,
    ReadingHeld,
    RecordReading,
    appoint_reader,
    record_reading,
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
from domain.diagnosis.stages import stages_after
from domain.diagnosis.state import (
    AppointedReader,
    Diagnosis,
    DiagnosisCommand,
    Status,
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
from domain.kernel import NOT_FOUND, Capability, Command, DecisionContext, Event, Facts

# Decide: what may happen

Step = Callable[[Any, Diagnosis, DecisionContext], Facts]

STEPS: Mapping[type[Command], Step] = {
    AssignProvider: assign_provider,
    SaveAnswers: save_answers,
    TakeInWorkbook: take_in_workbook,
    TakePrefill: take_prefill,
    DeferQuestions: defer,
    ResumeQuestions: resume,
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
    AppointReader: appoint_reader,
    RecordReading: record_reading,
    WithdrawDiagnosis: withdraw,
}
"""Command -> what decides it, once the diagnosis is open 各步骤."""


def decide(command: DiagnosisCommand, diagnosis: Diagnosis | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule of the steps."""
    require_right(command, context.role)
    if isinstance(command, OpenDiagnosis):
        facts, case = open_diagnosis(command, diagnosis, context), (command.enterprise, command.provider, command.campaign)
    elif diagnosis is None:
        raise NOT_FOUND.refuse()
    else:
        facts = STEPS[type(command)](command, diagnosis, context)
        case = (diagnosis.enterprise, diagnosis.provider, diagnosis.campaign)
    beside = (one for after in (stages_after, follow_up_after) for one in after(facts, command.diagnosis, case, context))
    return (*facts, *beside)


# Evolve: what has happened

DiagnosisEvent = (
    DiagnosisOpened
    | ProviderAssigned
    | ListingExceptionRecorded
    | TieExceptionRecorded
    | AnswersSaved
    | WorkbookTakenIn
    | PrefillTaken
    | QuestionsDeferred
    | QuestionsResumed
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
    | ArbiterOpinionStruck
    | ArbitrationDecided
    | ArbitrationSettled
    | ReportFiled
    | ReaderAppointed
    | ReadingHeld
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
                "deferred": {i: mark for i, mark in diagnosis.deferred.items() if i not in answers},
                "pledged": False,
            }
        case QuestionsDeferred() | QuestionsResumed():
            return {"deferred": deferred_after(diagnosis, event)}
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
        case ArbitrationRequested() | ArbiterOpinionGiven() | ArbiterOpinionStruck() | ArbitrationDecided() | ArbitrationSettled():
            return arbitration_after(diagnosis, event)
        case SubmissionTakenIn(instance=instance):
            return {"submissions": diagnosis.submissions | {instance}}
        case ReportFiled(number=number):
            return {"filed": number}
        case ReaderAppointed():
            return {"reader": AppointedReader(**event.model_dump(exclude={"type"}))}
        case ReadingHeld(held_on=held_on, recommendations=recommendations):
            return {"read_on": held_on, "recommended": recommendations}
        case WorkbookTakenIn() | PrefillTaken() | DiagnosisWithdrawn():
            return {}
        case never:
            assert_never(never)


DIAGNOSES = Capability(
    name="diagnosis",
    key_names=("diagnosis",),
    commands=(OpenDiagnosis, *STEPS),
    events=tuple(DiagnosisEvent.__args__),
    stream=lambda command: diagnosis_stream(command.diagnosis),
    reads=reads,
    reads_further=reads_further,
    reads_of_sender=reads_of_sender,
    place=place,
    decide=decide,
    evolve=evolve,
)

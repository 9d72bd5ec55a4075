"""Diagnosis 诊断: a firm measured against a pinned edition, from opening to a confirmed report. plan P3–P6, S4.

Opened → self-assessed → submitted → accepted by a provider → verified → scored → issued → confirmed or objected to.
This page holds commands, facts and state; what may happen is decided in diagnosis_rules.py.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Role
from domain.command_rights import (
    CITY,
    CONFIRMERS,
    DIAGNOSTICIANS,
    FILLERS,
    GOVERNMENT,
    LIAISONS,
    MANAGER,
    OWNER,
    REVIEWERS,
)
from domain.kernel import Command, Event, Identifier, Label, Text
from domain.persons import PersonId
from standards import Answer, ApplicableEdition, Form, Issued, Measured

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
MediaType = Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]{1,100}$")]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A count or position 计数: within what every JSON reader keeps exactly."""
SECTION_LENGTH = 200
"""Entries that one command may carry at most, far above the longest section of an edition."""


class Purpose(StrEnum):
    """Why a diagnosis is made 诊断目的."""

    INITIAL = "initial"
    SAMPLE = "sample"
    REPEAT = "repeat"


class Status(StrEnum):
    """How far a diagnosis has come 诊断状态."""

    OPEN = "open"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    SCORED = "scored"
    ISSUED = "issued"
    OBJECTED = "objected"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


IN_PROGRESS = "in_progress"
"""Status of a case before its first report, to whoever is no party to it 进行中. plan P4, P7."""

STATUS_NAMES: Mapping[str, str] = {
    IN_PROGRESS: "进行中",
    Status.OPEN: "自评中",
    Status.SUBMITTED: "已提交",
    Status.ACCEPTED: "诊断中",
    Status.SCORED: "已评分",
    Status.ISSUED: "已出具报告",
    Status.OBJECTED: "异议处理中",
    Status.CONFIRMED: "已确认",
    Status.WITHDRAWN: "已撤销",
}
"""What people call a status 状态名称."""

FORM_NAMES: Mapping[Form, tuple[str, str]] = {Form.BRIEF: ("简版", "brief"), Form.FULL: ("完整版", "full")}
"""What people call a form 版式名称: (中文, English)."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# Commands


class _About(Command):
    diagnosis: Identifier = Field(description="Diagnosis 诊断标识")


class OpenDiagnosis(_About):
    """Open a diagnosis 开启诊断 of an enterprise under a published edition, which it keeps for ever.

    reason: why another edition or form than the one that applies to the firm; needed where it is another.
    """

    roles: ClassVar = LIAISONS | OWNER

    enterprise: Identifier = Field(description="Enterprise 企业标识")
    campaign: Annotated[str, Field(pattern=r"^[0-9a-z-]{1,40}$")] = Field(
        description="Campaign 批次: lower-case letters, digits and hyphens, such as 2024"
    )
    purpose: Purpose = Field(description="Why the diagnosis is made · 诊断目的")
    form: Form = Field(description="Questionnaire 问卷版式: BRIEF or FULL")
    edition: Identifier = Field(description="Key of a published edition, such as 2023 标准版本")
    provider: Identifier | None = Field(default=None, description="Provider 服务商标识")
    reason: Text | None = Field(default=None, description="Why 理由")


class AssignProvider(_About):
    """Name the provider 指定服务商, up to the moment one has accepted."""

    roles: ClassVar = GOVERNMENT | OWNER

    provider: Identifier = Field(description="Provider 服务商标识")


class AnswerGiven(_Part):
    """One answer as sent 所填答案; `replaces` is the stream version of the answer the author saw (0 = none)."""

    answer: Answer = Field(description="What is said of the indicator 填报内容")
    replaces: Count = Field(
        default=0, description="Version of the answer that was seen, 0 for none 所替换答案的版本"
    )


class SaveAnswers(_About):
    """Save a section of the self-assessment 保存自评: a whole section is one command."""

    roles: ClassVar = FILLERS

    section: Identifier = Field(description="Dimension whose answers these are 维度编号")
    answers: Annotated[dict[Identifier, AnswerGiven], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator 各指标的答案或答复"
    )


class PledgeTruth(_About):
    """Pledge that the answers are true 真实性承诺."""

    roles: ClassVar = CONFIRMERS


class SubmitSelfAssessment(_About):
    """Hand the self-assessment in 提交自评."""

    roles: ClassVar = FILLERS - {Role.DEPARTMENT_FILLER} | CONFIRMERS


class AcceptDiagnosis(_About):
    """Take the diagnosis on 受理诊断, by the assigned provider."""

    roles: ClassVar = MANAGER


class AttachEvidence(_About):
    """Attach a file already kept by its hash 附上佐证. size: bytes.

    The firm may until the case is scored, and again while it objects; the provider once it has accepted.
    """

    roles: ClassVar = FILLERS | DIAGNOSTICIANS

    sha256: Sha256 = Field(description="SHA-256 of an uploaded file 文件散列")
    filename: Label
    media_type: MediaType
    size: Annotated[Count, Field(gt=0)]
    indicators: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="Indicators the file supports 所支持的指标"
    )


class RecordSiteVisit(_About):
    """Record a visit on site 记录现场诊断: the day in the city, diagnosticians present, functions interviewed."""

    roles: ClassVar = DIAGNOSTICIANS

    visited_on: date = Field(description="Day of the visit in the city's calendar 现场日期")
    diagnosticians: Annotated[int, Field(ge=1, le=1000)] = Field(
        description="Diagnosticians present 到场诊断师人数"
    )
    functions: Annotated[tuple[Label, ...], Field(min_length=1, max_length=50)] = Field(
        description="Functions interviewed 访谈部门"
    )
    notes: Text = Field(description="What was seen 现场记录")


class VerifiedAnswer(_Part):
    """One answer as the provider found it 核验答案; `reason` where it differs from the firm's own."""

    answer: Answer = Field(description="What is said of the indicator 填报内容")
    reason: Annotated[str, Field(max_length=2000)] | None = Field(default=None, description="Why 理由")


class VerifyAnswers(_About):
    """Verify a section 核验答案; after a report, only the indicators whose objection was upheld."""

    roles: ClassVar = DIAGNOSTICIANS

    section: Identifier = Field(description="Dimension whose answers these are 维度编号")
    answers: Annotated[dict[Identifier, VerifiedAnswer], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator 各指标的答案或答复"
    )


class RecordExpertReview(_About):
    """Record that experts reviewed the case 记录专家评审, a gate of the upper levels."""

    roles: ClassVar = CITY | {Role.READER}

    conclusion: Text = Field(description="Conclusion of the experts 评审结论")


class ScoreDiagnosis(_About):
    """Score the self-assessment and the verified answers 评分; again where a fact came after the last scoring."""

    roles: ClassVar = DIAGNOSTICIANS


class ReportFile(_Part):
    """A rendered report 报告文件: hash of its bytes, digests of renderer and fonts, the position it was rendered at."""

    pdf: Sha256
    renderer: Annotated[str, Field(max_length=200)]
    fonts: Annotated[str, Field(max_length=200)]
    rendered_at: Count


class IssueReport(_About):
    """Issue the report 出具报告."""

    roles: ClassVar = REVIEWERS

    file: ReportFile


class ConfirmReport(_About):
    """Confirm the report 确认报告; a confirmed version is rendered."""

    roles: ClassVar = CONFIRMERS

    file: ReportFile


class ObjectionItem(_Part):
    """An objection to one indicator 单项异议."""

    indicator: Identifier = Field(description="Indicator id, such as Z01 指标编号")
    reason: Text = Field(description="Why 理由")


class ObjectToReport(_About):
    """Object item by item 逐项提出异议."""

    roles: ClassVar = CONFIRMERS

    items: Annotated[tuple[ObjectionItem, ...], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator 逐项异议"
    )


class ObjectionAnswer(_Part):
    """What became of one objection 异议处理: upheld means the indicator is verified again."""

    indicator: Identifier = Field(description="Indicator id, such as Z01 指标编号")
    upheld: bool = Field(description="Whether the objection is upheld; then the indicator is verified again 异议是否成立")
    reason: Text = Field(description="Why 理由")


class AnswerObjections(_About):
    """Answer all objections 答复异议."""

    roles: ClassVar = DIAGNOSTICIANS | REVIEWERS

    answers: Annotated[tuple[ObjectionAnswer, ...], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator 各指标的答案或答复"
    )


class WithdrawDiagnosis(_About):
    """End a diagnosis without result 撤销诊断."""

    roles: ClassVar = GOVERNMENT

    reason: Text = Field(description="Why 理由")


DiagnosisCommand = (
    OpenDiagnosis
    | AssignProvider
    | SaveAnswers
    | PledgeTruth
    | SubmitSelfAssessment
    | AcceptDiagnosis
    | AttachEvidence
    | RecordSiteVisit
    | VerifyAnswers
    | RecordExpertReview
    | ScoreDiagnosis
    | IssueReport
    | ConfirmReport
    | ObjectToReport
    | AnswerObjections
    | WithdrawDiagnosis
)

# Events


class DiagnosisOpened(Event):
    """A diagnosis began 诊断已开启; `edition_digest` pins the edition as published.

    applicable: the edition and form that applied to the firm on that day; None while no mapping held. reason: why another
    was chosen.
    """

    type: Literal["diagnosis.opened.v2"] = "diagnosis.opened.v2"
    says: ClassVar = (
        "开启了{purpose:purpose}（批次 {campaign}，标准版本 {edition}"
        "）{provider:organisation?，指定@}{otherwise}"
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


class ProviderAssigned(Event):
    """A provider was named 服务商已指定."""

    type: Literal["diagnosis.provider_assigned.v1"] = "diagnosis.provider_assigned.v1"
    says: ClassVar = "指定了服务商{provider:organisation}"
    provider: str


class AnswerRecorded(_Part):
    """An answer with its author and the version of the answer it replaces 已记录答案. source: self = by the firm."""

    answer: Answer
    author: PersonId
    source: Literal["self"] = "self"
    replaces: int


class AnswersSaved(Event):
    """Answers of a section changed 自评已保存; only the changed ones."""

    type: Literal["diagnosis.answers_saved.v1"] = "diagnosis.answers_saved.v1"
    says: ClassVar = "保存了 {section:section} 自评 {answers:count} 项"
    section: str
    answers: dict[str, AnswerRecorded]


class TruthPledged(Event):
    """The firm pledged 已作真实性承诺."""

    type: Literal["diagnosis.truth_pledged.v1"] = "diagnosis.truth_pledged.v1"
    says: ClassVar = "作出了真实性承诺"


class SelfAssessmentSubmitted(Event):
    """The self-assessment was handed in 自评已提交, with its measurement."""

    type: Literal["diagnosis.self_assessment_submitted.v1"] = "diagnosis.self_assessment_submitted.v1"
    says: ClassVar = "提交了自评，自评总分 {measured.total}"
    measured: Measured


class DiagnosisAccepted(Event):
    """The provider took it on 诊断已受理."""

    type: Literal["diagnosis.accepted.v1"] = "diagnosis.accepted.v1"
    says: ClassVar = "受理了诊断"
    provider: str


class EvidenceAttached(Event):
    """A file supports some indicators 佐证已附."""

    type: Literal["diagnosis.evidence_attached.v1"] = "diagnosis.evidence_attached.v1"
    says: ClassVar = "附上了佐证“{filename}”（{indicators:listed}）"
    sha256: str
    filename: str
    media_type: str
    size: int
    indicators: tuple[str, ...]


class SiteVisitRecorded(Event):
    """The provider was on site 现场诊断已记录."""

    type: Literal["diagnosis.site_visit_recorded.v1"] = "diagnosis.site_visit_recorded.v1"
    says: ClassVar = "记录了 {visited_on} 的现场诊断，诊断师 {diagnosticians} 人"
    visited_on: date
    diagnosticians: int
    functions: tuple[str, ...]
    notes: str


class AnswersVerified(Event):
    """Answers of a section were verified 答案已核验."""

    type: Literal["diagnosis.answers_verified.v1"] = "diagnosis.answers_verified.v1"
    says: ClassVar = "核验了 {section:section} {answers:count} 项，{answers:compared}"
    section: str
    answers: dict[str, VerifiedAnswer]


class ExpertReviewRecorded(Event):
    """Experts reviewed the case 专家评审已记录."""

    type: Literal["diagnosis.expert_review_recorded.v1"] = "diagnosis.expert_review_recorded.v1"
    says: ClassVar = "记录了专家评审"
    conclusion: str


class DiagnosisScored(Event):
    """The result 评分结果: self and verified measurement apart, measured and issued grade apart (decision 0004)."""

    type: Literal["diagnosis.scored.v1"] = "diagnosis.scored.v1"
    says: ClassVar = "完成评分：核验总分 {verified.total}，{issued.grade_name}"
    self_measured: Measured
    verified: Measured
    issued: Issued


class ReportIssued(Event):
    """The report is out 报告已出具; `version` counts the reports of this diagnosis from 1."""

    type: Literal["diagnosis.report_issued.v1"] = "diagnosis.report_issued.v1"
    says: ClassVar = "出具了第 {version} 版报告，总分 {total}"
    version: int
    file: ReportFile
    total: Decimal
    grade: int


class ReportConfirmed(Event):
    """The firm agrees 报告已确认."""

    type: Literal["diagnosis.report_confirmed.v1"] = "diagnosis.report_confirmed.v1"
    says: ClassVar = "确认了报告，形成第 {version} 版"
    version: int
    file: ReportFile


class ReportObjectedTo(Event):
    """The firm objects to items 已提出异议."""

    type: Literal["diagnosis.report_objected_to.v1"] = "diagnosis.report_objected_to.v1"
    says: ClassVar = "对 {indicators:listed} 提出了异议"
    items: tuple[ObjectionItem, ...]

    @property
    def indicators(self) -> tuple[str, ...]:
        """Indicators objected to 异议指标."""
        return tuple(item.indicator for item in self.items)


class ObjectionsAnswered(Event):
    """Every objection has an answer 异议已答复."""

    type: Literal["diagnosis.objections_answered.v1"] = "diagnosis.objections_answered.v1"
    says: ClassVar = "答复了异议：采纳 {upheld:count} 项，维持 {dismissed:count} 项"
    answers: tuple[ObjectionAnswer, ...]

    @property
    def upheld(self) -> tuple[ObjectionAnswer, ...]:
        """Answers that uphold the objection 采纳."""
        return tuple(answer for answer in self.answers if answer.upheld)

    @property
    def dismissed(self) -> tuple[ObjectionAnswer, ...]:
        """Answers that do not 维持."""
        return tuple(answer for answer in self.answers if not answer.upheld)


class DiagnosisWithdrawn(Event):
    """The diagnosis ended without result 诊断已撤销."""

    type: Literal["diagnosis.withdrawn.v1"] = "diagnosis.withdrawn.v1"
    says: ClassVar = "撤销了诊断：{reason}"
    reason: str


DiagnosisEvent = (
    DiagnosisOpened
    | ProviderAssigned
    | AnswersSaved
    | TruthPledged
    | SelfAssessmentSubmitted
    | DiagnosisAccepted
    | EvidenceAttached
    | SiteVisitRecorded
    | AnswersVerified
    | ExpertReviewRecorded
    | DiagnosisScored
    | ReportIssued
    | ReportConfirmed
    | ReportObjectedTo
    | ObjectionsAnswered
    | DiagnosisWithdrawn
)

# State


class Diagnosis(BaseModel):
    """A diagnosis as far as its history tells 诊断.

    answers: indicator id -> the firm's answer. recorded_in: indicator id -> stream version of that answer.
    verified: indicator id -> what the provider found. evidence: (hash, indicator) pairs.
    outdated: something that scoring looks at came after the last scoring. reports: versions issued or confirmed so far.
    objections: indicators under objection now. upheld: those that the last answer sent back to be verified again.
    dismissed: those whose objection was not upheld, closed for good.
    """

    model_config = ConfigDict(frozen=True)

    enterprise: str
    campaign: str
    purpose: Purpose
    form: Form
    edition: str
    edition_digest: str
    provider: str | None
    applicable: ApplicableEdition | None
    reason: str | None
    version: int = 1
    status: Status = Status.OPEN
    answers: dict[str, Answer] = {}
    recorded_in: dict[str, int] = {}
    pledged: bool = False
    verified: dict[str, VerifiedAnswer] = {}
    evidence: frozenset[tuple[str, str]] = frozenset()
    visits: int = 0
    expert_review: bool = False
    self_measured: Measured | None = None
    verified_measured: Measured | None = None
    issued: Issued | None = None
    outdated: bool = False
    reports: int = 0
    objections: tuple[str, ...] = ()
    upheld: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()


# Evolve: what has happened


def evolve(diagnosis: Diagnosis | None, event: DiagnosisEvent) -> Diagnosis:
    """The diagnosis after one more fact."""
    if isinstance(event, DiagnosisOpened):
        return Diagnosis(**{name: getattr(event, name) for name in type(event).model_fields if name != "type"})
    assert diagnosis is not None, "a history starts with DiagnosisOpened"  # noqa: S101 - guards replay, not input
    version = diagnosis.version + 1
    return diagnosis.model_copy(update={"version": version, **_changes(diagnosis, event, version)})


def _changes(diagnosis: Diagnosis, event: DiagnosisEvent, version: int) -> dict[str, object]:
    match event:
        case DiagnosisOpened():
            raise AssertionError("a diagnosis opens once")
        case ProviderAssigned(provider=provider):
            return {"provider": provider}
        case AnswersSaved(answers=answers):
            return {
                "answers": diagnosis.answers | {i: a.answer for i, a in answers.items()},
                "recorded_in": diagnosis.recorded_in | dict.fromkeys(answers, version),
                "pledged": False,
            }
        case TruthPledged():
            return {"pledged": True}
        case SelfAssessmentSubmitted(measured=measured):
            return {"status": Status.SUBMITTED, "self_measured": measured}
        case DiagnosisAccepted(provider=provider):
            return {"status": Status.ACCEPTED, "provider": provider}
        case EvidenceAttached(sha256=sha256, indicators=indicators):
            return {"evidence": diagnosis.evidence | {(sha256, indicator) for indicator in indicators}}
        case SiteVisitRecorded():
            return {"visits": diagnosis.visits + 1, "outdated": True}
        case AnswersVerified(answers=answers):
            return {"verified": diagnosis.verified | answers, "outdated": True}
        case ExpertReviewRecorded():
            return {"expert_review": True, "outdated": True}
        case DiagnosisScored(verified=verified, issued=issued):
            return {"status": Status.SCORED, "verified_measured": verified, "issued": issued, "outdated": False}
        case ReportIssued():
            return {"status": Status.ISSUED, "reports": diagnosis.reports + 1}
        case ReportConfirmed():
            return {"status": Status.CONFIRMED, "reports": diagnosis.reports + 1}
        case ReportObjectedTo(items=items):
            return {"status": Status.OBJECTED, "objections": tuple(item.indicator for item in items)}
        case ObjectionsAnswered(answers=answers):
            upheld = frozenset(answer.indicator for answer in answers if answer.upheld)
            return {
                "status": Status.ACCEPTED if upheld else Status.ISSUED,
                "verified": {i: found for i, found in diagnosis.verified.items() if i not in upheld},
                "objections": (),
                "upheld": upheld,
                "dismissed": diagnosis.dismissed | {a.indicator for a in answers if not a.upheld},
            }
        case DiagnosisWithdrawn():
            return {"status": Status.WITHDRAWN}
        case never:
            assert_never(never)


def chosen_otherwise(edition: str, form: Form, applicable: ApplicableEdition | None) -> bool:
    """Whether another edition or form is chosen than the one that applies 是否另选标准; never where nothing applies."""
    return applicable is not None and (edition, form) != (applicable.edition, applicable.form)


def diagnosis_stream(diagnosis: str) -> str:
    """Stream of one diagnosis."""
    return f"diagnosis/{diagnosis}"


def assignment_stream(diagnosis: str) -> str:
    """Stream of the experts' assignments to one diagnosis."""
    return f"assignment/{diagnosis}"

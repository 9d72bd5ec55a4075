"""State of a diagnosis 诊断现状: how far it has come, what is known of it, and what every step asks of it. plan P3–P6."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.access import EXPERTS, PARTIES, Role
from domain.kernel import (
    Command,
    DecisionContext,
    DiagnosisRef,
    Identifier,
    OnStream,
    Part,
    Refused,
    Rule,
    Stream,
    Text,
    stream_of,
)
from domain.reservations import ReservationReleased, active_diagnosis
from domain.standard.editions import PublishedEdition, edition_stream
from standards import Answer, ApplicableEdition, Edition, Form, Issued, Measured
from standards.described import DescribedEnum

PROCEEDINGS_READERS = PARTIES - {Role.DEPARTMENT_FILLER} - (EXPERTS - {Role.READER, Role.ARBITER})
"""Who is told of objections, visits and experts' reviews 办理经过知情角色: the parties to the case, but not who fills some
sections, marks or samples."""
SECTION_LENGTH = 200
"""Entries that one command may carry at most, far above the longest section of an edition."""


class Purpose(DescribedEnum):
    """Why a diagnosis is made · 诊断目的."""

    INITIAL = "initial", "First diagnosis of a firm · 首次诊断"
    SAMPLE = "sample", "Diagnosis made as a sample · 抽样诊断"
    REPEAT = "repeat", "Later diagnosis of a firm diagnosed before · 复诊"


class Deferral(DescribedEnum):
    """Why a question is not answered yet · 待填原因."""

    NOT_KNOWN_YET = "not_known_yet", "The answer is not known yet · 暂不清楚"
    COME_BACK_LATER = "come_back_later", "The question is put off · 稍后再填"


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


class DiagnosisStatus(DescribedEnum):
    """How far a diagnosis has come, as it is read: as it is, but outside the case in progress until a report is issued · 诊断状态.

    plan P4, P7.
    """

    IN_PROGRESS = "in_progress", "Under way; what it is to whoever is no party to it · 进行中"
    OPEN = Status.OPEN.value, "Self-assessment; the firm fills it in · 自评中"
    SUBMITTED = Status.SUBMITTED.value, "Submitted; the self-assessment waits for the provider to accept it · 已提交"
    ACCEPTED = Status.ACCEPTED.value, "Diagnosing; the provider verifies the answers · 诊断中"
    SCORED = Status.SCORED.value, "Scored; the report is to be issued · 已评分"
    ISSUED = Status.ISSUED.value, "Report issued; the firm confirms it or objects · 已出具报告"
    OBJECTED = Status.OBJECTED.value, "Objected; the provider answers the firm's objections · 异议处理中"
    CONFIRMED = Status.CONFIRMED.value, "Confirmed; the firm has confirmed the report · 已确认"
    WITHDRAWN = Status.WITHDRAWN.value, "Withdrawn; it goes no further · 已撤销"


IN_PROGRESS = DiagnosisStatus.IN_PROGRESS.value
"""Status of a case before its first report, to whoever is no party to it 进行中. plan P4, P7."""

STATUS_NAMES: Mapping[str, str] = {one.value: one.names[0] for one in DiagnosisStatus}
"""What people call a status 状态名称."""

FORM_NAMES: Mapping[Form, tuple[str, str]] = {Form.BRIEF: ("简版", "brief"), Form.FULL: ("完整版", "full")}
"""What people call a form 版式名称: (中文, English)."""

NEXT_STEPS: Mapping[Status, tuple[str, str]] = {
    Status.OPEN: ("须先由企业填完、承诺并提交自评", "first the enterprise completes, pledges and submits its self-assessment"),
    Status.SUBMITTED: ("须先由所指定的服务商受理诊断", "first the provider named for it accepts it"),
    Status.ACCEPTED: ("须先由服务商核验全部指标并评分", "first the provider verifies every indicator and scores it"),
    Status.SCORED: ("须先由服务商内审后出具报告", "first the provider reviews and issues the report"),
    Status.ISSUED: ("须先由企业确认报告或提出异议", "first the enterprise confirms the report or objects to it"),
    Status.OBJECTED: (
        "须先由服务商答复全部异议，已申请仲裁的须先仲裁终结",
        "first the provider answers every objection, or the arbitration that was asked for ends",
    ),
}
"""Status -> who does what next in it 下一步: (中文, English); a case that has ended has none."""
COMES_BACK_TO: Mapping[Status, Status] = {Status.OBJECTED: Status.ACCEPTED}
"""Status -> the earliest that may follow from it 可能退回的状态: an objection that is upheld is verified and scored anew."""
STEP_PAST = "这一步已经过去", "this step is past"
CASE_ENDED = "该诊断已经结束，不再变动", "the case has ended and changes no more"


# Rules

WRONG_STATUS = Rule(
    "DIAGNOSIS_WRONG_STATUS",
    "plan P3",
    "诊断当前状态为“{status_name}”，该操作只能在{when}时进行；{next_step}",
    "The diagnosis is {status}; this is done only while it is {when_in_english}: {next_step_in_english}",
)


# Commands


class DiagnosisCommand(Command):
    """A command about one diagnosis 诊断命令."""

    diagnosis: DiagnosisRef = Field(description="Diagnosis · 诊断标识")


# State


class VerifiedAnswer(Part):
    """One answer as the provider found it; `reason` where it differs from the firm's own · 核验答案."""

    answer: Answer = Field(description="What is said of the indicator · 填报内容")
    reason: Annotated[str, Field(max_length=2000)] | None = Field(default=None, description="Why · 理由")


class ArbiterFinding(Part):
    """What an arbiter finds on one item · 仲裁意见单项."""

    indicator: Identifier = Field(description="Indicator id, such as Z01 · 指标编号")
    upheld: bool = Field(description="Whether the firm's objection is upheld · 异议是否成立")
    answer: Answer | None = Field(default=None, description="What holds of the indicator, where it is upheld · 认定的答案")
    reason: Text = Field(description="Why · 理由")


class ArbitrationInHand(Part):
    """The arbitration under way 进行中的仲裁. proceeding: its key. items: indicators, in the firm's order.

    opinions: arbiter -> findings. decided: what most of them found, once it is decided.
    """

    proceeding: str
    items: tuple[str, ...]
    opinions: dict[str, tuple[ArbiterFinding, ...]] = Field(default_factory=dict)
    decided: tuple[ArbiterFinding, ...] = ()


class OnSiteSignIn(Part):
    """A diagnostician's sign-in on site 到场签到: where, and when in UTC by the server's clock."""

    place: str
    at: datetime


class PlannedVisit(Part):
    """The visit that is planned or under way 现场诊断计划. version: of the stream, at which it was planned.

    signed_in: person -> where and when. interviews: function -> what was said.
    """

    version: int
    day: date
    team: tuple[str, ...]
    functions: tuple[str, ...]
    agenda: str
    agreed: bool = False
    signed_in: dict[str, OnSiteSignIn] = Field(default_factory=dict)
    interviews: dict[str, str] = Field(default_factory=dict)


class ReportReview(Part):
    """The provider's review of the report in hand 内审. passed: None until it is reviewed."""

    author: str
    passed: bool | None = None


class AppointedReader(Part):
    """The expert who is to read the report with the firm 解读专家, from `since` to `until`. assignment: id of the term."""

    expert: str
    assignment: str
    since: date
    until: date


class ExpertRecommendation(Part):
    """What the expert recommends on one indicator · 改进建议."""

    indicator: Identifier = Field(description="Indicator id, such as Z01 · 指标编号")
    text: Text = Field(description="What is to be done · 建议内容")


class Diagnosis(BaseModel):
    """A diagnosis as far as its history tells 诊断.

    answers: indicator id -> the firm's answer. recorded_in: indicator id -> stream version of that answer.
    deferred: indicator id -> why its question is not answered yet.
    verified: indicator id -> what the provider found. evidence: (hash, indicator) pairs.
    outdated: something that scoring looks at came after the last scoring. reports: versions issued or confirmed so far.
    objections: indicators under objection now. upheld: those that the last answer sent back to be verified again.
    dismissed: those whose objection was not upheld, closed for good. exceptions: provider named although the directory does not
    give it the work -> why. ties_excepted: provider named although it is tied to the firm -> the ties that were looked at.
    visit: the one that is planned or under way. verified_in: indicator id -> stream version of what the provider found.
    submissions: ids of the forms that were filled in on site and taken in.
    review: of the report that follows from the last scoring.
    arbitration: the one under way. arbitrated: indicators that experts have decided, for good. filed: number of the filing.
    reader: the expert appointed last to read the filed report. read_on: day of the reading. recommended: what was recommended then.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

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
    deferred: dict[str, Deferral] = {}
    pledged: bool = False
    verified: dict[str, VerifiedAnswer] = {}
    verified_in: dict[str, int] = {}
    submissions: frozenset[str] = frozenset()
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
    exceptions: dict[str, str] = {}
    ties_excepted: dict[str, tuple[str, ...]] = {}
    visit: PlannedVisit | None = None
    review: ReportReview | None = None
    arbitration: ArbitrationInHand | None = None
    arbitrated: frozenset[str] = frozenset()
    filed: str | None = None
    reader: AppointedReader | None = None
    read_on: date | None = None
    recommended: tuple[ExpertRecommendation, ...] = ()


def status_after_objections(*, upheld: bool) -> Status:
    """Status once all objections are answered: open to be scored again when one was upheld, else the report stands. plan P4."""
    return Status.ACCEPTED if upheld else Status.ISSUED


def require_status(diagnosis: Diagnosis, *allowed: Status) -> None:
    """Refuse what cannot be done in the diagnosis' status 状态检查.

    Raises:
        Refused: DIAGNOSIS_WRONG_STATUS (plan P3).
    """
    if diagnosis.status not in allowed:
        raise _wrong_status(diagnosis.status, allowed)


def _wrong_status(status: Status, allowed: Collection[Status]) -> Refused:
    order = list(Status)
    when = [one for one in order if one in allowed]
    step = NEXT_STEPS.get(status, CASE_ENDED)
    if status in NEXT_STEPS and order.index(when[-1]) < order.index(COMES_BACK_TO.get(status, status)):
        step = STEP_PAST
    return WRONG_STATUS.refuse(
        status=status.value,
        status_name=STATUS_NAMES[status],
        when="、".join(f"“{STATUS_NAMES[one]}”" for one in when),
        when_in_english=" or ".join(when),
        next_step=step[0],
        next_step_in_english=step[1],
    )


def pinned_edition(diagnosis: Diagnosis, context: DecisionContext) -> Edition:
    """The edition that the diagnosis was opened under 所依标准版本, as it was published then."""
    published = context.read.get(edition_stream(diagnosis.edition))
    if not isinstance(published, PublishedEdition) or published.digest != diagnosis.edition_digest:
        raise AssertionError(f"the pinned edition {diagnosis.edition} is not in the journal")
    return published.edition


def release(diagnosis: Diagnosis, holder: str) -> OnStream:
    """The firm may have another diagnosis for the campaign and purpose 释放在诊名额; holder: id of this one."""
    stream = active_diagnosis(diagnosis.enterprise, diagnosis.campaign, diagnosis.purpose.value)
    return OnStream(stream, ReservationReleased(holder=holder))


def diagnosis_stream(diagnosis: str) -> Stream:
    """Stream of one diagnosis."""
    return stream_of("diagnosis", diagnosis)


def assignment_stream(diagnosis: str) -> Stream:
    """Stream of the experts' assignments to one diagnosis."""
    return stream_of("assignment", diagnosis)

"""Trail 留痕: which role did what, when, and on which evidence; never a person's name. plan P5.

Roles are printed and not people, so that the erasure of a person leaves every printed report true (decision 0008).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from domain.diagnosis.arbitration import (
    ArbiterOpinionGiven,
    ArbiterOpinionStruck,
    ArbitrationDecided,
    ArbitrationRequested,
    ArbitrationSettled,
)
from domain.diagnosis.case import DiagnosisEvent
from domain.diagnosis.deferrals import QuestionsDeferred, QuestionsResumed
from domain.diagnosis.evidence import EvidenceAttached
from domain.diagnosis.filing import ReportFiled
from domain.diagnosis.objections import ObjectionsAnswered, ReportObjectedTo
from domain.diagnosis.on_site import AnswersVerified, SiteVisitRecorded
from domain.diagnosis.opening import DiagnosisOpened, chosen_otherwise
from domain.diagnosis.prefill import PrefillTaken
from domain.diagnosis.provider import (
    DiagnosisAccepted,
    ListingExceptionRecorded,
    ProviderAssigned,
    TieExceptionRecorded,
)
from domain.diagnosis.readings import ReaderAppointed, ReadingHeld
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.review import ReportHandedIn, ReportReviewed
from domain.diagnosis.scoring import DiagnosisScored, ExpertReviewRecorded
from domain.diagnosis.self_assessment import AnswerRecorded, AnswersSaved, SelfAssessmentSubmitted, TruthPledged
from domain.diagnosis.submission import SubmissionTakenIn
from domain.diagnosis.visits import (
    InterviewRecorded,
    SignedInOnSite,
    SiteVisitAgreed,
    SiteVisitCancelled,
    SiteVisitDeclined,
    SiteVisitPlanned,
)
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from domain.diagnosis.workbook import WorkbookTakenIn
from domain.instants import city_moment
from journal import Entry
from projections.report import wording
from standards import Edition


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A fact with the entry that holds it 事实及其条目."""

    entry: Entry
    event: DiagnosisEvent


@dataclass(frozen=True, slots=True)
class TrailLine:
    """A line of the trail 留痕行. version: within the diagnosis' stream; a journal position would tell how much the city does."""

    version: int
    at: datetime
    role: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class CitedEvidence:
    """A file that supports indicators 佐证, cited by the hash of its bytes."""

    filename: str
    kind: str
    size: str
    sha256: str
    indicators: tuple[str, ...]
    role: str
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit on site 现场诊断. on: the day, as ISO 8601. diagnosticians: how many were there."""

    on: str
    diagnosticians: int
    functions: tuple[str, ...]
    notes: str


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection and what became of it 异议. upheld None: not answered yet."""

    indicator: str
    reason: str
    upheld: bool | None
    answer: str


def steps(history: Sequence[RecordedEvent], edition: Edition, names: Mapping[str, str]) -> tuple[TrailLine, ...]:
    """Every entry of the diagnosis in order 诊断留痕.

    names: id of an organisation -> its name.
    """
    own: dict[str, AnswerRecorded] = {}
    found = []
    for recorded in history:
        if isinstance(recorded.event, AnswersSaved):
            own |= recorded.event.answers
        what, detail = _says(recorded.event, edition, names, own)
        role = wording.ROLES.get(recorded.entry.role, wording.OTHER_ROLE)
        at = city_moment(recorded.entry.at)
        found.append(TrailLine(recorded.entry.version, at, role, what, detail))
    return tuple(found)


def _says(
    event: DiagnosisEvent, edition: Edition, names: Mapping[str, str], own: Mapping[str, AnswerRecorded]
) -> tuple[str, str]:
    match event:
        case DiagnosisOpened(form=form, purpose=purpose):
            otherwise = chosen_otherwise(event.edition, form, event.applicable)
            chosen = f"（另选，理由：{event.reason}）" if otherwise else ""
            return "开启诊断", f"{wording.PURPOSES[purpose]}，{wording.FORMS[form]}，{edition.title}{chosen}"
        case ProviderAssigned(provider=provider):
            return "指定服务商", names.get(provider, wording.OTHER_ORGANISATION)
        case ListingExceptionRecorded(reason=reason):
            return "记录名录例外", reason
        case TieExceptionRecorded(reason=reason):
            return "记录利益回避例外", reason
        case AnswersSaved(section=section, answers=answers):
            return "保存自评", f"{wording.dimension(edition, section)}，{len(answers)} 项"
        case WorkbookTakenIn(indicators=indicators, overwritten=overwritten):
            over = f"，覆盖较新答案 {len(overwritten)} 项" if overwritten else ""
            return "送回离线问卷", f"以上 {len(indicators)} 项来自离线问卷工作簿{over}"
        case PrefillTaken(indicators=indicators, edition=external, level=level):
            return "采纳预填", f"以上 {len(indicators)} 项来自证书：{wording.external_number(external)}，{level}"
        case QuestionsDeferred(indicators=indicators, deferral=deferral):
            return "标记待填", f"{len(indicators)} 项，{deferral.names[0]}"
        case QuestionsResumed(indicators=indicators):
            return "取消待填标记", f"{len(indicators)} 项"
        case SubmissionTakenIn(indicators=indicators, files=files):
            return "送回现场核验数据", f"以上核验 {len(indicators)} 项、照片 {len(files)} 个来自平板"
        case TruthPledged():
            return "作出真实性承诺", ""
        case SelfAssessmentSubmitted(measured=measured):
            return "提交自评", f"自评总分 {measured.total}"
        case DiagnosisAccepted(provider=provider):
            return "受理诊断", names.get(provider, wording.OTHER_ORGANISATION)
        case EvidenceAttached(filename=filename, indicators=indicators):
            return "附上佐证", f"{filename}（{'、'.join(indicators)}）"
        case SiteVisitRecorded(visited_on=on, diagnosticians=count):
            return "记录现场诊断", f"{on.isoformat()}，诊断师 {count} 人"
        case SiteVisitPlanned(day=on, team=team):
            return "制定现场诊断计划", f"{on.isoformat()}，诊断师 {len(team)} 人"
        case SiteVisitAgreed(day=on):
            return "同意现场诊断计划", on.isoformat()
        case SiteVisitDeclined(reason=reason):
            return "不同意现场诊断计划", reason
        case SiteVisitCancelled(reason=reason):
            return "取消现场诊断", reason
        case SignedInOnSite(signed=signed):
            return "到场签到", signed.place
        case InterviewRecorded(function=function):
            return "记录访谈", function
        case AnswersVerified(section=section, answers=answers):
            changed = sum(1 for i, found in answers.items() if i in own and found.answer != own[i].answer)
            said = f"{wording.dimension(edition, section)}，{len(answers)} 项"
            return "核验答案", f"{said}，其中 {changed} 项与自评不同" if changed else said
        case ExpertReviewRecorded():
            return "记录专家评审", ""
        case DiagnosisScored(verified=verified, issued=issued):
            return "评分", f"核验总分 {verified.total}，{issued.grade_name}"
        case ReportHandedIn(summary=summary):
            return "提交内审", summary
        case ReportReviewed(result=result):
            return "机构内审", result
        case ReportIssued(version=version):
            return "出具报告", f"第 {version} 版"
        case ReportFiled(number=number):
            return "区级备案", number
        case ReaderAppointed(until=last):
            return "指派解读专家", f"截至 {last.isoformat()}"
        case ReadingHeld(held_on=on, recommendations=recommended):
            return "专家解读", f"{on.isoformat()}，改进建议 {len(recommended)} 条"
        case ReportConfirmed(version=version):
            return "确认报告", f"第 {version} 版"
        case ReportObjectedTo(items=items):
            return "提出异议", "、".join(item.indicator for item in items)
        case ObjectionsAnswered(answers=answered):
            upheld = sum(1 for answer in answered if answer.upheld)
            return "答复异议", f"采纳 {upheld} 项，维持 {len(answered) - upheld} 项"
        case ArbitrationRequested(indicators=indicators):
            return "申请仲裁", "、".join(indicators)
        case ArbiterOpinionGiven(findings=findings):
            return "提交仲裁意见", f"{len(findings)} 项"
        case ArbiterOpinionStruck():
            return "解除仲裁专家指派", "其意见不再计入"
        case ArbitrationDecided(upheld=granted, findings=findings):
            return "仲裁决定", f"成立 {len(granted)} 项，不成立 {len(findings) - len(granted)} 项"
        case ArbitrationSettled(upheld=granted, dismissed=kept):
            return "仲裁终结", f"改判 {len(granted)} 项，维持 {len(kept)} 项"
        case DiagnosisWithdrawn(reason=reason):
            return "撤销诊断", reason
        case never:
            assert_never(never)


def evidence(history: Sequence[RecordedEvent]) -> tuple[CitedEvidence, ...]:
    """Every file attached, in order 佐证索引."""
    return tuple(
        CitedEvidence(
            filename=event.filename,
            kind=wording.media(event.media_type),
            size=wording.size(event.size),
            sha256=event.sha256,
            indicators=event.indicators,
            role=wording.ROLES.get(recorded.entry.role, wording.OTHER_ROLE),
            at=city_moment(recorded.entry.at),
            version=recorded.entry.version,
        )
        for recorded in history
        if isinstance(event := recorded.event, EvidenceAttached)
    )


def visits(history: Sequence[RecordedEvent]) -> tuple[Visit, ...]:
    """Every visit on site, in order 现场诊断."""
    return tuple(
        Visit(event.visited_on.isoformat(), event.diagnosticians, event.functions, event.notes)
        for recorded in history
        if isinstance(event := recorded.event, SiteVisitRecorded)
    )


def reviews(history: Sequence[RecordedEvent]) -> tuple[str, ...]:
    """Conclusions of expert reviews, in order 专家评审结论."""
    return tuple(recorded.event.conclusion for recorded in history if isinstance(recorded.event, ExpertReviewRecorded))


def objections(history: Sequence[RecordedEvent]) -> tuple[Objection, ...]:
    """Every objection with its answer, in order 异议与答复."""
    return tuple(_objections([recorded.event for recorded in history]))


def _objections(events: Sequence[DiagnosisEvent]) -> Iterator[Objection]:
    open_items: dict[str, str] = {}
    for event in events:
        if isinstance(event, ReportObjectedTo):
            open_items = {item.indicator: item.reason for item in event.items}
        elif isinstance(event, ObjectionsAnswered):
            for answer in event.answers:
                yield Objection(answer.indicator, open_items.pop(answer.indicator), answer.upheld, answer.reason)
    for indicator, reason in open_items.items():
        yield Objection(indicator, reason, None, "")

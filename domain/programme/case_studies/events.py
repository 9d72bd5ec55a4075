"""Facts of a case study 典型案例事实: drafted, revised, reviewed, consented to, published, taken back. plan R5."""

from datetime import date
from typing import Any, ClassVar, Literal, assert_never

from domain.access import Mask
from domain.kernel import Event
from domain.person_id_fields import PersonId
from domain.programme.case_studies.state import CaseStudy, CaseStudyStatus, CaseStudyText


class CaseStudyDrafted(Event):
    """A text about a firm's improvement was drafted 案例已起草."""

    type: Literal["casestudy.drafted.v1"] = "casestudy.drafted.v1"
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "起草了案例“{text.title}”"
    says_in_english: ClassVar = "drafted the case study “{text.title}”"
    enterprise: str
    diagnosis: str
    text: CaseStudyText
    author: PersonId


class CaseStudyRevised(Event):
    """Another text stands in place of the former 案例已修改; it is reviewed and consented to anew."""

    type: Literal["casestudy.revised.v1"] = "casestudy.revised.v1"
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "修改了案例文稿“{text.title}”"
    says_in_english: ClassVar = "revised the text of the case study “{text.title}”"
    text: CaseStudyText
    author: PersonId


class CaseStudyApproved(Event):
    """Another person approved the text 案例审核通过; the firm is asked from then on."""

    type: Literal["casestudy.approved.v1"] = "casestudy.approved.v1"
    says: ClassVar = "审核通过了案例文稿"
    says_in_english: ClassVar = "approved the text of the case study"
    text_sha256: str
    reviewer: PersonId


class CaseStudyReturned(Event):
    """Another person returned the text 案例已退回."""

    type: Literal["casestudy.returned.v1"] = "casestudy.returned.v1"
    says: ClassVar = "退回了案例文稿：{remark}"
    says_in_english: ClassVar = "returned the text of the case study: {remark}"
    text_sha256: str
    remark: str
    reviewer: PersonId


class CaseStudyConsented(Event):
    """The firm consents to exactly this text 企业已同意. named: it agrees to be named."""

    type: Literal["casestudy.consented.v1"] = "casestudy.consented.v1"
    says: ClassVar = "同意公开该案例文稿"
    says_in_english: ClassVar = "consented to the publication of the case study"
    text_sha256: str
    named: bool
    consented_by: PersonId


class CaseStudyDeclined(Event):
    """The firm does not consent 企业未同意."""

    type: Literal["casestudy.declined.v1"] = "casestudy.declined.v1"
    says: ClassVar = "谢绝公开该案例文稿：{reason}"
    says_in_english: ClassVar = "declined the publication of the case study: {reason}"
    reason: str


class CaseStudyConsentWithdrawn(Event):
    """The firm took its consent back 企业已撤回同意; what was printed before stays as it is."""

    type: Literal["casestudy.consent_withdrawn.v1"] = "casestudy.consent_withdrawn.v1"
    says: ClassVar = "撤回了对案例的同意：{reason}"
    says_in_english: ClassVar = "took back the consent to the case study: {reason}"
    reason: str


class CaseStudyPublished(Event):
    """The text was published 案例已发布."""

    type: Literal["casestudy.published.v1"] = "casestudy.published.v1"
    says: ClassVar = "发布了案例"
    says_in_english: ClassVar = "published the case study"
    text_sha256: str
    day: date
    published_by: PersonId


class CaseStudyTakenDown(Event):
    """The city took a published text down 案例已撤下."""

    type: Literal["casestudy.taken_down.v1"] = "casestudy.taken_down.v1"
    says: ClassVar = "撤下了案例：{reason}"
    says_in_english: ClassVar = "took the case study down: {reason}"
    reason: str


CaseStudyEvent = (
    CaseStudyDrafted
    | CaseStudyRevised
    | CaseStudyApproved
    | CaseStudyReturned
    | CaseStudyConsented
    | CaseStudyDeclined
    | CaseStudyConsentWithdrawn
    | CaseStudyPublished
    | CaseStudyTakenDown
)


def evolve(known: CaseStudy | None, event: CaseStudyEvent) -> CaseStudy:
    """The case study after one more fact."""
    if isinstance(event, CaseStudyDrafted):
        told = {"enterprise": event.enterprise, "diagnosis": event.diagnosis, "text": event.text}
        return CaseStudy(**told, authors=frozenset({event.author}))
    assert known is not None, "a history starts with CaseStudyDrafted"  # noqa: S101 - guards replay, not input
    return known.model_copy(update=_changes(known, event))


def _changes(known: CaseStudy, event: CaseStudyEvent) -> dict[str, Any]:
    match event:
        case CaseStudyRevised(text=text, author=author):
            stands = {"status": CaseStudyStatus.DRAFTED, "remark": None, "reason": None, "published_on": None}
            return {**stands, "text": text, "authors": known.authors | {author}}
        case CaseStudyApproved():
            return {"status": CaseStudyStatus.REVIEWED, "remark": None}
        case CaseStudyReturned(remark=remark):
            return {"status": CaseStudyStatus.RETURNED, "remark": remark}
        case CaseStudyConsented():
            return {"status": CaseStudyStatus.CONSENTED}
        case CaseStudyDeclined(reason=reason):
            return {"status": CaseStudyStatus.DECLINED, "reason": reason}
        case CaseStudyPublished(day=day):
            return {"status": CaseStudyStatus.PUBLISHED, "published_on": day}
        case CaseStudyConsentWithdrawn(reason=reason) | CaseStudyTakenDown(reason=reason):
            return {"status": CaseStudyStatus.WITHDRAWN, "reason": reason}
        case CaseStudyDrafted():
            raise AssertionError(event)
        case never:
            assert_never(never)

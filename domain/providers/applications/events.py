"""Facts of an application 申报事实, from the first draft to the result and what was objected to it. plan V1, V6."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from domain.access import Role
from domain.kernel import Event
from domain.person_id_fields import OF_PERSON
from domain.providers.applications.state import LinkedParty, MendItem, SelectionDimension, SelectionResult, StaffMember

# Events

TOLD = frozenset({Role.CITY, Role.PROVIDER, Role.AUDITOR, Role.SYSTEM})
"""Who reads an application's entries: no expert, whose marks would know a name, and no colleague below the manager."""


MarkCause = Annotated[str, OF_PERSON]
"""Cause that names the marking by number and marker, who is told to nobody who may not know people."""


class ProviderPutForward(Event):
    """A district put the provider forward 已由区推荐."""

    type: Literal["application.put_forward.v1"] = "application.put_forward.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "推荐了该服务商参加本年度征集：{reason}"
    says_in_english: ClassVar = "put the provider forward for the year's call: {reason}"
    year: int
    provider: str
    district: str
    reason: str


class ApplicationSaved(Event):
    """The application was stated 申报已填写, whole."""

    type: Literal["application.saved.v1"] = "application.saved.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "填写了申报（{industries:count} 个行业，{staff:count} 名人员）"
    says_in_english: ClassVar = "filled in the application; industries: {industries:count}, people: {staff:count}"
    year: int
    provider: str
    industries: tuple[str, ...]
    staff: tuple[StaffMember, ...]
    links: tuple[LinkedParty, ...]
    statement: str | None


class ApplicationDocumentAttached(Event):
    """A file supports a dimension 申报材料已附."""

    type: Literal["application.document_attached.v1"] = "application.document_attached.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "附上了申报材料“{filename}”"
    says_in_english: ClassVar = "attached the document “{filename}” to the application"
    dimension: SelectionDimension
    sha256: str
    filename: str
    media_type: str
    size: int


class ApplicationSubmitted(Event):
    """The application came in 申报已提交; mended: it had been returned."""

    type: Literal["application.submitted.v1"] = "application.submitted.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "提交了申报{again}"
    says_in_english: ClassVar = "submitted the application{mended:? (mended)}"
    mended: bool

    @property
    def again(self) -> str:
        """Whether it had been returned, in words."""
        return "（已补正）" if self.mended else ""


class ApplicationReturned(Event):
    """The application is to be mended 申报已退回补正."""

    type: Literal["application.returned.v1"] = "application.returned.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "退回申报补正 {items:count} 项，截止 {mend_until}"
    says_in_english: ClassVar = "returned the application with {items:count} of its items to be mended by {mend_until}"
    items: tuple[MendItem, ...]
    mend_until: date


class ApplicationAccepted(Event):
    """The application is complete 材料齐全."""

    type: Literal["application.accepted.v1"] = "application.accepted.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "确认申报材料齐全"
    says_in_english: ClassVar = "accepted the application as complete"


class ApplicationWithdrawn(Event):
    """The application was withdrawn 申报已撤回."""

    type: Literal["application.withdrawn.v1"] = "application.withdrawn.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "撤回了申报：{reason}"
    says_in_english: ClassVar = "withdrew the application: {reason}"
    reason: str


class ApplicationAssessed(Event):
    """The result is published 遴选结果已公示. marks: the marks that count, as stream/version. rule: the call's; None = a default.

    causes: decisions that changed an earlier result; none where it is the first.
    """

    type: Literal["application.assessed.v1"] = "application.assessed.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "公示遴选结果：总分 {total}，{outcome}"
    says_in_english: ClassVar = (
        "published the result of the selection: total {total}, {result.is_listed:?to be listed|not to be listed}"
    )
    result: SelectionResult
    marks: tuple[MarkCause, ...]
    rule: str | None
    causes: tuple[str, ...]

    @property
    def total(self) -> str:
        """The total as people write it."""
        return f"{self.result.total:f}"

    @property
    def outcome(self) -> str:
        """Whether it enters, in words."""
        return "拟入选" if self.result.is_listed else "未入选"


class ResultObjectedTo(Event):
    """The provider objects to its result 已提出评分异议: by a proceeding, which decides it."""

    type: Literal["application.objected_to.v1"] = "application.objected_to.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "对遴选结果提出异议"
    says_in_english: ClassVar = "objected to the result of the selection"
    proceeding: str


ApplicationEvent = (
    ProviderPutForward
    | ApplicationSaved
    | ApplicationDocumentAttached
    | ApplicationSubmitted
    | ApplicationReturned
    | ApplicationAccepted
    | ApplicationWithdrawn
    | ApplicationAssessed
    | ResultObjectedTo
)

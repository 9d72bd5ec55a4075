"""Facts of standard implementation 贯标事实: what a firm lacks for a standard, its application, the certificate. plan I4, I5."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Literal, assert_never

from pydantic import Field

from domain.access import POSITIONS, Mask, Role
from domain.command_rights import LIAISONS
from domain.kernel import Event, Identifier, Part, Text
from standards.described import DescribedEnum
from standards.edition.text import Source

IMPLEMENTATION_READERS = POSITIONS[Role.ENTERPRISE] | LIAISONS | {Role.GROUP, Role.AUDITOR}
"""Who may know how far a firm's implementation is 贯标知情角色: the firm, whoever it lives with, its group, the auditor."""


class ImplementationStandard(DescribedEnum):
    """Standard that a firm may implement in full · 贯标标准."""

    TRANSFORMATION = "transformation", "Digital transformation management · 数字化转型管理"
    INTEGRATION = "integration", "Integration of informatisation and industrialisation · 两化融合管理体系"
    DCMM = "dcmm", "Data management capability maturity · 数据管理能力成熟度"
    SMART_MANUFACTURING = "smart_manufacturing", "Smart manufacturing capability maturity · 智能制造能力成熟度"
    NETWORK_SECURITY = "network_security", "Security of the industrial internet · 工业互联网安全"


class ImplementationStep(DescribedEnum):
    """How far a diagnosed firm has come with a standard · 贯标环节."""

    DIAGNOSED = "diagnosed", "Has a report, and no gap list yet · 已诊断"
    GAPS_LISTED = "gaps_listed", "Has listed its gaps · 已列差距"
    APPLIED = "applied", "Has applied for the certificate · 已申请"
    CERTIFIED = "certified", "Has been certified · 已通过"
    STOPPED = "stopped", "Has stopped, with the reason · 已中止"


class NextImplementationStep(DescribedEnum):
    """What is to be done next with a standard · 下一步."""

    LIST_GAPS = "list_gaps", "List the gaps to the standard · 列出差距"
    APPLY = "apply", "Close the gaps and apply · 整改并申请"
    AWAIT_CERTIFICATE = "await_certificate", "Wait for the certifying body; its answer is to be recorded · 待评定并登记"
    RENEW = "renew", "The certificate is over; list the gaps anew · 证书到期，重新列出差距"
    NONE = "none", "Nothing · 无"


def next_step(step: ImplementationStep, until: date | None, day: date) -> NextImplementationStep:
    """What follows from a step on a day; until: last day of the certificate 下一步."""
    match step:
        case ImplementationStep.DIAGNOSED:
            return NextImplementationStep.LIST_GAPS
        case ImplementationStep.GAPS_LISTED:
            return NextImplementationStep.APPLY
        case ImplementationStep.APPLIED:
            return NextImplementationStep.AWAIT_CERTIFICATE
        case ImplementationStep.CERTIFIED if until is not None and until < day:
            return NextImplementationStep.RENEW
        case ImplementationStep.CERTIFIED | ImplementationStep.STOPPED:
            return NextImplementationStep.NONE
        case never:
            assert_never(never)


class StandardGap(Part):
    """What is missing for the standard, about one indicator of the diagnosis · 贯标差距."""

    indicator: Identifier = Field(description="Indicator id of the diagnosis's edition, such as Z01 · 指标编号")
    text: Text = Field(description="What is missing · 差距内容")


class StandardGapsListed(Event):
    """A firm listed what it lacks for a standard 贯标差距已列. diagnosis: that it rests on."""

    type: Literal["implementation.gaps_listed.v1"] = "implementation.gaps_listed.v1"
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "列出了{standard:term}贯标差距 {gaps:count} 项"
    says_in_english: ClassVar = "listed gaps to a standard ({standard:term}): {gaps:count}"
    standard: ImplementationStandard
    diagnosis: str
    gaps: tuple[StandardGap, ...]


class StandardCertificateAppliedFor(Event):
    """A firm applied to a certifying body 已申请贯标评定."""

    type: Literal["implementation.applied.v1"] = "implementation.applied.v1"
    says: ClassVar = "于 {applied_on} 向{body}申请了{standard:term}评定"
    says_in_english: ClassVar = "applied on {applied_on} to {body} for the assessment of a standard ({standard:term})"
    standard: ImplementationStandard
    applied_on: date
    body: str


class StandardCertificateRecorded(Event):
    """A certificate is on record 贯标证书已登记."""

    type: Literal["implementation.certified.v1"] = "implementation.certified.v1"
    says: ClassVar = (
        "登记了{standard:term}证书：{achieved}，{certified_on} 获证{until:?，有效期至 @}（{source.document}，标记 {source.mark}）"
    )
    says_in_english: ClassVar = (
        "recorded a certificate ({standard:term}): {achieved}, of {certified_on}{until:?, valid until @} "
        "({source.document}, mark {source.mark})"
    )
    standard: ImplementationStandard
    certified_on: date
    until: date | None
    achieved: str
    source: Source


class StandardCertificateRefused(Event):
    """An application was refused 贯标评定未通过."""

    type: Literal["implementation.refused.v1"] = "implementation.refused.v1"
    says: ClassVar = "登记{standard:term}评定未通过：{reason}"
    says_in_english: ClassVar = "recorded that an assessment ({standard:term}) was not passed: {reason}"
    standard: ImplementationStandard
    reason: str


class StandardImplementationStopped(Event):
    """A firm stopped before the certificate 贯标已中止."""

    type: Literal["implementation.stopped.v1"] = "implementation.stopped.v1"
    says: ClassVar = "中止了{standard:term}贯标：{reason}"
    says_in_english: ClassVar = "stopped the implementation of a standard ({standard:term}): {reason}"
    standard: ImplementationStandard
    reason: str


ImplementationEvent = (
    StandardGapsListed
    | StandardCertificateAppliedFor
    | StandardCertificateRecorded
    | StandardCertificateRefused
    | StandardImplementationStopped
)

STEP_AFTER: Mapping[type[Event], ImplementationStep] = {
    StandardGapsListed: ImplementationStep.GAPS_LISTED,
    StandardCertificateAppliedFor: ImplementationStep.APPLIED,
    StandardCertificateRecorded: ImplementationStep.CERTIFIED,
    StandardCertificateRefused: ImplementationStep.GAPS_LISTED,
    StandardImplementationStopped: ImplementationStep.STOPPED,
}
"""Event -> the step that it leads to 事实后的环节."""


class StandardProgress(Part):
    """How far a firm is with one standard 单项贯标进度. listed: its gap list; applied_on: of the application under way."""

    step: ImplementationStep
    listed: StandardGapsListed
    applied_on: date | None = None


class Implementations(Part):
    """A firm's standards 企业贯标, each as far as it has come."""

    standards: Mapping[ImplementationStandard, StandardProgress] = {}

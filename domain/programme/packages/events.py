"""Facts of a package 数据包事实: asked for, made, sent, answered, handed over, withdrawn. plan P8."""

from datetime import date
from typing import ClassVar, Literal

from domain.kernel import Count, Event, Label, Part, Sha256
from domain.person_id_fields import PersonId
from domain.programme.packages.terms import (
    Counterpart,
    PackageClassification,
    PackageGranularity,
    ReceiptFault,
    ReceiptOutcome,
    SendingFault,
    TransportKind,
)


class PackageFile(Part):
    """A file in a package 包内文件. count: of its lines or results. sm3: by GB/T 32905, beside SHA-256."""

    name: Label
    sha256: Sha256
    sm3: Sha256
    size: Count
    count: Count


class PackageRequested(Event):
    """A package was asked for, for whom and for what 数据包已申请."""

    type: Literal["package.requested.v2"] = "package.requested.v2"
    says: ClassVar = "申请制作数据包：{counterpart:term}，接收单位 {recipient}，用途：{purpose}"
    says_in_english: ClassVar = "asked for a package ({counterpart:term}) for the recipient {recipient}, for: {purpose}"
    counterpart: Counterpart
    recipient: str
    purpose: str
    classification: PackageClassification
    granularity: PackageGranularity
    edition: str
    external_edition: str | None
    requested_by: PersonId


class PackageMade(Event):
    """A package was made 数据包已制作. position: of the journal, up to which facts were read. input_digest: of its manifest."""

    type: Literal["package.made.v1"] = "package.made.v1"
    says: ClassVar = "制作完成数据包：{results} 个企业结果，{files:count} 个文件"
    says_in_english: ClassVar = "made the package; results of firms: {results}, files: {files:count}"
    method: str
    position: int
    input_digest: str
    day: date
    sha256: str
    size: int
    results: int
    files: tuple[PackageFile, ...]


class PackageHandedOver(Event):
    """A package was handed over 数据包已移交."""

    type: Literal["package.handed_over.v1"] = "package.handed_over.v1"
    says: ClassVar = "登记了数据包的移交，{handed_over_on}，接收回执：{receipt}"
    says_in_english: ClassVar = "recorded that the package was handed over on {handed_over_on}, receipt: {receipt}"
    handed_over_on: date
    receipt: str
    handed_over_by: PersonId


class PackageWithdrawn(Event):
    """A package was withdrawn 数据包已撤回; where it is already, a person has to ask for it back."""

    type: Literal["package.withdrawn.v1"] = "package.withdrawn.v1"
    says: ClassVar = "撤回了数据包，理由：{reason}"
    says_in_english: ClassVar = "withdrew the package: {reason}"
    reason: str
    withdrawn_by: PersonId


class PackageSendingOrdered(Event):
    """The program is to send a package 已下达传送. sending: which order it is, from 1. again: though it may be there."""

    type: Literal["package.sending_ordered.v1"] = "package.sending_ordered.v1"
    says: ClassVar = "要求将数据包作第 {sending} 次传送"
    says_in_english: ClassVar = "ordered sending {sending} of the package"
    sending: int
    transport: TransportKind
    again: bool
    ordered_by: PersonId


class PackageSendingBegun(Event):
    """The program begins to send 开始传送; from here on it may have arrived. attempt: of this order, from 1."""

    type: Literal["package.sending_begun.v1"] = "package.sending_begun.v1"
    says: ClassVar = "开始数据包的第 {sending} 次传送（第 {attempt} 次尝试）"
    says_in_english: ClassVar = "began sending {sending} of the package (attempt {attempt})"
    sending: int
    attempt: int
    transport: TransportKind


class PackageSent(Event):
    """A package arrived 数据包已送达, by the transport's own word; the receipt is another fact."""

    type: Literal["package.sent.v1"] = "package.sent.v1"
    says: ClassVar = "完成数据包的第 {sending} 次传送，已送达"
    says_in_english: ClassVar = "completed sending {sending} of the package, which arrived"
    sending: int
    attempt: int


class PackageSendingFailed(Event):
    """A package surely did not arrive 传送失败. code: status that was answered. last: the program tries no more."""

    type: Literal["package.sending_failed.v1"] = "package.sending_failed.v1"
    says: ClassVar = "未能完成数据包的第 {sending} 次传送：{fault:term}"
    says_in_english: ClassVar = "failed at sending {sending} of the package: {fault:term}"
    sending: int
    attempt: int
    fault: SendingFault
    code: int | None
    last: bool


class PackageArrivalUnknown(Event):
    """Whether a package arrived is unknown 到达情况不明: the answer did not come, or the program ended on the way."""

    type: Literal["package.arrival_unknown.v1"] = "package.arrival_unknown.v1"
    says: ClassVar = "未能确认数据包的第 {sending} 次传送是否送达"
    says_in_english: ClassVar = "could not tell whether sending {sending} of the package arrived"
    sending: int
    attempt: int


class PackageReceiptEntered(Event):
    """A counterpart's receipt came in by machine 回执已入库.

    digest: SHA-256 of the receipt as it came. received_on: as it says. results, files: as it counts them. contradicts: an earlier
    receipt said otherwise, and what that one came to stands until a person decides. after_withdrawal: the package was withdrawn.
    """

    type: Literal["package.receipt_entered.v1"] = "package.receipt_entered.v1"
    says: ClassVar = "收到对方回执 {receipt}：{outcome:term}"
    says_in_english: ClassVar = "received the counterpart's receipt {receipt}: {outcome:term}"
    digest: str
    receipt: str
    outcome: ReceiptOutcome
    reasons: tuple[str, ...]
    received_on: date
    results: int
    files: int
    contradicts: bool
    after_withdrawal: bool


class PackageReceiptSetAside(Event):
    """What came as a receipt is not believed 回执不予采信. digest: SHA-256 of what came."""

    type: Literal["package.receipt_set_aside.v1"] = "package.receipt_set_aside.v1"
    says: ClassVar = "收到的回执未予采信：{fault:term}"
    says_in_english: ClassVar = "set aside what came as a receipt: {fault:term}"
    digest: str
    fault: ReceiptFault


PackageEvent = (
    PackageRequested
    | PackageMade
    | PackageHandedOver
    | PackageWithdrawn
    | PackageSendingOrdered
    | PackageSendingBegun
    | PackageSent
    | PackageSendingFailed
    | PackageArrivalUnknown
    | PackageReceiptEntered
    | PackageReceiptSetAside
)

"""Packages for other bodies' platforms 数据包 in the schema: asked for, made, handed over. plan P8."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import EditionID, id_of, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from domain.access import Role
from domain.kernel import Command, IdOf
from domain.masks import AUDIT
from domain.programme.packages.events import PackageFile as FileState
from domain.programme.packages.making import RequestPackage
from domain.programme.packages.sending import SendPackage
from domain.programme.packages.state import KnownReceipt, Sending
from domain.programme.packages.terms import (
    FORM_MARK,
    MODELS,
    Counterpart,
    OpenMatter,
    PackageClassification,
    PackageGranularity,
    PackageStatus,
    ReceiptFault,
    ReceiptOutcome,
    SendingFault,
    SendingStatus,
    TransportKind,
)
from projections.programme import packages as rows
from projections.programme.packages import Exchanged, PackageFilter, PackageRow
from standards.edition.text import SourceMark

PackageID = Annotated[strawberry.ID, IdOf("package")]
PACKAGES_READ = frozenset({Role.CITY, Role.AUDITOR})
"""Packages for other bodies' platforms 数据包: who hands them over, and who proves it. plan P8."""
for _enum in (
    Counterpart,
    OpenMatter,
    PackageClassification,
    PackageGranularity,
    PackageStatus,
    ReceiptFault,
    ReceiptOutcome,
    SendingFault,
    SendingStatus,
    TransportKind,
):
    enum_type(_enum)


@published(PACKAGES_READ, row=FileState)
class PackageFile:
    """File in a package · 包内文件. plan P8"""

    name: str = field("Name of the member · 文件名")
    sha256: str = field("SHA-256 of its bytes · 文件散列")
    sm3: str = field("SM3 of its bytes, by GB/T 32905 · 国密散列")
    size: int = field("Bytes · 文件大小")
    count: int = field("Lines, results or rows that it holds · 条数")


@published(PACKAGES_READ, row=Sending)
class PackageSending:
    """Latest order to the program to send a package · 最近一次传送. plan P8"""

    number: int = field("Which order it is, from 1 · 次序")
    status: SendingStatus = field("How far it has come · 传送状态")
    transport: TransportKind = field("How the counterpart is reached · 传送方式")
    attempt: int = field("How often the program began it; 0 = not yet · 尝试次数")
    fault: SendingFault | None = field("Why it surely did not arrive; null where it may have · 失败原因")
    code: int | None = field("Status of HTTP that was answered then; null where none was · 返回状态码")


@published(PACKAGES_READ, row=KnownReceipt)
class PackageReceipt:
    """What came as a receipt of a counterpart, believed or set aside · 机读回执. plan P8"""

    digest: str = field("SHA-256 of what came · 回执散列")
    fault: ReceiptFault | None = field("Why it is not believed; null where it is · 不予采信的原因")
    number: str | None = field("Number that the counterpart gave it; null where it is not believed · 回执编号")
    outcome: ReceiptOutcome | None = field("What it comes to; null where it is not believed · 回执结果")
    reasons: list[str] = field("Reasons of the counterpart, in its words · 对方所述理由")
    received_on: date | None = field("Day on which it received the package, by its words · 对方接收日期")
    results: int | None = field("Results that it counts · 对方所计企业结果数")
    files: int | None = field("Files that it counts · 对方所计文件数")
    contradicts: bool = field("Whether an earlier receipt says otherwise · 与先前回执不一致")
    after_withdrawal: bool = field("Whether the package was withdrawn before it came · 是否在撤回之后")


@published(PACKAGES_READ, row=Exchanged)
class CounterpartExchange:
    """What goes to a counterpart and comes from it, and what is open · 对接情况. plan P8"""

    counterpart: Counterpart = field("Platform · 对接平台")
    model: str = field("External model whose results it sends · 外部模型代号", made=True)
    transport: TransportKind | None = field("How it is reached; null = no transport is set · 传送方式", made=True)
    mark: SourceMark = field("Mark of its form of exchange: ours until theirs is known · 交换格式来源标记", made=True)
    packages: int = field("Packages that were asked for · 数据包数")
    sent: int = field("Those that the program sent · 已传送数")
    answered: int = field("Those with a receipt that is believed · 已回执数")
    unanswered: int = field("Those sent without a receipt yet · 待回执数")
    opened: int = field("Those with an open matter · 待处理数")
    sent_at: datetime | None = field("When one last arrived, UTC; null before · 最近送达时间")
    answered_at: datetime | None = field("When a receipt last came, UTC; null before · 最近回执时间")


@published(PACKAGES_READ, row=PackageRow)
class Package(Node):
    """Package of issued results for another body's platform, fixed at one position of the journal · 数据包. plan P8"""

    id: PackageID = field("Id of the package · 数据包标识")
    status: PackageStatus = field("How far it has come · 数据包状态")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")
    requested_at: datetime = field("When it was asked for, UTC · 申请时间")
    changed_at: datetime = field("When it last changed, UTC · 最近变更时间")
    counterpart: Counterpart = field("Platform that it is for · 对接平台", made=True)
    recipient: str = field("Office that receives it · 接收单位", made=True)
    purpose: str = field("What it is handed over for · 用途", made=True)
    classification: PackageClassification = field("How it has to be kept · 数据分级", made=True)
    granularity: PackageGranularity = field("How far into single firms it goes · 数据粒度", made=True)
    edition: EditionID = field("Edition that its results follow · 标准版本", made=True)
    external_edition: str | None = field(
        "External edition whose crosswalk goes with it; null = none · 所附对照的外部模型版本", made=True
    )
    results: int | None = field("Results of firms in it; null until it is made · 企业结果数", made=True)
    files: list[PackageFile] = field("Its files, once it is made · 包内文件", made=True)
    sha256: str | None = field("SHA-256 of the whole; null until it is made · 数据包散列", made=True)
    size: int | None = field("Bytes of the whole; null until it is made · 数据包大小", made=True)
    position: int | None = field(
        "Place in the journal up to which facts were read, as its manifest says; null until it is made · 日志位置",
        roles=AUDIT,
        made=True,
    )
    path: str | None = field("Where it can be downloaded; null until it is made · 下载路径", made=True)
    signature_path: str | None = field("Where the signature under it is; null until it is made · 签名路径", made=True)
    withdrawn_because: str | None = field("Why it was withdrawn; null where it was not · 撤回理由", made=True)
    sending: PackageSending | None = field("Its latest sending by the program; null = none was ordered · 最近一次传送", made=True)
    receipts: list[PackageReceipt] = field("Receipts by machine, in the order in which they came · 机读回执", made=True)
    open_matters: list[OpenMatter] = field("What asks the city to do something · 待处理事项", made=True)
    sent_at: datetime | None = field("When it last arrived by the program, UTC; null before · 最近送达时间")
    answered_at: datetime | None = field("When its last receipt that is believed came, UTC; null before · 最近回执时间")
    handed_over_on: date | None = field("Day on which it was handed over; null before · 移交日", made=True)
    receipt: str | None = field("Receipt of the recipient; null before · 接收回执", made=True)


def _build(context: Context, found: Sequence[PackageRow], _wanted: frozenset[str]) -> list[Package]:
    return [_package(context, row) for row in found]


def _package(context: Context, row: PackageRow) -> Package:
    state = row.state()
    asked, made = state.requested, state.made
    folder = f"/packages/{row.id}" if made is not None and state.withdrawn is None else None
    return Package(
        **shown(Package, row),
        counterpart=asked.counterpart,
        recipient=asked.recipient,
        purpose=asked.purpose,
        classification=asked.classification,
        granularity=asked.granularity,
        edition=id_of("edition", asked.edition),
        external_edition=asked.external_edition,
        results=made.results if made is not None else None,
        files=[PackageFile(**shown(PackageFile, one)) for one in made.files] if made is not None else [],
        sha256=made.sha256 if made is not None else None,
        size=made.size if made is not None else None,
        position=made.position if made is not None and context.role in AUDIT else None,
        path=f"{folder}/package.zip" if folder is not None else None,
        signature_path=f"{folder}/package.note" if folder is not None else None,
        withdrawn_because=state.withdrawn.reason if state.withdrawn is not None else None,
        sending=PackageSending(**shown(PackageSending, state.sending)) if state.sending is not None else None,
        receipts=[PackageReceipt(**shown(PackageReceipt, one)) for one in state.receipts],
        open_matters=list(state.open_matters),
        handed_over_on=state.handed_over_on,
        receipt=state.receipt_number,
    )


PACKAGES: Listed[PackageFilter, PackageRow, Package] = Listed(
    name="packages",
    node=Package,
    order=rows.NEWEST_FIRST,
    rows=rows.packages,
    count=rows.package_count,
    by_id=rows.packages_by_id,
    build=_build,
)


@strawberry.type
class PackageQueries:
    """Query fields: packages."""

    @field("One package; null when it does not exist or lies outside the scope · 数据包. plan P8", roles=PACKAGES_READ)
    def package(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Id of the package · 数据包标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Package | None:
        """A package."""
        return single(info, PACKAGES, key_of(id, "package"), at_least=at_least)

    @listing(
        PACKAGES, "Packages for other bodies' platforms, the latest first · 数据包列表. plan P8", roles=PACKAGES_READ
    )
    def packages(
        self,
        status: Annotated[PackageStatus | None, argument("How far it has come; none = any · 数据包状态")] = None,
        counterpart: Annotated[Counterpart | None, argument("For this platform; none = any · 对接平台")] = None,
        open: Annotated[bool | None, argument("Whether a matter of it is open; none = either · 是否有待处理事项")] = None,  # noqa: A002 - the argument's published name
    ) -> PackageFilter:
        """A page of packages."""
        return PackageFilter(status, counterpart, open)

    @field(
        "Each counterpart: what was sent and when, what it answered, what is open · 各对接平台情况. plan P8",
        roles=PACKAGES_READ,
    )
    def counterparts(self, info: strawberry.Info[Context, None], at_least: AtLeast = None) -> list[CounterpartExchange]:
        """What is exchanged with each."""
        context = info.context
        found = rows.exchanged(context.at_least(at_least), context.scope)
        return [
            CounterpartExchange(
                **shown(CounterpartExchange, found.get(one, rows.nothing_exchanged(one))),
                model=MODELS[one],
                transport=context.services.transports.get(one),
                mark=FORM_MARK,
            )
            for one in Counterpart
        ]


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Package | None:
    return PACKAGES.of_ids(context, [key], wanted).get(key)


def _reached(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "transports": context.services.transports}


QUERIES = PackageQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"package": NodeKind(Package, PACKAGES.of_ids)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    RequestPackage: ServerFields(frozenset({"package"}), fill=new_id("package")),
    SendPackage: ServerFields(frozenset({"transports"}), fill=_reached),
}
PAYLOADS: Mapping[str, Payload] = {"package": Payload("package", Package, _find)}
"""Capability -> what its payloads carry 返回对象."""

"""Packages for other bodies' platforms 数据包 in the schema: asked for, made, handed over. plan P8."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import EditionID, PackageID, id_of, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from domain.kernel import Command
from domain.masks import AUDIT, PACKAGES_READ
from domain.programme.packages.facts import PackageFile as FileState
from domain.programme.packages.making import RequestPackage
from domain.programme.packages.terms import Counterpart, PackageClassification, PackageGranularity, PackageStatus
from projections.programme import packages as rows
from projections.programme.packages import PackageFilter, PackageRow

for _enum in (Counterpart, PackageClassification, PackageGranularity, PackageStatus):
    enum_type(_enum)


@published(PACKAGES_READ, row=FileState)
class PackageFile:
    """File in a package · 包内文件. plan P8"""

    name: str = field("Name of the member · 文件名")
    sha256: str = field("SHA-256 of its bytes · 文件散列")
    sm3: str = field("SM3 of its bytes, by GB/T 32905 · 国密散列")
    size: int = field("Bytes · 文件大小")
    count: int = field("Lines, results or rows that it holds · 条数")


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
    handed_over_on: date | None = field("Day on which it was handed over; null before · 移交日", made=True)
    receipt: str | None = field("Receipt of the recipient; null before · 接收回执", made=True)


def _build(context: Context, found: Sequence[PackageRow], _wanted: frozenset[str]) -> list[Package]:
    return [_package(context, row) for row in found]


def _package(context: Context, row: PackageRow) -> Package:
    state = row.state()
    asked, made, handed = state.requested, state.made, state.handed_over
    folder = f"/packages/{row.id}" if made is not None else None
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
        handed_over_on=handed.handed_over_on if handed is not None else None,
        receipt=handed.receipt if handed is not None else None,
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
    ) -> PackageFilter:
        """A page of packages."""
        return PackageFilter(status)


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Package | None:
    return PACKAGES.of_ids(context, [key], wanted).get(key)


QUERIES = PackageQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"package": NodeKind(Package, PACKAGES.of_ids)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    RequestPackage: ServerFields(frozenset({"package"}), fill=new_id("package")),
}
PAYLOADS: Mapping[str, Payload] = {"package": Payload("package", Package, _find)}
"""Capability -> what its payloads carry 返回对象."""

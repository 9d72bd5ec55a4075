"""Making and handing over 制作与移交: a package is asked for, made by the program, handed over by hand, or withdrawn. plan P8.

What it holds is fixed at one position of the journal and never changes; the same things in another state are another package. No
package holds the name or the telephone of a person.
"""

from datetime import date
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field, TypeAdapter

from domain.command_rights import CITY
from domain.governance.computations import RecordComputation
from domain.kernel import Command, Count, DecisionContext, EditionRef, Facts, Label, Rule, Sha256, Text
from domain.programme.packages.events import (
    PackageFile,
    PackageHandedOver,
    PackageMade,
    PackageRequested,
    PackageWithdrawn,
)
from domain.programme.packages.state import (
    PACKAGE_HANDED_OVER_ALREADY,
    PACKAGE_NOT_MADE,
    PACKAGE_SENDING_UNDER_WAY,
    PACKAGE_WITHDRAWN,
    UNDER_WAY,
    Package,
    PackageRef,
)
from domain.programme.packages.terms import Counterpart, PackageClassification, PackageGranularity, PackageStatus
from domain.standard.crosswalks.state import ExternalKey, crosswalk_streams, published_crosswalk
from domain.standard.editions import EDITION_UNKNOWN, edition_stream

# Rules

PACKAGE_CROSSWALK_MISSING = Rule(
    "PACKAGE_CROSSWALK_MISSING",
    "plan P8",
    "标准版本 {edition} 与 {external_edition} 没有已发布的对照，请先发布对照，或不附对照",
    "No crosswalk of edition {edition} to {external_edition} is published; publish one first, or ask for none",
)
PACKAGE_EXISTS = Rule(
    "PACKAGE_EXISTS",
    "plan P8",
    "该编号的数据包已经申请，请另行申请",
    "A package of this id was asked for already; ask for another",
)
PACKAGE_HANDED_OVER_WHEN = Rule(
    "PACKAGE_HANDED_OVER_WHEN",
    "plan P8",
    "移交日须在 {earliest}（制作日）至 {latest}（今天）之间",
    "It can have been handed over between {earliest}, the day on which it was made, and {latest}, today",
)

# Commands


class RequestPackage(Command):
    """Ask for a package of the issued results under an edition; the program makes it · 申请制作数据包."""

    roles: ClassVar = CITY

    package: PackageRef
    counterpart: Counterpart = Field(description="Platform that it is for · 对接平台")
    recipient: Label = Field(description="Office that receives it · 接收单位")
    purpose: Text = Field(description="What it is handed over for · 用途")
    classification: PackageClassification = Field(description="How it has to be kept · 数据分级")
    granularity: PackageGranularity = Field(description="How far into single firms it goes · 数据粒度")
    edition: EditionRef = Field(description="Edition of the standard that its results follow · 标准版本")
    external_edition: ExternalKey | None = Field(
        default=None,
        description="External edition whose published crosswalk goes with it; none = none · 所附对照的外部模型版本",
    )


class RecordPackage(RecordComputation):
    """Record what a package came to 记录数据包. sha256, size: of the whole, which is kept by that hash. results: of firms in it."""

    package: PackageRef
    sha256: Sha256
    size: Count
    results: Count
    files: Annotated[tuple[PackageFile, ...], Field(max_length=20)]


class HandOverPackage(Command):
    """Record that a package was handed over to its recipient, who gave a receipt · 登记数据包移交."""

    roles: ClassVar = CITY

    package: PackageRef = Field(description="Package · 数据包标识")
    handed_over_on: date = Field(description="Day on which it was handed over · 移交日")
    receipt: Label = Field(description="Number or words of the recipient's receipt · 接收回执")


class WithdrawPackage(Command):
    """Withdraw a package: it goes to nobody any more, and who holds it is asked to give it up · 撤回数据包."""

    roles: ClassVar = CITY

    package: PackageRef = Field(description="Package · 数据包标识")
    reason: Text = Field(description="Why · 理由")


class PackageOutcome(NamedTuple):
    """What a package came to, by names of the command that records it 制作结果."""

    position: int
    input_digest: str
    sha256: str
    size: int
    results: int
    files: tuple[PackageFile, ...]


PACKAGE_OUTCOME: TypeAdapter[PackageOutcome] = TypeAdapter(PackageOutcome)

# Decide: what may happen


def requested(command: RequestPackage, package: Package | None, context: DecisionContext) -> Facts:
    """It is asked for once, under an edition that there is."""
    if package is not None:
        raise PACKAGE_EXISTS.refuse(path="package")
    if context.read.get(edition_stream(command.edition)) is None:
        raise EDITION_UNKNOWN.refuse(path="edition", edition=command.edition)
    external = command.external_edition
    if external is not None and published_crosswalk(crosswalk_streams(command.edition, external), context.read) is None:
        told = {"edition": command.edition, "external_edition": external}
        raise PACKAGE_CROSSWALK_MISSING.refuse(path="external_edition", **told)
    return (PackageRequested(**command.model_dump(exclude={"package"}), requested_by=context.by),)


def recorded(command: RecordPackage, package: Package, context: DecisionContext) -> Facts:
    """It is made once."""
    told = command.model_dump(exclude={"package", "files"})
    return (PackageMade(**told, files=command.files, day=context.day),) if package.made is None else ()


def handed_over(command: HandOverPackage, package: Package, context: DecisionContext) -> Facts:
    """By hand, once, between the day it was made and today."""
    known = package.handed_over
    if known is not None and (known.handed_over_on, known.receipt) == (command.handed_over_on, command.receipt):
        return ()
    require_to_go(package)
    assert package.made is not None  # noqa: S101 - as just required
    if not package.made.day <= command.handed_over_on <= context.day:
        within = {"earliest": package.made.day, "latest": context.day}
        raise PACKAGE_HANDED_OVER_WHEN.refuse(path="handed_over_on", **within)
    return (PackageHandedOver(**command.model_dump(exclude={"package"}), handed_over_by=context.by),)


def require_to_go(package: Package) -> None:
    """Refuse what may not leave now: one that is not made, is withdrawn, is there already, or is being sent."""
    if package.withdrawn is not None:
        raise PACKAGE_WITHDRAWN.refuse(path="package")
    if package.made is None:
        raise PACKAGE_NOT_MADE.refuse(path="package")
    if package.status is PackageStatus.HANDED_OVER:
        raise PACKAGE_HANDED_OVER_ALREADY.refuse(path="package", day=package.handed_over_on)
    if package.sending is not None and package.sending.status in UNDER_WAY:
        raise PACKAGE_SENDING_UNDER_WAY.refuse(path="package")


def withdrawn(command: WithdrawPackage, package: Package, context: DecisionContext) -> Facts:
    """At any time, once."""
    if package.withdrawn is None:
        return (PackageWithdrawn(reason=command.reason, withdrawn_by=context.by),)
    if package.withdrawn.reason == command.reason:
        return ()
    raise PACKAGE_WITHDRAWN.refuse(path="package")

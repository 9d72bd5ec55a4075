"""Package 数据包 for a counterpart's platform: asked for with a purpose and a recipient, made by the program, handed over. plan P8.

What it holds is fixed at one position of the journal and never changes; the same things in another state are another package. No
package holds the name or the telephone of a person.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, NamedTuple, assert_never

from pydantic import Field, TypeAdapter

from domain.command_rights import CITY, require_right
from domain.governance.computations import RecordComputation
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    Count,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Identifier,
    IdOf,
    Label,
    Part,
    Rule,
    Sha256,
    Stream,
    Text,
    stream_of,
)
from domain.person_id_fields import PersonId
from domain.standard.crosswalks.state import ExternalKey, crosswalk_streams, published_crosswalk
from domain.standard.editions import EDITION_UNKNOWN, edition_stream
from standards.described import DescribedEnum

PackageRef = Annotated[Identifier, IdOf("package")]

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
PACKAGE_NOT_MADE = Rule(
    "PACKAGE_NOT_MADE",
    "plan P8",
    "该数据包尚在制作，请待制作完成后再登记移交",
    "The package is still being made; record that it was handed over once it is done",
)
PACKAGE_HANDED_OVER_ALREADY = Rule(
    "PACKAGE_HANDED_OVER_ALREADY",
    "plan P8",
    "该数据包已于 {day} 登记移交，无须再次登记；须另行移交的，请申请新的数据包",
    "The package is on record as handed over on {day}; ask for another package where there is more to hand over",
)
PACKAGE_HANDED_OVER_WHEN = Rule(
    "PACKAGE_HANDED_OVER_WHEN",
    "plan P8",
    "移交日须在 {earliest}（制作日）至 {latest}（今天）之间",
    "It can have been handed over between {earliest}, the day on which it was made, and {latest}, today",
)

# Commands


class Counterpart(DescribedEnum):
    """Platform of another body that a package is for · 对接平台."""

    MIIT_PILOT = "miit_pilot", "Pilot platform of the Ministry of Industry and Information Technology · 工信部转型试点平台"
    STATE_ASSETS = "state_assets", "Supervision of state-owned assets · 国资监管平台"
    SMALL_FIRMS = "small_firms", "Service platform for small and medium-sized firms · 中小企业服务平台"


class PackageClassification(DescribedEnum):
    """How whoever holds a package has to keep it · 数据分级."""

    INTERNAL = "internal", "For the recipient's office alone · 内部"
    CONFIDENTIAL = "confidential", "For named people of the recipient alone · 敏感"


class PackageGranularity(DescribedEnum):
    """How far into single firms a package goes · 数据粒度."""

    COUNTS = "counts", "Counts alone, small ones withheld · 仅汇总"
    FIRMS = "firms", "The issued result of each firm, and the counts · 逐企业"


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
        default=None, description="External edition whose published crosswalk goes with it; none = none · 所附对照的外部模型版本"
    )


class PackageFile(Part):
    """A file in a package 包内文件. count: of its lines or results. sm3: by GB/T 32905, beside SHA-256."""

    name: Label
    sha256: Sha256
    sm3: Sha256
    size: Count
    count: Count


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


class PackageOutcome(NamedTuple):
    """What a package came to, by names of the command that records it 制作结果."""

    position: int
    input_digest: str
    sha256: str
    size: int
    results: int
    files: tuple[PackageFile, ...]


PACKAGE_OUTCOME: TypeAdapter[PackageOutcome] = TypeAdapter(PackageOutcome)

PackageCommand = RequestPackage | RecordPackage | HandOverPackage

# Events


class PackageRequested(Event):
    """A package was asked for, for whom and for what 数据包已申请."""

    type: Literal["package.requested.v1"] = "package.requested.v1"
    says: ClassVar = "申请制作数据包：{counterpart:term}，接收单位 {recipient}，用途：{purpose}"
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
    handed_over_on: date
    receipt: str
    handed_over_by: PersonId


PackageEvent = PackageRequested | PackageMade | PackageHandedOver

# State


class PackageStatus(DescribedEnum):
    """How far a package has come · 数据包状态."""

    REQUESTED = "requested", "Asked for; the program makes it · 制作中"
    MADE = "made", "Made; it can be downloaded · 已制作"
    HANDED_OVER = "handed_over", "Handed over to its recipient · 已移交"


class Package(Part):
    """A package as it stands 数据包现状."""

    requested: PackageRequested
    made: PackageMade | None = None
    handed_over: PackageHandedOver | None = None

    @property
    def status(self) -> PackageStatus:
        """How far it has come."""
        if self.handed_over is not None:
            return PackageStatus.HANDED_OVER
        return PackageStatus.MADE if self.made is not None else PackageStatus.REQUESTED


# Decide: what may happen


def decide(command: PackageCommand, package: Package | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, EDITION_UNKNOWN, NOT_FOUND."""
    require_right(command, context.role)
    if isinstance(command, RequestPackage):
        if package is not None:
            raise PACKAGE_EXISTS.refuse(path="package")
        return (_requested(command, context),)
    if package is None:
        raise NOT_FOUND.refuse()
    match command:
        case RecordPackage():
            told = command.model_dump(exclude={"package", "files"})
            return (PackageMade(**told, files=command.files, day=context.day),) if package.made is None else ()
        case HandOverPackage():
            return _handed_over(command, package, context)
        case never:
            assert_never(never)


def _requested(command: RequestPackage, context: DecisionContext) -> PackageRequested:
    if context.read.get(edition_stream(command.edition)) is None:
        raise EDITION_UNKNOWN.refuse(path="edition", edition=command.edition)
    external = command.external_edition
    if external is not None and published_crosswalk(crosswalk_streams(command.edition, external), context.read) is None:
        told = {"edition": command.edition, "external_edition": external}
        raise PACKAGE_CROSSWALK_MISSING.refuse(path="external_edition", **told)
    return PackageRequested(**command.model_dump(exclude={"package"}), requested_by=context.by)


def _handed_over(command: HandOverPackage, package: Package, context: DecisionContext) -> Facts:
    if package.made is None:
        raise PACKAGE_NOT_MADE.refuse(path="package")
    known = package.handed_over
    if known is not None:
        if (known.handed_over_on, known.receipt) == (command.handed_over_on, command.receipt):
            return ()
        raise PACKAGE_HANDED_OVER_ALREADY.refuse(path="package", day=known.handed_over_on)
    if not package.made.day <= command.handed_over_on <= context.day:
        within = {"earliest": package.made.day, "latest": context.day}
        raise PACKAGE_HANDED_OVER_WHEN.refuse(path="handed_over_on", **within)
    return (PackageHandedOver(**command.model_dump(exclude={"package"}), handed_over_by=context.by),)


# Evolve: what has happened


def evolve(package: Package | None, event: PackageEvent) -> Package:
    """The package after one more fact."""
    if isinstance(event, PackageRequested):
        return Package(requested=event)
    assert package is not None, "a history starts with PackageRequested"  # noqa: S101 - guards replay, not input
    match event:
        case PackageMade():
            return package.model_copy(update={"made": event})
        case PackageHandedOver():
            return package.model_copy(update={"handed_over": event})
        case never:
            assert_never(never)


# What the decider reads, and where its subject lies


def package_stream(package: str) -> Stream:
    """Stream of one package."""
    return stream_of("package", package)


def _reads(command: PackageCommand, _package: Package | None) -> tuple[Stream, ...]:
    if not isinstance(command, RequestPackage):
        return ()
    external = command.external_edition
    walks = crosswalk_streams(command.edition, external) if external is not None else ()
    return (edition_stream(command.edition), *walks)


PACKAGES = Capability(
    name="package",
    commands=tuple(PackageCommand.__args__),
    events=tuple(PackageEvent.__args__),
    stream=lambda command: package_stream(command.package),
    reads=_reads,
    decide=decide,
    evolve=evolve,
)

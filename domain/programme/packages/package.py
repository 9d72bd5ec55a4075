"""Package 数据包 for a counterpart's platform, as the rules decide on it. plan P8."""

from typing import assert_never

from domain.command_rights import require_right
from domain.kernel import NOT_FOUND, Capability, DecisionContext, Facts, Stream
from domain.programme.packages.events import PackageEvent
from domain.programme.packages.making import (
    HandOverPackage,
    RecordPackage,
    RequestPackage,
    WithdrawPackage,
    handed_over,
    recorded,
    requested,
    withdrawn,
)
from domain.programme.packages.receipts import RecordReceipt, received
from domain.programme.packages.sending import BeginSending, EndSending, SendPackage, begun, ended, ordered
from domain.programme.packages.state import Package, evolve, package_stream
from domain.standard.crosswalks.state import crosswalk_streams
from domain.standard.editions import edition_stream

PackageCommand = (
    RequestPackage
    | RecordPackage
    | HandOverPackage
    | WithdrawPackage
    | SendPackage
    | BeginSending
    | EndSending
    | RecordReceipt
)


def decide(command: PackageCommand, package: Package | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule of this area, EDITION_UNKNOWN, NOT_FOUND."""
    require_right(command, context.role)
    if isinstance(command, RequestPackage):
        return requested(command, package, context)
    if package is None:
        raise NOT_FOUND.refuse()
    match command:
        case RecordPackage():
            return recorded(command, package, context)
        case HandOverPackage():
            return handed_over(command, package, context)
        case WithdrawPackage():
            return withdrawn(command, package, context)
        case SendPackage():
            return ordered(command, package, context)
        case BeginSending():
            return begun(command, package)
        case EndSending():
            return ended(command, package)
        case RecordReceipt():
            return received(command, package, context)
        case never:
            assert_never(never)


# What the decider reads


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

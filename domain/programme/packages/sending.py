"""Sending 传送: the city tells the program to send a package; each attempt is a fact before a byte leaves and after. plan P8.

So whoever is killed in between leaves an attempt without an end, of which nobody says that it did not arrive: it is unknown, and a
person decides before anything is sent again.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.command_rights import BY_THE_PROGRAM, CITY
from domain.kernel import Command, DecisionContext, Facts, Rule
from domain.programme.packages.events import (
    PackageArrivalUnknown,
    PackageSendingBegun,
    PackageSendingFailed,
    PackageSendingOrdered,
    PackageSent,
)
from domain.programme.packages.making import require_to_go
from domain.programme.packages.state import PACKAGE_WITHDRAWN, Package, PackageRef, Sending
from domain.programme.packages.terms import Counterpart, SendingFault, SendingStatus, TransportKind

Attempt = Annotated[int, Field(ge=1, le=1_000)]

# Rules

PACKAGE_TRANSPORT_MISSING = Rule(
    "PACKAGE_TRANSPORT_MISSING",
    "plan P8",
    "尚未设置到该对接平台的传送方式：请运维人员设置，或下载后自行移交并登记",
    "No transport to this counterpart is set; have the operator set one, or download it, hand it over and record that",
)
PACKAGE_MAY_BE_THERE = Rule(
    "PACKAGE_MAY_BE_THERE",
    "plan P8",
    "第 {sending} 次传送可能已经送达：请先向接收单位核实，确未收到或须重发的，注明 again 后再传送",
    "Sending {sending} may have arrived; ask the recipient first, and where it is to go out again, say `again`",
)
PACKAGE_ATTEMPT_OVER = Rule(
    "PACKAGE_ATTEMPT_OVER",
    "plan P8",
    "第 {sending} 次传送的第 {attempt} 次尝试已由另一进程办理或不再需要，请以数据包现状为准",
    "Attempt {attempt} of sending {sending} is another's or no longer due; go by the package as it stands",
)

# Commands


class SendPackage(Command):
    """Have the program send a package to its counterpart · 传送数据包.

    transports: how each counterpart is reached, of those with a transport.
    """

    roles: ClassVar = CITY

    package: PackageRef = Field(description="Package · 数据包标识")
    again: bool = Field(
        default=False,
        description="Send it though an earlier sending may have arrived, once that was asked · 核实后仍须重发",
    )
    transports: Annotated[Mapping[Counterpart, TransportKind], Field(max_length=len(Counterpart))] = {}


class BeginSending(Command):
    """Begin an attempt 开始传送; whoever is refused sends nothing."""

    roles: ClassVar = BY_THE_PROGRAM

    package: PackageRef
    sending: Attempt
    attempt: Attempt
    transport: TransportKind


class EndSending(Command):
    """Say how an attempt ended 结束传送. last: of one that failed: the program tries no more."""

    roles: ClassVar = BY_THE_PROGRAM

    package: PackageRef
    sending: Attempt
    attempt: Attempt
    came_to: Literal[SendingStatus.SENT, SendingStatus.FAILED, SendingStatus.UNKNOWN]
    fault: SendingFault = SendingFault.UNREACHABLE
    code: Annotated[int, Field(ge=100, le=999)] | None = None
    last: bool = False


# Decide: what may happen

ASKED_FIRST = frozenset({SendingStatus.SENT, SendingStatus.UNKNOWN, SendingStatus.DIFFERS})
"""The counterpart has it, or may: to send it again is a decision of its own."""
BEFORE_AN_ATTEMPT = frozenset({SendingStatus.ORDERED, SendingStatus.FAILED})


def ordered(command: SendPackage, package: Package, context: DecisionContext) -> Facts:
    """It is sent once, and again only where a person says so."""
    known = package.sending
    if known is not None and known.status is SendingStatus.ORDERED and package.withdrawn is None:
        return ()
    require_to_go(package)
    may_be_there = known is not None and (known.status in ASKED_FIRST or known.contradicted)
    if known is not None and may_be_there and not command.again:
        raise PACKAGE_MAY_BE_THERE.refuse(path="again", sending=known.number)
    transport = command.transports.get(package.requested.counterpart)
    if transport is None:
        raise PACKAGE_TRANSPORT_MISSING.refuse(path="package")
    number = known.number + 1 if known is not None else 1
    told = {"sending": number, "transport": transport, "again": may_be_there}
    return (PackageSendingOrdered(**told, ordered_by=context.by),)


def begun(command: BeginSending, package: Package) -> Facts:
    """One begins an attempt, whoever else is at it."""
    if package.withdrawn is not None:
        raise PACKAGE_WITHDRAWN.refuse()
    known = package.sending
    if known is None or known.status not in BEFORE_AN_ATTEMPT or _of(command) != (known.number, known.attempt + 1):
        raise PACKAGE_ATTEMPT_OVER.refuse(sending=command.sending, attempt=command.attempt)
    told = command.model_dump(exclude={"package"})
    return (PackageSendingBegun(**told),)


def ended(command: EndSending, package: Package) -> Facts:
    """An attempt ends once; that it arrived is taken from who was given up, too."""
    known = package.sending
    if known is None or _of(command) != (known.number, known.attempt):
        raise PACKAGE_ATTEMPT_OVER.refuse(sending=command.sending, attempt=command.attempt)
    if not _is_news(command.came_to, known):
        return ()
    told = {"sending": command.sending, "attempt": command.attempt}
    match command.came_to:
        case SendingStatus.SENT:
            return (PackageSent(**told),)
        case SendingStatus.UNKNOWN:
            return (PackageArrivalUnknown(**told),)
        case SendingStatus.FAILED:
            return (PackageSendingFailed(**told, fault=command.fault, code=command.code, last=command.last),)


def _is_news(came_to: SendingStatus, known: Sending) -> bool:
    if known.status is SendingStatus.UNKNOWN:
        return came_to is not SendingStatus.UNKNOWN
    return known.status is SendingStatus.UNDERWAY


def _of(command: BeginSending | EndSending) -> tuple[int, int]:
    return command.sending, command.attempt

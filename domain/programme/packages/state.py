"""State of a package 数据包现状: how far it has come, its sending by the program, its receipts, and what is open. plan P8."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, assert_never

from domain.kernel import Identifier, IdOf, Part, Rule, Sha256, Stream, stream_of
from domain.programme.packages.events import (
    PackageArrivalUnknown,
    PackageEvent,
    PackageHandedOver,
    PackageMade,
    PackageReceiptEntered,
    PackageReceiptSetAside,
    PackageRequested,
    PackageSendingBegun,
    PackageSendingFailed,
    PackageSendingOrdered,
    PackageSent,
    PackageWithdrawn,
)
from domain.programme.packages.terms import (
    OpenMatter,
    PackageStatus,
    ReceiptFault,
    ReceiptOutcome,
    SendingFault,
    SendingStatus,
    TransportKind,
)

PackageRef = Annotated[Identifier, IdOf("package")]
RECEIPTS_AT_MOST = 50
"""Of a package, believed and set aside together: a counterpart that sends for ever fills no journal."""

# Rules

PACKAGE_NOT_MADE = Rule(
    "PACKAGE_NOT_MADE",
    "plan P8",
    "该数据包尚在制作，请待制作完成后再办理传送或登记移交",
    "The package is still being made; send it, or record that it was handed over, once it is done",
)
PACKAGE_WITHDRAWN = Rule(
    "PACKAGE_WITHDRAWN",
    "plan P8",
    "该数据包已撤回，不再传送或移交；需要时请另行申请",
    "The package is withdrawn and goes to nobody any more; ask for another where one is needed",
)
PACKAGE_HANDED_OVER_ALREADY = Rule(
    "PACKAGE_HANDED_OVER_ALREADY",
    "plan P8",
    "该数据包已于 {day} 登记移交，无须再次登记；须另行移交的，请申请新的数据包",
    "The package is on record as handed over on {day}; ask for another package where there is more to hand over",
)
PACKAGE_SENDING_UNDER_WAY = Rule(
    "PACKAGE_SENDING_UNDER_WAY",
    "plan P8",
    "程序正在传送该数据包，请待其结束后再办理",
    "The program is sending the package; wait until that is over",
)

# State


class Sending(Part):
    """The latest order to send a package 最近一次传送. attempt: how often the program began; 0 = not yet."""

    number: int
    transport: TransportKind
    status: SendingStatus = SendingStatus.ORDERED
    attempt: int = 0
    fault: SendingFault | None = None
    code: int | None = None
    outcome: ReceiptOutcome | None = None
    contradicted: bool = False
    set_aside: bool = False


class KnownReceipt(Part):
    """What came as a receipt 已到回执: believed, with all that it says; or set aside, with why."""

    digest: Sha256
    fault: ReceiptFault | None = None
    number: str | None = None
    outcome: ReceiptOutcome | None = None
    reasons: tuple[str, ...] = ()
    received_on: date | None = None
    results: int | None = None
    files: int | None = None
    contradicts: bool = False
    after_withdrawal: bool = False


class Package(Part):
    """A package as it stands 数据包现状. sending: None = the program was never told to send it."""

    requested: PackageRequested
    made: PackageMade | None = None
    handed_over: PackageHandedOver | None = None
    withdrawn: PackageWithdrawn | None = None
    sending: Sending | None = None
    receipts: tuple[KnownReceipt, ...] = ()

    @property
    def taken(self) -> KnownReceipt | None:
        """The receipt by which its recipient has it; None = none says so."""
        return next((one for one in self.receipts if one.outcome is ReceiptOutcome.TAKEN and not one.contradicts), None)

    @property
    def handed_over_on(self) -> date | None:
        """The day on which its recipient had it, by whatever says so first."""
        if self.handed_over is not None:
            return self.handed_over.handed_over_on
        return self.taken.received_on if self.taken is not None else None

    @property
    def receipt_number(self) -> str | None:
        """The recipient's receipt, as it was recorded or came."""
        if self.handed_over is not None:
            return self.handed_over.receipt
        return self.taken.number if self.taken is not None else None

    @property
    def status(self) -> PackageStatus:
        """How far it has come."""
        if self.withdrawn is not None:
            return PackageStatus.WITHDRAWN
        if self.handed_over_on is not None:
            return PackageStatus.HANDED_OVER
        return PackageStatus.MADE if self.made is not None else PackageStatus.REQUESTED

    @property
    def open_matters(self) -> tuple[OpenMatter, ...]:
        """What asks a person to do something; a record that it was handed over closes all but what a withdrawn one leaves."""
        if self.withdrawn is not None:
            by_word = any(one.outcome in HELD for one in self.receipts)
            is_held = (
                by_word
                or self.handed_over is not None
                or (self.sending is not None and self.sending.status in MAY_BE_THERE)
            )
            return (OpenMatter.HELD_THOUGH_WITHDRAWN,) if is_held else ()
        if self.sending is None or self.handed_over is not None:
            return ()
        return tuple(_open(self.sending))


OPEN_BY_STATUS = {
    SendingStatus.GIVEN_UP: OpenMatter.GIVEN_UP,
    SendingStatus.UNKNOWN: OpenMatter.ARRIVAL_UNKNOWN,
    SendingStatus.REFUSED: OpenMatter.REFUSED,
    SendingStatus.DIFFERS: OpenMatter.COUNTS_DIFFER,
}
ANSWERED = {
    ReceiptOutcome.TAKEN: SendingStatus.TAKEN,
    ReceiptOutcome.REFUSED: SendingStatus.REFUSED,
    ReceiptOutcome.DIFFERS: SendingStatus.DIFFERS,
}
HELD = frozenset({ReceiptOutcome.TAKEN, ReceiptOutcome.DIFFERS})
MAY_BE_THERE = frozenset({SendingStatus.SENT, SendingStatus.UNKNOWN})
"""It arrived, or may have, and there is no receipt yet 可能已到达."""
UNDER_WAY = frozenset({SendingStatus.ORDERED, SendingStatus.UNDERWAY, SendingStatus.FAILED})
"""The program is at it, or will be 传送未结束."""


def _open(sending: Sending) -> Iterator[OpenMatter]:
    if sending.status in OPEN_BY_STATUS:
        yield OPEN_BY_STATUS[sending.status]
    if sending.set_aside:
        yield OpenMatter.RECEIPT_SET_ASIDE
    if sending.contradicted:
        yield OpenMatter.RECEIPTS_CONTRADICT


def package_stream(package: str) -> Stream:
    """Stream of one package."""
    return stream_of("package", package)


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
        case PackageWithdrawn():
            return package.model_copy(update={"withdrawn": event})
        case PackageReceiptEntered():
            return _answered(package, event)
        case PackageReceiptSetAside():
            came = KnownReceipt(digest=event.digest, fault=event.fault)
            return _sent(package.model_copy(update={"receipts": (*package.receipts, came)}), set_aside=True)
        case PackageSendingOrdered():
            sending = Sending(number=event.sending, transport=event.transport)
            return package.model_copy(update={"sending": sending})
        case PackageSendingBegun():
            told = {"attempt": event.attempt, "transport": event.transport, "fault": None, "code": None}
            return _sent(package, status=SendingStatus.UNDERWAY, **told)
        case PackageSent():
            return _sent(package, status=SendingStatus.SENT)
        case PackageSendingFailed():
            status = SendingStatus.GIVEN_UP if event.last else SendingStatus.FAILED
            return _sent(package, status=status, fault=event.fault, code=event.code)
        case PackageArrivalUnknown():
            return _sent(package, status=SendingStatus.UNKNOWN)
        case never:
            assert_never(never)


def _sent(package: Package, **changes: object) -> Package:
    assert package.sending is not None, "it was ordered first"  # noqa: S101 - as above
    return package.model_copy(update={"sending": package.sending.model_copy(update=changes)})


def _answered(package: Package, event: PackageReceiptEntered) -> Package:
    """After a receipt: the first one of an order says how it stands; one that contradicts it is for a person."""
    came = KnownReceipt(number=event.receipt, **event.model_dump(exclude={"type", "receipt"}))
    package = package.model_copy(update={"receipts": (*package.receipts, came)})
    if event.contradicts:
        return _sent(package, contradicted=True)
    return _sent(package, status=ANSWERED[event.outcome], outcome=event.outcome, set_aside=False)

"""Receipts by machine 机读回执: what a counterpart answered about a package, believed as far as it can be checked. plan P8.

A receipt is of the package whose digest it names, and of no other. Counts that are not the package's are a finding and no
acceptance. The same receipt again changes nothing; a later one that says otherwise is on record as that, and a person decides.
"""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from domain.command_rights import BY_THE_PROGRAM
from domain.kernel import Command, Count, DecisionContext, Facts, Label, Part, Rule, Sha256
from domain.programme.packages.events import PackageReceiptEntered, PackageReceiptSetAside
from domain.programme.packages.state import PACKAGE_NOT_MADE, RECEIPTS_AT_MOST, Package, PackageRef
from domain.programme.packages.terms import ReceiptFault, ReceiptOutcome

# Rules

PACKAGE_NEVER_SENT = Rule(
    "PACKAGE_NEVER_SENT",
    "plan P8",
    "该数据包从未由程序传送，机读回执不予登记；当面移交的，请登记移交",
    "The program never sent this package, so no receipt is due by machine; where it was handed over by hand, record that",
)
PACKAGE_RECEIPTS_TOO_MANY = Rule(
    "PACKAGE_RECEIPTS_TOO_MANY",
    "plan P8",
    "该数据包的回执已达 {most} 件，不再登记；请与对方核对其系统",
    "The package has {most} receipts, and no more are recorded; ask the counterpart what its system does",
)

# Commands


class Receipt(Part):
    """What a receipt says 回执内容. sha256: of the package as it was received. taken: whether, by its words, it was."""

    number: Label
    sha256: Sha256
    taken: bool
    reasons: Annotated[tuple[Label, ...], Field(max_length=20)]
    received_on: date
    results: Count
    files: Count


class RecordReceipt(Command):
    """Record what came as a receipt 登记机读回执. digest: SHA-256 of what came. receipt: None = not believed; fault: why."""

    roles: ClassVar = BY_THE_PROGRAM

    package: PackageRef
    digest: Sha256
    receipt: Receipt | None
    fault: ReceiptFault = ReceiptFault.UNREADABLE


# Decide: what may happen


def received(command: RecordReceipt, package: Package, context: DecisionContext) -> Facts:
    """Believed, found to differ, or set aside; the same again changes nothing."""
    if any(one.digest == command.digest for one in package.receipts):
        return ()
    if package.made is None:
        raise PACKAGE_NOT_MADE.refuse()
    if package.sending is None or not package.sending.attempt:
        raise PACKAGE_NEVER_SENT.refuse()
    if len(package.receipts) >= RECEIPTS_AT_MOST:
        raise PACKAGE_RECEIPTS_TOO_MANY.refuse(most=RECEIPTS_AT_MOST)
    said = command.receipt
    if said is None:
        return (PackageReceiptSetAside(digest=command.digest, fault=command.fault),)
    if said.sha256 != package.made.sha256:
        return (PackageReceiptSetAside(digest=command.digest, fault=ReceiptFault.OTHER_DIGEST),)
    if not package.made.day <= said.received_on <= context.day:
        return (PackageReceiptSetAside(digest=command.digest, fault=ReceiptFault.IMPOSSIBLE_DAY),)
    outcome = _outcome(said, package)
    entered = PackageReceiptEntered(
        digest=command.digest,
        receipt=said.number,
        outcome=outcome,
        reasons=said.reasons,
        received_on=said.received_on,
        results=said.results,
        files=said.files,
        contradicts=package.sending.outcome not in (None, outcome),
        after_withdrawal=package.withdrawn is not None,
    )
    return (entered,)


def _outcome(said: Receipt, package: Package) -> ReceiptOutcome:
    if not said.taken:
        return ReceiptOutcome.REFUSED
    assert package.made is not None  # noqa: S101 - the caller looked
    counted = (said.results, said.files) == (package.made.results, len(package.made.files))
    return ReceiptOutcome.TAKEN if counted else ReceiptOutcome.DIFFERS

"""Receipt form 机读回执格式: what a counterpart says of a package that it got, read without believing any of it. plan P8."""

from datetime import date
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.kernel import Count, Identifier, Label, Refused, Sha256
from domain.programme.packages.receipts import Receipt, RecordReceipt
from domain.programme.packages.terms import Counterpart, ReceiptFault
from interop.rosters.text_encodings import decoded

RECEIPT_FORMAT = "zhenduan.receipt.v1"
LARGEST_RECEIPT = 64 * 1024


class ReceivedCounts(BaseModel):
    """What a counterpart counted in a package 对方计数. files: those beside the manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    results: Count
    files: Count


class ReceiptForm(BaseModel):
    """A counterpart's receipt 机读回执. sha256: of the whole package as it was received. reasons: of a refusal, in its words."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    format: Literal["zhenduan.receipt.v1"]
    counterpart: Counterpart
    package: Identifier
    sha256: Sha256
    receipt: Label
    outcome: Literal["taken", "refused"]
    reasons: Annotated[tuple[Label, ...], Field(max_length=20)] = ()
    received_on: date
    counts: ReceivedCounts


def read_receipt(content: bytes, package: str, counterpart: Counterpart) -> RecordReceipt:
    """What came as the receipt of a package 读取回执: what it says, or why it is not believed; UTF-8 or GB 18030.

    Args:
        content: as it came.
        package: that it is told to be of.
        counterpart: whom it came from.
    """
    digest = sha256(content).hexdigest()
    said = _read(content)
    if said is None:
        return RecordReceipt(package=package, digest=digest, receipt=None, fault=ReceiptFault.UNREADABLE)
    if (said.package, said.counterpart) != (package, counterpart):
        return RecordReceipt(package=package, digest=digest, receipt=None, fault=ReceiptFault.OTHER_PACKAGE)
    receipt = Receipt(
        number=said.receipt,
        sha256=said.sha256,
        taken=said.outcome == "taken",
        reasons=said.reasons,
        received_on=said.received_on,
        results=said.counts.results,
        files=said.counts.files,
    )
    return RecordReceipt(package=package, digest=digest, receipt=receipt)


def _read(content: bytes) -> ReceiptForm | None:
    if len(content) > LARGEST_RECEIPT:
        return None
    try:
        return ReceiptForm.model_validate_json(decoded(content))
    except (Refused, ValidationError):
        return None

"""Reservation 唯一占位: a stream whose key is a rule that spans streams, taken and released in the transaction of the rule.

"One active diagnosis per subject, campaign and purpose" (plan P3) and "one contract a partner at a time" (plan P8) are decided
here and never from a read model.
"""

from hashlib import sha256
from typing import ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict

from domain.kernel import NOT_FOUND, Capability, Command, DecisionContext, Event, Facts, Stream, stream_of

# Events


class ReservationTaken(Event):
    """The reservation has a holder 已占用."""

    type: Literal["slot.taken.v1"] = "slot.taken.v1"
    says: ClassVar = "登记了一份在办诊断，其间同一批次、同一目的不再另开"
    says_in_english: ClassVar = (
        "recorded a running diagnosis, so that no other is opened in the same campaign for the same purpose"
    )
    holder: str


class ReservationReleased(Event):
    """The reservation is free again 已释放."""

    type: Literal["slot.released.v1"] = "slot.released.v1"
    says: ClassVar = "注销了在办诊断的登记，可再行开展"
    says_in_english: ClassVar = "removed the record of a running diagnosis, so that another may be opened"
    holder: str


class ContractReservationTaken(Event):
    """A partner's reservation has a contract 合作方约定已占位. It is not released: the contract says until when it holds."""

    type: Literal["slot.contract_taken.v1"] = "slot.contract_taken.v1"
    says: ClassVar = "登记了一份合作方约定，其有效期间与该合作方不再另行约定"
    says_in_english: ClassVar = "recorded a partner's contract, so that no other is agreed with the partner while it holds"
    holder: str


ReservationEvent = ReservationTaken | ReservationReleased | ContractReservationTaken

# State


class Reservation(BaseModel):
    """Who holds it now 占用者; None = free."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    holder: str | None = None


def active_diagnosis(subject: str, campaign: str, purpose: str) -> Stream:
    """Stream of the reservation "one active diagnosis" 在诊占位 for a subject, campaign and purpose."""
    return stream_of("slot", f"active-diagnosis/{subject}/{campaign}/{purpose}")


def contract_with(partner: str) -> Stream:
    """Stream of the reservation "one contract at a time" 约定占位 for a partner; its name, which may be any text, as a digest."""
    return stream_of("slot", f"partner-contract/{sha256(partner.encode()).hexdigest()}")


# decide: a reservation is only ever written by the capability that takes it


def decide(_command: Command, _slot: Reservation | None, _occasion: DecisionContext) -> Facts:
    """No command addresses a reservation."""
    raise NOT_FOUND.refuse()


def evolve(_slot: Reservation | None, event: ReservationEvent) -> Reservation:
    """The reservation after one more fact."""
    match event:
        case ReservationTaken(holder=holder) | ContractReservationTaken(holder=holder):
            return Reservation(holder=holder)
        case ReservationReleased():
            return Reservation()
        case never:
            assert_never(never)


RESERVATIONS = Capability(
    name="slot",
    commands=(),
    events=(ReservationTaken, ReservationReleased, ContractReservationTaken),
    stream=lambda _command: Stream(""),
    decide=decide,
    evolve=evolve,
)

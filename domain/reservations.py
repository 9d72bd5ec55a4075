"""Reservation 唯一占位: a stream whose key is a rule that spans streams, taken and released in the transaction of the rule.

"One active diagnosis per subject, campaign and purpose" (plan P3) is decided here and never from a read model.
"""

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


ReservationEvent = ReservationTaken | ReservationReleased

# State


class Reservation(BaseModel):
    """Who holds it now 占用者; None = free."""

    model_config = ConfigDict(frozen=True)

    holder: str | None = None


def active_diagnosis(subject: str, campaign: str, purpose: str) -> Stream:
    """Stream of the reservation "one active diagnosis" 在诊占位 for a subject, campaign and purpose."""
    return stream_of("slot", f"active-diagnosis/{subject}/{campaign}/{purpose}")


# decide: a reservation is only ever written by the capability that takes it


def decide(_command: Command, _slot: Reservation | None, _occasion: DecisionContext) -> Facts:
    """No command addresses a reservation."""
    raise NOT_FOUND.refuse()


def evolve(_slot: Reservation | None, event: ReservationEvent) -> Reservation:
    """The reservation after one more fact."""
    match event:
        case ReservationTaken(holder=holder):
            return Reservation(holder=holder)
        case ReservationReleased():
            return Reservation()
        case never:
            assert_never(never)


RESERVATIONS = Capability(
    name="slot",
    commands=(),
    events=(ReservationTaken, ReservationReleased),
    stream=lambda _command: Stream(""),
    decide=decide,
    evolve=evolve,
)

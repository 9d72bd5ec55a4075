"""Supply-demand register 供需登记簿: what one firm or seller has open, so that nobody fills everybody else's lists. plan R2.

Written by the demand or solution that is published or withdrawn, in the same transaction: of those that are published at one moment
each is decided on the others before it.
"""

from datetime import date, timedelta
from typing import ClassVar, Literal

from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    OnStream,
    Part,
    Rule,
    Stream,
    stream_of,
)


class OpenEntry(Part):
    """A demand or solution that is open 在列条目. until: last day on which it is; none = until it is withdrawn."""

    id: str
    until: date | None = None


class SupplyDemandChanged(Event):
    """A firm or seller has others open than before 供需登记簿已变更. entries: all of them."""

    type: Literal["supplydemand.changed.v1"] = "supplydemand.changed.v1"
    says: ClassVar = "更新了在列需求或解决方案的登记，现有 {entries:count} 项"
    says_in_english: ClassVar = "updated which demands or solutions are open, now {entries:count}"
    entries: tuple[OpenEntry, ...]


class SupplyDemandRegister(Part):
    """What a firm or seller has open 供需登记簿; what was published before the register was kept is not in it."""

    entries: tuple[OpenEntry, ...] = ()


def firm_register(enterprise: str) -> Stream:
    """Stream of the demands that a firm has open."""
    return stream_of("supplydemand", f"firm-{enterprise}")


def seller_register(seller: str) -> Stream:
    """Stream of the solutions that a seller has open."""
    return stream_of("supplydemand", f"seller-{seller}")


def _open_today(register: Stream, context: DecisionContext) -> tuple[OpenEntry, ...]:
    known: SupplyDemandRegister | None = context.read.get(register)
    entries = known.entries if known is not None else ()
    return tuple(one for one in entries if one.until is None or one.until >= context.day)


def entered(register: Stream, entry: OpenEntry, most: int, too_many: Rule, context: DecisionContext) -> OnStream:
    """Have one more open, where there is room for it.

    Raises:
        Refused: too_many.
    """
    before = _open_today(register, context)
    if len(before) >= most:
        ends = [one.until + timedelta(days=1) for one in before if one.until is not None]
        raise too_many.refuse(most=most, at_most=most, **({"again": min(ends)} if ends else {}))
    return OnStream(register, SupplyDemandChanged(entries=(*before, entry)))


def struck(register: Stream, identity: str, context: DecisionContext) -> tuple[OnStream, ...]:
    """Have one open no more, which makes room for another; nothing where it was not in the register."""
    before = _open_today(register, context)
    kept = tuple(one for one in before if one.id != identity)
    return () if kept == before else (OnStream(register, SupplyDemandChanged(entries=kept)),)


def decide(_command: Command, _register: SupplyDemandRegister | None, _occasion: DecisionContext) -> Facts:
    """No command addresses a register."""
    raise NOT_FOUND.refuse()


def evolve(_register: SupplyDemandRegister | None, event: SupplyDemandChanged) -> SupplyDemandRegister:
    """The register after one more fact."""
    return SupplyDemandRegister(entries=event.entries)


SUPPLY_DEMAND_REGISTERS = Capability(
    name="supplydemand",
    commands=(),
    events=(SupplyDemandChanged,),
    stream=lambda _command: Stream(""),
    decide=decide,
    evolve=evolve,
)

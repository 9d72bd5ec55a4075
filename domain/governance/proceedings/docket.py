"""Docket 立案登记: how many proceedings one side has opened lately, so that nobody keeps the office from everybody else's. plan P6.

Written by the proceeding that is opened, in the same transaction; what the office opens itself is not counted.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

from domain.governance.proceedings.state import (
    ENDED,
    OF_A_FIRM,
    OF_A_PROVIDER,
    Opening,
    Proceeding,
    ProceedingKind,
    proceeding_stream,
)
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

PROCEEDINGS_AT_MOST = 24
"""Of one firm or provider in a year: two a month."""
COUNTED = timedelta(days=365)

PROCEEDINGS_TOO_MANY = Rule(
    "PROCEEDINGS_TOO_MANY",
    "plan P6",
    "本单位一年内已提起 {most} 件程序，不再立案；请等待已提起的办结，{again} 起可再提起",
    "Your organisation has opened {most} proceedings within a year and opens no more; await those, and open another from {again}",
)


PROCEEDING_PENDING = Rule(
    "PROCEEDING_PENDING",
    "plan P6",
    "本单位就同一事项提起的同类程序尚未办结，请等待其办结；需要改变请求的，先撤回再提起",
    "Your organisation opened such a proceeding on the same matter, and it is pending; await it, or withdraw it and open another",
)


class ProceedingFiled(Event):
    """A side opened one more proceeding 已登记提起."""

    type: Literal["docket.proceeding_filed.v1"] = "docket.proceeding_filed.v1"
    says: ClassVar = "登记提起程序一件，计入一年内的件数"
    says_in_english: ClassVar = "recorded one more proceeding, which counts against the number of a year"
    proceeding: str
    filed_on: date


class Docket(Part):
    """The days on which one side opened its latest proceedings, the earliest first 立案登记; no more than count.

    proceedings: their ids, in the same order.
    """


    filed: tuple[date, ...] = ()
    proceedings: tuple[str, ...] = ()


def docket_of(kind: ProceedingKind, provider: str, enterprise: str | None) -> Stream | None:
    """The docket of the side that opens proceedings of a kind 立案登记流; None = the office's own, which is not counted."""
    if kind in OF_A_FIRM and enterprise is not None:
        return stream_of("docket", f"firm-{enterprise}")
    return stream_of("docket", f"provider-{provider}") if kind in OF_A_PROVIDER else None


def filed_lately(docket: Stream, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    """Streams of the proceedings that a side opened lately 近期提起的程序."""
    known: Docket | None = read.get(docket)
    return tuple(proceeding_stream(one) for one in (known.proceedings if known is not None else ()))


def file_proceeding(opening: Opening, docket: Stream, context: DecisionContext) -> OnStream:
    """Enter one more proceeding 登记.

    Raises:
        Refused: PROCEEDING_PENDING, PROCEEDINGS_TOO_MANY (plan P6).
    """
    for stream in filed_lately(docket, context.read):
        pending: Proceeding | None = context.read.get(stream)
        if pending is not None and pending.status not in ENDED and _is_alike(pending, opening):
            raise PROCEEDING_PENDING.refuse(path="about")
    known: Docket | None = context.read.get(docket)
    counted = [day for day in (known.filed if known is not None else ()) if day > context.day - COUNTED]
    if len(counted) >= PROCEEDINGS_AT_MOST:
        again = counted[-PROCEEDINGS_AT_MOST] + COUNTED
        raise PROCEEDINGS_TOO_MANY.refuse(most=PROCEEDINGS_AT_MOST, again=again, earliest=again)
    return OnStream(docket, ProceedingFiled(proceeding=opening.proceeding, filed_on=context.day))


def _is_alike(pending: Proceeding, opening: Opening) -> bool:
    """An objection by what it is about; a firm may complain of a second fact of one job."""
    alike = (pending.kind, pending.about) == (opening.kind, opening.about)
    return alike and (opening.kind is not ProceedingKind.COMPLAINT or pending.cause == opening.cause)


def decide(_command: Command, _docket: Docket | None, _occasion: DecisionContext) -> Facts:
    """No command addresses a docket."""
    raise NOT_FOUND.refuse()


def evolve(docket: Docket | None, event: ProceedingFiled) -> Docket:
    """The docket after one more proceeding."""
    before = docket or Docket()
    return Docket(
        filed=(*before.filed, event.filed_on)[-PROCEEDINGS_AT_MOST:],
        proceedings=(*before.proceedings, event.proceeding)[-PROCEEDINGS_AT_MOST:],
    )


DOCKETS = Capability(
    name="docket",
    commands=(),
    events=(ProceedingFiled,),
    stream=lambda _command: Stream(""),
    decide=decide,
    evolve=evolve,
)

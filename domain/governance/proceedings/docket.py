"""Docket 立案登记: how many proceedings one side has opened lately, so that nobody keeps the office from everybody else's. plan P6.

Written by the proceeding that is opened, in the same transaction; what the office opens itself is not counted.
"""

from datetime import date, timedelta
from typing import ClassVar, Literal

from domain.governance.proceedings.state import OF_A_FIRM, OF_A_PROVIDER, ProceedingKind
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


class ProceedingFiled(Event):
    """A side opened one more proceeding 已登记提起."""

    type: Literal["docket.proceeding_filed.v1"] = "docket.proceeding_filed.v1"
    says: ClassVar = "登记提起程序一件，计入一年内的件数"
    proceeding: str
    filed_on: date


class Docket(Part):
    """The days on which one side opened its latest proceedings, the earliest first 立案登记; no more than count."""

    filed: tuple[date, ...] = ()


def docket_of(kind: ProceedingKind, provider: str, enterprise: str | None) -> Stream | None:
    """The docket of the side that opens proceedings of a kind 立案登记流; None = the office's own, which is not counted."""
    if kind in OF_A_FIRM and enterprise is not None:
        return stream_of("docket", f"firm-{enterprise}")
    return stream_of("docket", f"provider-{provider}") if kind in OF_A_PROVIDER else None


def file_proceeding(proceeding: str, docket: Stream, context: DecisionContext) -> OnStream:
    """Enter one more proceeding 登记.

    Raises:
        Refused: PROCEEDINGS_TOO_MANY (plan P6).
    """
    known: Docket | None = context.read.get(docket)
    counted = [day for day in (known.filed if known is not None else ()) if day > context.day - COUNTED]
    if len(counted) >= PROCEEDINGS_AT_MOST:
        again = counted[-PROCEEDINGS_AT_MOST] + COUNTED
        raise PROCEEDINGS_TOO_MANY.refuse(most=PROCEEDINGS_AT_MOST, again=again, earliest=again)
    return OnStream(docket, ProceedingFiled(proceeding=proceeding, filed_on=context.day))


def decide(_command: Command, _docket: Docket | None, _occasion: DecisionContext) -> Facts:
    """No command addresses a docket."""
    raise NOT_FOUND.refuse()


def evolve(docket: Docket | None, event: ProceedingFiled) -> Docket:
    """The docket after one more proceeding."""
    filed = docket.filed if docket is not None else ()
    return Docket(filed=(*filed, event.filed_on)[-PROCEEDINGS_AT_MOST:])


DOCKETS = Capability(
    name="docket",
    commands=(),
    events=(ProceedingFiled,),
    stream=lambda _command: Stream(""),
    decide=decide,
    evolve=evolve,
)

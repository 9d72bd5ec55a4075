"""Designations 企业称号: what lists a firm is on, by whom and how long, so that a policy may ask for it. plan I3.

One stream a firm. What is not on record is unknown; a designation whose last day is over is known not to be held.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import GOVERNMENT, require_right
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EnterpriseRef,
    Event,
    Facts,
    Rule,
    Stream,
    stream_of,
)
from domain.participants.enterprises import enterprise_stream, place_of_named
from domain.programme.policies.conditions import Designation
from domain.stated_dates import require_not_too_far_ahead, require_programme_date
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards.edition.text import Source

# Rules

DESIGNATION_DAYS_REVERSED = Rule(
    "DESIGNATION_DAYS_REVERSED",
    "plan I3",
    "截止日 {until} 早于起始日 {since}，请更正",
    "The last day {until} lies before the first, {since}; correct one of them",
)

# Commands


class RecordDesignation(Command):
    """Record a term of a designation; where terms meet, the one recorded later holds from its first day on · 登记企业称号."""

    roles: ClassVar = GOVERNMENT

    enterprise: EnterpriseRef = Field(description="Firm · 企业标识")
    designation: Designation = Field(description="What it holds · 称号")
    since: date = Field(description="First day; if it held before the programme, the day that began · 起始日")
    until: date | None = Field(default=None, description="Last day; none = it holds on · 截止日")
    source: StatedDocument
    mark: StatedMark


# Events


class DesignationRecorded(Event):
    """A designation of a firm is on record 企业称号已登记."""

    type: Literal["designation.recorded.v2"] = "designation.recorded.v2"
    says: ClassVar = "登记了企业称号：{designation:term}，自 {since} 起{until:?至 @ 止}（{source.document}，标记 {source.mark}）"
    says_in_english: ClassVar = (
        "recorded a designation ({designation:term}) of the firm from {since}{until:? to @} ({source.document}, mark "
        "{source.mark})"
    )
    designation: Designation
    since: date
    until: date | None
    source: Source


# State


class Designations(BaseModel):
    """Designations of a firm 企业称号, each with its terms, in the order of their days; at most one holds on a day."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    held: Mapping[Designation, tuple[DesignationRecorded, ...]] = {}

    def holds(self, designation: Designation, day: date) -> bool:
        """Whether one is held on a day."""
        return any(term.since <= day and (term.until is None or term.until >= day) for term in self.held.get(designation, ()))


# Decide: what may happen


def decide(command: RecordDesignation, known: Designations | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or those of stated dates."""
    require_right(command, context.role)
    if context.read.get(enterprise_stream(command.enterprise)) is None:
        raise NOT_FOUND.refuse()
    require_programme_date("since", command.since, context)
    require_not_too_far_ahead("until", command.until, context)
    if command.until is not None and command.until < command.since:
        raise DESIGNATION_DAYS_REVERSED.refuse(path="until", since=command.since, until=command.until)
    told = {"designation": command.designation, "since": command.since, "until": command.until}
    stated = DesignationRecorded(**told, source=stated_source(command))
    return () if known is not None and stated in known.held.get(command.designation, ()) else (stated,)


# Evolve: what has happened


def evolve(known: Designations | None, event: DesignationRecorded) -> Designations:
    """The firm's designations after one more fact."""
    held = known.held if known is not None else {}
    return Designations(held={**held, event.designation: tuple(_with(held.get(event.designation, ()), event))})


def _with(terms: tuple[DesignationRecorded, ...], stated: DesignationRecorded) -> Iterator[DesignationRecorded]:
    """The terms with one that was stated last.

    One that begins before it ends before it, one that begins within it is put right by it, one that begins after its last day
    stands.
    """
    ends = stated.until or date.max
    for term in terms:
        if term.since < stated.since:
            reaches = term.until is None or term.until >= stated.since
            yield term.model_copy(update={"until": stated.since - timedelta(days=1)}) if reaches else term
    yield stated
    yield from (term for term in terms if term.since > ends)


# What the decider reads, and where its subject lies


def designation_stream(enterprise: str) -> Stream:
    """Stream of a firm's designations."""
    return stream_of("designation", enterprise)


DESIGNATIONS = Capability(
    name="designation",
    commands=(RecordDesignation,),
    events=(DesignationRecorded,),
    stream=lambda command: designation_stream(command.enterprise),
    reads=lambda command, _known: (enterprise_stream(command.enterprise),),
    place=place_of_named,
    decide=decide,
    evolve=evolve,
)

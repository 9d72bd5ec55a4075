"""Outreach schedule 宣讲交流周期: a district or park sets how often it holds a session, from a day on. plan T3."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place
from domain.command_rights import require_right
from domain.kernel import Capability, Command, DecisionContext, Event, Facts, OrganisationRef, Rule, Stream, stream_of
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.sessions.state import ORGANISERS
from domain.stated_dates import require_programme_date

# Rules

SCHEDULE_NOT_FOR = Rule(
    "SCHEDULE_NOT_FOR",
    "plan T3",
    "周期只为区和园区设定，请改填区或园区",
    "A schedule is set for a district or a park; name one of these",
)
SCHEDULE_BACKDATED = Rule(
    "SCHEDULE_BACKDATED",
    "plan T3",
    "已设定过的周期最早自今日 {earliest} 起变更",
    "A schedule that was set before changes today ({earliest}) or later",
)
SCHEDULE_UNCHANGED = Rule(
    "SCHEDULE_UNCHANGED",
    "plan T3",
    "所填周期与现定的一致，没有需要变更的内容",
    "This is the schedule on record; there is nothing to change",
)

# Commands


class SetOutreachSchedule(Command):
    """Set how often a district or park holds an outreach session, from a day on · 设定宣讲交流周期."""

    roles: ClassVar = ORGANISERS

    unit: OrganisationRef = Field(description="District or park · 区或园区")
    weeks: Annotated[int, Field(ge=1, le=104)] = Field(description="One session in so many weeks · 间隔周数")
    since: date = Field(description="First day · 起始日")


# Events


class OutreachScheduleSet(Event):
    """A unit holds a session so often from a day on 周期已设定."""

    type: Literal["schedule.set.v1"] = "schedule.set.v1"
    says: ClassVar = "设定自 {since} 起每 {weeks} 周至少举办一次宣讲交流"
    says_in_english: ClassVar = "set that from {since} on a session is held at least every {weeks} weeks"
    weeks: int
    since: date


# State


class OutreachSchedule(BaseModel):
    """The schedule that was set last 周期."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    weeks: int
    since: date


def schedule_stream(unit: str) -> Stream:
    """Stream of the schedule of one unit."""
    return stream_of("schedule", unit)


# Decide: what may happen


def decide(command: SetOutreachSchedule, known: OutreachSchedule | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or those of stated dates."""
    require_right(command, context.role)
    unit: Organisation | None = context.read.get(organisation_stream(command.unit))
    if unit is None or unit.kind not in (OrganisationKind.DISTRICT, OrganisationKind.PARK):
        raise SCHEDULE_NOT_FOR.refuse(path="unit")
    require_programme_date("since", command.since, context)
    wanted = OutreachSchedule(weeks=command.weeks, since=command.since)
    if known == wanted:
        raise SCHEDULE_UNCHANGED.refuse(path="weeks")
    if known is not None and command.since < context.day:
        raise SCHEDULE_BACKDATED.refuse(path="since", earliest=context.day)
    return (OutreachScheduleSet(weeks=command.weeks, since=command.since),)


# Evolve: what has happened


def evolve(_known: OutreachSchedule | None, event: OutreachScheduleSet) -> OutreachSchedule:
    """The schedule after one more fact."""
    return OutreachSchedule(weeks=event.weeks, since=event.since)


def _place(command: SetOutreachSchedule, _known: OutreachSchedule | None, read: Mapping[str, Any]) -> Place:
    """A park lies in itself and in the district above it."""
    unit: Organisation | None = read.get(organisation_stream(command.unit))
    if unit is not None and unit.kind is OrganisationKind.PARK:
        return Place(park=command.unit, district=unit.parent)
    return Place(district=command.unit)


OUTREACH_SCHEDULES = Capability(
    name="schedule",
    commands=(SetOutreachSchedule,),
    events=(OutreachScheduleSet,),
    stream=lambda command: schedule_stream(command.unit),
    reads=lambda command, _known: (organisation_stream(command.unit),),
    place=_place,
    decide=decide,
    evolve=evolve,
)

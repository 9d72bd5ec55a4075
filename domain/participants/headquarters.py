"""Headquarters 集团总部: which member of a group is its headquarters, from a day on. plan S3, O3.

No roster tells it; a headquarters is diagnosed under an edition of its own. A group has one at a time.
"""

from datetime import date, timedelta
from typing import ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place, Role
from domain.command_rights import CITY, require_right
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    EnterpriseRef,
    Event,
    Facts,
    GroupRef,
    Rule,
    Stream,
    Text,
    stream_of,
)
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.stated_dates import require_not_too_far_ahead, require_programme_date

# Rules

GROUP_UNKNOWN = Rule(
    "GROUP_UNKNOWN",
    "plan O3",
    "没有登记这家企业集团，请从组织清单中选取",
    "There is no such enterprise group; take one of those listed",
)
HEADQUARTERS_OUTSIDE_GROUP = Rule(
    "HEADQUARTERS_OUTSIDE_GROUP",
    "plan O3",
    "集团总部须是名单上属于该集团的企业",
    "The headquarters is an enterprise that the roster states as a member of the group",
)
HEADQUARTERS_NOT_LATER = Rule(
    "HEADQUARTERS_NOT_LATER",
    "plan O3",
    "集团总部同一时间只有一家：现有指定至少延续到 {last}，新的日期须更晚",
    "A group has one headquarters at a time: what was said of it reaches {last}; the day must be later",
)
HEADQUARTERS_HELD = Rule(
    "HEADQUARTERS_HELD",
    "plan O3",
    "该企业自 {since} 起已是集团总部；起始日有误的，请更正起始日并写明理由",
    "The enterprise is the headquarters from {since} on; where that day is wrong, correct it and say why",
)
HEADQUARTERS_DAY_TAKEN = Rule(
    "HEADQUARTERS_DAY_TAKEN",
    "plan O3",
    "更正后的起始日须晚于 {last}：在那之前已有另行指定",
    "The corrected day must be later than {last}: before it something else was said of the headquarters",
)
HEADQUARTERS_NONE = Rule("HEADQUARTERS_NONE", "plan O3", "集团没有现任总部可终止", "The group has no headquarters to end")

# Commands


class _OfGroup(Command):
    group: GroupRef = Field(description="Enterprise group · 企业集团标识")


class NameHeadquarters(_OfGroup):
    """Name a member as the group's headquarters from a day on; the one before it ends the day before · 指定集团总部."""

    roles: ClassVar = CITY | {Role.GROUP}

    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    since: date = Field(description="First day · 起始日")


class EndHeadquarters(_OfGroup):
    """End the group's headquarters with a last day, with none after it · 终止集团总部."""

    roles: ClassVar = CITY | {Role.GROUP}

    on: date = Field(description="Last day it holds · 终止日")


class CorrectHeadquarters(_OfGroup):
    """Correct the first day of the present headquarters; the one before it ends the day before · 更正总部起始日."""

    roles: ClassVar = CITY | {Role.GROUP}

    since: date = Field(description="Right first day · 正确的起始日")
    reason: Text = Field(description="Why · 理由")


HeadquartersCommand = NameHeadquarters | EndHeadquarters | CorrectHeadquarters

# Events


class HeadquartersNamed(Event):
    """A member is the headquarters from a day on 集团总部已指定, until another is or it ends."""

    type: Literal["headquarters.named.v1"] = "headquarters.named.v1"
    says: ClassVar = "指定了集团总部，自 {since} 起"
    says_in_english: ClassVar = "named the headquarters of the group from {since} on"
    enterprise: str
    since: date


class HeadquartersEnded(Event):
    """The group has no headquarters after a day 集团总部已终止."""

    type: Literal["headquarters.ended.v1"] = "headquarters.ended.v1"
    says: ClassVar = "终止了集团总部，至 {last}"
    says_in_english: ClassVar = "ended the headquarters of the group on {last}"
    last: date


class HeadquartersCorrected(Event):
    """The first day of the headquarters was wrong 总部起始日已更正; what was said before stays in the history."""

    type: Literal["headquarters.corrected.v1"] = "headquarters.corrected.v1"
    says: ClassVar = "将集团总部的起始日更正为 {since}：{reason}"
    says_in_english: ClassVar = "corrected the first day of the group's headquarters to {since}: {reason}"
    enterprise: str
    since: date
    reason: str


HeadquartersEvent = HeadquartersNamed | HeadquartersEnded | HeadquartersCorrected

# State


class HeadquartersTerm(BaseModel):
    """For how long a member was the headquarters 总部任期; both days included, until None = open-ended.

    ended: whether its last day was said itself; else it follows from the one after it.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    enterprise: str
    since: date
    until: date | None = None
    ended: bool = False


class Headquarters(BaseModel):
    """The headquarters of a group, one after another 历任集团总部."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    terms: tuple[HeadquartersTerm, ...] = ()

    def on(self, day: date) -> str | None:
        """The enterprise that is the headquarters on a day; None where there is none."""
        held = (t.enterprise for t in self.terms if t.since <= day and (t.until is None or day <= t.until))
        return next(held, None)


# Decide: what may happen


def decide(command: HeadquartersCommand, known: Headquarters | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above. A firm that is not on any roster and one of another group are answered alike."""
    require_right(command, context.role)
    organisation = context.read.get(organisation_stream(command.group))
    if not isinstance(organisation, Organisation) or organisation.kind is not OrganisationKind.GROUP:
        raise GROUP_UNKNOWN.refuse(path="group", group=command.group)
    latest = known.terms[-1] if known is not None else None
    if isinstance(command, NameHeadquarters | CorrectHeadquarters):
        require_programme_date("since", command.since, context)
    match command:
        case NameHeadquarters(enterprise=enterprise, since=since):
            firm: Firm | None = context.read.get(enterprise_stream(enterprise))
            if firm is None or firm.group != command.group:
                raise HEADQUARTERS_OUTSIDE_GROUP.refuse()
            if latest is not None:
                if latest.enterprise == enterprise and latest.until is None:
                    if since == latest.since:
                        return ()
                    raise HEADQUARTERS_HELD.refuse(path="since", since=latest.since.isoformat())
                if since <= (last := latest.until or latest.since):
                    raise HEADQUARTERS_NOT_LATER.refuse(path="since", last=last.isoformat())
            return (HeadquartersNamed(enterprise=enterprise, since=since),)
        case EndHeadquarters(on=last):
            if latest is None or latest.until is not None:
                raise HEADQUARTERS_NONE.refuse()
            if last < latest.since:
                raise HEADQUARTERS_NOT_LATER.refuse(path="on", last=latest.since.isoformat())
            if last > latest.since:  # what was named too far ahead can be ended where it begins
                require_not_too_far_ahead("on", last, context)
            return (HeadquartersEnded(last=last),)
        case CorrectHeadquarters(since=since, reason=reason):
            if known is None or latest is None or latest.until is not None:
                raise HEADQUARTERS_NONE.refuse()
            if since == latest.since:
                return ()
            before = known.terms[-2] if len(known.terms) > 1 else None
            taken = None if before is None else before.until if before.ended else before.since
            if taken is not None and since <= taken:
                raise HEADQUARTERS_DAY_TAKEN.refuse(path="since", last=taken.isoformat())
            return (HeadquartersCorrected(enterprise=latest.enterprise, since=since, reason=reason),)


# Evolve: what has happened


def evolve(known: Headquarters | None, event: HeadquartersEvent) -> Headquarters:
    """The headquarters of a group after one more fact."""
    terms = known.terms if known is not None else ()
    match event:
        case HeadquartersNamed(enterprise=enterprise, since=since):
            return Headquarters(terms=(*_ended(terms, since - timedelta(days=1)), _term(enterprise, since)))
        case HeadquartersEnded(last=last):
            return Headquarters(terms=_ended(terms, last, said=True))
        case HeadquartersCorrected(enterprise=enterprise, since=since):
            before = terms[:-1]
            if before and not before[-1].ended:
                before = (*before[:-1], before[-1].model_copy(update={"until": since - timedelta(days=1)}))
            return Headquarters(terms=(*before, _term(enterprise, since)))
        case never:
            assert_never(never)


def _term(enterprise: str, since: date) -> HeadquartersTerm:
    return HeadquartersTerm(enterprise=enterprise, since=since)


def _ended(terms: tuple[HeadquartersTerm, ...], last: date, *, said: bool = False) -> tuple[HeadquartersTerm, ...]:
    """The same terms, the latest with a last day where it had none; said: by a fact of its own."""
    if not terms or terms[-1].until is not None:
        return terms
    return (*terms[:-1], terms[-1].model_copy(update={"until": last, "ended": said}))


def headquarters_stream(group: str) -> Stream:
    """Stream of the headquarters of one group."""
    return stream_of("headquarters", group)


def _reads(command: HeadquartersCommand, _known: Headquarters | None) -> tuple[Stream, ...]:
    named = (enterprise_stream(command.enterprise),) if isinstance(command, NameHeadquarters) else ()
    return (organisation_stream(command.group), *named)


HEADQUARTERS = Capability(
    name="headquarters",
    commands=(NameHeadquarters, EndHeadquarters, CorrectHeadquarters),
    events=(HeadquartersNamed, HeadquartersEnded, HeadquartersCorrected),
    stream=lambda command: headquarters_stream(command.group),
    reads=_reads,
    place=lambda command, _known, _read: Place(group=command.group),
    decide=decide,
    evolve=evolve,
)

"""Call 征集: the city calls providers once a year, has their applications marked, and adopts the year's directory. plan V1, V2, V4.

Opened → applications → closed → markers drawn → marking closed, the marks open → outcome published → objections over → directory
adopted. Each step waits for its day; whatever comes late or out of order is refused with the date or the stage.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, assert_never

from domain.command_rights import require_right
from domain.governance.dated_rules import dated_rule_on, rule_stream
from domain.governance.proceedings.state import proceeding_stream
from domain.governance.qualification import QUALIFICATION_RULE, certificate_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.selection import SelectionRule
from domain.governance.standing import DIRECTORY_STREAM, Directory, listing_stream
from domain.governance.working_calendar import CALENDAR_STREAM
from domain.kernel import Capability, Command, DecisionContext, Facts, Read, Rule, Stream, Unfinished, refuse_together
from domain.participants.organisations import organisation_stream
from domain.participants.people.state import person_stream
from domain.providers.applications.state import Application, ApplicationStage, application_stream
from domain.providers.calls.adoption import adopt_directory
from domain.providers.calls.commands import (
    AdoptDirectory,
    AnyCallCommand,
    CloseCall,
    CloseMarking,
    DrawMarking,
    EndObjections,
    ExtendCall,
    GiveMarker,
    OpenCall,
    PublishOutcome,
    TakeBackMarking,
)
from domain.providers.calls.events import (
    ApplicationReceived,
    CallClosed,
    CallEvent,
    CallExtended,
    CallOpened,
    DirectoryAdopted,
    MarkerGiven,
    MarkerReleased,
    MarkerTakenOff,
    MarkingClosed,
    MarkingDrawn,
    ObjectionsOver,
    OutcomePublished,
    ThirdMarkersAsked,
)
from domain.providers.calls.outcome import end_objections, publish_outcome
from domain.providers.calls.stages import require_stage
from domain.providers.calls.state import CALL_UNKNOWN, Call, CallDates, CallStage, DrawnApplication, call_stream
from domain.providers.marking.marking import marking_id, marking_stream
from domain.providers.marking.rounds import close_marking, draw_marking, give_marker, names_of, take_back_marking
from domain.stated_dates import DateName, require_not_too_far_ahead

# Rules

CALL_EXISTS = Rule(
    "CALL_EXISTS",
    "plan V1",
    "{year} 年的征集已开启，如需改期请办理延期",
    "The call for {year} is open already; extend it to change its dates",
)
CALL_YEAR_PAST = Rule(
    "CALL_YEAR_PAST",
    "plan V1",
    "{given} 年已过，只能为本年或下一年（{earliest}、{latest}）开启征集",
    "{given} is over; a call is opened for this year or the next ({earliest}, {latest})",
)
CALL_YEAR_AHEAD = Rule(
    "CALL_YEAR_AHEAD",
    "plan V1",
    "{given} 年的征集现在还不能开启，只能为本年或下一年（{earliest}、{latest}）开启",
    "A call for {given} is not opened yet; it is opened for this year or the next ({earliest}, {latest})",
)
CALL_DATES_OUT_OF_ORDER = Rule(
    "CALL_DATES_OUT_OF_ORDER",
    "plan V1",
    "{name} {given} 应不早于 {earliest}：申报、补正、评分、异议依次截止，且不早于今日",
    "The {name_in_english} {given} lies before {earliest}: applications, mending, marking and objections end in this order, none "
    "before today",
)
CALL_NOT_PUT_OFF = Rule(
    "CALL_NOT_PUT_OFF",
    "plan V1",
    "{name}已为 {now}，延期须晚于该日",
    "The {name_in_english} is {now}; it is put off to a later day only",
)
CALL_PART_OVER = Rule(
    "CALL_PART_OVER",
    "plan V1",
    "征集已进入“{stage}”，{name}不再变更",
    "The call is at “{stage_in_english}” by now; the {name_in_english} does not change any more",
)
CALL_DAY_PAST = Rule(
    "CALL_DAY_PAST",
    "plan V1",
    "{name}为 {until}，已届满，对任何单位都不再延期；未赶上的，请参加下一年度征集",
    "The {name_in_english} was {until}; it has gone by and is put off for nobody, whoever missed it applies to the next year's "
    "call",
)
CALL_NOT_OVER_YET = Rule(
    "CALL_NOT_OVER_YET",
    "plan V1",
    "补正至 {until} 截止，此后方可截止征集",
    "Applications are mended until {until}; close the call after that day",
)
APPLICATIONS_UNCHECKED = Rule(
    "APPLICATIONS_UNCHECKED",
    "plan V1",
    "尚有 {count} 份申报未审核（{names}），请先确认齐全或退回",
    "{count} applications are not checked yet ({names}); find them complete or return them first",
)

DATE_NAMES = {
    "applications_until": DateName("申报截止日", "last day for applications"),
    "mending_until": DateName("补正截止日", "last day for mending"),
    "marking_until": DateName("评分截止日", "last day of marking"),
    "objections_until": DateName("异议截止日", "last day for objections"),
}
STILL_MOVES = {
    "applications_until": frozenset({CallStage.OPEN}),
    "mending_until": frozenset({CallStage.OPEN}),
    "marking_until": frozenset({CallStage.OPEN, CallStage.CLOSED, CallStage.MARKING}),
    "objections_until": frozenset(CallStage) - {CallStage.CONFIRMED, CallStage.ADOPTED},
}
"""Date -> the stages in which it can be put off."""

# Decide: what may happen


def decide(command: AnyCallCommand, call: Call | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule of the steps."""
    require_right(command, context.role)
    if isinstance(command, OpenCall):
        return _open(command, call, context)
    if call is None:
        raise CALL_UNKNOWN.refuse(path="year", year=command.year)
    return STEPS[type(command)](command, call, context)


def _open(command: OpenCall, call: Call | None, context: DecisionContext) -> Facts:
    if call is not None:
        raise CALL_EXISTS.refuse(year=command.year)
    this = context.day.year
    if command.year not in (this, this + 1):
        wrong = CALL_YEAR_PAST if command.year < this else CALL_YEAR_AHEAD
        raise wrong.refuse(path="year", given=command.year, earliest=this, latest=this + 1)
    dates = CallDates(**command.model_dump(include=set(DATE_NAMES)))
    for name, day in dates.in_order():
        require_not_too_far_ahead(name, day, context, DATE_NAMES[name])
    _require_order(dates, context.day)
    rule = dated_rule_on(context.read.get(rule_stream(RuleKind.SELECTION)), RuleKind.SELECTION, context.day)
    assert isinstance(rule.body, SelectionRule)  # noqa: S101 - the kind says so
    stated = {"year": command.year, "dates": dates, "rule": rule.body, "rule_cause": rule.cause}
    return (Unfinished(CallOpened, stated),)


def _require_order(dates: CallDates, earliest: date) -> None:
    for name, day in dates.in_order():
        if day < earliest:
            chinese, english = DATE_NAMES[name]
            raise CALL_DATES_OUT_OF_ORDER.refuse(
                path=name, name=chinese, name_in_english=english, given=day, earliest=earliest
            )
        earliest = day


def _extend(command: ExtendCall, call: Call, context: DecisionContext) -> Facts:
    given = {name: day for name in DATE_NAMES if (day := getattr(command, name)) is not None}
    problems = []
    for name, day in given.items():
        require_not_too_far_ahead(name, day, context, DATE_NAMES[name])
        chinese, english = DATE_NAMES[name]
        said = {"path": name, "name": chinese, "name_in_english": english}
        now = getattr(call.dates, name)
        if call.stage not in STILL_MOVES[name]:
            words = call.stage.description.split(" · ")
            problems.append(CALL_PART_OVER.refuse(**said, stage=words[1], stage_in_english=words[0]))
        elif _is_over(name, call, context.day):
            problems.append(CALL_DAY_PAST.refuse(**said, until=now, latest=now))
        elif day <= now:
            problems.append(CALL_NOT_PUT_OFF.refuse(**said, now=now, earliest=now + timedelta(days=1)))
    refuse_together(problems)
    if not given:
        chinese, english = DATE_NAMES["applications_until"]
        now = call.dates.applications_until
        raise CALL_NOT_PUT_OFF.refuse(path="applications_until", name=chinese, name_in_english=english, now=now)
    dates = call.dates.model_copy(update=given)
    _require_order(dates, min(context.day, dates.applications_until))
    return (CallExtended(dates=dates, reason=command.reason),)


def _is_over(name: str, call: Call, day: date) -> bool:
    """Whether a part's last day has gone by for those whom it binds 是否届满.

    Marking goes on until the marks are in, and nobody objects before the outcome is published.
    """
    if name == "marking_until" or (name == "objections_until" and call.stage is not CallStage.PUBLISHED):
        return False
    last: date = getattr(call.dates, name)
    return day > last


def _close(_command: CloseCall, call: Call, context: DecisionContext) -> Facts:
    require_stage(call, CallStage.OPEN)
    if context.day <= call.dates.mending_until:
        raise CALL_NOT_OVER_YET.refuse(until=call.dates.mending_until)
    found: dict[str, Application] = {one: context.read[application_stream(call.year, one)] for one in call.applicants}
    waiting = sorted(one for one, application in found.items() if application.stage is ApplicationStage.SUBMITTED)
    if waiting:
        raise APPLICATIONS_UNCHECKED.refuse(count=len(waiting), names=names_of(waiting, context))
    return (CallClosed(received=len(call.applicants)),)


Step = Callable[[Any, Call, DecisionContext], Facts]

STEPS: Mapping[type[Command], Step] = {
    ExtendCall: _extend,
    CloseCall: _close,
    DrawMarking: draw_marking,
    GiveMarker: give_marker,
    TakeBackMarking: take_back_marking,
    CloseMarking: close_marking,
    PublishOutcome: publish_outcome,
    EndObjections: end_objections,
    AdoptDirectory: adopt_directory,
}
"""Command -> what decides it, once the call is open 各步骤."""


# Evolve: what has happened


def evolve(call: Call | None, event: CallEvent) -> Call:
    """The call after one more fact."""
    if isinstance(event, CallOpened):
        return Call(version=1, stage=CallStage.OPEN, **{n: getattr(event, n) for n in type(event).model_fields if n != "type"})
    assert call is not None, "a history starts with CallOpened"  # noqa: S101 - guards replay, not input
    return call.model_copy(update={"version": call.version + 1, **_changes(call, event)})


def _changes(call: Call, event: CallEvent) -> dict[str, object]:
    match event:
        case CallOpened():
            raise AssertionError("a call opens once")
        case CallExtended(dates=dates):
            return {"dates": dates}
        case ApplicationReceived(provider=provider):
            return {"applicants": (*call.applicants, provider)}
        case CallClosed():
            return {"stage": CallStage.CLOSED}
        case MarkingDrawn(seed=seed, order=order, markers=markers):
            drawn = tuple(DrawnApplication(number=at, provider=one) for at, one in enumerate(order, 1))
            return {"stage": CallStage.MARKING, "seed": seed, "drawn": drawn, "markers": markers}
        case MarkerGiven(number=number, marker=marker):
            return {"drawn": _with_markers(call, number, lambda held: (*held, marker))}
        case MarkerReleased(number=number, marker=marker) | MarkerTakenOff(number=number, marker=marker):
            return {"drawn": _with_markers(call, number, lambda held: tuple(one for one in held if one != marker))}
        case ThirdMarkersAsked(numbers=numbers):
            return {"drawn": _disputed(call, numbers)}
        case MarkingClosed(third=third):
            drawn = _disputed(call, third)
            opened = tuple(marking_id(call.year, one.number, marker) for one in call.drawn for marker in one.markers)
            return {"stage": CallStage.MARKING if third else CallStage.MARKED, "drawn": drawn, "opened": opened}
        case OutcomePublished():
            return {"stage": CallStage.PUBLISHED}
        case ObjectionsOver():
            return {"stage": CallStage.CONFIRMED}
        case DirectoryAdopted():
            return {"stage": CallStage.ADOPTED}
        case never:
            assert_never(never)


def _disputed(call: Call, numbers: tuple[int, ...]) -> tuple[DrawnApplication, ...]:
    return tuple(one.model_copy(update={"third": one.third or one.number in numbers}) for one in call.drawn)


def _with_markers(
    call: Call, number: int, change: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> tuple[DrawnApplication, ...]:
    return tuple(
        one.model_copy(update={"markers": change(one.markers)}) if one.number == number else one for one in call.drawn
    )


# What the decider reads


def _reads(command: AnyCallCommand, call: Call | None) -> tuple[Stream, ...]:
    if isinstance(command, OpenCall):
        return (rule_stream(RuleKind.SELECTION),)
    if call is None or isinstance(command, ExtendCall):
        return ()
    streams = [application_stream(call.year, one) for one in call.applicants]
    if isinstance(command, CloseCall | DrawMarking | EndObjections):
        streams += [organisation_stream(one) for one in call.applicants]
    match command:
        case DrawMarking(markers=markers):
            streams += [person_stream(one) for one in markers]
            streams += [marking_stream(marking_id(call.year, at, one)) for at in _numbers(call) for one in markers]
        case GiveMarker(number=number, marker=marker):
            streams += [person_stream(marker), marking_stream(marking_id(call.year, number, marker))]
        case TakeBackMarking(number=number, marker=marker):
            streams = [marking_stream(marking_id(call.year, number, marker))]
        case CloseMarking() | PublishOutcome():
            streams += [CALENDAR_STREAM]
            streams += [
                marking_stream(marking_id(call.year, one.number, marker)) for one in call.drawn for marker in one.markers
            ]
        case AdoptDirectory():
            streams += [DIRECTORY_STREAM, *(listing_stream(one) for one in call.applicants)]
    return tuple(dict.fromkeys(streams))


def _numbers(call: Call) -> range:
    """Numbers that a draw may give: no more than there are applicants."""
    return range(1, len(call.applicants) + 1)


def _reads_further(command: AnyCallCommand, _call: Call | None, read: Read) -> tuple[Stream, ...]:
    """The certificates of the applicants' people; the objections; who is in the directory of before, and may leave it."""
    if isinstance(command, PublishOutcome):
        staff = [one.person for found in read.values() if isinstance(found, Application) for one in found.staff]
        return (QUALIFICATION_RULE, *map(certificate_stream, dict.fromkeys(staff)))
    if isinstance(command, EndObjections):
        objections = [one for found in read.values() if isinstance(found, Application) for one in found.objections]
        return tuple(map(proceeding_stream, objections))
    if not isinstance(command, AdoptDirectory):
        return ()
    directory: Directory | None = read.get(DIRECTORY_STREAM)
    members = directory.members if directory is not None else ()
    needed = (stream for one in members for stream in (listing_stream(one), organisation_stream(one)))
    return tuple(stream for stream in needed if stream not in read)


CALLS = Capability(
    name="call",
    commands=tuple(AnyCallCommand.__args__),
    events=tuple(CallEvent.__args__),
    stream=lambda command: call_stream(command.year),
    reads=_reads,
    reads_further=_reads_further,
    decide=decide,
    evolve=evolve,
)

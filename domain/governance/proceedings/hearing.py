"""Answer and hearing 陈述与听证: the respondent answers or its time runs out, a hearing gets its day and is held. plan P6, V4."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask, Role
from domain.command_rights import BY_THE_PROGRAM, CITY, GOVERNMENT
from domain.governance.proceedings.state import (
    PROCEEDING_READERS,
    Proceeding,
    ProceedingCommand,
    ProceedingStatus,
    Side,
    calendar_of,
    periods_of,
    require_proceeding_status,
)
from domain.governance.working_calendar import Deadline, add_working_days, deadline, due_on
from domain.kernel import DecisionContext, Event, Facts, Label, Rule, Text
from domain.person_id_fields import PersonId
from domain.stated_dates import DateName, require_not_too_far_ahead
from standards.described import DescribedEnum

# Rules

NOT_YOURS_TO_ANSWER = Rule(
    "NOT_YOURS_TO_ANSWER",
    "plan P6",
    "只有被申请方可以陈述申辩",
    "Only the side against whom it is answers",
)
TIME_TO_ANSWER_OVER = Rule(
    "TIME_TO_ANSWER_OVER",
    "plan P6",
    "陈述申辩期限已于 {latest} 届满；确有正当理由的，请向市级部门申请延期",
    "The time to answer ended on {latest}; for good reason ask the city to extend it",
)
TIME_NOT_OVER = Rule(
    "TIME_NOT_OVER",
    "plan P5",
    "期限至 {latest}，尚未届满；请届满后再办",
    "The time runs until {latest} and is not over; come back after that day",
)
HEARING_TOO_SOON = Rule(
    "HEARING_TOO_SOON",
    "plan V4",
    "听证日 {given} 距今不足 {days} 个工作日，最早为 {earliest}",
    "The hearing on {given} is less than {days} working days away; {earliest} is the earliest",
)
HEARING_NOT_YET = Rule(
    "HEARING_NOT_YET",
    "plan V4",
    "听证定于 {earliest}，在此之前不能记录",
    "The hearing is on {earliest}; it is recorded on that day or later",
)
DEADLINE_NOT_LATER = Rule(
    "DEADLINE_NOT_LATER",
    "plan P5",
    "延期须晚于现定的 {present}，且不早于今日",
    "An extension ends after the present day {present}, and not before today",
)

# Commands


class MoveDeadline(ProceedingCommand):
    """Extend the time to answer or to appeal that runs, also one that has just run out, with the reason · 延长期限."""

    roles: ClassVar = GOVERNMENT

    until: date = Field(description="Last day from now on, later than before · 新的截止日")
    reason: Text = Field(description="Why · 理由")


class GiveStatement(ProceedingCommand):
    """Answer a notice, within its time · 陈述申辩."""

    roles: ClassVar = CITY | {Role.PROVIDER}

    text: Text = Field(description="What is answered · 陈述申辩内容")
    asks_hearing: bool = Field(description="Whether a hearing is asked for; then none is decided against it before · 是否要求听证")


class EndTimeToAnswer(ProceedingCommand):
    """Take note that the time to answer is over without an answer 陈述期限届满."""

    roles: ClassVar = BY_THE_PROGRAM


class SetHearing(ProceedingCommand):
    """Set or move the day of a hearing · 确定听证日期."""

    roles: ClassVar = CITY

    day: date = Field(description="Day of the hearing · 听证日期")
    venue: Label = Field(description="Where it is held · 地点")


class RecordHearing(ProceedingCommand):
    """Record what was said at a hearing, on its day or later · 记录听证."""

    roles: ClassVar = CITY

    attended: Annotated[tuple[Side, ...], Field(max_length=2)] = Field(description="Sides that came · 到场方")
    minutes: Text = Field(description="What was said · 听证笔录")


# Events


class RunningTime(DescribedEnum):
    """Which time of a proceeding runs · 期限类别."""

    ANSWER = "answer", "Time to answer the notice · 陈述申辩期限"
    APPEAL = "appeal", "Time to appeal · 申诉期限"


class DeadlineMoved(Event):
    """A time was extended 期限已延长. before: its last day until then."""

    type: Literal["proceeding.deadline_moved.v1"] = "proceeding.deadline_moved.v1"
    told_to: ClassVar = PROCEEDING_READERS
    says: ClassVar = "将{title}由 {before} 延至 {until}：{reason}"
    says_in_english: ClassVar = "moved a deadline ({which:term}) from {before} to {until}: {reason}"
    which: RunningTime
    before: date
    until: date
    reason: str

    @property
    def title(self) -> str:
        """What the time is called 期限名称."""
        return self.which.description.rpartition(" · ")[2]


class StatementGiven(Event):
    """The respondent answered 已陈述申辩. decision: until when the office is to decide; stated_by: None = not kept at the time."""

    type: Literal["proceeding.statement_given.v2"] = "proceeding.statement_given.v2"
    told_to: ClassVar = PROCEEDING_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "提交了陈述申辩"
    says_in_english: ClassVar = "gave a statement in answer"
    text: str
    asks_hearing: bool
    decision: Deadline
    stated_by: PersonId | None


class TimeToAnswerEnded(Event):
    """No answer came in time 陈述期限已届满. due: its last day; decision: until when the office is to decide."""

    type: Literal["proceeding.time_to_answer_ended.v1"] = "proceeding.time_to_answer_ended.v1"
    told_to: ClassVar = PROCEEDING_READERS
    says: ClassVar = "记录了陈述申辩期限于 {due} 届满而无陈述"
    says_in_english: ClassVar = "recorded that the time to answer ended on {due} without a statement"
    due: date
    decision: Deadline


class HearingSet(Event):
    """A hearing has its day 听证日期已定."""

    type: Literal["proceeding.hearing_set.v1"] = "proceeding.hearing_set.v1"
    told_to: ClassVar = PROCEEDING_READERS
    says: ClassVar = "定于 {day} 在{venue}听证"
    says_in_english: ClassVar = "set a hearing for {day} at {venue}"
    day: date
    venue: str


class HearingHeld(Event):
    """A hearing was held 听证已举行."""

    type: Literal["proceeding.hearing_held.v1"] = "proceeding.hearing_held.v1"
    told_to: ClassVar = PROCEEDING_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "记录了听证，到场 {attended:count} 方"
    says_in_english: ClassVar = "recorded the hearing; sides present: {attended:count}"
    attended: tuple[Side, ...]
    minutes: str


# Decide: what may happen


def move_deadline(command: MoveDeadline, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """Of whichever time runs, also one that is over of which nothing was noted yet 延长期限."""
    require_proceeding_status(proceeding, ProceedingStatus.NOTIFIED, ProceedingStatus.DECIDED)
    which = RunningTime.ANSWER if proceeding.status is ProceedingStatus.NOTIFIED else RunningTime.APPEAL
    running = proceeding.answer if which is RunningTime.ANSWER else proceeding.appeal
    assert running is not None, "a time runs in these states"  # noqa: S101 - guards replay, not input
    require_not_too_far_ahead("until", command.until, context)
    present = due_on(running, calendar_of(context))
    if command.until <= present or command.until < context.day:
        raise DEADLINE_NOT_LATER.refuse(path="until", present=present, earliest=max(present, context.day))
    return (DeadlineMoved(which=which, before=present, until=command.until, reason=command.reason),)


def give_statement(command: GiveStatement, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """On the last day still, not after it; also while a note that it is over waits to be taken 陈述申辩."""
    if proceeding.side_of(context.role, context.organisation) is not Side.RESPONDENT:
        raise NOT_YOURS_TO_ANSWER.refuse()
    if proceeding.status is ProceedingStatus.ANSWERED and proceeding.time_over:
        raise TIME_TO_ANSWER_OVER.refuse(latest=_answer_due(proceeding, context))
    require_proceeding_status(proceeding, ProceedingStatus.NOTIFIED)
    if context.day > (last := _answer_due(proceeding, context)):
        raise TIME_TO_ANSWER_OVER.refuse(latest=last)
    decision = _time_to_decide(proceeding, context)
    told = {"text": command.text, "asks_hearing": command.asks_hearing}
    return (StatementGiven(**told, decision=decision, stated_by=context.by),)


def end_time_to_answer(_command: EndTimeToAnswer, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """Nothing where it went on by itself meanwhile; refused before the time is over 陈述期限届满."""
    if proceeding.status is not ProceedingStatus.NOTIFIED:
        return ()
    if context.day <= (last := _answer_due(proceeding, context)):
        raise TIME_NOT_OVER.refuse(latest=last)
    return (TimeToAnswerEnded(due=last, decision=_time_to_decide(proceeding, context)),)


def _answer_due(proceeding: Proceeding, context: DecisionContext) -> date:
    assert proceeding.answer is not None, "the notice was served"  # noqa: S101 - guards replay, not input
    return due_on(proceeding.answer, calendar_of(context))


def _time_to_decide(proceeding: Proceeding, context: DecisionContext) -> Deadline:
    periods = periods_of(proceeding.kind, proceeding.opened_on, context)
    return deadline(context.day, periods.decision_days, calendar_of(context))


def set_hearing(command: SetHearing, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """With the working days of notice that the rule gives; the day may be moved until it was held 确定听证日期."""
    require_proceeding_status(proceeding, ProceedingStatus.ANSWERED, ProceedingStatus.HEARING_SET)
    require_not_too_far_ahead("day", command.day, context, DateName("听证日", "day of the hearing"))
    days = periods_of(proceeding.kind, proceeding.opened_on, context).hearing_notice_days
    earliest = add_working_days(context.day, days, calendar_of(context)).day
    if command.day < earliest:
        raise HEARING_TOO_SOON.refuse(path="day", given=command.day, days=days, earliest=earliest)
    return (HearingSet(day=command.day, venue=command.venue),)


def record_hearing(command: RecordHearing, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """Whoever came: a side that stays away was heard as far as it wished 记录听证."""
    require_proceeding_status(proceeding, ProceedingStatus.HEARING_SET)
    if proceeding.hearing is not None and context.day < proceeding.hearing:
        raise HEARING_NOT_YET.refuse(earliest=proceeding.hearing)
    attended = tuple(side for side in Side if side in command.attended)
    return (HearingHeld(attended=attended, minutes=command.minutes),)

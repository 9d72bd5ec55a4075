"""Duty of the task force 专班任务: stated by the city, led by one body at a time, delivered and judged. plan O1.

Whoever declines, resigns or retires leaves it open, and what is open is a list of its own. A support body or provider that neither
leads a duty nor is asked to is answered as if there were none.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.access import POSITIONS, Role
from domain.command_rights import require_right
from domain.diagnosis.stages import STAGE_RULE, remind_day
from domain.governance.dated_rules import rule_in_force
from domain.governance.proceedings.hearing import TIME_NOT_OVER
from domain.governance.proceedings.state import calendar_of
from domain.governance.rule_bodies.stages import StageLimits
from domain.governance.working_calendar import CALENDAR_STREAM
from domain.kernel import (
    NOT_FOUND,
    Capability,
    DecisionContext,
    Facts,
    Rule,
    Stream,
    Unscoped,
    refuse_step,
)
from domain.participants.organisations import Organisation, organisation_stream
from domain.participants.people.state import Person, person_stream
from domain.programme.duties.commands import (
    ALLOWED_IN,
    BY_THE_LEAD,
    DUE_DUTY_ACTS,
    AcceptDutyDelivery,
    AskForLaterDutyDay,
    DeclineDuty,
    DeliverDuty,
    DutyCommand,
    EscalateDuty,
    KeepDutyDay,
    MoveDutyDay,
    NameDutyContact,
    NameDutyLead,
    ReleaseDutyLead,
    ReleaseRetiredLead,
    ReportDuty,
    ResignDuty,
    SendBackDuty,
    StateDuty,
    TakeOnDuty,
    WithdrawDuty,
)
from domain.programme.duties.events import (
    DutyContactNamed,
    DutyDayKept,
    DutyDayMoved,
    DutyDeclined,
    DutyDelivered,
    DutyDeliveryAccepted,
    DutyEscalated,
    DutyEvent,
    DutyLeadNamed,
    DutyLeadReleased,
    DutyLeadRetired,
    DutyReminded,
    DutyReported,
    DutyResigned,
    DutySentBack,
    DutyStated,
    DutyTakenOn,
    DutyWithdrawn,
    LaterDutyDayAsked,
    evolve,
)
from domain.programme.duties.state import (
    DUTY_STATUS,
    LEADING,
    NEXT_STEPS,
    SEE_ALL_DUTIES,
    Duty,
    DutyReport,
    DutyStatus,
    LaterDay,
    duty_stream,
)
from domain.programme.duties.strengths import WITH_STRENGTHS, Strengths, strength_stream
from domain.stated_dates import DateName, require_not_too_far_ahead, require_programme_date

# Rules

DUTY_DAYS_REVERSED = Rule(
    "DUTY_DAYS_REVERSED",
    "plan O1",
    "完成日不早于起始日 {earliest}，请核对",
    "It is to be done on its first day, {earliest}, or later; check the days",
)
DUTY_DAY_PAST = Rule(
    "DUTY_DAY_PAST", "plan O1", "完成日最早为今日 {earliest}，请改填", "It is to be done today, {earliest}, or later"
)
DUTY_DAY_UNCHANGED = Rule(
    "DUTY_DAY_UNCHANGED",
    "plan O1",
    "完成日已是 {by}，没有需要变更的内容",
    "Its day is {by} already; there is nothing to change",
)
DUTY_DAY_NOT_LATER = Rule(
    "DUTY_DAY_NOT_LATER",
    "plan O1",
    "申请的完成日须晚于现定的 {by}",
    "The day that is asked for lies after the one that holds, {by}",
)
DUTY_NO_REQUEST = Rule(
    "DUTY_NO_REQUEST",
    "plan O1",
    "牵头单位没有待答复的延期申请；要变更完成日请直接变更",
    "No request for a later day waits for an answer; move the day itself where another is wanted",
)
DUTY_LEAD_UNFIT = Rule(
    "DUTY_LEAD_UNFIT",
    "plan O1",
    "牵头单位须为在册的市级部门、区、支撑机构或服务商，请改选",
    "A duty is led by a city department, district, support body or provider that takes part; name one of these",
)
DUTY_STRENGTH_LACKING = Rule(
    "DUTY_STRENGTH_LACKING",
    "plan O1",
    "该任务需要“{strength_name}”专长，该单位没有登记；请先登记其专长或另选单位",
    "The duty asks for {strength_in_english}, which is not on record of this body; record it first or name another",
)
DUTY_CONTACT_UNKNOWN = Rule(
    "DUTY_CONTACT_UNKNOWN",
    "plan O1",
    "该人员今日不是该单位的联络人；请选其联络人，或先为其登记联络人任职",
    "The person is no named contact of that body today; choose one, or grant a membership as contact first",
)
DUTY_NOT_YOURS = Rule(
    "DUTY_NOT_YOURS",
    "plan O1",
    "这一步须由该任务的牵头单位办理",
    "This step is for the body that leads the duty",
)
DUTY_OWN_DELIVERY = Rule(
    "DUTY_OWN_DELIVERY",
    "plan O1",
    "成果由提交人以外的人验收，请由另一人办理",
    "What was delivered is judged by another person than delivered it",
)

# Decide: what may happen


def decide(command: DutyCommand, known: Duty | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, DUTY_STATUS, or those of stated dates."""
    require_right(command, context.role)
    if isinstance(command, StateDuty):
        return _stated(command, known, context)
    if known is None:
        raise NOT_FOUND.refuse()
    if isinstance(command, DUE_DUTY_ACTS):
        return _due(command, known, context)
    leads = _leads(known, context)
    if (isinstance(command, BY_THE_LEAD) and not leads) or (isinstance(command, NameDutyContact) and not (
        leads or context.role == Role.CITY
    )):
        raise DUTY_NOT_YOURS.refuse(path="duty") if context.role in SEE_ALL_DUTIES else NOT_FOUND.refuse()
    if known.status not in ALLOWED_IN[type(command)]:
        raise refuse_step(DUTY_STATUS, known.status, NEXT_STEPS)
    return _by_the_lead(command, known, context) if isinstance(command, BY_THE_LEAD) else _by_the_city(command, known, context)


def _leads(duty: Duty, context: DecisionContext) -> bool:
    """Whether the sender acts for the body that leads the duty or is asked to."""
    lead = duty.lead
    return lead is not None and lead.organisation == context.organisation and LEADING[lead.kind] == context.role


def _stated(command: StateDuty, known: Duty | None, context: DecisionContext) -> Facts:
    if known is not None:
        raise NOT_FOUND.refuse()
    require_programme_date("since", command.since, context)
    _require_day(command.by, command.since, context)
    told = command.model_dump(exclude={"duty"})
    return (DutyStated(**told, remind_on=_remind_on(command.by, context)),)


def _require_day(by: date, since: date, context: DecisionContext) -> None:
    require_not_too_far_ahead("by", by, context, DateName("完成日", "day to be done by"))
    if by < since:
        raise DUTY_DAYS_REVERSED.refuse(path="by", earliest=since)
    if by < context.day:
        raise DUTY_DAY_PAST.refuse(path="by", earliest=context.day)


def _remind_on(by: date, context: DecisionContext) -> date:
    """As many working days before as the rule of stages says 提醒日."""
    limits = rule_in_force(context.read.get(STAGE_RULE), StageLimits, context.day)
    return remind_day(by, limits, calendar_of(context))


def _by_the_lead(command: DutyCommand, known: Duty, context: DecisionContext) -> Facts:
    match command:
        case TakeOnDuty():
            return (DutyTakenOn(),)
        case DeclineDuty(reason=reason):
            return (DutyDeclined(reason=reason),)
        case ResignDuty(reason=reason):
            return (DutyResigned(reason=reason),)
        case ReportDuty(text=text):
            again = known.reports[-1:] == (DutyReport(day=context.day, text=text),)
            return () if again else (DutyReported(day=context.day, text=text),)
        case AskForLaterDutyDay(by=by, reason=reason):
            _require_day(by, known.since, context)
            if by <= known.by:
                raise DUTY_DAY_NOT_LATER.refuse(path="by", by=known.by)
            return () if known.asked == LaterDay(by=by, reason=reason) else (LaterDutyDayAsked(by=by, reason=reason),)
        case DeliverDuty(text=text):
            return (DutyDelivered(text=text, delivered_by=context.by),)
        case _:
            raise AssertionError(command)


def _by_the_city(command: DutyCommand, known: Duty, context: DecisionContext) -> Facts:
    decided = {"day": context.day, "decided_by": context.by}
    match command:
        case NameDutyLead():
            return _named(command, known, context)
        case NameDutyContact(contact=contact):
            assert known.lead is not None  # noqa: S101 - its status says so
            _require_contact(contact, known.lead.organisation, LEADING[known.lead.kind], context)
            return () if known.lead.contact == contact else (DutyContactNamed(contact=contact),)
        case ReleaseDutyLead(reason=reason):
            return (DutyLeadReleased(reason=reason),)
        case MoveDutyDay(by=by, reason=reason):
            if by == known.by:
                raise DUTY_DAY_UNCHANGED.refuse(path="by", by=by)
            _require_day(by, known.since, context)
            return (DutyDayMoved(before=known.by, by=by, remind_on=_remind_on(by, context), reason=reason, **decided),)
        case KeepDutyDay(reason=reason):
            if known.asked is None:
                raise DUTY_NO_REQUEST.refuse(path="duty")
            return (DutyDayKept(asked=known.asked.by, reason=reason, **decided),)
        case AcceptDutyDelivery():
            if known.delivered_by == context.by:
                raise DUTY_OWN_DELIVERY.refuse(path="duty")
            return (DutyDeliveryAccepted(),)
        case SendBackDuty(reason=reason):
            return (DutySentBack(reason=reason),)
        case WithdrawDuty(reason=reason):
            return (DutyWithdrawn(reason=reason),)
        case _:
            raise AssertionError(command)


def _named(command: NameDutyLead, known: Duty, context: DecisionContext) -> Facts:
    """A body that takes part and may lead, with the strength that is asked for, and its named contact."""
    body: Organisation | None = context.read.get(organisation_stream(command.organisation))
    if body is None or body.kind not in LEADING or body.is_retired_on(context.day):
        raise DUTY_LEAD_UNFIT.refuse(path="organisation")
    strengths: Strengths | None = context.read.get(strength_stream(command.organisation))
    held = strengths.on(context.day) if strengths is not None else frozenset()
    if known.strength is not None and body.kind in WITH_STRENGTHS and known.strength not in held:
        name, name_in_english = known.strength.names
        raise DUTY_STRENGTH_LACKING.refuse(path="organisation", strength_name=name, strength_in_english=name_in_english)
    _require_contact(command.contact, command.organisation, LEADING[body.kind], context)
    lead = {"organisation": command.organisation, "kind": body.kind, "contact": command.contact}
    again = known.lead is not None and known.lead.model_dump() == lead
    return () if again else (DutyLeadNamed(**lead),)


def _require_contact(contact: str, organisation: str, head: Role, context: DecisionContext) -> None:
    person: Person | None = context.read.get(person_stream(contact))
    positions = POSITIONS.get(head, frozenset({head}))
    held = person.memberships.values() if person is not None and not person.erased else ()
    if not any(
        one.contact and one.organisation == organisation and one.role in positions and one.holds_on(context.day) for one in held
    ):
        raise DUTY_CONTACT_UNKNOWN.refuse(path="contact")


def _due(command: DutyCommand, known: Duty, context: DecisionContext) -> Facts:
    """Each once, of a duty that is not delivered; a lead that retired is no lead any more."""
    if isinstance(command, ReleaseRetiredLead):
        lead = known.lead if known.status in (DutyStatus.OFFERED, DutyStatus.LED) else None
        body: Organisation | None = context.read.get(organisation_stream(lead.organisation)) if lead is not None else None
        retired = body is not None and body.is_retired_on(context.day)
        return (DutyLeadRetired(last=body.last),) if body is not None and body.last is not None and retired else ()
    if known.status not in (DutyStatus.OPEN, DutyStatus.OFFERED, DutyStatus.LED):
        return ()
    if isinstance(command, EscalateDuty):
        if context.day <= known.by:
            raise TIME_NOT_OVER.refuse(latest=known.by)
        return () if known.escalated else (DutyEscalated(by=known.by),)
    if context.day < known.remind_on:
        raise TIME_NOT_OVER.refuse(latest=known.remind_on)
    return () if known.reminded or context.day > known.by else (DutyReminded(by=known.by),)


# What the decider reads, and where its subject lies


def _reads(command: DutyCommand, known: Duty | None) -> tuple[Stream, ...]:
    match command:
        case StateDuty() | MoveDutyDay():
            return (STAGE_RULE, CALENDAR_STREAM)
        case NameDutyLead(organisation=body, contact=contact):
            return (organisation_stream(body), strength_stream(body), person_stream(contact))
        case NameDutyContact(contact=contact):
            return (person_stream(contact),)
        case ReleaseRetiredLead():
            return (organisation_stream(known.lead.organisation),) if known is not None and known.lead is not None else ()
        case _:
            return ()


def _place(command: DutyCommand, _known: Duty | None, _read: Mapping[str, Any]) -> Unscoped:
    """A duty lies in no district: who may know of it is said by who leads it."""
    return Unscoped.NOT_THERE_YET if isinstance(command, StateDuty) else Unscoped.KNOWN_BY_RULES


DUTIES = Capability(
    name="duty",
    commands=(
        StateDuty,
        NameDutyLead,
        NameDutyContact,
        *BY_THE_LEAD,
        ReleaseDutyLead,
        MoveDutyDay,
        KeepDutyDay,
        AcceptDutyDelivery,
        SendBackDuty,
        WithdrawDuty,
        *DUE_DUTY_ACTS,
    ),
    events=tuple(DutyEvent.__args__),
    stream=lambda command: duty_stream(command.duty),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)

"""Facts of a duty 专班任务事实: stated, its lead named, taken on or open again, reported, moved, delivered, accepted. plan O1."""

from datetime import date
from typing import Any, ClassVar, Literal, assert_never

from domain.kernel import Event
from domain.participants.organisations import OrganisationKind
from domain.person_id_fields import PersonId
from domain.programme.duties.state import Duty, DutyDayChange, DutyLead, DutyReport, DutyStatus, LaterDay
from domain.programme.duties.strengths import Strength


class DutyStated(Event):
    """A piece of work of the task force is stated 专班任务已设立. remind_on: the day on which it is reminded of."""

    type: Literal["duty.stated.v1"] = "duty.stated.v1"
    says: ClassVar = "设立专班任务“{title}”，{since} 至 {by}"
    says_in_english: ClassVar = "stated the duty “{title}”, from {since} to {by}"
    title: str
    clause: str
    deliverable: str
    strength: Strength | None
    since: date
    by: date
    remind_on: date


class DutyLeadNamed(Event):
    """A body is asked to lead, with its named contact 牵头单位已指定."""

    type: Literal["duty.lead_named.v1"] = "duty.lead_named.v1"
    says: ClassVar = "指定由{organisation:organisation}牵头"
    says_in_english: ClassVar = "named {organisation:organisation} to lead"
    organisation: str
    kind: OrganisationKind
    contact: PersonId


class DutyContactNamed(Event):
    """The lead has another contact 牵头单位联络人已更换."""

    type: Literal["duty.contact_named.v1"] = "duty.contact_named.v1"
    says: ClassVar = "更换了牵头单位的联络人"
    says_in_english: ClassVar = "named another contact of the body that leads"
    contact: PersonId


class DutyTakenOn(Event):
    """The lead took the duty on 已接受牵头."""

    type: Literal["duty.taken_on.v1"] = "duty.taken_on.v1"
    says: ClassVar = "接受牵头"
    says_in_english: ClassVar = "took the lead on"


class DutyDeclined(Event):
    """The lead that was asked declined 已谢绝牵头; nobody leads the duty."""

    type: Literal["duty.declined.v1"] = "duty.declined.v1"
    says: ClassVar = "谢绝牵头：{reason}"
    says_in_english: ClassVar = "declined the lead: {reason}"
    reason: str


class DutyResigned(Event):
    """The lead gave the duty back 已退出牵头; nobody leads it."""

    type: Literal["duty.resigned.v1"] = "duty.resigned.v1"
    says: ClassVar = "退出牵头：{reason}"
    says_in_english: ClassVar = "gave the lead up: {reason}"
    reason: str


class DutyLeadReleased(Event):
    """The city took the lead off 已解除牵头; nobody leads the duty."""

    type: Literal["duty.lead_released.v1"] = "duty.lead_released.v1"
    says: ClassVar = "解除牵头：{reason}"
    says_in_english: ClassVar = "released the body that leads: {reason}"
    reason: str


class DutyLeadRetired(Event):
    """The lead's part in the programme is over 牵头单位已退出工作; nobody leads the duty."""

    type: Literal["duty.lead_retired.v1"] = "duty.lead_retired.v1"
    says: ClassVar = "因牵头单位于 {last} 退出，须重新指定"
    says_in_english: ClassVar = "recorded that the body that leads left on {last}, so that another is to be named"
    last: date


class DutyReported(Event):
    """The lead reported progress 进展已报告."""

    type: Literal["duty.reported.v1"] = "duty.reported.v1"
    says: ClassVar = "报告进展：{text}"
    says_in_english: ClassVar = "reported on the progress: {text}"
    day: date
    text: str


class LaterDutyDayAsked(Event):
    """The lead asked for a later day 已申请延期."""

    type: Literal["duty.later_day_asked.v1"] = "duty.later_day_asked.v1"
    says: ClassVar = "申请延至 {by}：{reason}"
    says_in_english: ClassVar = "asked for more time, until {by}: {reason}"
    by: date
    reason: str


class DutyDayMoved(Event):
    """The city moved the day 完成日已变更."""

    type: Literal["duty.day_moved.v1"] = "duty.day_moved.v1"
    says: ClassVar = "将完成日由 {before} 改为 {by}：{reason}"
    says_in_english: ClassVar = "moved the day of completion from {before} to {by}: {reason}"
    before: date
    by: date
    remind_on: date
    reason: str
    day: date
    decided_by: PersonId


class DutyDayKept(Event):
    """The city kept the day that the lead asked to move 未同意延期."""

    type: Literal["duty.day_kept.v1"] = "duty.day_kept.v1"
    says: ClassVar = "未同意延至 {asked}：{reason}"
    says_in_english: ClassVar = "did not agree to the later day {asked}: {reason}"
    asked: date
    reason: str
    day: date
    decided_by: PersonId


class DutyDelivered(Event):
    """The lead delivered 成果已提交."""

    type: Literal["duty.delivered.v1"] = "duty.delivered.v1"
    says: ClassVar = "提交成果：{text}"
    says_in_english: ClassVar = "delivered: {text}"
    text: str
    delivered_by: PersonId


class DutySentBack(Event):
    """The city sent back what was delivered 成果已退回."""

    type: Literal["duty.sent_back.v1"] = "duty.sent_back.v1"
    says: ClassVar = "退回成果：{reason}"
    says_in_english: ClassVar = "sent what was delivered back: {reason}"
    reason: str


class DutyDeliveryAccepted(Event):
    """The city accepted what was delivered 成果已验收."""

    type: Literal["duty.delivery_accepted.v1"] = "duty.delivery_accepted.v1"
    says: ClassVar = "验收了成果"
    says_in_english: ClassVar = "accepted what was delivered"


class DutyWithdrawn(Event):
    """The city withdrew the duty 专班任务已撤销."""

    type: Literal["duty.withdrawn.v1"] = "duty.withdrawn.v1"
    says: ClassVar = "撤销任务：{reason}"
    says_in_english: ClassVar = "withdrew the duty: {reason}"
    reason: str


class DutyReminded(Event):
    """The day is near 专班任务临期已提醒."""

    type: Literal["duty.reminded.v1"] = "duty.reminded.v1"
    says: ClassVar = "提醒：专班任务须于 {by} 前完成"
    says_in_english: ClassVar = "reminded that the duty is to be done by {by}"
    by: date


class DutyEscalated(Event):
    """The day is over and nothing is delivered 专班任务逾期已上报."""

    type: Literal["duty.escalated.v1"] = "duty.escalated.v1"
    says: ClassVar = "上报：专班任务须于 {by} 前完成，已逾期"
    says_in_english: ClassVar = "escalated that the duty was to be done by {by} and is overdue"
    by: date


DutyEvent = (
    DutyStated
    | DutyLeadNamed
    | DutyContactNamed
    | DutyTakenOn
    | DutyDeclined
    | DutyResigned
    | DutyLeadReleased
    | DutyLeadRetired
    | DutyReported
    | LaterDutyDayAsked
    | DutyDayMoved
    | DutyDayKept
    | DutyDelivered
    | DutySentBack
    | DutyDeliveryAccepted
    | DutyWithdrawn
    | DutyReminded
    | DutyEscalated
)


def evolve(known: Duty | None, event: DutyEvent) -> Duty:
    """The duty after one more fact."""
    if isinstance(event, DutyStated):
        return Duty(**event.model_dump(exclude={"type"}))
    assert known is not None, "a history starts with DutyStated"  # noqa: S101 - guards replay, not input
    return known.model_copy(update=_changes(known, event))


def _changes(known: Duty, event: DutyEvent) -> dict[str, Any]:
    match event:
        case DutyLeadNamed():
            # why another gave it back is no news of whoever is asked next
            return {"status": DutyStatus.OFFERED, "lead": DutyLead(**event.model_dump(exclude={"type"})), "reason": None}
        case DutyContactNamed(contact=contact):
            assert known.lead is not None  # noqa: S101 - guards replay, not input
            return {"lead": known.lead.model_copy(update={"contact": contact})}
        case DutyTakenOn():
            return {"status": DutyStatus.LED}
        case DutyDeclined(reason=reason) | DutyResigned(reason=reason) | DutyLeadReleased(reason=reason):
            return {"status": DutyStatus.OPEN, "lead": None, "asked": None, "reason": reason}
        case DutyLeadRetired():
            return {"status": DutyStatus.OPEN, "lead": None, "asked": None, "reason": None}
        case DutyReported(day=day, text=text):
            return {"reports": (*known.reports, DutyReport(day=day, text=text))}
        case LaterDutyDayAsked(by=by, reason=reason):
            return {"asked": LaterDay(by=by, reason=reason)}
        case DutyDayMoved(by=by, remind_on=remind_on):
            told = {"by": by, "remind_on": remind_on, "reminded": False, "escalated": False, "asked": None}
            return {**told, "day_changes": (*known.day_changes, _decided(known, event, by))}
        case DutyDayKept():
            return {"asked": None, "day_changes": (*known.day_changes, _decided(known, event, known.by))}
        case DutyDelivered(text=text, delivered_by=by):
            return {"status": DutyStatus.DELIVERED, "delivery": text, "delivered_by": by, "asked": None}
        case DutySentBack(reason=reason):
            return {"status": DutyStatus.LED, "reason": reason}
        case DutyDeliveryAccepted():
            return {"status": DutyStatus.DONE}
        case DutyWithdrawn(reason=reason):
            return {"status": DutyStatus.WITHDRAWN, "reason": reason, "asked": None}
        case DutyReminded():
            return {"reminded": True}
        case DutyEscalated():
            return {"escalated": True}
        case DutyStated():
            raise AssertionError(event)
        case never:
            assert_never(never)


def _decided(known: Duty, event: DutyDayMoved | DutyDayKept, by: date) -> DutyDayChange:
    told = {"reason": event.reason, "day": event.day, "decided_by": event.decided_by}
    return DutyDayChange(before=known.by, asked=known.asked, by=by, **told)

"""Commands about a duty 专班任务命令: the city states, names, moves, judges; the lead answers, reports, asks, delivers. plan O1."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field

from domain.command_rights import BY_THE_PROGRAM, CITY
from domain.kernel import Command, Label, OrganisationRef, PersonRef, Text
from domain.programme.duties.state import LEADERS, DutyRef, DutyStatus
from domain.programme.duties.strengths import Strength


class DutyCommand(Command):
    """A command about one duty 专班任务命令."""

    duty: DutyRef = Field(description="Duty of the task force · 专班任务标识")


class StateDuty(DutyCommand):
    """State a piece of work of the task force; nobody leads it yet · 设立专班任务."""

    roles: ClassVar = CITY

    title: Label = Field(description="What it is called · 任务名称")
    clause: Label = Field(description="Clause of the work plan that it serves · 条款")
    deliverable: Text = Field(description="What is to be delivered · 交付成果")
    strength: Strength | None = Field(default=None, description="Strength that its lead must have; none = any · 所需专长")
    since: date = Field(description="First day · 起始日")
    by: date = Field(description="Day by which it is to be done · 完成日")


class NameDutyLead(DutyCommand):
    """Ask a body to lead a duty, with its named contact; again, in place of one that has not answered · 指定牵头单位."""

    roles: ClassVar = CITY

    organisation: OrganisationRef = Field(description="City department, district, support body or provider · 牵头单位")
    contact: PersonRef = Field(description="Named contact of that body · 联络人")


class NameDutyContact(DutyCommand):
    """Give the lead of a duty another contact, by itself or the city · 更换牵头联络人."""

    roles: ClassVar = LEADERS

    contact: PersonRef = Field(description="Named contact of the lead · 联络人")


class TakeOnDuty(DutyCommand):
    """Take on the duty that one's body is asked to lead · 接受牵头."""

    roles: ClassVar = LEADERS


class ReasonedDutyCommand(DutyCommand):
    """A command about a duty that says why 须写明理由的专班任务命令."""

    reason: Text = Field(description="Why · 理由")


class DeclineDuty(ReasonedDutyCommand):
    """Decline to lead, with the reason; nobody leads the duty then · 谢绝牵头."""

    roles: ClassVar = LEADERS


class ResignDuty(ReasonedDutyCommand):
    """Give a duty back, with the reason; nobody leads it then · 退出牵头."""

    roles: ClassVar = LEADERS


class ReleaseDutyLead(ReasonedDutyCommand):
    """Take the lead off a duty, with the reason; nobody leads it then · 解除牵头."""

    roles: ClassVar = CITY


class ReleaseRetiredLead(DutyCommand):
    """Take note that the lead's part in the programme is over 牵头单位退出."""

    roles: ClassVar = BY_THE_PROGRAM


class ReportDuty(DutyCommand):
    """Report how far the work has come · 报告进展."""

    roles: ClassVar = LEADERS

    text: Text = Field(description="What was done and what is open · 进展")


class AskForLaterDutyDay(ReasonedDutyCommand):
    """Ask the city for a later day, with the reason; again, in place of what was asked before · 申请延期."""

    roles: ClassVar = LEADERS

    by: date = Field(description="Day that is asked for, later than the one that holds · 申请的完成日")


class MoveDutyDay(ReasonedDutyCommand):
    """Move the day of a duty, asked or not, with the reason · 变更完成日."""

    roles: ClassVar = CITY

    by: date = Field(description="Day that holds from now on · 完成日")


class KeepDutyDay(ReasonedDutyCommand):
    """Keep the day that the lead asked to move, with the reason · 不同意延期."""

    roles: ClassVar = CITY


class DeliverDuty(DutyCommand):
    """Deliver what was to be delivered, for the city to judge · 提交成果."""

    roles: ClassVar = LEADERS

    text: Text = Field(description="What is delivered and where it is found · 成果")


class AcceptDutyDelivery(DutyCommand):
    """Accept what was delivered, by another person than delivered it · 验收成果."""

    roles: ClassVar = CITY


class SendBackDuty(ReasonedDutyCommand):
    """Send back what was delivered, with what is missing · 退回成果."""

    roles: ClassVar = CITY


class WithdrawDuty(ReasonedDutyCommand):
    """Withdraw a duty that is not done, with the reason · 撤销专班任务."""

    roles: ClassVar = CITY


class RemindOfDuty(DutyCommand):
    """Remind of a duty whose day is near 任务临期提醒."""

    roles: ClassVar = BY_THE_PROGRAM


class EscalateDuty(DutyCommand):
    """Take note that the day of a duty is over 任务逾期上报."""

    roles: ClassVar = BY_THE_PROGRAM


BY_THE_LEAD = (TakeOnDuty, DeclineDuty, ResignDuty, ReportDuty, AskForLaterDutyDay, DeliverDuty)
"""What only the body that is named as lead does 牵头单位命令."""
DUE_DUTY_ACTS = (RemindOfDuty, EscalateDuty, ReleaseRetiredLead)
"""What the program does when a day is over 到期命令."""
UNDONE = frozenset({DutyStatus.OPEN, DutyStatus.OFFERED, DutyStatus.LED})
ALLOWED_IN: Mapping[type[DutyCommand], frozenset[DutyStatus]] = {
    NameDutyLead: frozenset({DutyStatus.OPEN, DutyStatus.OFFERED}),
    NameDutyContact: frozenset({DutyStatus.OFFERED, DutyStatus.LED, DutyStatus.DELIVERED}),
    ReleaseDutyLead: frozenset({DutyStatus.OFFERED, DutyStatus.LED}),
    MoveDutyDay: UNDONE,
    WithdrawDuty: UNDONE | {DutyStatus.DELIVERED},
    **dict.fromkeys((TakeOnDuty, DeclineDuty), frozenset({DutyStatus.OFFERED})),
    **dict.fromkeys((ResignDuty, ReportDuty, AskForLaterDutyDay, KeepDutyDay, DeliverDuty), frozenset({DutyStatus.LED})),
    **dict.fromkeys((AcceptDutyDelivery, SendBackDuty), frozenset({DutyStatus.DELIVERED})),
}
"""Command -> where a duty stands when it is taken 各步所处状态."""

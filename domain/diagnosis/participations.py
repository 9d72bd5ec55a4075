"""Participation 参诊: one firm's part in one campaign: invited, reminded, declined or exempted, started. plan G2, T2, P5."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import POSITIONS, Role
from domain.command_rights import CONFIRMERS, GOVERNMENT, LIAISONS, require_right
from domain.kernel import (
    NOT_FOUND,
    CampaignRef,
    Capability,
    Command,
    DecisionContext,
    EnterpriseRef,
    Event,
    Facts,
    Rule,
    Stream,
    Text,
    refuse_step,
    stream_of,
)
from domain.participants.enterprises import enterprise_stream, place_of_named
from standards.described import DescribedEnum

PARTICIPATION_READERS = POSITIONS[Role.ENTERPRISE] | LIAISONS | {Role.GROUP, Role.AUDITOR, Role.SYSTEM}
"""Who may know of a firm's part in a campaign 参诊知情角色: the firm, whoever it lives with, its group, the auditor."""


class ParticipationStatus(DescribedEnum):
    """How far a firm has come in a campaign, before its diagnosis says more · 参诊状态."""

    INVITED = "invited", "Invited; has not started · 已邀请"
    DECLINED = "declined", "Declined, with its reason · 已谢绝"
    EXEMPTED = "exempted", "Exempted, with the reason · 已免诊"
    STARTED = "started", "Its diagnosis was opened · 已启动"


NEXT_STEPS: Mapping[ParticipationStatus, tuple[str, str]] = {
    ParticipationStatus.INVITED: (
        "须由企业启动诊断，或由企业谢绝、由区免诊",
        "the firm starts its diagnosis or declines, or its district exempts it",
    ),
    ParticipationStatus.DECLINED: (
        "企业已谢绝；愿意参加的，可直接启动诊断",
        "the firm declined; it may start its diagnosis all the same",
    ),
    ParticipationStatus.EXEMPTED: (
        "企业已免诊；仍要诊断的，可直接启动诊断",
        "the firm is exempted; it may start its diagnosis all the same",
    ),
    ParticipationStatus.STARTED: ("诊断已启动，请在该诊断中继续办理", "its diagnosis was opened; go on there"),
}


class CampaignStep(DescribedEnum):
    """How far a firm has come in a campaign, its diagnosis included · 环节.

    Of a diagnosis the values are those of its status; in order of the process.
    """

    INVITED = "invited", "Invited; has not started · 已邀请"
    DECLINED = "declined", "Declined the invitation · 已谢绝"
    EXEMPTED = "exempted", "Exempted · 已免诊"
    IN_PROGRESS = "in_progress", "Its diagnosis runs, and no report is issued yet · 进行中"
    OPEN = "open", "Answers its self-assessment · 自评中"
    SUBMITTED = "submitted", "Has submitted its self-assessment · 已提交"
    ACCEPTED = "accepted", "Is verified by the provider · 诊断中"
    SCORED = "scored", "Is scored; the report is to be issued · 已评分"
    ISSUED = "issued", "Has its report · 已出具报告"
    OBJECTED = "objected", "Has objected to its report · 异议处理中"
    CONFIRMED = "confirmed", "Has confirmed its report · 已确认"
    WITHDRAWN = "withdrawn", "Its diagnosis was withdrawn · 已撤销"


# Rules

PARTICIPATION_STATUS = Rule(
    "PARTICIPATION_STATUS",
    "plan P5",
    "该企业在本批次的状态为“{status_name}”，此时不能办理这一步；{next_step}",
    "The enterprise is {status} in this campaign; this step does not follow from there; {next_step_in_english}",
)

# Commands


class ParticipationCommand(Command):
    """A command about one firm's part in one campaign 参诊命令."""

    campaign: CampaignRef = Field(description="Campaign · 批次")
    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    reason: Text = Field(description="Why · 理由")


class DeclineInvitation(ParticipationCommand):
    """Decline an invitation, with the reason · 谢绝邀请."""

    roles: ClassVar = CONFIRMERS


class ExemptFirm(ParticipationCommand):
    """Exempt an invited firm from a campaign, with the reason, as of one that stopped production · 免予诊断."""

    roles: ClassVar = GOVERNMENT


# Events


class FirmInvited(Event):
    """A firm was invited to a campaign 企业已受邀."""

    type: Literal["participation.invited.v1"] = "participation.invited.v1"
    told_to: ClassVar = PARTICIPATION_READERS
    concerns: ClassVar = ("enterprise",)
    says: ClassVar = "邀请企业参加批次 {campaign}"
    says_in_english: ClassVar = "invited the firm to the campaign {campaign}"
    campaign: str
    enterprise: str


class FirmReminded(Event):
    """A firm was reminded of its invitation 企业已催办."""

    type: Literal["participation.reminded.v1"] = "participation.reminded.v1"
    told_to: ClassVar = PARTICIPATION_READERS
    says: ClassVar = "提醒企业启动诊断"
    says_in_english: ClassVar = "reminded the firm to begin its diagnosis"
    day: date


class InvitationDeclined(Event):
    """The firm declined 企业已谢绝."""

    type: Literal["participation.declined.v1"] = "participation.declined.v1"
    told_to: ClassVar = PARTICIPATION_READERS
    says: ClassVar = "谢绝了邀请：{reason}"
    says_in_english: ClassVar = "declined the invitation: {reason}"
    reason: str


class FirmExempted(Event):
    """The firm was exempted 企业已免诊."""

    type: Literal["participation.exempted.v1"] = "participation.exempted.v1"
    told_to: ClassVar = PARTICIPATION_READERS
    says: ClassVar = "同意该企业免予诊断：{reason}"
    says_in_english: ClassVar = "exempted the firm from the diagnosis: {reason}"
    reason: str


class ParticipationStarted(Event):
    """The firm's diagnosis was opened in the campaign 企业已启动诊断; invited before or not."""

    type: Literal["participation.started.v1"] = "participation.started.v1"
    told_to: ClassVar = PARTICIPATION_READERS
    concerns: ClassVar = ("enterprise",)
    says: ClassVar = "在批次 {campaign} 中启动了诊断"
    says_in_english: ClassVar = "began a diagnosis in the campaign {campaign}"
    campaign: str
    enterprise: str
    diagnosis: str


ParticipationEvent = FirmInvited | FirmReminded | InvitationDeclined | FirmExempted | ParticipationStarted

STATUS_AFTER_PARTICIPATION: Mapping[type[Event], ParticipationStatus] = {
    FirmInvited: ParticipationStatus.INVITED,
    InvitationDeclined: ParticipationStatus.DECLINED,
    FirmExempted: ParticipationStatus.EXEMPTED,
    ParticipationStarted: ParticipationStatus.STARTED,
}
"""Event -> the status that it gives 事实后的状态; a reminder leaves it."""

# State


class Participation(BaseModel):
    """A firm's part in a campaign 参诊. reminded_on: the last day on which it was reminded."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    status: ParticipationStatus = ParticipationStatus.INVITED
    reminded_on: date | None = None


def participation_stream(campaign: str, enterprise: str) -> Stream:
    """Stream of one firm's part in one campaign; the name of a campaign has no point."""
    return stream_of("participation", f"{campaign}.{enterprise}")


# Decide: what may happen


def decide(command: ParticipationCommand, known: Participation | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    if known is None:
        raise NOT_FOUND.refuse()
    if known.status is not ParticipationStatus.INVITED:
        raise refuse_step(PARTICIPATION_STATUS, known.status, NEXT_STEPS)
    made = InvitationDeclined if isinstance(command, DeclineInvitation) else FirmExempted
    return (made(reason=command.reason),)


# Evolve: what has happened


def evolve(known: Participation | None, event: ParticipationEvent) -> Participation:
    """The part after one more fact."""
    before = known or Participation()
    match event:
        case FirmReminded(day=day):
            return before.model_copy(update={"reminded_on": day})
        case FirmInvited() | InvitationDeclined() | FirmExempted() | ParticipationStarted():
            return before.model_copy(update={"status": STATUS_AFTER_PARTICIPATION[type(event)]})
        case never:
            assert_never(never)


PARTICIPATIONS = Capability(
    name="participation",
    commands=(DeclineInvitation, ExemptFirm),
    events=tuple(ParticipationEvent.__args__),
    stream=lambda command: participation_stream(command.campaign, command.enterprise),
    reads=lambda command, _known: (enterprise_stream(command.enterprise),),
    place=place_of_named,
    decide=decide,
    evolve=evolve,
)

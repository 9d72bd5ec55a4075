"""Campaign 诊断批次: a round of diagnoses with its year, purpose and days, to which firms are invited. plan G1–G4, T2.

A diagnosis cites its campaign by its name. A name that nobody planned a campaign under stays a name, as it was before there were
campaigns; of one that was planned the days and the purpose hold. Each firm's part in it is a stream of its own.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import CITY, LIAISONS, require_right
from domain.diagnosis.participations import (
    FirmInvited,
    FirmReminded,
    Participation,
    ParticipationStatus,
    participation_stream,
)
from domain.diagnosis.state import Purpose
from domain.kernel import (
    NOT_FOUND,
    CampaignRef,
    Capability,
    Command,
    Count,
    DecisionContext,
    EnterpriseRef,
    Event,
    Facts,
    Label,
    OnStream,
    Refused,
    Rule,
    Stream,
    Text,
    Unscoped,
    refuse_together,
    stream_of,
)
from domain.participants.enterprises import enterprise_stream, own_firms
from domain.stated_dates import require_not_too_far_ahead, require_programme_date

INVITED_AT_ONCE = 10_000
"""Firms that one command may invite: more than any district has."""

# Rules

CAMPAIGN_EXISTS = Rule(
    "CAMPAIGN_EXISTS", "plan G1", "已有该标识的批次，请另取标识", "A campaign of this id exists already; take another"
)
CAMPAIGN_DAYS_REVERSED = Rule(
    "CAMPAIGN_DAYS_REVERSED",
    "plan G1",
    "批次的最后一日 {given} 早于第一日 {earliest}，请核对",
    "The last day {given} of the campaign lies before its first, {earliest}; check them",
)
CAMPAIGN_BEFORE_UNKNOWN = Rule(
    "CAMPAIGN_BEFORE_UNKNOWN",
    "plan R3",
    "没有登记所接续的批次，请从已有批次中选取",
    "There is no such campaign to follow; take one of those that were planned",
)
CAMPAIGN_END_NOT_LATER = Rule(
    "CAMPAIGN_END_NOT_LATER",
    "plan P5",
    "延期须晚于现定的 {present}，且不早于今日",
    "An extension ends after the present last day {present}, and not before today",
)
CAMPAIGN_OVER = Rule(
    "CAMPAIGN_OVER",
    "plan G1",
    "该批次已于 {latest} 结束；确有必要的，请市级部门延长批次",
    "The campaign ended on {latest}; where it is needed the city extends it",
)
CAMPAIGN_NOT_OPEN = Rule(
    "CAMPAIGN_NOT_OPEN",
    "plan G1",
    "该批次自 {earliest} 至 {latest} 开展，今日不能在其中开启诊断；请另选进行中的批次",
    "The campaign runs from {earliest} to {latest}; no diagnosis is opened in it today; choose a campaign that runs",
)
CAMPAIGN_OTHER_PURPOSE = Rule(
    "CAMPAIGN_OTHER_PURPOSE",
    "plan G1",
    "该批次的诊断目的为“{title}”，请改选目的或另选批次",
    "The campaign is for another purpose, {purpose}; choose that purpose or another campaign",
)
CAMPAIGN_CLOSED = Rule(
    "CAMPAIGN_CLOSED",
    "plan P5",
    "该批次已经结束，不再邀请、催办、延期，也不在其中开启诊断；在办的诊断照常进行。另有需要的请另设批次",
    "The campaign is closed: nobody is invited or reminded, it is not extended, and no diagnosis is opened in it; those under way "
    "go on. Plan another campaign where it is needed",
)
FIRM_OFF_ROSTER = Rule(
    "FIRM_OFF_ROSTER",
    "plan G4",
    "该企业已移出 {year} 年名单，不在邀请之列，请删去该项",
    "The enterprise was taken off the roster of {year} and is not to be invited; leave it out",
)
FIRM_NOT_WAITING = Rule(
    "FIRM_NOT_WAITING",
    "plan P5",
    "该企业没有待回应的邀请，无须催办，请删去该项",
    "The enterprise has no invitation that waits for it; leave it out",
)

# Commands


class CampaignCommand(Command):
    """A command about one campaign 批次命令."""

    campaign: CampaignRef = Field(description="Campaign: lower-case letters, digits and hyphens, such as 2024 · 批次")


class PlanCampaign(CampaignCommand):
    """Plan a campaign: its purpose, its days, and the one before it whose firms it measures again · 设立批次.

    Its year is that of its first day. Each firm gets the edition that the mapping gives it on the day of its opening.
    """

    roles: ClassVar = CITY

    name: Label = Field(description="What it is called · 批次名称")
    purpose: Purpose = Field(description="Why its diagnoses are made · 诊断目的")
    since: date = Field(description="First day · 起始日")
    until: date = Field(description="Last day, itself included · 截止日")
    follows: CampaignRef | None = Field(default=None, description="Campaign whose firms it measures again · 所接续的批次")


class ExtendCampaign(CampaignCommand):
    """Let a campaign run longer, also one that has just ended, with the reason · 延长批次."""

    roles: ClassVar = CITY

    until: date = Field(description="Last day from now on, later than before · 新的截止日")
    reason: Text = Field(description="Why · 理由")


class InviteFirms(CampaignCommand):
    """Invite firms to a campaign; who is in it already stays as it is · 邀请企业."""

    roles: ClassVar = LIAISONS

    enterprises: Annotated[tuple[EnterpriseRef, ...], Field(min_length=1, max_length=INVITED_AT_ONCE)] = Field(
        description="Firms of the sender's own district, unit or park · 企业"
    )


class RemindFirms(CampaignCommand):
    """Remind firms that have not started, each at most once a day · 催办企业."""

    roles: ClassVar = LIAISONS

    enterprises: Annotated[tuple[EnterpriseRef, ...], Field(min_length=1, max_length=INVITED_AT_ONCE)] = Field(
        description="Firms that were invited and have not started · 企业"
    )


class CloseCampaign(CampaignCommand):
    """Close a campaign for good, with what came of it; diagnoses under way go on · 结束批次."""

    roles: ClassVar = CITY

    conclusion: Text = Field(description="What came of it · 批次结论")


# Events


class CampaignPlanned(Event):
    """A campaign has its purpose and days 批次已设立."""

    type: Literal["campaign.planned.v1"] = "campaign.planned.v1"
    says: ClassVar = "设立了批次“{name}”（{purpose:purpose}），自 {since} 至 {until}"
    says_in_english: ClassVar = "planned the campaign “{name}” ({purpose:term}) from {since} to {until}"
    name: str
    purpose: Purpose
    since: date
    until: date
    follows: str | None


class CampaignExtended(Event):
    """A campaign runs longer 批次已延长. before: its last day until then."""

    type: Literal["campaign.extended.v1"] = "campaign.extended.v1"
    says: ClassVar = "将批次截止日由 {before} 延至 {until}：{reason}"
    says_in_english: ClassVar = "moved the last day of the campaign from {before} to {until}: {reason}"
    before: date
    until: date
    reason: str


class FirmsInvited(Event):
    """Firms were invited 企业已邀请; which ones, each one's own stream says."""

    type: Literal["campaign.firms_invited.v1"] = "campaign.firms_invited.v1"
    says: ClassVar = "邀请了 {firms} 家企业"
    says_in_english: ClassVar = "invited firms: {firms}"
    firms: Count


class FirmsReminded(Event):
    """Firms were reminded 企业已催办."""

    type: Literal["campaign.firms_reminded.v1"] = "campaign.firms_reminded.v1"
    says: ClassVar = "催办了 {firms} 家企业"
    says_in_english: ClassVar = "reminded firms: {firms}"
    firms: Count


class CampaignClosed(Event):
    """A campaign is over for good 批次已结束, before or after its last day."""

    type: Literal["campaign.closed.v1"] = "campaign.closed.v1"
    says: ClassVar = "结束了批次：{conclusion}"
    says_in_english: ClassVar = "closed the campaign: {conclusion}"
    conclusion: str


CampaignEvent = CampaignPlanned | CampaignExtended | FirmsInvited | FirmsReminded | CampaignClosed

# State


class Campaign(BaseModel):
    """A campaign as it was planned and extended 批次. since, until: both included."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    purpose: Purpose
    since: date
    until: date
    closed: bool = False

    @property
    def year(self) -> int:
        """The year it counts in 年度."""
        return self.since.year


def campaign_stream(campaign: str) -> Stream:
    """Stream of one campaign."""
    return stream_of("campaign", campaign)


# Decide: what may happen


def decide(command: CampaignCommand, campaign: Campaign | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or those of stated dates."""
    require_right(command, context.role)
    if isinstance(command, PlanCampaign):
        return _plan(command, campaign, context)
    if campaign is None:
        raise NOT_FOUND.refuse()
    if campaign.closed:
        raise CAMPAIGN_CLOSED.refuse(path="campaign")
    match command:
        case CloseCampaign(conclusion=conclusion):
            return (CampaignClosed(conclusion=conclusion),)
        case ExtendCampaign(until=until, reason=reason):
            require_not_too_far_ahead("until", until, context)
            if until <= campaign.until or until < context.day:
                raise CAMPAIGN_END_NOT_LATER.refuse(
                    path="until", present=campaign.until, earliest=max(campaign.until, context.day)
                )
            return (CampaignExtended(before=campaign.until, until=until, reason=reason),)
        case InviteFirms():
            facts = tuple(_invitations(command, campaign, context))
            return (FirmsInvited(firms=len(facts)), *facts) if facts else ()
        case RemindFirms():
            facts = tuple(_reminders(command, campaign, context))
            return (FirmsReminded(firms=len(facts)), *facts) if facts else ()
        case _:
            raise AssertionError(command)


def _plan(command: PlanCampaign, campaign: Campaign | None, context: DecisionContext) -> Facts:
    if campaign is not None:
        raise CAMPAIGN_EXISTS.refuse(path="campaign")
    require_programme_date("since", command.since, context)
    require_not_too_far_ahead("until", command.until, context)
    if command.until < command.since:
        raise CAMPAIGN_DAYS_REVERSED.refuse(path="until", given=command.until, earliest=command.since)
    if command.follows is not None and context.read.get(campaign_stream(command.follows)) is None:
        raise CAMPAIGN_BEFORE_UNKNOWN.refuse(path="follows")
    return (CampaignPlanned(**command.model_dump(exclude={"campaign"})),)


def require_campaign(campaign: Campaign | None, purpose: Purpose, context: DecisionContext) -> None:
    """Refuse to open a diagnosis in a campaign outside its days or for another purpose; of one nobody planned nothing holds.

    Raises:
        Refused: CAMPAIGN_CLOSED (plan P5), CAMPAIGN_NOT_OPEN, CAMPAIGN_OTHER_PURPOSE (plan G1).
    """
    if campaign is None:
        return
    if campaign.closed:
        raise CAMPAIGN_CLOSED.refuse(path="campaign")
    if not campaign.since <= context.day <= campaign.until:
        raise CAMPAIGN_NOT_OPEN.refuse(path="campaign", earliest=campaign.since, latest=campaign.until)
    if purpose is not campaign.purpose:
        title = campaign.purpose.description.rpartition(" · ")[2]
        raise CAMPAIGN_OTHER_PURPOSE.refuse(path="purpose", purpose=campaign.purpose.value, title=title)


def _require_not_over(campaign: Campaign, context: DecisionContext) -> None:
    if context.day > campaign.until:
        raise CAMPAIGN_OVER.refuse(path="campaign", latest=campaign.until)


def _invitations(command: InviteFirms, campaign: Campaign, context: DecisionContext) -> Iterator[OnStream]:
    """One a firm that is not in it, or declined before."""
    _require_not_over(campaign, context)
    problems: list[Refused] = []
    for place, identity, firm in own_firms(command.enterprises, context):
        if campaign.year in firm.taken_off:
            problems.append(FIRM_OFF_ROSTER.refuse(path=f"enterprises.{place}", year=campaign.year))
            continue
        stream = participation_stream(command.campaign, identity)
        known: Participation | None = context.read.get(stream)
        if known is None or known.status is ParticipationStatus.DECLINED:
            yield OnStream(stream, FirmInvited(campaign=command.campaign, enterprise=identity))
    refuse_together(problems)


def _reminders(command: RemindFirms, campaign: Campaign, context: DecisionContext) -> Iterator[OnStream]:
    """One a firm and day."""
    _require_not_over(campaign, context)
    problems: list[Refused] = []
    for place, identity, _firm in own_firms(command.enterprises, context):
        stream = participation_stream(command.campaign, identity)
        known: Participation | None = context.read.get(stream)
        if known is None or known.status is not ParticipationStatus.INVITED:
            problems.append(FIRM_NOT_WAITING.refuse(path=f"enterprises.{place}"))
        elif known.reminded_on != context.day:
            yield OnStream(stream, FirmReminded(day=context.day))
    refuse_together(problems)


# Evolve: what has happened


def evolve(campaign: Campaign | None, event: CampaignEvent) -> Campaign:
    """The campaign after one more fact."""
    if isinstance(event, CampaignPlanned):
        return Campaign(purpose=event.purpose, since=event.since, until=event.until)
    assert campaign is not None, "a history starts with CampaignPlanned"  # noqa: S101 - guards replay, not input
    match event:
        case CampaignExtended(until=until):
            return campaign.model_copy(update={"until": until})
        case CampaignClosed():
            return campaign.model_copy(update={"closed": True})
        case FirmsInvited() | FirmsReminded():
            return campaign
        case never:
            assert_never(never)


def _reads(command: CampaignCommand, _campaign: Campaign | None) -> tuple[Stream, ...]:
    match command:
        case PlanCampaign(follows=str() as follows):
            return (campaign_stream(follows),)
        case InviteFirms(campaign=campaign, enterprises=firms) | RemindFirms(campaign=campaign, enterprises=firms):
            each = dict.fromkeys(firms)
            return (*map(enterprise_stream, each), *(participation_stream(campaign, firm) for firm in each))
        case _:
            return ()


def _place(command: CampaignCommand, _campaign: Campaign | None, _read: Mapping[str, Any]) -> Unscoped:
    """A campaign is the whole city's; of each firm named the rules say whether it is the sender's."""
    return Unscoped.NOT_THERE_YET if isinstance(command, PlanCampaign) else Unscoped.OPEN_TO_ALL


CAMPAIGNS = Capability(
    name="campaign",
    commands=(PlanCampaign, ExtendCampaign, InviteFirms, RemindFirms, CloseCampaign),
    events=tuple(CampaignEvent.__args__),
    stream=lambda command: campaign_stream(command.campaign),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)

"""Campaign limits 批次环节时限: how long each stage of a campaign's cases takes, where the city's rule is not to hold. plan G1, P5.

A campaign without limits of its own goes by the city's rule of stages. Which of them holds for a case is judged by the day on
which it was opened, as among the rules themselves: what is set later changes nothing of the cases under way. They stand on a
stream beside the campaign's, for each step of a case reads them, and invitations are none of its business.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from domain.command_rights import CITY, require_right
from domain.diagnosis.campaigns import CAMPAIGN_CLOSED, CAMPAIGN_OVER, Campaign, campaign_stream
from domain.governance.dated_rules import DatedRules, dated_rule_on
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.stages import StageLimits
from domain.kernel import (
    EVERYONE,
    NOT_FOUND,
    CampaignRef,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Rule,
    Stream,
    Unscoped,
    cause_of,
    stream_of,
)
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards.edition.text import Source

# Rules

CAMPAIGN_LIMITS_DAY = Rule(
    "CAMPAIGN_LIMITS_DAY",
    "plan P5",
    "批次时限只对此后开启的诊断生效，起始日须在 {earliest} 至批次截止日 {latest} 之间",
    "Limits of a campaign hold for the diagnoses opened from then on: their first day lies between {earliest} and {latest}, the "
    "campaign's last day",
)

# Commands


class SetCampaignLimits(Command):
    """Set how long each stage takes for the diagnoses that are opened in a campaign from a day on · 设定批次环节时限.

    What was set for the same day before gives way. Without limits the city's rule holds again from that day on.
    """

    roles: ClassVar = CITY

    campaign: CampaignRef = Field(description="Campaign · 批次")
    since: date = Field(description="First day: today or later, by the campaign's last day · 起始日")
    limits: StageLimits | None = Field(
        default=None, description="Limit of each stage; null: the city's rule of stages again · 各环节时限"
    )
    source: StatedDocument
    mark: StatedMark


# Events

StoredLimits = Annotated[
    StageLimits | None,
    WithJsonSchema({"anyOf": [{"type": "object", "properties": {"kind": {"const": "stages"}}}, {"type": "null"}]}),
]
"""Limits as they are stored 已存时限: like the body of a rule they may come to state more (decision 0044)."""


class CampaignLimitsSet(Event):
    """A campaign has limits of its own from a day on, or none any more 批次环节时限已设定."""

    type: Literal["campaignlimits.set.v1"] = "campaignlimits.set.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "设定批次 {campaign} 自 {since} 起的环节时限：{told}（{source.document}，标记 {source.mark}）"
    says_in_english: ClassVar = (
        "set the stage limits of the campaign {campaign} from {since} on: {told_in_english} ({source.document}, mark {source.mark})"
    )
    campaign: str
    since: date
    limits: StoredLimits
    source: Source

    @property
    def told(self) -> str:
        """Whose limits hold from then on 适用时限."""
        return "本批次自定" if self.limits is not None else "恢复按全市规则"

    @property
    def told_in_english(self) -> str:
        """The same, in English 适用时限."""
        return "the campaign's own" if self.limits is not None else "the city's rule again"


# State


class StatedLimits(BaseModel):
    """Limits that a campaign states from a day on 所设时限; None: the city's rule again. version: of its stream, which set them."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    since: date
    limits: StageLimits | None
    source: Source
    version: int


class CampaignLimits(BaseModel):
    """Every limits that a campaign has stated, by the day they begin 批次历次时限."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    campaign: str
    version: int = 0
    stated: dict[date, StatedLimits] = Field(default_factory=dict)

    def on(self, day: date) -> StatedLimits | None:
        """What holds for a case opened on a day 当日时限; None where the city's rule does."""
        begun = [one for first, one in self.stated.items() if first <= day]
        latest = max(begun, key=lambda one: one.since, default=None)
        return latest if latest is not None and latest.limits is not None else None


def campaign_limits_stream(campaign: str) -> Stream:
    """Stream of one campaign's limits."""
    return stream_of("campaignlimits", campaign)


class LimitsInForce(NamedTuple):
    """Limits that hold for a case 适用时限. cause: the fact that set them, as stream/version; None of the default on file."""

    limits: StageLimits
    cause: str | None
    since: date


def limits_in_force(known: CampaignLimits | None, opened: date, rules: DatedRules | None, day: date) -> LimitsInForce:
    """The campaign's own on the day of the opening, else those of the city's rule on a day 适用时限.

    Args:
        known: the folded stream of the campaign's limits, as read; None = it never stated any.
        opened: on which the case was opened.
        rules: the folded stream of the rule of stages; None = the city has set none.
        day: whose rule it is, where the campaign has no limits.
    """
    own = known.on(opened) if known is not None else None
    if known is not None and own is not None and own.limits is not None:
        return LimitsInForce(own.limits, cause_of(campaign_limits_stream(known.campaign), own.version), own.since)
    rule = dated_rule_on(rules, RuleKind.STAGES, day)
    assert isinstance(rule.body, StageLimits)  # noqa: S101 - the kind has no other bodies
    return LimitsInForce(rule.body, rule.cause, rule.since)


# Decide: what may happen


def decide(command: SetCampaignLimits, known: CampaignLimits | None, context: DecisionContext) -> Facts:
    """Raises Refused: the rule above, CAMPAIGN_CLOSED or CAMPAIGN_OVER."""
    require_right(command, context.role)
    campaign: Campaign | None = context.read.get(campaign_stream(command.campaign))
    if campaign is None:
        raise NOT_FOUND.refuse()
    if campaign.closed:
        raise CAMPAIGN_CLOSED.refuse(path="campaign")
    if context.day > campaign.until:
        raise CAMPAIGN_OVER.refuse(path="campaign", latest=campaign.until)
    limits, source = command.limits.whole() if command.limits is not None else None, stated_source(command)
    before = known.stated.get(command.since) if known is not None else None
    if before is not None and (before.limits, before.source) == (limits, source):
        return ()
    if not context.day <= command.since <= campaign.until:
        raise CAMPAIGN_LIMITS_DAY.refuse(path="since", given=command.since, earliest=context.day, latest=campaign.until)
    return (CampaignLimitsSet(campaign=command.campaign, since=command.since, limits=limits, source=source),)


# Evolve: what has happened


def evolve(known: CampaignLimits | None, event: CampaignLimitsSet) -> CampaignLimits:
    """The campaign's limits after one more fact."""
    before = known or CampaignLimits(campaign=event.campaign)
    version = before.version + 1
    one = StatedLimits(since=event.since, limits=event.limits, source=event.source, version=version)
    return before.model_copy(update={"version": version, "stated": {**before.stated, event.since: one}})


CAMPAIGN_LIMITS = Capability(
    name="campaignlimits",
    commands=(SetCampaignLimits,),
    events=(CampaignLimitsSet,),
    stream=lambda command: campaign_limits_stream(command.campaign),
    reads=lambda command, _known: (campaign_stream(command.campaign),),
    place=lambda _command, _known, _read: Unscoped.OPEN_TO_ALL,
    decide=decide,
    evolve=evolve,
)

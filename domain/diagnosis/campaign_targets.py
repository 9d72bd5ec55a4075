"""Campaign target 批次目标: how many firms a district has diagnosed in a campaign, split over its subdistricts. plan G4, P5.

What no subdistrict is given stays with the district itself: firms without a subdistrict, and what it takes on beside.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place, Role
from domain.command_rights import GOVERNMENT, require_right
from domain.diagnosis.campaigns import CAMPAIGN_CLOSED, INVITED_AT_ONCE, Campaign, campaign_stream
from domain.kernel import (
    NOT_FOUND,
    CampaignRef,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    OrganisationRef,
    Refused,
    Rule,
    Stream,
    refuse_together,
    stream_of,
)
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream

SUBDISTRICTS_AT_MOST = 100
"""More subdistricts than any district has."""

CAMPAIGN_TARGET_TOLD = GOVERNMENT | {Role.AUDITOR, Role.SYSTEM}
"""Who is told of a district's whole target 批次目标知情角色: a subdistrict reads its own share alone."""

# Rules

SHARE_NOT_OF_DISTRICT = Rule(
    "SHARE_NOT_OF_DISTRICT",
    "plan G4",
    "不是该区在册的街镇，请从该区的街镇中选取",
    "This is no subdistrict of the district that takes part; take one of its own",
)
SHARE_STATED_TWICE = Rule(
    "SHARE_STATED_TWICE",
    "plan G4",
    "该街镇已在前面列出，请合并为一项",
    "The subdistrict is listed before; make one entry of the two",
)
SHARES_EXCEED_TARGET = Rule(
    "SHARES_EXCEED_TARGET",
    "plan G4",
    "各街镇合计 {given} 家，超过本区目标 {at_most} 家；请调减街镇的家数，或调高本区目标",
    "The subdistricts come to {given} firms, more than the district's target of {at_most}; lower theirs or raise the target",
)

# Commands

Firms = Annotated[int, Field(ge=0, le=INVITED_AT_ONCE)]


class SubdistrictShare(BaseModel):
    """Share of a subdistrict in its district's target · 街镇分解数."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    subdistrict: OrganisationRef = Field(description="Subdistrict or town of the district · 街镇")
    firms: Firms = Field(description="Firms of it to have their report in the campaign · 家数")


class SplitCampaignTarget(Command):
    """State how many firms of a district are to have their report in a campaign, split over its subdistricts · 分解批次目标.

    It takes the place of what was stated before. What no subdistrict is given stays with the district itself.
    """

    roles: ClassVar = GOVERNMENT

    campaign: CampaignRef = Field(description="Campaign · 批次")
    district: OrganisationRef = Field(description="District, as its division code · 区")
    firms: Firms = Field(description="Firms of the whole district to have their report in the campaign · 本区目标家数")
    shares: Annotated[tuple[SubdistrictShare, ...], Field(min_length=1, max_length=SUBDISTRICTS_AT_MOST)] = Field(
        description="Shares of its subdistricts, each listed once · 街镇分解"
    )


# Events


class CampaignTargetSplit(Event):
    """A district's target in a campaign is split over its subdistricts 批次目标已分解."""

    type: Literal["campaigntarget.split.v1"] = "campaigntarget.split.v1"
    told_to: ClassVar = CAMPAIGN_TARGET_TOLD
    says: ClassVar = "确定本区在批次 {campaign} 的目标为 {firms} 家，并分解到街镇"
    says_in_english: ClassVar = (
        "set the district's target in the campaign {campaign} to {firms} firms and split it over its subdistricts"
    )
    campaign: str
    district: str
    firms: int
    shares: tuple[SubdistrictShare, ...]


# State


class CampaignTarget(BaseModel):
    """The target as it was split last 批次目标."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    last: CampaignTargetSplit


def campaign_target_stream(campaign: str, district: str) -> Stream:
    """Stream of one district's target in one campaign."""
    return stream_of("campaigntarget", f"{campaign}.{district}")


# Decide: what may happen


def decide(command: SplitCampaignTarget, known: CampaignTarget | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or CAMPAIGN_CLOSED."""
    require_right(command, context.role)
    campaign: Campaign | None = context.read.get(campaign_stream(command.campaign))
    if campaign is None:
        raise NOT_FOUND.refuse()
    if campaign.closed:
        raise CAMPAIGN_CLOSED.refuse(path="campaign")
    refuse_together(list(_problems(command, context)))
    given = sum(share.firms for share in command.shares)
    if given > command.firms:
        raise SHARES_EXCEED_TARGET.refuse(path="firms", given=given, at_most=command.firms)
    wanted = CampaignTargetSplit(**dict(command))
    return () if known is not None and known.last == wanted else (wanted,)


def _problems(command: SplitCampaignTarget, context: DecisionContext) -> Iterator[Refused]:
    before = set[str]()
    for place, share in enumerate(command.shares):
        path = f"shares.{place}.subdistrict"
        unit: Organisation | None = context.read.get(organisation_stream(share.subdistrict))
        is_its_own = share.subdistrict.startswith(command.district)
        if unit is None or unit.kind is not OrganisationKind.SUBDISTRICT or not is_its_own or unit.is_retired_on(context.day):
            yield SHARE_NOT_OF_DISTRICT.refuse(path=path)
        elif share.subdistrict in before:
            yield SHARE_STATED_TWICE.refuse(path=path)
        before.add(share.subdistrict)


# Evolve: what has happened


def evolve(_known: CampaignTarget | None, event: CampaignTargetSplit) -> CampaignTarget:
    """The target after one more fact."""
    return CampaignTarget(last=event)


def _reads(command: SplitCampaignTarget, _known: CampaignTarget | None) -> tuple[Stream, ...]:
    named = dict.fromkeys(share.subdistrict for share in command.shares)
    return (campaign_stream(command.campaign), *map(organisation_stream, named))


CAMPAIGN_TARGETS = Capability(
    name="campaigntarget",
    key_names=("", "district"),
    commands=(SplitCampaignTarget,),
    events=(CampaignTargetSplit,),
    stream=lambda command: campaign_target_stream(command.campaign, command.district),
    reads=_reads,
    place=lambda command, _known, _read: Place(district=command.district),
    decide=decide,
    evolve=evolve,
)

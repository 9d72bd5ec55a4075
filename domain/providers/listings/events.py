"""Moves of the directory 名录变动事实. Each names its rule, None of a default on file, and cites its causes. plan V2, V4."""

from datetime import date
from typing import ClassVar, Literal, assert_never

from domain.governance.standing import Directory, DirectoryStanding, HeldTag, Listing
from domain.kernel import EVERYONE, Event


class ProviderListed(Event):
    """The provider is in the year's directory 已列入名录. tags: all that it has from then on."""

    type: Literal["listing.listed.v1"] = "listing.listed.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "将该服务商列入 {year} 年名录，行业标签 {tags:listed}"
    says_in_english: ClassVar = "listed the provider in the directory of {year} for the industries {tags:listed}"
    year: int
    on: date
    tags: tuple[str, ...]
    rule: str | None
    causes: tuple[str, ...]


class TagGained(Event):
    """The provider gained an industry's tag 已获行业标签."""

    type: Literal["listing.tag_gained.v1"] = "listing.tag_gained.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "为该服务商增加行业标签 {industry}：{reason}"
    says_in_english: ClassVar = "added the industry {industry} to the provider: {reason}"
    industry: str
    on: date
    rule: str | None
    causes: tuple[str, ...]
    reason: str


class TagLost(Event):
    """The provider lost an industry's tag 已失行业标签."""

    type: Literal["listing.tag_lost.v1"] = "listing.tag_lost.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "取消该服务商的行业标签 {industry}：{reason}"
    says_in_english: ClassVar = "took the industry {industry} from the provider: {reason}"
    industry: str
    on: date
    rule: str | None
    causes: tuple[str, ...]
    reason: str


class ProviderWarned(Event):
    """The provider has something to correct 已限期整改; due: the last day for it."""

    type: Literal["listing.warned.v1"] = "listing.warned.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "要求该服务商限期整改，截止 {due}：{reason}"
    says_in_english: ClassVar = "warned the provider, to correct it by {due}: {reason}"
    on: date
    due: date
    rule: str | None
    causes: tuple[str, ...]
    reason: str


class WarningCorrected(Event):
    """What the warning was about is corrected 整改已完成."""

    type: Literal["listing.corrected.v1"] = "listing.corrected.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "确认该服务商整改完成：{reason}"
    says_in_english: ClassVar = "found that the provider corrected what it was warned of: {reason}"
    on: date
    rule: str | None
    causes: tuple[str, ...]
    reason: str


class ProviderSuspended(Event):
    """The provider takes on no new work 已暂停."""

    type: Literal["listing.suspended.v1"] = "listing.suspended.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "暂停该服务商承接新的诊断：{reason}"
    says_in_english: ClassVar = "suspended the provider from taking on new diagnoses: {reason}"
    on: date
    rule: str | None
    causes: tuple[str, ...]
    reason: str


class ProviderRemoved(Event):
    """The provider left the directory by a decision 已移出名录; what it did before stays."""

    type: Literal["listing.removed.v1"] = "listing.removed.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "将该服务商移出名录：{reason}"
    says_in_english: ClassVar = "removed the provider from the directory: {reason}"
    on: date
    rule: str | None
    causes: tuple[str, ...]
    reason: str


class ProviderRestored(Event):
    """The provider stands as before 已恢复."""

    type: Literal["listing.restored.v1"] = "listing.restored.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "恢复该服务商在录：{reason}"
    says_in_english: ClassVar = "restored the provider to the directory: {reason}"
    on: date
    rule: str | None
    causes: tuple[str, ...]
    reason: str


class ListingLapsed(Event):
    """The provider is not in the new year's directory 未续列."""

    type: Literal["listing.lapsed.v1"] = "listing.lapsed.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "未将该服务商列入 {year} 年名录"
    says_in_english: ClassVar = "did not list the provider in the directory of {year}"
    year: int
    on: date
    rule: str | None
    causes: tuple[str, ...]


ListingEvent = (
    ProviderListed
    | TagGained
    | TagLost
    | ProviderWarned
    | WarningCorrected
    | ProviderSuspended
    | ProviderRemoved
    | ProviderRestored
    | ListingLapsed
)


class DirectoryBegun(Event):
    """A year's directory holds from a day on 名录已施行. members: who is listed; call: the fact that adopted it."""

    type: Literal["directory.begun.v1"] = "directory.begun.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "确定 {year} 年名录自 {since} 起施行，共 {members:count} 家"
    says_in_english: ClassVar = "put the directory of {year} in force from {since}; providers: {members:count}"
    year: int
    since: date
    members: tuple[str, ...]
    call: str


STANDING_AFTER: dict[type[Event], DirectoryStanding] = {
    ProviderListed: DirectoryStanding.LISTED,
    ProviderWarned: DirectoryStanding.WARNED,
    WarningCorrected: DirectoryStanding.LISTED,
    ProviderSuspended: DirectoryStanding.SUSPENDED,
    ProviderRemoved: DirectoryStanding.REMOVED,
    ProviderRestored: DirectoryStanding.LISTED,
    ListingLapsed: DirectoryStanding.LAPSED,
}
"""Event -> how the provider stands after it 变动后的状态; a tag moves nothing else."""
LASTS = frozenset({DirectoryStanding.WARNED, DirectoryStanding.SUSPENDED})
"""What a new year's directory does not lift: a warning and a suspension last until they are decided on."""


def evolve_listing(listing: Listing | None, event: ListingEvent) -> Listing:
    """The provider's place after one more move."""
    version = listing.version + 1 if listing is not None else 1
    if isinstance(event, ProviderListed):
        held = listing.tags if listing is not None else {}
        tags = {one: held.get(one, HeldTag(since=event.on, version=version)) for one in event.tags}
        if listing is not None and listing.standing in LASTS:
            return listing.model_copy(update={"version": version, "year": event.year, "tags": tags})
        return Listing(version=version, year=event.year, standing=DirectoryStanding.LISTED, tags=tags, moved=event.on)
    assert listing is not None, "a history starts with ProviderListed"  # noqa: S101 - guards replay, not input
    changed: dict[str, object] = {"version": version}
    if (standing := STANDING_AFTER.get(type(event))) is not None:
        changed |= {"standing": standing, "moved": event.on, "due": None, "suspended_for": ()}
    match event:
        case TagGained(industry=industry, on=on):
            changed |= {"tags": {**listing.tags, industry: HeldTag(since=on, version=version)}}
        case TagLost(industry=industry):
            changed |= {"tags": {one: held for one, held in listing.tags.items() if one != industry}}
        case ProviderWarned(due=due):
            changed |= {"due": due}
        case ListingLapsed():
            changed |= {"tags": {}}
        case ProviderSuspended(causes=causes):
            changed |= {"suspended_for": causes}
        case WarningCorrected() | ProviderRemoved() | ProviderRestored():
            pass
        case never:
            assert_never(never)
    return listing.model_copy(update=changed)


def evolve_directory(directory: Directory | None, event: DirectoryBegun) -> Directory:
    """The directories after one more was adopted."""
    known = directory or Directory(version=0)
    return Directory(
        version=known.version + 1, years={**known.years, event.year: event.since}, members=event.members
    )

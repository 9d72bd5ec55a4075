"""Standing of providers 服务商在录情况: what is read of the directory wherever work is given or taken. plan V2–V4.

The moves are decided in `domain/providers/listings/` and `domain/providers/calls/adoption.py`; here is what they leave, and what
follows from it for work: from the first directory on, new work goes to who is listed with the industry's tag.
"""

from datetime import date

from pydantic import Field

from domain.kernel import DecisionContext, Part, Rule, Stream, stream_of
from standards.described import DescribedEnum

# Rules

PROVIDER_NOT_LISTED = Rule(
    "PROVIDER_NOT_LISTED",
    "plan V4",
    "该服务商不在现行名录中；请从名录中另选，确有必要的，由市级或区级部门写明例外理由",
    "The provider is not in the directory; choose one that is, or have the city or the district state a reasoned exception",
)
PROVIDER_SUSPENDED = Rule(
    "PROVIDER_SUSPENDED",
    "plan V4",
    "该服务商自 {since} 起暂停承接新的诊断；请另选服务商，确有必要的，由市级或区级部门写明例外理由",
    "The provider is suspended from {since} on and takes on no new work; choose another, or have the city or the district state a "
    "reasoned exception",
)
PROVIDER_REMOVED = Rule(
    "PROVIDER_REMOVED",
    "plan V4",
    "该服务商已于 {since} 移出名录，不再承接新的诊断；请另选服务商，确有必要的，由市级或区级部门写明例外理由",
    "The provider was removed from the directory on {since} and takes on no new work; choose another, or have the city or the "
    "district state a reasoned exception",
)
INDUSTRY_TAG_MISSING = Rule(
    "INDUSTRY_TAG_MISSING",
    "plan V3",
    "该服务商在名录中没有行业 {division} 的标签，现有标签为 {held}；请另选，确有必要的，由市级或区级部门写明例外理由",
    "In the directory the provider has no tag of division {division}, it has {held_in_english}; choose another, or have the city "
    "or the district state a reasoned exception",
)

# State


class DirectoryStanding(DescribedEnum):
    """How a provider stands in the directory · 在录状态."""

    LISTED = "listed", "Listed: takes on work of its tags · 在录"
    WARNED = "warned", "Listed, and has something to correct by a day · 限期整改"
    SUSPENDED = "suspended", "Suspended: takes on no new work · 暂停"
    REMOVED = "removed", "Removed from the directory · 移出"
    LAPSED = "lapsed", "Not listed again in the year's directory · 未续列"


TAKES_WORK = frozenset({DirectoryStanding.LISTED, DirectoryStanding.WARNED})


class HeldTag(Part):
    """A tag that is held 在册标签. since: its first day. version: of the listing, at which it was gained."""

    since: date
    version: int


class Listing(Part):
    """A provider's place in the directory 在录情况.

    year: of the directory that it was listed in last. tags: GB/T 4754 division -> since when and by which fact. moved: the day of
    the last move. due: until when a warning is to be corrected; None = there is none. suspended_for: causes of the
    suspension that stands.
    """

    version: int
    year: int
    standing: DirectoryStanding
    tags: dict[str, HeldTag] = Field(default_factory=dict)
    moved: date
    due: date | None = None
    suspended_for: tuple[str, ...] = ()


class Directory(Part):
    """The directories that were adopted 历年名录: year -> the day from which it holds; and who is in the latest of them."""

    version: int
    years: dict[int, date] = Field(default_factory=dict)
    members: tuple[str, ...] = ()

    def is_adopted_on(self, day: date) -> bool:
        """Whether a directory holds on a day 当日是否已有名录."""
        return any(first <= day for first in self.years.values())


def listing_stream(provider: str) -> Stream:
    """Stream of one provider's place in the directory."""
    return stream_of("listing", provider)


DIRECTORY_STREAM = stream_of("directory", "city")
"""Stream of the directories that the city adopted."""


def require_listed(provider: str, division: str | None, context: DecisionContext) -> None:
    """Refuse new work of a provider that the directory does not give it to; before the first directory all is as it was 名录检查.

    Args:
        provider: its id; its listing and the directory were read.
        division: of the firm, such as C34; None where it was judged before.
        context: of the decision.

    Raises:
        Refused: PROVIDER_NOT_LISTED, PROVIDER_SUSPENDED, PROVIDER_REMOVED, INDUSTRY_TAG_MISSING (plan V3, V4).
    """
    if not is_directory_adopted(context):
        return
    listing: Listing | None = context.read.get(listing_stream(provider))
    if listing is None or listing.standing is DirectoryStanding.LAPSED:
        raise PROVIDER_NOT_LISTED.refuse(path="provider")
    if listing.standing is DirectoryStanding.SUSPENDED:
        raise PROVIDER_SUSPENDED.refuse(path="provider", since=listing.moved)
    if listing.standing is DirectoryStanding.REMOVED:
        raise PROVIDER_REMOVED.refuse(path="provider", since=listing.moved)
    if division is not None and division not in listing.tags:
        held = sorted(listing.tags)
        raise INDUSTRY_TAG_MISSING.refuse(
            path="provider", division=division, held="、".join(held) or "无", held_in_english=", ".join(held) or "none"
        )


def is_directory_adopted(context: DecisionContext) -> bool:
    """Whether the city has a directory on the day of the act 是否已有名录."""
    directory: Directory | None = context.read.get(DIRECTORY_STREAM)
    return directory is not None and directory.is_adopted_on(context.day)

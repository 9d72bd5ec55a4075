"""Campaigns of the demo city 示例批次: one a year, to the latest of which every district invites its roster."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from domain.access import Role
from domain.diagnosis.campaign_targets import SplitCampaignTarget, SubdistrictShare
from domain.diagnosis.campaigns import CloseCampaign, InviteFirms, PlanCampaign, RemindFirms
from domain.diagnosis.participations import ExemptFirm
from domain.diagnosis.state import Purpose
from domain.kernel import Command
from journal import Caller
from zhenduan.demo.people import SHOWN_DISTRICT, People

CLOSED_ON = (2, 10)
"""Month and day of the next year on which the city closes a campaign."""
INVITED_ON, SPLIT_ON, REMINDED_ON = (3, 10), (3, 12), (4, 8)
"""Month and day on which the districts invite, once the year's roster is in; one splits its target, and reminds."""
CONCLUSION = "本年度首次诊断办结，未启动的转入下一年度"
EXEMPTED = 2
"""So many firms of the shown district are exempted."""
REASONS = ("厂房搬迁，年内停产", "与母公司合并，不再单独经营")


def campaign_of(purpose: Purpose, year: int) -> str:
    """The campaign that a diagnosis of a purpose is opened in."""
    return f"{year}-repeat" if purpose is Purpose.REPEAT else str(year)


def planned(city: Caller, first: date, last: int) -> Iterator[tuple[date, Caller, Command]]:
    """One campaign of first diagnoses a year, and from the second year on one of later ones; each planned before it begins."""
    for year in range(first.year, last + 1):
        since = max(first, date(year, 1, 1))
        days = {"since": since, "until": date(year + 1, 1, 31)}
        on = max(first, date(year - 1, 12, 18))
        yield on, city, PlanCampaign(campaign=str(year), name=f"{year} 年度首次诊断", purpose=Purpose.INITIAL, **days)
        named = [str(year)]
        if year > first.year:
            named.append(campaign_of(Purpose.REPEAT, year))
            told = {"name": f"{year} 年度复诊", "purpose": Purpose.REPEAT, "follows": str(year - 1)}
            yield on, city, PlanCampaign(campaign=named[-1], **told, **days)
        for campaign in named if year < last else ():
            yield date(year + 1, *CLOSED_ON), city, CloseCampaign(campaign=campaign, conclusion=CONCLUSION)


def invited(
    people: People, firms: Mapping[str, Sequence[str]], year: int, diagnosed: set[str]
) -> Iterator[tuple[date, Caller, Command]]:
    """Every district invites; the shown one splits its target over subdistricts, reminds who is still waiting, exempts a few.

    firms: district -> ids of its firms. diagnosed: those that are diagnosed this year.
    """
    campaign = str(year)
    for district, own in firms.items():
        invitation = InviteFirms(campaign=campaign, enterprises=tuple(own))
        yield date(year, *INVITED_ON), people.callers[Role.DISTRICT, district], invitation
    towns = [town.id for town in people.data.organisations.subdistricts if town.id.startswith(SHOWN_DISTRICT)]
    share, target = len(firms[SHOWN_DISTRICT]) // (len(towns) + 1), len(firms[SHOWN_DISTRICT])
    shares = tuple(SubdistrictShare(subdistrict=town, firms=share) for town in towns)
    split = SplitCampaignTarget(campaign=campaign, district=SHOWN_DISTRICT, firms=target, shares=shares)
    yield date(year, *SPLIT_ON), people.callers[Role.DISTRICT, SHOWN_DISTRICT], split
    shown, waiting = people.callers[Role.DISTRICT, SHOWN_DISTRICT], [one for one in firms[SHOWN_DISTRICT] if one not in diagnosed]
    for reason, enterprise in zip(REASONS, waiting[:EXEMPTED], strict=False):
        yield date(year, *REMINDED_ON), shown, ExemptFirm(campaign=campaign, enterprise=enterprise, reason=reason)
    if left := waiting[EXEMPTED:]:
        yield date(year, *REMINDED_ON), shown, RemindFirms(campaign=campaign, enterprises=tuple(left))

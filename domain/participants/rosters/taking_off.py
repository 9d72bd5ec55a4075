"""Taking a firm off a roster 移出年度名单: it no longer counts in that year. plan G4."""

from typing import ClassVar

from pydantic import Field

from domain.access import Role
from domain.command_rights import GOVERNMENT
from domain.kernel import Command, DecisionContext, EnterpriseRef, Facts, OnStream, Rule, Text
from domain.participants.enterprises import Enterprise, EnterpriseTakenOffRoster, enterprise_stream
from domain.participants.rosters.state import Roster, RosterYear

# Rules

NOT_ON_ROSTER = Rule(
    "NOT_ON_ROSTER",
    "plan G4",
    "该企业不在 {year} 年名单上；请核对年度与企业",
    "The enterprise is not on the roster of {year}; check year and enterprise",
)
OFF_ROSTER_ALREADY = Rule(
    "OFF_ROSTER_ALREADY",
    "plan G4",
    "该企业已移出 {year} 年名单，理由以当时所填为准，无须再次移出",
    "The enterprise is off the roster of {year} already, for the reason that was given then; that stands",
)
ROSTER_OF_ANOTHER_DISTRICT = Rule(
    "ROSTER_OF_ANOTHER_DISTRICT",
    "plan G4",
    "{year} 年名单上该企业在其他区，移出须由市级办理",
    "On the roster of {year} the enterprise lay in another district; only the city may take it off",
)


# Commands


class TakeOffRoster(Command):
    """Take an enterprise off a year's roster, with a reason: it no longer counts in that year · 移出年度名单."""

    roles: ClassVar = GOVERNMENT

    year: RosterYear = Field(description="Year of the roster · 年度")
    enterprise: EnterpriseRef = Field(description="Id of the enterprise · 企业标识")
    reason: Text = Field(description="Why it no longer counts in that year · 理由")


# Decide: what may happen


def take_off(command: TakeOffRoster, roster: Roster | None, context: DecisionContext) -> Facts:
    """Of a roster that it is on; a district those that lay in it then 移出."""
    stream = enterprise_stream(command.enterprise)
    known: Enterprise | None = context.read.get(stream)
    if known is None or not (command.year in known.stated or (roster and command.enterprise in roster.members)):
        raise NOT_ON_ROSTER.refuse(year=command.year)
    lay = known.stated.get(command.year, known).district
    if context.role == Role.DISTRICT and lay != context.organisation:
        raise ROSTER_OF_ANOTHER_DISTRICT.refuse(year=command.year)
    if command.year in known.taken_off:
        raise OFF_ROSTER_ALREADY.refuse(year=command.year)
    return (OnStream(stream, EnterpriseTakenOffRoster(year=command.year, reason=command.reason)),)

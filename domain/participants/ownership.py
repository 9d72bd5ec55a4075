"""Ownership of providers 控股情况: who controls one, since when and by which source, so that ratings can be told by it. plan V5.

Declared by the provider or by the city; what the city states of a day the city alone changes.
"""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, TypeAdapter

from domain.access import Role
from domain.command_rights import CITY, MANAGER
from domain.kernel import Command, DecisionContext, Event, Facts, OrganisationRef, Part, Rule, Text
from domain.stated_dates import require_programme_date
from standards.described import DescribedEnum

# Rules

OWNERSHIP_OF_PROVIDERS = Rule(
    "OWNERSHIP_OF_PROVIDERS",
    "plan V5",
    "控股情况只登记服务商的，请从服务商清单中选取",
    "Ownership is kept of providers alone; take one of those listed",
)
OWNERSHIP_AHEAD = Rule(
    "OWNERSHIP_AHEAD",
    "plan V5",
    "起始日 {given} 尚未到来，最晚为今日 {latest}；变更完成后再登记",
    "The first day {given} has not come, today, {latest}, is the latest; declare the change once it is made",
)
OWNERSHIP_UNCHANGED = Rule(
    "OWNERSHIP_UNCHANGED",
    "plan V5",
    "自 {since} 起登记的已是该控股情况，无须重复登记",
    "That ownership is on record already, from {since} on; there is nothing to declare again",
)
OWNERSHIP_STATED_BY_CITY = Rule(
    "OWNERSHIP_STATED_BY_CITY",
    "plan V5",
    "自 {since} 起的控股情况由市级部门登记；如有不符，请向市级部门提供依据，由其更正",
    "The ownership from {since} on was stated by the city department; give it your source if that is wrong",
)


class Ownership(DescribedEnum):
    """Who controls a provider, as statistics of firms divide it · 控股情况."""

    STATE = "state", "Controlled by the state · 国有控股"
    COLLECTIVE = "collective", "Controlled by a collective · 集体控股"
    PRIVATE = "private", "Controlled by private persons · 私人控股"
    HONG_KONG_MACAO_TAIWAN = "hong_kong_macao_taiwan", "Controlled from Hong Kong, Macao or Taiwan · 港澳台商控股"
    FOREIGN = "foreign", "Controlled from abroad · 外商控股"
    OTHER = "other", "Other · 其他"


# Commands


class DeclareOwnership(Command):
    """Declare who controls a provider from a day on; of the same day it takes the place of what was declared · 登记控股情况."""

    roles: ClassVar = CITY | MANAGER

    organisation: OrganisationRef = Field(description="Provider · 服务商标识")
    ownership: Ownership = Field(description="Who controls it · 控股情况")
    since: date = Field(description="First day of it; if earlier than the programme, the programme's first day · 起始日")
    source: Text = Field(description="Document that it is known from, such as the business register's extract · 依据来源")


# Events


class OwnershipDeclared(Event):
    """Who controls a provider was declared 控股情况已登记. by: the role that did."""

    type: Literal["organisation.ownership_declared.v1"] = "organisation.ownership_declared.v1"
    says: ClassVar = "登记了自 {since} 起的控股情况：{ownership:term}；依据：{source}"
    says_in_english: ClassVar = "recorded who controls it from {since} on: {ownership:term}; source: {source}"
    ownership: Ownership
    since: date
    source: str
    by: Role


# State


class DeclaredOwnership(Part):
    """Who controls a provider from a day on 已登记控股情况. by: the role that declared it."""

    ownership: Ownership
    since: date
    source: str
    by: Role


Ownerships = tuple[DeclaredOwnership, ...]
"""All that is on record of one provider, the earliest first."""
OWNERSHIPS: TypeAdapter[Ownerships] = TypeAdapter(Ownerships)


def ownership_on(known: Ownerships, day: date) -> DeclaredOwnership | None:
    """What holds on a day 当日控股情况; None before the first declaration's day, or where none was made."""
    return next((one for one in reversed(known) if one.since <= day), None)


def with_declared(known: Ownerships, event: OwnershipDeclared) -> Ownerships:
    """All that is on record after one more declaration."""
    declared = DeclaredOwnership(ownership=event.ownership, since=event.since, source=event.source, by=event.by)
    kept = (one for one in known if one.since != event.since)
    return tuple(sorted((*kept, declared), key=lambda one: one.since))


# Decide: what may happen


def declare_ownership(command: DeclareOwnership, known: Ownerships, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_programme_date("since", command.since, context)
    if command.since > context.day:
        raise OWNERSHIP_AHEAD.refuse(path="since", given=command.since, latest=context.day)
    standing = ownership_on(known, command.since)
    if standing is not None and standing.ownership is command.ownership:
        raise OWNERSHIP_UNCHANGED.refuse(since=standing.since)
    if standing is not None and standing.since == command.since and standing.by == Role.CITY != context.role:
        raise OWNERSHIP_STATED_BY_CITY.refuse(since=standing.since)
    return (OwnershipDeclared(**command.model_dump(exclude={"organisation"}), by=Role(context.role)),)

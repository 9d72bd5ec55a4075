"""Organisation 组织: departments, subdistricts, parks, groups and providers as streams. plan O1–O3, V2."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place
from domain.command_rights import CITY_AND_SYSTEM, require_right
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Label,
    OrganisationRef,
    Rule,
    Stream,
    Text,
    stream_of,
)
from domain.participants.ownership import (
    OWNERSHIP_OF_PROVIDERS,
    DeclareOwnership,
    OwnershipDeclared,
    Ownerships,
    declare_ownership,
    with_declared,
)
from domain.stated_dates import require_not_too_far_ahead
from standards.described import DescribedEnum

# Rules

ORGANISATION_EXISTS = Rule(
    "ORGANISATION_EXISTS",
    "plan O2",
    "组织“{name}”已登记，无须再次登记",
    "The organisation {name} is already registered; it need not be registered again",
)
PARENT_UNKNOWN = Rule(
    "PARENT_UNKNOWN", "plan O2", "没有登记这个上级组织，请先登记上级", "The organisation above is not registered; register it first"
)
DIVISION_CODE_INVALID = Rule(
    "DIVISION_CODE_INVALID",
    "plan G4",
    "区的标识须为六位、街镇须为九位行政区划代码，而非 {organisation}",
    "A district is named by its six-digit division code and a subdistrict by nine digits, not {organisation}",
)

ORGANISATION_UNCHANGED = Rule(
    "ORGANISATION_UNCHANGED",
    "plan O2",
    "所填内容与登记一致，没有需要变更的内容",
    "What is given is what is on record; there is nothing to change",
)
ORGANISATION_RETIRED = Rule(
    "ORGANISATION_RETIRED",
    "plan O2",
    "该组织已登记退出，最后一日为 {last}，不能再变更",
    "The organisation retires, its last day is {last}; it is not changed any more",
)
RETIREMENT_IN_THE_PAST = Rule(
    "RETIREMENT_IN_THE_PAST",
    "plan O2",
    "退出的最后一日 {given} 早于今日，最早为 {earliest}",
    "The last day {given} lies in the past; {earliest} is the earliest",
)
PARENT_BELOW = Rule(
    "PARENT_BELOW",
    "plan O2",
    "上级组织不能是本组织自己，也不能是本组织的下级；请另选上级",
    "An organisation lies neither below itself nor below one of those under it; name another parent",
)

# Commands

DIVISION = r"^C(1[3-9]|2[0-9]|3[0-9]|4[0-3])$"
"""Pattern of a division of manufacturing 制造业行业大类."""
Division = Annotated[str, Field(pattern=DIVISION)]
"""Division of manufacturing 制造业行业大类, C13 to C43 of GB/T 4754-2017."""
Industries = Annotated[tuple[Division, ...], Field(max_length=100)]


class OrganisationKind(DescribedEnum):
    """What an organisation is in the programme · 组织类别."""

    CITY = "city", "City department that leads the programme · 市级部门"
    DISTRICT = "district", "District department · 区级部门"
    SUBDISTRICT = "subdistrict", "Subdistrict or town · 街镇"
    PARK = "park", "Industrial park · 产业园区"
    REPORTING_UNIT = "reporting_unit", "Unit that firms report to beside their district · 申报单位"
    GROUP = "group", "Enterprise group · 企业集团"
    PROVIDER = "provider", "Provider that diagnoses firms · 服务商"
    EXPERT_GROUP = "expert_group", "Group of experts · 专家组"
    SUPPORT = "support", "Support body · 支撑机构"
    BANK = "bank", "Bank · 银行"
    SUPPLIER = "supplier", "Solution supplier · 解决方案商"
    AUDITOR = "auditor", "Audit body · 审计机构"
    OPERATOR = "operator", "Operator of the platform · 平台运维单位"


CODE_DIGITS = {OrganisationKind.DISTRICT: 6, OrganisationKind.SUBDISTRICT: 9}
"""Digits of the administrative division code that names an organisation, because scopes name the place by it."""


class RegisterOrganisation(Command):
    """Enter an organisation · 登记组织.

    organisation: its id; for a district or subdistrict its division code (GB/T 2260), which scopes name the place by.
    industries: GB/T 4754 divisions that a provider serves (plan V2).
    """

    roles: ClassVar = CITY_AND_SYSTEM

    organisation: OrganisationRef = Field(description="Organisation, district code or enterprise · 单位标识")
    kind: OrganisationKind = Field(description="What the organisation is in the programme · 组织类别")
    name: Label = Field(description="Name · 名称")
    parent: OrganisationRef | None = Field(default=None, description="Organisation above · 上级组织")
    industries: Industries = Field(
        default=(), description="GB/T 4754 divisions a provider serves, such as C34 · 服务行业. plan V2"
    )


class ReviseOrganisation(Command):
    """Change what is on record of an organisation: only what is given is changed · 变更组织登记."""

    roles: ClassVar = CITY_AND_SYSTEM

    organisation: OrganisationRef = Field(description="Organisation on record · 单位标识")
    name: Label | None = Field(default=None, description="Its name from now on · 名称")
    parent: OrganisationRef | None = Field(default=None, description="Organisation above from now on · 上级组织")
    industries: Industries | None = Field(
        default=None, description="GB/T 4754 divisions that the provider serves from now on, such as C34 · 服务行业"
    )
    reason: Text = Field(description="Why it changes · 变更理由")


class RetireOrganisation(Command):
    """End an organisation's part in the programme; a provider gets no new work after its last day · 组织退出."""

    roles: ClassVar = CITY_AND_SYSTEM

    organisation: OrganisationRef = Field(description="Organisation on record · 单位标识")
    last: date = Field(description="Last day of its part in the programme, today or later · 最后一日")
    reason: Text = Field(description="Why it retires · 退出理由")


OrganisationCommand = RegisterOrganisation | ReviseOrganisation | RetireOrganisation | DeclareOwnership

# Events


class OrganisationRegistered(Event):
    """An organisation takes part 组织已登记."""

    type: Literal["organisation.registered.v2"] = "organisation.registered.v2"
    says: ClassVar = "登记了组织“{name}”"
    says_in_english: ClassVar = "registered the organisation “{name}”"
    kind: OrganisationKind
    name: str
    parent: str | None
    industries: tuple[str, ...]


class OrganisationRevised(Event):
    """What is on record of an organisation changed 组织登记已变更: all of it as it is from now on."""

    type: Literal["organisation.revised.v1"] = "organisation.revised.v1"
    says: ClassVar = "将组织登记变更为“{name}”：{reason}"
    says_in_english: ClassVar = "changed the record of the organisation to “{name}”: {reason}"
    name: str
    parent: str | None
    industries: tuple[str, ...]
    reason: str


class OrganisationRetired(Event):
    """An organisation ends its part in the programme 组织已退出."""

    type: Literal["organisation.retired.v1"] = "organisation.retired.v1"
    says: ClassVar = "登记了组织退出，最后一日 {last}：{reason}"
    says_in_english: ClassVar = "recorded that the organisation leaves, last day {last}: {reason}"
    last: date
    reason: str


OrganisationEvent = OrganisationRegistered | OrganisationRevised | OrganisationRetired | OwnershipDeclared

# State


class Organisation(BaseModel):
    """An organisation as it is on record 组织.

    industries: GB/T 4754 divisions that a provider serves. last: its last day in the programme; None = it stays. ownerships: of a
    provider, all that was declared.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    kind: OrganisationKind
    name: str
    parent: str | None = None
    industries: tuple[str, ...] = ()
    last: date | None = None
    ownerships: Ownerships = ()

    def is_retired_on(self, day: date) -> bool:
        """Whether its part in the programme is over on a day of the city's calendar 是否已退出."""
        return self.last is not None and day > self.last


# Decide: what may happen


def decide(command: OrganisationCommand, organisation: Organisation | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case RegisterOrganisation():
            return _register(command, organisation, context)
        case ReviseOrganisation():
            return _revise(command, _on_record(organisation), context)
        case RetireOrganisation(last=last, reason=reason):
            _on_record(organisation)
            require_not_too_far_ahead("last", last, context)
            if last < context.day:
                raise RETIREMENT_IN_THE_PAST.refuse(path="last", given=last, earliest=context.day)
            return (OrganisationRetired(last=last, reason=reason),)
        case DeclareOwnership():
            provider = _on_record(organisation)
            if provider.kind is not OrganisationKind.PROVIDER:
                raise OWNERSHIP_OF_PROVIDERS.refuse(path="organisation")
            return declare_ownership(command, provider.ownerships, context)
        case never:
            assert_never(never)


def _on_record(organisation: Organisation | None) -> Organisation:
    if organisation is None:
        raise NOT_FOUND.refuse()
    if organisation.last is not None:
        raise ORGANISATION_RETIRED.refuse(last=organisation.last)
    return organisation


def _revise(command: ReviseOrganisation, organisation: Organisation, context: DecisionContext) -> Facts:
    above = command.parent
    while above is not None:
        if above == command.organisation:
            raise PARENT_BELOW.refuse(path="parent")
        higher = context.read.get(organisation_stream(above))
        if higher is None:
            raise PARENT_UNKNOWN.refuse(path="parent", parent=above)
        above = higher.parent if organisation_stream(higher.parent or "") in context.read else None
    revised = OrganisationRevised(
        name=command.name or organisation.name,
        parent=command.parent or organisation.parent,
        industries=organisation.industries if command.industries is None else command.industries,
        reason=command.reason,
    )
    before = (organisation.name, organisation.parent, organisation.industries)
    if (revised.name, revised.parent, revised.industries) == before:
        raise ORGANISATION_UNCHANGED.refuse()
    return (revised,)


def _register(command: RegisterOrganisation, organisation: Organisation | None, context: DecisionContext) -> Facts:
    if organisation is not None:
        raise ORGANISATION_EXISTS.refuse(name=organisation.name)
    digits = CODE_DIGITS.get(command.kind)
    if digits is not None and re.fullmatch(f"[0-9]{{{digits}}}", command.organisation) is None:
        raise DIVISION_CODE_INVALID.refuse(organisation=command.organisation)
    if command.parent is not None and context.read.get(organisation_stream(command.parent)) is None:
        raise PARENT_UNKNOWN.refuse(path="parent", parent=command.parent)
    return (
        OrganisationRegistered(
            kind=command.kind,
            name=command.name,
            parent=command.parent,
            industries=command.industries,
        ),
    )


# Evolve: what has happened


def evolve(organisation: Organisation | None, event: OrganisationEvent) -> Organisation:
    """The organisation after one more fact."""
    if isinstance(event, OrganisationRegistered):
        return Organisation(kind=event.kind, name=event.name, parent=event.parent, industries=event.industries)
    assert organisation is not None, "a history starts with OrganisationRegistered"  # noqa: S101 - guards replay, not input
    match event:
        case OrganisationRevised(name=name, parent=parent, industries=industries):
            return organisation.model_copy(update={"name": name, "parent": parent, "industries": industries})
        case OrganisationRetired(last=last):
            return organisation.model_copy(update={"last": last})
        case OwnershipDeclared():
            return organisation.model_copy(update={"ownerships": with_declared(organisation.ownerships, event)})
        case never:
            assert_never(never)


def organisation_stream(organisation: str) -> Stream:
    """Stream of one organisation."""
    return stream_of("organisation", organisation)


def _reads(command: OrganisationCommand, _organisation: Organisation | None) -> tuple[Stream, ...]:
    above = command.parent if isinstance(command, RegisterOrganisation | ReviseOrganisation) else None
    return (organisation_stream(above),) if above is not None else ()


def _reads_further(
    _command: OrganisationCommand, _organisation: Organisation | None, read: Mapping[str, Any]
) -> tuple[Stream, ...]:
    """What lies above the one above 上级的上级: three tiers, so that none comes to lie below itself. plan O2."""
    return tuple(organisation_stream(one.parent) for one in read.values() if one is not None and one.parent is not None)


def _place(command: OrganisationCommand, organisation: Organisation | None, _read: Mapping[str, Any]) -> Place:
    """A provider's own ownership lies with it; all else is the city's 机构自己的控股情况."""
    if isinstance(command, DeclareOwnership) and organisation is not None and organisation.kind is OrganisationKind.PROVIDER:
        return Place(provider=command.organisation)
    return NOWHERE


ORGANISATIONS = Capability(
    name="organisation",
    commands=tuple(OrganisationCommand.__args__),
    events=tuple(OrganisationEvent.__args__),
    stream=lambda command: organisation_stream(command.organisation),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)

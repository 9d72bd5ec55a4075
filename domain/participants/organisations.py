"""Organisation 组织: departments, subdistricts, parks, groups and providers as streams. plan O1–O3, V2."""

import re
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import CITY_AND_SYSTEM, require_right
from domain.kernel import Capability, Command, DecisionContext, Event, Facts, Identifier, Label, Rule

# Rules

ORGANISATION_EXISTS = Rule(
    "ORGANISATION_EXISTS", "plan O2", "组织“{name}”已登记", "The organisation {name} is already registered"
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

# Commands

Division = Annotated[str, Field(min_length=1, max_length=20)]


class OrganisationKind(StrEnum):
    """What an organisation is in the programme 组织类别."""

    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    PARK = "park"
    REPORTING_UNIT = "reporting_unit"
    GROUP = "group"
    PROVIDER = "provider"
    EXPERT_GROUP = "expert_group"
    SUPPORT = "support"
    BANK = "bank"
    SUPPLIER = "supplier"
    AUDITOR = "auditor"
    OPERATOR = "operator"


CODE_DIGITS = {OrganisationKind.DISTRICT: 6, OrganisationKind.SUBDISTRICT: 9}
"""Digits of the administrative division code that names an organisation, because scopes name the place by it."""


class RegisterOrganisation(Command):
    """Enter an organisation 登记组织.

    organisation: its id; for a district or subdistrict its division code (GB/T 2260), which scopes name the place by.
    industries: GB/T 4754 divisions that a provider serves (plan V2).
    """

    roles: ClassVar = CITY_AND_SYSTEM

    organisation: Identifier = Field(description="Organisation, district code or enterprise 单位标识")
    kind: OrganisationKind = Field(description="What the organisation is in the programme · 组织类别")
    name: Label = Field(description="Name 名称")
    parent: Identifier | None = Field(default=None, description="Organisation above 上级组织")
    industries: Annotated[tuple[Division, ...], Field(max_length=100)] = Field(
        default=(), description="GB/T 4754 divisions a provider serves, such as C34 服务行业. plan V2"
    )


OrganisationCommand = RegisterOrganisation

# Events


class OrganisationRegistered(Event):
    """An organisation takes part 组织已登记."""

    type: Literal["organisation.registered.v2"] = "organisation.registered.v2"
    says: ClassVar = "登记了组织“{name}”"
    kind: OrganisationKind
    name: str
    parent: str | None
    industries: tuple[str, ...]


# State


class Organisation(BaseModel):
    """An organisation as registered 组织; industries: GB/T 4754 divisions that a provider serves."""

    model_config = ConfigDict(frozen=True)

    kind: OrganisationKind
    name: str
    parent: str | None = None
    industries: tuple[str, ...] = ()


# Decide: what may happen


def decide(command: OrganisationCommand, organisation: Organisation | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
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


def evolve(_organisation: Organisation | None, event: OrganisationRegistered) -> Organisation:
    """The organisation after one more fact."""
    return Organisation(kind=event.kind, name=event.name, parent=event.parent, industries=event.industries)


def organisation_stream(organisation: str) -> str:
    """Stream of one organisation."""
    return f"organisation/{organisation}"


ORGANISATIONS: Capability[Any, Any, Any] = Capability(
    name="organisation",
    commands=(RegisterOrganisation,),
    events=(OrganisationRegistered,),
    stream=lambda command: organisation_stream(command.organisation),
    reads=lambda command, _organisation: (organisation_stream(command.parent),) if command.parent is not None else (),
    place=lambda _command, _organisation, _read: None,
    decide=decide,
    evolve=evolve,
)

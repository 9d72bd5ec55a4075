"""Organisation 组织: departments, subdistricts, parks, groups and providers as streams. plan O1–O3, V2."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.language import Capability, Command, Event, Facts, Occasion, Rule
from domain.rights import require_right

# Rules

ORGANISATION_EXISTS = Rule(
    "ORGANISATION_EXISTS", "plan O2", "组织“{name}”已登记", "The organisation {name} is already registered"
)

# Commands


class OrganisationKind(StrEnum):
    """What an organisation is in the programme 组织类别."""

    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    PARK = "park"
    GROUP = "group"
    PROVIDER = "provider"
    AUDITOR = "auditor"


class RegisterOrganisation(Command):
    """Enter an organisation 登记组织.

    organisation: its id; for a district or subdistrict the GB/T 2260 code, which scopes name it by.
    industries: GB/T 4754 divisions that a provider serves (plan V2).
    """

    organisation: str
    kind: OrganisationKind
    name: str = Field(min_length=1, max_length=120)
    parent: str | None = None
    industries: tuple[str, ...] = ()


OrganisationCommand = RegisterOrganisation

# Events


class OrganisationRegistered(Event):
    """An organisation takes part 组织已登记."""

    type: Literal["organisation.registered.v1"] = "organisation.registered.v1"
    kind: OrganisationKind
    name: str
    parent: str | None
    industries: tuple[str, ...]


# State


class Organisation(BaseModel):
    """An organisation as registered 组织."""

    model_config = ConfigDict(frozen=True)

    kind: OrganisationKind
    name: str


# Decide: what may happen


def decide(command: OrganisationCommand, organisation: Organisation | None, occasion: Occasion) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, occasion.role)
    if organisation is not None:
        raise ORGANISATION_EXISTS.refuse(name=organisation.name)
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
    return Organisation(kind=event.kind, name=event.name)


def organisation_stream(organisation: str) -> str:
    """Stream of one organisation."""
    return f"organisation/{organisation}"


ORGANISATIONS: Capability[Any, Any, Any] = Capability(
    name="organisation",
    commands=(RegisterOrganisation,),
    events=(OrganisationRegistered,),
    stream=lambda command: organisation_stream(command.organisation),
    reads=lambda _command, _organisation: (),
    place=lambda _command, _organisation, _read: None,
    decide=decide,
    evolve=evolve,
)

"""Edition 标准版本: published whole into the journal, never changed afterwards. plan S1, S5."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.language import Capability, Command, Event, Facts, Occasion, Rule
from domain.rights import require_right
from standards import AnyEdition, Edition, IndustryEdition, Origin

MANY = 1000
"""Indicators that one edition may have at most, far above any questionnaire that a firm could fill in."""

# Rules

EDITION_UNKNOWN = Rule("EDITION_UNKNOWN", "plan S1", "标准版本 {edition} 未发布", "Edition {edition} is not published")
EDITION_ALREADY_PUBLISHED = Rule(
    "EDITION_ALREADY_PUBLISHED",
    "plan S5",
    "标准版本 {key} 已发布，不可更改；勘误应发布新版本",
    "Edition {key} is published and never changes; an erratum is a new edition",
)
ORIGINS_INCOMPLETE = Rule(
    "ORIGINS_INCOMPLETE",
    "plan S3",
    "行业版本 {key} 的指标应逐一写明来历",
    "Each indicator of the industry edition {key} must say where it comes from",
)

# Commands


class PublishEdition(Command):
    """Publish an edition 发布标准版本; the whole composed standard travels with the command (architecture 6).

    origins: of an industry edition, where each indicator comes from; a plain one needs none.
    """

    edition: AnyEdition
    origins: Annotated[tuple[Origin, ...], Field(max_length=MANY)] = ()


# Events


class EditionPublished(Event):
    """An edition is in force 标准版本已发布."""

    type: Literal["edition.published.v1"] = "edition.published.v1"
    edition: Edition
    digest: str


class IndustryEditionPublished(Event):
    """An edition for one industry is in force 行业版本已发布, with the origin of each indicator."""

    type: Literal["edition.industry_published.v1"] = "edition.industry_published.v1"
    edition: IndustryEdition
    digest: str
    origins: tuple[Origin, ...]


# State


class PublishedEdition(BaseModel):
    """A published edition and its digest 已发布版本."""

    model_config = ConfigDict(frozen=True)

    edition: AnyEdition
    digest: str


# Decide: what may happen


def decide(command: PublishEdition, published: PublishedEdition | None, occasion: Occasion) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, occasion.role)
    if published is not None:
        if published.digest == command.edition.digest:
            return ()
        raise EDITION_ALREADY_PUBLISHED.refuse(key=command.edition.key)
    if isinstance(command.edition, IndustryEdition):
        told = [origin.indicator for origin in command.origins if origin.fate != "dropped"]
        if told != [item.id for item in command.edition.indicators]:
            raise ORIGINS_INCOMPLETE.refuse(key=command.edition.key)
        return (
            IndustryEditionPublished(
                edition=command.edition, digest=command.edition.digest, origins=command.origins
            ),
        )
    return (EditionPublished(edition=command.edition, digest=command.edition.digest),)


# Evolve: what has happened


def evolve(
    _published: PublishedEdition | None, event: EditionPublished | IndustryEditionPublished
) -> PublishedEdition:
    """The edition after one more fact."""
    return PublishedEdition(edition=event.edition, digest=event.digest)


def edition_stream(key: str) -> str:
    """Stream of one edition."""
    return f"edition/{key}"


EDITIONS: Capability[Any, Any, Any] = Capability(
    name="edition",
    commands=(PublishEdition,),
    events=(EditionPublished, IndustryEditionPublished),
    stream=lambda command: edition_stream(command.edition.key),
    reads=lambda _command, _published: (),
    place=lambda _command, _published, _read: None,
    decide=decide,
    evolve=evolve,
)

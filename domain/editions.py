"""Edition 标准版本: published whole into the journal, never changed afterwards. plan S1, S5."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domain.language import Capability, Command, Event, Facts, Occasion, Rule
from domain.rights import require_right
from standards import Edition

# Rules

EDITION_ALREADY_PUBLISHED = Rule(
    "EDITION_ALREADY_PUBLISHED",
    "plan S5",
    "标准版本 {key} 已发布，不可更改；勘误应发布新版本",
    "Edition {key} is published and never changes; an erratum is a new edition",
)

# Commands


class PublishEdition(Command):
    """Publish an edition 发布标准版本; the whole composed standard travels with the command (architecture 6)."""

    edition: Edition


# Events


class EditionPublished(Event):
    """An edition is in force 标准版本已发布."""

    type: Literal["edition.published.v1"] = "edition.published.v1"
    edition: Edition
    digest: str


# State


class PublishedEdition(BaseModel):
    """A published edition and its digest 已发布版本."""

    model_config = ConfigDict(frozen=True)

    edition: Edition
    digest: str


# Decide: what may happen


def decide(command: PublishEdition, published: PublishedEdition | None, occasion: Occasion) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, occasion.role)
    if published is not None:
        if published.digest == command.edition.digest:
            return ()
        raise EDITION_ALREADY_PUBLISHED.refuse(key=command.edition.key)
    return (EditionPublished(edition=command.edition, digest=command.edition.digest),)


# Evolve: what has happened


def evolve(_published: PublishedEdition | None, event: EditionPublished) -> PublishedEdition:
    """The edition after one more fact."""
    return PublishedEdition(edition=event.edition, digest=event.digest)


def edition_stream(key: str) -> str:
    """Stream of one edition."""
    return f"edition/{key}"


EDITIONS: Capability[Any, Any, Any] = Capability(
    name="edition",
    commands=(PublishEdition,),
    events=(EditionPublished,),
    stream=lambda command: edition_stream(command.edition.key),
    reads=lambda _command, _published: (),
    place=lambda _command, _published, _read: None,
    decide=decide,
    evolve=evolve,
)

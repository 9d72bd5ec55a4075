"""Edition 标准版本: published whole, never changed afterwards; in force from a day on, then retired. plan S1, S5."""

from datetime import date
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import CITY_AND_SYSTEM, require_right
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Rule,
    Stream,
    Text,
    stream_of,
)
from domain.stated_dates import require_not_too_far_ahead
from standards import AnyEdition, Edition, EditionMappings, IndustryEdition, Origin

MANY = 1000
"""Indicators that one edition may have at most, far above any questionnaire that a firm could fill in."""

# Rules

EDITION_UNKNOWN = Rule(
    "EDITION_UNKNOWN",
    "plan S1",
    "标准版本 {edition} 未发布；请另选已发布的版本，或先发布",
    "Edition {edition} is not published; choose one that is, or publish it first",
)
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
RETIRED_IN_PAST = Rule(
    "EDITION_RETIRED_IN_PAST",
    "plan S5",
    "废止日期 {since} 不能早于今天；请填今天或以后的日期",
    "An edition is not retired from a past day: {since}; give today or a later day",
)
EDITION_STILL_APPLIES = Rule(
    "EDITION_STILL_APPLIES",
    "plan S3",
    "自 {since} 起的标准适用表在 {day} 仍适用标准版本 {key}；请先设定新的适用表，再废止该版本",
    "The mapping from {since} on still names edition {key} on {day}; set one that does not, then retire it",
)
RETIRED_ALREADY = Rule(
    "EDITION_RETIRED_ALREADY",
    "plan S5",
    "标准版本 {key} 已定于 {retired} 起废止，只能提前，不能推后或改写",
    "Edition {key} is retired from {retired} on already; that can be brought forward, not put off or said anew",
)

# Commands


class PublishEdition(Command):
    """Publish an edition; the whole composed standard travels with the command · 发布标准版本.

    origins: of an industry edition, where each indicator comes from; a plain one needs none.
    """

    roles: ClassVar = CITY_AND_SYSTEM

    edition: AnyEdition = Field(description="Key of a published edition, such as 2023 · 标准版本")
    origins: Annotated[tuple[Origin, ...], Field(max_length=MANY)] = ()


class RetireEdition(Command):
    """Retire a published edition from a day in the city on: no diagnosis is opened under it any more · 废止标准版本.

    edition: key of a plain edition or of an industry's, each by itself.
    """

    roles: ClassVar = CITY_AND_SYSTEM

    edition: EditionRef = Field(description="Key of a published edition, such as 2023 · 标准版本")
    since: date = Field(description="First day · 起始日")
    reason: Text = Field(description="Why · 理由")


# Events


class EditionPublished(Event):
    """An edition is in force 标准版本已发布."""

    type: Literal["edition.published.v1"] = "edition.published.v1"
    says: ClassVar = "发布了标准版本 {edition.key}“{edition.title}”"
    says_in_english: ClassVar = "published the edition {edition.key} “{edition.title}”"
    edition: Edition
    digest: str


class IndustryEditionPublished(Event):
    """An edition for one industry is in force 行业版本已发布, with the origin of each indicator."""

    type: Literal["edition.industry_published.v1"] = "edition.industry_published.v1"
    says: ClassVar = "发布了行业版本 {edition.key}“{edition.title}”"
    says_in_english: ClassVar = "published the industry edition {edition.key} “{edition.title}”"
    edition: IndustryEdition
    digest: str
    origins: tuple[Origin, ...]


class EditionPutInForce(Event):
    """A published edition applies from a day on 标准版本施行日期已定; without this fact it does from its publication."""

    type: Literal["edition.put_in_force.v1"] = "edition.put_in_force.v1"
    says: ClassVar = "确定标准版本自 {since} 起施行"
    says_in_english: ClassVar = "put the edition in force from {since} on"
    since: date


class EditionRetired(Event):
    """From a day on no diagnosis is opened under the edition 标准版本已废止; those opened before keep it."""

    type: Literal["edition.retired.v1"] = "edition.retired.v1"
    says: ClassVar = "废止了标准版本，自 {since} 起：{reason}"
    says_in_english: ClassVar = "retired the edition from {since} on: {reason}"
    since: date
    reason: str


EditionEvent = EditionPublished | IndustryEditionPublished | EditionPutInForce | EditionRetired

# State


class PublishedEdition(BaseModel):
    """A published edition and its digest 已发布版本.

    origins: of an industry's. in_force: first day, None = from its publication on. retired: first day on which it no longer
    applies to what is opened, None = never.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    edition: AnyEdition
    digest: str
    origins: tuple[Origin, ...] = ()
    in_force: date | None = None
    retired: date | None = None

    def is_retired_on(self, day: date) -> bool:
        """Whether nothing is opened under it any more on a day of the city's calendar 是否已废止."""
        return self.retired is not None and self.retired <= day


# Decide: what may happen


def decide(command: PublishEdition | RetireEdition, published: PublishedEdition | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case PublishEdition():
            return _publish(command, published)
        case RetireEdition():
            return _retire(command, published, context)
        case never:
            assert_never(never)


def _publish(command: PublishEdition, published: PublishedEdition | None) -> Facts:
    if published is not None:
        origins = command.origins if isinstance(command.edition, IndustryEdition) else ()  # a plain one needs none
        if (published.digest, published.origins) == (command.edition.digest, origins):
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


def _require_unmapped(command: RetireEdition, known: EditionMappings | None) -> None:
    """No firm is mapped to an edition under which nothing can be opened: no mapping that holds on that day or later names it."""
    mappings = known.mappings if known is not None else ()
    for mapping, after in zip(mappings, (*mappings[1:], None), strict=False):
        if command.edition in mapping.keys and (after is None or command.since < after.since):
            day = max(mapping.since, command.since)
            raise EDITION_STILL_APPLIES.refuse(key=command.edition, since=mapping.since, day=day)


def _retire(command: RetireEdition, published: PublishedEdition | None, context: DecisionContext) -> Facts:
    """At any day from today on, or earlier than was said: what was announced is not put off."""
    if published is None:
        raise NOT_FOUND.refuse()
    if command.since < context.day:
        raise RETIRED_IN_PAST.refuse(path="since", since=command.since, earliest=context.day)
    require_not_too_far_ahead("since", command.since, context)
    if published.retired is not None and published.retired <= command.since:
        raise RETIRED_ALREADY.refuse(key=command.edition, retired=published.retired)
    _require_unmapped(command, context.read.get(MAPPING_STREAM))
    return (EditionRetired(since=command.since, reason=command.reason),)


# Evolve: what has happened


def evolve(published: PublishedEdition | None, event: EditionEvent) -> PublishedEdition:
    """The edition after one more fact."""
    match event:
        case EditionPublished(edition=edition, digest=digest):
            return PublishedEdition(edition=edition, digest=digest)
        case IndustryEditionPublished(edition=edition, digest=digest, origins=origins):
            return PublishedEdition(edition=edition, digest=digest, origins=origins)
        case EditionPutInForce(since=since):
            changed = {"in_force": since}
        case EditionRetired(since=since):
            changed = {"retired": since}
        case never:
            assert_never(never)
    assert published is not None, "a history starts with the published edition"  # noqa: S101 - guards replay, not input
    return published.model_copy(update=changed)


MAPPING_STREAM = stream_of("mapping", "editions")
"""Stream of which edition applies to which firm (edition_mapping.py), which retirement looks at."""


def edition_stream(key: str) -> Stream:
    """Stream of one edition."""
    return stream_of("edition", key)


def _key(command: PublishEdition | RetireEdition) -> str:
    return command.edition.key if isinstance(command, PublishEdition) else command.edition


EDITIONS = Capability(
    name="edition",
    commands=(PublishEdition, RetireEdition),
    events=tuple(EditionEvent.__args__),
    stream=lambda command: edition_stream(_key(command)),
    reads=lambda command, _published: (MAPPING_STREAM,) if isinstance(command, RetireEdition) else (),
    decide=decide,
    evolve=evolve,
)

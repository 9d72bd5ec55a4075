"""Mapping 标准适用 in the journal: which edition and form apply to a firm, set by the city from a day on. plan S3, S4.

`standards/edition/mapping.py` works out what applies; `standards/industries.yaml` is the authoring form of the first mapping.
"""

from collections.abc import Collection, Iterator
from datetime import date
from re import fullmatch
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.command_rights import CITY_AND_SYSTEM, require_right
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Identifier,
    Label,
    Refused,
    Rule,
    Stream,
    refuse_together,
)
from domain.participants.organisations import DIVISION
from domain.standard.editions import EDITION_UNKNOWN, MAPPING_STREAM, PublishedEdition, edition_stream
from domain.stated_dates import require_programme_date
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards import EditionMapping, EditionMappings, Form, IndustryCodes, claimed_twice
from standards.described import KeyField
from standards.edition.mapping import SizeClass
from standards.edition.text import SourceMark

# Rules

MAPPING_CLAIMS_CODE_TWICE = Rule(
    "MAPPING_CLAIMS_CODE_TWICE",
    "plan S3",
    "行业代码 {codes} 不止一次被划入行业版本；请只归入一个版本",
    "Industry codes {codes} are claimed more than once; claim each for one edition",
)
MAPPING_CODE_UNKNOWN = Rule(
    "MAPPING_CODE_UNKNOWN",
    "plan S3",
    "行业代码 {industry} 不属于制造业大类，请填写 C13 至 C43 之内的代码",
    "Industry code {industry} is in no division of manufacturing; state one within C13 to C43",
)
MAPPING_NOT_LATER = Rule(
    "MAPPING_NOT_LATER",
    "plan S5",
    "新的标准适用表须晚于上一张的起始日 {last}",
    "A mapping begins after the first day of the one before it, {last}",
)
MAPPING_BACKDATED = Rule(
    "MAPPING_BACKDATED",
    "plan S5",
    "新的标准适用表最早自今日 {today} 起适用，此前适用什么不再更改",
    "A mapping that follows another begins today ({today}) or later: what applied before stays as it was",
)

MAPPING_EDITION_OUT_OF_TERM = Rule(
    "MAPPING_EDITION_OUT_OF_TERM",
    "plan S5",
    "标准版本 {edition} 在 {since} 尚未施行或已废止，不能自该日起适用；请改起始日，或另选版本",
    "Edition {edition} is not yet in force or already retired on {since}: it cannot apply from then; choose another day or edition",
)

MAPPING_HOLDS_LONGER = Rule(
    "MAPPING_HOLDS_LONGER",
    "plan S5",
    "自 {last} 起的标准适用表仍适用被代替的版本 {plain}，新版须在该日之后施行",
    "The mapping from {last} on still names edition {plain}, which is replaced; the new one is in force after that day",
)
MAPPING_INDUSTRIES_MISSING = Rule(
    "MAPPING_INDUSTRIES_MISSING",
    "plan S3",
    "标准适用表所列的 {count} 个行业版本在新版中没有；请先设定不含这些行业的适用表",
    "The mapping names industry editions that the new standard lacks ({industries}); set one without them first",
)

# Commands

IndustryKey = Annotated[
    Identifier, KeyField("industry", "Industry whose edition is meant, such as automotive; none = the plain part · 行业版本")
]
SizeKey = Annotated[SizeClass, KeyField("size_class", "Size class · 规模类型")]


class SetEditionMapping(Command):
    """Set which edition and form apply to a firm from a day on, by its industry code and size class · 设定标准适用表.

    plain: key of the plain edition, for what no industry claims. editions: industry -> its codes; the key of its edition is the
    plain one's and the industry's. headquarters: industry edition of group headquarters. forms: size class -> form. mark: of
    the codes. forms_mark: of the forms.
    """

    roles: ClassVar = CITY_AND_SYSTEM

    since: date = Field(description="First day · 起始日")
    plain: EditionRef = Field(description="Key of the plain edition, such as 2023 · 通用版")
    editions: Annotated[dict[IndustryKey, IndustryCodes], Field(max_length=50)] = Field(
        description="Codes of each industry edition · 各行业版本的适用行业"
    )
    headquarters: Identifier = Field(description="Industry edition of group headquarters · 集团总部版")
    forms: Annotated[dict[SizeKey, Form], Field(min_length=1, max_length=10)] = Field(
        description="Questionnaire of each size class · 各规模类型的问卷版式"
    )
    source: StatedDocument
    mark: StatedMark
    forms_source: Label = Field(description="Where the rule of forms comes from · 版式规则的来源")
    forms_mark: SourceMark = Field(description="Mark of the rule of forms · 版式规则的来源标记")


def mapping_command(mapping: EditionMapping) -> SetEditionMapping:
    """The command that sets an authored mapping 由文件设定."""
    return SetEditionMapping(
        **{name: getattr(mapping, name) for name in ("since", "plain", "editions", "headquarters", "forms")},
        source=mapping.source.document,
        mark=mapping.source.mark,
        forms_source=mapping.forms_source.document,
        forms_mark=mapping.forms_source.mark,
    )


# Events


class EditionMappingSet(Event):
    """A mapping holds from its day on 标准适用表已设定, until the next one begins."""

    type: Literal["mapping.set.v1"] = "mapping.set.v1"
    says: ClassVar = "设定了自 {mapping.since} 起的标准适用表（通用版 {mapping.plain}）"
    says_in_english: ClassVar = "set which edition applies from {mapping.since} on (plain edition {mapping.plain})"
    mapping: EditionMapping


# Decide: what may happen


def decide(command: SetEditionMapping, known: EditionMappings | None, context: DecisionContext) -> Facts:
    """The first mapping may begin in the past, where the programme did; a later one changes nothing that has applied.

    Raises:
        Refused: any rule above, or EDITION_UNKNOWN for an edition that it names.
    """
    require_right(command, context.role)
    refuse_together(_beyond_manufacturing(command))
    if twice := claimed_twice(command.editions):
        raise MAPPING_CLAIMS_CODE_TWICE.refuse(codes="、".join(twice))
    wanted = _mapping(command)
    if known is not None:
        if wanted in known.mappings:
            return ()
        last = known.mappings[-1].since
        if command.since <= last:
            raise MAPPING_NOT_LATER.refuse(last=last.isoformat())
        if command.since < context.day:
            raise MAPPING_BACKDATED.refuse(today=context.day.isoformat())
    require_programme_date("since", command.since, context)
    refuse_together(filter(None, (_unfit(key, wanted, context) for key in wanted.keys)))
    return (EditionMappingSet(mapping=wanted),)


def _beyond_manufacturing(command: SetEditionMapping) -> Iterator[Refused]:
    for industry, codes in command.editions.items():
        for kind, named in (("divisions", codes.divisions), ("groups", codes.groups)):
            for at, code in enumerate(named):
                if not fullmatch(DIVISION, code[:3]):
                    yield MAPPING_CODE_UNKNOWN.refuse(path=f"editions.{industry}.{kind}.{at}", industry=code)


def _unfit(key: str, wanted: EditionMapping, context: DecisionContext) -> Refused | None:
    industry = key.removeprefix(wanted.plain).removeprefix("-")
    path = f"editions.{industry}" if industry in wanted.editions else "headquarters" if industry else "plain"
    published: PublishedEdition | None = context.read.get(edition_stream(key))
    if published is None:
        return EDITION_UNKNOWN.refuse(path=path, edition=key)
    early = published.in_force is not None and wanted.since < published.in_force
    if early or published.is_retired_on(wanted.since):
        return MAPPING_EDITION_OUT_OF_TERM.refuse(path=path, edition=key, since=wanted.since.isoformat())
    return None


def _mapping(command: SetEditionMapping) -> EditionMapping:
    return EditionMapping.model_validate(
        {
            **{name: getattr(command, name) for name in ("since", "plain", "editions", "headquarters", "forms")},
            "source": stated_source(command),
            "forms_source": {"document": command.forms_source, "mark": command.forms_mark},
        }
    )


def carried_over(
    known: EditionMappings | None, replaced: Collection[str], plain: str, industries: Collection[str], since: date
) -> tuple[EditionMappingSet, ...]:
    """The mapping with a new standard in place of the one it replaces 适用表随版本更替; nothing where none names that.

    Args:
        known: every mapping there has been.
        replaced: keys of the editions that retire on that day.
        plain: key of the plain edition in their place.
        industries: the industries that the new standard has editions for.
        since: the day on which it is in force.

    Raises:
        Refused: MAPPING_HOLDS_LONGER, MAPPING_INDUSTRIES_MISSING: firms would be mapped to what is retired, or to nothing.
    """
    mappings = known.mappings if known is not None else ()
    for mapping, after in zip(mappings, (*mappings[1:], None), strict=False):
        if mapping.plain in replaced and (after is None or since < after.since) and since <= mappings[-1].since:
            raise MAPPING_HOLDS_LONGER.refuse(last=mappings[-1].since, plain=mapping.plain)
    if not mappings or (last := mappings[-1]).plain not in replaced:
        return ()
    if missing := sorted({*last.editions, last.headquarters} - set(industries)):
        raise MAPPING_INDUSTRIES_MISSING.refuse(industries=", ".join(missing), count=len(missing))
    return (EditionMappingSet(mapping=last.model_copy(update={"since": since, "plain": plain})),)


# Evolve: what has happened


def evolve(known: EditionMappings | None, event: EditionMappingSet) -> EditionMappings:
    """Every mapping after one more fact."""
    before = known.mappings if known is not None else ()
    return EditionMappings(mappings=(*before, event.mapping))


def _reads(command: SetEditionMapping, _known: EditionMappings | None) -> tuple[Stream, ...]:
    """The editions that the mapping names; what is claimed twice is refused before any of them is looked at."""
    return () if claimed_twice(command.editions) else tuple(map(edition_stream, _mapping(command).keys))


EDITION_MAPPINGS = Capability(
    name="mapping",
    commands=(SetEditionMapping,),
    events=(EditionMappingSet,),
    stream=lambda _command: MAPPING_STREAM,
    reads=_reads,
    decide=decide,
    evolve=evolve,
)

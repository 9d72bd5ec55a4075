"""Editions 标准版本 in the schema: the published standard, open to every signed-in role. plan S1, S5."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api.kit.as_of import AsOf, AsOfMoment, known_then, past_context, position_of
from api.kit.context import Context
from api.kit.ids import EditionID, id_of
from api.kit.mutations import Payload, ServerFields
from api.kit.nodes import Node, NodeKind
from api.kit.paging import wanted_fields
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from domain.kernel import Command
from domain.masks import ANYONE
from domain.standard.editions import EDITION_UNKNOWN, PublishEdition
from interop.editions.documents import DocumentKind, names_of
from projections.as_of import replay
from projections.report.wording import chinese
from projections.standard import editions as editions_rows
from projections.standard.editions import EDITIONS_READ_MODEL, EditionRow
from standards import Edition as StandardEdition
from standards import Indicator as StandardIndicator
from standards import (
    Origin,
    difference,
    edition_of_json,
    load_composition,
    origins_of_json,
    plain_origins,
    published_editions,
)
from standards.edition import indicator_help as edition_help
from standards.edition import text as edition_text
from standards.edition.composition import Change, ChangedField, Fate, OriginPart
from standards.edition.difference import Difference
from standards.edition.text import IndicatorKind, OutcomeDirection, SourceMark


@published(ANYONE, row=edition_text.RawNumber)
class RawNumber:
    """Raw number that an indicator asks for · 原始数值"""

    name: str = field("Name to send it under · 名称")
    label: str = field("What to ask · 标签")
    unit: str = field("Unit · 单位")
    at_most: int | None = field("Whole number up to this; null = any · 上限")


@published(ANYONE, row=edition_text.Option)
class Option:
    """Option of a multiple choice · 选项"""

    name: str = field("Name to send it under · 名称")
    label: str = field("What to show · 标签")
    points: Decimal = field("Points it adds · 加分")


@published(ANYONE, row=Change)
class IndicatorChange:
    """Change that an industry makes to a line of the standard · 改动. plan S3"""

    field: ChangedField = strawberry.field(description="What was changed · 改动项")
    before: str = strawberry.field(description="In the plain edition · 原值")
    after: str = strawberry.field(description="In this edition · 现值")
    reason: str | None = strawberry.field(description="Why; null: it made room for the changes that were stated · 理由")


@published(ANYONE, row=Origin)
class IndicatorOrigin:
    """Where an indicator comes from: base 1, fused X or industry Y · 来历. plan S1–S3"""

    indicator: str = field("Indicator id · 指标编号")
    name: str = field("Name of the indicator · 指标名称")
    part: OriginPart = field("Part of 1+X+Y · 来历部分")
    fate: Fate = field("What the industry did to it · 去留")
    changes: list[IndicatorChange] = field("Changes that the industry makes to it · 改动")
    reason: str | None = field("Why it was dropped · 删减理由")


@published(ANYONE, row=edition_help.IndicatorHelp)
class IndicatorHelp:
    """How an indicator is answered, in plain words, with an example that is made up; the project's own · 填报帮助. plan S1"""

    says: str = field("How it is answered · 填报说明")
    says_in_english: str = field("The same in English · 英文说明")
    example: str = field("An example · 示例")
    example_in_english: str = field("The same in English · 英文示例")
    mark: SourceMark = field("Mark of who wrote it · 来源标记")


@published(ANYONE, row=StandardIndicator)
class Indicator:
    """Indicator of an edition · 指标. plan S1, S2"""

    id: strawberry.ID = field("Indicator id · 指标编号")
    name: str = field("Name of the indicator · 指标名称")
    dimension: str = field("Dimension id · 维度编号")
    subdimension: str = field("Sub-dimension · 子维度")
    kind: IndicatorKind = field("How it is answered · 填报方式")
    key: bool = field("Whether it is a key indicator (★) · 关键指标")
    in_brief: bool = field("Whether the brief form asks it · 是否属于简版")
    weight: Decimal = field("Percent of its dimension in the full form · 维度内权重")
    numbers: list[RawNumber] = field("Raw numbers asked for · 原始数值")
    upper_bounds: list[Decimal] = field("Inclusive upper bounds of levels 1 to 4 · 分级上限")
    better: OutcomeDirection | None = field("Of an outcome, which way its numbers improve; null: no outcome · 向好方向")
    options: list[Option] = field("Options of a multiple choice · 选项")
    levels: list[str] = field("Level descriptors, 1 to 5, as they are printed · 等级描述", made=True)
    help: IndicatorHelp = field("How it is answered, with an example · 填报帮助", made=True)
    evidence: str = field("Evidence to show · 佐证要求", made=True)
    maps_to: str = field("Compatible models · 对应模型. plan P8", made=True)
    source: str = field("Where it comes from · 来源", made=True)
    mark: SourceMark = field("Mark of the source · 来源标记")
    origin: IndicatorOrigin = field("Where it comes from in 1+X+Y · 来历. plan S1–S3")


@published(ANYONE, row=edition_text.Dimension)
class Dimension:
    """Dimension of an edition · 维度. plan S1"""

    id: strawberry.ID = field("Dimension id, which is the section of a form · 维度编号")
    name: str = field("Name of the dimension · 维度名称")
    weight: Decimal = field("Percent of the total · 权重")
    base: bool = field("One of the five of the base, which gates look at · 基本维度")


@published(ANYONE)
class EditionDocument:
    """Document of an edition, at a path beside GraphQL, by the same token · 标准文件. plan S1, P8"""

    kind: DocumentKind = field("What it is · 文件种类")
    path: str = field(
        "Path to GET it from, such as /editions/2023.pdf; of any two editions /editions/2023..2025.pdf or .md · 下载路径"
    )
    media_type: str = field("Media type · 媒体类型")


@published(ANYONE, placed=False, row=EditionRow)
class Edition(Node):
    """Published edition of the standard, never changed afterwards · 标准版本. plan S1, S5"""

    id: EditionID = field("Id of the edition · 版本标识")
    key: str = field("Key of the edition, such as 2023 or 2023-automotive · 版本号")
    industry: str | None = field("Industry of an industry edition; null for a plain one · 行业. plan S3")
    title: str = field("Title · 标题")
    status: str = field("Its authority, which every reader must see · 性质")
    digest: str = field("Digest that diagnoses pin · 摘要")
    published_at: datetime = field("When it was published, UTC · 发布时间")
    in_force_from: date | None = field("First day it applies; null: from its publication on · 施行日期")
    retired_from: date | None = field("From this day on no diagnosis is opened under it; null: none is set · 废止日期")
    dimensions: list[Dimension] = field("Dimensions · 维度")
    indicators: list[Indicator] = field("Indicators · 指标")
    dropped: list[IndicatorOrigin] = field("Indicators that do not apply in the industry · 删减指标. plan S3")
    bands: list[Decimal] = field("Lowest total of grades 1 to 10 · 各档最低分. plan S4")
    level_names: list[str] = field("Names of the five levels · 五级名称")
    grade_names: list[str] = field("Names of the ten grades · 十档名称")
    documents: list[EditionDocument] = field("The edition as documents · 标准文件. plan S1, S5, P8")
    as_of: AsOf | None = field("Whether it changed after the moment asked for; null for now · 事后变更")


@published(ANYONE, row=Difference)
class EditionDifference:
    """Clause in which two editions differ · 版本差异. plan S5"""

    clause: str = field("Where it stands, such as indicators.Z01.weight_in_dimension · 条款")
    label: str = field("The same in the words of the standard · 条款名称")
    before: str | None = field("In the one edition; null where the line is new · 原值")
    after: str | None = field("In the other edition; null where the line is gone · 现值")
    sentence: str = field("The difference as a line to read, in Chinese · 差异说明")
    sentence_in_english: str = field("The same line in English, the clause by its path · 英文差异说明")


def editions_of(context: Context, keys: Sequence[str]) -> dict[str, StandardEdition]:
    """Published editions by key, read once a process: they never change."""
    known = context.editions
    for key in keys:
        if key not in known and (row := editions_rows.edition(context.snapshot, key)) is not None:
            known[key] = edition_of_json(row.body)
    return known


def build_origin(origin: Origin) -> IndicatorOrigin:
    """Where an indicator comes from, as the schema tells it."""
    return IndicatorOrigin(**shown(IndicatorOrigin, origin))


def build_indicator(edition: StandardEdition, item: StandardIndicator, origin: Origin) -> Indicator:
    """An indicator with its origin, as the schema tells it."""
    return Indicator(
        **shown(Indicator, item),
        weight=item.weight_in_dimension,
        levels=[chinese(level) for level in item.levels],
        help=IndicatorHelp(**shown(IndicatorHelp, edition_help.help_of(item))),
        evidence=chinese(edition.evidence_of(item.id)),
        maps_to=chinese(edition.maps_to_of(item.id)),
        source=chinese(item.source.document),
        mark=item.source.mark,
        origin=build_origin(origin),
    )


def build_editions(context: Context, rows: Sequence[EditionRow], wanted: frozenset[str]) -> list[Edition]:
    """Editions of rows, flattened, with the origin of every line; its lines are built where they are wanted."""
    known = editions_of(context, [key for row in rows for key in (row.key, row.key.partition("-")[0])])
    origins = {row.key: origins_of_json(row.origins) or plain_origins(known[row.key]) for row in rows}
    return [
        Edition(
            **shown(Edition, row),
            id=id_of("edition", row.key),
            industry=row.key.partition("-")[2] or None,
            title=(edition := known[row.key]).title,
            status=edition.status,
            dimensions=all_shown(Dimension, edition.dimensions),
            indicators=_indicators(edition, origins[row.key]) if "indicators" in wanted else [],
            dropped=[build_origin(one) for one in origins[row.key] if one.fate == "dropped"] if "dropped" in wanted else [],
            bands=list(edition.bands),
            level_names=list(edition.level_names),
            grade_names=list(edition.grade_names),
            documents=[
                EditionDocument(kind=kind, path=f"/editions/{name}", media_type=media_type)
                for name, kind, media_type in names_of(
                    row.key, origins[row.key], over_plain="-" in row.key and row.key.partition("-")[0] in known
                )
            ],
            as_of=known_then(context, "edition", row.key),
        )
        for row in rows
    ]


def _indicators(edition: StandardEdition, origins: Sequence[Origin]) -> list[Indicator]:
    kept = (one for one in origins if one.fate != "dropped")
    return [build_indicator(edition, item, origin) for item, origin in zip(edition.indicators, kept, strict=True)]


def build_differences(old: StandardEdition, new: StandardEdition) -> list[EditionDifference]:
    """Every clause in which two editions differ, as the schema tells it."""
    return all_shown(EditionDifference, difference(old, new))


def _context_of(context: Context, as_of: str | None) -> Context:
    """The context that editions are read in, now or then."""
    if as_of is None:
        return context
    position, asked = position_of(context, as_of)
    return past_context(context, replay.of_kind(context.snapshot, "edition", EDITIONS_READ_MODEL, position), asked)


def load_editions(context: Context, keys: Sequence[str], wanted: frozenset[str]) -> dict[str, Edition]:
    """Published editions of some keys."""
    rows = [row for row in (editions_rows.edition(context.snapshot, key) for key in keys) if row is not None]
    return {row.key: built for row, built in zip(rows, build_editions(context, rows, wanted), strict=True)}


Key = Annotated[str, argument("Key of the edition, such as 2023 or 2023-automotive · 版本号")]


@strawberry.type
class EditionQueries:
    """Query fields: the published standard."""

    @field(
        "Published editions, oldest first · 已发布的标准版本. plan S5", roles=ANYONE, query_cost=700  # read whole for any field
    )
    def editions(self, info: strawberry.Info[Context, None], as_of: AsOfMoment = None) -> list[Edition]:
        """Every edition published, now or by then."""
        context = _context_of(info.context, as_of)
        return build_editions(context, editions_rows.editions(context.snapshot), wanted_fields(info))

    @field(
        "Every clause in which two published editions differ, in the order of the newer; null when one of them is not "
        "published · 版本差异. plan S5",
        roles=ANYONE,
    )
    def edition_difference(
        self, info: strawberry.Info[Context, None], older: Key, newer: Key
    ) -> list[EditionDifference] | None:
        """Two published editions compared."""
        known = editions_of(info.context, [older, newer])
        if not {older, newer} <= known.keys():
            return None
        return build_differences(known[older], known[newer])

    @field("One published edition; null when it is not published · 标准版本. plan S1", roles=ANYONE)
    def edition(self, info: strawberry.Info[Context, None], key: Key, as_of: AsOfMoment = None) -> Edition | None:
        """A published edition, now or by then."""
        context = _context_of(info.context, as_of)
        return load_editions(context, [key], wanted_fields(info)).get(key)


def _edition(_context: Context, data: dict[str, Any]) -> dict[str, Any]:
    if data["key"] not in published_editions():
        raise EDITION_UNKNOWN.refuse(edition=data["key"])
    return dict(load_composition(data["key"]))


def _find_edition(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Edition | None:
    return load_editions(context, [key], wanted).get(key)


QUERIES = EditionQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"edition": NodeKind(Edition, load_editions)}

SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    PublishEdition: ServerFields(
        frozenset({"edition", "origins"}),
        (("key", str, "Key of an edition on file, such as 2023 or 2023-automotive · 标准版本号"),),
        _edition,
    ),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {
    "edition": Payload("edition", Edition, _find_edition),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""

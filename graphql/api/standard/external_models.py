"""External models 外部模型 in the schema: editions of others' models, with the mark of each number. plan P8."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from domain.masks import ANYONE
from standards import external_edition, external_editions
from standards.edition.text import SourceMark
from standards.external import model as external


@published(ANYONE, placed=False, row=external.ExternalLevel)
class ExternalLevel:
    """Level that a result under an external edition may have · 外部等级. plan P8"""

    rank: int = field("1 is the lowest; of a class of risk, the least strict · 级序")
    name: str = field("Name as its issuer writes it · 名称")
    english: str = field("Name for readers of English; no official translation · 英文名称")


@published(ANYONE, placed=False, row=external.NodeWeight)
class NodeWeight:
    """Share of a node among its siblings in one variant · 节点权重. plan P8"""

    variant: str = field("Variant of the model; all = every one · 适用类型")
    share: Decimal = field("Share among the nodes that are part of the same one · 权重")
    source: str = field("Where it comes from · 来源", made=True)
    mark: SourceMark = field("Mark of the source · 来源标记", made=True)


@published(ANYONE, placed=False, row=external.ExternalNode)
class ExternalNode:
    """Element, domain or item of an external edition · 外部节点. plan P8"""

    id: strawberry.ID = field("Id within the edition · 节点标识", made=True)
    parent: str | None = field("Node it is part of; null at the top · 上级节点")
    clause: str | None = field("Number of its clause; null where none is known · 条款号")
    name: str = field("Name as its issuer writes it · 名称")
    english: str = field("Name for readers of English; no official translation · 英文名称")
    scene: bool = field("Whether it is rated as a scene, outside the points · 是否场景")
    binding: bool = field("Whether a level asks for it by itself · 是否约束性场景")
    mark: SourceMark = field("Mark of its name · 来源标记", made=True)
    weights: list[NodeWeight] = field("Its weights; empty where none is known · 权重", made=True)


@published(ANYONE, placed=False, row=external.ModelVariant)
class ModelVariant:
    """Variant in which an external model is applied, with weights of its own · 模型适用类型. plan P8"""

    id: strawberry.ID = field("Id within the edition · 类型标识", made=True)
    name: str = field("Name · 名称")
    english: str = field("Name for readers of English · 英文名称")


@published(ANYONE, placed=False, row=external.LevelCondition)
class LevelCondition:
    """What one level of an external edition asks for · 达级条件. plan P8"""

    rank: int = field("Level · 级序")
    score: Decimal = field("Lowest score · 最低得分")
    scenes: int | None = field("Scenes at this level or above; null: none asked for · 场景数")
    binding_scenes: int | None = field("Binding scenes among them; null: none asked for · 约束性场景数")


@published(ANYONE, placed=False, row=external.LevelRule)
class LevelRule:
    """How a score becomes a level in an external edition · 定级规则. plan P8"""

    scale: Decimal = field("Highest score · 满分")
    conditions: list[LevelCondition] = field("By level, lowest first · 各级条件", made=True)
    source: str = field("Where it comes from · 来源", made=True)
    mark: SourceMark = field("Mark of the source · 来源标记", made=True)


@published(ANYONE, placed=False, row=external.StatedNumber)
class StatedNumber:
    """Number that an external edition states of itself · 模型所载数字. plan P8"""

    what: str = field("What is counted · 计数对象")
    english: str = field("The same for readers of English · 英文说明")
    number: Decimal = field("Number · 数值")
    source: str = field("Where it comes from · 来源", made=True)
    mark: SourceMark = field("Mark of the source · 来源标记", made=True)


@published(ANYONE, placed=False, row=external.ImportColumn)
class ImportColumn:
    """Column of the form in which results of a model without a public schema come in · 导入列. plan P8"""

    id: strawberry.ID = field("Name in the file · 列名", made=True)
    name: str = field("Name · 名称")
    english: str = field("Name for readers of English · 英文名称")
    required: bool = field("Whether each row has it · 是否必填")


@published(ANYONE, placed=False, row=external.ExternalEdition)
class ExternalEdition:
    """Edition of another body's maturity model or class: names and numbers, each with its mark · 外部模型版本. plan P8"""

    key: str = field("Key, such as dcmm-2025 · 版本键")
    model: str = field("Model it is an edition of, such as dcmm · 模型标识")
    edition: str = field("Edition of the model · 版次")
    name: str = field("Name as its issuer writes it · 名称")
    english: str = field("Name for readers of English; no official translation · 英文名称")
    number: str = field("Number of the standard or document · 标准号或文号")
    issued: date | None = field("Day of issue; null where not known · 发布日期")
    since: date | None = field("First day of assessments it speaks for; null of a draft · 起始日")
    since_mark: SourceMark = field("Mark of that day · 起始日来源标记", made=True)
    until: date | None = field("Last day of assessments it speaks for; null: it goes on · 截止日")
    draft: bool = field("Whether it is a draft, which no day chooses · 是否草案")
    maturity: bool = field("Whether its levels are a ladder; a class of risk is none · 是否成熟度等级")
    free_levels: bool = field("Whether its results bear labels of their own · 是否自带等级名称")
    source: str = field("Where it comes from · 来源", made=True)
    mark: SourceMark = field("Mark of the source, of all that names no other · 来源标记", made=True)
    digest: str = field("Digest of all that is stated of it · 摘要")
    variants: list[ModelVariant] = field("Variants in which it is applied · 适用类型", made=True)
    levels: list[ExternalLevel] = field("Levels, lowest first · 等级", made=True)
    level_rule: LevelRule | None = field(
        "How a score becomes a level; null where its cut-offs were not found · 定级规则", made=True
    )
    nodes: list[ExternalNode] = field("Nodes; each stands after what it is part of · 节点", made=True)
    counts: list[StatedNumber] = field("Numbers it states of itself · 模型所载数字", made=True)
    columns: list[ImportColumn] = field("Columns of its import form; empty where it has none · 导入列", made=True)


def build_external(edition: external.ExternalEdition) -> ExternalEdition:
    """An external edition as the schema shows it."""
    rule = edition.level_rule
    return ExternalEdition(
        **shown(ExternalEdition, edition),
        since_mark=(edition.since_source or edition.source).mark,
        source=edition.source.document,
        mark=edition.source.mark,
        variants=[ModelVariant(**shown(ModelVariant, one), id=strawberry.ID(one.id)) for one in edition.variants],
        levels=all_shown(ExternalLevel, edition.levels),
        level_rule=LevelRule(
            **shown(LevelRule, rule),
            conditions=all_shown(LevelCondition, rule.conditions),
            source=rule.source.document,
            mark=rule.source.mark,
        )
        if rule
        else None,
        nodes=[_node(node, edition) for node in edition.nodes],
        counts=[
            StatedNumber(**shown(StatedNumber, one), source=one.source.document, mark=one.source.mark) for one in edition.counts
        ],
        columns=[ImportColumn(**shown(ImportColumn, one), id=strawberry.ID(one.id)) for one in edition.columns],
    )


def _node(node: external.ExternalNode, edition: external.ExternalEdition) -> ExternalNode:
    return ExternalNode(
        **shown(ExternalNode, node),
        id=strawberry.ID(node.id),
        mark=(node.source or edition.source).mark,
        weights=[
            NodeWeight(**shown(NodeWeight, one), source=one.source.document, mark=one.source.mark) for one in node.weights
        ],
    )


@strawberry.type
class ExternalModelQueries:
    """Query fields: others' models."""

    @field(
        "Editions of others' models: all, or those that assessments of a day are read by; drafts are among all alone "
        "· 外部模型. plan P8",
        roles=ANYONE,
    )
    def external_models(
        self,
        day: Annotated[date | None, argument("Day of the assessment; none = every edition · 评估日期")] = None,
    ) -> list[ExternalEdition]:
        """The editions on file."""
        return [build_external(one) for one in external_editions() if day is None or one.speaks_on(day)]

    @field("One edition of another body's model; null where there is none · 外部模型版本. plan P8", roles=ANYONE)
    def external_model(
        self, edition: Annotated[str, argument("Key of the edition, such as dcmm-2025 · 版本键")]
    ) -> ExternalEdition | None:
        """An edition by its key."""
        found = external_edition(edition)
        return build_external(found) if found is not None else None


QUERIES = ExternalModelQueries

"""External models 外部模型: editions of others' models with nodes, levels and level rules, each number with its mark. plan P8.

Names, codes and numbers only, never wording of a standard. Which edition speaks is decided by the day of an assessment.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from standards.edition.text import Source, SourceMark, Text

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Share = Annotated[Decimal, Field(gt=0, le=100, max_digits=10)]
Score = Annotated[Decimal, Field(ge=0, le=1000, max_digits=10)]
ALL_VARIANTS = "all"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class _Named(_Part):
    """name: as its issuer writes it. english: for readers of English; no official translation."""

    name: Text = Field(description="Name as its issuer writes it · 名称")
    english: Text = Field(description="Name for readers of English; no official translation · 英文名称")


class ExternalLevel(_Named):
    """One level that a result may have 外部等级. rank: 1 is the lowest; of a class of risk, the least strict."""

    rank: Annotated[int, Field(ge=1, le=10)] = Field(description="1 is the lowest · 级序")


class NodeWeight(_Part):
    """Share of a node among its siblings in one variant 节点权重; an edition states shares of 100, or equal ones."""

    variant: Slug = Field(description="Variant of the model; all = every one · 适用类型")
    share: Share = Field(description="Share among the nodes under the same one · 权重")
    source: Source = Field(description="Where the share comes from · 来源")


class ExternalNode(_Named):
    """An element, domain or item of a model 外部节点. clause: its number there. scene, binding: of the SME model's scenes."""

    id: Slug = Field(description="Id within the edition · 节点标识")
    parent: Slug | None = Field(default=None, description="Node it is part of · 上级节点")
    clause: Text | None = Field(default=None, description="Number of its clause, where known · 条款号")
    scene: bool = Field(default=False, description="Whether it is rated as a scene, outside the points · 是否场景")
    binding: bool = Field(default=False, description="Whether a level asks for it · 是否约束性场景")
    weights: tuple[NodeWeight, ...] = Field(default=(), description="Its weights, where known · 权重")
    source: Source | None = Field(default=None, description="Where its name comes from, if not the edition's source · 来源")


class ModelVariant(_Named):
    """A variant in which a model is applied, with weights of its own 模型适用类型."""

    id: Slug = Field(description="Id within the edition · 类型标识")


class LevelCondition(_Part):
    """What one level asks for 达级条件. scenes, binding_scenes: how many are rated at this level or above."""

    rank: Annotated[int, Field(ge=1, le=10)] = Field(description="Level · 级序")
    score: Score = Field(description="Lowest score · 最低得分")
    scenes: int | None = Field(default=None, description="Scenes at this level or above · 场景数")
    binding_scenes: int | None = Field(default=None, description="Binding scenes among them · 约束性场景数")


class LevelRule(_Part):
    """How a score becomes a level 定级规则; an edition has none where its cut-offs were not found."""

    scale: Score = Field(description="Highest score · 满分")
    conditions: Annotated[tuple[LevelCondition, ...], Field(min_length=1)] = Field(description="By level · 各级条件")
    source: Source = Field(description="Where the rule comes from · 来源")


class StatedNumber(_Part):
    """A number that an edition states of itself 模型所载数字."""

    what: Text = Field(description="What is counted · 计数对象")
    english: Text = Field(description="The same for readers of English · 英文说明")
    number: Decimal = Field(description="Number · 数值")
    source: Source = Field(description="Where it comes from · 来源")


class ImportColumn(_Named):
    """A column of the form in which results of a model without a public schema come in 导入列."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")] = Field(description="Name in the file · 列名")
    required: bool = Field(description="Whether each row has it · 是否必填")


class ExternalEdition(_Named):
    """One edition of an external model 外部模型版本. since, until: first and last day of assessments that it speaks for.

    since_source: of the first day, if not the edition's source. draft: not in force, chosen by no day. maturity: whether its levels
    are a ladder; a class of risk is none. free_levels: its results bear labels of their own, which are taken as they stand.
    """

    model: Slug
    edition: Slug
    number: Text
    issued: date | None = None
    since: date | None = None
    since_source: Source | None = None
    until: date | None = None
    draft: bool = False
    maturity: bool
    free_levels: bool = False
    source: Source
    variants: tuple[ModelVariant, ...] = ()
    levels: tuple[ExternalLevel, ...] = ()
    level_rule: LevelRule | None = None
    nodes: tuple[ExternalNode, ...] = ()
    counts: tuple[StatedNumber, ...] = ()
    columns: tuple[ImportColumn, ...] = ()

    @property
    def key(self) -> str:
        """Key among all editions 版本键, such as dcmm-2025."""
        return f"{self.model}-{self.edition}"

    @cached_property
    def by_id(self) -> dict[str, ExternalNode]:
        """Its nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def leaves(self) -> frozenset[str]:
        """Ids of the nodes that no other is part of 末级节点."""
        return frozenset(self.by_id) - {node.parent for node in self.nodes if node.parent}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that is stated of it 摘要."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    def speaks_on(self, day: date) -> bool:
        """Whether an assessment of that day is read by this edition."""
        return not self.draft and self.since is not None and self.since <= day and (self.until is None or day <= self.until)

    def level_of(self, label: str) -> ExternalLevel | None:
        """The level that a label names, by its name, its English one or its rank 等级; None = no level of this edition."""
        said = label.strip()
        return next((one for one in self.levels if said in (one.name, one.english, str(one.rank))), None)

    def marks(self) -> frozenset[SourceMark]:
        """Every mark that something of it bears 所用来源标记."""
        return frozenset(source.mark for source in self._sources())

    def _sources(self) -> Iterable[Source]:
        yield self.source
        if self.since_source:
            yield self.since_source
        if self.level_rule:
            yield self.level_rule.source
        yield from (count.source for count in self.counts)
        for node in self.nodes:
            if node.source:
                yield node.source
            yield from (weight.source for weight in node.weights)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        ids = [node.id for node in self.nodes]
        seen: set[str] = set()
        for node in self.nodes:
            if node.parent is not None and node.parent not in seen:
                raise ValueError(f"node {node.id}: {node.parent} does not stand before it")
            seen.add(node.id)
        if len(ids) != len(seen):
            raise ValueError("an id of a node is used twice")
        ranks = [level.rank for level in self.levels]
        if ranks != list(range(1, len(ranks) + 1)) or bool(ranks) is self.free_levels:
            raise ValueError("levels are ranked from 1 upwards, and are there unless results bear labels of their own")
        if self.level_rule and [one.rank for one in self.level_rule.conditions] != ranks:
            raise ValueError("the level rule says something of each level, lowest first")
        variants = {ALL_VARIANTS, *(variant.id for variant in self.variants)}
        if any(weight.variant not in variants for node in self.nodes for weight in node.weights):
            raise ValueError("a weight is of a variant that the edition lacks")
        if self.draft is (self.since is not None):
            raise ValueError("an edition begins on a day, unless it is a draft")
        return self


def edition_in_force(editions: Sequence[ExternalEdition], model: str, day: date) -> ExternalEdition | None:
    """The edition of a model that an assessment of a day is read by 当日外部模型版本; None = no such model, or none yet."""
    found = [one for one in editions if one.model == model and one.speaks_on(day)]
    return max(found, key=lambda one: one.since or date.min) if found else None

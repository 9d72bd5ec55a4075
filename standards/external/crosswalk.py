"""Crosswalk 对照: which indicator of ours stands to which node of an external model, and how. Pure. plan P8, S2.

Relations are those of SKOS, read from our indicator to the external node. Nothing follows from what no row says, and no row follows
from two others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from standards.described import DescribedEnum
from standards.edition.text import SourceMark
from standards.external.model import ExternalEdition

IndicatorId = Annotated[str, Field(pattern=r"^[A-Z][0-9A-Z]{1,9}$")]
NodeId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Confidence = Annotated[Decimal, Field(gt=0, le=1, max_digits=4, decimal_places=3)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class MappingRelation(DescribedEnum):
    """How an external node stands to an indicator of ours; a relation of SKOS · 对照关系."""

    EXACT = "exact", "The two mean the same · 完全对应"
    CLOSE = "close", "The two mean nearly the same · 基本对应"
    BROAD = "broad", "The external node is wider than the indicator · 外部节点更宽"
    NARROW = "narrow", "The external node is narrower than the indicator · 外部节点更窄"
    RELATED = "related", "The two touch each other, neither holds the other · 相关"

    @property
    def predicate(self) -> str:
        """Its name in SKOS, such as skos:exactMatch."""
        return f"skos:{self.value}Match"


class CrosswalkPair(_Part):
    """An indicator and an external node; a crosswalk has at most one row of them · 对照两端."""

    indicator: IndicatorId = Field(description="Indicator of our edition, such as F05 · 指标编号")
    node: NodeId = Field(description="Node of the external edition · 外部节点标识")


class CrosswalkRow(CrosswalkPair):
    """One row of a crosswalk: relation, why, and how sure it is · 对照行."""

    relation: MappingRelation = Field(description="How the node stands to the indicator · 对照关系")
    rationale: Annotated[str, Field(min_length=1, max_length=500)] = Field(description="Why · 对照理由")
    confidence: Confidence = Field(description="How sure, above 0 to 1, three decimals at most · 置信度")

    @property
    def pair(self) -> tuple[str, str]:
        """Its two ends."""
        return self.indicator, self.node


class CrosswalkWarning(DescribedEnum):
    """What a reviewer should look at in a row; it does not stop a publication · 对照提示."""

    RELATED_ONLY = "related_only", "Its node is reached by related rows alone, which count for no interval · 仅相关，不计入区间"
    FROM_MEMORY = "from_memory", "The name of its node is from memory · 外部节点名称凭记忆"
    EXACT_BESIDE_OTHERS = "exact_beside_others", "An end is exactly matched and stands in other rows too · 完全对应之外另有对照"


def warnings_of(rows: Sequence[CrosswalkRow], model: ExternalEdition) -> dict[tuple[str, str], tuple[CrosswalkWarning, ...]]:
    """What to look at in each row 逐行提示, by its two ends."""
    strong = {row.node for row in rows if row.relation is not MappingRelation.RELATED}
    exact = [row for row in rows if row.relation is MappingRelation.EXACT]
    ends = Counter(row.indicator for row in rows), Counter(row.node for row in rows)
    crowded = {end for row in exact for end, count in ((row.indicator, ends[0]), (row.node, ends[1])) if count[end] > 1}

    def found(row: CrosswalkRow) -> Iterator[CrosswalkWarning]:
        if row.node not in strong:
            yield CrosswalkWarning.RELATED_ONLY
        node = model.by_id.get(row.node)
        if node is not None and node.source is not None and node.source.mark is SourceMark.M:
            yield CrosswalkWarning.FROM_MEMORY
        if crowded & {row.indicator, row.node}:
            yield CrosswalkWarning.EXACT_BESIDE_OTHERS

    return {row.pair: tuple(found(row)) for row in rows}


def exact_twice(rows: Sequence[CrosswalkRow]) -> frozenset[tuple[str, str]]:
    """Exact rows of which an end stands in another exact one 完全对应重复: the same thing cannot be two."""
    exact = [row for row in rows if row.relation is MappingRelation.EXACT]
    indicators, nodes = Counter(row.indicator for row in exact), Counter(row.node for row in exact)
    return frozenset(row.pair for row in exact if indicators[row.indicator] > 1 or nodes[row.node] > 1)


def part_too(rows: Sequence[CrosswalkRow], model: ExternalEdition) -> frozenset[tuple[str, str]]:
    """Rows whose node has a part, at any depth, that is mapped too 上下级重复: it would be counted twice."""
    above: set[str] = set()
    for row in rows:
        node = model.by_id.get(row.node)
        while node is not None and node.parent is not None:
            above.add(node.parent)
            node = model.by_id.get(node.parent)
    return frozenset(row.pair for row in rows if row.node in above)


def unmapped_nodes(rows: Sequence[CrosswalkRow], model: ExternalEdition) -> tuple[str, ...]:
    """Items of the model that no row reaches, by themselves or by what they are part of 未对照外部节点."""
    mapped = {row.node for row in rows}

    def reached(identity: str) -> bool:
        node = model.by_id[identity]
        return identity in mapped or (node.parent is not None and reached(node.parent))

    return tuple(node.id for node in model.nodes if node.id in model.leaves and not reached(node.id))

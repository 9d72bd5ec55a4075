"""Comparable result 可比结果: what our answers say of an external model through a crosswalk, as intervals. plan P8.

What no row covers may be anything, so it opens the interval to its ends. A result is never one number, and awards nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from standards.described import DescribedEnum
from standards.edition.text import LEVELS, Source, SourceMark
from standards.external.crosswalk import CrosswalkRow, MappingRelation
from standards.external.model import ALL_VARIANTS, ExternalEdition, ExternalNode

UNVERIFIED = frozenset({SourceMark.M, SourceMark.I, SourceMark.P})
"""Marks of numbers that stand in no source of another's model: from memory, reconstructed, proposed."""
CENT = Decimal("0.01")

ShareOf = Annotated[Decimal, Field(ge=0, le=1, max_digits=5)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ComparisonRule(_Part):
    """How results are compared from a day on 对照测算规则. covers: share of a node that a row of a relation covers.

    offers: relations through which another's level is offered as an answer, the closest first.
    """

    since: date
    reviewers: Annotated[int, Field(ge=1, le=10)]
    coverage: ShareOf
    covers: dict[MappingRelation, ShareOf]
    offers: tuple[MappingRelation, ...] = ()
    margin: ShareOf
    source: Source

    @model_validator(mode="after")
    def _says_each_relation(self) -> Self:
        if set(self.covers) != set(MappingRelation):
            raise ValueError("says of each relation how much it covers")
        return self


class ComparisonRules(_Part):
    """Every rule there has been 历次对照测算规则, in order of the day it began."""

    rules: Annotated[tuple[ComparisonRule, ...], Field(min_length=1)]

    def on(self, day: date) -> ComparisonRule:
        """The rule in force on a day; before the first one began, the first."""
        begun = [rule for rule in self.rules if rule.since <= day]
        return begun[-1] if begun else self.rules[0]


class IndicativeReason(DescribedEnum):
    """Why a comparable result is indicative only · 仅供参考的原因."""

    LEVELS_DIFFER = "levels_differ", "The ends of its interval lie in different levels · 区间两端不在同一等级"
    COVERAGE_LOW = "coverage_low", "Too little of the model is covered · 覆盖不足"
    UNVERIFIED = "unverified", "It rests on numbers of the model that stand in no source · 所依外部数值未核实"


class NodeInterval(NamedTuple):
    """Where a node lies 节点区间, on the model's scale; ranks: of the levels at its ends, 0 = below the first."""

    node: str
    lower: Decimal
    upper: Decimal
    coverage: Decimal
    lower_rank: int
    upper_rank: int
    indicators: tuple[str, ...]


class ComparableResult(NamedTuple):
    """What our answers say of a model as a whole 可比结果. scale: its highest score. marks: of the numbers of its that count."""

    model: str
    scale: Decimal
    lower: Decimal
    upper: Decimal
    coverage: Decimal
    lower_rank: int
    upper_rank: int
    why_indicative: tuple[IndicativeReason, ...]
    marks: tuple[SourceMark, ...]
    nodes: tuple[NodeInterval, ...]

    @property
    def indicative(self) -> bool:
        """Whether it is for orientation only."""
        return bool(self.why_indicative)


class _Span(NamedTuple):
    """Lower and upper end as maturity 0–5, and the share that is covered."""

    lower: Fraction
    upper: Fraction
    coverage: Fraction


NOTHING_KNOWN = _Span(Fraction(0), Fraction(LEVELS), Fraction(0))


def comparable_result(
    model: ExternalEdition, rows: Sequence[CrosswalkRow], maturity: Mapping[str, Decimal], rule: ComparisonRule
) -> ComparableResult | None:
    """What answers say of a model; None of a model whose levels are no ladder, or which none of the rows reaches.

    maturity: of each indicator that applies, 0–5. The variant in which a model is applied to a firm is not known, so the interval
    spans all of them.
    """
    counted = [row for row in rows if rule.covers[row.relation] > 0 and row.node in model.by_id]
    if not model.maturity or not model.levels or not counted:
        return None
    variants = [variant.id for variant in model.variants] or [ALL_VARIANTS]
    reckonings = [_Reckoning(model, counted, maturity, rule, variant) for variant in variants]
    scale = model.level_rule.scale if model.level_rule else Decimal(LEVELS)
    floors = _floors(model, rule)
    nodes = tuple(
        _interval(node, [one.spans[node.id] for one in reckonings], scale, floors, counted, maturity) for node in model.nodes
    )
    whole = _widest([one.whole for one in reckonings])
    lower, upper = _ends(whole, scale)
    lower_rank, upper_rank = _rank(lower, floors), _rank(upper, floors)
    if model.level_rule and any(one.scenes is not None for one in model.level_rule.conditions):
        lower_rank, upper_rank = _by_scenes(model, nodes, lower, upper)
    coverage = _floor(whole.coverage)
    marks = frozenset().union(*(one.marks for one in reckonings)) | _marks_of_levels(model)
    reasons = {
        IndicativeReason.LEVELS_DIFFER: lower_rank != upper_rank,
        IndicativeReason.COVERAGE_LOW: coverage < rule.coverage,
        IndicativeReason.UNVERIFIED: bool(marks & UNVERIFIED),
    }
    return ComparableResult(
        model=model.key,
        scale=scale,
        lower=lower,
        upper=upper,
        coverage=coverage,
        lower_rank=lower_rank,
        upper_rank=upper_rank,
        why_indicative=tuple(reason for reason, holds in reasons.items() if holds),
        marks=tuple(mark for mark in SourceMark if mark in marks),
        nodes=nodes,
    )


class _Reckoning:
    """The spans of a model's nodes in one variant, and the marks of the numbers that they rest on."""

    def __init__(
        self,
        model: ExternalEdition,
        rows: Sequence[CrosswalkRow],
        maturity: Mapping[str, Decimal],
        rule: ComparisonRule,
        variant: str,
    ) -> None:
        self._variant = variant
        self._children: dict[str | None, list[ExternalNode]] = {}
        for node in model.nodes:
            self._children.setdefault(node.parent, []).append(node)
        self._direct: dict[str, list[tuple[Fraction, Fraction]]] = {row.node: [] for row in rows}
        for row in rows:
            if row.indicator in maturity:
                share = Fraction(rule.covers[row.relation]) * Fraction(row.confidence)
                self._direct[row.node].append((share, Fraction(maturity[row.indicator])))
        self.marks: set[SourceMark] = set()
        self.spans: dict[str, _Span] = {}
        for node in reversed(model.nodes):
            self.spans[node.id] = self._span(node)
            if node.id in self._direct:
                self.marks.add((node.source or model.source).mark)
        self.whole = self._rolled_up([node for node in self._children[None] if not node.scene])

    def _span(self, node: ExternalNode) -> _Span:
        if node.id in self._direct:
            return _direct_span(self._direct[node.id])
        parts = self._children.get(node.id, [])
        return self._rolled_up(parts) if parts else NOTHING_KNOWN

    def _rolled_up(self, parts: Sequence[ExternalNode]) -> _Span:
        """The mean by the model's own weights; equal ones, which are ours, where it has none."""
        shares = [(node, weight) for node in parts for weight in node.weights if weight.variant in (self._variant, ALL_VARIANTS)]
        if any(self.spans[node.id].coverage for node in parts if not node.scene):  # a level counts scenes and means none
            self.marks |= {weight.source.mark for _, weight in shares} or ({SourceMark.P} if len(parts) > 1 else set())
        weighed = [(self.spans[node.id], Fraction(weight.share)) for node, weight in shares]
        weighed = weighed or [(self.spans[node.id], Fraction(1)) for node in parts]
        total = sum((share for _, share in weighed), Fraction(0))
        lower, upper, coverage = (sum((span[end] * share for span, share in weighed), Fraction(0)) / total for end in range(3))
        return _Span(lower, upper, coverage)


def _direct_span(sources: Sequence[tuple[Fraction, Fraction]]) -> _Span:
    """A node's own rows: each covers a share, together all but what every one of them leaves open."""
    total = sum(share for share, _ in sources)
    if not total:
        return NOTHING_KNOWN
    known = sum(share * value for share, value in sources) / total
    covered = 1 - prod(1 - share for share, _ in sources)
    return _Span(covered * known, covered * known + (1 - covered) * LEVELS, Fraction(covered))


def _widest(spans: Sequence[_Span]) -> _Span:
    return _Span(min(one.lower for one in spans), max(one.upper for one in spans), min(one.coverage for one in spans))


def _ends(span: _Span, scale: Decimal) -> tuple[Decimal, Decimal]:
    """Both ends on the model's scale: the lower rounded down, the upper up, so that rounding claims nothing."""
    of_scale = Fraction(scale) / LEVELS
    return _floor(span.lower * of_scale), -_floor(-span.upper * of_scale)


def _floor(value: Fraction) -> Decimal:
    return Decimal((value * 100).__floor__()) * CENT


def _floors(model: ExternalEdition, rule: ComparisonRule) -> list[Decimal]:
    """The score at which each level begins, lowest first."""
    if model.level_rule:
        return [one.score for one in model.level_rule.conditions]
    count = len(model.levels)
    return [Decimal(LEVELS * rank) / count - rule.margin for rank in range(1, count + 1)]


def _rank(score: Decimal, floors: Sequence[Decimal]) -> int:
    return sum(score >= floor for floor in floors)


def _interval(
    node: ExternalNode,
    spans: Sequence[_Span],
    scale: Decimal,
    floors: Sequence[Decimal],
    rows: Sequence[CrosswalkRow],
    maturity: Mapping[str, Decimal],
) -> NodeInterval:
    span = _widest(spans)
    lower, upper = _ends(span, scale)
    indicators = tuple(row.indicator for row in rows if row.node == node.id and row.indicator in maturity)
    return NodeInterval(node.id, lower, upper, _floor(span.coverage), _rank(lower, floors), _rank(upper, floors), indicators)


def _by_scenes(model: ExternalEdition, nodes: Sequence[NodeInterval], lower: Decimal, upper: Decimal) -> tuple[int, int]:
    """Ranks of a model that asks for scenes beside the score: the highest level of which each condition holds, at either end."""
    scenes = [one for one in nodes if model.by_id[one.node].scene and one.node in model.leaves]
    binding = [one for one in scenes if model.by_id[one.node].binding]
    assert model.level_rule is not None  # noqa: S101 - whoever calls has looked

    def reached(score: Decimal, end: str) -> int:
        met = [
            one.rank
            for one in model.level_rule.conditions  # type: ignore[union-attr] # looked at above
            if score >= one.score
            and sum(getattr(scene, end) >= one.rank for scene in scenes) >= (one.scenes or 0)
            and sum(getattr(scene, end) >= one.rank for scene in binding) >= (one.binding_scenes or 0)
        ]
        return max(met, default=0)

    return reached(lower, "lower_rank"), reached(upper, "upper_rank")


def _marks_of_levels(model: ExternalEdition) -> frozenset[SourceMark]:
    """Of the model's own cut-offs; where none were found they are ours."""
    return frozenset({model.level_rule.source.mark if model.level_rule else SourceMark.P})

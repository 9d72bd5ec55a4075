"""Composition 组合 of "1+X+Y": an industry edition as a small overlay over base and fused blocks. plan S1–S3.

Weights of a dimension that an overlay touches: what it adds and reweights holds as stated; the others share what is left
of 100 in proportion to their base weights, exactly, to four decimals by largest remainders. A dimension it does not touch
keeps its weights. No weight of a kept indicator, stated or shared, leaves the bound around its base weight.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from standards.described import DescribedEnum
from standards.edition.edition import Edition
from standards.edition.text import HUNDRED, Bound, EditionText, Indicator, Source, Text, Weight
from standards.edition.value_faults import said_of
from standards.scoring.measure import apportioned

INDUSTRY = r"[a-z]+(-[a-z]+)*"


class IndustryEdition(Edition):
    """An edition for one industry 行业版本: as whole as any, under the plain edition's key and the industry's."""

    key: Annotated[str, Field(pattern=rf"^\d{{4}}(\.\d+)?-{INDUSTRY}$")]


AnyEdition = Edition | IndustryEdition
"""A plain edition or one for an industry 标准版本."""
_ANY_EDITION: TypeAdapter[Edition] = TypeAdapter(AnyEdition)


def edition_of_json(body: str | bytes) -> Edition:
    """The edition that published JSON holds 读取已发布版本; an industry's by its key."""
    return _ANY_EDITION.validate_json(body)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class CompositionRule(_Part):
    """What an overlay may do 组合规则: how far a kept weight may move from its base weight, in percent of it."""

    reweight_bound_percent: Annotated[int, Field(ge=0, le=100)]
    source: Source


class Drop(_Part):
    """An indicator that does not apply in the industry 删减指标."""

    indicator: Text
    reason: Text


class Reweight(_Part):
    """Another weight of an indicator 调整权重, percent of its dimension in the full form."""

    indicator: Text
    weight_in_dimension: Weight
    reason: Text


class Reband(_Part):
    """Other upper bounds of levels 1 to 4 of a ratio or count 调整分级."""

    indicator: Text
    upper_bounds: tuple[Bound, ...]
    reason: Text


class Overlay(_Part):
    """What an industry changes of the plain edition 行业增改: sets of changes, whose order means nothing.

    At most one change of each indicator, the one case in which order would matter.
    """

    industry: Annotated[str, Field(pattern=rf"^{INDUSTRY}$")]
    name: Text
    source: Source
    adds: tuple[Indicator, ...] = ()
    drops: tuple[Drop, ...] = ()
    reweights: tuple[Reweight, ...] = ()
    rebands: tuple[Reband, ...] = ()


class ChangedField(DescribedEnum):
    """What an industry may change of an indicator's line · 改动项."""

    WEIGHT_IN_DIMENSION = "weight_in_dimension", "Percent of its dimension in the full form · 维度内权重"
    UPPER_BOUNDS = "upper_bounds", "Inclusive upper bounds of levels 1 to 4 · 分级上限"


class OriginPart(DescribedEnum):
    """Part of 1+X+Y that an indicator comes from · 来历部分."""

    BASE = "base", "The base, 1 · 基本"
    FUSED = "fused", "Fused with another model, X · 融合"
    INDUSTRY = "industry", "The industry's own, Y · 行业"


class Fate(DescribedEnum):
    """What an industry did to an indicator · 去留."""

    KEPT = "kept", "Taken as it is · 沿用"
    CHANGED = "changed", "Weight or bounds are others · 调整"
    ADDED = "added", "Added by the industry · 新增"
    DROPPED = "dropped", "Does not apply in the industry · 删减"


class Change(_Part):
    """One field of a line before and after 改动, and why; no reason: it made room for the changes that were stated."""

    field: ChangedField
    before: Text
    after: Text
    reason: str | None


class Origin(_Part):
    """Where an indicator of a composed edition comes from 来历. plan S1–S3.

    part: base 1, fused X or industry Y. fate: what the industry did to it. reason: why it was dropped.
    """

    indicator: Text
    name: Text
    part: OriginPart
    fate: Fate
    industry: str | None = None
    changes: tuple[Change, ...] = ()
    reason: str | None = None


_ORIGINS: TypeAdapter[tuple[Origin, ...]] = TypeAdapter(tuple[Origin, ...])


def origins_of_json(body: str | bytes) -> tuple[Origin, ...]:
    """The origins that published JSON holds 读取来历."""
    return _ORIGINS.validate_json(body)


class Composition(_Part):
    """A composed edition, and the origin of each indicator, those dropped included 组合结果."""

    edition: AnyEdition
    origins: tuple[Origin, ...]


class CompositionRefused(ValueError):  # noqa: N818 - what is wrong, turned into a malformed file by the reader
    """An overlay cannot be composed 无法组合; where: its field and indicator; what, says: the rule it breaks, in both languages."""

    def __init__(self, where: str, what: str, says: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what
        self.says = says


def plain_origins(edition: Edition) -> tuple[Origin, ...]:
    """Origins of an edition that no industry changed: base where its dimension is one of the five, else fused."""
    base = {dimension.id: dimension.base for dimension in edition.dimensions}
    return tuple(
        Origin(indicator=item.id, name=item.name, part="base" if base[item.dimension] else "fused", fate="kept")
        for item in edition.indicators
    )


def compose(plain: Edition, overlay: Overlay, rule: CompositionRule) -> Composition:
    """The industry edition that an overlay makes of a plain one 组合行业版本. plan S3.

    Args:
        plain: the base and the fused blocks, whole.
        overlay: what the industry changes.
        rule: how far it may go.

    Returns:
        A whole edition and the origin of each indicator; the same for any order of the overlay's changes.

    Raises:
        CompositionRefused: two changes of one indicator, a change of an unknown one, a weight beyond the bound, weights
            that leave nothing to share, or a result that is not a whole edition.
    """
    _require_sense(plain, overlay)
    dropped = {one.indicator: one for one in overlay.drops}
    weights = _weights(plain, overlay)
    _require_bound(plain, overlay, rule, weights)
    bands = {one.indicator: one.upper_bounds for one in overlay.rebands}
    kept = [
        item.model_copy(
            update={
                "weight_in_dimension": weights.get(item.id, item.weight_in_dimension),
                "upper_bounds": bands.get(item.id, item.upper_bounds),
            }
        )
        for item in plain.indicators
        if item.id not in dropped
    ]
    added = sorted(overlay.adds, key=lambda item: item.id)
    indicators = [
        item for dimension in plain.dimensions for item in (*kept, *added) if item.dimension == dimension.id
    ]
    try:
        edition = IndustryEdition.model_validate(
            {
                **_fields(plain),
                "key": f"{plain.key}-{overlay.industry}",
                "title": f"{plain.title}·{overlay.name}版",
                "source": overlay.source,
                "indicators": [item.model_dump() for item in indicators],
            }
        )
    except ValidationError as error:
        first: dict[str, Any] = dict(error.errors(include_url=False)[0])
        where = ".".join(map(str, first["loc"])) or overlay.industry
        says, what = _said_of(plain, indicators, first)
        raise CompositionRefused(where, what, says) from error
    return Composition(edition=edition, origins=_origins(plain, overlay, edition))


def _said_of(plain: Edition, indicators: Sequence[Indicator], first: Mapping[str, Any]) -> tuple[str, str]:
    """In Chinese and in English why these indicators make no edition: a rule of the whole, or what the first value breaks."""
    try:
        problems = EditionText(**{**_fields(plain), "indicators": indicators}).problems
    except ValidationError:
        problems = ()
    return (problems[0].says, problems[0].says_in_english) if problems else said_of(first)


def _fields(plain: Edition) -> dict[str, Any]:
    return {name: getattr(plain, name) for name in type(plain).model_fields}


def _require_sense(plain: Edition, overlay: Overlay) -> None:
    changes = [
        *(("drops", one.indicator) for one in overlay.drops),
        *(("reweights", one.indicator) for one in overlay.reweights),
        *(("rebands", one.indicator) for one in overlay.rebands),
    ]
    times = Counter([identity for _, identity in changes] + [item.id for item in overlay.adds])
    for field, identity in changes:
        if identity not in plain.by_id:
            raise CompositionRefused(f"{field}.{identity}", "the plain edition has no such indicator", "通用版中没有该指标")
        if times[identity] > 1:
            what = "changed more than once: the result would depend on the order"
            raise CompositionRefused(f"{field}.{identity}", what, "同一指标改动不止一处，结果将取决于先后")
    for item in overlay.adds:
        if times[item.id] > 1 or item.id in plain.by_id:
            raise CompositionRefused(f"adds.{item.id}", "the indicator id repeats", "指标编号重复")
        if item.dimension not in {dimension.id for dimension in plain.dimensions}:
            what = f"unknown dimension {item.dimension}"
            raise CompositionRefused(f"adds.{item.id}.dimension", what, f"维度 {item.dimension} 不存在")
    for one in overlay.rebands:
        if not plain.by_id[one.indicator].upper_bounds:
            what = "only a ratio or count has upper bounds"
            raise CompositionRefused(f"rebands.{one.indicator}", what, "只有比例或数量指标有分级上限")


def _weights(plain: Edition, overlay: Overlay) -> dict[str, Decimal]:
    """Weight of each kept indicator in the dimensions whose weights the overlay touches."""
    stated = {one.indicator: one.weight_in_dimension for one in overlay.reweights}
    dropped = {one.indicator for one in overlay.drops}
    found = dict(stated)
    for dimension in plain.dimensions:
        mine = [item for item in plain.indicators if item.dimension == dimension.id]
        added = [item for item in overlay.adds if item.dimension == dimension.id]
        if not added and not any(item.id in stated or item.id in dropped for item in mine):
            continue
        sharing = [item for item in mine if item.id not in stated and item.id not in dropped]
        taken = sum(item.weight_in_dimension for item in added) + sum(
            stated[item.id] for item in mine if item.id in stated
        )
        left = HUNDRED - taken
        if (left <= 0) if sharing else (left != 0):
            raise CompositionRefused(
                f"dimensions.{dimension.id}",
                f"weights stated add up to {taken} with {len(sharing)} other indicators to share the rest of 100",
                f"写明的权重合计 {taken}，其余 {len(sharing)} 项指标无法分担 100 的余数",
            )
        if sharing:
            whole = sum(Fraction(item.weight_in_dimension) for item in sharing)
            found |= apportioned(
                {item.id: Fraction(item.weight_in_dimension) * Fraction(left) / whole for item in sharing}, left
            )
    return found


def _require_bound(
    plain: Edition, overlay: Overlay, rule: CompositionRule, weights: Mapping[str, Decimal]
) -> None:
    stated = {one.indicator for one in overlay.reweights}
    for identity, weight in weights.items():
        base = plain.by_id[identity].weight_in_dimension
        if abs(weight - base) * HUNDRED > base * rule.reweight_bound_percent:
            where = f"reweights.{identity}" if identity in stated else f"dimensions.{plain.by_id[identity].dimension}"
            raise CompositionRefused(
                where,
                f"weight {weight} of {identity} is more than {rule.reweight_bound_percent} % from its base weight {base}",
                f"指标 {identity} 的权重 {weight} 偏离通用版权重 {base} 超过 {rule.reweight_bound_percent}%",
            )


def _origins(plain: Edition, overlay: Overlay, edition: Edition) -> tuple[Origin, ...]:
    """Origins in the order of the edition, then those of what was dropped."""
    before = {one.indicator: one for one in plain_origins(plain)}
    why = {one.indicator: one.reason for one in overlay.reweights}
    why |= {one.indicator: one.reason for one in overlay.rebands}
    found = []
    for item in edition.indicators:
        if item.id not in before:
            found.append(
                Origin(indicator=item.id, name=item.name, part="industry", fate="added", industry=overlay.industry)
            )
        elif changes := tuple(_changes(plain.by_id[item.id], item, why.get(item.id))):
            changed = {"fate": Fate.CHANGED, "industry": overlay.industry, "changes": changes}
            found.append(before[item.id].model_copy(update=changed))
        else:
            found.append(before[item.id])
    gone = {one.indicator: one.reason for one in overlay.drops}
    return (
        *found,
        *(
            origin.model_copy(update={"fate": Fate.DROPPED, "industry": overlay.industry, "reason": gone[identity]})
            for identity, origin in before.items()
            if identity in gone
        ),
    )


def _changes(old: Indicator, new: Indicator, reason: str | None) -> Iterable[Change]:
    if old.upper_bounds != new.upper_bounds:
        was, becomes = (" / ".join(map(str, bounds)) for bounds in (old.upper_bounds, new.upper_bounds))
        yield Change(field="upper_bounds", before=was, after=becomes, reason=reason)
        reason = None
    if old.weight_in_dimension != new.weight_in_dimension:
        was, becomes = f"{old.weight_in_dimension}", f"{new.weight_in_dimension}"
        yield Change(field="weight_in_dimension", before=was, after=becomes, reason=reason)

"""Comparable results 可比结果 in the schema: what a diagnosis says of others' models, as intervals with their coverage. plan P8.

Worked out when it is asked for, of the result that the caller may read, through the latest published crosswalks. It awards nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from api.diagnosis.equatings import EquatedLevels, equated_levels
from api.kit.context import Context
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Mask
from domain.diagnosis.equatings.equating import EquatingComputed
from domain.masks import REPORTS
from projections.diagnosis.equatings import equated_editions
from projections.standard.crosswalks import CrosswalkRecord, CrosswalkVersionRecord, latest_of_edition
from standards import ExternalEdition, Measured, comparison_on, external_edition
from standards.edition.text import SourceMark
from standards.external import comparison
from standards.external.comparison import IndicativeReason, comparable_result

Published = Sequence[tuple[CrosswalkRecord, CrosswalkVersionRecord]]
Equated = Mapping[str, EquatingComputed]
"""External edition -> what an edition's totals were equated with last."""


@published(REPORTS, mask=Mask.RESULT_AND_REPORT, row=comparison.NodeInterval)
class NodeInterval:
    """Where a node of another body's model lies, on the model's scale; never a single number · 节点区间. plan P8"""

    node: str = field("Node of the external edition · 外部节点标识")
    name: str = field("Name as its issuer writes it · 名称", made=True)
    lower: Decimal = field("Lower end · 区间下限")
    upper: Decimal = field("Upper end · 区间上限")
    coverage: Decimal = field("Share of the node that the crosswalk covers, 0–1 · 覆盖度")
    lower_rank: int = field("Level of the lower end; 0: below the first · 下限级序")
    upper_rank: int = field("Level of the upper end; 0: below the first · 上限级序")
    indicators: list[str] = field("Indicators it rests on · 所依指标")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT, row=comparison.ComparableResult)
class ComparableResult:
    """What a result says of another body's model: an interval with its coverage, no award and no replacement of that body's
    own assessment · 可比结果. plan P8
    """

    external_edition: str = field("Key of the external edition that spoke on the day of opening · 外部模型版本", made=True)
    model_name: str = field("Name of the model · 模型名称", made=True)
    crosswalk: str = field("Crosswalk it rests on · 所依对照", made=True)
    crosswalk_version: int = field("Version of the crosswalk · 对照版次", made=True)
    crosswalk_mark: SourceMark = field("Mark of the crosswalk · 对照来源标记", made=True)
    scale: Decimal = field("Highest score of the model · 满分")
    lower: Decimal = field("Lower end of the overall score · 区间下限")
    upper: Decimal = field("Upper end of the overall score · 区间上限")
    coverage: Decimal = field("Share of the model that the crosswalk covers, 0–1 · 覆盖度")
    lower_rank: int = field("Level of the lower end; 0: below the first · 下限级序")
    upper_rank: int = field("Level of the upper end; 0: below the first · 上限级序")
    lower_level: str | None = field("Name of that level; null below the first · 下限等级", made=True)
    upper_level: str | None = field("Name of that level; null below the first · 上限等级", made=True)
    indicative: bool = field("Whether it is for orientation only · 是否仅供参考")
    why_indicative: list[IndicativeReason] = field("Why it is · 仅供参考的原因")
    marks: list[SourceMark] = field("Marks of the model's numbers that it rests on · 所依数值的来源标记")
    nodes: list[NodeInterval] = field("By node · 各节点区间", made=True)
    equated: EquatedLevels | None = field(
        "Levels that firms with like totals hold, for orientation only; null where too few firms have both, or none such a total "
        "· 等值参考级别",
        made=True,
    )


def published_crosswalks(context: Context, editions: Sequence[str]) -> Mapping[str, Published]:
    """The published crosswalks of each edition: of each model the edition's own, else that of the plain edition it is made of."""
    keys = {key for edition in editions for key in (edition, edition.partition("-")[0])}
    found = {key: latest_of_edition(context.snapshot, key) for key in sorted(keys)}
    return {
        edition: list(
            {pair[0].external_edition: pair for pair in (*found[edition.partition("-")[0]], *found[edition])}.values()
        )
        for edition in editions
    }


def compared_models(context: Context, editions: Sequence[str]) -> Mapping[str, tuple[Published, Equated]]:
    """Of each edition its published crosswalks, and what its totals were equated with."""
    through, found = published_crosswalks(context, editions), equated_editions(context.snapshot, editions)
    return {one: (through[one], {model: told for (model, of), told in found.items() if of == one}) for one in editions}


def comparable_results(measured: Measured, through: Published, equated: Equated, day: date) -> list[ComparableResult]:
    """What verified answers say of each model that is mapped and spoke on a day."""
    maturity = {one.id: one.level for one in measured.indicators if one.level is not None}
    made = []
    for record, version in through:
        model = external_edition(record.external_edition)
        if model is None or not model.speaks_on(day):
            continue
        found = comparable_result(model, version.parsed, maturity, comparison_on(day))
        if found is not None:
            levels = equated_levels(equated.get(found.model), model, measured.total)
            made.append(_shown(found, model, record, version, levels))
    return made


def _shown(
    found: comparison.ComparableResult,
    model: ExternalEdition,
    record: CrosswalkRecord,
    version: CrosswalkVersionRecord,
    equated: EquatedLevels | None,
) -> ComparableResult:
    levels = {level.rank: level.name for level in model.levels}
    return ComparableResult(
        **shown(ComparableResult, found),
        external_edition=found.model,
        model_name=model.name,
        crosswalk=record.id,
        crosswalk_version=version.version,
        crosswalk_mark=SourceMark(record.mark),
        lower_level=levels.get(found.lower_rank),
        upper_level=levels.get(found.upper_rank),
        equated=equated,
        nodes=[NodeInterval(**shown(NodeInterval, one), name=model.by_id[one.node].name) for one in found.nodes],
    )

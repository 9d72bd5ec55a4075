"""Equatings 等值 in the schema: which levels of others' models firms with like totals hold, with firms and error. plan P8.

For orientation only, always; below the number of firms that the rule asks for nothing is told, and how many there are to the city.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import EditionID, id_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.parts import parts
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Mask, Role
from domain.diagnosis.equatings.equating import EquatingComputed, EquatingStatus
from domain.diagnosis.equatings.numbers import EquatingStep as StepState
from domain.diagnosis.equatings.numbers import EquatingVerdict, step_of
from domain.kernel import Command
from domain.masks import AGREEMENTS_READ, AUDIT, REPORTS
from projections.diagnosis import equatings as rows
from projections.diagnosis.equatings import EquatingRow
from standards import ExternalEdition, external_edition

EQUATINGS_READ = AGREEMENTS_READ
"""Equating with others' models 等值: who revises the standard and its crosswalks. A firm reads beside its own result. plan P8."""
EQUATING_COUNTS = frozenset({Role.CITY, Role.AUDITOR})
"""How many firms there are where they are too few to equate 配对企业数: the city, which brings the results in. plan P8."""
for _enum in (EquatingStatus, EquatingVerdict):
    enum_type(_enum)


@published(EQUATINGS_READ, row=StepState)
class EquatingStep:
    """Totals of which the levels are given together, as few firms would give one away · 等值台阶. plan P8"""

    first: int = field("Lowest total, in whole points · 起始总分")
    last: int = field("Highest total · 截止总分")
    firms: int = field("Firms on the step · 企业数")
    fitted: Decimal = field("Mean level after the regression, never a firm's · 拟合级序")
    lowest: int = field("Lowest level that nine of ten such firms lie above or at · 最低级序")
    highest: int = field("Highest level that they lie below or at · 最高级序")


@published(EQUATINGS_READ, row=EquatingRow)
class EquatingRun:
    """Totals of an edition equated with the levels of another body's model, for orientation only · 等值测算. plan P8"""

    external_edition: str = field("Key of the external edition · 外部模型版本")
    model_name: str = field("Name of the model · 模型名称", made=True)
    edition: EditionID = field("Edition that the totals are of · 标准版本", made=True)
    status: EquatingStatus = field("How far it has come · 等值测算状态")
    changed_at: datetime = field("When it was asked for or worked out last, UTC · 变更时间")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")
    method: str | None = field("Method and version; null before · 方法", made=True)
    cut_off: date | None = field("Day as of which it was worked out; null before · 数据截至日", made=True)
    position: int | None = field("Journal position up to which facts were read · 截止位置", roles=AUDIT, made=True)
    input_digest: str | None = field("SHA-256 of what went in; null before · 输入摘要", made=True)
    verdict: EquatingVerdict | None = field("What it comes to; null before · 结论", made=True)
    says: str | None = field("The verdict in a sentence; null before · 结论说明", made=True)
    says_in_english: str | None = field("The same in English; null before · 结论英文说明", made=True)
    firms: int | None = field(
        "Firms with a reported diagnosis and a valid result; null before, and where too few to all but the city · 配对企业数",
        made=True,
    )
    needed: int | None = field("Firms that it takes; null before · 所需企业数", made=True)
    error: Decimal | None = field(
        "Mean distance, in levels, of a firm left out of what it is compared with; null where too few · 平均误差", made=True
    )
    error_low: Decimal | None = field("Lower end of its 90 percent interval; null likewise · 误差下限", made=True)
    error_high: Decimal | None = field("Upper end of the interval; null likewise · 误差上限", made=True)
    margin: Decimal | None = field("Distance that nine of ten such firms keep within; null likewise · 九成误差", made=True)
    steps: list[EquatingStep] = parts(EquatingStep, "Steps, rising; none where too few · 等值台阶", made=True)


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class EquatedLevels:
    """Levels of another body's model that firms with like totals hold: for orientation only, no award, never a single number ·
    等值参考级别. plan P8
    """

    lowest_rank: int = field("Lowest level that nine of ten such firms lie above or at · 最低级序")
    highest_rank: int = field("Highest level that they lie below or at · 最高级序")
    lowest_level: str = field("Name of the lowest level · 最低等级")
    highest_level: str = field("Name of the highest level · 最高等级")
    firms: int = field("Firms with both that it rests on · 配对企业数")
    error: Decimal | None = field("Mean distance, in levels, of a firm left out · 平均误差")
    error_low: Decimal | None = field("Lower end of its 90 percent interval · 误差下限")
    error_high: Decimal | None = field("Upper end of the interval · 误差上限")
    cut_off: date = field("Day as of which it was worked out · 数据截至日")
    method: str = field("Method and version · 方法")
    says: str = field("What it says, and that it awards nothing · 说明")
    says_in_english: str = field("The same in English · 英文说明")


def equated_levels(found: EquatingComputed | None, model: ExternalEdition, total: Decimal) -> EquatedLevels | None:
    """What an equating tells of a total; nothing outside the totals that were seen."""
    step = step_of(found.result, total) if found is not None else None
    if found is None or step is None:
        return None
    levels = {level.rank: level for level in model.levels}
    lowest, highest, result = levels[step.lowest], levels[step.highest], found.result
    return EquatedLevels(
        lowest_rank=step.lowest,
        highest_rank=step.highest,
        lowest_level=lowest.name,
        highest_level=highest.name,
        firms=result.firms,
        error=result.error,
        error_low=result.error_low,
        error_high=result.error_high,
        cut_off=found.day,
        method=found.method,
        says=f"总分相近的企业，十家中约九家的级别在“{lowest.name}”至“{highest.name}”之间（依据 {result.firms} 家企业）；"
        "仅供参考，不是认定，也不代替该模型自身的评估",
        says_in_english=f"Of firms with like totals about nine of ten lie between {lowest.english} and {highest.english} (by "
        f"{result.firms} firms); for orientation only: no award, and no replacement of the model's own assessment",
    )


def _says(found: EquatingComputed, *, counted: bool) -> tuple[str, str]:
    """The verdict in a sentence, Chinese and English. counted: whether the reader is told how many firms there are."""
    result = found.result
    if result.verdict is EquatingVerdict.TOO_FEW:
        there = f"现有 {result.firms} 家，" if counted else ""
        are = f"; there are {result.firms}" if counted else ""
        return (
            f"已出报告且有有效外部评估结果的企业不足：{there}至少需要 {result.needed} 家，暂不等值；请导入更多外部评估结果后再申请",
            (f"Too few firms have both a report and a valid result{are}; it takes {result.needed}, so nothing is equated; "
            "bring in more results of others and ask again"),
        )
    return (
        f"已由 {result.firms} 家企业等值，平均误差 {result.error:.2f} 级；仅供参考，不作认定",
        f"Equated from {result.firms} firms, with a mean error of {result.error:.2f} levels; for orientation only, no award",
    )


def _run(context: Context, row: EquatingRow) -> EquatingRun:
    found, model = row.state().computed, external_edition(row.external_edition)
    told = {"external_edition": row.external_edition, "model_name": model.name if model is not None else row.external_edition}
    if found is None:
        none = ("method", "cut_off", "position", "input_digest", "verdict", "says", "says_in_english", "firms", "needed")
        empty = dict.fromkeys((*none, "error", "error_low", "error_high", "margin"))
        return EquatingRun(**shown(EquatingRun, row) | told | empty, edition=id_of("edition", row.edition), steps=[])
    result, counted = found.result, found.result.verdict is EquatingVerdict.EQUATED or context.role in EQUATING_COUNTS
    says, english = _says(found, counted=counted)
    return EquatingRun(
        **shown(EquatingRun, row) | told,
        edition=id_of("edition", row.edition),
        method=found.method,
        cut_off=found.day,
        position=found.position if context.role in AUDIT else None,
        input_digest=found.input_digest,
        verdict=result.verdict,
        says=says,
        says_in_english=english,
        firms=result.firms if counted else None,
        needed=result.needed,
        error=result.error,
        error_low=result.error_low,
        error_high=result.error_high,
        margin=result.margin,
        steps=[EquatingStep(**shown(EquatingStep, one)) for one in result.steps],
    )


def _build(context: Context, found: Sequence[EquatingRow], _wanted: frozenset[str]) -> list[EquatingRun]:
    return [_run(context, row) for row in found]


RUNS: Listed[None, EquatingRow, EquatingRun] = Listed(
    name="equatings",
    node=EquatingRun,
    order=rows.NEWEST_FIRST,
    rows=rows.equatings,
    count=rows.equating_count,
    build=_build,
)


@strawberry.type
class EquatingQueries:
    """Query fields: equatings."""

    @listing(RUNS, "Equatings that were asked for, the latest first · 等值测算列表. plan P8", roles=EQUATINGS_READ)
    def equatings(self) -> None:
        """A page of equatings."""


def _find_equating(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> EquatingRun | None:
    row = rows.equating_of(context.snapshot, key)
    return _run(context, row) if row is not None else None


QUERIES = EquatingQueries
PAYLOADS: Mapping[str, Payload] = {"equating": Payload("equating", EquatingRun, _find_equating)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""

"""Result 评分结果 in the schema: measured and issued grade apart, self and verified score apart, with every reason. plan S4."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import strawberry

from api.diagnosis.comparable_results import ComparableResult, Equated, Published, comparable_results
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Mask
from domain.diagnosis.scoring import DiagnosisScored
from domain.masks import REPORTS
from projections.report.wording import raised
from standards import Answer, Edition, Form, Issued, Lifting, Measured, lifting
from standards import Gate as TriedGate
from standards.improvement.cover_search import InTime
from standards.scoring.results import IndicatorScore as Contribution

LIFT_COST = 50
"""What lifts the gates of a diagnosis takes a quarter of a plan's time, and its gates weigh as many as a list has."""


@published(REPORTS, mask=Mask.RESULT_AND_REPORT, row=TriedGate)
class Gate:
    """Gate: a condition of a level beside the score · 门槛. plan S4"""

    code: str = field("Published reason code · 门槛代码")
    level: int = field("Level it stands before, 2–5 · 对应等级")
    holds: bool = field("Whether it is passed · 是否满足")
    says: str = field("What it asks · 要求")
    says_in_english: str = field("What it asks, in English · 英文说明")
    falls_short: list[str] = field("Dimensions, indicators or steps that fall short of it today · 未达项")
    lift: list[str] = field(
        "What lifts it: its part of the fewest indicators that lift every gate of this level at once, each with how far to "
        "raise it; of a gate of the process, the step. Empty where it holds or nothing lifts it · 提升路径",
        made=True,
        query_cost=LIFT_COST,
    )
    lift_proven: bool = field("Whether it is proven that no fewer would do · 是否已证明最少", query_cost=LIFT_COST)


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class DimensionScore:
    """Score of one dimension, 0–100, two decimals half up · 维度得分"""

    id: strawberry.ID = field("Dimension id · 维度编号")
    name: str = field("Dimension · 维度名称")
    weight: Decimal = field("Percent of the total · 权重")
    self_score: Decimal = field("By the firm's own answers · 自评得分")
    verified_score: Decimal = field("By the verified answers · 核验得分")
    overstatement: Decimal = field("Self-assessed less verified score, in points · 自评偏高")
    level: int = field("Level of the verified score, 0–5 · 等级")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT, row=Contribution)
class IndicatorScore:
    """Contribution of one indicator to the verified total · 指标贡献. plan S4"""

    id: strawberry.ID = field("Indicator id · 指标编号")
    name: str = field("Indicator · 指标名称")
    level: Decimal | None = field("Maturity reached; null = not applicable · 成熟度")
    points: Decimal | None = field("Points, 0–100 · 得分")
    weight: Decimal = field("Effective percent of the total; all add up to 100 · 有效权重")
    contribution: Decimal = field("Points of the total; all add up to the total · 贡献分")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class Result:
    """Result: measured and issued grade apart, self and verified score apart · 评分结果. plan S4"""

    self_total: Decimal = field("Self-assessed total, 0–100 · 自评总分")
    verified_total: Decimal = field("Verified total, 0–100 · 核验总分")
    overstatement: Decimal = field(
        "Self-assessed less verified total, in points: boasting less leniency, and no verdict on the firm · 自评偏高"
    )
    self_grade: int = field("Measured grade of the self-assessment, 0–10 · 自评档")
    band_grade: int = field("Grade of the verified total before gates, 0–10 · 分数档")
    measured_level: int = field("Level by the answers alone, 0–5 · 测评等级")
    measured_grade: int = field("Grade by the answers alone, 0–10 · 测评档")
    issued_level: int = field("Level with the process gates, 0–5 · 出具等级")
    issued_grade: int = field("Grade with the process gates, 0–10 · 出具档")
    level_name: str = field("Name of the issued level · 等级名称")
    grade_name: str = field("Name of the issued grade · 档名称")
    standard_status: str = field("Authority of the edition: not the official annex · 标准性质")
    dimensions: list[DimensionScore] = field("Dimensions · 维度得分")
    indicators: list[IndicatorScore] = field("Indicators · 指标贡献")
    gates: list[Gate] = field("Gates of the answers, then of the process · 门槛")
    comparable: list[ComparableResult] = field(
        "What the verified answers say of others' models, through the latest published crosswalks · 可比结果. plan P8"
    )


Lifts = Mapping[int, Lifting]
"""Level -> how its gates are lifted."""


def lifts_of(
    edition: Edition, form: Form, answers: Mapping[str, Answer], measured: Measured, in_time: InTime
) -> Lifts:
    """How the gates that failed are lifted from some answers, a level at a time."""
    levels = {gate.level for gate in measured.gates if not gate.holds}
    return {level: lifting(edition, form, answers, level, in_time=in_time) for level in levels}


def gate_of(gate: TriedGate, lifts: Lifts | None = None) -> Gate:
    """A gate as the schema shows it. lifts: of a gate of the answers; a step of the process lifts its gate by itself."""
    how = None if lifts is None else lifts.get(gate.level)
    lift = list(gate.lift) if lifts is None else [raised(one) for one in how.of(gate.code)] if how is not None else []
    return Gate(
        **shown(Gate, gate),
        falls_short=list(gate.lift),
        lift=lift,
        lift_proven=how is None or how.proven,
    )


def gates_of(measured: Measured, issued: Issued, lifts: Lifts) -> list[Gate]:
    """Gates of the answers, then of the process."""
    return [*(gate_of(gate, lifts) for gate in measured.gates), *map(gate_of, issued.gates)]


def result_of(
    stored: str,
    edition: Edition,
    form: Form,
    answers: Mapping[str, Answer] | None,
    in_time: InTime,
    through: tuple[Published, Equated, date] | None = None,
) -> Result:
    """The result behind the stored bytes of `diagnosis.scored.v1`.

    answers: the verified ones, where it is asked what lifts a gate. in_time: raises where that comes too late. through: the
    crosswalks, what was equated, and the day on which external editions spoke, where it is asked what is comparable.
    """
    scored = DiagnosisScored.model_validate_json(stored)
    own, verified, issued = scored.self_measured, scored.verified, scored.issued
    dimensions = {dimension.id: dimension for dimension in edition.dimensions}
    names = {item.id: item.name for item in edition.indicators}
    return Result(
        self_total=own.total,
        verified_total=verified.total,
        overstatement=own.total - verified.total,
        self_grade=own.grade,
        band_grade=verified.band_grade,
        measured_level=verified.level,
        measured_grade=verified.grade,
        issued_level=issued.level,
        issued_grade=issued.grade,
        level_name=issued.level_name,
        grade_name=issued.grade_name,
        standard_status=edition.status,
        dimensions=[
            DimensionScore(
                id=strawberry.ID(score.id),
                name=dimensions[score.id].name,
                weight=dimensions[score.id].weight,
                self_score=mine.score,
                verified_score=score.score,
                overstatement=mine.score - score.score,
                level=score.level,
            )
            for mine, score in zip(own.dimensions, verified.dimensions, strict=True)
        ],
        indicators=[
            IndicatorScore(**shown(IndicatorScore, item), name=names[item.id]) for item in verified.indicators
        ],
        gates=gates_of(verified, issued, lifts_of(edition, form, answers, verified, in_time) if answers is not None else {}),
        comparable=comparable_results(verified, *through) if through is not None else [],
    )

"""What-if 提升测算 in the schema: the cheapest way of one diagnosed firm to a wanted grade, with its proof. plan S4, R2."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from graphql import GraphQLError
from pydantic import ValidationError
from strawberry.utils.str_converters import to_camel_case

from api.diagnosis.diagnoses import HOLDS
from api.diagnosis.diagnosis_result import Gate, Lifts, gate_of, gates_of, lifts_of
from api.diagnosis.improvement_words import descriptor, improvement_said, needed, plan_said
from api.diagnosis.parts import NamedNumber, verified_answers
from api.kit.command_inputs import input_type, plain
from api.kit.context import Context
from api.kit.ids import DiagnosisID, id_of, key_of
from api.kit.input_errors import malformed
from api.kit.paging import AtLeast, below, wanted_fields
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown
from api.kit.user_errors import MALFORMED_INPUT
from api.standard.editions import editions_of
from api.standard.improvement_costs import ImprovementCosts, build_costs
from domain.access import Mask
from domain.kernel import Rule
from domain.masks import REPORTS
from projections.diagnosis import diagnoses
from projections.diagnosis.diagnoses_fold import DiagnosisRow
from projections.standard.improvement_costs import costs_in_force
from standards import (
    Answer,
    CheapestImprovement,
    CostUnit,
    Edition,
    Form,
    Improvement,
    Issued,
    Measured,
    Process,
    StepCost,
    cheapest_improvement,
    check_steps,
)
from standards.edition.text import GRADES
from standards.improvement.cheapest import Obstacle

MANY = 400
"""Single steps that a caller may price, above the steps of any form."""
MASKS: frozenset[str] = frozenset({Mask.RESULT_AND_REPORT, Mask.PROCESS_SECRETS})
"""A plan repeats the detailed result, and the verified answers it starts from."""

LIFTS = frozenset({"gates.lift", "gates.liftProven"})

NOT_VERIFIED_YET = Rule(
    "NOT_VERIFIED_YET",
    "plan R2",
    "诊断尚有 {count} 项指标未核验，提升测算须以全部核验答案为起点",
    "{count} indicators of the diagnosis are not verified yet; a plan starts from verified answers",
)


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class ImprovementOutcome:
    """Totals and gates before or after a plan · 方案前后结果. plan S4"""

    total: Decimal = field("Total, 0–100 · 总分")
    measured_grade: int = field("Grade by the answers alone, 0–10 · 测评档")
    issued_grade: int = field("Grade with the process gates as they stand, 0–10 · 出具档")
    grade_name: str = field("Name of the issued grade · 出具档名称")
    gates: list[Gate] = field("Gates of the answers, then of the process · 门槛")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class PlannedImprovement:
    """One indicator of a plan, in the order to take it up · 改进项. plan R2"""

    indicator: str = field("Indicator id · 指标编号")
    name: str = field("Name of the indicator · 指标名称")
    dimension: str = field("Dimension id · 维度编号")
    from_level: Decimal = field("Level as verified, 0–5 · 现有等级")
    to_level: Decimal = field("Level to reach, 1–5 · 目标等级")
    from_descriptor: str = field("What the standard says of the present level; empty below 1 · 现有等级描述")
    to_descriptor: str = field("What the standard asks at the level to reach · 目标等级描述")
    needed: str = field("What the answer must then say, in Chinese · 所需填报")
    needed_in_english: str = field("The same in English; labels as the standard has them · 英文所需填报")
    numbers: list[NamedNumber] = field("Raw numbers that would do; of ratios and counts · 可达标的原始数值")
    evidence: str = field("Evidence to show · 佐证要求")
    steps: int = field("Steps: levels or options · 步数")
    cost: Decimal = field("Cost of its steps, whole, in the unit of the costs · 成本")
    gain: Decimal = field("Points of the indicator it brings, 0–100 · 指标加分")
    total_after: Decimal = field("Total once this and all above are done, 0–100 · 累计总分")
    gates: list[str] = field("Gates at the wanted level that need it · 所涉门槛代码")
    sentence: str = field("The line as a sentence, in Chinese · 说明")
    sentence_in_english: str = field("The line as a sentence, in English · 英文说明")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT, row=Obstacle)
class ImprovementObstacle:
    """What stands in the way whatever is improved · 障碍. plan S4"""

    code: str = field("BAND, or the code of a gate · 障碍代码")
    says: str = field("What it asks · 说明")
    says_in_english: str = field("The same in English · 英文说明")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class CheapestImprovementPlan:
    """Cheapest improvement to a wanted measured grade. It is worked out from costs that carry a mark, and is nothing official ·
    最低成本提升方案. plan S4, R2
    """

    diagnosis: DiagnosisID = field("Id of the diagnosis · 诊断标识")
    edition: str = field("Edition that the diagnosis keeps · 标准版本")
    standard_status: str = field("Authority of the edition · 标准性质")
    wanted_grade: int = field("Wanted measured grade, 1–10 · 目标档")
    wanted_grade_name: str = field("Name of the wanted grade · 目标档名称")
    summary: str = field("The plan in one paragraph · 方案说明")
    summary_in_english: str = field("The same in English · 英文说明")
    reachable: bool = field("Whether the grade can be reached; if not, see obstacles · 能否达到")
    cost: Decimal | None = field("Cost of all steps, whole; null when it cannot be reached · 总成本")
    lower_bound: Decimal | None = field("Proven: no plan costs less · 成本下界")
    proven: bool = field("Whether it is proven the cheapest, in the fewest steps · 是否已证明最低")
    examined: int = field("Partial plans looked at, bounded · 计算量")
    costs: ImprovementCosts = field("The costs used, with source and mark, the caller's own apart · 所用成本")
    improvements: list[PlannedImprovement] = field("Improvements, in the order to take them up · 改进项")
    conditions: list[Gate] = field("Process gates still to pass for the grade to be issued · 过程条件")
    obstacles: list[ImprovementObstacle] = field("Obstacles; empty when the grade can be reached · 障碍")
    before: ImprovementOutcome = field("As verified · 现状")
    after: ImprovementOutcome = field("With the plan done, or the best that can be reached · 改进后")


def _outcome(measured: Measured, issued: Issued, lifts: Lifts) -> ImprovementOutcome:
    return ImprovementOutcome(
        total=measured.total,
        measured_grade=measured.grade,
        issued_grade=issued.grade,
        grade_name=issued.grade_name,
        gates=gates_of(measured, issued, lifts),
    )


def _planned(edition: Edition, one: Improvement, unit: CostUnit) -> PlannedImprovement:
    item, before, after = one.indicator, one.before, one.after
    asked, sentence = needed(item, after), improvement_said(edition, one, unit)
    numbers = after.answer.numbers or {} if item.kind in ("ratio", "count") else {}
    return PlannedImprovement(
        indicator=item.id,
        name=item.name,
        dimension=item.dimension,
        from_level=before.level,
        to_level=after.level,
        from_descriptor=descriptor(item, before.level),
        to_descriptor=descriptor(item, after.level),
        needed=asked[0],
        needed_in_english=asked[1],
        numbers=[NamedNumber(name=name, value=value) for name, value in numbers.items()],
        evidence=edition.evidence_of(item.id),
        steps=after.steps,
        cost=Decimal(after.cost),
        gain=after.points - before.points,
        total_after=one.total_after,
        gates=list(one.gates),
        sentence=sentence[0],
        sentence_in_english=sentence[1],
    )


def build_plan(
    row: DiagnosisRow,
    edition: Edition,
    found: CheapestImprovement,
    costs: ImprovementCosts,
    lifts: tuple[Lifts, Lifts] = ({}, {}),
) -> CheapestImprovementPlan:
    """A plan as the schema shows it. lifts: how the gates that fail before and after it are lifted, where that is asked."""
    unit = CostUnit(costs.unit.lower())
    chinese, english = plan_said(edition, found, unit)
    return CheapestImprovementPlan(
        diagnosis=id_of("diagnosis", row.id),
        edition=row.edition,
        standard_status=edition.status,
        wanted_grade=found.wanted,
        wanted_grade_name=edition.grade_names[found.wanted - 1],
        summary=chinese,
        summary_in_english=english,
        reachable=found.cost is not None,
        cost=Decimal(found.cost) if found.cost is not None else None,
        lower_bound=Decimal(found.bound) if found.bound is not None else None,
        proven=found.proven,
        examined=found.examined,
        costs=costs,
        improvements=[_planned(edition, one, unit) for one in found.improvements],
        conditions=[gate_of(gate) for gate in found.conditions],
        obstacles=all_shown(ImprovementObstacle, found.obstacles),
        before=_outcome(found.before, found.issued_before, lifts[0]),
        after=_outcome(found.after, found.issued_after, lifts[1]),
    )


def _malformed(field: str, chinese: str, english: str) -> GraphQLError:
    return GraphQLError(
        f"{field}：{chinese}。{field}: {english}.", extensions={"code": MALFORMED_INPUT, "field": field, "clause": "plan R2"}
    )


SAID: Mapping[str, tuple[str, str]] = {
    "INDICATOR_UNKNOWN": ("该版本没有这一指标", "the edition has no such indicator"),
    "STEP_UNKNOWN": (
        "没有这一步骤：多选指标按选项，其他指标按 1–5 级",
        "no such step: options of a multiple choice, else levels 1–5",
    ),
    "STEP_REPEATED": ("同一步骤出现两次", "the step is named twice"),
}


def read_steps(edition: Edition, sent: Sequence[Any]) -> tuple[StepCost, ...]:
    """Costs of single steps as a caller sent them 逐项成本.

    Raises:
        GraphQLError: MALFORMED_INPUT with the field, as the caller wrote it.
    """
    if len(sent) > MANY:
        raise _malformed("costs", f"最多 {MANY} 项", f"at most {MANY} items")
    found = []
    for index, item in enumerate(sent):
        try:
            found.append(StepCost.model_validate(plain(item)))
        except ValidationError as problem:
            first = malformed(problem, item)[0]
            raise _malformed(f"costs.{index}.{first.field}", first.message, first.message_in_english) from problem
    if (wrong := check_steps(edition, found)) is not None:
        chinese, english = SAID[wrong.code]
        raise _malformed(
            f"costs.{wrong.index}.{to_camel_case(wrong.field)}", f"{chinese}（{wrong.detail}）", f"{english} ({wrong.detail})"
        )
    return tuple(found)


def _verified(context: Context, row: DiagnosisRow, edition: Edition) -> dict[str, Answer]:
    """The answers that a result rests on.

    Raises:
        Refused: NOT_VERIFIED_YET.
    """
    found = verified_answers(context, [row.id]).get(row.id, {})
    if missing := edition.missing(Form(row.form), found):
        raise NOT_VERIFIED_YET.refuse(count=len(missing))
    return found


if TYPE_CHECKING:
    StepCostInput = Any
else:
    StepCostInput = input_type(StepCost)  # the one that the command of the city takes

Grade = Annotated[int, argument("Wanted measured grade, 1–10 · 目标档")]
Costs = Annotated[
    list[StepCostInput] | None,
    argument("The caller's own costs of single steps, in the unit of the table in force · 自定成本"),
]
Kept = Annotated[
    list[str] | None, argument("Indicators that stay as they are, such as F08 · 不改进的指标")
]


@strawberry.type
class ImprovementQueries:
    """Query fields: the what-if."""

    @field(
        "The cheapest improvement of a diagnosed firm to a wanted measured grade, exact, with its proof; null when the "
        "diagnosis does not exist or lies outside the scope. The work is bounded: cut short, it says so · 最低成本提升方案. "
        "plan S4, R2",
        roles=REPORTS,
        mask=Mask.RESULT_AND_REPORT,
        query_cost=8_000,  # a document asks for two plans at most
    )
    def cheapest_improvement(
        self,
        info: strawberry.Info[Context, None],
        diagnosis: Annotated[strawberry.ID, argument("Id of the diagnosis · 诊断标识")],
        grade: Grade,
        costs: Costs = None,
        keep: Kept = None,
        at_least: AtLeast = None,
    ) -> CheapestImprovementPlan | None:
        """The plan from the verified answers as they stand."""
        context = info.context
        context.at_least(at_least)
        key = key_of(diagnosis, "diagnosis")
        row = diagnoses.diagnoses_by_id(context.snapshot, context.scope, [key]).get(key)
        if row is None:
            return None
        edition = editions_of(context, [row.edition])[row.edition]
        if not 1 <= grade <= GRADES:
            raise _malformed("grade", f"应为 1–{GRADES}", f"a grade is 1–{GRADES}")
        steps = read_steps(edition, costs or ())
        for index, indicator in enumerate(keep or ()):
            if indicator not in edition.by_id:
                raise _malformed(f"keep.{index}", *SAID["INDICATOR_UNKNOWN"])
        answers = _verified(context, row, edition)
        table = costs_in_force(context.snapshot, row.edition, context.today)
        used = table.costs.with_singles(steps)
        context.disclosure_notes.note(MASKS, HOLDS.held([row]))
        found = cheapest_improvement(
            edition,
            Form(row.form),
            answers,
            Process(site_visit=bool(row.visits), expert_review=bool(row.expert_reviews)),
            grade,
            used,
            kept=frozenset(keep or ()),
            in_time=context.require_in_time,
        )
        better = {**answers, **{one.indicator.id: one.after.answer for one in found.improvements}}
        wanted, in_time = wanted_fields(info), context.require_in_time
        lifts = (
            lifts_of(edition, Form(row.form), answers, found.before, in_time) if LIFTS & below(wanted, "before") else {},
            lifts_of(edition, Form(row.form), better, found.after, in_time) if LIFTS & below(wanted, "after") else {},
        )
        return build_plan(row, edition, found, build_costs(table, overridden=steps), lifts)


QUERIES = ImprovementQueries

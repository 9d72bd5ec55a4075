"""Answer 答案 to one indicator, and what can be wrong with it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from standards.edition import Indicator


class Answer(BaseModel):
    """What is said of one indicator 答案.

    level: maturity 0–5 in half steps, for choices and outcomes. numbers: raw numbers by name, for ratios, counts and
    outcomes. choices: names of the options chosen, for multiple choices. A not-applicable answer carries a reason only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Decimal | None = None
    numbers: dict[str, Decimal] | None = None
    choices: tuple[str, ...] | None = None
    not_applicable: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class AnswerProblem:
    """Why an answer cannot be taken 答案问题: published code, the field at fault, and the sentence."""

    code: str
    field: str
    says: str
    says_in_english: str


def check(indicator: "Indicator", levels: frozenset[Decimal], answer: Answer) -> AnswerProblem | None:
    """The first problem of an answer, None when it can be taken.

    levels: the maturity levels that the edition gives points for.
    """
    name = f"{indicator.id} {indicator.name}"
    if answer.not_applicable:
        if answer.level is not None or answer.numbers or answer.choices:
            return _kind_wrong("not_applicable", name)
        if not (answer.reason or "").strip():
            return AnswerProblem(
                "REASON_MISSING",
                "reason",
                f"指标 {name} 不适用须说明理由",
                f"{indicator.id}: not applicable needs a reason",
            )
        return None
    match indicator.kind:
        case "choice":
            if answer.numbers or answer.choices:
                return _kind_wrong("level", name)
            return _check_level(indicator, levels, answer, name)
        case "outcome":
            if answer.choices:
                return _kind_wrong("level", name)
            return _check_level(indicator, levels, answer, name) or _check_outcome(indicator, answer, name)
        case "multi":
            return _check_choices(indicator, answer, name)
        case _:
            return _check_numbers(indicator, answer, name)


def _kind_wrong(field: str, name: str) -> AnswerProblem:
    return AnswerProblem(
        "ANSWER_KIND_WRONG", field, f"指标 {name} 的答案形式不符", f"{name}: the answer is of the wrong kind"
    )


def _check_level(
    indicator: "Indicator", levels: frozenset[Decimal], answer: Answer, name: str
) -> AnswerProblem | None:
    if answer.level is None:
        return _kind_wrong("level", name)
    if answer.level not in levels:
        return AnswerProblem(
            "ANSWER_OFF_SCALE",
            "level",
            f"指标 {name} 的等级 {answer.level} 不在量表之内",
            f"{indicator.id}: level {answer.level} is not on the scale",
        )
    return None


def _check_choices(indicator: "Indicator", answer: Answer, name: str) -> AnswerProblem | None:
    if answer.choices is None or answer.level is not None or answer.numbers:
        return _kind_wrong("choices", name)
    known = {option.name for option in indicator.options}
    unknown = [choice for choice in answer.choices if choice not in known]
    if unknown or len(set(answer.choices)) != len(answer.choices):
        return AnswerProblem(
            "CHOICE_UNKNOWN",
            "choices",
            f"指标 {name} 的选项不存在或重复：{'、'.join(unknown or answer.choices)}",
            f"{indicator.id}: unknown or repeated option",
        )
    return None


def _invalid(indicator: "Indicator", field: str, chinese: str, english: str) -> AnswerProblem:
    return AnswerProblem("RAW_NUMBER_INVALID", field, chinese, f"{indicator.id}: {english}")


def _check_numbers(indicator: "Indicator", answer: Answer, name: str) -> AnswerProblem | None:
    if answer.level is not None or answer.choices:
        return _kind_wrong("numbers", name)
    given = answer.numbers or {}
    for number in indicator.numbers:
        field = f"numbers.{number.name}"
        if number.name not in given:
            return AnswerProblem(
                "RAW_NUMBER_MISSING",
                field,
                f"指标 {name} 缺少原始数值“{number.label}（{number.unit}）”",
                f"{indicator.id}: raw number {number.name} is missing",
            )
        value = given[number.name]
        if not value.is_finite() or value < 0:
            return _invalid(indicator, field, f"指标 {name} 的“{number.label}”不能为负", f"{number.name} is negative")
        if number.at_most is not None and (value > number.at_most or value != int(value)):
            return _invalid(
                indicator,
                field,
                f"指标 {name} 的“{number.label}”应为 0–{number.at_most} 的整数",
                f"{number.name} is not a whole number up to {number.at_most}",
            )
    if set(given) - {number.name for number in indicator.numbers}:
        return _kind_wrong("numbers", name)
    if indicator.kind == "ratio":
        part, whole = (given[number.name] for number in indicator.numbers)
        if whole == 0:
            total = indicator.numbers[1]
            return _invalid(
                indicator, f"numbers.{total.name}", f"指标 {name} 的“{total.label}”不能为零", "the whole is zero"
            )
        if part > whole:
            field = f"numbers.{indicator.numbers[0].name}"
            return _invalid(indicator, field, f"指标 {name} 的部分数大于总数", "the part exceeds the whole")
    return None


def _check_outcome(indicator: "Indicator", answer: Answer, name: str) -> AnswerProblem | None:
    given = answer.numbers
    if not given:
        return None  # without numbers an outcome counts as level 1 at most; that is scoring, not a mistake
    known = {number.name for number in indicator.numbers}
    if set(given) - known:
        return _kind_wrong("numbers", name)
    if missing := sorted(known - set(given)):
        return AnswerProblem(
            "RAW_NUMBER_MISSING",
            f"numbers.{missing[0]}",
            f"指标 {name} 须同时填写改造前后数值",
            f"{indicator.id}: both numbers, before and after, are needed",
        )
    for key, value in given.items():
        if not value.is_finite() or value < 0:
            return _invalid(indicator, f"numbers.{key}", f"指标 {name} 的数值不能为负", f"{key} is negative")
    return None

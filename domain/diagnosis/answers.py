"""Answers 答案: what one must be like, to be given and to be verified, and what the answers of a form measure. plan S1, S4, P7."""

from collections.abc import Collection, Mapping
from typing import Annotated

from domain.diagnosis.sections import section_name
from domain.diagnosis.state import Diagnosis
from domain.kernel import Identifier, Refused, Rule
from standards import Answer, AnswerProblem, Edition, Measured
from standards.described import KeyField

IndicatorKey = Annotated[Identifier, KeyField("indicator", "Indicator id, such as Z01 · 指标编号")]
"""Indicator as the key of an answer 指标编号."""

# Rules

INDICATOR_NOT_IN_SECTION = Rule(
    "INDICATOR_NOT_IN_SECTION",
    "plan S1",
    "指标 {indicator} 不属于维度 {section}；请在其所属维度填写",
    "Indicator {indicator} is not in section {section}; answer it in the section that it belongs to",
)
INDICATOR_UNKNOWN = Rule(
    "INDICATOR_UNKNOWN",
    "plan S1",
    "标准中没有指标 {indicator}；请核对指标编号",
    "The edition has no indicator {indicator}; check the indicator's id",
)
DIMENSION_NOT_APPLICABLE = Rule(
    "DIMENSION_NOT_APPLICABLE",
    "plan S4",
    "维度 {dimensions} 的全部指标均为不适用，无法评分；请核对哪些指标确不适用",
    "Every indicator of {dimensions} is not applicable; nothing is left to score; check which of them truly do not apply",
)
ANSWER_RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "INDICATOR_NOT_IN_FORM",
            "plan S1",
            "简版问卷不含指标 {indicator}；请只填所用版式包含的指标",
            "The brief form has no indicator {indicator}; answer those of the form in use alone",
        ),
        Rule(
            "ANSWER_KIND_WRONG",
            "plan S1",
            "指标 {indicator} 的答案形式不符：{detail}",
            "The answer to {indicator} is of the wrong kind: {detail_in_english}",
        ),
        Rule(
            "ANSWER_OFF_SCALE",
            "plan S4",
            "指标 {indicator} 的等级 {detail} 不在量表之内，可填 {listed}",
            "Level {detail_in_english} of {indicator} is not on the scale; it is one of {listed_in_english}",
        ),
        Rule(
            "RAW_NUMBER_MISSING",
            "plan S1",
            "指标 {indicator} 缺少原始数值{detail}；请补填",
            "Raw number {detail_in_english} of {indicator} is missing; state it",
        ),
        Rule(
            "RAW_NUMBER_INVALID",
            "plan S1",
            "指标 {indicator} 的原始数值不成立：{detail}；请核对后再填",
            "A raw number of {indicator} cannot be: {detail_in_english}; check it and state it anew",
        ),
        Rule(
            "CHOICE_UNKNOWN",
            "plan S1",
            "指标 {indicator} 的选项不存在或重复：{detail}；可选 {listed}",
            "Unknown or repeated options of {indicator}: {detail_in_english}; they are {listed_in_english}",
        ),
        Rule(
            "OUTCOME_UNSHOWN",
            "plan S4",
            "指标 {indicator} 填报 {detail} 级，但没有改造前后数值，只能按 1 级计；请补填数值，或改填 1 级及以下",
            "{indicator} is stated as level {detail_in_english} without numbers before and after, so level 1 is all that counts; "
            "give the numbers, or state level 1 or below",
        ),
        Rule(
            "OUTCOME_NOT_BETTER",
            "plan S4",
            "指标 {indicator} 填报 {detail}，数值未见向好，只能按 1 级计；请核对数值，或改填 1 级及以下",
            "{indicator} is stated as {detail_in_english}, which is no better, so level 1 is all that counts; "
            "check the numbers, or state level 1 or below",
        ),
        Rule(
            "REASON_MISSING",
            "plan S4",
            "指标 {indicator} 不适用须说明理由",
            "Say why {indicator} is not applicable",
        ),
    )
}
"""Answers that cannot be taken, one rule for each code of the standard's own check 答案规则."""

NAMED = 5
"""Indicators of a dimension that a refusal names before it counts."""


# Of one answer


def wrong_with(edition: Edition, diagnosis: Diagnosis, section: str, indicator: str, answer: Answer) -> Refused | None:
    """What is wrong with an answer by itself 答案本身的问题."""
    problem = edition.check(diagnosis.form, indicator, answer) if indicator in edition.by_id else None
    return _misplaced(edition, section, indicator) or refusal_of(indicator, problem)


def _misplaced(edition: Edition, section: str, indicator: str) -> Refused | None:
    path = f"answers.{indicator}.indicator"
    item = edition.by_id.get(indicator)
    mine = tuple(one.id for one in edition.indicators if one.dimension == section)
    if item is None:
        return INDICATOR_UNKNOWN.refuse(path=path, indicator=indicator, allowed=mine)
    if item.dimension != section:
        return INDICATOR_NOT_IN_SECTION.refuse(path=path, indicator=indicator, section=section, allowed=mine)
    return None


def refusal_of(indicator: str, problem: AnswerProblem | None) -> Refused | None:
    """The refusal that the standard's own check comes to 答案拒绝; None where it found nothing."""
    if problem is None:
        return None
    within = {"at_least": problem.at_least, "at_most": problem.at_most, "allowed": problem.allowed}
    separators = ("、", ", ")
    listed, listed_in_english = (separator.join(problem.allowed) for separator in separators)
    place = "indicator" if problem.field == "indicator" else f"answer.{problem.field}"
    return ANSWER_RULES[problem.code].refuse(
        path=f"answers.{indicator}.{place}",
        indicator=indicator,
        field=problem.field,
        detail=problem.detail,
        detail_in_english=problem.detail_in_english,
        listed=listed,
        listed_in_english=listed_in_english,
        **{name: bound for name, bound in within.items() if bound not in (None, ())},
    )


def named_by_dimension(edition: Edition, indicators: Collection[str]) -> dict[str, object]:
    """What a refusal says of indicators 指标清单: how many, and which, dimension by dimension; some by name, the rest counted."""
    found: dict[str, list[str]] = {}
    for item in edition.indicators:
        if item.id in indicators:
            found.setdefault(item.dimension, []).append(item.id)
    told = (
        f"{section_name(edition, dimension)}（"
        + "、".join(f"{one} {edition.by_id[one].name}" for one in ids[:NAMED])
        + (f" 等 {len(ids)} 项）" if len(ids) > NAMED else "）")
        for dimension, ids in found.items()
    )
    english = (f"{dimension} ({', '.join(ids)})" for dimension, ids in found.items())
    return {"count": len(indicators), "listed": "；".join(told), "listed_in_english": "; ".join(english)}


# Of all answers of a form


def measured(edition: Edition, diagnosis: Diagnosis, answers: Mapping[str, Answer]) -> Measured:
    """What the answers of a form measure; refused where nothing is left of a dimension: DIMENSION_NOT_APPLICABLE (plan S4) 测算."""
    empty = {item.dimension for item in edition.of(diagnosis.form)} - {
        item.dimension for item in edition.of(diagnosis.form) if not answers[item.id].not_applicable
    }
    if empty:
        raise DIMENSION_NOT_APPLICABLE.refuse(dimensions="、".join(sorted(empty)))
    return edition.measure(diagnosis.form, answers)

"""Answers of a diagnosis 诊断答案: what the firm may say and the provider may find, and how both are scored. plan P3, P5, S4."""

from collections.abc import Collection, Mapping

from domain.access import Role
from domain.diagnosis import case as d
from domain.diagnosis.case import Diagnosis
from domain.kernel import DecisionContext, Event, Refused, Rule, refuse_together
from domain.standard.editions import PublishedEdition, edition_stream
from standards import Answer, AnswerProblem, Edition, Measured, Process

# Rules

SECTION_UNKNOWN = Rule("SECTION_UNKNOWN", "plan S1", "标准中没有维度 {section}", "The edition has no section {section}")
INDICATOR_NOT_IN_SECTION = Rule(
    "INDICATOR_NOT_IN_SECTION",
    "plan S1",
    "指标 {indicator} 不属于维度 {section}",
    "Indicator {indicator} is not in section {section}",
)
ANSWER_CHANGED_MEANWHILE = Rule(
    "ANSWER_CHANGED_MEANWHILE",
    "plan P5",
    "指标 {indicator} 的答案已被他人修改，请刷新后再填",
    "The answer to {indicator} was changed by someone else meanwhile",
)
ANSWERS_MISSING = Rule(
    "ANSWERS_MISSING", "plan P3", "尚有 {count} 项指标未填写", "{count} indicators are still unanswered"
)
PLEDGE_MISSING = Rule(
    "PLEDGE_MISSING", "plan P3", "提交前须作出真实性承诺", "Pledge the truth of the answers before submitting"
)
INDICATOR_UNKNOWN = Rule(
    "INDICATOR_UNKNOWN", "plan S1", "标准中没有指标 {indicator}", "The edition has no indicator {indicator}"
)
DIFFERENCE_UNEXPLAINED = Rule(
    "DIFFERENCE_UNEXPLAINED",
    "plan P5",
    "指标 {indicator} 的核验结果与自评不同，须说明理由",
    "The verified answer to {indicator} differs from the firm's; give the reason",
)
VERIFICATION_MISSING = Rule(
    "VERIFICATION_MISSING", "plan P3", "尚有 {count} 项指标未核验", "{count} indicators are not verified yet"
)
VERIFICATION_CLOSED = Rule(
    "VERIFICATION_CLOSED",
    "plan P6",
    "报告出具后只能重新核验异议成立的指标，{indicator} 不在其中",
    "After a report only upheld objections are verified again; {indicator} is not among them",
)
DIMENSION_NOT_APPLICABLE = Rule(
    "DIMENSION_NOT_APPLICABLE",
    "plan S4",
    "维度 {dimensions} 的全部指标均为不适用，无法评分",
    "Every indicator of {dimensions} is not applicable; nothing is left to score",
)

SECTION_NOT_YOURS = Rule(
    "SECTION_NOT_YOURS",
    "plan P7",
    "{section} 部分不由您填报",
    "The section {section} is not yours to fill in",
)

ANSWER_RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "INDICATOR_NOT_IN_FORM",
            "plan S1",
            "简版问卷不含指标 {indicator}",
            "The brief form has no indicator {indicator}",
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
            "指标 {indicator} 缺少原始数值{detail}",
            "Raw number {detail_in_english} of {indicator} is missing",
        ),
        Rule(
            "RAW_NUMBER_INVALID",
            "plan S1",
            "指标 {indicator} 的原始数值不成立：{detail}",
            "A raw number of {indicator} cannot be: {detail_in_english}",
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


# Under the pinned edition


def pinned_edition(diagnosis: Diagnosis, context: DecisionContext) -> Edition:
    """The edition that the diagnosis was opened under 所依标准版本, as it was published then."""
    published = context.read.get(edition_stream(diagnosis.edition))
    if not isinstance(published, PublishedEdition) or published.digest != diagnosis.edition_digest:
        raise AssertionError(f"the pinned edition {diagnosis.edition} is not in the journal")
    return published.edition


def _require_section_of(edition: Edition, section: str) -> None:
    known = tuple(dimension.id for dimension in edition.dimensions)
    if section not in known:
        raise SECTION_UNKNOWN.refuse(path="section", section=section, allowed=known)


def _misplaced(edition: Edition, section: str, indicator: str) -> Refused | None:
    path = f"answers.{indicator}.indicator"
    item = edition.by_id.get(indicator)
    mine = tuple(one.id for one in edition.indicators if one.dimension == section)
    if item is None:
        return INDICATOR_UNKNOWN.refuse(path=path, indicator=indicator, allowed=mine)
    if item.dimension != section:
        return INDICATOR_NOT_IN_SECTION.refuse(path=path, indicator=indicator, section=section, allowed=mine)
    return None


def _refusal(indicator: str, problem: AnswerProblem | None) -> Refused | None:
    if problem is None:
        return None
    within = {"at_least": problem.at_least, "at_most": problem.at_most, "allowed": problem.allowed}
    separators = ("、", ", ")
    listed, listed_in_english = (separator.join(problem.allowed) for separator in separators)
    return ANSWER_RULES[problem.code].refuse(
        path=f"answers.{indicator}.answer.{problem.field}",
        indicator=indicator,
        field=problem.field,
        detail=problem.detail,
        detail_in_english=problem.detail_in_english,
        listed=listed,
        listed_in_english=listed_in_english,
        **{name: bound for name, bound in within.items() if bound not in (None, ())},
    )


def _wrong(edition: Edition, diagnosis: Diagnosis, section: str, indicator: str, answer: Answer) -> Refused | None:
    """What is wrong with an answer by itself 答案本身的问题."""
    problem = edition.check(diagnosis.form, indicator, answer) if indicator in edition.by_id else None
    return _misplaced(edition, section, indicator) or _refusal(indicator, problem)


# Self-assessment


def is_open_section(section: str, role: str, sections: Collection[str] | None) -> bool:
    """Whether an actor works on a section 是否分管: a department's filler on their own, to fill and to read. plan P7.

    sections: ids of the dimensions that the actor was given; None = all, except for a department's filler, who then has none.
    """
    is_limited = role == Role.DEPARTMENT_FILLER or sections is not None
    return not is_limited or section in (sections or ())


def require_section(section: str, context: DecisionContext) -> None:
    """Refuse a section that is not the department filler's own 分管部分.

    Raises:
        Refused: SECTION_NOT_YOURS (plan P7).
    """
    if not is_open_section(section, context.role, context.sections):
        raise SECTION_NOT_YOURS.refuse(section=section)


def save_answers(command: d.SaveAnswers, diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    """Keep the changed answers of a section 保存; an answer that somebody else changed meanwhile is refused.

    All that is wrong is told at once. An outcome whose level its numbers do not show would count as level 1 in silence, so it is
    refused where it is new; what was kept before stays as it was scored.
    """
    edition = pinned_edition(diagnosis, context)
    require_section(command.section, context)
    _require_section_of(edition, command.section)
    changed: dict[str, d.AnswerRecorded] = {}
    problems: list[Refused | None] = []
    for indicator, given in sorted(command.answers.items()):
        if wrong := _wrong(edition, diagnosis, command.section, indicator, given.answer):
            problems.append(wrong)
        elif diagnosis.answers.get(indicator) != given.answer:
            problems.append(_refusal(indicator, edition.unshown(indicator, given.answer)))
            if given.replaces != (version := diagnosis.recorded_in.get(indicator, 0)):
                path = f"answers.{indicator}.replaces"
                problems.append(ANSWER_CHANGED_MEANWHILE.refuse(path=path, indicator=indicator, version=version))
            changed[indicator] = d.AnswerRecorded(answer=given.answer, author=context.by, replaces=given.replaces)
    refuse_together(filter(None, problems))
    return (d.AnswersSaved(section=command.section, answers=changed),) if changed else ()


def submit_answers(diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    """Close the self-assessment 提交: complete, pledged, and measured."""
    edition = pinned_edition(diagnosis, context)
    if missing := edition.missing(diagnosis.form, diagnosis.answers):
        raise ANSWERS_MISSING.refuse(count=len(missing), indicators=list(missing))
    if not diagnosis.pledged:
        raise PLEDGE_MISSING.refuse()
    return (d.SelfAssessmentSubmitted(measured=_measure(edition, diagnosis, diagnosis.answers)),)


def _measure(edition: Edition, diagnosis: Diagnosis, answers: Mapping[str, Answer]) -> Measured:
    empty = {item.dimension for item in edition.of(diagnosis.form)} - {
        item.dimension for item in edition.of(diagnosis.form) if not answers[item.id].not_applicable
    }
    if empty:
        raise DIMENSION_NOT_APPLICABLE.refuse(dimensions="、".join(sorted(empty)))
    return edition.measure(diagnosis.form, answers)


# Verification


def verify_answers(command: d.VerifyAnswers, diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    """Keep what the provider found 核验; a difference is explained, and after a report only upheld objections are open."""
    edition = pinned_edition(diagnosis, context)
    _require_section_of(edition, command.section)
    changed = {i: found for i, found in sorted(command.answers.items()) if diagnosis.verified.get(i) != found}
    problems: list[Refused | None] = []
    for indicator, found in sorted(command.answers.items()):
        if wrong := _wrong(edition, diagnosis, command.section, indicator, found.answer):
            problems.append(wrong)
            continue
        if indicator in changed:
            problems.append(_refusal(indicator, edition.unshown(indicator, found.answer)))
        if not found.answer.agrees_with(diagnosis.answers[indicator]) and not (found.reason or "").strip():
            problems.append(DIFFERENCE_UNEXPLAINED.refuse(path=f"answers.{indicator}.reason", indicator=indicator))
        if diagnosis.reports and indicator in changed and indicator not in diagnosis.upheld:
            path = f"answers.{indicator}.indicator"
            problems.append(VERIFICATION_CLOSED.refuse(path=path, indicator=indicator, allowed=tuple(sorted(diagnosis.upheld))))
    refuse_together(filter(None, problems))
    return (d.AnswersVerified(section=command.section, answers=changed),) if changed else ()


def score_answers(diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    """Measure what was verified, and issue a grade by what took place 评分."""
    edition = pinned_edition(diagnosis, context)
    if missing := edition.missing(diagnosis.form, diagnosis.verified.keys()):
        raise VERIFICATION_MISSING.refuse(count=len(missing), indicators=list(missing))
    assert diagnosis.self_measured is not None  # noqa: S101 - ACCEPTED implies submitted
    verified = _measure(edition, diagnosis, {i: found.answer for i, found in diagnosis.verified.items()})
    process = Process(site_visit=diagnosis.visits > 0, expert_review=diagnosis.expert_review)
    return (
        d.DiagnosisScored(
            self_measured=diagnosis.self_measured, verified=verified, issued=edition.issue(verified, process)
        ),
    )
